//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The linear maps of Winograd's minimal filtering F(m x m, 3 x 3), written as
/// straight-line scalar code.
///
/// Lavin, Gray: "Fast Algorithms for Convolutional Neural Networks" (2015),
/// with the interpolation points 0, 1, -1, infinity for m = 2, and also 2, -2
/// for m = 4.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_ALGORITHMS_WINOGRADTRANSFORMS_H
#define TESSERA_TRANSFORMS_LOOP_ALGORITHMS_WINOGRADTRANSFORMS_H

#include "mlir/IR/Builders.h"

namespace mlir::tessera::loop {

/// Emits the three transforms of squares with m x m outputs. Squares of values
/// are row major; a null value stands for zero.
class WinogradTransforms {
public:
  WinogradTransforms(OpBuilder &builder, Location loc, int64_t outputs)
      : builder(builder), loc(loc), outputs(outputs) {}

  /// Values in a row of a transformed square, m + 2.
  int64_t getSize() const { return outputs + 2; }

  /// (m + 2)² inputs to (m + 2)² transformed ones.
  SmallVector<Value> transformInput(ArrayRef<Value> square);
  /// 3 x 3 taps to (m + 2)² transformed ones.
  SmallVector<Value> transformFilter(ArrayRef<Value> taps);
  /// (m + 2)² products to m x m outputs.
  SmallVector<Value> transformOutput(ArrayRef<Value> products);

private:
  using Line = SmallVector<Value, 6>;
  using Transform = llvm::function_ref<Line(ArrayRef<Value>)>;

  /// Applies `transform` to the columns of a `rows` x `columns` matrix, then to
  /// the rows of the result.
  SmallVector<Value> transformBoth(ArrayRef<Value> matrix, int64_t rows,
                                   int64_t columns, Transform transform);

  Line transformInputLine(ArrayRef<Value> line);
  Line transformFilterLine(ArrayRef<Value> line);
  Line transformOutputLine(ArrayRef<Value> line);

  Value add(Value x, Value y);
  Value subtract(Value x, Value y);
  Value scale(double factor, Value x);
  /// factor * x + y.
  Value multiplyAdd(double factor, Value x, Value y);

  OpBuilder &builder;
  Location loc;
  int64_t outputs;
};

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_ALGORITHMS_WINOGRADTRANSFORMS_H
