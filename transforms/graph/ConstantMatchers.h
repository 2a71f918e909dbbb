//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Questions about constants that patterns on graph ops ask, and the constants
/// that they make.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_CONSTANTMATCHERS_H
#define TESSERA_TRANSFORMS_GRAPH_CONSTANTMATCHERS_H

#include "dialects/graph/GraphOps.h"

#include <optional>

namespace mlir::tessera::graph {

/// Whether `value` is a graph.constant or computed from such by graph ops, so
/// that `graph-fold-constants` will know it.
bool isConstantExpression(Value value);

/// The number that every element of the constant `value` is.
std::optional<double> getSplatNumber(Value value);

/// Whether every element of the constant `value` is about `expected`: equal
/// after rounding to the precision in which exporters write constants.
bool isSplatNear(Value value, double expected);
bool isNear(double value, double expected);

/// A 0-D constant.
Value createScalar(OpBuilder &builder, Location loc, Type elementType,
                   double value);

/// -value, as a constant if it is a splat.
Value createNegated(OpBuilder &builder, Location loc, Value value);

/// The two operands of a binary op as (variable, constant). Takes either order
/// if `commutative`.
struct VariableAndConstant {
  Value variable;
  Value constant;
};
std::optional<VariableAndConstant> splitConstant(Operation *op,
                                                 bool commutative);

/// Whether `shape`, broadcast to `rank` dimensions, varies along `axis` alone.
bool variesAlongOnly(ArrayRef<int64_t> shape, int64_t rank, int64_t axis);

/// The shape of a value; of static ranked tensors only.
ArrayRef<int64_t> getShape(Value value);
bool hasStaticShape(Value value);

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_CONSTANTMATCHERS_H
