//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// floor, ceil, trunc and roundeven where the target has no instruction (they
// are calls then), round and fma.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::loop;

/// Adding 2^mantissaBits to a number below that leaves no bits for a fraction.
/// NaN and larger numbers stay.
static Real emitRoundEven(MathBuilder &m, Real x) {
  double magic = std::ldexp(1.0, m.mantissaBits());
  Real size = m.abs(x);
  Real rounded = m.copySign((size + magic) - magic, x);
  return m.select(size < magic, rounded, x);
}

/// Corrects the nearest integer, which may be 1 too far from 0. All keep the
/// sign, that of 0 too.
Real mlir::tessera::loop::emitTrunc(MathBuilder &m, Real x) {
  double magic = std::ldexp(1.0, m.mantissaBits());
  Real size = m.abs(x);
  Real rounded = (size + magic) - magic;
  rounded = m.select(size < rounded, rounded - 1.0, rounded);
  return m.select(size < magic, m.copySign(rounded, x), x);
}

static Real emitFloor(MathBuilder &m, Real x) {
  Real rounded = emitRoundEven(m, x);
  return m.copySign(m.select(x < rounded, rounded - 1.0, rounded), x);
}

static Real emitCeil(MathBuilder &m, Real x) {
  Real rounded = emitRoundEven(m, x);
  return m.copySign(m.select(rounded < x, rounded + 1.0, rounded), x);
}

/// Ties away from 0. No target has it for vectors.
static Real emitRound(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Real whole = m.emit<math::TruncOp>(size);
  Real up = m.select(size - whole >= 0.5, whole + 1.0, whole);
  return m.copySign(up, x);
}

void mlir::tessera::loop::populateExpandRoundingPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::RoundOp>(patterns, abilities, emitRound);
  if (!abilities.rounds) {
    addFormula<math::RoundEvenOp>(patterns, abilities, emitRoundEven);
    addFormula<math::TruncOp>(patterns, abilities, emitTrunc);
    addFormula<math::FloorOp>(patterns, abilities, emitFloor);
    addFormula<math::CeilOp>(patterns, abilities, emitCeil);
  }
  if (!abilities.fuses) {
    // Two roundings: what asks for math.fma here wants speed. The exact one
    // would be a call.
    patterns.add<ExpandFormula<math::FmaOp>>(
        patterns.getContext(), abilities,
        [](MathBuilder &m, ArrayRef<Real> x) { return x[0] * x[1] + x[2]; });
  }
}
