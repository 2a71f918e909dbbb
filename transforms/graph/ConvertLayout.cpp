//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "transforms/graph/AuxiliaryLocation.h"
#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/LayoutAssignment.h"

namespace mlir::tessera::graph {
#define GEN_PASS_DEF_GRAPHCONVERTLAYOUTPASS
#include "transforms/graph/Passes.h.inc"
} // namespace mlir::tessera::graph

using namespace mlir;
using namespace mlir::tessera::graph;

/// Replaces `op`, which drops the dimensions it reduces, by one that keeps them
/// and a reshape. So the layout of its operand is free.
template <typename OpTy> static void keepReducedDims(OpTy op) {
  auto type = op.getInput().getType();
  if (op.getKeepDims() || !hasLayoutRank(type) || !type.hasStaticShape() ||
      isConstantExpression(op.getInput())) {
    return;
  }
  SmallVector<int64_t> axes;
  if constexpr (std::is_same_v<OpTy, ReduceOp>) {
    axes = SmallVector<int64_t>(op.getAxes());
  } else {
    axes.push_back(op.getAxis());
  }
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t axis : axes) {
    shape[axis] = 1;
  }
  auto resultType = cast<RankedTensorType>(op.getType());
  OpBuilder builder(op);
  auto kept = cast<OpTy>(builder.clone(*op));
  kept.setKeepDims(true);
  kept->setLoc(makeAuxiliary(op.getLoc()));
  kept->getResult(0).setType(resultType.clone(shape));
  op.getResult().replaceAllUsesWith(createReshape(
      builder, op.getLoc(), kept.getResult(), resultType.getShape()));
  op.erase();
}

namespace {
/// Marks what a builder creates: transposes of operands compute no value of the
/// model.
struct AuxiliaryListener : public OpBuilder::Listener {
  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override {
    op->setLoc(makeAuxiliary(op->getLoc()));
    created.insert(op);
  }

  llvm::SmallPtrSet<Operation *, 8> created;
};
} // namespace

/// Computes `op` with channels last, between transposes.
static LogicalResult convert(Operation *op) {
  AuxiliaryListener listener;
  OpBuilder builder(op->getContext(), &listener);
  builder.setInsertionPoint(op);
  Location loc = op->getLoc();
  auto getLast = [](Value value) {
    return getChannelsLastPermutation(getShape(value).size());
  };
  SmallVector<Value> built;
  if (isConvertible(op)) {
    Value data = op->getOperand(0);
    built = cast<ChannelsLastOpInterface>(op).buildChannelsLast(
        builder, createTranspose(builder, loc, data, getLast(data)));
  } else {
    FailureOr<Value> value =
        buildInLayout(op, builder, getLast(op->getResult(0)));
    if (failed(value)) {
      return failure();
    }
    built.push_back(*value);
  }
  builder.setListener(nullptr);
  for (auto [result, value] : llvm::zip_equal(op->getResults(), built)) {
    // The op's own value in another layout, unless it was there before.
    if (listener.created.contains(value.getDefiningOp())) {
      value.getDefiningOp()->setLoc(loc);
    }
    result.replaceAllUsesWith(createTranspose(
        builder, loc, value, invertPermutationVector(getLast(result))));
  }
  op->erase();
  return success();
}

namespace {

struct ConvertLayoutPass
    : public mlir::tessera::graph::impl::GraphConvertLayoutPassBase<
          ConvertLayoutPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateConvertLayoutPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override;

private:
  /// Joins transposes and drops those that repeat.
  void cleanUp();

  FrozenRewritePatternSet patterns;
};

} // namespace

void ConvertLayoutPass::cleanUp() {
  // Both stop at valid IR when they reach a limit.
  (void)applyPatternsAndFoldGreedily(getOperation(), patterns);
  IRRewriter rewriter(&getContext());
  DominanceInfo dominance(getOperation());
  eliminateCommonSubExpressions(rewriter, dominance, getOperation());
}

void ConvertLayoutPass::runOnOperation() {
  func::FuncOp function = getOperation();
  // Transposes that are in the network already join first.
  cleanUp();
  WalkResult found = function->walk([](Operation *op) {
    return isConvertible(op) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (!found.wasInterrupted()) {
    return;
  }
  function->walk([](Operation *op) {
    if (auto reduce = dyn_cast<ReduceOp>(op)) {
      keepReducedDims(reduce);
    } else if (auto argReduce = dyn_cast<ArgReduceOp>(op)) {
      keepReducedDims(argReduce);
    }
  });
  for (Operation *op : assignChannelsLast(function)) {
    numConverted += succeeded(convert(op));
  }
  cleanUp();
  function->walk([&](TransposeOp op) {
    numTransposes += !isConstantExpression(op.getInput());
  });
}
