//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "transforms/loop/ArenaPlanner.h"
#include "transforms/loop/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPPLANSCRATCHPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Numbers of a program's ops, each before those inside of it.
class OpOrder {
public:
  explicit OpOrder(ProgramOp program) {
    int64_t count = 0;
    program->walk<WalkOrder::PreOrder>([&](Operation *op) {
      first[op] = count;
      for (; op && op != program; op = op->getParentOp()) {
        last[op] = count;
      }
      ++count;
    });
  }

  int64_t getFirst(Operation *op) const { return first.lookup(op); }
  /// The number of the last op inside of `op`, or its own.
  int64_t getLast(Operation *op) const { return last.lookup(op); }

private:
  DenseMap<Operation *, int64_t> first, last;
};

/// When `alloc` or a view of it is in use. A loop around a use, but not around
/// the allocation, counts as a whole.
ArenaBuffer findLifetime(memref::AllocOp alloc, const OpOrder &order) {
  ArenaBuffer buffer;
  buffer.firstUse = INT64_MAX;
  buffer.lastUse = -1;
  SmallVector<Value> worklist = {alloc};
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    for (Operation *user : value.getUsers()) {
      Operation *ancestor = alloc->getBlock()->findAncestorOpInBlock(*user);
      buffer.firstUse = std::min(buffer.firstUse, order.getFirst(ancestor));
      buffer.lastUse = std::max(buffer.lastUse, order.getLast(ancestor));
      // Whatever makes another memref of it may hand it on.
      for (Value result : user->getResults()) {
        if (isa<MemRefType>(result.getType())) {
          worklist.push_back(result);
        }
      }
    }
  }
  return buffer;
}

/// Allocations that are planned together: those outside of loop.parallel, or
/// those inside of one.
struct Region {
  SmallVector<memref::AllocOp> allocs;
  SmallVector<ArenaBuffer> buffers;
  /// Which buffer outside holds what the shares allocate, one after another,
  /// and the bytes of each share.
  size_t outer = 0;
  int64_t shareBytes = 0;
};

Value addShareOffset(OpBuilder &builder, Location loc, Value offset,
                     int64_t bytes) {
  Value share = builder.create<ShareStartOp>(loc, builder.getIndexType());
  Value size = builder.create<arith::ConstantIndexOp>(loc, bytes);
  Value shift = builder.create<arith::MulIOp>(loc, share, size);
  return builder.create<arith::AddIOp>(loc, offset, shift);
}

struct PlanScratch
    : public mlir::tessera::loop::impl::LoopPlanScratchPassBase<PlanScratch> {
  using LoopPlanScratchPassBase::LoopPlanScratchPassBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    program.walk([](memref::DeallocOp op) { op.erase(); });
    OpOrder order(program);
    llvm::MapVector<Operation *, Region> regions;
    regions[nullptr];
    WalkResult result = program.walk(
        [&](memref::AllocOp alloc) { return addAlloc(alloc, order, regions); });
    if (result.wasInterrupted()) {
      return signalPassFailure();
    }
    // One share's buffers first: all shares together are one buffer outside.
    for (auto &[parallel, region] : regions) {
      if (parallel) {
        ArenaBuffer buffer;
        buffer.firstUse = order.getFirst(parallel);
        buffer.lastUse = order.getLast(parallel);
        region.shareBytes = planArena(region.buffers);
        buffer.bytes =
            region.shareBytes *
            *getConstantIntValue(cast<ParallelOp>(parallel).getCount());
        region.outer = regions[nullptr].buffers.size();
        regions[nullptr].buffers.push_back(buffer);
      }
    }
    int64_t bytes = planArena(regions[nullptr].buffers);
    addScratchArgument(program, bytes);
    for (auto &[parallel, region] : regions) {
      int64_t others = parallel ? regions[nullptr].buffers[region.outer].bytes -
                                      region.shareBytes
                                : 0;
      if (others > bytes / 2) {
        program->setAttr(kSparseScratchAttrName, UnitAttr::get(&getContext()));
      }
    }
    for (auto &[parallel, region] : regions) {
      int64_t base =
          parallel ? regions[nullptr].buffers[region.outer].offset : 0;
      for (auto [alloc, buffer] : llvm::zip(region.allocs, region.buffers)) {
        replaceAlloc(alloc, base + buffer.offset, region.shareBytes);
      }
    }
  }

private:
  static WalkResult addAlloc(memref::AllocOp alloc, const OpOrder &order,
                             llvm::MapVector<Operation *, Region> &regions) {
    MemRefType type = alloc.getType();
    if (!type.hasStaticShape() || !type.getLayout().isIdentity()) {
      alloc.emitOpError() << "expected a static shape, but got " << type;
      return WalkResult::interrupt();
    }
    ArenaBuffer buffer = findLifetime(alloc, order);
    int64_t bits =
        type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
    buffer.bytes = type.getNumElements() * llvm::divideCeil(bits, 8);
    Region &region = regions[alloc->getParentOfType<ParallelOp>()];
    region.allocs.push_back(alloc);
    region.buffers.push_back(buffer);
    return WalkResult::advance();
  }

  /// Makes `alloc` a view of the scratch from byte `first` on; with
  /// `shareBytes`, in the part of the share that is run.
  static void replaceAlloc(memref::AllocOp alloc, int64_t first,
                           int64_t shareBytes) {
    OpBuilder builder(alloc);
    Location loc = alloc.getLoc();
    auto program = alloc->getParentOfType<ProgramOp>();
    Value offset = builder.create<arith::ConstantIndexOp>(loc, first);
    if (shareBytes > 0) {
      offset = addShareOffset(builder, loc, offset, shareBytes);
    }
    Value view = builder.create<memref::ViewOp>(
        loc, alloc.getType(), program.getBody().getArguments().back(), offset,
        ValueRange{});
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }

  void addScratchArgument(ProgramOp program, int64_t bytes) {
    Builder builder(program.getContext());
    auto type = MemRefType::get({bytes}, builder.getI8Type());
    program.insertArgument(program.getBody().getNumArguments(), type,
                           /*argAttrs=*/{}, program.getLoc());
    program->setAttr(kScratchBytesAttrName, builder.getI64IntegerAttr(bytes));
  }
};
} // namespace
