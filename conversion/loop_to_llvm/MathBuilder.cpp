//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/loop_to_llvm/MathBuilder.h"

#include "dialects/loop/LoopDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::loop;

TargetAbilities TargetAbilities::of(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module) {
    module = op->getParentOfType<ModuleOp>();
  }
  auto target = module ? module->getAttrOfType<CpuTargetAttr>(kTargetAttrName)
                       : CpuTargetAttr();
  TargetAbilities abilities;
  if (!target) {
    return abilities;
  }
  bool isArm = target.getArch() == "aarch64";
  abilities.rounds = isArm || target.has("sse4.1");
  abilities.fuses = target.hasFma();
  abilities.convertsHalf = isArm || target.has("f16c");
  abilities.computesHalf =
      isArm ? target.has("fullfp16")
            : target.has("avx512fp16") && target.has("avx512vl");
  return abilities;
}

//===-- MathBuilder -------------------------------------------------------===//

MathBuilder::MathBuilder(OpBuilder &builder, Location loc, Type floatType,
                         TargetAbilities abilities)
    : builder(builder), loc(loc), abilities(abilities), type(floatType),
      element(getElementTypeOrSelf(floatType)) {}

Type MathBuilder::withElement(Type newElement) const {
  if (auto vector = dyn_cast<VectorType>(type)) {
    return vector.clone(newElement);
  }
  return newElement;
}

MathBuilder MathBuilder::asDouble() const {
  return MathBuilder(builder, loc, withElement(builder.getF64Type()),
                     abilities);
}

Value MathBuilder::constant(TypedAttr value, Type constantType) {
  if (auto vector = dyn_cast<VectorType>(constantType)) {
    value = DenseElementsAttr::get(vector, Attribute(value));
  }
  return builder.create<arith::ConstantOp>(loc, value);
}

Real MathBuilder::real(double value) {
  APFloat number(value);
  bool losesInfo;
  number.convert(cast<FloatType>(element).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &losesInfo);
  return wrap(constant(FloatAttr::get(element, number), type));
}

Whole MathBuilder::whole(int64_t value) {
  Type integer = builder.getIntegerType(element.getIntOrFloatBitWidth());
  return {
      {this, constant(IntegerAttr::get(integer, value), withElement(integer))}};
}

Real MathBuilder::infinity() { return real(INFINITY); }

Real MathBuilder::nan() { return real(NAN); }

Real MathBuilder::sqrt(Real x) { return emit<math::SqrtOp>(x); }

Real MathBuilder::abs(Real x) { return emit<math::AbsFOp>(x); }

Real MathBuilder::copySign(Real magnitude, Real sign) {
  return wrap(builder.create<math::CopySignOp>(loc, magnitude, sign));
}

Real MathBuilder::fma(Real a, Real b, Real c) {
  auto contract = arith::FastMathFlagsAttr::get(builder.getContext(),
                                                arith::FastMathFlags::contract);
  Value product = builder.create<arith::MulFOp>(loc, a, b, contract);
  return wrap(builder.create<arith::AddFOp>(loc, product, c, contract));
}

Real MathBuilder::fmaExactly(Real a, Real b, Real c) {
  return wrap(builder.create<math::FmaOp>(loc, a, b, c));
}

Real MathBuilder::horner(Real x, ArrayRef<double> coefficients) {
  Real sum = real(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back())) {
    sum = fma(sum, x, real(coefficient));
  }
  return sum;
}

Real MathBuilder::horner(Real x, Real square, ArrayRef<double> coefficients) {
  SmallVector<double> even, odd;
  for (auto [i, coefficient] : llvm::enumerate(coefficients)) {
    (i % 2 ? odd : even).push_back(coefficient);
  }
  return fma(horner(square, odd), x, horner(square, even));
}

Real MathBuilder::atMost(Real x, double bound) {
  return select(x > bound, real(bound), x);
}

Real MathBuilder::atLeast(Real x, double bound) {
  return select(x < bound, real(bound), x);
}

Real MathBuilder::select(Truth condition, Real onTrue, Real onFalse) {
  return wrap(builder.create<arith::SelectOp>(loc, condition, onTrue, onFalse));
}

Whole MathBuilder::select(Truth condition, Whole onTrue, Whole onFalse) {
  return {
      {this, builder.create<arith::SelectOp>(loc, condition, onTrue, onFalse)}};
}

Truth MathBuilder::isNan(Real x) {
  return {{this, builder.create<arith::CmpFOp>(loc, arith::CmpFPredicate::UNO,
                                               x, x)}};
}

Whole MathBuilder::bits(Real x) {
  Type integer = builder.getIntegerType(element.getIntOrFloatBitWidth());
  return {
      {this, builder.create<arith::BitcastOp>(loc, withElement(integer), x)}};
}

Real MathBuilder::fromBits(Whole bits) {
  return wrap(builder.create<arith::BitcastOp>(loc, type, bits));
}

Whole MathBuilder::shiftRight(Whole bits, unsigned by) {
  return {{this, builder.create<arith::ShRUIOp>(loc, bits, whole(by))}};
}

Whole MathBuilder::shiftLeft(Whole bits, unsigned by) {
  return {{this, builder.create<arith::ShLIOp>(loc, bits, whole(by))}};
}

Real MathBuilder::toReal(Whole n) {
  if (!isDouble()) {
    return wrap(builder.create<arith::SIToFPOp>(loc, type, n));
  }
  // There is no vector instruction for 64-bit integers before AVX-512: put n
  // into the mantissa of 2^52.
  const double high = 0x1p52;
  return fromBits(n | llvm::bit_cast<int64_t>(high)) - high;
}

/// Adding 1.5 * 2^mantissaBits leaves no bits for a fraction.
Real MathBuilder::getMagic(int64_t offset) {
  return real(std::ldexp(1.5, mantissaBits()) + offset);
}

MathBuilder::Rounded MathBuilder::round(Real x, int64_t offset) {
  Real magic = getMagic(offset), sum = x + magic;
  return {sum - magic, bits(sum)};
}

MathBuilder::Rounded MathBuilder::roundProduct(Real x, double factor,
                                               int64_t offset) {
  Real magic = getMagic(offset), sum = fma(x, real(factor), magic);
  return {sum - magic, bits(sum)};
}

//===-- Operators ---------------------------------------------------------===//

template <typename OpTy, typename T> static T create(T a, Value b) {
  MathBuilder &m = *a.builder;
  return {{&m, m.builder.create<OpTy>(m.loc, a, b)}};
}

static Truth compare(arith::CmpFPredicate predicate, Real a, Real b) {
  MathBuilder &m = *a.builder;
  return {{&m, m.builder.create<arith::CmpFOp>(m.loc, predicate, a, b)}};
}

namespace mlir::tessera::loop {

Real operator-(Real x) {
  MathBuilder &m = *x.builder;
  return m.emit<arith::NegFOp>(x);
}

Real operator+(Real a, Real b) { return create<arith::AddFOp>(a, b); }
Real operator-(Real a, Real b) { return create<arith::SubFOp>(a, b); }
Real operator*(Real a, Real b) { return create<arith::MulFOp>(a, b); }
Real operator/(Real a, Real b) { return create<arith::DivFOp>(a, b); }
Real operator+(Real a, double b) { return a + a.builder->real(b); }
Real operator-(Real a, double b) { return a - a.builder->real(b); }
Real operator*(Real a, double b) { return a * a.builder->real(b); }
Real operator/(Real a, double b) { return a / a.builder->real(b); }
Real operator-(double a, Real b) { return b.builder->real(a) - b; }
Real operator/(double a, Real b) { return b.builder->real(a) / b; }

Truth operator<(Real a, Real b) {
  return compare(arith::CmpFPredicate::OLT, a, b);
}
Truth operator<=(Real a, Real b) {
  return compare(arith::CmpFPredicate::OLE, a, b);
}
Truth operator==(Real a, Real b) {
  return compare(arith::CmpFPredicate::OEQ, a, b);
}
Truth operator!=(Real a, Real b) {
  return compare(arith::CmpFPredicate::ONE, a, b);
}
Truth operator<(Real a, double b) { return a < a.builder->real(b); }
Truth operator<=(Real a, double b) { return a <= a.builder->real(b); }
Truth operator>(Real a, double b) { return a.builder->real(b) < a; }
Truth operator>=(Real a, double b) { return a.builder->real(b) <= a; }
Truth operator==(Real a, double b) { return a == a.builder->real(b); }

Whole operator+(Whole a, Whole b) { return create<arith::AddIOp>(a, b); }
Whole operator-(Whole a, Whole b) { return create<arith::SubIOp>(a, b); }
Whole operator&(Whole a, Whole b) { return create<arith::AndIOp>(a, b); }
Whole operator|(Whole a, Whole b) { return create<arith::OrIOp>(a, b); }
Whole operator^(Whole a, Whole b) { return create<arith::XOrIOp>(a, b); }
Whole operator+(Whole a, int64_t b) { return a + a.builder->whole(b); }
Whole operator-(Whole a, int64_t b) { return a - a.builder->whole(b); }
Whole operator&(Whole a, int64_t b) { return a & a.builder->whole(b); }
Whole operator|(Whole a, int64_t b) { return a | a.builder->whole(b); }

Truth operator==(Whole a, int64_t b) {
  MathBuilder &m = *a.builder;
  return {{&m, m.builder.create<arith::CmpIOp>(m.loc, arith::CmpIPredicate::eq,
                                               a, m.whole(b))}};
}
Truth operator!=(Whole a, int64_t b) {
  MathBuilder &m = *a.builder;
  return {{&m, m.builder.create<arith::CmpIOp>(m.loc, arith::CmpIPredicate::ne,
                                               a, m.whole(b))}};
}

Truth operator&(Truth a, Truth b) { return create<arith::AndIOp>(a, b); }
Truth operator|(Truth a, Truth b) { return create<arith::OrIOp>(a, b); }
Truth operator^(Truth a, Truth b) { return create<arith::XOrIOp>(a, b); }
Truth operator!(Truth a) {
  MathBuilder &m = *a.builder;
  Type type = a.value.getType();
  TypedAttr ones = m.builder.getBoolAttr(true);
  if (auto vector = dyn_cast<VectorType>(type)) {
    ones = DenseElementsAttr::get(vector, true);
  }
  return create<arith::XOrIOp>(
      a, m.builder.create<arith::ConstantOp>(m.loc, ones));
}

//===-- Pairs -------------------------------------------------------------===//

RealPair addExactly(Real a, Real b) {
  Real sum = a + b;
  Real other = sum - a;
  return {sum, (a - (sum - other)) + (b - other)};
}

RealPair addOrdered(Real a, Real b) {
  Real sum = a + b;
  return {sum, b - (sum - a)};
}

/// The upper half of a number's bits, and the rest.
static RealPair split(Real x) {
  MathBuilder &m = *x.builder;
  unsigned dropped = m.mantissaBits() / 2 + 1;
  Real high = m.fromBits(m.bits(x) & -(int64_t(1) << dropped));
  return {high, x - high};
}

RealPair multiplyExactly(Real a, Real b) {
  MathBuilder &m = *a.builder;
  Real product = a * b;
  if (m.abilities.fuses) {
    return {product, m.fmaExactly(a, b, -product)};
  }
  RealPair x = split(a), y = split(b);
  Real error = ((x.high * y.high - product) + x.high * y.low + x.low * y.high) +
               x.low * y.low;
  return {product, error};
}

} // namespace mlir::tessera::loop
