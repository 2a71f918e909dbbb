//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/SimplifyPatterns.h"

using namespace mlir;
using namespace mlir::tessera::graph;

/// If `value` is the mean over the last dimensions, those kept as 1: the op.
static ReduceOp matchMeanOverLast(Value value) {
  auto reduce = value.getDefiningOp<ReduceOp>();
  if (!reduce || reduce.getKind() != ReduceKind::mean ||
      !reduce.getKeepDims() || reduce.getAxes().empty()) {
    return {};
  }
  int64_t rank = getShape(reduce.getInput()).size();
  int64_t first = rank - static_cast<int64_t>(reduce.getAxes().size());
  for (auto [i, axis] : llvm::enumerate(reduce.getAxes())) {
    if (axis != first + static_cast<int64_t>(i)) {
      return {};
    }
  }
  return reduce;
}

/// Whether `value` is x * x.
static bool isSquareOf(Value value, Value x) {
  if (auto mul = value.getDefiningOp<MulOp>()) {
    return mul.getLhs() == x && mul.getRhs() == x;
  }
  auto pow = value.getDefiningOp<PowOp>();
  return pow && pow.getLhs() == x && getSplatNumber(pow.getRhs()) == 2.0 &&
         pow.getType() == x.getType();
}

/// Matches x / sqrt(y) as its exporters write it.
static bool matchOverRoot(Operation *op, Value &x, Value &y) {
  if (auto div = dyn_cast<DivOp>(op)) {
    auto root = div.getRhs().getDefiningOp<SqrtOp>();
    if (!root) {
      return false;
    }
    x = div.getLhs();
    y = root.getInput();
    return true;
  }
  for (unsigned i : {0, 1}) {
    x = op->getOperand(i);
    Operation *factor = op->getOperand(1 - i).getDefiningOp();
    if (auto rsqrt = dyn_cast_or_null<RsqrtOp>(factor)) {
      y = rsqrt.getInput();
      return true;
    }
    auto reciprocal = dyn_cast_or_null<ReciprocalOp>(factor);
    auto root =
        reciprocal ? reciprocal.getInput().getDefiningOp<SqrtOp>() : SqrtOp();
    if (root) {
      y = root.getInput();
      return true;
    }
  }
  return false;
}

namespace {

/// With d = x - mean(x): d / sqrt(mean(d * d) + eps) -> layer_norm(x), means
/// over the last dimensions. Without the subtraction: x / sqrt(mean(x * x) +
/// eps) -> layer_norm(x) with `rms`.
template <typename OpTy>
struct RecognizeLayerNorm : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Value numerator, radicand;
    if (!isa<FloatType>(getElementTypeOrSelf(op.getType())) ||
        !matchOverRoot(op, numerator, radicand) ||
        numerator.getType() != op.getType()) {
      return rewriter.notifyMatchFailure(op, "no division by a root");
    }
    auto sum = radicand.getDefiningOp<AddOp>();
    if (!sum) {
      return rewriter.notifyMatchFailure(op, "no epsilon");
    }
    std::optional<double> epsilon;
    ReduceOp variance;
    for (unsigned i : {1, 0}) {
      if (!epsilon) {
        epsilon = getSplatNumber(sum->getOperand(i));
        variance = matchMeanOverLast(sum->getOperand(1 - i));
      }
    }
    if (!epsilon || !variance || variance.getType() != sum.getType() ||
        !isSquareOf(variance.getInput(), numerator)) {
      return rewriter.notifyMatchFailure(op, "no mean square");
    }

    Value input = numerator;
    bool rms = true;
    if (auto sub = numerator.getDefiningOp<SubOp>()) {
      ReduceOp mean = matchMeanOverLast(sub.getRhs());
      if (mean && mean.getInput() == sub.getLhs() &&
          mean.getAxes() == variance.getAxes()) {
        input = sub.getLhs();
        rms = false;
      }
    }
    int64_t axis = variance.getAxes().front();
    Location loc = rewriter.getFusedLoc({variance.getLoc(), op.getLoc()});
    auto norm = rewriter.create<LayerNormOp>(
        loc, input, rewriter.getI64IntegerAttr(axis),
        rewriter.getF64FloatAttr(*epsilon),
        rms ? rewriter.getUnitAttr() : UnitAttr());
    rewriter.replaceOp(op, norm.getResult());
    return success();
  }
};

} // namespace

void mlir::tessera::graph::populateSimplifyNormalizationPatterns(
    RewritePatternSet &patterns) {
  patterns.add<RecognizeLayerNorm<DivOp>, RecognizeLayerNorm<MulOp>>(
      patterns.getContext());
}
