//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/graph/GraphOps.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>

using namespace mlir;
using namespace mlir::tessera;

using graph::PadMode;

/// A nest that copies one input element to each element of the destination.
static Value
buildCopy(OpLowering &lowering, Value source,
          llvm::function_ref<SmallVector<AffineExpr>(NestBuilder &,
                                                     ArrayRef<AffineExpr>)>
              getIndices) {
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  nest.input(source, getIndices(nest, dims));
  nest.output(lowering.destination(), dims);
  return nest.elementwise([](ValueRange v) { return v[0]; });
}

static Value lowerTranspose(graph::TransposeOp op,
                            graph::TransposeOp::Adaptor operands,
                            OpLowering &lowering) {
  return buildCopy(lowering, operands.getInput(),
                   [&](NestBuilder &, ArrayRef<AffineExpr> dims) {
                     SmallVector<AffineExpr> indices(dims.size());
                     for (auto [d, p] : llvm::enumerate(op.getPermutation())) {
                       indices[p] = dims[d];
                     }
                     return indices;
                   });
}

static Value lowerBroadcast(graph::BroadcastOp,
                            graph::BroadcastOp::Adaptor operands,
                            OpLowering &lowering) {
  ArrayRef<int64_t> shape = getShape(operands.getInput());
  ArrayRef<int64_t> result = getShape(lowering.destination());
  size_t missing = result.size() - shape.size();
  return buildCopy(
      lowering, operands.getInput(),
      [&](NestBuilder &nest, ArrayRef<AffineExpr> dims) {
        SmallVector<AffineExpr> indices;
        for (size_t d = 0; d < shape.size(); ++d) {
          bool isRepeated = shape[d] == 1 && result[d + missing] != 1;
          indices.push_back(isRepeated ? nest.constant(0) : dims[d + missing]);
        }
        return indices;
      });
}

static Value lowerSlice(graph::SliceOp op, graph::SliceOp::Adaptor operands,
                        OpLowering &lowering) {
  return buildCopy(lowering, operands.getInput(),
                   [&](NestBuilder &, ArrayRef<AffineExpr> dims) {
                     SmallVector<AffineExpr> indices;
                     for (size_t d = 0; d < dims.size(); ++d) {
                       indices.push_back(dims[d] * op.getSteps()[d] +
                                         op.getStarts()[d]);
                     }
                     return indices;
                   });
}

static Value lowerConcat(graph::ConcatOp op, graph::ConcatOp::Adaptor operands,
                         OpLowering &lowering) {
  using Part = std::pair<Value, int64_t>;
  SmallVector<Part> parts;
  int64_t offset = 0;
  for (Value input : operands.getInputs()) {
    parts.push_back({input, offset});
    offset += getShape(input)[op.getAxis()];
  }
  // What is computed here comes first: it can be written in place, as the
  // destination is there before.
  std::stable_partition(parts.begin(), parts.end(), [](const Part &part) {
    return part.first.getDefiningOp<loop::NestOp>() != nullptr;
  });
  Value result = lowering.destination();
  for (auto [input, first] : parts) {
    SmallVector<int64_t> offsets(getShape(result).size(), 0);
    offsets[op.getAxis()] = first;
    result = lowering.insert(input, result, offsets);
  }
  return result;
}

static Value lowerIota(graph::IotaOp op, graph::IotaOp::Adaptor,
                       OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  nest.output(lowering.destination(), dims);
  return nest.elementwise([&](ValueRange) {
    Type wide = builder.getI64Type();
    Value index = builder.create<arith::IndexCastOp>(
        loc, wide, nest.index(dims[op.getAxis()]));
    Type element = getElement(op.getResult());
    return getScalarContext(builder, loc, index, wide)
        .cast(index, wide, element);
  });
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// The index in [0, size) whose element lies at `position`, which counts from
/// the first element and may be outside.
static Value buildPadIndex(OpLowering &lowering, PadMode mode, Value position,
                           int64_t size) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value zero = lowering.indexConstant(0);
  if (mode == PadMode::edge || size == 1) {
    Value index = builder.create<arith::MaxSIOp>(loc, position, zero);
    return builder.create<arith::MinSIOp>(loc, index,
                                          lowering.indexConstant(size - 1));
  }
  // The remainder in [0, period).
  Value period =
      lowering.indexConstant(mode == PadMode::wrap ? size : 2 * (size - 1));
  Value remainder = builder.create<arith::RemSIOp>(loc, position, period);
  Value isNegative = builder.create<arith::CmpIOp>(
      loc, arith::CmpIPredicate::slt, remainder, zero);
  Value shifted = builder.create<arith::AddIOp>(loc, remainder, period);
  Value index =
      builder.create<arith::SelectOp>(loc, isNegative, shifted, remainder);
  if (mode == PadMode::wrap) {
    return index;
  }
  Value mirrored = builder.create<arith::SubIOp>(loc, period, index);
  return builder.create<arith::MinSIOp>(loc, index, mirrored);
}

/// Pads `source` by elements of its own.
static Value padByIndex(graph::PadOp op, OpLowering &lowering, Value source,
                        ArrayRef<int64_t> low) {
  OpBuilder &builder = lowering.builder;
  ArrayRef<int64_t> shape = getShape(source);
  ArrayRef<int64_t> result = getShape(lowering.destination());
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims = nest.parallel(result);
  nest.output(lowering.destination(), dims);
  return nest.elementwise([&](ValueRange) {
    SmallVector<Value> indices;
    for (size_t d = 0; d < dims.size(); ++d) {
      Value position = nest.index(dims[d]);
      if (shape[d] != result[d]) {
        position = builder.create<arith::SubIOp>(
            lowering.loc, position, lowering.indexConstant(low[d]));
        position = buildPadIndex(lowering, op.getMode(), position, shape[d]);
      }
      indices.push_back(position);
    }
    return lowering.extract(source, indices);
  });
}

static Value lowerPad(graph::PadOp op, graph::PadOp::Adaptor operands,
                      OpLowering &lowering) {
  // Negative amounts remove elements first.
  SmallVector<int64_t> low, offsets, sizes;
  ArrayRef<int64_t> shape = getShape(operands.getInput());
  for (size_t d = 0; d < shape.size(); ++d) {
    int64_t removed = std::max<int64_t>(-op.getLow()[d], 0);
    low.push_back(std::max<int64_t>(op.getLow()[d], 0));
    offsets.push_back(removed);
    sizes.push_back(std::max<int64_t>(
        shape[d] - removed - std::max<int64_t>(-op.getHigh()[d], 0), 0));
  }
  Value source = lowering.crop(operands.getInput(), offsets, sizes);
  if (op.getMode() != PadMode::constant) {
    return padByIndex(op, lowering, source, low);
  }
  return lowering.surround(
      source, lowering.destination(), low, [&](Value part) -> Value {
        if (!operands.getValue()) {
          return lowering.fill(lowering.builder.getZeroAttr(getElement(part)),
                               part);
        }
        NestBuilder nest = lowering.nest();
        nest.input(operands.getValue(), {});
        nest.output(part, nest.parallel(getShape(part)));
        return nest.elementwise([](ValueRange v) { return v[0]; });
      });
}

void mlir::tessera::populateMovementLowerings(LoweringTable &table) {
  table.add<graph::TransposeOp>(lowerTranspose);
  table.add<graph::BroadcastOp>(lowerBroadcast);
  table.add<graph::SliceOp>(lowerSlice);
  table.add<graph::ConcatOp>(lowerConcat);
  table.add<graph::IotaOp>(lowerIota);
  table.add<graph::PadOp>(lowerPad);
}
