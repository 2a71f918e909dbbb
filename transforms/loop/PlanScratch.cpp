//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "transforms/loop/ArenaPlanner.h"
#include "transforms/loop/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPPLANSCRATCHPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Positions in `block` of the first and last op that may touch `root` or a
/// view of it.
ArenaBuffer findLifetime(Value root, Block &block) {
  ArenaBuffer buffer;
  buffer.firstUse = INT64_MAX;
  buffer.lastUse = -1;
  SmallVector<Value> worklist = {root};
  SmallVector<Operation *> users;
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    for (Operation *user : value.getUsers()) {
      users.push_back(user);
      // Whatever makes another memref of it may hand it on.
      for (Value result : user->getResults()) {
        if (isa<MemRefType>(result.getType())) {
          worklist.push_back(result);
        }
      }
    }
  }
  int64_t position = 0;
  DenseMap<Operation *, int64_t> positions;
  for (Operation &op : block) {
    positions[&op] = position++;
  }
  for (Operation *user : users) {
    Operation *ancestor = block.findAncestorOpInBlock(*user);
    int64_t at = positions.lookup(ancestor);
    buffer.firstUse = std::min(buffer.firstUse, at);
    buffer.lastUse = std::max(buffer.lastUse, at);
  }
  return buffer;
}

/// A copy as an elementwise nest, so that it is scheduled as one.
void replaceCopy(memref::CopyOp copy) {
  OpBuilder builder(copy);
  Location loc = copy.getLoc();
  auto type = cast<MemRefType>(copy.getSource().getType());
  int64_t rank = type.getRank();
  auto map = AffineMapAttr::get(builder.getMultiDimIdentityMap(rank));
  SmallVector<Attribute> iterators(
      rank,
      IteratorKindAttr::get(builder.getContext(), IteratorKind::parallel));
  auto nest = builder.create<NestOp>(
      loc, TypeRange{}, ValueRange{copy.getSource()}, ValueRange{},
      ValueRange{copy.getTarget()}, builder.getArrayAttr({map, map}),
      builder.getArrayAttr(iterators),
      builder.getDenseI64ArrayAttr(type.getShape()));
  buildCopyRegions(builder, nest);
  copy.erase();
}

constexpr int64_t kAlignment = 64;

/// How many shares at most run an allocation inside of loop.parallel, each with
/// a buffer of its own; none for an allocation outside.
std::optional<int64_t> countShares(memref::AllocOp alloc) {
  auto parallel = alloc->getParentOfType<ParallelOp>();
  if (!parallel) {
    return std::nullopt;
  }
  return getConstantIntValue(parallel.getCount());
}

Value addShareOffset(OpBuilder &builder, memref::AllocOp alloc, Value offset,
                     int64_t bytes) {
  Location loc = alloc.getLoc();
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
    program.walk([](memref::CopyOp copy) { replaceCopy(copy); });
    SmallVector<memref::AllocOp> allocs;
    program.walk([](memref::DeallocOp op) { op.erase(); });
    program.walk([&](memref::AllocOp op) { allocs.push_back(op); });

    Block &block = program.getBody().front();
    SmallVector<ArenaBuffer> buffers;
    for (memref::AllocOp alloc : allocs) {
      MemRefType type = alloc.getType();
      if (!type.hasStaticShape() || !type.getLayout().isIdentity()) {
        alloc.emitOpError() << "expected a static shape, but got " << type;
        return signalPassFailure();
      }
      ArenaBuffer buffer = findLifetime(alloc, block);
      int64_t bits =
          type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
      buffer.bytes = type.getNumElements() * llvm::divideCeil(bits, 8);
      if (std::optional<int64_t> shares = countShares(alloc)) {
        buffer.bytes = llvm::alignTo(buffer.bytes, kAlignment) * *shares;
      }
      buffers.push_back(buffer);
    }
    int64_t bytes = planArena(buffers);
    addScratchArgument(program, bytes);
    OpBuilder builder(program.getContext());
    Value scratch = block.getArguments().back();
    for (auto [alloc, buffer] : llvm::zip(allocs, buffers)) {
      builder.setInsertionPoint(alloc);
      Value offset =
          builder.create<arith::ConstantIndexOp>(alloc.getLoc(), buffer.offset);
      if (std::optional<int64_t> shares = countShares(alloc)) {
        offset = addShareOffset(builder, alloc, offset, buffer.bytes / *shares);
      }
      Value view = builder.create<memref::ViewOp>(
          alloc.getLoc(), alloc.getType(), scratch, offset, ValueRange{});
      alloc.replaceAllUsesWith(view);
      alloc.erase();
    }
  }

private:
  void addScratchArgument(ProgramOp program, int64_t bytes) {
    Builder builder(program.getContext());
    auto type = MemRefType::get({bytes}, builder.getI8Type());
    program.insertArgument(program.getBody().getNumArguments(), type,
                           /*argAttrs=*/{}, program.getLoc());
    program->setAttr(kScratchBytesAttrName, builder.getI64IntegerAttr(bytes));
  }
};
} // namespace
