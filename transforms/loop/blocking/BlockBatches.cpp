//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "transforms/loop/BlockLoop.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/blocking/Passes.h"
#include "transforms/loop/blocking/SharedDims.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPBLOCKBATCHESPASS
#include "transforms/loop/blocking/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Blocks wanted, so that threads get even shares.
constexpr int64_t kWantedBlocks = 16;
/// Rows below which a contraction's register tiles wait for their operands.
constexpr int64_t kMinRows = 8;
/// Distances of rows, in bytes, that share sets of L1.
constexpr int64_t kBadPitch = 1024;
constexpr int64_t kLineBytes = 64;

/// A program of contractions and what lies between, whose nests can all run for
/// a few rows of one element of a batch at a time.
class BatchBlocking {
public:
  explicit BatchBlocking(ProgramOp program)
      : program(program), body(program.getBody().front()) {}

  /// Finds the nests and what they share. The innermost shared dimension is the
  /// rows, the others are the batch.
  bool analyze() {
    int64_t contractions = 0;
    for (Operation &op : body) {
      if (auto nest = dyn_cast<NestOp>(op)) {
        if (nest.getSchedule() || hasOtherAccess(nest)) {
          return false;
        }
        contractions += nest.isContraction();
        nests.push_back(nest);
      } else if (!isa<memref::AllocOp, memref::DeallocOp, ReturnOp>(op) &&
                 !op.hasTrait<OpTrait::ConstantLike>()) {
        return false;
      }
    }
    if (contractions < 2) {
      return false;
    }
    shared = findSharedDims(nests);
    for (Operation &op : body) {
      if (auto alloc = dyn_cast<memref::AllocOp>(op)) {
        bytes += countBytes(alloc.getType());
      }
    }
    // Without temporary buffers there is nothing to keep in a cache.
    return !shared.empty() && bytes > 0;
  }

  int64_t getRows() const { return shared.back().bound; }
  int64_t countBatches() const {
    int64_t count = 1;
    for (const SharedDim &dim : ArrayRef(shared).drop_back()) {
      count *= dim.bound;
    }
    return count;
  }
  /// Bytes of temporary buffers for one row.
  int64_t getRowBytes() const {
    return llvm::divideCeil(bytes, getRows() * countBatches());
  }
  /// Bytes that all rows of one element of the batch read.
  int64_t getPanelBytes() {
    llvm::SmallDenseSet<Value> panels;
    int64_t total = 0;
    for (auto [n, nest] : llvm::enumerate(nests)) {
      for (auto [i, operand] : llvm::enumerate(nest->getOperands())) {
        AffineMap map = nest.getInputMap(i);
        if (map.isFunctionOfDim(shared.back().dims[n]) ||
            !panels.insert(operand).second) {
          continue;
        }
        int64_t batches = 1;
        for (const SharedDim &dim : ArrayRef(shared).drop_back()) {
          batches *= map.isFunctionOfDim(dim.dims[n]) ? dim.bound : 1;
        }
        total += countBytes(cast<MemRefType>(operand.getType())) / batches;
      }
    }
    return total;
  }

  void apply(int64_t blockRows) {
    OpBuilder builder(body.getTerminator());
    Location loc = program.getLoc();
    int64_t blocks = llvm::divideCeil(getRows(), blockRows);
    buildBlockLoop(
        builder, loc, countBatches() * blocks,
        countOperations() >= kMinParallelOps, [] {},
        [&](Value item) { emitItem(builder, item, blocks, blockRows); });
    for (NestOp nest : nests) {
      nest.erase();
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
      if (isa<memref::DeallocOp>(op) ||
          (isa<memref::AllocOp>(op) && op.use_empty())) {
        op.erase();
      }
    }
  }

private:
  int64_t countOperations() {
    int64_t count = 0;
    for (NestOp nest : nests) {
      count += countPoints(nest);
    }
    return count;
  }

  Value apply(OpBuilder &builder, AffineExpr expr, Value operand) {
    OpFoldResult result = affine::makeComposedFoldedAffineApply(
        builder, program.getLoc(), AffineMap::get(1, 0, expr), {operand});
    return getValueOrCreateConstantIndexOp(builder, program.getLoc(), result);
  }

  /// Emits all nests for block `item` of the batch's blocks of rows.
  void emitItem(OpBuilder &builder, Value item, int64_t blocks,
                int64_t blockRows) {
    AffineExpr d0 = builder.getAffineDimExpr(0);
    firsts.assign(shared.size(), Value());
    firsts.back() = apply(builder, d0 % blocks * blockRows, item);
    int64_t stride = blocks;
    for (size_t i = shared.size() - 1; i-- > 0;) {
      firsts[i] = apply(builder, d0.floorDiv(stride) % shared[i].bound, item);
      stride *= shared[i].bound;
    }
    int64_t rest = getRows() % blockRows;
    int64_t fullBlocks = getRows() / blockRows * countBatches();
    if (rest == 0) {
      emitNests(builder, blockRows, fullBlocks);
      return;
    }
    Location loc = program.getLoc();
    Value last = builder.create<arith::ConstantIndexOp>(loc, getRows() - rest);
    Value isFull = builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                                 firsts.back(), last);
    auto branch = builder.create<scf::IfOp>(loc, isFull, /*hasElse=*/true);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    emitNests(builder, blockRows, fullBlocks);
    builder.setInsertionPointToStart(branch.elseBlock());
    emitNests(builder, rest, countBatches());
  }

  /// `runs` is how often the nests run.
  void emitNests(OpBuilder &builder, int64_t rows, int64_t runs) {
    parts.clear();
    SmallVector<int64_t> sizes(shared.size(), 1);
    sizes.back() = rows;
    for (auto [n, nest] : llvm::enumerate(nests)) {
      SmallVector<Value> operands;
      for (auto [i, operand] : llvm::enumerate(nest->getOperands())) {
        operands.push_back(
            cut(builder, operand, nest.getInputMap(i), n, sizes));
      }
      auto clone = cast<NestOp>(builder.clone(*nest));
      clone->setOperands(operands);
      clone->setAttr(kRunsAttrName, builder.getI64IntegerAttr(runs));
      SmallVector<int64_t> bounds(nest.getBounds());
      for (auto [dim, size] : llvm::zip(shared, sizes)) {
        bounds[dim.dims[n]] = size;
      }
      clone.setBounds(bounds);
    }
  }

  /// The part of `operand` of nest `n` that the block at hand touches.
  Value cut(OpBuilder &builder, Value operand, AffineMap map, unsigned n,
            ArrayRef<int64_t> sizes) {
    auto type = cast<MemRefType>(operand.getType());
    SmallVector<int64_t> shape(type.getShape());
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    bool isCut = false;
    for (auto [i, dim] : llvm::enumerate(shared)) {
      if (std::optional<unsigned> at = findPosition(map, dim.dims[n])) {
        shape[*at] = sizes[i];
        offsets[*at] = firsts[i];
        isCut = true;
      }
    }
    if (!isCut) {
      return operand;
    }
    if (operand.getDefiningOp<memref::AllocOp>()) {
      Value &part = parts[operand];
      if (!part) {
        part = allocatePart(builder, operand.getLoc(), shape,
                            type.getElementType());
      }
      return part;
    }
    SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
    return builder.create<memref::SubViewOp>(
        operand.getLoc(), operand, offsets,
        getAsIndexOpFoldResult(builder.getContext(), shape), strides);
  }

  /// A buffer of `shape`, rows apart by no multiple of 1 KiB: those would share
  /// few sets of the cache.
  static Value allocatePart(OpBuilder &builder, Location loc,
                            ArrayRef<int64_t> shape, Type element) {
    SmallVector<int64_t> padded(shape);
    int64_t elementBytes =
        element.isIndex()
            ? 8
            : llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
    bool isFar = shape.size() > 1 && shape[shape.size() - 2] > 1 &&
                 shape.back() * elementBytes % kBadPitch == 0;
    if (isFar) {
      padded.back() += kLineBytes / elementBytes;
    }
    Value all =
        builder.create<memref::AllocOp>(loc, MemRefType::get(padded, element));
    if (!isFar) {
      return all;
    }
    MLIRContext *context = builder.getContext();
    SmallVector<int64_t> zeros(shape.size(), 0), ones(shape.size(), 1);
    return builder.create<memref::SubViewOp>(
        loc, all, getAsIndexOpFoldResult(context, zeros),
        getAsIndexOpFoldResult(context, shape),
        getAsIndexOpFoldResult(context, ones));
  }

  ProgramOp program;
  Block &body;
  SmallVector<NestOp> nests;
  SmallVector<SharedDim> shared;
  int64_t bytes = 0;
  /// The first index of each shared dimension in the block at hand.
  SmallVector<Value> firsts;
  /// A block's part of each temporary buffer.
  llvm::DenseMap<Value, Value> parts;
};

/// The largest divisor of `number` in [`least`, `most`], if there is one.
std::optional<int64_t> findDivisor(int64_t number, int64_t least,
                                   int64_t most) {
  for (int64_t d = std::min(number, most); d >= std::min(number, least); --d) {
    if (number % d == 0) {
      return d;
    }
  }
  return std::nullopt;
}

/// Rows of a block: its temporary values and what all rows of an element of the
/// batch read are to stay in L2. 0 if not even a few rows fit.
int64_t chooseRows(BatchBlocking &blocking, CpuTargetAttr target) {
  int64_t rows = blocking.getRows();
  int64_t rowBytes = std::max<int64_t>(blocking.getRowBytes(), 1);
  int64_t fitting =
      (target.getL2Bytes() * 3 / 4 - blocking.getPanelBytes()) / rowBytes;
  // Where the panels are too large to stay, they stream past half of L2.
  if (fitting < 2 * kMinRows) {
    fitting = target.getL2Bytes() / 2 / rowBytes;
  }
  if (fitting < std::min(kMinRows, rows)) {
    return 0;
  }
  int64_t wanted = std::clamp<int64_t>(
      rows * blocking.countBatches() / kWantedBlocks, kMinRows, fitting);
  if (auto size = findDivisor(rows, std::max(kMinRows, wanted / 2), wanted)) {
    return *size;
  }
  if (auto size = findDivisor(rows, std::max(kMinRows, fitting / 2), fitting)) {
    return *size;
  }
  int64_t blocks = llvm::divideCeil(rows, wanted);
  return llvm::divideCeil(rows, blocks);
}

struct BlockBatches
    : public mlir::tessera::loop::impl::LoopBlockBatchesPassBase<BlockBatches> {
  void runOnOperation() override {
    ProgramOp program = getOperation();
    CpuTargetAttr target = getRequiredTarget(program);
    if (!target) {
      return signalPassFailure();
    }
    BatchBlocking blocking(program);
    if (!blocking.analyze()) {
      return;
    }
    if (int64_t rows = chooseRows(blocking, target)) {
      blocking.apply(rows);
      ++numBlocked;
    }
  }
};
} // namespace
