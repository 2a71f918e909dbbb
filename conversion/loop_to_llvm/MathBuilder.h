//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// A notation for the formulas that math ops expand to.
///
/// Operators on Real, Whole and Truth emit one arith op each, on scalars or on
/// vectors. Nothing is fused but `fma` and what is built of it: error terms
/// such as `x - (x + y)` are what they seem. A `double` on the right hand side
/// is a constant of the left hand side's type.
///
/// Example:
///   Real r = x - k * kLn2;        // exactly a product and a difference
///   Real y = m.horner(r, {c0, c1, c2});
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_CONVERSION_LOOP_TO_LLVM_MATHBUILDER_H
#define TESSERA_CONVERSION_LOOP_TO_LLVM_MATHBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace mlir::tessera::loop {

class MathBuilder;

/// What a target computes by itself. By default nothing beyond SSE2.
struct TargetAbilities {
  /// Rounding to integers: SSE4.1, or ARM.
  bool rounds = false;
  /// A fused multiply-add.
  bool fuses = false;
  /// Conversions between f16 and f32.
  bool convertsHalf = false;
  /// All arithmetic on f16.
  bool computesHalf = false;

  /// From `loop.target` of the module that `op` is in.
  static TargetAbilities of(Operation *op);
};

/// A value of the builder's float type, of its integer type, or a mask.
struct MathValue {
  MathBuilder *builder;
  Value value;
  operator Value() const { return value; }
};
struct Real : MathValue {};
struct Whole : MathValue {};
struct Truth : MathValue {};

/// Emits ops on one float type (f32, f64, or vectors of them) and on integers
/// of the same width.
class MathBuilder {
public:
  MathBuilder(OpBuilder &builder, Location loc, Type floatType,
              TargetAbilities abilities);

  OpBuilder &builder;
  Location loc;
  const TargetAbilities abilities;

  bool isDouble() const { return element.isF64(); }
  unsigned mantissaBits() const { return isDouble() ? 52 : 23; }
  int64_t bias() const { return isDouble() ? 1023 : 127; }
  /// An op's type with other elements.
  Type withElement(Type newElement) const;
  Type floatType() const { return type; }
  /// The same shape in f64.
  MathBuilder asDouble() const;

  Real wrap(Value value) { return {{this, value}}; }
  Real real(double value);
  Whole whole(int64_t value);
  Real infinity();
  Real nan();

  template <typename OpTy> Real emit(Real x) {
    return wrap(builder.create<OpTy>(loc, x.value));
  }
  Real sqrt(Real x);
  Real abs(Real x);
  Real copySign(Real magnitude, Real sign);
  /// a * b + c, rounded once or twice as the target likes.
  Real fma(Real a, Real b, Real c);
  /// a * b + c, rounded once: for targets that fuse.
  Real fmaExactly(Real a, Real b, Real c);
  /// c[0] + x * (c[1] + x * (...)).
  Real horner(Real x, ArrayRef<double> coefficients);
  /// The same, by odd and even powers: half the steps one after another.
  Real horner(Real x, Real square, ArrayRef<double> coefficients);
  /// The lesser (greater) of a number and a bound; NaN stays.
  Real atMost(Real x, double bound);
  Real atLeast(Real x, double bound);
  Real select(Truth condition, Real onTrue, Real onFalse);
  Whole select(Truth condition, Whole onTrue, Whole onFalse);
  Truth isNan(Real x);

  Whole bits(Real x);
  Real fromBits(Whole bits);
  /// Bits shifted right, as unsigned numbers.
  Whole shiftRight(Whole bits, unsigned by);
  Whole shiftLeft(Whole bits, unsigned by);
  /// A number 0 <= n < 2^mantissaBits.
  Real toReal(Whole n);

  /// The nearest integer, ties to even, of |x| < 2^(mantissaBits - 1), and its
  /// bits plus `offset` in the low half of `low`.
  struct Rounded {
    Real number;
    Whole low;
  };
  Rounded round(Real x, int64_t offset = 0);
  /// The integer nearest to x * factor or, where that is close to a half, next
  /// to it.
  Rounded roundProduct(Real x, double factor, int64_t offset = 0);

private:
  Real getMagic(int64_t offset);
  Value constant(TypedAttr value, Type constantType);

  Type type, element;
};

Real operator-(Real x);
Real operator+(Real a, Real b);
Real operator-(Real a, Real b);
Real operator*(Real a, Real b);
Real operator/(Real a, Real b);
Real operator+(Real a, double b);
Real operator-(Real a, double b);
Real operator*(Real a, double b);
Real operator/(Real a, double b);
Real operator-(double a, Real b);
Real operator/(double a, Real b);
// Ordered, but !=: false on NaN.
Truth operator<(Real a, Real b);
Truth operator<=(Real a, Real b);
Truth operator==(Real a, Real b);
Truth operator!=(Real a, Real b);
Truth operator<(Real a, double b);
Truth operator<=(Real a, double b);
Truth operator>(Real a, double b);
Truth operator>=(Real a, double b);
Truth operator==(Real a, double b);

Whole operator+(Whole a, Whole b);
Whole operator-(Whole a, Whole b);
Whole operator&(Whole a, Whole b);
Whole operator|(Whole a, Whole b);
Whole operator^(Whole a, Whole b);
Whole operator+(Whole a, int64_t b);
Whole operator-(Whole a, int64_t b);
Whole operator&(Whole a, int64_t b);
Whole operator|(Whole a, int64_t b);
Truth operator==(Whole a, int64_t b);
Truth operator!=(Whole a, int64_t b);

Truth operator&(Truth a, Truth b);
Truth operator|(Truth a, Truth b);
Truth operator^(Truth a, Truth b);
Truth operator!(Truth a);

/// A number as the sum of two, the second below the first one's last place.
struct RealPair {
  Real high, low;
};

/// a + b with the rounding error; |a| >= |b| for `addOrdered`.
RealPair addExactly(Real a, Real b);
RealPair addOrdered(Real a, Real b);
/// a * b with the rounding error.
RealPair multiplyExactly(Real a, Real b);

} // namespace mlir::tessera::loop

#endif // TESSERA_CONVERSION_LOOP_TO_LLVM_MATHBUILDER_H
