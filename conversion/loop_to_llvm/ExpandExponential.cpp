//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// exp and its relatives: x is k * ln 2 + r with |r| <= ln 2 / 2, e^r comes from
// a polynomial and 2^k from the bits of a float. Coefficients are fdlibm's
// (e_exp.c, s_expm1.c) in f64 and Cephes' (expf.c, sinhf.c) in f32.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::loop;

static constexpr double kLog2E = 1.44269504088896338700;
static constexpr double kLn2 = 0.693147180559945309417;
// ln 2 in two parts; whole multiples of the first are exact.
static constexpr double kLn2High = 6.93147180369123816490e-01;
static constexpr double kLn2Low = 1.90821492927058770002e-10;
static constexpr double kLn2High32 = 0.693359375;
static constexpr double kLn2Low32 = -2.12194440e-4;

namespace {
/// x as k * ln 2 + high - low.
struct Reduced {
  MathBuilder::Rounded k;
  Real high, low;
};
} // namespace

/// `offset` is added to the bits of k.
static Reduced reduce(MathBuilder &m, Real x, int64_t offset) {
  MathBuilder::Rounded k = m.roundProduct(x, kLog2E, offset);
  if (m.isDouble()) {
    return {k, x - k.number * kLn2High, k.number * kLn2Low};
  }
  return {k, m.fma(k.number, m.real(-kLn2High32), x), k.number * kLn2Low32};
}

/// e^(high - low) for a small argument.
static Real emitSmallExp(MathBuilder &m, Real high, Real low) {
  if (m.isDouble()) {
    Real r = high - low;
    Real square = r * r;
    Real c = r - square * m.horner(square, {1.66666666666666019037e-01,
                                            -2.77777777770155933842e-03,
                                            6.61375632143793436117e-05,
                                            -1.65339022054652515390e-06,
                                            4.13813679705723846039e-08});
    return 1.0 - ((low - (r * c) / (2.0 - c)) - high);
  }
  Real r = high - low;
  Real square = r * r;
  Real tail = m.horner(r, square,
                       {5.0000001201E-1, 1.6666665459E-1, 4.1665795894E-2,
                        8.3334519073E-3, 1.3981999507E-3, 1.9875691500E-4});
  return m.fma(tail, square, r) + 1.0;
}

/// y * 2^k, where the low half of `k` is k plus twice the exponent's bias. In
/// two steps, each of which is a normal number, so that subnormal results are
/// rounded once and large ones become inf.
static Real scale(MathBuilder &m, Real y, Whole k) {
  unsigned bits = m.mantissaBits();
  Whole half = m.shiftRight(k, 1);
  Whole rest = k - half;
  return y * m.fromBits(m.shiftLeft(half, bits)) *
         m.fromBits(m.shiftLeft(rest, bits));
}

/// Keeps what becomes inf or 0 out of the exponent's way.
static Real clampExponent(MathBuilder &m, Real x) {
  double most = m.isDouble() ? 1000 : 128;
  return m.atLeast(m.atMost(x, most), -most);
}

Real mlir::tessera::loop::emitExp(MathBuilder &m, Real x, int64_t scaleBy) {
  Reduced r = reduce(m, clampExponent(m, x), 2 * m.bias() + scaleBy);
  return scale(m, emitSmallExp(m, r.high, r.low), r.k.low);
}

Real mlir::tessera::loop::emitExp(MathBuilder &m, RealPair x) {
  Real low = m.select(m.abs(x.high) < 1000.0, x.low, m.real(0));
  Reduced r = reduce(m, clampExponent(m, x.high), 2 * m.bias());
  return scale(m, emitSmallExp(m, r.high, r.low - low), r.k.low);
}

Real mlir::tessera::loop::scaleNormal(MathBuilder &m, Real y, Whole k) {
  return y * m.fromBits(m.shiftLeft(k, m.mantissaBits()));
}

static Real emitExpFull(MathBuilder &m, Real x) { return emitExp(m, x); }

static Real emitExp2(MathBuilder &m, Real x) {
  double most = m.isDouble() ? 1500 : 180;
  Real inRange = m.atLeast(m.atMost(x, most), -most);
  MathBuilder::Rounded k = m.round(inRange, 2 * m.bias());
  Real r = (inRange - k.number) * kLn2;
  return scale(m, emitSmallExp(m, r, m.real(0)), k.low);
}

/// e^(high - low) - 1 for a small argument, after fdlibm: the rational part
/// carries the correction for the argument's low half.
static Real emitSmallExpM1(MathBuilder &m, Real high, Real low) {
  Real r = high - low;
  Real c = (high - r) - low;
  Real half = r * 0.5;
  Real square = r * half;
  if (m.isDouble()) {
    Real q = m.horner(
        square, {1.0, -3.33333333333331316428e-02, 1.58730158725481460165e-03,
                 -7.93650757867487942473e-05, 4.00821782732936239552e-06,
                 -2.01099218183624371326e-07});
    Real t = 3.0 - q * half;
    Real e = square * ((q - t) / (6.0 - r * t));
    return r - ((r * (e - c) - c) - square);
  }
  Real tail = m.horner(r, {1.6666665459E-1, 4.1665795894E-2, 8.3334519073E-3,
                           1.3981999507E-3, 1.9875691500E-4});
  // r + r^2 / 2 + r^3 * tail, and what c adds: c * e^r.
  return m.fma(tail * r, r * r, c) + square + r;
}

Real mlir::tessera::loop::emitExpM1(MathBuilder &m, Real x) {
  double most = m.isDouble() ? 710 : 89, least = m.isDouble() ? -45 : -25;
  Real inRange = m.atLeast(m.atMost(x, most), least);
  // 2^(k - 1) is finite wherever the result is.
  Reduced r = reduce(m, inRange, m.bias() - 1);
  Real power = m.fromBits(m.shiftLeft(r.k.low, m.mantissaBits()));
  Real half = m.fma(power, emitSmallExpM1(m, r.high, r.low), power - 0.5);
  Real result = half + half;
  // Also keeps the sign of 0.
  double tiny = m.isDouble() ? 0x1p-54 : 0x1p-25;
  return m.select(m.abs(x) < tiny, x, result);
}

/// u / (u + 2) with u = e^-2|x| - 1 does not cancel.
static Real emitTanh(MathBuilder &m, Real x) {
  Real grown = emitExpM1(m, m.abs(x) * -2.0);
  return m.copySign(grown / (grown + 2.0), x);
}

static Real emitCosh(MathBuilder &m, Real x) {
  Real half = emitExp(m, m.abs(x), -1);
  return half + 0.25 / half;
}

static Real emitSinh(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Real half = emitExp(m, size, -1);
  Real large = half - 0.25 / half;
  Real square = x * x;
  // The Taylor series in f64, Cephes' polynomial in f32.
  Real series =
      m.isDouble()
          ? m.horner(square, {1.0 / 6, 1.0 / 120, 1.0 / 5040, 1.0 / 362880,
                              1.0 / 39916800, 1.0 / 6227020800,
                              1.0 / 1307674368000, 1.0 / 355687428096000})
          : m.horner(square,
                     {1.66667160211E-1, 8.33028376239E-3, 2.03721912945E-4});
  Real small = m.fma(series * square, size, size);
  return m.copySign(m.select(size < 1.0, small, large), x);
}

void mlir::tessera::loop::populateExpandExponentialPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::ExpOp>(patterns, abilities, emitExpFull);
  addFormula<math::Exp2Op>(patterns, abilities, emitExp2);
  addFormula<math::ExpM1Op>(patterns, abilities, emitExpM1);
  addFormula<math::TanhOp>(patterns, abilities, emitTanh,
                           /*isForFloat32=*/false);
  addFormula<math::SinhOp>(patterns, abilities, emitSinh);
  addFormula<math::CoshOp>(patterns, abilities, emitCosh);
}
