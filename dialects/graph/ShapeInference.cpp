//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Result types of every op but convolutions and pooling (WindowShapes.cpp),
/// and the constraints that have to hold for there to be any. Ops are verified
/// by inferring their types anew, so these are the verifiers too.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "dialects/graph/OpChecker.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::tessera::graph;

using Inferred = SmallVectorImpl<Type>;
using Shape = SmallVector<int64_t>;

static RankedTensorType getTensor(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static LogicalResult infer(Inferred &inferred, ArrayRef<int64_t> shape,
                           Type element) {
  inferred.push_back(RankedTensorType::get(shape, element));
  return success();
}

/// The operand's own type, once `axis` is a dimension of it.
static LogicalResult inferAlongAxis(const OpChecker &check, Value input,
                                    int64_t axis, Inferred &inferred) {
  RankedTensorType type = getTensor(input);
  if (failed(check.axis(axis, type.getRank()))) {
    return failure();
  }
  return infer(inferred, type.getShape(), type.getElementType());
}

//===-- Elementwise -------------------------------------------------------===//

FailureOr<SmallVector<int64_t>>
mlir::tessera::graph::inferBroadcastShape(ArrayRef<ArrayRef<int64_t>> shapes) {
  size_t rank = 0;
  for (ArrayRef<int64_t> shape : shapes) {
    rank = std::max(rank, shape.size());
  }
  Shape result(rank, 1);
  for (ArrayRef<int64_t> shape : shapes) {
    for (auto [i, size] : llvm::enumerate(shape)) {
      int64_t &merged = result[rank - shape.size() + i];
      if (merged == 1) {
        merged = size;
      } else if (size != 1) {
        if (!mayEqual(merged, size)) {
          return failure();
        }
        merged = mergeSizes(merged, size);
      }
    }
  }
  return result;
}

LogicalResult mlir::tessera::graph::inferElementwise(const OpChecker &check,
                                                     ValueRange operands,
                                                     Type elementType,
                                                     Inferred &inferred) {
  if (!TensorType::isValidElementType(elementType)) {
    return check.error("expected a tensor's element type, but got ",
                       elementType);
  }
  SmallVector<ArrayRef<int64_t>> shapes;
  for (Value operand : operands) {
    shapes.push_back(getTensor(operand).getShape());
  }
  FailureOr<Shape> result = inferBroadcastShape(shapes);
  if (failed(result)) {
    std::string all = llvm::join(llvm::map_range(shapes, formatShape), ", ");
    return check.error("expected shapes that broadcast, but got ", all);
  }
  return infer(inferred, *result, elementType);
}

bool mlir::tessera::graph::areCompatibleTypes(TypeRange inferred,
                                              TypeRange actual) {
  if (inferred.size() != actual.size()) {
    return false;
  }
  return llvm::all_of(llvm::zip_equal(inferred, actual), [](auto pair) {
    auto a = dyn_cast<RankedTensorType>(std::get<0>(pair));
    auto b = dyn_cast<RankedTensorType>(std::get<1>(pair));
    return a && b && a.getElementType() == b.getElementType() &&
           a.getEncoding() == b.getEncoding() &&
           mayEqual(a.getShape(), b.getShape());
  });
}

//===-- Contractions ------------------------------------------------------===//

LogicalResult MatmulOp::inferTypes(Adaptor op, const OpChecker &check,
                                   Inferred &inferred) {
  RankedTensorType lhs = getTensor(op.getLhs()), rhs = getTensor(op.getRhs());
  if (lhs.getRank() == 0 || rhs.getRank() == 0) { // C1
    return check.error("expected operands of rank 1 or more, but got ", lhs,
                       " and ", rhs);
  }
  bool isRow = lhs.getRank() == 1, isColumn = rhs.getRank() == 1;
  int64_t lhsK = lhs.getShape().back();
  int64_t rhsK = rhs.getDimSize(isColumn ? 0 : rhs.getRank() - 2);
  if (!mayEqual(lhsK, rhsK)) { // C2
    return check.error("expected equal contracted sizes, but got ", lhsK,
                       " and ", rhsK);
  }
  ArrayRef<int64_t> lhsBatch = lhs.getShape().drop_back(isRow ? 1 : 2);
  ArrayRef<int64_t> rhsBatch = rhs.getShape().drop_back(isColumn ? 1 : 2);
  FailureOr<Shape> result = inferBroadcastShape({lhsBatch, rhsBatch});
  if (failed(result)) { // C3
    return check.error("expected leading dimensions that broadcast, but got ",
                       formatShape(lhsBatch), " and ", formatShape(rhsBatch));
  }
  if (!isRow) {
    result->push_back(lhs.getDimSize(lhs.getRank() - 2));
  }
  if (!isColumn) {
    result->push_back(rhs.getShape().back());
  }
  return infer(inferred, *result, lhs.getElementType());
}

//===-- Reductions and normalisation --------------------------------------===//

/// Whether a reduction's kind computes on elements of this type.
static bool takesElement(ReduceKind kind, Type element) {
  switch (kind) {
  case ReduceKind::all:
  case ReduceKind::any:
    return element.isInteger(1);
  case ReduceKind::sum:
  case ReduceKind::mean:
  case ReduceKind::prod:
    return !element.isInteger(1);
  case ReduceKind::max:
  case ReduceKind::min:
    return true;
  }
  llvm_unreachable("unknown reduction");
}

LogicalResult ReduceOp::inferTypes(Adaptor op, const OpChecker &check,
                                   Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  llvm::SmallBitVector reduced(type.getRank());
  int64_t last = -1;
  for (int64_t axis : op.getAxes()) { // C1
    if (failed(check.axis(axis, type.getRank()))) {
      return failure();
    }
    if (axis <= last) {
      return check.error("expected axes that ascend, but got ", axis, " after ",
                         last);
    }
    reduced.set(axis);
    last = axis;
  }
  if (!takesElement(op.getKind(), type.getElementType())) { // C2
    bool isLogical = !type.getElementType().isInteger(1);
    return check.error("expected ", isLogical ? "i1" : "number",
                       " elements for ", stringifyReduceKind(op.getKind()),
                       ", but got ", type.getElementType());
  }
  Shape result;
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    if (!reduced[i]) {
      result.push_back(size);
    } else if (op.getKeepDims()) {
      result.push_back(1);
    }
  }
  return infer(inferred, result, type.getElementType());
}

LogicalResult ArgReduceOp::inferTypes(Adaptor op, const OpChecker &check,
                                      Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  if (failed(check.axis(op.getAxis(), type.getRank()))) { // C1
    return failure();
  }
  Shape result(type.getShape());
  if (op.getKeepDims()) {
    result[op.getAxis()] = 1;
  } else {
    result.erase(result.begin() + op.getAxis());
  }
  return infer(inferred, result, IntegerType::get(type.getContext(), 64));
}

LogicalResult SoftmaxOp::inferTypes(Adaptor op, const OpChecker &check,
                                    Inferred &inferred) {
  return inferAlongAxis(check, op.getInput(), op.getAxis(), inferred); // C1
}

LogicalResult LayerNormOp::inferTypes(Adaptor op, const OpChecker &check,
                                      Inferred &inferred) {
  return inferAlongAxis(check, op.getInput(), op.getAxis(), inferred); // C1
}

LogicalResult CumsumOp::inferTypes(Adaptor op, const OpChecker &check,
                                   Inferred &inferred) {
  return inferAlongAxis(check, op.getInput(), op.getAxis(), inferred); // C1
}

LogicalResult LrnOp::inferTypes(Adaptor op, const OpChecker &check,
                                Inferred &inferred) {
  if (failed(check.atLeast("size", op.getSize(), 1))) { // C2
    return failure();
  }
  return inferAlongAxis(check, op.getInput(), op.getAxis(), inferred); // C1
}

LogicalResult BatchNormOp::inferTypes(Adaptor op, const OpChecker &check,
                                      Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  if (failed(check.axis(op.getAxis(), type.getRank()))) { // C1
    return failure();
  }
  int64_t channels = type.getDimSize(op.getAxis());
  for (Value vector :
       {op.getScale(), op.getBias(), op.getMean(), op.getVariance()}) { // C2
    if (!mayEqual(getTensor(vector).getShape(), {channels})) {
      return check.error("expected vectors of ", formatShape(channels),
                         " channels, but got ", vector.getType());
    }
  }
  return infer(inferred, type.getShape(), type.getElementType());
}

LogicalResult TopKOp::inferTypes(Adaptor op, const OpChecker &check,
                                 Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  if (failed(check.axis(op.getAxis(), type.getRank()))) { // C1
    return failure();
  }
  int64_t size = type.getDimSize(op.getAxis()), k = op.getK();
  if (k < 0 || (!ShapedType::isDynamic(size) && k > size)) { // C2
    return check.error("expected k in [0, ", formatShape(size), "], but got ",
                       k);
  }
  Shape result(type.getShape());
  result[op.getAxis()] = k;
  inferred.push_back(RankedTensorType::get(result, type.getElementType()));
  return infer(inferred, result, IntegerType::get(type.getContext(), 64));
}

//===-- Data movement -----------------------------------------------------===//

/// Whether each of [0, rank) is there once; upstream's isPermutationVector lets
/// larger numbers pass.
static bool isPermutationOf(ArrayRef<int64_t> permutation, int64_t rank) {
  llvm::SmallBitVector seen(rank);
  for (int64_t dimension : permutation) {
    if (dimension < 0 || dimension >= rank || seen[dimension]) {
      return false;
    }
    seen.set(dimension);
  }
  return static_cast<int64_t>(permutation.size()) == rank;
}

LogicalResult TransposeOp::inferTypes(Adaptor op, const OpChecker &check,
                                      Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  ArrayRef<int64_t> permutation = op.getPermutation();
  if (!isPermutationOf(permutation, type.getRank())) { // C1
    return check.error("expected a permutation of ", type.getRank(),
                       " dimensions, but got [", permutation, "]");
  }
  return infer(inferred, applyPermutation(type.getShape(), permutation),
               type.getElementType());
}

LogicalResult ConcatOp::inferTypes(Adaptor op, const OpChecker &check,
                                   Inferred &inferred) {
  if (op.getInputs().empty()) { // C1
    return check.error("expected at least 1 operand, but got 0");
  }
  RankedTensorType first = getTensor(op.getInputs().front());
  int64_t axis = op.getAxis();
  if (failed(check.axis(axis, first.getRank()))) { // C2
    return failure();
  }
  Shape result(first.getShape());
  for (Value input : op.getInputs().drop_front()) {
    RankedTensorType type = getTensor(input);
    Shape shape(type.getShape());
    bool sameRank = type.getRank() == first.getRank();
    int64_t size = sameRank ? shape[axis] : 0;
    if (sameRank) {
      shape[axis] = result[axis];
    }
    if (type.getElementType() != first.getElementType() ||
        !mayEqual(shape, result)) { // C3
      return check.error("expected operands that differ in dimension ", axis,
                         " alone, but got ", first, " and ", type);
    }
    for (auto [merged, other] : llvm::zip_equal(result, shape)) {
      merged = mergeSizes(merged, other);
    }
    bool isDynamic =
        ShapedType::isDynamic(size) || ShapedType::isDynamic(result[axis]);
    result[axis] = isDynamic ? ShapedType::kDynamic : result[axis] + size;
  }
  return infer(inferred, result, first.getElementType());
}

/// Whether `size` elements from `start` by `step` lie in [0, dimension).
static bool isInRange(int64_t start, int64_t size, int64_t step,
                      int64_t dimension) {
  if (size == 0) {
    return true;
  }
  int64_t span, last;
  if (llvm::MulOverflow(size - 1, step, span) ||
      llvm::AddOverflow(start, span, last)) {
    return false;
  }
  auto isInside = [&](int64_t index) {
    return index >= 0 &&
           (ShapedType::isDynamic(dimension) || index < dimension);
  };
  return isInside(start) && isInside(last);
}

LogicalResult SliceOp::inferTypes(Adaptor op, const OpChecker &check,
                                  Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  int64_t rank = type.getRank();
  if (failed(check.entries("starts", op.getStarts().size(), rank)) || // C1
      failed(check.entries("sizes", op.getSizes().size(), rank)) ||
      failed(check.entries("steps", op.getSteps().size(), rank)) ||
      failed(check.atLeast("sizes", op.getSizes(), -1))) {
    return failure();
  }
  Shape result(op.getSizes());
  for (int64_t d = 0; d < rank; ++d) {
    int64_t start = op.getStarts()[d], size = result[d],
            step = op.getSteps()[d];
    if (size == -1) {
      if (start != 0 || step != 1) { // C3
        return check.error("expected start 0 and step 1 for size -1, but got ",
                           start, " and ", step);
      }
      result[d] = type.getDimSize(d);
      continue;
    }
    if (step == 0) { // C2
      return check.error("expected a step other than 0 for dimension ", d,
                         ", but got 0");
    }
    if (!isInRange(start, size, step, type.getDimSize(d))) { // C2
      return check.error("expected a slice inside of ", type, ", but got ",
                         size, " elements from ", start, " by ", step,
                         " in dimension ", d);
    }
  }
  return infer(inferred, result, type.getElementType());
}

LogicalResult PadOp::inferTypes(Adaptor op, const OpChecker &check,
                                Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  int64_t rank = type.getRank();
  if (failed(check.entries("low pads", op.getLow().size(), rank)) || // C1
      failed(check.entries("high pads", op.getHigh().size(), rank))) {
    return failure();
  }
  bool isConstant = op.getMode() == PadMode::constant;
  if (Value value = op.getValue()) { // C2
    if (!isConstant) {
      return check.error("expected no value in mode ",
                         stringifyPadMode(op.getMode()), ", but got one");
    }
    auto expected = RankedTensorType::get({}, type.getElementType());
    if (value.getType() != expected) {
      return check.error("expected a value of type ", expected, ", but got ",
                         value.getType());
    }
  }
  Shape result(type.getShape());
  for (int64_t d = 0; d < rank; ++d) {
    if (ShapedType::isDynamic(result[d])) {
      continue;
    }
    int64_t added = 0, size = 0;
    if (llvm::AddOverflow(op.getLow()[d], op.getHigh()[d], added) ||
        llvm::AddOverflow(result[d], added, size)) { // C3
      return check.error("expected a size below 2^63 in dimension ", d,
                         ", but got pads of ", op.getLow()[d], " and ",
                         op.getHigh()[d]);
    }
    if (size < 0) { // C3
      return check.error("expected a size of at least 0 in dimension ", d,
                         ", but got ", size);
    }
    if (result[d] == 0 && added > 0 && !isConstant) { // C4
      return check.error("expected elements to repeat in dimension ", d,
                         ", but got none");
    }
    result[d] += added;
  }
  return infer(inferred, result, type.getElementType());
}

LogicalResult ResizeOp::inferTypes(Adaptor op, const OpChecker &check,
                                   Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  int64_t rank = type.getRank();
  if (failed(check.entries("sizes", op.getSizes().size(), rank)) || // C1
      failed(check.entries("scales", op.getScales().size(), rank))) {
    return failure();
  }
  bool crops = op.getCoordinateMode() == CoordinateMode::tf_crop_and_resize;
  if (failed(check.entries("roi entries", op.getRoi().size(),
                           crops ? 2 * rank : 0))) { // C4
    return failure();
  }
  Shape result(op.getSizes());
  for (int64_t d = 0; d < rank; ++d) {
    double scale = op.getScales()[d];
    if (!(scale > 0.0)) { // C2
      return check.error("expected scales above 0, but got ", scale);
    }
    if (result[d] == -1) {
      if (scale != 1.0) { // C3
        return check.error("expected scale 1 for size -1, but got ", scale);
      }
      result[d] = type.getDimSize(d);
    } else if (result[d] < 1) { // C2
      return check.error("expected sizes of at least 1, or -1, but got ",
                         result[d]);
    }
  }
  return infer(inferred, result, type.getElementType());
}

//===-- Gather and scatter ------------------------------------------------===//

/// No index is taken into dimensions, of these sizes, that are empty: there is
/// nothing to clamp it to.
static LogicalResult checkIndexed(const OpChecker &check,
                                  ArrayRef<int64_t> sizes,
                                  RankedTensorType indices) {
  bool hasIndices = !llvm::is_contained(indices.getShape(), 0);
  if (!hasIndices || !llvm::is_contained(sizes, 0)) {
    return success();
  }
  return check.error("expected no indices into an empty dimension, but got ",
                     indices);
}

LogicalResult GatherOp::inferTypes(Adaptor op, const OpChecker &check,
                                   Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  if (failed(check.axis(op.getAxis(), type.getRank()))) { // C1
    return failure();
  }
  RankedTensorType indices = getTensor(op.getIndices());
  if (failed(checkIndexed(check, type.getDimSize(op.getAxis()),
                          indices))) { // C2
    return failure();
  }
  Shape result(type.getShape().take_front(op.getAxis()));
  llvm::append_range(result, indices.getShape());
  llvm::append_range(result, type.getShape().drop_front(op.getAxis() + 1));
  return infer(inferred, result, type.getElementType());
}

/// Axis, ranks and sizes of gather_elements and scatter_elements.
static LogicalResult checkElementIndices(const OpChecker &check,
                                         RankedTensorType input,
                                         RankedTensorType indices,
                                         int64_t axis) {
  if (failed(check.axis(axis, input.getRank()))) {
    return failure();
  }
  if (input.getRank() != indices.getRank()) {
    return check.error("expected indices of rank ", input.getRank(),
                       ", but got ", indices.getRank());
  }
  for (int64_t d = 0; d < input.getRank(); ++d) {
    int64_t size = input.getDimSize(d), wanted = indices.getDimSize(d);
    if (d != axis && !ShapedType::isDynamic(size) &&
        !ShapedType::isDynamic(wanted) && wanted > size) {
      return check.error("expected indices of at most ", size, " in dimension ",
                         d, ", but got ", wanted);
    }
  }
  return checkIndexed(check, input.getDimSize(axis), indices);
}

LogicalResult GatherElementsOp::inferTypes(Adaptor op, const OpChecker &check,
                                           Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  RankedTensorType indices = getTensor(op.getIndices());
  if (failed(checkElementIndices(check, type, indices,
                                 op.getAxis()))) { // C1 to C4
    return failure();
  }
  return infer(inferred, indices.getShape(), type.getElementType());
}

/// Length of the index tuples in the last dimension of `indices`.
static FailureOr<int64_t> getTupleSize(const OpChecker &check,
                                       RankedTensorType indices,
                                       int64_t longest) {
  if (indices.getRank() == 0 ||
      ShapedType::isDynamic(indices.getShape().back())) {
    (void)check.error("expected indices whose last size is static, but got ",
                      indices);
    return failure();
  }
  int64_t size = indices.getShape().back();
  if (size > longest) {
    (void)check.error("expected index tuples of at most ", longest,
                      ", but got ", size);
    return failure();
  }
  return size;
}

LogicalResult GatherNdOp::inferTypes(Adaptor op, const OpChecker &check,
                                     Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  RankedTensorType indices = getTensor(op.getIndices());
  int64_t batch = op.getBatchDims();
  int64_t most = std::min(type.getRank(), indices.getRank() - 1);
  if (batch < 0 || batch > most) { // C1
    return check.error("expected batch_dims in [0, ", most, "], but got ",
                       batch);
  }
  if (!mayEqual(type.getShape().take_front(batch),
                indices.getShape().take_front(batch))) { // C1
    return check.error("expected ", batch,
                       " equal leading dimensions, but got ", type, " and ",
                       indices);
  }
  FailureOr<int64_t> tuple =
      getTupleSize(check, indices, type.getRank() - batch); // C2
  if (failed(tuple)) {
    return failure();
  }
  if (failed(checkIndexed(check, type.getShape().slice(batch, *tuple),
                          indices))) { // C3
    return failure();
  }
  Shape result(indices.getShape().drop_back());
  llvm::append_range(result, type.getShape().drop_front(batch + *tuple));
  return infer(inferred, result, type.getElementType());
}

static LogicalResult checkUpdates(const OpChecker &check, Value updates,
                                  ArrayRef<int64_t> shape, Type element) {
  RankedTensorType type = getTensor(updates);
  if (!mayEqual(type.getShape(), shape)) {
    return check.error("expected updates of shape ", formatShape(shape),
                       ", but got ", formatShape(type.getShape()));
  }
  if (type.getElementType() != element) {
    return check.error("expected updates of ", element, ", but got ",
                       type.getElementType());
  }
  return success();
}

LogicalResult ScatterElementsOp::inferTypes(Adaptor op, const OpChecker &check,
                                            Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  RankedTensorType indices = getTensor(op.getIndices());
  if (failed(checkElementIndices(check, type, indices,
                                 op.getAxis())) || // C1, C2, C4, C5
      failed(checkUpdates(check, op.getUpdates(), indices.getShape(),
                          type.getElementType()))) { // C2, C3
    return failure();
  }
  return infer(inferred, type.getShape(), type.getElementType());
}

LogicalResult ScatterNdOp::inferTypes(Adaptor op, const OpChecker &check,
                                      Inferred &inferred) {
  RankedTensorType type = getTensor(op.getInput());
  RankedTensorType indices = getTensor(op.getIndices());
  FailureOr<int64_t> tuple = getTupleSize(check, indices, type.getRank()); // C1
  if (failed(tuple)) {
    return failure();
  }
  if (failed(checkIndexed(check, type.getShape().take_front(*tuple),
                          indices))) { // C4
    return failure();
  }
  Shape shape(indices.getShape().drop_back());
  llvm::append_range(shape, type.getShape().drop_front(*tuple));
  if (failed(checkUpdates(check, op.getUpdates(), shape,
                          type.getElementType()))) { // C2, C3
    return failure();
  }
  return infer(inferred, type.getShape(), type.getElementType());
}
