//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/AuxiliaryLocation.h"
#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/PatternMatch.h"
#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/ReshapeGroups.h"

using namespace mlir;
using namespace mlir::tessera::graph;

namespace {

/// transpose(reshape(transpose(x))) with a reshape that only splits dimensions
/// -> transpose(reshape(x)). With x:<1x4x4x6>, channels last:
///   transpose [0,3,1,2] : 1x6x4x4; reshape : 1x2x3x4x4;
///   transpose [0,2,1,3,4] : 1x3x2x4x4
/// becomes
///   reshape : 1x4x4x2x3; transpose [0,4,3,1,2] : 1x3x2x4x4.
struct JoinTransposesAcrossSplit : public OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().getDefiningOp<ReshapeOp>();
    auto inner = reshape ? reshape.getInput().getDefiningOp<TransposeOp>()
                         : TransposeOp();
    if (!inner || isConstantExpression(inner.getInput())) {
      return rewriter.notifyMatchFailure(op, "no transpose before a reshape");
    }
    ArrayRef<int64_t> split = getShape(reshape.getResult());
    auto groups = getSplitGroups(getShape(reshape.getInput()), split);
    if (!groups) {
      return rewriter.notifyMatchFailure(op, "the reshape does not only split");
    }
    // Where each dimension of the old reshape lies in the new one.
    SmallVector<int64_t> newShape;
    SmallVector<int64_t> position(split.size());
    for (int64_t dim : invertPermutationVector(inner.getPermutation())) {
      for (int64_t part : (*groups)[dim]) {
        position[part] = newShape.size();
        newShape.push_back(split[part]);
      }
    }
    Location loc = rewriter.getFusedLoc({inner.getLoc(), reshape.getLoc()});
    Value data =
        createReshape(rewriter, makeAuxiliary(loc), inner.getInput(), newShape);
    SmallVector<int64_t> permutation =
        applyPermutation(ArrayRef<int64_t>(position), op.getPermutation());
    rewriter.replaceOp(
        op, createTranspose(rewriter, op.getLoc(), data, permutation));
    return success();
  }
};

/// transpose(reshape(transpose(x))) with a reshape that only merges dimensions
/// -> reshape(transpose(x)).
struct JoinTransposesAcrossMerge : public OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getInput().getDefiningOp<ReshapeOp>();
    auto inner = reshape ? reshape.getInput().getDefiningOp<TransposeOp>()
                         : TransposeOp();
    if (!inner || isConstantExpression(inner.getInput())) {
      return rewriter.notifyMatchFailure(op, "no transpose before a reshape");
    }
    auto groups = getSplitGroups(getShape(reshape.getResult()),
                                 getShape(reshape.getInput()));
    if (!groups) {
      return rewriter.notifyMatchFailure(op, "the reshape does not only merge");
    }
    SmallVector<int64_t> permutation;
    for (int64_t dim : op.getPermutation()) {
      for (int64_t part : (*groups)[dim]) {
        permutation.push_back(inner.getPermutation()[part]);
      }
    }
    Location loc = rewriter.getFusedLoc({inner.getLoc(), op.getLoc()});
    Value data = createTranspose(rewriter, makeAuxiliary(loc), inner.getInput(),
                                 permutation);
    rewriter.replaceOp(
        op, createReshape(rewriter,
                          rewriter.getFusedLoc({reshape.getLoc(), op.getLoc()}),
                          data, getShape(op.getResult())));
    return success();
  }
};

/// matmul(reshape(transpose(x)), w) -> matmul(reshape(x), w'), where the
/// reshape flattens all but the batch and w is constant: its rows move instead.
struct MoveTransposeIntoWeights : public OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    auto reshape = op.getLhs().getDefiningOp<ReshapeOp>();
    auto transpose = reshape ? reshape.getInput().getDefiningOp<TransposeOp>()
                             : TransposeOp();
    if (!transpose || !flattensForConstantMatmul(reshape) ||
        transpose.getPermutation()[0] != 0) {
      return rewriter.notifyMatchFailure(op, "no flattened transpose");
    }
    // Rows of w are ordered as the transpose's result, wanted as its input.
    SmallVector<int64_t> rowShape(getShape(transpose.getResult()).drop_front());
    SmallVector<int64_t> toInput;
    for (int64_t dim : invertPermutationVector(transpose.getPermutation())) {
      if (dim != 0) {
        toInput.push_back(dim - 1);
      }
    }
    SmallVector<int64_t> weightShape(getShape(op.getRhs()));
    rowShape.push_back(weightShape[1]);
    toInput.push_back(toInput.size());
    Location loc = op.getLoc();
    Value rows = createReshape(rewriter, loc, op.getRhs(), rowShape);
    Value moved = createTranspose(rewriter, loc, rows, toInput);
    Value weights = createReshape(rewriter, loc, moved, weightShape);
    Value data =
        createReshape(rewriter, makeAuxiliary(reshape.getLoc()),
                      transpose.getInput(), getShape(reshape.getResult()));
    rewriter.replaceOpWithNewOp<MatmulOp>(op, data, weights);
    return success();
  }
};

} // namespace

void mlir::tessera::graph::populateConvertLayoutPatterns(
    RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  TransposeOp::getCanonicalizationPatterns(patterns, context);
  patterns.add<JoinTransposesAcrossMerge, JoinTransposesAcrossSplit,
               MoveTransposeIntoWeights>(context);
}
