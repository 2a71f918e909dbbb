//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/NestAccess.h"

using namespace mlir;
using namespace mlir::tessera::loop;

AffineExpr mlir::tessera::loop::linearize(ShapedType type, AffineMap map) {
  MLIRContext *context = map.getContext();
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref || failed(getStridesAndOffset(memref, strides, offset))) {
    strides.assign(type.getRank(), 1);
    for (int64_t i = type.getRank() - 2; i >= 0; --i) {
      strides[i] = strides[i + 1] * type.getDimSize(i + 1);
    }
  }
  AffineExpr linear = getAffineConstantExpr(0, context);
  for (auto [i, stride] : llvm::enumerate(strides)) {
    linear = linear + map.getResult(i) * stride;
  }
  return simplifyAffineExpr(linear, map.getNumDims(), 0);
}

std::optional<int64_t> mlir::tessera::loop::strideAlong(AffineExpr expr,
                                                        unsigned dim,
                                                        unsigned numDims) {
  AffineExpr d = getAffineDimExpr(dim, expr.getContext());
  AffineExpr difference =
      simplifyAffineExpr(expr.replace(d, d + 1) - expr, numDims, 0);
  if (auto constant = dyn_cast<AffineConstantExpr>(difference)) {
    return constant.getValue();
  }
  return std::nullopt;
}

SmallVector<AffineExpr> mlir::tessera::loop::linearizeOperands(NestOp nest) {
  SmallVector<AffineExpr> expressions;
  for (auto [i, map] :
       llvm::enumerate(nest.getMaps().getAsValueRange<AffineMapAttr>())) {
    auto type = cast<ShapedType>(nest->getOperand(i).getType());
    expressions.push_back(linearize(type, map));
  }
  return expressions;
}

unsigned mlir::tessera::loop::getWidestElementBits(NestOp nest) {
  unsigned widest = 8;
  auto consider = [&](Type type) {
    if (type.isIndex()) {
      widest = 64;
    } else if (type.isIntOrFloat()) {
      widest = std::max(widest, type.getIntOrFloatBitWidth());
    }
  };
  for (Region &region : nest->getRegions()) {
    for (Type type : region.getArgumentTypes()) {
      consider(type);
    }
    for (Operation &op : region.front()) {
      if (op.hasTrait<OpTrait::ConstantLike>()) {
        continue;
      }
      for (Type type : op.getResultTypes()) {
        consider(type);
      }
    }
  }
  return widest;
}

std::optional<unsigned> mlir::tessera::loop::findPosition(AffineMap map,
                                                          unsigned dim) {
  std::optional<unsigned> found;
  for (auto [i, result] : llvm::enumerate(map.getResults())) {
    if (!result.isFunctionOfDim(dim)) {
      continue;
    }
    if (found || !isa<AffineDimExpr>(result)) {
      return std::nullopt;
    }
    found = i;
  }
  return found;
}

std::optional<unsigned> mlir::tessera::loop::findVaryingInput(AffineExpr first,
                                                              AffineExpr second,
                                                              unsigned dim) {
  bool varies = first.isFunctionOfDim(dim);
  if (varies == second.isFunctionOfDim(dim)) {
    return std::nullopt;
  }
  return varies ? 0 : 1;
}
