//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "transforms/loop/TileEmitter.h"

using namespace mlir;
using namespace mlir::tessera::loop;

void TileEmitter::emitEpilogue(ValueRange accumulators) {
  if (isEpilogueLooped()) {
    emitEpilogueLoop(accumulators);
    return;
  }
  for (auto [p, point] : llvm::enumerate(points)) {
    emitEpilogueAt(accumulators.slice(p * numAccumulators, numAccumulators),
                   point);
  }
}

/// The epilogue and the stores of one point.
void TileEmitter::emitEpilogueAt(ValueRange accumulators, const Point &point) {
  size_t firstEpilogue = nest.getInputs().size();
  size_t firstOutput = firstEpilogue + nest.getEpilogueInputs().size();
  SmallVector<Value> arguments(accumulators);
  for (size_t i = firstEpilogue; i < firstOutput; ++i) {
    arguments.push_back(load(i, point));
  }
  SmallVector<Value> results = evaluate(nest.getEpilogue(), arguments, point);
  for (auto [i, value] : llvm::enumerate(results)) {
    store(firstOutput + i, point, value);
  }
}

/// The dimensions along which a tile has several rows.
SmallVector<int64_t> TileEmitter::getRowDims() {
  SmallVector<int64_t> dims;
  for (int64_t d = 0, e = nest.getNumDims(); d < e; ++d) {
    if (nest.isParallel(d) && d != vectorDim && bounds[d] > 1) {
      dims.push_back(d);
    }
  }
  return dims;
}

/// Whether the epilogue's code is better emitted once for all rows than once
/// for each: a transcendental function is dozens of instructions, which 28
/// copies would turn into most of the kernel.
bool TileEmitter::isEpilogueLooped() {
  int64_t numRows = 1;
  for (int64_t d : getRowDims()) {
    numRows *= bounds[d];
  }
  if (isHorizontal || numAccumulators != 1 || nest.getNumReductions() == 0 ||
      numRows < kMinLoopedRows) {
    return false;
  }
  return llvm::any_of(nest.getEpilogue().front(), [](Operation &op) {
    return isa<math::CbrtOp, math::CosOp, math::ErfOp, math::Exp2Op,
               math::ExpM1Op, math::ExpOp, math::Log10Op, math::Log1pOp,
               math::Log2Op, math::LogOp, math::PowFOp, math::SinOp,
               math::TanhOp>(op);
  });
}

/// The epilogue in loops over rows, which read the accumulators from the stack.
void TileEmitter::emitEpilogueLoop(ValueRange accumulators) {
  SmallVector<int64_t> rowDims = getRowDims();
  int64_t numRows = 1;
  for (int64_t d : rowDims) {
    numRows *= bounds[d];
  }
  // Points of a row are neighbours in `points`, and so are rows of the
  // innermost dimension.
  size_t rowPoints = points.size() / numRows;
  int64_t rowElements = llvm::alignTo(
      rowPoints == 1 ? points[0].width : bounds[vectorDim], lanes);
  Type element = getElementTypeOrSelf(accumulators[0].getType());
  Value stack = builder.create<memref::AllocaOp>(
      loc, MemRefType::get({numRows * rowElements}, element),
      builder.getI64IntegerAttr(64));
  int64_t firstOffset = vectorDim < 0 ? 0 : points[0].shift[vectorDim];
  auto offsetInRow = [&](const Point &point) {
    return vectorDim < 0 ? 0 : point.shift[vectorDim] - firstOffset;
  };
  for (auto [p, value] : llvm::enumerate(accumulators)) {
    int64_t at = p / rowPoints * rowElements + offsetInRow(points[p]);
    Value index = builder.create<arith::ConstantIndexOp>(loc, at);
    if (points[p].width == 1) {
      builder.create<memref::StoreOp>(loc, value, stack, index);
    } else {
      builder.create<vector::StoreOp>(loc, value, stack, index);
    }
  }
  Value row = builder.create<arith::ConstantIndexOp>(loc, 0);
  emitRowLoops(rowDims, row, [&](Value row) {
    Value width = builder.create<arith::ConstantIndexOp>(loc, rowElements);
    Value start = builder.create<arith::MulIOp>(loc, row, width);
    for (const Point &point : ArrayRef(points).take_front(rowPoints)) {
      Value offset =
          builder.create<arith::ConstantIndexOp>(loc, offsetInRow(point));
      Value index = builder.create<arith::AddIOp>(loc, start, offset);
      Value value;
      if (point.width == 1) {
        value = builder.create<memref::LoadOp>(loc, stack, index);
      } else {
        value = builder.create<vector::LoadOp>(
            loc, VectorType::get(point.width, element), stack, index);
      }
      emitEpilogueAt(value, point);
    }
  });
}

/// Emits loops over `dims` around `body`, which gets the number of the row.
void TileEmitter::emitRowLoops(ArrayRef<int64_t> dims, Value row,
                               llvm::function_ref<void(Value)> body) {
  if (dims.empty()) {
    body(row);
    return;
  }
  int64_t d = dims[0];
  Value saved = base[d];
  Value zero = builder.create<arith::ConstantIndexOp>(loc, 0);
  Value one = builder.create<arith::ConstantIndexOp>(loc, 1);
  Value count = builder.create<arith::ConstantIndexOp>(loc, bounds[d]);
  clearCaches();
  builder.create<scf::ForOp>(
      loc, zero, count, one, ValueRange(),
      [&](OpBuilder &, Location, Value index, ValueRange) {
        base[d] = builder.create<arith::AddIOp>(loc, saved, index);
        Value outer = builder.create<arith::MulIOp>(loc, row, count);
        emitRowLoops(dims.drop_front(),
                     builder.create<arith::AddIOp>(loc, outer, index), body);
        builder.create<scf::YieldOp>(loc);
      });
  clearCaches();
  base[d] = saved;
}
