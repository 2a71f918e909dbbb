//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/TileEmitter.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPAPPLYSCHEDULESPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// `count` neighbouring parts of `size` elements from `offset` on.
struct Parts {
  int64_t offset, count, size;
};

/// Splits `extent` into parts of at most `tile` elements, all of equal size or
/// one smaller: 49 by 14 gives 13 + 12 + 12 + 12.
SmallVector<Parts, 2> splitEvenly(int64_t extent, int64_t tile) {
  int64_t count = llvm::divideCeil(extent, tile);
  int64_t size = llvm::divideCeil(extent, count);
  int64_t larger = extent - count * (size - 1);
  SmallVector<Parts, 2> parts = {{0, larger, size}};
  if (larger < count) {
    parts.push_back({larger * size, count - larger, size - 1});
  }
  return parts;
}

/// Splits `extent` into full parts of `tile` elements and a rest.
SmallVector<Parts, 2> splitWithRest(int64_t extent, int64_t tile) {
  SmallVector<Parts, 2> parts;
  if (extent >= tile) {
    parts.push_back({0, extent / tile, tile});
  }
  if (extent % tile != 0) {
    parts.push_back({extent - extent % tile, 1, extent % tile});
  }
  return parts;
}

int64_t countAll(ArrayRef<Parts> parts) {
  int64_t count = 0;
  for (const Parts &part : parts) {
    count += part.count;
  }
  return count;
}

/// Emits loops around register tiles of one nest.
class ScheduleApplier {
public:
  ScheduleApplier(NestOp nest, OpBuilder &builder)
      : nest(nest), schedule(cast<ScheduleInterface>(*nest.getSchedule())),
        builder(builder), loc(nest.getLoc()) {
    Value zero = builder.create<arith::ConstantIndexOp>(loc, 0);
    base.assign(nest.getNumDims(), zero);
    extent = llvm::to_vector(nest.getBounds());
    for (int64_t d : schedule.getOrder()) {
      int64_t block = schedule.getCacheTile()[d];
      if (block > 0 && block < extent[d]) {
        levels.push_back({d, block, /*isBlock=*/true});
      }
    }
    for (int64_t d : schedule.getOrder()) {
      if (nest.isReduction(d)) {
        continue;
      }
      int64_t tile = schedule.getRegisterTile()[d];
      if (d == schedule.getVectorDim()) {
        tile *= schedule.getLanes();
      }
      levels.push_back({d, tile, /*isBlock=*/false});
    }
  }

  void run() {
    for (int64_t d = 0, e = nest.getNumDims(); d < e; ++d) {
      if (nest.isParallel(d) && extent[d] == 0) {
        return;
      }
    }
    // The outermost loops together become one parallel loop.
    size_t parallelLevels = schedule.getParallelLoops();
    int64_t total = 1;
    SmallVector<int64_t> counts;
    SmallVector<int64_t> extents = extent;
    for (size_t i = 0; i < std::min(parallelLevels, levels.size()); ++i) {
      // A loop over tiles inside of blocks has an extent that varies, and
      // blocks of a reduction run in order.
      if (nest.isReduction(levels[i].dim) ||
          (!levels[i].isBlock &&
           extents[levels[i].dim] != extent[levels[i].dim])) {
        break;
      }
      counts.push_back(countAll(split(levels[i], extent[levels[i].dim])));
      if (levels[i].isBlock) {
        extents[levels[i].dim] = levels[i].size;
      }
      total *= counts.back();
    }
    if (total < 2) {
      emitLevel(0);
      return;
    }
    Value count = builder.create<arith::ConstantIndexOp>(loc, total);
    auto parallel = builder.create<ParallelOp>(loc, count);
    Block *body = new Block();
    parallel.getBody().push_back(body);
    Value index = body->addArgument(builder.getIndexType(), loc);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(body);
    decompose(index, counts);
    emitLevel(0);
    builder.setInsertionPointToEnd(body);
    builder.create<YieldOp>(loc);
  }

private:
  struct Level {
    int64_t dim, size;
    bool isBlock;
  };

  SmallVector<Parts, 2> split(const Level &level, int64_t size) {
    if (level.isBlock || level.dim == schedule.getVectorDim()) {
      return splitWithRest(size, level.size);
    }
    return splitEvenly(size, level.size);
  }

  /// Gives each parallel level its own index, the innermost varying fastest.
  void decompose(Value index, ArrayRef<int64_t> counts) {
    parallelIndex.resize(counts.size());
    AffineExpr d0 = builder.getAffineDimExpr(0);
    int64_t stride = 1;
    for (size_t i = counts.size(); i-- > 0;) {
      AffineExpr expr = d0.floorDiv(stride);
      if (i > 0) {
        expr = expr % counts[i];
      }
      parallelIndex[i] = apply(expr, index);
      stride *= counts[i];
    }
  }

  Value apply(AffineExpr expr, ValueRange operands) {
    SmallVector<OpFoldResult> folded(operands.begin(), operands.end());
    OpFoldResult result = affine::makeComposedFoldedAffineApply(
        builder, loc, AffineMap::get(operands.size(), 0, expr), folded);
    return getValueOrCreateConstantIndexOp(builder, loc, result);
  }

  /// Emits `level` and all inside of it for the part `index` of `parts`.
  void emitPart(size_t level, const Parts &parts, Value index) {
    int64_t d = levels[level].dim;
    Value savedBase = base[d];
    int64_t savedExtent = extent[d];
    AffineExpr d0 = builder.getAffineDimExpr(0);
    AffineExpr d1 = builder.getAffineDimExpr(1);
    if (index) {
      base[d] = apply(d0 + d1 * parts.size + parts.offset, {savedBase, index});
    } else if (parts.offset != 0) {
      base[d] = apply(d0 + parts.offset, savedBase);
    }
    extent[d] = parts.size;
    emitLevel(level + 1);
    base[d] = savedBase;
    extent[d] = savedExtent;
  }

  void emitLevel(size_t level) {
    if (level == levels.size()) {
      emitTile();
      return;
    }
    SmallVector<Parts, 2> parts =
        split(levels[level], extent[levels[level].dim]);
    if (level < parallelIndex.size()) {
      emitParallelLevel(level, parts);
      return;
    }
    for (const Parts &part : parts) {
      if (part.count == 1) {
        emitPart(level, part, nullptr);
        continue;
      }
      Value zero = builder.create<arith::ConstantIndexOp>(loc, 0);
      Value one = builder.create<arith::ConstantIndexOp>(loc, 1);
      Value count = builder.create<arith::ConstantIndexOp>(loc, part.count);
      auto loop = builder.create<scf::ForOp>(loc, zero, count, one);
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(loop.getBody());
      emitPart(level, part, loop.getInductionVar());
    }
  }

  /// A level whose index the parallel loop gives: at most two kinds of parts.
  void emitParallelLevel(size_t level, ArrayRef<Parts> parts) {
    Value index = parallelIndex[level];
    if (parts.size() == 1) {
      emitPart(level, parts[0], index);
      return;
    }
    Value bound = builder.create<arith::ConstantIndexOp>(loc, parts[0].count);
    Value isFirst = builder.create<arith::CmpIOp>(
        loc, arith::CmpIPredicate::slt, index, bound);
    auto branch = builder.create<scf::IfOp>(loc, isFirst, /*hasElse=*/true);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    emitPart(level, parts[0], index);
    builder.setInsertionPointToStart(branch.elseBlock());
    Value rest = builder.create<arith::SubIOp>(loc, index, bound);
    emitPart(level, parts[1], rest);
  }

  void emitTile() {
    auto tile = cast<NestOp>(builder.clone(*nest));
    tile.getOffsetsMutable().assign(base);
    tile.setBounds(extent);
    tile.setWhole(nest.getBounds());
  }

  NestOp nest;
  ScheduleInterface schedule;
  OpBuilder &builder;
  Location loc;
  SmallVector<Level> levels;
  SmallVector<Value> base, parallelIndex;
  SmallVector<int64_t> extent;
};

struct ApplySchedules
    : public mlir::tessera::loop::impl::LoopApplySchedulesPassBase<
          ApplySchedules> {
  using LoopApplySchedulesPassBase::LoopApplySchedulesPassBase;

  void runOnOperation() override {
    SmallVector<NestOp> nests;
    getOperation()->walk([&](NestOp nest) {
      if (nest.getOffsets().empty()) {
        nests.push_back(nest);
      }
    });
    for (NestOp nest : nests) {
      if (!nest.hasPureBufferSemantics()) {
        nest.emitOpError() << "expected buffers; run loop-bufferize first";
        return signalPassFailure();
      }
      if (!nest.getSchedule()) {
        nest.emitOpError()
            << "expected a schedule; run loop-attach-schedules first";
        return signalPassFailure();
      }
      if (failed(verifyVectors(nest))) {
        return signalPassFailure();
      }
      OpBuilder builder(nest);
      ScheduleApplier(nest, builder).run();
      nest.erase();
      ++numNests;
    }
  }

private:
  /// Checks that vector code exists for what the nest computes.
  static LogicalResult verifyVectors(NestOp nest) {
    auto schedule = cast<ScheduleInterface>(*nest.getSchedule());
    if (schedule.getLanes() == 1) {
      return success();
    }
    if (!isVectorizable(nest)) {
      return nest.emitOpError() << "expected ops that exist on vectors for a "
                                   "schedule of '"
                                << schedule.getLanes() << "' lanes";
    }
    if (nest.isReduction(schedule.getVectorDim()) && !getCombiningKind(nest)) {
      return nest.emitOpError()
             << "expected combine to join partial results by one op for "
                "vectors along reduction '"
             << schedule.getVectorDim() << "'";
    }
    return success();
  }
};
} // namespace
