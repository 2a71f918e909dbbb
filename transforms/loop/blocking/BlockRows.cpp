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
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/blocking/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPBLOCKROWSPASS
#include "transforms/loop/blocking/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Blocks wanted, so that threads get even shares.
constexpr int64_t kWantedBlocks = 16;

/// A program whose nests can run a block of rows at a time.
class RowBlocking {
public:
  explicit RowBlocking(ProgramOp program)
      : program(program), body(program.getBody().front()) {}

  /// Whether dimension 0 of each nest counts the same rows of all buffers that
  /// the program writes.
  bool analyze() {
    for (Operation &op : body) {
      if (auto nest = dyn_cast<NestOp>(op)) {
        nests.push_back(nest);
      } else if (!isa<memref::AllocOp, memref::DeallocOp,
                      memref::CollapseShapeOp, memref::ExpandShapeOp, ReturnOp>(
                     op) &&
                 !op.hasTrait<OpTrait::ConstantLike>()) {
        return false;
      }
    }
    if (nests.size() < 2 || nests[0].getNumDims() == 0) {
      return false;
    }
    rows = nests[0].getBounds()[0];
    for (NestOp nest : nests) {
      for (Value output : nest.getOutputs()) {
        written.insert(stripReshapes(output));
      }
    }
    return rows > 1 &&
           llvm::all_of(nests, [&](NestOp nest) { return fitsRows(nest); });
  }

  /// Bytes of one row of all buffers that have rows.
  int64_t getRowBytes() const {
    int64_t bytes = 0;
    for (Value buffer : rowBuffers) {
      bytes += countBytes(cast<MemRefType>(buffer.getType()));
    }
    return llvm::divideCeil(bytes, rows);
  }

  int64_t getRows() const { return rows; }

  void apply(int64_t blockRows) {
    OpBuilder builder(body.getTerminator());
    Location loc = program.getLoc();
    size = blockRows;
    buildBlockLoop(
        builder, loc, rows / size, countOperations() >= kMinParallelOps,
        [&] { allocate(builder); },
        [&](Value block) {
          Value scale = builder.create<arith::ConstantIndexOp>(loc, size);
          firstRow = builder.create<arith::MulIOp>(loc, block, scale);
          for (NestOp nest : nests) {
            emit(builder, nest);
          }
        });
    for (NestOp nest : nests) {
      nest.erase();
    }
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
      if (isa<memref::DeallocOp>(op) ||
          (isa<memref::AllocOp, memref::CollapseShapeOp, memref::ExpandShapeOp>(
               op) &&
           op.use_empty())) {
        op.erase();
      }
    }
  }

private:
  bool fitsRows(NestOp nest) {
    if (nest.getNumDims() == 0 || nest.getBounds()[0] != rows ||
        nest.isReduction(0) || nest.getSchedule() || hasOtherAccess(nest)) {
      return false;
    }
    for (auto [i, operand] : llvm::enumerate(nest->getOperands())) {
      Value buffer = stripReshapes(operand);
      AffineMap map = nest.getInputMap(i);
      auto type = cast<MemRefType>(operand.getType());
      if (!map.isFunctionOfDim(0)) {
        if (written.contains(buffer)) {
          return false;
        }
        continue;
      }
      std::optional<unsigned> position = findRows(map, type);
      if (!position || !type.getLayout().isIdentity()) {
        return false;
      }
      rowBuffers.insert(buffer);
    }
    return true;
  }

  /// The dimension of a buffer that the rows are, with nothing outside of it.
  std::optional<unsigned> findRows(AffineMap map, MemRefType type) {
    unsigned position = 0;
    while (isa<AffineConstantExpr>(map.getResult(position)) &&
           type.getDimSize(position) == 1) {
      ++position;
    }
    AffineExpr row = getAffineDimExpr(0, map.getContext());
    bool isRow = map.getResult(position) == row &&
                 !map.dropResult(position).isFunctionOfDim(0) &&
                 type.getDimSize(position) == rows;
    return isRow ? std::optional(position) : std::nullopt;
  }

  int64_t countOperations() {
    int64_t count = 0;
    for (NestOp nest : nests) {
      count += countPoints(nest);
    }
    return count;
  }

  /// One block's part of each allocation: [row][element of the row].
  void allocate(OpBuilder &builder) {
    for (Value buffer : rowBuffers) {
      if (!buffer.getDefiningOp<memref::AllocOp>()) {
        continue;
      }
      auto type = cast<MemRefType>(buffer.getType());
      auto part = MemRefType::get({size, type.getNumElements() / rows},
                                  type.getElementType());
      parts[buffer] = builder.create<memref::AllocOp>(buffer.getLoc(), part);
    }
  }

  /// `part`, [row][element], in the shape of a block of `type`.
  Value reshape(OpBuilder &builder, Value part, MemRefType type,
                unsigned position) {
    Location loc = part.getLoc();
    int64_t rank = type.getRank();
    SmallVector<ReassociationIndices> groups(1);
    llvm::append_range(groups[0], llvm::seq<int64_t>(0, position + 1));
    if (position + 1 == rank) {
      part = builder.create<memref::CollapseShapeOp>(
          loc, part, ArrayRef<ReassociationIndices>{{0, 1}});
    } else {
      groups.emplace_back(
          llvm::to_vector<2>(llvm::seq<int64_t>(position + 1, rank)));
    }
    if (rank == int64_t(groups.size())) {
      return part;
    }
    SmallVector<int64_t> shape(type.getShape());
    shape[position] = size;
    return builder.create<memref::ExpandShapeOp>(loc, shape, part, groups);
  }

  Value cut(OpBuilder &builder, Value operand, AffineMap map) {
    auto type = cast<MemRefType>(operand.getType());
    unsigned position = *findRows(map, type);
    if (Value part = parts.lookup(stripReshapes(operand))) {
      return reshape(builder, part, type, position);
    }
    SmallVector<OpFoldResult> offsets(type.getRank(), builder.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes =
        getAsIndexOpFoldResult(builder.getContext(), type.getShape());
    offsets[position] = firstRow;
    sizes[position] = builder.getIndexAttr(size);
    return builder.create<memref::SubViewOp>(operand.getLoc(), operand, offsets,
                                             sizes, strides);
  }

  void emit(OpBuilder &builder, NestOp nest) {
    SmallVector<Value> operands;
    for (auto [i, operand] : llvm::enumerate(nest->getOperands())) {
      AffineMap map = nest.getInputMap(i);
      operands.push_back(map.isFunctionOfDim(0) ? cut(builder, operand, map)
                                                : operand);
    }
    auto clone = cast<NestOp>(builder.clone(*nest));
    clone->setOperands(operands);
    SmallVector<int64_t> bounds(nest.getBounds());
    bounds[0] = size;
    clone.setBounds(bounds);
  }

  ProgramOp program;
  Block &body;
  SmallVector<NestOp> nests;
  llvm::SetVector<Value> written, rowBuffers;
  llvm::DenseMap<Value, Value> parts;
  Value firstRow;
  int64_t rows = 0, size = 0;
};

/// The largest divisor of `number` that is at most `limit`, or 1.
int64_t getDivisor(int64_t number, int64_t limit) {
  for (int64_t divisor = std::min(number, limit); divisor > 1; --divisor) {
    if (number % divisor == 0) {
      return divisor;
    }
  }
  return 1;
}

struct BlockRows
    : public mlir::tessera::loop::impl::LoopBlockRowsPassBase<BlockRows> {
  void runOnOperation() override {
    ProgramOp program = getOperation();
    CpuTargetAttr target = getRequiredTarget(program);
    if (!target) {
      return signalPassFailure();
    }
    RowBlocking blocking(program);
    if (!blocking.analyze()) {
      return;
    }
    int64_t rowBytes = std::max<int64_t>(blocking.getRowBytes(), 1);
    int64_t rows = blocking.getRows();
    if (rowBytes * rows <= target.getL1Bytes()) {
      return; // in the cache anyway
    }
    int64_t wanted = std::min<int64_t>(target.getL2Bytes() / 4 / rowBytes,
                                       llvm::divideCeil(rows, kWantedBlocks));
    blocking.apply(getDivisor(rows, std::max<int64_t>(wanted, 1)));
    ++numBlocked;
  }
};
} // namespace
