//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// How one element of an elementwise op is computed.
///
/// A ScalarContext holds the operands' scalars, their element types as the
/// graph spells them (`ui8` and `i8` differ there; the values are signless),
/// and emits arith and math ops. Floating-point ops carry no fast-math flags
/// but `contract` on multiply and add, so that targets may fuse them; constant
/// folding compiles for a baseline that has no fused operation.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_GRAPH_SCALARCONTEXT_H
#define TESSERA_DIALECTS_GRAPH_SCALARCONTEXT_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

namespace mlir::tessera::graph {

class ScalarContext {
public:
  /// `operands` are signless scalars, `types` their graph element types,
  /// `resultType` the result's graph element type.
  ScalarContext(OpBuilder &builder, Location loc, ValueRange operands,
                ArrayRef<Type> types, Type resultType);

  OpBuilder &builder;
  Location loc;

  Value operator[](unsigned i) const { return operands[i]; }
  /// Operand i's element type as written in the graph.
  Type type(unsigned i) const { return types[i]; }
  Type resultType() const { return result; }
  /// Whether arithmetic on the operands is on unsigned integers.
  bool isUnsigned() const;
  bool isFloat() const;

  /// A one-operand op of operand 0's type. f16 and bf16 compute in f32.
  template <typename OpTy> Value unary() {
    return inFloat32(operands.front(), [&](Value x) -> Value {
      return builder.create<OpTy>(loc, x);
    });
  }

  /// A constant of operand 0's signless type (or of `like`'s). What an integer
  /// type can't hold becomes its nearest number.
  Value constant(double value);
  Value constantLike(Value like, double value);

  // Arithmetic by the values' types and operand 0's signedness. An integer
  // divided by 0 is 0, as is the remainder; min and max of NaN are NaN.
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value min(Value a, Value b);
  Value max(Value a, Value b);
  Value abs(Value a);
  Value neg(Value a);
  Value sign(Value a);
  Value sqrt(Value a);
  Value mod(Value a, Value b, bool fmod);
  /// Base to the exponent, whose graph element type is `exponentType`. On an
  /// integer base whole exponents are exact, modulo the type's range, and
  /// negative ones truncate towards zero.
  Value pow(Value base, Value exponent, Type exponentType);

  // Comparison; results are i1.
  Value equal(Value a, Value b);
  Value less(Value a, Value b);
  Value lessEqual(Value a, Value b);
  Value isNan(Value a);
  Value isInf(Value a, bool negative, bool positive);
  Value select(Value condition, Value onTrue, Value onFalse);

  // Bits.
  Value bitAnd(Value a, Value b);
  Value bitOr(Value a, Value b);
  Value bitXor(Value a, Value b);
  Value bitNot(Value a);
  // Shifts by the type's width or more give what shifting bit by bit gives.
  Value shiftLeft(Value a, Value b);
  Value shiftRight(Value a, Value b);

  // Functions composed of the above.
  Value exp(Value a);
  Value log(Value a);
  Value tanh(Value a);
  Value sigmoid(Value a);
  Value softplus(Value a);
  Value hardSigmoid(Value a, double alpha, double beta);
  Value elu(Value a, double alpha);
  Value gelu(Value a, bool tanhApproximation);
  Value tan(Value a);
  Value sinh(Value a);
  Value cosh(Value a);
  Value asinh(Value a);
  Value acosh(Value a);
  Value atanh(Value a);

  /// Converts between graph element types, by ONNX's Cast rules.
  Value cast(Value a, Type from, Type to);

private:
  /// compute(x); for f16 and bf16 on x extended to f32, truncated after.
  Value inFloat32(Value x, llvm::function_ref<Value(Value)> compute);
  /// The same for floating-point functions of two values.
  Value inFloat32(Value x, Value y,
                  llvm::function_ref<Value(Value, Value)> compute);
  Value copySign(Value magnitude, Value sign);
  Value powInteger(Value base, Value exponent, bool isExponentUnsigned);

  SmallVector<Value, 3> operands;
  SmallVector<Type, 3> types;
  Type result;
};

/// The signless type that holds elements of graph element type `type`
/// (ui8 -> i8; others unchanged).
Type getSignlessType(Type type);

} // namespace mlir::tessera::graph

#endif // TESSERA_DIALECTS_GRAPH_SCALARCONTEXT_H
