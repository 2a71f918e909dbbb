//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// arith.remf, which is C's fmod, exactly: long division that takes 26 bits of
// the quotient at a time. Quotients have up to 2098 bits, hence the loop; in
// practice it runs once.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::tessera::loop;

/// Whether a condition holds in any lane.
static Value emitAny(MathBuilder &m, Truth condition) {
  if (!isa<VectorType>(condition.value.getType())) {
    return condition;
  }
  return m.builder.create<vector::ReductionOp>(m.loc, vector::CombiningKind::OR,
                                               condition);
}

/// rest - q * divisor for a q near rest / divisor of 26 bits, exactly. The
/// result is less than the divisor, or shorter than `rest` by 25 bits; it is
/// negative when the division was rounded up.
static Real emitStep(MathBuilder &m, Real rest, Real divisor, int numScalings) {
  // An infinite quotient would be of no use. f32 in f64 has none.
  constexpr double huge = 0x1p600;
  for (int i = 0; i < numScalings; ++i) {
    Truth isFar = divisor < m.abs(rest) * (1 / huge);
    divisor = m.select(isFar, divisor * huge, divisor);
  }
  constexpr int64_t mask = -(int64_t(1) << 27);
  Real leading = m.fromBits(m.bits(rest / divisor) & mask);
  Real quotient = m.emit<math::TruncOp>(leading);
  Real high = m.fromBits(m.bits(divisor) & mask);
  Real low = divisor - high;
  return (rest - quotient * high) - quotient * low;
}

static Real emitRemainderDouble(MathBuilder &m, Real x, Real y,
                                int numScalings) {
  OpBuilder &builder = m.builder;
  Real size = m.abs(y);
  Truth isValid = (m.abs(x) < m.infinity()) & (size > 0.0);
  Truth isFinite = isValid & (size < m.infinity());
  Real divisor = m.select(isFinite, size, m.real(1));
  Real start = m.select(isFinite, m.abs(x), m.real(0));
  auto loop = builder.create<scf::WhileOp>(
      m.loc, TypeRange{m.floatType()}, ValueRange{start.value},
      [&](OpBuilder &, Location, ValueRange arguments) {
        Real rest = m.wrap(arguments[0]);
        Value isOpen = emitAny(m, divisor <= m.abs(rest));
        builder.create<scf::ConditionOp>(m.loc, isOpen, arguments);
      },
      [&](OpBuilder &, Location, ValueRange arguments) {
        Value rest = emitStep(m, m.wrap(arguments[0]), divisor, numScalings);
        builder.create<scf::YieldOp>(m.loc, rest);
      });
  Real rest = m.wrap(loop.getResult(0));
  rest = m.select(rest < 0.0, rest + divisor, rest);
  // What is finite is its own remainder by inf.
  rest = m.select(isFinite, m.copySign(rest, x), x);
  Real result = m.select(isValid, rest, m.nan());
  return m.select(m.isNan(x), x, result);
}

static Real emitRemainder(MathBuilder &m, Real x, Real y) {
  if (m.isDouble()) {
    return emitRemainderDouble(m, x, y, 2);
  }
  MathBuilder wide = m.asDouble();
  auto extend = [&](Real value) {
    return wide.wrap(
        m.builder.create<arith::ExtFOp>(m.loc, wide.floatType(), value.value));
  };
  Real result = emitRemainderDouble(wide, extend(x), extend(y), 0);
  return m.wrap(
      m.builder.create<arith::TruncFOp>(m.loc, m.floatType(), result.value));
}

void mlir::tessera::loop::populateExpandRemainderPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<arith::RemFOp>(patterns, abilities, emitRemainder);
}
