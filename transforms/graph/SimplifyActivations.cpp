//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/SimplifyPatterns.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::tessera::graph;

namespace {

/// A product written as scale * factors[0] * factors[1] * ...
struct Product {
  double scale = 1;
  SmallVector<Value> factors;
};

} // namespace

static void appendFactors(Value value, Type type, bool isRoot,
                          Product &product) {
  constexpr size_t kMaxFactors = 8;
  if (std::optional<double> number = getSplatNumber(value)) {
    product.scale *= *number;
    return;
  }
  Operation *op = value.getDefiningOp();
  bool mayOpen = op && value.getType() == type && (isRoot || op->hasOneUse()) &&
                 product.factors.size() < kMaxFactors;
  if (mayOpen && isa<MulOp>(op)) {
    appendFactors(op->getOperand(0), type, false, product);
    appendFactors(op->getOperand(1), type, false, product);
    return;
  }
  if (mayOpen && isa<DivOp>(op)) {
    if (std::optional<double> divisor = getSplatNumber(op->getOperand(1))) {
      product.scale /= *divisor;
      appendFactors(op->getOperand(0), type, false, product);
      return;
    }
  }
  product.factors.push_back(value);
}

/// The factors of `value`; ops with other users than the product stay whole.
static Product getProduct(Value value) {
  Product product;
  appendFactors(value, value.getType(), /*isRoot=*/true, product);
  return product;
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

/// Matches `value` as other + number, in either order; returns the other.
static Value matchPlus(Value value, double number) {
  auto sum = value.getDefiningOp<AddOp>();
  if (!sum) {
    return {};
  }
  for (unsigned i : {0, 1}) {
    if (isSplatNear(sum->getOperand(i), number) &&
        sum->getOperand(1 - i).getType() == value.getType()) {
      return sum->getOperand(1 - i);
    }
  }
  return {};
}

/// Whether `value` is about scale * x^power.
static bool isScaledPower(Value value, double scale, Value x, size_t power) {
  Product product = getProduct(value);
  return isNear(product.scale, scale) && product.factors.size() == power &&
         llvm::all_equal(product.factors) && product.factors[0] == x;
}

/// Whether `value` is 1 + erf(x / sqrt(2)).
static bool isErfOfGelu(Value value, Value x) {
  Value sum = matchPlus(value, 1.0);
  auto erf = sum ? sum.getDefiningOp<ErfOp>() : ErfOp();
  return erf && isScaledPower(erf.getInput(), M_SQRT1_2, x, 1);
}

/// Whether `value` is 1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
static bool isTanhOfGelu(Value value, Value x) {
  Value sum = matchPlus(value, 1.0);
  auto tanh = sum ? sum.getDefiningOp<TanhOp>() : TanhOp();
  if (!tanh) {
    return false;
  }
  Product product = getProduct(tanh.getInput());
  if (product.factors.size() != 1 ||
      !isNear(product.scale, std::sqrt(2.0 / M_PI))) {
    return false;
  }
  auto inner = product.factors[0].getDefiningOp<AddOp>();
  return inner && ((inner.getLhs() == x &&
                    isScaledPower(inner.getRhs(), 0.044715, x, 3)) ||
                   (inner.getRhs() == x &&
                    isScaledPower(inner.getLhs(), 0.044715, x, 3)));
}

/// Whether `value` is clamp(x + 3, 0, 6).
static bool isRelu6OfXPlus3(Value value, Value x) {
  auto clamp = value.getDefiningOp<ClampOp>();
  return clamp && clamp.getMin().isZero() &&
         clamp.getMax().convertToDouble() == 6.0 &&
         matchPlus(clamp.getInput(), 3.0) == x;
}

/// Whether `value` is hard_sigmoid(x) with the slope of hard_swish.
static bool isHardSigmoidOfHardSwish(Value value, Value x) {
  auto gate = value.getDefiningOp<HardSigmoidOp>();
  return gate && gate.getInput() == x &&
         isNear(gate.getAlpha().convertToDouble(), 1.0 / 6.0) &&
         gate.getBeta().convertToDouble() == 0.5;
}

namespace {

/// Products of x with a function of x -> gelu(x) or hard_swish(x):
///   0.5 * x * (1 + erf(x / sqrt(2))), with erf or its tanh approximation,
///   x * clamp(x + 3, 0, 6) / 6, x * hard_sigmoid(x), in any order.
template <typename OpTy>
struct RecognizeGatedProduct : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!isFloat(op.getResult())) {
      return rewriter.notifyMatchFailure(op, "integers");
    }
    Product product = getProduct(op.getResult());
    if (product.factors.size() != 2) {
      return rewriter.notifyMatchFailure(op, "no product of two values");
    }
    for (unsigned i : {0, 1}) {
      Value x = product.factors[i];
      Value gate = product.factors[1 - i];
      if (x.getType() == op.getType() &&
          succeeded(recognize(op, rewriter, product.scale, x, gate))) {
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "no known activation");
  }

private:
  static LogicalResult recognize(OpTy op, PatternRewriter &rewriter,
                                 double scale, Value x, Value gate) {
    if (isNear(scale, 0.5) && isErfOfGelu(gate, x)) {
      rewriter.replaceOpWithNewOp<GeluOp>(op, x,
                                          /*tanh_approximation=*/false);
      return success();
    }
    if (isNear(scale, 0.5) && isTanhOfGelu(gate, x)) {
      rewriter.replaceOpWithNewOp<GeluOp>(op, x, /*tanh_approximation=*/true);
      return success();
    }
    if ((isNear(scale, 1.0 / 6.0) && isRelu6OfXPlus3(gate, x)) ||
        (scale == 1.0 && isHardSigmoidOfHardSwish(gate, x))) {
      rewriter.replaceOpWithNewOp<HardSwishOp>(op, x);
      return success();
    }
    return failure();
  }
};

/// x * sigmoid(alpha * x) -> silu(x)
struct RecognizeSilu : public OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    for (unsigned i : {0, 1}) {
      Value x = op->getOperand(i);
      auto sigmoid = op->getOperand(1 - i).getDefiningOp<SigmoidOp>();
      if (!sigmoid || !sigmoid->hasOneUse() || x.getType() != op.getType()) {
        continue;
      }
      std::optional<double> alpha = getAlpha(sigmoid.getInput(), x);
      if (alpha) {
        Location loc = rewriter.getFusedLoc({sigmoid.getLoc(), op.getLoc()});
        auto silu =
            rewriter.create<SiluOp>(loc, x, rewriter.getF64FloatAttr(*alpha));
        rewriter.replaceOp(op, silu.getResult());
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "no sigmoid of the other operand");
  }

private:
  /// The alpha for which `value` is alpha * x.
  static std::optional<double> getAlpha(Value value, Value x) {
    if (value == x) {
      return 1.0;
    }
    Product product = getProduct(value);
    if (product.factors.size() == 1 && product.factors[0] == x) {
      return product.scale;
    }
    return std::nullopt;
  }
};

/// What clamps: relu is clamp(0, inf), max with a constant clamp(c, inf).
struct Range {
  Value input;
  double low;
  double high;
};

} // namespace

/// `bound`, or the infinity if only that lies beyond it: exporters write the
/// type's largest number for "no bound".
static double widenBound(double bound, Type type) {
  APFloat largest = APFloat::getLargest(
      cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics());
  bool losesInfo = false;
  largest.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return std::abs(bound) >= largest.convertToDouble()
             ? std::copysign(std::numeric_limits<double>::infinity(), bound)
             : bound;
}

static std::optional<Range> getRange(Operation *op) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (!op || op->getNumResults() != 1 || !isFloat(op->getResult(0))) {
    return std::nullopt;
  }
  if (auto clamp = dyn_cast<ClampOp>(op)) {
    double low = widenBound(clamp.getMin().convertToDouble(), clamp.getType());
    double high = widenBound(clamp.getMax().convertToDouble(), clamp.getType());
    if (low <= high) {
      return Range{clamp.getInput(), low, high};
    }
    return std::nullopt;
  }
  if (auto relu = dyn_cast<ReluOp>(op)) {
    return Range{relu.getInput(), 0.0, kInfinity};
  }
  if (!isa<MaxOp, MinOp>(op)) {
    return std::nullopt;
  }
  for (unsigned i : {1, 0}) {
    std::optional<double> bound = getSplatNumber(op->getOperand(i));
    Value input = op->getOperand(1 - i);
    if (bound && !std::isnan(*bound) &&
        input.getType() == op->getResult(0).getType()) {
      return isa<MaxOp>(op) ? Range{input, *bound, kInfinity}
                            : Range{input, -kInfinity, *bound};
    }
  }
  return std::nullopt;
}

namespace {

/// max(x, c), min(x, c) -> clamp(x); clamps of a clamp of its own -> one clamp;
/// clamp(x, 0, inf) -> relu(x).
template <typename OpTy> struct JoinRanges : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    std::optional<Range> range = getRange(op);
    if (!range) {
      return rewriter.notifyMatchFailure(op, "no constant bounds");
    }
    Operation *producer = range->input.getDefiningOp();
    std::optional<Range> inner;
    if (producer && producer->hasOneUse()) {
      inner = getRange(producer);
    }
    Location loc = op.getLoc();
    if (inner) {
      range =
          Range{inner->input, std::clamp(inner->low, range->low, range->high),
                std::clamp(inner->high, range->low, range->high)};
      loc = rewriter.getFusedLoc({producer->getLoc(), loc});
    }
    bool isRelu = range->low == 0 && std::isinf(range->high);
    bool hasForm = isRelu ? isa<ReluOp>(op) : isa<ClampOp>(op);
    bool isFree = std::isinf(range->low) && std::isinf(range->high);
    if (!inner && hasForm && !isFree) {
      return rewriter.notifyMatchFailure(op, "has its simplest form");
    }
    Value result;
    if (isFree) {
      result = range->input;
    } else if (isRelu) {
      result = rewriter.create<ReluOp>(loc, range->input);
    } else {
      result = rewriter.create<ClampOp>(loc, range->input,
                                        rewriter.getF64FloatAttr(range->low),
                                        rewriter.getF64FloatAttr(range->high));
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

} // namespace

void mlir::tessera::graph::populateSimplifyActivationPatterns(
    RewritePatternSet &patterns) {
  patterns.add<RecognizeGatedProduct<DivOp>, RecognizeGatedProduct<MulOp>,
               RecognizeSilu, JoinRanges<ClampOp>, JoinRanges<MaxOp>,
               JoinRanges<MinOp>, JoinRanges<ReluOp>>(patterns.getContext(),
                                                      /*benefit=*/2);
}
