//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Builds a loop.nest from dimensions, affine index lists and scalar code.
///
/// ```c++
/// NestBuilder nest(builder, loc);                 // y = sum over k of a * b
/// AffineExpr m = nest.parallel(4), n = nest.parallel(8);
/// AffineExpr k = nest.reduction(16);
/// nest.input(a, {m, k});
/// nest.input(b, {k, n});
/// nest.output(destination, {m, n});
/// Value y = nest.reduce(zero, combine, epilogue);
/// ```
///
/// Dimensions lie in the order in which they are added. Scalar code is emitted
/// by the builder handed to the constructor, whose insertion point is moved
/// into the regions and back.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_NESTBUILDER_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_NESTBUILDER_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/Value.h"

namespace mlir::tessera {

class NestBuilder {
public:
  using Body = llvm::function_ref<SmallVector<Value>(ValueRange)>;
  using ScalarBody = llvm::function_ref<Value(ValueRange)>;

  NestBuilder(OpBuilder &builder, Location loc) : builder(builder), loc(loc) {}

  /// Adds one dimension, or several.
  AffineExpr parallel(int64_t bound) { return addDimension(bound, false); }
  AffineExpr reduction(int64_t bound) { return addDimension(bound, true); }
  SmallVector<AffineExpr> parallel(ArrayRef<int64_t> bounds);
  SmallVector<AffineExpr> reduction(ArrayRef<int64_t> bounds);

  /// An index that is always `value`.
  AffineExpr constant(int64_t value);

  /// Adds an operand whose element at `indices` the scalar code gets. A splat
  /// constant is no operand: the scalar code gets a constant.
  void input(Value tensor, ArrayRef<AffineExpr> indices);
  void epilogueInput(Value tensor, ArrayRef<AffineExpr> indices);
  /// Adds a tensor that is written at `indices`.
  void output(Value destination, ArrayRef<AffineExpr> indices);

  /// Builds the nest without reductions: `combine` gets the inputs' elements
  /// and returns the elements to store.
  Value elementwise(ScalarBody combine);

  /// Builds the nest with one accumulator that starts as `init`. `combine` gets
  /// the inputs' elements, then the accumulator; `epilogue` gets the
  /// accumulator, then the epilogue inputs' elements, and returns the element
  /// to store.
  Value reduce(TypedAttr init, ScalarBody combine, ScalarBody epilogue);

  /// The same with any number of accumulators and outputs.
  SmallVector<Value> build(ArrayRef<TypedAttr> inits, Body combine,
                           Body epilogue);

  /// Inside of scalar code: the current index of `dimension`, which parallel
  /// or reduction returned.
  Value index(AffineExpr dimension);

private:
  AffineExpr addDimension(int64_t bound, bool isReduction);
  /// The inputs' elements with those of splats among them.
  SmallVector<Value> insertSplats(ValueRange elements);

  OpBuilder &builder;
  Location loc;
  SmallVector<int64_t> bounds;
  SmallVector<bool> reductions;
  SmallVector<Value> inputs, epilogueInputs, outputs;
  /// For each call of `input` the value of a splat, or null.
  SmallVector<TypedAttr> splats;
  SmallVector<SmallVector<AffineExpr>> inputIndices, epilogueIndices,
      outputIndices;
};

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_NESTBUILDER_H
