//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/AuxiliaryLocation.h"
#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/SimplifyPatterns.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::tessera::graph;

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

/// The pads (all low, then all high) that `pad` adds to the spatial dimensions,
/// or nothing if it is no zero padding of these alone.
static std::optional<SmallVector<int64_t>> getSpatialPads(PadOp pad,
                                                          bool channelsLast) {
  if (pad.getMode() != PadMode::constant ||
      (pad.getValue() && getSplatNumber(pad.getValue()) != 0.0)) {
    return std::nullopt;
  }
  size_t rank = pad.getLow().size();
  size_t first = channelsLast ? 1 : 2;
  size_t end = channelsLast ? rank - 1 : rank;
  SmallVector<int64_t> pads;
  for (ArrayRef<int64_t> amounts : {pad.getLow(), pad.getHigh()}) {
    for (auto [i, amount] : llvm::enumerate(amounts)) {
      bool isSpatial = i >= first && i < end;
      if (amount < 0 || (!isSpatial && amount != 0)) {
        return std::nullopt;
      }
      if (isSpatial) {
        pads.push_back(amount);
      }
    }
  }
  return pads;
}

static SmallVector<int64_t> addEach(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  SmallVector<int64_t> sums;
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    sums.push_back(x + y);
  }
  return sums;
}

namespace {

/// conv(pad(x)) -> conv(x) with larger pads, where the padding is zero.
struct MovePadIntoConv : public OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    auto pads = pad ? getSpatialPads(pad, op.getChannelsLast()) : std::nullopt;
    if (!pads) {
      return rewriter.notifyMatchFailure(op, "no spatial zero padding");
    }
    auto conv = rewriter.create<ConvOp>(
        rewriter.getFusedLoc({pad.getLoc(), op.getLoc()}), pad.getInput(),
        op.getFilter(), op.getStrides(), op.getDilations(),
        addEach(op.getPads(), *pads), op.getGroups(), op.getChannelsLast());
    if (conv.getType() != op.getType()) {
      rewriter.eraseOp(conv);
      return rewriter.notifyMatchFailure(op, "the type would change");
    }
    rewriter.replaceOp(op, conv.getResult());
    return success();
  }
};

/// avg_pool(pad(x)) -> avg_pool(x) with larger pads that count. Not where the
/// pool has pads that don't count, nor with `ceil_mode`, which leaves out
/// windows by where the pads begin.
struct MovePadIntoAvgPool : public OpRewritePattern<AvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AvgPoolOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getInput().getDefiningOp<PadOp>();
    auto pads = pad ? getSpatialPads(pad, op.getChannelsLast()) : std::nullopt;
    bool hasPads = llvm::any_of(op.getPads(), [](int64_t x) { return x != 0; });
    if (!pads || op.getCeilMode() || (hasPads && !op.getCountIncludePad())) {
      return rewriter.notifyMatchFailure(op, "no padding that counts");
    }
    rewriter.modifyOpInPlace(op, [&] {
      op.setPads(addEach(op.getPads(), *pads));
      op.setCountIncludePad(true);
      op.getInputMutable().set(pad.getInput());
      op->setLoc(rewriter.getFusedLoc({pad.getLoc(), op.getLoc()}));
    });
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Gather, concat, broadcast
//===----------------------------------------------------------------------===//

/// Constant indices start, start + step, start + 2 * step, ...
struct IndexRange {
  int64_t start;
  int64_t count;
  int64_t step;
};

} // namespace

/// The range that constant `indices` into a dimension of `size` are.
static std::optional<IndexRange> getIndexRange(Value indices, int64_t size) {
  DenseIntElementsAttr elements;
  if (!matchPattern(indices, m_Constant(&elements)) || elements.empty() ||
      size <= 0) {
    return std::nullopt;
  }
  SmallVector<int64_t> values;
  for (const APInt &element : elements.getValues<APInt>()) {
    int64_t value = element.getSExtValue();
    value = value < 0 ? value + size : value;
    values.push_back(std::clamp<int64_t>(value, 0, size - 1));
  }
  IndexRange range{values[0], static_cast<int64_t>(values.size()),
                   values.size() > 1 ? values[1] - values[0] : 1};
  for (int64_t i = 0; i < range.count; ++i) {
    if (range.step == 0 || values[i] != range.start + i * range.step) {
      return std::nullopt;
    }
  }
  return range;
}

namespace {

/// gather(x, constant range) -> reshape(slice(x))
struct TurnGatherIntoSlice : public OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GatherOp op,
                                PatternRewriter &rewriter) const override {
    if (!hasStaticShape(op.getInput()) || isConstantExpression(op.getInput())) {
      return rewriter.notifyMatchFailure(op, "dynamic or constant input");
    }
    ArrayRef<int64_t> shape = getShape(op.getInput());
    int64_t axis = op.getAxis();
    std::optional<IndexRange> range =
        getIndexRange(op.getIndices(), shape[axis]);
    if (!range) {
      return rewriter.notifyMatchFailure(op, "indices are no constant range");
    }
    SmallVector<int64_t> starts(shape.size(), 0);
    SmallVector<int64_t> sizes(shape);
    SmallVector<int64_t> steps(shape.size(), 1);
    starts[axis] = range->start;
    sizes[axis] = range->count;
    steps[axis] = range->step;
    Value slice = rewriter.create<SliceOp>(makeAuxiliary(op.getLoc()),
                                           op.getInput(), starts, sizes, steps);
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), slice,
                                         getShape(op.getResult())));
    return success();
  }
};

/// concat(x[0:a], x[a:b], ...) -> x[0:b], and x itself where that is all of it.
struct JoinSlicesInConcat : public OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getInputs().empty()) {
      return rewriter.notifyMatchFailure(op, "nothing to join");
    }
    auto first = op.getInputs()[0].getDefiningOp<SliceOp>();
    if (!first || !hasStaticShape(first.getInput())) {
      return rewriter.notifyMatchFailure(op, "first operand is no slice");
    }
    int64_t axis = op.getAxis();
    SmallVector<int64_t> starts(first.getStarts());
    SmallVector<int64_t> sizes(getShape(first.getResult()));
    sizes[axis] = 0;
    for (Value input : op.getInputs()) {
      auto slice = input.getDefiningOp<SliceOp>();
      if (!slice || slice.getInput() != first.getInput() ||
          !hasStaticShape(input) ||
          llvm::any_of(slice.getSteps(), [](int64_t x) { return x != 1; })) {
        return rewriter.notifyMatchFailure(op, "operands of several sources");
      }
      starts[axis] = first.getStarts()[axis] + sizes[axis];
      if (slice.getStarts() != ArrayRef<int64_t>(starts)) {
        return rewriter.notifyMatchFailure(op, "slices do not join");
      }
      sizes[axis] += getShape(input)[axis];
    }
    if (ArrayRef<int64_t>(sizes) == getShape(first.getInput())) {
      rewriter.replaceOp(op, first.getInput());
      return success();
    }
    if (op.getInputs().size() < 2) {
      return rewriter.notifyMatchFailure(op, "one slice alone");
    }
    rewriter.replaceOpWithNewOp<SliceOp>(
        op, first.getInput(), first.getStarts(), sizes, first.getSteps());
    return success();
  }
};

/// add(broadcast(x), y) -> add(x, y), for every elementwise op, where the
/// result's shape stays: the op broadcasts by itself.
struct DropBroadcastOperand
    : public OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseOpInterface op,
                                PatternRewriter &rewriter) const override {
    for (OpOperand &operand : op->getOpOperands()) {
      auto broadcast = operand.get().getDefiningOp<BroadcastOp>();
      if (!broadcast || !hasStaticShape(broadcast.getInput()) ||
          !keepsShape(op, operand, broadcast.getInput())) {
        continue;
      }
      rewriter.modifyOpInPlace(op, [&] { operand.set(broadcast.getInput()); });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no needless broadcast");
  }

private:
  static bool keepsShape(Operation *op, OpOperand &changed, Value value) {
    SmallVector<ArrayRef<int64_t>> shapes;
    for (OpOperand &operand : op->getOpOperands()) {
      Value used = &operand == &changed ? value : operand.get();
      if (!hasStaticShape(used)) {
        return false;
      }
      shapes.push_back(getShape(used));
    }
    FailureOr<SmallVector<int64_t>> shape = inferBroadcastShape(shapes);
    return succeeded(shape) &&
           ArrayRef<int64_t>(*shape) == getShape(op->getResult(0));
  }
};

/// reshape(transpose(x)) -> transpose(reshape(x)), where the reshape only adds
/// dimensions of size 1: the transpose then meets the op that reads its result.
struct MoveTransposeBehindUnitDims : public OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose || !transpose->hasOneUse() ||
        !hasStaticShape(transpose.getInput()) ||
        isConstantExpression(transpose.getInput())) {
      return rewriter.notifyMatchFailure(op, "no transpose of its own");
    }
    ArrayRef<int64_t> from = getShape(op.getInput());
    ArrayRef<int64_t> to = getShape(op.getResult());
    int64_t numAdded = int64_t(to.size()) - int64_t(from.size());
    // Added dimensions come first before the transpose.
    SmallVector<int64_t> permutation;
    int64_t numFound = 0;
    for (int64_t size : to) {
      size_t next = permutation.size() - numFound;
      if (next < from.size() && from[next] == size) {
        permutation.push_back(numAdded + transpose.getPermutation()[next]);
      } else if (size == 1) {
        permutation.push_back(numFound++);
      } else {
        return rewriter.notifyMatchFailure(op, "not only new dimensions");
      }
    }
    if (numAdded < 1 || numFound != numAdded) {
      return rewriter.notifyMatchFailure(op, "not only new dimensions");
    }
    SmallVector<int64_t> shape(numAdded, 1);
    llvm::append_range(shape, getShape(transpose.getInput()));
    Value reshaped = createReshape(rewriter, makeAuxiliary(op.getLoc()),
                                   transpose.getInput(), shape);
    Location loc = rewriter.getFusedLoc({transpose.getLoc(), op.getLoc()});
    rewriter.replaceOp(op,
                       createTranspose(rewriter, loc, reshaped, permutation));
    return success();
  }
};

} // namespace

void mlir::tessera::graph::populateSimplifyMovementPatterns(
    RewritePatternSet &patterns) {
  patterns
      .add<DropBroadcastOperand, JoinSlicesInConcat, MovePadIntoAvgPool,
           MovePadIntoConv, MoveTransposeBehindUnitDims, TurnGatherIntoSlice>(
          patterns.getContext());
}
