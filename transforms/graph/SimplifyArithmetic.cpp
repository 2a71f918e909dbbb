//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/AuxiliaryLocation.h"
#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/SimplifyPatterns.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::tessera::graph;

namespace {

/// (x + c1) + c2 -> x + (c1 + c2), and so for products, where the new constant
/// is no larger than the larger of the two.
template <typename OpTy> struct JoinConstants : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    std::optional<VariableAndConstant> outer = splitConstant(op, true);
    auto inner = outer ? outer->variable.getDefiningOp<OpTy>() : OpTy();
    if (!inner || !inner->hasOneUse()) {
      return rewriter.notifyMatchFailure(op, "no inner op of its own");
    }
    std::optional<VariableAndConstant> split = splitConstant(inner, true);
    if (!split || !hasStaticShape(split->constant) ||
        !hasStaticShape(outer->constant)) {
      return rewriter.notifyMatchFailure(op, "no inner static constant");
    }
    FailureOr<SmallVector<int64_t>> shape = inferBroadcastShape(
        {getShape(split->constant), getShape(outer->constant)});
    auto count = [](ArrayRef<int64_t> dims) {
      return ShapedType::getNumElements(dims);
    };
    if (failed(shape) ||
        count(*shape) > std::max(count(getShape(split->constant)),
                                 count(getShape(outer->constant)))) {
      return rewriter.notifyMatchFailure(op, "the joint constant would grow");
    }
    Location loc = rewriter.getFusedLoc({inner.getLoc(), op.getLoc()});
    Value constant =
        rewriter.create<OpTy>(loc, split->constant, outer->constant);
    rewriter.replaceOp(
        op, rewriter.create<OpTy>(loc, split->variable, constant).getResult());
    return success();
  }
};

/// x - c -> x + (-c)
struct TurnSubIntoAdd : public OpRewritePattern<SubOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SubOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<VariableAndConstant> split = splitConstant(op, false);
    if (!split) {
      return rewriter.notifyMatchFailure(op, "no constant subtrahend");
    }
    if (getElementTypeOrSelf(op.getType()).isUnsignedInteger()) {
      return rewriter.notifyMatchFailure(op, "unsigned");
    }
    Value negated = createNegated(rewriter, op.getLoc(), split->constant);
    rewriter.replaceOpWithNewOp<AddOp>(op, split->variable, negated);
    return success();
  }
};

/// x / c -> x * (1 / c) where every 1 / c is exact: c is a power of two.
struct TurnDivIntoMul : public OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    constexpr int64_t kMaxElements = 4096;
    DenseFPElementsAttr divisors;
    if (!matchPattern(op.getRhs(), m_Constant(&divisors)) ||
        (!divisors.isSplat() && divisors.getNumElements() > kMaxElements)) {
      return rewriter.notifyMatchFailure(op, "no small constant divisor");
    }
    auto getInverses = [](auto range) -> std::optional<SmallVector<APFloat>> {
      SmallVector<APFloat> inverses;
      for (APFloat divisor : range) {
        APFloat inverse(divisor.getSemantics());
        if (!divisor.getExactInverse(&inverse)) {
          return std::nullopt;
        }
        inverses.push_back(inverse);
      }
      return inverses;
    };
    std::optional<SmallVector<APFloat>> inverses =
        divisors.isSplat()
            ? getInverses(ArrayRef(divisors.getSplatValue<APFloat>()))
            : getInverses(divisors.getValues<APFloat>());
    if (!inverses || inverses->empty()) {
      return rewriter.notifyMatchFailure(op, "an inverse is not exact");
    }
    Value factor = rewriter.create<ConstantOp>(
        op.getRhs().getLoc(),
        DenseElementsAttr::get(divisors.getType(), ArrayRef(*inverses)));
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getLhs(), factor);
    return success();
  }
};

/// 1 / x -> reciprocal(x)
struct TurnDivIntoReciprocal : public OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<FloatType>(getElementTypeOrSelf(op.getType())) ||
        getSplatNumber(op.getLhs()) != 1.0 ||
        op.getRhs().getType() != op.getType()) {
      return rewriter.notifyMatchFailure(op, "dividend is not one");
    }
    rewriter.replaceOpWithNewOp<ReciprocalOp>(op, op.getRhs());
    return success();
  }
};

/// reciprocal(sqrt(x)) -> rsqrt(x)
struct TurnReciprocalIntoRsqrt : public OpRewritePattern<ReciprocalOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReciprocalOp op,
                                PatternRewriter &rewriter) const override {
    auto root = op.getInput().getDefiningOp<SqrtOp>();
    if (!root) {
      return rewriter.notifyMatchFailure(op, "not of a square root");
    }
    Location loc = rewriter.getFusedLoc({root.getLoc(), op.getLoc()});
    rewriter.replaceOp(
        op, rewriter.create<RsqrtOp>(loc, root.getInput()).getResult());
    return success();
  }
};

/// x + 0, x - 0, x * 1, x / 1 -> x, where the shape stays.
template <typename OpTy, int neutral, bool commutative>
struct RemoveNeutral : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    for (unsigned i : {1, 0}) {
      if ((i == 1 || commutative) &&
          getSplatNumber(op->getOperand(i)) == static_cast<double>(neutral) &&
          op->getOperand(1 - i).getType() == op.getType()) {
        rewriter.replaceOp(op, op->getOperand(1 - i));
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "no neutral operand");
  }
};

/// pow(x, c) -> a product, root or reciprocal of x.
struct ExpandPow : public OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getLhs();
    std::optional<double> exponent = getSplatNumber(op.getRhs());
    if (!exponent || x.getType() != op.getType()) {
      return rewriter.notifyMatchFailure(op, "no constant exponent");
    }
    Value result = expand(rewriter, op.getLoc(), x, *exponent);
    if (!result) {
      return rewriter.notifyMatchFailure(op, "no simpler form");
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  static Value expand(OpBuilder &builder, Location loc, Value x,
                      double exponent) {
    if (exponent == 1) {
      return x;
    }
    if (exponent == 2) {
      return builder.create<MulOp>(loc, x, x);
    }
    if (exponent == 3) {
      Value square = builder.create<MulOp>(makeAuxiliary(loc), x, x);
      return builder.create<MulOp>(loc, square, x);
    }
    if (!isa<FloatType>(getElementTypeOrSelf(x.getType()))) {
      return {};
    }
    if (exponent == 0.5) {
      return builder.create<SqrtOp>(loc, x);
    }
    if (exponent == -0.5) {
      return builder.create<RsqrtOp>(loc, x);
    }
    if (exponent == -1) {
      return builder.create<ReciprocalOp>(loc, x);
    }
    return {};
  }
};

} // namespace

void mlir::tessera::graph::populateSimplifyArithmeticPatterns(
    RewritePatternSet &patterns) {
  patterns.add<JoinConstants<AddOp>, JoinConstants<MulOp>, TurnSubIntoAdd,
               TurnDivIntoMul, TurnDivIntoReciprocal, TurnReciprocalIntoRsqrt,
               RemoveNeutral<AddOp, 0, true>, RemoveNeutral<SubOp, 0, false>,
               RemoveNeutral<MulOp, 1, true>, RemoveNeutral<DivOp, 1, false>,
               ExpandPow>(patterns.getContext());
}
