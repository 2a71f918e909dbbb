//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// log and its relatives: x is 2^k * (1 + f) with 1 + f around 1, and the
// logarithm of 1 + f comes from a polynomial. Coefficients are fdlibm's
// (e_log.c, e_log2.c, e_log10.c, s_log1p.c) in f64; in f32 fdlibm's shorter
// ones (e_logf.c) and Cephes' (logf.c).

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::loop;

// ln 2 in two parts; whole multiples of the first are exact.
static constexpr double kLn2High = 6.93147180369123816490e-01;
static constexpr double kLn2Low = 1.90821492927058770002e-10;
static constexpr double kLn2High32 = 0.693359375;
static constexpr double kLn2Low32 = -2.12194440e-4;
static constexpr double kLn2 = 0.693147180559945309417;

Decomposed mlir::tessera::loop::decompose(MathBuilder &m, Real x,
                                          bool mayBeSubnormal) {
  unsigned mantissa = m.mantissaBits();
  double leastNormal = std::ldexp(1.0, int(1 - m.bias()));
  Real bias = m.real(double(m.bias()));
  if (mayBeSubnormal) {
    Truth isTiny = x < leastNormal;
    x = m.select(isTiny, x * std::ldexp(1.0, mantissa + 1), x);
    bias = m.select(isTiny, bias + double(mantissa + 1), bias);
  }
  // Bits of sqrt(1/2): where the mantissa wraps around.
  int64_t root = m.isDouble() ? 0x3fe6a09e667f3bcd : 0x3f3504f3;
  int64_t one = m.bias() << mantissa;
  Whole moved = m.bits(x) + (one - root);
  Real k = m.toReal(m.shiftRight(moved, mantissa)) - bias;
  Whole fraction = (moved & ((int64_t(1) << mantissa) - 1)) + root;
  return {k, m.fromBits(fraction) - 1.0};
}

/// The result of a logarithm at inf, NaN, 0 and below.
static Real finishLog(MathBuilder &m, Real x, Real result) {
  result = m.select(x < m.infinity(), result, x);
  result = m.select(x < 0.0, m.nan(), result);
  return m.select(x == 0.0, -m.infinity(), result);
}

/// log(1 + f) = f - (f^2 / 2 - s * (f^2 / 2 + R)), with s = f / (2 + f).
static Real emitRemainder(MathBuilder &m, Real square) {
  if (m.isDouble()) {
    return square *
           m.horner(square, {6.666666666666735130e-01, 3.999999999940941908e-01,
                             2.857142874366239149e-01, 2.222219843214978396e-01,
                             1.818357216161805012e-01, 1.531383769920937332e-01,
                             1.479819860511658591e-01});
  }
  return square * m.horner(square, {0.66666662693, 0.40000972152, 0.28498786688,
                                    0.24279078841});
}

/// k * ln 2 + log(1 + f) + correction.
static Real combineLog(MathBuilder &m, Decomposed x, Real correction) {
  Real s = x.f / (x.f + 2.0);
  Real halfSquare = x.f * x.f * 0.5;
  Real remainder = emitRemainder(m, s * s);
  double high = m.isDouble() ? kLn2High : kLn2High32;
  double low = m.isDouble() ? kLn2Low : kLn2Low32;
  Real inner = m.fma(s, halfSquare + remainder, correction);
  Real small = halfSquare - m.fma(x.k, m.real(low), inner);
  return m.fma(x.k, m.real(high), -(small - x.f));
}

/// The same after Cephes' logf, which has no division.
static Real combineLog32(MathBuilder &m, Decomposed x, Real correction) {
  Real square = x.f * x.f;
  Real tail = m.horner(x.f, square,
                       {3.3333331174E-1, -2.4999993993E-1, 2.0000714765E-1,
                        -1.6668057665E-1, 1.4249322787E-1, -1.2420140846E-1,
                        1.1676998740E-1, -1.1514610310E-1, 7.0376836292E-2});
  Real y = m.fma(tail, x.f * square, correction);
  y = m.fma(x.k, m.real(kLn2Low32), y);
  y = m.fma(square, m.real(-0.5), y);
  return m.fma(x.k, m.real(kLn2High32), x.f + y);
}

Real mlir::tessera::loop::emitLog(MathBuilder &m, Real x) {
  Decomposed parts = decompose(m, x, /*mayBeSubnormal=*/true);
  Real zero = m.real(0);
  return finishLog(m, x,
                   m.isDouble() ? combineLog(m, parts, zero)
                                : combineLog32(m, parts, zero));
}

Real mlir::tessera::loop::emitLog1p(MathBuilder &m, Real x) {
  Real u = x + 1.0;
  Decomposed parts = decompose(m, u, /*mayBeSubnormal=*/false);
  // What rounding took from u, relative to it. Where k is 0, f is x itself.
  Truth isNear = parts.k == 0.0;
  Real lost = m.select(x < 1.0, x - (u - 1.0), 1.0 - (u - x));
  Real correction = m.select(isNear, m.real(0), lost / u);
  parts.f = m.select(isNear, x, parts.f);
  Real result = m.isDouble() ? combineLog(m, parts, correction)
                             : combineLog32(m, parts, correction);
  result = finishLog(m, u, result);
  // Also keeps the sign of 0.
  double tiny = m.isDouble() ? 0x1p-54 : 0x1p-25;
  return m.select(m.abs(x) < tiny, x, result);
}

/// log2 or log10 from k, f and the constants log_b(e), log_b(2), each in two
/// parts. The sum f - f^2 / 2 is split so that its product with the first part
/// of log_b(e) is exact.
static Real emitLogInBase(MathBuilder &m, Real x, double eHigh, double eLow,
                          double twoHigh, double twoLow) {
  Decomposed parts = decompose(m, x, /*mayBeSubnormal=*/true);
  Real f = parts.f, k = parts.k;
  Real s = f / (f + 2.0);
  Real halfSquare = f * f * 0.5;
  Real remainder = s * (halfSquare + emitRemainder(m, s * s));
  int64_t mask = -(int64_t(1) << (m.isDouble() ? 32 : 12));
  Real high = m.fromBits(m.bits(f - halfSquare) & mask);
  Real low = ((f - high) - halfSquare) + remainder;
  Real kHigh = k * twoHigh;
  Real valueHigh = high * eHigh;
  Real valueLow = m.fma(low + high, m.real(eLow), low * eHigh);
  valueLow = m.fma(k, m.real(twoLow), valueLow);
  RealPair sum = addExactly(kHigh, valueHigh);
  return finishLog(m, x, sum.high + (sum.low + valueLow));
}

static Real emitLog2(MathBuilder &m, Real x) {
  if (m.isDouble()) {
    return emitLogInBase(m, x, 1.44269504072144627571e+00,
                         1.67517131648865118353e-10, 1, 0);
  }
  return emitLogInBase(m, x, 1.4428710938e+00, -1.7605285393e-04, 1, 0);
}

static Real emitLog10(MathBuilder &m, Real x) {
  if (m.isDouble()) {
    return emitLogInBase(m, x, 4.34294481878168880939e-01,
                         2.50829467116452752298e-11, 3.01029995663611771306e-01,
                         3.69423907715893078616e-13);
  }
  return emitLogInBase(m, x, 4.3432617188e-01, -3.1689971365e-05,
                       3.0102920532e-01, 7.9034151668e-07);
}

//===-- Inverse hyperbolic functions --------------------------------------===//

/// Above this, sqrt(x^2 + 1) is x.
static double getLarge(MathBuilder &m) {
  return m.isDouble() ? 0x1p56 : 0x1p28;
}

static Real emitAsinh(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Truth isLarge = size > getLarge(m);
  Real bounded = m.select(isLarge, m.real(1), size);
  Real square = bounded * bounded;
  Real small = bounded + square / (m.sqrt(square + 1.0) + 1.0);
  // log(x) + log(2), by one logarithm for both.
  Real result = emitLog1p(m, m.select(isLarge, size, small));
  result = m.select(isLarge, result + kLn2, result);
  return m.copySign(result, x);
}

static Real emitAcosh(MathBuilder &m, Real x) {
  Truth isLarge = x > getLarge(m);
  Real over = m.select(isLarge, m.real(1), x) - 1.0;
  Real small = over + m.sqrt(over * (over + 2.0));
  Real result = emitLog1p(m, m.select(isLarge, x, small));
  result = m.select(isLarge, result + kLn2, result);
  return m.select(x < 1.0, m.nan(), result);
}

static Real emitAtanh(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Real half = emitLog1p(m, (size + size) / (1.0 - size)) * 0.5;
  // Halving a subnormal number would round it.
  double tiny = m.isDouble() ? 0x1p-28 : 0x1p-13;
  return m.copySign(m.select(size < tiny, size, half), x);
}

void mlir::tessera::loop::populateExpandLogarithmPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::LogOp>(patterns, abilities, emitLog);
  addFormula<math::Log2Op>(patterns, abilities, emitLog2);
  addFormula<math::Log10Op>(patterns, abilities, emitLog10);
  addFormula<math::Log1pOp>(patterns, abilities, emitLog1p);
  addFormula<math::AsinhOp>(patterns, abilities, emitAsinh);
  addFormula<math::AcoshOp>(patterns, abilities, emitAcosh);
  addFormula<math::AtanhOp>(patterns, abilities, emitAtanh);
}
