//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// asin, acos, atan and atan2. Coefficients are fdlibm's (e_asin.c) and Cephes'
// (atan.c) in f64, Cephes' (asinf.c, atanf.c) in f32.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::loop;

/// pi/2 as a number of the type and what that lacks.
static double getHalfPiLow(MathBuilder &m) {
  return m.isDouble() ? 6.123233995736765886130e-17 : -4.37113900018624283e-8;
}

/// pi/2 * times - x, or + x, with both parts of pi/2.
static Real fromHalfPi(MathBuilder &m, double times, Real x) {
  return (m.real(getHalfPiLow(m) * times) + x) + M_PI_2 * times;
}

//===-- Arc tangent -------------------------------------------------------===//

/// atan(x) - x for |x| <= 0.66.
static Real emitAtanTail(MathBuilder &m, Real x) {
  Real square = x * x;
  if (!m.isDouble()) {
    Real tail = m.horner(square, {-3.33329491539E-1, 1.99777106478E-1,
                                  -1.38776856032E-1, 8.05374449538E-2});
    return tail * square * x;
  }
  Real above =
      m.horner(square, {-6.485021904942025371773E1, -1.228866684490136173410E2,
                        -7.500855792314704667340E1, -1.615753718733365076637E1,
                        -8.750608600031904122785E-1});
  Real below =
      m.horner(square, {1.945506571482613964425E2, 4.853903996359136964868E2,
                        4.328810604912902668951E2, 1.650270098316988542046E2,
                        2.485846490142306297962E1, 1.0});
  return square * above / below * x;
}

/// atan(above / below) of numbers that are not negative; the quotient is
/// divided once. Beyond tan(3 pi / 8) it is pi/2 - atan(below / above), above
/// `middle` pi/4 + atan((above - below) / (above + below)).
static Real emitPositiveAtan(MathBuilder &m, Real above, Real below) {
  double middle = m.isDouble() ? 0.66 : 0.4142135623730950;
  Truth isLarge = below * 2.414213562373095 < above;
  Truth isMiddle = below * middle < above;
  Real numerator =
      m.select(isLarge, -below, m.select(isMiddle, above - below, above));
  Real denominator =
      m.select(isLarge, above, m.select(isMiddle, above + below, below));
  Real x = numerator / denominator;
  Real zero = m.real(0);
  auto base = [&](double halfPi) {
    return m.select(isLarge, m.real(halfPi),
                    m.select(isMiddle, m.real(halfPi / 2), zero));
  };
  return base(M_PI_2) + (x + (emitAtanTail(m, x) + base(getHalfPiLow(m))));
}

static Real emitAtan(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  // Also keeps the sign of 0. NaN goes through the division.
  Real bounded = m.atMost(size, 0x1p100);
  return m.copySign(emitPositiveAtan(m, bounded, m.real(1)), x);
}

/// Whether the sign bit is set: that of -0 counts.
static Truth isNegative(MathBuilder &m, Real x) {
  return m.copySign(m.real(1), x) < 0.0;
}

static Real emitAtan2(MathBuilder &m, Real y, Real x) {
  Real above = m.abs(y), below = m.abs(x);
  // As finite numbers that can be added; ratios beyond 2^60 are all alike.
  Truth isInfinite = (above == m.infinity()) & (below == m.infinity());
  Truth isZero = (above == 0.0) & (below == 0.0);
  above = m.select(isInfinite, m.real(1), above);
  below = m.select(isInfinite | isZero, m.real(1), below);
  double large = m.isDouble() ? 0x1p900 : 0x1p90;
  Truth isLarge = (above > large) | (below > large);
  Real factor = m.select(isLarge, m.real(0x1p-64), m.real(0x1p30));
  Truth isInReach = above * 0x1p-60 < below;
  above = m.select(isInReach, above * factor, m.real(0x1p80));
  below = m.select(isInReach, below * factor, m.real(1));
  Real angle = emitPositiveAtan(m, above, below);
  angle = m.select(isNegative(m, x), fromHalfPi(m, 2, -angle), angle);
  Real result = m.copySign(angle, y);
  return m.select(m.isNan(x) | m.isNan(y), x + y, result);
}

//===-- Arc sine ----------------------------------------------------------===//

/// (asin(s) - s) / s for s^2 = z <= 1/4.
static Real emitAsinTail(MathBuilder &m, Real z) {
  if (!m.isDouble()) {
    return z * m.horner(z, {1.6666752422E-1, 7.4953002686E-2, 4.5470025998E-2,
                            2.4181311049E-2, 4.2163199048E-2});
  }
  Real above =
      m.horner(z, {1.66666666666666657415e-01, -3.25565818622400915405e-01,
                   2.01212532134862925881e-01, -4.00555345006794114027e-02,
                   7.91534994289814532176e-04, 3.47933107596021167570e-05});
  Real below =
      m.horner(z, {1.0, -2.40339491173441421878e+00, 2.02094576023350569471e+00,
                   -6.88283971605453293030e-01, 7.70381505559019352791e-02});
  return z * above / below;
}

namespace {
/// asin(s), where s is |x|, or beyond 1/2 sqrt((1 - |x|) / 2): then the arc
/// sine of |x| is pi/2 less twice that.
struct ArcSine {
  Truth isLarge;
  Real angle;
};
} // namespace

static ArcSine emitArcSine(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Truth isLarge = size > 0.5;
  // NaN beyond 1, by the root.
  Real z = m.select(isLarge, (1.0 - size) * 0.5, size * size);
  Real s = m.select(isLarge, m.sqrt(z), size);
  return {isLarge, m.fma(s, emitAsinTail(m, z), s)};
}

static Real emitAsin(MathBuilder &m, Real x) {
  ArcSine arc = emitArcSine(m, x);
  Real large = fromHalfPi(m, 1, arc.angle * -2.0);
  return m.copySign(m.select(arc.isLarge, large, arc.angle), x);
}

static Real emitAcos(MathBuilder &m, Real x) {
  ArcSine arc = emitArcSine(m, x);
  Real twice = arc.angle + arc.angle;
  Real large = m.select(x < 0.0, fromHalfPi(m, 2, -twice), twice);
  Real small = fromHalfPi(m, 1, -m.copySign(arc.angle, x));
  return m.select(arc.isLarge, large, small);
}

void mlir::tessera::loop::populateExpandInverseTrigonometryPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::AtanOp>(patterns, abilities, emitAtan);
  addFormula<math::Atan2Op>(patterns, abilities, emitAtan2);
  addFormula<math::AsinOp>(patterns, abilities, emitAsin);
  addFormula<math::AcosOp>(patterns, abilities, emitAcos);
}
