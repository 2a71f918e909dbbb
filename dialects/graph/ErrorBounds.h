//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// How far rounding may take an op's result: what ErrorBoundOpInterface's
/// methods share.
///
/// A bound is an f64 tensor of the value's shape: |computed - reference| stays
/// below it element by element, where the reference computes in f64 and rounds
/// each tensor once to its own type. A null bound means that both are equal.
/// For integers and booleans, computed from floats, it counts in whole numbers.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_GRAPH_ERRORBOUNDS_H
#define TESSERA_DIALECTS_GRAPH_ERRORBOUNDS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

#include <string>

namespace mlir::tessera::graph {

/// A part of a bound that is known before any values are: `factor` times
/// `relativeTo`, which is one number for each element of the result.
struct ErrorTerm {
  double factor;
  /// In words, of the op's operands and result; empty for 1.
  std::string relativeTo;
};

/// The distance of two neighbouring numbers of `type` at 1; 0 for integers.
double getEpsilon(Type type);

/// Emits graph ops that compute bounds: all values are f64 tensors, broadcast
/// by NumPy's rule. Null stands for zero.
class BoundBuilder {
public:
  BoundBuilder(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  OpBuilder &builder;
  Location loc;

  Value constant(double value);
  /// `value` in f64.
  Value toDouble(Value value);
  Value abs(Value value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value max(Value a, Value b);
  Value sqrt(Value value);
  Value exp(Value value);
  Value scale(Value value, double factor);
  Value clamp(Value value, double least, double most);
  /// Reductions that keep their dimensions as 1.
  Value sum(Value value, ArrayRef<int64_t> axes);
  Value mean(Value value, ArrayRef<int64_t> axes);
  Value largest(Value value, ArrayRef<int64_t> axes);
  /// `bound`, or zeros of `like`'s shape.
  Value orZeros(Value bound, Value like);
};

/// An elementwise op's own rounding: `ofResult` epsilons of the result,
/// `ofOperands` epsilons of the sum of the operands' magnitudes, where what is
/// subtracted inside may be larger than the result, and `ofSmallest` times the
/// smallest normal number, where a factor of the result underflows or its
/// reciprocal overflows inside.
struct ElementwiseError {
  double ofResult = 0, ofOperands = 0, ofSmallest = 0;
};

/// ErrorBoundOpInterface::buildErrorBounds of every elementwise op. What the
/// operands' bounds make of the result is found by computing the op at the
/// corners of the box that they span, in f64.
FailureOr<SmallVector<Value>> buildElementwiseBounds(Operation *op,
                                                     OpBuilder &builder,
                                                     ArrayRef<Value> bounds,
                                                     ElementwiseError own);

/// ErrorBoundOpInterface::getErrorTerms of every elementwise op: without
/// `ofSmallest`, which only numbers near underflow show.
SmallVector<ErrorTerm> getElementwiseErrorTerms(Operation *op,
                                                ElementwiseError own);

} // namespace mlir::tessera::graph

#endif // TESSERA_DIALECTS_GRAPH_ERRORBOUNDS_H
