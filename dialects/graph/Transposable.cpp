//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// TransposableOpInterface: ops computed on transposed data. A permutation p
/// means that result dimension i is the old dimension p[i].
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::tessera::graph;

Value mlir::tessera::graph::createTranspose(OpBuilder &builder, Location loc,
                                            Value value,
                                            ArrayRef<int64_t> permutation) {
  if (isIdentityPermutation(permutation)) {
    return value;
  }
  return builder.create<TransposeOp>(loc, value, permutation);
}

Value mlir::tessera::graph::createReshape(OpBuilder &builder, Location loc,
                                          Value value,
                                          ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape) {
    return value;
  }
  return builder.create<ReshapeOp>(loc, type.clone(shape), value);
}

/// Where dimension `axis` goes.
static int64_t findAxis(ArrayRef<int64_t> permutation, int64_t axis) {
  return llvm::find(permutation, axis) - permutation.begin();
}

static RankedTensorType permuteType(Type type, ArrayRef<int64_t> permutation) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.clone(applyPermutation(tensor.getShape(), permutation));
}

/// Clones `op`, which has one result, on other operands.
template <typename OpTy>
static OpTy cloneTransposed(OpTy op, OpBuilder &builder, ValueRange operands,
                            ArrayRef<int64_t> permutation) {
  Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  Value result = clone->getResult(0);
  result.setType(permuteType(result.getType(), permutation));
  return cast<OpTy>(clone);
}

/// The elementwise operand of a result of `permutation`'s rank, transposed.
static Value transposeBroadcast(OpBuilder &builder, Location loc, Value value,
                                ArrayRef<int64_t> permutation) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.hasStaticShape() && type.getNumElements() == 1) {
    return value;
  }
  SmallVector<int64_t> shape(permutation.size() - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  SplatElementsAttr splat;
  if (matchPattern(value, m_Constant(&splat))) {
    RankedTensorType permuted = permuteType(type.clone(shape), permutation);
    return builder.create<ConstantOp>(loc, splat.resizeSplat(permuted));
  }
  value = createReshape(builder, loc, value, shape);
  return createTranspose(builder, loc, value, permutation);
}

FailureOr<Value> mlir::tessera::graph::buildTransposedElementwise(
    Operation *op, OpBuilder &builder, ArrayRef<int64_t> permutation) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    operands.push_back(
        transposeBroadcast(builder, op->getLoc(), operand, permutation));
  }
  return cloneTransposed(op, builder, operands, permutation)->getResult(0);
}

FailureOr<Value> BatchNormOp::buildTransposed(OpBuilder &builder,
                                              ArrayRef<int64_t> permutation) {
  SmallVector<Value> operands(getOperands());
  operands[0] = createTranspose(builder, getLoc(), getInput(), permutation);
  BatchNormOp op = cloneTransposed(*this, builder, operands, permutation);
  op.setAxis(findAxis(permutation, getAxis()));
  return op.getResult();
}

FailureOr<Value> SoftmaxOp::buildTransposed(OpBuilder &builder,
                                            ArrayRef<int64_t> permutation) {
  Value input = createTranspose(builder, getLoc(), getInput(), permutation);
  SoftmaxOp op = cloneTransposed(*this, builder, input, permutation);
  op.setAxis(findAxis(permutation, getAxis()));
  return op.getResult();
}

/// The permutation of an input whose dimensions `dropped` (ascending) vanish
/// and stay where they are, so that the others end up permuted.
static SmallVector<int64_t> insertDropped(ArrayRef<int64_t> permutation,
                                          ArrayRef<int64_t> dropped) {
  int64_t rank = permutation.size() + dropped.size();
  SmallVector<int64_t> kept;
  for (int64_t d = 0; d < rank; ++d) {
    if (!llvm::is_contained(dropped, d)) {
      kept.push_back(d);
    }
  }
  SmallVector<int64_t> result;
  auto next = permutation.begin();
  for (int64_t d = 0; d < rank; ++d) {
    result.push_back(llvm::is_contained(dropped, d) ? d : kept[*next++]);
  }
  return result;
}

FailureOr<Value> ReduceOp::buildTransposed(OpBuilder &builder,
                                           ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> axes(getAxes());
  SmallVector<int64_t> inputPermutation(permutation);
  if (getKeepDims()) {
    for (int64_t &axis : axes) {
      axis = findAxis(permutation, axis);
    }
    llvm::sort(axes);
  } else {
    inputPermutation = insertDropped(permutation, axes);
  }
  Value input =
      createTranspose(builder, getLoc(), getInput(), inputPermutation);
  ReduceOp op = cloneTransposed(*this, builder, input, permutation);
  op.setAxes(axes);
  return op.getResult();
}

FailureOr<Value> ConcatOp::buildTransposed(OpBuilder &builder,
                                           ArrayRef<int64_t> permutation) {
  SmallVector<Value> inputs;
  for (Value input : getInputs()) {
    inputs.push_back(createTranspose(builder, getLoc(), input, permutation));
  }
  ConcatOp op = cloneTransposed(*this, builder, inputs, permutation);
  op.setAxis(findAxis(permutation, getAxis()));
  return op.getResult();
}

FailureOr<Value> SliceOp::buildTransposed(OpBuilder &builder,
                                          ArrayRef<int64_t> permutation) {
  Value input = createTranspose(builder, getLoc(), getInput(), permutation);
  SliceOp op = cloneTransposed(*this, builder, input, permutation);
  op.setStarts(applyPermutation(getStarts(), permutation));
  op.setSizes(applyPermutation(getSizes(), permutation));
  op.setSteps(applyPermutation(getSteps(), permutation));
  return op.getResult();
}

FailureOr<Value> PadOp::buildTransposed(OpBuilder &builder,
                                        ArrayRef<int64_t> permutation) {
  SmallVector<Value> operands(getOperands());
  operands[0] = createTranspose(builder, getLoc(), getInput(), permutation);
  PadOp op = cloneTransposed(*this, builder, operands, permutation);
  op.setLow(applyPermutation(getLow(), permutation));
  op.setHigh(applyPermutation(getHigh(), permutation));
  return op.getResult();
}

FailureOr<Value> ResizeOp::buildTransposed(OpBuilder &builder,
                                           ArrayRef<int64_t> permutation) {
  Value input = createTranspose(builder, getLoc(), getInput(), permutation);
  ResizeOp op = cloneTransposed(*this, builder, input, permutation);
  op.setSizes(applyPermutation(getSizes(), permutation));
  op.setScales(applyPermutation(getScales(), permutation));
  if (!getRoi().empty()) {
    ArrayRef<double> roi = getRoi();
    SmallVector<double> permuted =
        applyPermutation(roi.take_front(permutation.size()), permutation);
    llvm::append_range(
        permuted,
        applyPermutation(roi.take_back(permutation.size()), permutation));
    op.setRoi(permuted);
  }
  return op.getResult();
}

FailureOr<Value> GatherOp::buildTransposed(OpBuilder &builder,
                                           ArrayRef<int64_t> permutation) {
  int64_t indexRank = cast<RankedTensorType>(getIndices().getType()).getRank();
  if (indexRank > 1) {
    return failure();
  }
  int64_t axis = getAxis();
  SmallVector<int64_t> inputPermutation(permutation);
  if (indexRank == 0) {
    inputPermutation = insertDropped(permutation, axis);
  } else {
    axis = findAxis(permutation, axis);
  }
  Value input =
      createTranspose(builder, getLoc(), getInput(), inputPermutation);
  GatherOp op =
      cloneTransposed(*this, builder, {input, getIndices()}, permutation);
  op.setAxis(axis);
  return op.getResult();
}
