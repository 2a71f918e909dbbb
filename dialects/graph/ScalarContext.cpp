//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/graph/ScalarContext.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;
using namespace mlir::tessera::graph;

static constexpr double kLn2 = 0.693147180559945309417;
/// Above this sqrt(x^2 + 1) is x in f32 and f64 alike, and x^2 is finite.
static constexpr double kLarge = 1e9;

Type mlir::tessera::graph::getSignlessType(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.isSignless()) {
    return type;
  }
  return IntegerType::get(type.getContext(), integer.getWidth());
}

/// i1 counts as unsigned, so that true is more than false.
static bool isUnsignedType(Type type) {
  return type.isUnsignedInteger() || type.isInteger(1);
}

static bool isFloatValue(Value value) {
  return isa<FloatType>(value.getType());
}

/// Multiply and add that targets may fuse.
static arith::FastMathFlagsAttr getContract(OpBuilder &builder) {
  return arith::FastMathFlagsAttr::get(builder.getContext(),
                                       arith::FastMathFlags::contract);
}

ScalarContext::ScalarContext(OpBuilder &builder, Location loc,
                             ValueRange operands, ArrayRef<Type> types,
                             Type resultType)
    : builder(builder), loc(loc), operands(operands), types(types),
      result(resultType) {}

bool ScalarContext::isUnsigned() const {
  return isUnsignedType(types.empty() ? result : types.front());
}

bool ScalarContext::isFloat() const {
  return isa<FloatType>(types.empty() ? result : types.front());
}

Value ScalarContext::inFloat32(Value x,
                               llvm::function_ref<Value(Value)> compute) {
  Type type = x.getType();
  if (!type.isF16() && !type.isBF16()) {
    return compute(x);
  }
  Value wide = builder.create<arith::ExtFOp>(loc, builder.getF32Type(), x);
  return builder.create<arith::TruncFOp>(loc, type, compute(wide));
}

Value ScalarContext::inFloat32(
    Value x, Value y, llvm::function_ref<Value(Value, Value)> compute) {
  return inFloat32(x, [&](Value wideX) {
    Value wideY = y;
    if (wideX.getType() != y.getType()) {
      wideY = builder.create<arith::ExtFOp>(loc, wideX.getType(), y);
    }
    return compute(wideX, wideY);
  });
}

//===-- Constants ---------------------------------------------------------===//

Value ScalarContext::constant(double value) {
  return constantLike(operands.front(), value);
}

Value ScalarContext::constantLike(Value like, double value) {
  Type type = like.getType();
  TypedAttr attribute;
  if (auto floatType = dyn_cast<FloatType>(type)) {
    APFloat number(value);
    bool losesInfo;
    number.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    attribute = FloatAttr::get(floatType, number);
  } else {
    // convertToInteger saturates, and makes 0 of NaN.
    llvm::APSInt number(type.getIntOrFloatBitWidth(),
                        isUnsigned() || type.isInteger(1));
    bool isExact;
    APFloat(value).convertToInteger(number, APFloat::rmTowardZero, &isExact);
    attribute = IntegerAttr::get(type, number);
  }
  return builder.create<arith::ConstantOp>(loc, attribute);
}

//===-- Arithmetic --------------------------------------------------------===//

Value ScalarContext::add(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::AddFOp>(loc, a, b, getContract(builder));
  }
  return builder.create<arith::AddIOp>(loc, a, b);
}

Value ScalarContext::sub(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::SubFOp>(loc, a, b);
  }
  return builder.create<arith::SubIOp>(loc, a, b);
}

Value ScalarContext::mul(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::MulFOp>(loc, a, b, getContract(builder));
  }
  return builder.create<arith::MulIOp>(loc, a, b);
}

Value ScalarContext::div(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::DivFOp>(loc, a, b);
  }
  // Processors trap on x / 0 and on the smallest number / -1.
  Value zero = constantLike(b, 0), one = constantLike(b, 1);
  Value isZero = equal(b, zero);
  if (isUnsigned()) {
    Value safe = select(isZero, one, b);
    return select(isZero, zero, builder.create<arith::DivUIOp>(loc, a, safe));
  }
  Value isMinusOne = equal(b, constantLike(b, -1));
  Value safe = select(bitOr(isZero, isMinusOne), one, b);
  Value quotient = builder.create<arith::DivSIOp>(loc, a, safe);
  return select(isZero, zero, select(isMinusOne, sub(zero, a), quotient));
}

Value ScalarContext::mod(Value a, Value b, bool fmod) {
  if (isFloatValue(a)) {
    return inFloat32(a, b, [&](Value x, Value y) -> Value {
      Value remainder = builder.create<arith::RemFOp>(loc, x, y);
      if (fmod) {
        return remainder;
      }
      Value zero = constantLike(x, 0);
      Value differs = bitXor(less(remainder, zero), less(y, zero));
      Value isExact = equal(remainder, zero);
      Value moved = select(differs, add(remainder, y), remainder);
      return select(isExact, copySign(remainder, y), moved);
    });
  }
  Value zero = constantLike(b, 0), one = constantLike(b, 1);
  if (isUnsigned()) {
    Value safe = select(equal(b, zero), one, b);
    return builder.create<arith::RemUIOp>(loc, a, safe);
  }
  Value traps = bitOr(equal(b, zero), equal(b, constantLike(b, -1)));
  Value safe = select(traps, one, b);
  Value remainder = builder.create<arith::RemSIOp>(loc, a, safe);
  if (fmod) {
    return remainder;
  }
  Value differs = less(bitXor(remainder, safe), zero);
  Value moved = select(differs, add(remainder, safe), remainder);
  return select(equal(remainder, zero), zero, moved);
}

Value ScalarContext::min(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::MinimumFOp>(loc, a, b);
  }
  if (isUnsigned()) {
    return builder.create<arith::MinUIOp>(loc, a, b);
  }
  return builder.create<arith::MinSIOp>(loc, a, b);
}

Value ScalarContext::max(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::MaximumFOp>(loc, a, b);
  }
  if (isUnsigned()) {
    return builder.create<arith::MaxUIOp>(loc, a, b);
  }
  return builder.create<arith::MaxSIOp>(loc, a, b);
}

Value ScalarContext::abs(Value a) {
  if (isFloatValue(a)) {
    return builder.create<math::AbsFOp>(loc, a);
  }
  return isUnsigned() ? a : max(a, neg(a));
}

Value ScalarContext::neg(Value a) {
  if (isFloatValue(a)) {
    return builder.create<arith::NegFOp>(loc, a);
  }
  return sub(constantLike(a, 0), a);
}

Value ScalarContext::sign(Value a) {
  Value zero = constantLike(a, 0), one = constantLike(a, 1);
  Value positive = less(zero, a);
  if (!isFloatValue(a) && isUnsigned()) {
    return select(positive, one, zero);
  }
  // What is neither is 0 or NaN, and stays.
  return select(positive, one, select(less(a, zero), constantLike(a, -1), a));
}

Value ScalarContext::copySign(Value magnitude, Value sign) {
  return builder.create<math::CopySignOp>(loc, magnitude, sign);
}

//===-- Powers ------------------------------------------------------------===//

/// By squaring, without a loop: what the type's width leaves of base^exponent
/// depends on that many bits of the exponent, once an even base, whose powers
/// end in zeros only, is taken care of.
Value ScalarContext::powInteger(Value base, Value exponent,
                                bool isExponentUnsigned) {
  Type type = base.getType();
  unsigned width = type.getIntOrFloatBitWidth();
  unsigned exponentWidth = exponent.getType().getIntOrFloatBitWidth();
  Value zero = constantLike(base, 0), one = constantLike(base, 1);
  Value power = one, square = base;
  for (unsigned bit = 0; bit < std::min(width, exponentWidth); ++bit) {
    Value mask = builder.create<arith::ConstantOp>(
        loc, IntegerAttr::get(exponent.getType(),
                              APInt::getOneBitSet(exponentWidth, bit)));
    Value isSet = builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne,
                                                bitAnd(exponent, mask),
                                                constantLike(exponent, 0));
    power = select(isSet, mul(power, square), power);
    square = mul(square, square);
  }
  Value isEven = equal(bitAnd(base, one), zero);
  Value isLong = builder.create<arith::CmpIOp>(
      loc, arith::CmpIPredicate::uge, exponent, constantLike(exponent, width));
  if (exponentWidth > width) {
    power = select(bitAnd(isEven, isLong), zero, power);
  }
  if (isExponentUnsigned) {
    return power;
  }
  // 1 / base^-exponent, truncated.
  Value isNegative = builder.create<arith::CmpIOp>(
      loc, arith::CmpIPredicate::slt, exponent, constantLike(exponent, 0));
  Value isUnit = equal(base, one);
  if (!isUnsigned()) {
    isUnit = bitOr(isUnit, equal(base, constantLike(base, -1)));
  }
  return select(bitAnd(isNegative, bitNot(isUnit)), zero, power);
}

Value ScalarContext::pow(Value base, Value exponent, Type exponentType) {
  if (isFloatValue(base)) {
    Value same = cast(exponent, exponentType, base.getType());
    return inFloat32(base, same, [&](Value x, Value y) -> Value {
      return builder.create<math::PowFOp>(loc, x, y);
    });
  }
  if (!isFloatValue(exponent)) {
    return powInteger(base, exponent, isUnsignedType(exponentType));
  }
  Type baseType = types.front();
  Type floatType = builder.getF64Type(), wholeType = builder.getI64Type();
  Value wide = cast(exponent, exponentType, floatType);
  Value whole = cast(wide, floatType, wholeType);
  Value isWhole = equal(wide, cast(whole, wholeType, floatType));
  Value power =
      builder.create<math::PowFOp>(loc, cast(base, baseType, floatType), wide);
  return select(isWhole, powInteger(base, whole, false),
                cast(power, floatType, baseType));
}

//===-- Comparison and bits -----------------------------------------------===//

Value ScalarContext::equal(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OEQ, a, b);
  }
  return builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, a, b);
}

Value ScalarContext::less(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLT, a, b);
  }
  return builder.create<arith::CmpIOp>(
      loc, isUnsigned() ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt,
      a, b);
}

Value ScalarContext::lessEqual(Value a, Value b) {
  if (isFloatValue(a)) {
    return builder.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLE, a, b);
  }
  return builder.create<arith::CmpIOp>(
      loc, isUnsigned() ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle,
      a, b);
}

Value ScalarContext::isNan(Value a) {
  return builder.create<arith::CmpFOp>(loc, arith::CmpFPredicate::UNO, a, a);
}

Value ScalarContext::isInf(Value a, bool negative, bool positive) {
  if (negative && positive) {
    return equal(abs(a), constantLike(a, INFINITY));
  }
  if (negative || positive) {
    return equal(a, constantLike(a, negative ? -INFINITY : INFINITY));
  }
  return builder.create<arith::ConstantOp>(loc, builder.getBoolAttr(false));
}

Value ScalarContext::select(Value condition, Value onTrue, Value onFalse) {
  return builder.create<arith::SelectOp>(loc, condition, onTrue, onFalse);
}

Value ScalarContext::bitAnd(Value a, Value b) {
  return builder.create<arith::AndIOp>(loc, a, b);
}

Value ScalarContext::bitOr(Value a, Value b) {
  return builder.create<arith::OrIOp>(loc, a, b);
}

Value ScalarContext::bitXor(Value a, Value b) {
  return builder.create<arith::XOrIOp>(loc, a, b);
}

Value ScalarContext::bitNot(Value a) {
  Value ones = builder.create<arith::ConstantOp>(
      loc,
      IntegerAttr::get(a.getType(),
                       APInt::getAllOnes(a.getType().getIntOrFloatBitWidth())));
  return bitXor(a, ones);
}

Value ScalarContext::shiftLeft(Value a, Value b) {
  Value width = constantLike(a, a.getType().getIntOrFloatBitWidth());
  Value inRange =
      builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ult, b, width);
  Value zero = constantLike(a, 0);
  Value safe = select(inRange, b, zero);
  return select(inRange, builder.create<arith::ShLIOp>(loc, a, safe), zero);
}

Value ScalarContext::shiftRight(Value a, Value b) {
  unsigned bits = a.getType().getIntOrFloatBitWidth();
  Value most =
      builder.create<arith::MinUIOp>(loc, b, constantLike(a, bits - 1));
  if (!isUnsigned()) {
    return builder.create<arith::ShRSIOp>(loc, a, most);
  }
  Value inRange = builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ult,
                                                b, constantLike(a, bits));
  return select(inRange, builder.create<arith::ShRUIOp>(loc, a, most),
                constantLike(a, 0));
}

//===-- Functions ---------------------------------------------------------===//

Value ScalarContext::sqrt(Value a) {
  return inFloat32(a, [&](Value x) -> Value {
    return builder.create<math::SqrtOp>(loc, x);
  });
}

Value ScalarContext::exp(Value a) {
  return inFloat32(
      a, [&](Value x) -> Value { return builder.create<math::ExpOp>(loc, x); });
}

Value ScalarContext::log(Value a) {
  return inFloat32(
      a, [&](Value x) -> Value { return builder.create<math::LogOp>(loc, x); });
}

Value ScalarContext::tanh(Value a) {
  return inFloat32(a, [&](Value x) -> Value {
    return builder.create<math::TanhOp>(loc, x);
  });
}

Value ScalarContext::sigmoid(Value a) {
  return inFloat32(a, [&](Value x) {
    Value one = constantLike(x, 1);
    return div(one, add(one, exp(neg(x))));
  });
}

Value ScalarContext::softplus(Value a) {
  return inFloat32(a, [&](Value x) {
    Value tail = builder.create<math::Log1pOp>(loc, exp(neg(abs(x))));
    return add(max(x, constantLike(x, 0)), tail);
  });
}

Value ScalarContext::hardSigmoid(Value a, double alpha, double beta) {
  return inFloat32(a, [&](Value x) {
    Value line = add(mul(x, constantLike(x, alpha)), constantLike(x, beta));
    return max(min(line, constantLike(x, 1)), constantLike(x, 0));
  });
}

Value ScalarContext::elu(Value a, double alpha) {
  return inFloat32(a, [&](Value x) {
    Value curve = builder.create<math::ExpM1Op>(loc, x);
    return select(less(x, constantLike(x, 0)),
                  mul(curve, constantLike(x, alpha)), x);
  });
}

Value ScalarContext::gelu(Value a, bool tanhApproximation) {
  return inFloat32(a, [&](Value x) {
    Value curve;
    if (tanhApproximation) {
      Value cube = mul(mul(x, x), x);
      Value inner = add(x, mul(cube, constantLike(x, 0.044715)));
      curve = tanh(mul(inner, constantLike(x, std::sqrt(2.0 / M_PI))));
    } else {
      curve = builder.create<math::ErfOp>(
          loc, mul(x, constantLike(x, std::sqrt(0.5))));
    }
    Value half = mul(x, constantLike(x, 0.5));
    return mul(half, add(constantLike(x, 1), curve));
  });
}

Value ScalarContext::tan(Value a) {
  return inFloat32(a, [&](Value x) {
    return div(builder.create<math::SinOp>(loc, x),
               builder.create<math::CosOp>(loc, x));
  });
}

// exp(|x| / 2) is squared in sinh and cosh, so that nothing overflows before
// the result does.

Value ScalarContext::sinh(Value a) {
  return inFloat32(a, [&](Value x) {
    Value one = constantLike(x, 1), half = constantLike(x, 0.5);
    Value size = abs(x);
    Value grown = builder.create<math::ExpM1Op>(loc, size);
    Value small = mul(half, add(grown, div(grown, add(grown, one))));
    Value root = exp(mul(size, half));
    Value large = sub(mul(mul(half, root), root), div(half, mul(root, root)));
    return copySign(select(less(size, one), small, large), x);
  });
}

Value ScalarContext::cosh(Value a) {
  return inFloat32(a, [&](Value x) {
    Value half = constantLike(x, 0.5);
    Value root = exp(mul(abs(x), half));
    return add(mul(mul(half, root), root), div(half, mul(root, root)));
  });
}

Value ScalarContext::asinh(Value a) {
  return inFloat32(a, [&](Value x) {
    Value one = constantLike(x, 1);
    Value size = abs(x), square = mul(x, x);
    Value root = add(one, sqrt(add(square, one)));
    Value small =
        builder.create<math::Log1pOp>(loc, add(size, div(square, root)));
    Value large = add(log(size), constantLike(x, kLn2));
    return copySign(select(less(size, constantLike(x, kLarge)), small, large),
                    x);
  });
}

Value ScalarContext::acosh(Value a) {
  return inFloat32(a, [&](Value x) {
    Value over = sub(x, constantLike(x, 1));
    Value root = sqrt(mul(over, add(over, constantLike(x, 2))));
    Value small = builder.create<math::Log1pOp>(loc, add(over, root));
    Value large = add(log(x), constantLike(x, kLn2));
    // NaN below 1 comes from the root, and so from `small`.
    return select(less(constantLike(x, kLarge), x), large, small);
  });
}

Value ScalarContext::atanh(Value a) {
  return inFloat32(a, [&](Value x) {
    Value size = abs(x);
    Value ratio = div(add(size, size), sub(constantLike(x, 1), size));
    Value half =
        mul(constantLike(x, 0.5), builder.create<math::Log1pOp>(loc, ratio));
    return copySign(half, x);
  });
}

//===-- Cast --------------------------------------------------------------===//

static Value castFromFloat(ScalarContext &s, Value a, Type to) {
  OpBuilder &builder = s.builder;
  auto from = cast<FloatType>(a.getType());
  if (auto toFloat = dyn_cast<FloatType>(to)) {
    if (from == to) {
      return a;
    }
    if (from.getWidth() == toFloat.getWidth()) { // f16 and bf16
      a = builder.create<arith::ExtFOp>(s.loc, builder.getF32Type(), a);
      return builder.create<arith::TruncFOp>(s.loc, to, a);
    }
    if (from.getWidth() < toFloat.getWidth()) {
      return builder.create<arith::ExtFOp>(s.loc, to, a);
    }
    return builder.create<arith::TruncFOp>(s.loc, to, a);
  }
  if (to.isInteger(1)) {
    return builder.create<arith::CmpFOp>(s.loc, arith::CmpFPredicate::UNE, a,
                                         s.constantLike(a, 0));
  }
  if (from.getWidth() == 16) {
    a = builder.create<arith::ExtFOp>(s.loc, builder.getF32Type(), a);
  }
  Type signless = getSignlessType(to);
  unsigned width = signless.getIntOrFloatBitWidth();
  if (to.isUnsignedInteger(64)) {
    return builder.create<arith::FPToUIOp>(s.loc, signless, a);
  }
  // Through a wider signed type, for which processors have instructions.
  unsigned through = to.isUnsignedInteger(32) ? 64 : std::max(width, 32u);
  Value wide = builder.create<arith::FPToSIOp>(
      s.loc, builder.getIntegerType(through), a);
  return through == width
             ? wide
             : builder.create<arith::TruncIOp>(s.loc, signless, wide);
}

static Value castFromInteger(ScalarContext &s, Value a, bool isUnsigned,
                             Type to) {
  OpBuilder &builder = s.builder;
  if (auto toFloat = dyn_cast<FloatType>(to)) {
    Type through = toFloat.getWidth() == 16 ? builder.getF32Type() : to;
    Value number =
        isUnsigned
            ? builder.create<arith::UIToFPOp>(s.loc, through, a).getResult()
            : builder.create<arith::SIToFPOp>(s.loc, through, a).getResult();
    return through == to ? number
                         : builder.create<arith::TruncFOp>(s.loc, to, number);
  }
  unsigned fromWidth = a.getType().getIntOrFloatBitWidth();
  Type signless = getSignlessType(to);
  unsigned toWidth = signless.getIntOrFloatBitWidth();
  if (fromWidth == toWidth) {
    return a;
  }
  if (toWidth == 1) {
    return builder.create<arith::CmpIOp>(s.loc, arith::CmpIPredicate::ne, a,
                                         s.constantLike(a, 0));
  }
  if (fromWidth > toWidth) {
    return builder.create<arith::TruncIOp>(s.loc, signless, a);
  }
  if (isUnsigned) {
    return builder.create<arith::ExtUIOp>(s.loc, signless, a);
  }
  return builder.create<arith::ExtSIOp>(s.loc, signless, a);
}

Value ScalarContext::cast(Value a, Type from, Type to) {
  if (isFloatValue(a)) {
    return castFromFloat(*this, a, to);
  }
  return castFromInteger(*this, a, isUnsignedType(from), to);
}
