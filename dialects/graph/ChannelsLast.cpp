//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// ChannelsLastOpInterface of convolutions and pooling.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace mlir::tessera::graph;

SmallVector<int64_t>
mlir::tessera::graph::getChannelsLastPermutation(int64_t rank) {
  SmallVector<int64_t> permutation{0};
  for (int64_t d = 2; d < rank; ++d) {
    permutation.push_back(d);
  }
  permutation.push_back(1);
  return permutation;
}

/// Clones an op on images as its channels-last form on `data`.
template <typename OpTy>
static OpTy cloneChannelsLast(OpTy op, OpBuilder &builder, Value data) {
  auto clone = cast<OpTy>(builder.clone(*op));
  RankedTensorType type = op.getType();
  clone->setOperand(0, data);
  clone.setChannelsLast(true);
  clone.getResult().setType(type.clone(applyPermutation(
      type.getShape(), getChannelsLastPermutation(type.getRank()))));
  return clone;
}

/// The same for an op with a filter: [outer, inner, kernel...] becomes
/// [kernel..., inner, outer].
template <typename OpTy>
static SmallVector<Value> buildWithFilter(OpTy op, OpBuilder &builder,
                                          Value data) {
  SmallVector<int64_t> permutation;
  for (int64_t d = 2; d < op.getType().getRank(); ++d) {
    permutation.push_back(d);
  }
  permutation.append({1, 0});
  Value filter =
      createTranspose(builder, op.getLoc(), op.getFilter(), permutation);
  OpTy clone = cloneChannelsLast(op, builder, data);
  clone->setOperand(1, filter);
  return {clone.getResult()};
}

bool ConvOp::isChannelsLast() { return getChannelsLast(); }

SmallVector<Value> ConvOp::buildChannelsLast(OpBuilder &builder, Value data) {
  return buildWithFilter(*this, builder, data);
}

bool ConvTransposeOp::isChannelsLast() { return getChannelsLast(); }

SmallVector<Value> ConvTransposeOp::buildChannelsLast(OpBuilder &builder,
                                                      Value data) {
  return buildWithFilter(*this, builder, data);
}

bool MaxPoolOp::isChannelsLast() { return getChannelsLast(); }

SmallVector<Value> MaxPoolOp::buildChannelsLast(OpBuilder &builder,
                                                Value data) {
  return {cloneChannelsLast(*this, builder, data).getResult()};
}

bool AvgPoolOp::isChannelsLast() { return getChannelsLast(); }

SmallVector<Value> AvgPoolOp::buildChannelsLast(OpBuilder &builder,
                                                Value data) {
  return {cloneChannelsLast(*this, builder, data).getResult()};
}
