//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The part of TileEmitter that knows of the cache blocks around a tile: sums
/// that go on in the next block of a reduction, and panels that are read next.
///
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/TileEmitter.h"

using namespace mlir;
using namespace mlir::tessera::loop;

//===----------------------------------------------------------------------===//
// Blocks of a reduction
//===----------------------------------------------------------------------===//

/// The reductions of which the tile has a part only.
SmallVector<int64_t> TileEmitter::getPartialDims() {
  std::optional<ArrayRef<int64_t>> whole = nest.getWhole();
  SmallVector<int64_t> dims;
  for (int64_t d : reductionOrder) {
    if (whole && bounds[d] < (*whole)[d]) {
      dims.push_back(d);
    }
  }
  return dims;
}

/// Adds what the output holds of earlier blocks, then stores the sums or, in
/// the last block, what the epilogue makes of them.
void TileEmitter::emitPartialSum(Accumulators accumulators) {
  size_t output = operands.size() - 1;
  Value isFirst, isLast;
  auto addCondition = [&](Value &all, int64_t d, int64_t bound) {
    Value number = builder.create<arith::ConstantIndexOp>(loc, bound);
    Value isBound = builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                                  base[d], number);
    all = all ? builder.create<arith::AndIOp>(loc, all, isBound) : isBound;
  };
  for (int64_t d : getPartialDims()) {
    int64_t size = schedule.getCacheTile()[d];
    addCondition(isFirst, d, 0);
    addCondition(isLast, d, llvm::alignDown((*nest.getWhole())[d] - 1, size));
  }
  auto first = builder.create<scf::IfOp>(
      loc, isFirst,
      [&](OpBuilder &, Location) {
        builder.create<scf::YieldOp>(loc, accumulators);
      },
      [&](OpBuilder &, Location) {
        Accumulators sums;
        for (auto [point, value] : llvm::zip(points, accumulators)) {
          Value before = load(output, point);
          sums.push_back(
              isa<FloatType>(accumulatorTypes[0])
                  ? builder.create<arith::AddFOp>(loc, before, value)
                        ->getResult(0)
                  : builder.create<arith::AddIOp>(loc, before, value)
                        ->getResult(0));
        }
        clearCaches();
        builder.create<scf::YieldOp>(loc, sums);
      });
  builder.create<scf::IfOp>(
      loc, isLast,
      [&](OpBuilder &, Location) {
        emitEpilogue(first.getResults());
        clearCaches();
        builder.create<scf::YieldOp>(loc);
      },
      [&](OpBuilder &, Location) {
        for (auto [point, value] : llvm::zip(points, first.getResults())) {
          store(output, point, value);
        }
        clearCaches();
        builder.create<scf::YieldOp>(loc);
      });
}

//===----------------------------------------------------------------------===//
// Panels to come
//===----------------------------------------------------------------------===//

Value TileEmitter::atBase(AffineExpr expr) {
  SmallVector<OpFoldResult> dims(base.begin(), base.end());
  return getValueOrCreateConstantIndexOp(
      builder, loc,
      affine::makeComposedFoldedAffineApply(
          builder, loc, AffineMap::get(nest.getNumDims(), 0, expr), dims));
}

/// The address of the panel that follows operand `index`'s at the tile, of
/// `size` elements: its neighbour, or after the last of a block the first of
/// the next block of the reduction.
Value TileEmitter::getNextPanel(unsigned index, int64_t size) {
  unsigned numDims = nest.getNumDims();
  ArrayRef<int64_t> whole = *nest.getWhole();
  Point here{SmallVector<int64_t, 8>(numDims, 0), 1}, neighbour = here;
  neighbour.shift[vectorDim] = vectorUnit;
  AffineExpr address = addressAt(index, here);
  Value next = materialize(addressAt(index, neighbour), index);
  auto pitch = dyn_cast<AffineConstantExpr>(
      simplifyAffineExpr(addressAt(index, neighbour) - address, numDims, 0));
  if (!pitch) {
    return next;
  }
  int64_t block = schedule.getCacheTile()[vectorDim];
  block = block > 0 ? std::min(block, whole[vectorDim]) : whole[vectorDim];
  if (!getPartialDims().empty()) {
    address = address + size;
  }
  AffineExpr column = builder.getAffineDimExpr(vectorDim);
  Value distance =
      atBase((column % block).floorDiv(vectorUnit) * pitch.getValue());
  Value restart =
      builder.create<arith::SubIOp>(loc, materialize(address, index), distance);
  Value end = builder.create<arith::ConstantIndexOp>(loc, block);
  // The last block may be short.
  Value isLast = builder.create<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, atBase(column % block + vectorUnit), end);
  Value isEnd = builder.create<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, atBase(column + vectorUnit),
      builder.create<arith::ConstantIndexOp>(loc, whole[vectorDim]));
  return builder.create<arith::SelectOp>(
      loc, builder.create<arith::OrIOp>(loc, isLast, isEnd), restart, next);
}

/// Finds the operand that the tile reads as a panel and where its share of the
/// next one begins: the rows of a block read the same panel tile by tile, so
/// that each tile fetches as much of the next as it is of the rows.
void TileEmitter::findPanel() {
  std::optional<ArrayRef<int64_t>> whole = nest.getWhole();
  std::optional<unsigned> index = findPanelInput();
  if (!whole || !index || reductionOrder.empty()) {
    return;
  }
  unsigned numDims = nest.getNumDims();
  // The panel is contiguous: a row of `vectorUnit` elements for each step.
  AffineExpr step = builder.getAffineConstantExpr(0);
  int64_t steps = 1;
  AffineExpr linear = operands[*index].linear;
  for (int64_t d : llvm::reverse(reductionOrder)) {
    if (bounds[d] == 1) {
      continue;
    }
    if (strideAlong(linear, d, numDims) != vectorUnit * steps) {
      return;
    }
    step = step + builder.getAffineDimExpr(d) * steps;
    steps *= bounds[d];
  }
  int64_t rows = 1;
  AffineExpr row = builder.getAffineConstantExpr(0);
  int64_t tileRows = 1;
  for (int64_t d = numDims - 1; d >= 0; --d) {
    if (nest.isReduction(d) || linear.isFunctionOfDim(d)) {
      continue;
    }
    int64_t block = schedule.getCacheTile()[d];
    int64_t extent = block > 0 ? std::min(block, (*whole)[d]) : (*whole)[d];
    row = row + (builder.getAffineDimExpr(d) % extent) * rows;
    rows *= extent;
    tileRows *= bounds[d];
  }
  constexpr int64_t kLineBits = 512;
  int64_t lineElements =
      kLineBits / operands[*index].element.getIntOrFloatBitWidth();
  int64_t tiles = llvm::divideCeil(rows, tileRows);
  int64_t groupLines = kPrefetchSteps * vectorUnit / lineElements;
  int64_t lines = llvm::divideCeil(groupLines, tiles);
  int64_t share = lines * lineElements * (steps / kPrefetchSteps);
  int64_t size = steps * vectorUnit;
  if (share == 0 || share > size) {
    return;
  }
  Value first = atBase(row * (size / rows));
  Value limit = builder.create<arith::ConstantIndexOp>(loc, size - share);
  first = builder.create<arith::MinUIOp>(loc, first, limit);
  first = builder.create<arith::AddIOp>(loc, first, getNextPanel(*index, size));
  panel = Panel{*index, lineElements, step, lines, first, atBase(step)};
  clearCaches();
}

/// Prefetches what falls to the `kPrefetchSteps` steps from here on.
void TileEmitter::emitPrefetch() {
  int64_t lineElements = panel->lineElements;
  Value done =
      builder.create<arith::SubIOp>(loc, atBase(panel->step), panel->firstStep);
  Value scale = builder.create<arith::ConstantIndexOp>(
      loc, panel->lines * lineElements / kPrefetchSteps);
  Value address = builder.create<arith::AddIOp>(
      loc, panel->origin, builder.create<arith::MulIOp>(loc, done, scale));
  for (int64_t i = 0; i < panel->lines; ++i) {
    Value offset =
        builder.create<arith::ConstantIndexOp>(loc, i * lineElements);
    builder.create<memref::PrefetchOp>(
        loc, operands[panel->operand].buffer,
        ValueRange{builder.create<arith::AddIOp>(loc, address, offset)},
        /*isWrite=*/false, /*localityHint=*/2, /*isDataCache=*/true);
  }
}
