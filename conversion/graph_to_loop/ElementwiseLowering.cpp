//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::tessera;

/// The indices of an operand of `shape` that broadcasts to `bounds`, over which
/// `dims` run: dimensions are aligned at the end, those of size 1 are 0.
static SmallVector<AffineExpr> getBroadcastIndices(NestBuilder &nest,
                                                   ArrayRef<int64_t> shape,
                                                   ArrayRef<int64_t> bounds,
                                                   ArrayRef<AffineExpr> dims) {
  size_t missing = bounds.size() - shape.size();
  SmallVector<AffineExpr> indices;
  for (size_t d = 0; d < shape.size(); ++d) {
    bool isRepeated = shape[d] == 1 && bounds[d + missing] != 1;
    indices.push_back(isRepeated ? nest.constant(0) : dims[d + missing]);
  }
  return indices;
}

SmallVector<Value> mlir::tessera::lowerElementwise(Operation *op,
                                                   OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  NestBuilder nest = lowering.nest();
  ArrayRef<int64_t> bounds = getShape(lowering.destination());
  SmallVector<AffineExpr> dims = nest.parallel(bounds);
  for (Value operand : lowering.operands) {
    nest.input(operand,
               getBroadcastIndices(nest, getShape(operand), bounds, dims));
  }
  nest.output(lowering.destination(), dims);

  SmallVector<Type> types = llvm::map_to_vector(op->getOperands(), getElement);
  Type resultType = getElement(op->getResult(0));
  return {nest.elementwise([&](ValueRange elements) {
    SmallVector<Value> scalars;
    for (auto [stored, type] : llvm::zip_equal(elements, types)) {
      scalars.push_back(loadScalar(builder, lowering.loc, stored, type));
    }
    graph::ScalarContext context(builder, lowering.loc, scalars, types,
                                 resultType);
    Value scalar = cast<graph::ElementwiseOpInterface>(op).buildScalar(context);
    return storeScalar(builder, lowering.loc, scalar, resultType);
  })};
}

/// (x - mean) * (scale / sqrt(variance + epsilon)) + bias.
static Value lowerBatchNorm(graph::BatchNormOp op,
                            graph::BatchNormOp::Adaptor operands,
                            OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  AffineExpr channel = dims[op.getAxis()];
  nest.input(operands.getInput(), dims);
  for (Value vector : {operands.getScale(), operands.getBias(),
                       operands.getMean(), operands.getVariance()}) {
    nest.input(vector, channel);
  }
  nest.output(lowering.destination(), dims);
  Type element = getElement(op.getInput());
  return nest.elementwise([&](ValueRange elements) -> Value {
    Type type = getAccumulatorType(element);
    SmallVector<Value> v = llvm::map_to_vector(elements, [&](Value value) {
      return convertFloat(builder, loc, value, type);
    });
    auto contract = arith::FastMathFlags::contract;
    Value epsilon = lowering.constant(
        getNumberAttr(type, op.getEpsilon().convertToDouble()));
    Value centred = builder.create<arith::SubFOp>(loc, v[0], v[3]);
    Value variance = builder.create<arith::AddFOp>(loc, v[4], epsilon);
    Value deviation = builder.create<math::SqrtOp>(loc, variance);
    Value factor = builder.create<arith::DivFOp>(loc, v[1], deviation);
    Value scaled =
        builder.create<arith::MulFOp>(loc, centred, factor, contract);
    Value result = builder.create<arith::AddFOp>(loc, scaled, v[2], contract);
    return convertFloat(builder, loc, result, element);
  });
}

void mlir::tessera::populateElementwiseLowerings(LoweringTable &table) {
  table.add<graph::BatchNormOp>(lowerBatchNorm);
}
