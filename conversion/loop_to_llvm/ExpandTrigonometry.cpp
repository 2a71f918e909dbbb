//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// sin, cos and tan: the nearest multiple of pi/2 is subtracted in parts, after
// Cody and Waite, and polynomials on [-pi/4, pi/4] do the rest. Coefficients
// are fdlibm's (k_sin.c, k_cos.c, e_rem_pio2.c) in f64 and Cephes' (sinf.c) in
// f32, where the reduction runs in f64.
//
// Arguments to 2^40 are reduced to full precision. Those beyond are taken for
// 0: neighbouring floats are further apart than a period there in f32, and no
// model means anything by them.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::tessera::loop;

static constexpr double kTwoOverPi = 6.36619772367581382433e-01;
// pi/2 in parts of 33 bits and a rest.
static constexpr double kHalfPi[] = {
    1.57079632673412561417e+00, 6.07710050630396597660e-11,
    2.02226624871116645580e-21, 8.47842766036889956997e-32};
static constexpr double kLimit = 0x1p40;

namespace {
/// An angle within [-pi/4, pi/4], and in the low bits of `quadrant` how many
/// right angles were subtracted. `low` is 0 in f32.
struct Angle {
  Real high, low;
  Whole quadrant;
};
} // namespace

/// pi/2 in parts of 53 bits, for products that are rounded once.
static constexpr double kHalfPiLong[] = {1.57079632679489655800e+00,
                                         6.12323399573676603587e-17,
                                         -1.49738490485916983110e-33};

/// x - k * pi/2 with a fused multiply-add. Close to a multiple the difference
/// to the first part is exact; errors of the others go to `low`, which f32 has
/// no need of.
static RealPair subtractFused(MathBuilder &m, Real x, Real k, bool isPair) {
  Real rest = m.fmaExactly(-k, m.real(kHalfPiLong[0]), x);
  Real second = m.real(kHalfPiLong[1]);
  if (!isPair) {
    return {m.fmaExactly(-k, second, rest), m.real(0)};
  }
  RealPair product = multiplyExactly(k, second);
  RealPair sum = addExactly(rest, -product.high);
  Real low = (sum.low - product.low) - k * kHalfPiLong[2];
  return addExactly(sum.high, low);
}

/// The same without. k is split so that all products but the last are exact:
/// 33 bits by 20.
static RealPair subtractSplit(MathBuilder &m, Real x, Real k, bool isPair) {
  Real magic = m.real(0x1.8p72);
  Real high = (k + magic) - magic;
  Real low = k - high;
  Real rest = (x - high * kHalfPi[0]) - low * kHalfPi[0];
  if (!isPair) {
    rest = (rest - high * kHalfPi[1]) - low * kHalfPi[1];
    return {rest - k * kHalfPi[2], m.real(0)};
  }
  Real error = m.real(0);
  for (unsigned part : {1, 2}) {
    for (Real multiple : {high, low}) {
      RealPair sum = addExactly(rest, -(multiple * kHalfPi[part]));
      rest = sum.high;
      error = error + sum.low;
    }
  }
  return addExactly(rest, error - k * kHalfPi[3]);
}

static Angle reduceDouble(MathBuilder &m, Real x, bool isPair) {
  // Also makes NaN of inf.
  x = m.select(m.abs(x) < kLimit, x, x * 0.0);
  MathBuilder::Rounded k = m.roundProduct(x, kTwoOverPi);
  RealPair rest = m.abilities.fuses ? subtractFused(m, x, k.number, isPair)
                                    : subtractSplit(m, x, k.number, isPair);
  return {rest.high, rest.low, k.low};
}

static Angle reduce(MathBuilder &m, Real x) {
  if (m.isDouble()) {
    return reduceDouble(m, x, /*isPair=*/true);
  }
  MathBuilder wide = m.asDouble();
  OpBuilder &builder = m.builder;
  Real extended = wide.wrap(
      builder.create<arith::ExtFOp>(m.loc, wide.floatType(), x.value));
  Angle angle = reduceDouble(wide, extended, /*isPair=*/false);
  Real high = m.wrap(
      builder.create<arith::TruncFOp>(m.loc, m.floatType(), angle.high.value));
  Value quadrant = builder.create<arith::TruncIOp>(
      m.loc, m.withElement(builder.getI32Type()), angle.quadrant);
  return {high, m.real(0), {{&m, quadrant}}};
}

static Real emitSmallSin(MathBuilder &m, Angle angle) {
  Real x = angle.high;
  Real square = x * x;
  Real cube = square * x;
  if (m.isDouble()) {
    Real tail = m.horner(
        square, {8.33333333332248946124e-03, -1.98412698298579493134e-04,
                 2.75573137070700676789e-06, -2.50507602534068634195e-08,
                 1.58969099521155010221e-10});
    Real first = angle.low * 0.5 - cube * tail;
    return x -
           ((square * first - angle.low) + cube * 1.66666666666666324348e-01);
  }
  Real tail =
      m.horner(square, {-1.6666654611E-1, 8.3321608736E-3, -1.9515295891E-4});
  return m.fma(tail, cube, x);
}

static Real emitSmallCos(MathBuilder &m, Angle angle) {
  Real x = angle.high;
  Real square = x * x;
  Real half = square * 0.5;
  if (m.isDouble()) {
    Real tail = m.horner(
        square, {4.16666666666666019037e-02, -1.38888888888741095749e-03,
                 2.48015872894767294178e-05, -2.75573143513906633035e-07,
                 2.08757232129817482790e-09, -1.13596475577881948265e-11});
    Real w = 1.0 - half;
    Real rest = (1.0 - w) - half;
    return w + (rest + (square * square * tail - x * angle.low));
  }
  Real tail = m.horner(square, {4.166664568298827E-002, -1.388731625493765E-003,
                                2.443315711809948E-005});
  return m.fma(square * square, tail, 1.0 - half);
}

/// Flips the sign where bit 1 of `quadrant` is set.
static Real flip(MathBuilder &m, Real x, Whole quadrant) {
  Whole sign = m.shiftLeft(quadrant & 2, m.isDouble() ? 62 : 30);
  return m.fromBits(m.bits(x) ^ sign);
}

static Real emitSin(MathBuilder &m, Real x) {
  Angle angle = reduce(m, x);
  Truth isOdd = (angle.quadrant & 1) != 0;
  Real result = m.select(isOdd, emitSmallCos(m, angle), emitSmallSin(m, angle));
  result = flip(m, result, angle.quadrant);
  // Subtracting 0 from -0 loses the sign, and tiny parts underflow.
  return m.select(m.abs(x) < 0x1p-30, x, result);
}

static Real emitCos(MathBuilder &m, Real x) {
  Angle angle = reduce(m, x);
  Truth isOdd = (angle.quadrant & 1) != 0;
  Real result = m.select(isOdd, emitSmallSin(m, angle), emitSmallCos(m, angle));
  return flip(m, result, angle.quadrant + 1);
}

static Real emitTan(MathBuilder &m, Real x) {
  Angle angle = reduce(m, x);
  Truth isOdd = (angle.quadrant & 1) != 0;
  Real sin = emitSmallSin(m, angle), cos = emitSmallCos(m, angle);
  Real result = m.select(isOdd, -cos, sin) / m.select(isOdd, sin, cos);
  return m.select(m.abs(x) < 0x1p-30, x, result);
}

void mlir::tessera::loop::populateExpandTrigonometryPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::SinOp>(patterns, abilities, emitSin);
  addFormula<math::CosOp>(patterns, abilities, emitCos);
  addFormula<math::TanOp>(patterns, abilities, emitTan);
}
