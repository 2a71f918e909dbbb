//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Rows of a matrix whose determinant is unrolled.
constexpr int64_t rowLimit = 32;

/// What remains of a determinant: `value` times that of `rest`.
struct Elimination {
  /// (matrices, 1, 1).
  Value value;
  /// (matrices, size, size).
  Value rest;
};

/// Eliminates the first column by the row of its largest element, so that
/// factors stay at most 1.
void eliminateColumn(GraphEmitter &emit, Elimination &state) {
  Value matrix = state.rest;
  if (!matrix) {
    return;
  }
  int64_t size = emit.shapeOf(matrix)[1];
  Value column = emit.sliceAxis(matrix, 2, 0, 1);
  Value pivotIndex = emit.create<graph::ArgReduceOp>(
      {emit.create<graph::AbsOp>({column})},
      {emit.integer("axis", 1), emit.unit("keep_dims")});
  Value isPivot =
      emit.equal(emit.iota({1, size, 1}, emit.i64(), 1), pivotIndex);
  Value pivotRow =
      emit.reduce(graph::ReduceKind::sum,
                  emit.where(isPivot, matrix, emit.scalarLike(matrix, 0)), {1},
                  /*keepDims=*/true);
  // The first row takes the pivot row's place, and the sign changes.
  Value first = emit.sliceAxis(matrix, 1, 0, 1);
  Value isFirst = emit.equal(pivotIndex, emit.scalar(emit.i64(), 0));
  Value sign = emit.where(isFirst, emit.scalarLike(matrix, 1),
                          emit.scalarLike(matrix, -1));
  Value others =
      emit.sliceAxis(emit.where(isPivot, first, matrix), 1, 1, size - 1);
  Value pivot = emit.sliceAxis(pivotRow, 2, 0, 1);
  state.value = emit.mul(state.value, emit.mul(sign, pivot));
  // A pivot of 0 is the whole column's, and the determinant is 0.
  Value divisor = emit.where(emit.equal(pivot, emit.scalarLike(pivot, 0)),
                             emit.scalarLike(pivot, 1), pivot);
  Value factors = emit.div(emit.sliceAxis(others, 2, 0, 1), divisor);
  Value tail = emit.sliceAxis(pivotRow, 2, 1, size - 1);
  state.rest =
      emit.sub(emit.sliceAxis(others, 2, 1, size - 1), emit.mul(factors, tail));
}

LogicalResult importDet(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  if (shape.size() < 2 || shape[shape.size() - 2] != shape.back()) {
    return node.invalid("expected square matrices in the last two dimensions");
  }
  int64_t size = shape.back();
  if (size < 1 || size > rowLimit) {
    return node.unsupported("matrices of " + Twine(size) + " rows",
                            "1 to " + Twine(rowLimit));
  }
  SmallVector<int64_t> outer(ArrayRef<int64_t>(shape).drop_back(2));
  int64_t matrices = *elementCount(outer);
  Elimination state;
  state.rest = emit.reshape(x, {matrices, size, size});
  state.value = emit.splat({matrices, 1, 1}, emit.elementOf(x), 1);
  for (int64_t left = size; left > 1; --left) {
    eliminateColumn(emit, state);
  }
  return node.result(emit.reshape(emit.mul(state.value, state.rest), outer));
}

} // namespace

void registerDeterminantOps(OpTable &table) {
  table.add({"Det", {11, 22}, importDet});
}

} // namespace mlir::tessera::onnx_to_graph
