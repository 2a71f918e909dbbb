//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// powf, fpowi, ipowi and cbrt. In f32 powers are computed in f64, where short
// series are enough; in f64 the logarithm is a sum of two numbers, since
// its error grows by up to 745 in the exponential. atanh's series is Euler's.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::loop;

//===-- Powers of floats --------------------------------------------------===//

/// log(2^k * (1 + f)) of f64 to some 2^-65: with s = f / (2 + f) it is
/// k ln 2 + 2 (s + s^3 (1/3 + s^2 / 5 + ...)).
static RealPair emitLogPair(MathBuilder &m, Decomposed x) {
  Real f = x.f;
  RealPair sum = addExactly(f, m.real(2));
  Real s = f / sum.high;
  RealPair product = multiplyExactly(s, sum.high);
  Real sLow = (((f - product.high) - product.low) - s * sum.low) / sum.high;
  RealPair square = multiplyExactly(s, s);
  square.low = square.low + s * sLow * 2.0;
  Real z = square.high;
  Real tail = z * m.horner(z, {1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13,
                               1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23,
                               1.0 / 25, 1.0 / 27});
  // 1/3 less its rounding to f64.
  RealPair factor = addOrdered(m.real(1.0 / 3), tail);
  factor.low = factor.low + 1.85037170770859413132e-17;
  RealPair cube = multiplyExactly(s, square.high);
  cube.low = cube.low + s * square.low + sLow * square.high;
  RealPair rest = multiplyExactly(cube.high, factor.high);
  rest.low = rest.low + cube.high * factor.low + cube.low * factor.high;
  RealPair small = addOrdered(s, rest.high);
  small.low = small.low + (sLow + rest.low);
  // ln 2: multiples of the first part are exact.
  RealPair result =
      addExactly(x.k * 6.93147180369123816490e-01, small.high * 2.0);
  Real low = result.low + (small.low * 2.0 + x.k * 1.90821492927058770002e-10);
  return addOrdered(result.high, low);
}

/// |x|^y, inf and 0 where it leaves the range.
static Real emitPowerOfSize(MathBuilder &m, Real size, Real y) {
  // Powers this large of anything but 1 are 0 or inf, and products stay finite.
  Real exponent = m.atLeast(m.atMost(y, 0x1p65), -0x1p65);
  RealPair log = emitLogPair(m, decompose(m, size, /*mayBeSubnormal=*/true));
  RealPair product = multiplyExactly(exponent, log.high);
  RealPair sum = addOrdered(product.high, product.low + exponent * log.low);
  // Where the result is exact, so is this.
  Real result = emitExp(m, sum);
  result = m.select(y == 2.0, size * size, result);
  return m.select(y == 1.0, size, result);
}

/// C's rules for signs, zeros, inf and NaN.
static Real finishPower(MathBuilder &m, Real x, Real y, Real size,
                        Real result) {
  Real zero = m.real(0), one = m.real(1);
  Truth grows = (size < 1.0) ^ (y > 0.0);
  Truth isExtreme = (size == 0.0) | (size == m.infinity());
  Real extreme = m.select(grows, m.infinity(), zero);
  result = m.select(isExtreme, extreme, result);
  Real exponent = m.abs(y), half = exponent * 0.5;
  Truth isWhole = emitTrunc(m, exponent) == exponent;
  Truth isOdd = isWhole & (emitTrunc(m, half) != half);
  result = m.select(isOdd, m.copySign(result, x), result);
  Truth hasNoPower = (x < 0.0) & (!isWhole) & (size < m.infinity());
  result = m.select(hasNoPower, m.nan(), result);
  result = m.select(m.isNan(x) | m.isNan(y), x + y, result);
  Truth isOne =
      (x == 1.0) | (y == 0.0) | ((size == 1.0) & (exponent == m.infinity()));
  return m.select(isOne, one, result);
}

/// In f64 for f32: 2^-36 is close enough, and no f32 is subnormal there.
static Real emitShortPower(MathBuilder &m, Real size, Real y) {
  Decomposed parts = decompose(m, size, /*mayBeSubnormal=*/false);
  Real s = parts.f / (parts.f + 2.0), square = s * s;
  Real series = m.horner(
      square, {2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13});
  constexpr double ln2 = 0.693147180559945309417;
  Real log = m.fma(parts.k, m.real(ln2), s * series);
  Real exponent = m.atLeast(m.atMost(y * log, 120), -120);
  MathBuilder::Rounded k =
      m.roundProduct(exponent, 1.44269504088896338700, m.bias());
  Real r = m.fma(k.number, m.real(-ln2), exponent);
  Real power = m.horner(r, r * r,
                        {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120,
                         1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880});
  return scaleNormal(m, power, k.low);
}

static Real emitPower(MathBuilder &m, Real x, Real y) {
  Real size = m.abs(x);
  if (m.isDouble()) {
    return finishPower(m, x, y, size, emitPowerOfSize(m, size, y));
  }
  MathBuilder wide = m.asDouble();
  auto extend = [&](Real value) {
    return wide.wrap(
        m.builder.create<arith::ExtFOp>(m.loc, wide.floatType(), value.value));
  };
  Real power = emitShortPower(wide, extend(size), extend(y));
  Real result = m.wrap(
      m.builder.create<arith::TruncFOp>(m.loc, m.floatType(), power.value));
  return finishPower(m, x, y, size, result);
}

//===-- Cube roots --------------------------------------------------------===//

/// 2^(k / 3) * (1 + f)^(1 / 3): what 3 leaves of k goes to the fraction. A
/// parabola, good to 2 %, then Halley's iteration.
static Real emitCbrt(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Decomposed parts = decompose(m, size, /*mayBeSubnormal=*/true);
  unsigned bits = m.mantissaBits();
  MathBuilder::Rounded third = m.round(parts.k * (1.0 / 3), m.bias());
  MathBuilder::Rounded rest = m.round(parts.k - third.number * 3.0, m.bias());
  Real fraction = (parts.f + 1.0) * m.fromBits(m.shiftLeft(rest.low, bits));
  Real root =
      m.horner(fraction, {0.549956784318, 0.513938450807, -0.0755884332475});
  for (int i = 0; i < (m.isDouble() ? 3 : 2); ++i) {
    Real cube = root * root * root;
    root = root + root * (fraction - cube) / (cube + cube + fraction);
  }
  Real result = root * m.fromBits(m.shiftLeft(third.low, bits));
  Truth isOrdinary = (size > 0.0) & (size < m.infinity());
  return m.copySign(m.select(isOrdinary, result, size), x);
}

//===-- Whole exponents ---------------------------------------------------===//

namespace {
/// x^n = x^(float of n), which f64 holds.
struct ExpandFPowI : OpRewritePattern<math::FPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FPowIOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (getElementTypeOrSelf(op.getRhs().getType()).getIntOrFloatBitWidth() >
        32) {
      return rewriter.notifyMatchFailure(op, "exponents of over 32 bits");
    }
    Type wide = rewriter.getF64Type();
    if (auto shaped = dyn_cast<VectorType>(type)) {
      wide = shaped.clone(wide);
    }
    Value base = op.getLhs();
    if (!element.isF64()) {
      base = rewriter.create<arith::ExtFOp>(loc, wide, base);
    }
    Value exponent = rewriter.create<arith::SIToFPOp>(loc, wide, op.getRhs());
    Value power = rewriter.create<math::PowFOp>(loc, base, exponent);
    if (!element.isF64()) {
      power = rewriter.create<arith::TruncFOp>(loc, type, power);
    }
    rewriter.replaceOp(op, power);
    return success();
  }
};

/// By squaring, without a loop. Negative exponents truncate: 0, but for 1 and
/// -1.
struct ExpandIPowI : OpRewritePattern<math::IPowIOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::IPowIOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op.getType();
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    auto constant = [&](int64_t value) -> Value {
      TypedAttr number = IntegerAttr::get(getElementTypeOrSelf(type), value);
      if (auto shaped = dyn_cast<VectorType>(type)) {
        number = DenseElementsAttr::get(shaped, Attribute(number));
      }
      return rewriter.create<arith::ConstantOp>(loc, number);
    };
    auto compare = [&](arith::CmpIPredicate predicate, Value a, int64_t b) {
      return rewriter.create<arith::CmpIOp>(loc, predicate, a, constant(b));
    };
    Value square = op.getLhs(), exponent = op.getRhs();
    Value one = constant(1), power = one;
    for (unsigned bit = 0; bit < width; ++bit) {
      Value masked = rewriter.create<arith::AndIOp>(
          loc, exponent, constant(int64_t(1) << bit));
      Value isSet = compare(arith::CmpIPredicate::ne, masked, 0);
      Value product = rewriter.create<arith::MulIOp>(loc, power, square);
      power = rewriter.create<arith::SelectOp>(loc, isSet, product, power);
      square = rewriter.create<arith::MulIOp>(loc, square, square);
    }
    Value isNegative = compare(arith::CmpIPredicate::slt, exponent, 0);
    Value isUnit = rewriter.create<arith::OrIOp>(
        loc, compare(arith::CmpIPredicate::eq, op.getLhs(), 1),
        compare(arith::CmpIPredicate::eq, op.getLhs(), -1));
    Value reciprocal =
        rewriter.create<arith::SelectOp>(loc, isUnit, power, constant(0));
    rewriter.replaceOpWithNewOp<arith::SelectOp>(op, isNegative, reciprocal,
                                                 power);
    return success();
  }
};
} // namespace

void mlir::tessera::loop::populateExpandPowerPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::PowFOp>(patterns, abilities, emitPower);
  addFormula<math::CbrtOp>(patterns, abilities, emitCbrt);
  patterns.add<ExpandFPowI, ExpandIPowI>(patterns.getContext());
}
