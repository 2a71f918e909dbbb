//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/GraphImporter.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Tensors made here with different elements, at most.
constexpr int64_t generatedLimit = int64_t(1) << 26;

LogicalResult importConstant(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  if (node.proto().attribute_size() != 1) {
    return node.invalid("it has " + Twine(node.proto().attribute_size()) +
                        " attributes, expected 1 with the value");
  }
  Builder &b = emit.builder();
  if (const onnx::AttributeProto *tensor = node.findAttr("value")) {
    std::string error;
    ElementsAttr value = node.graphImporter().readTensor(tensor->t(), error);
    return value ? node.result(emit.constant(value))
                 : node.invalid("attribute 'value': " + error);
  }
  if (node.hasAttr("value_int")) {
    HostTensor scalar =
        HostTensor::zeros(RankedTensorType::get({}, emit.i64()));
    scalar.ints[0] = node.intAttr("value_int", 0);
    return node.result(emit.constant(scalar));
  }
  if (node.hasAttr("value_ints")) {
    return node.result(emit.constant(node.intsAttr("value_ints")));
  }
  if (node.hasAttr("value_float")) {
    return node.result(
        emit.scalar(b.getF32Type(), node.realAttr("value_float", 0)));
  }
  if (node.hasAttr("value_floats")) {
    SmallVector<double> values = node.realsAttr("value_floats");
    return node.result(emit.constant({static_cast<int64_t>(values.size())},
                                     b.getF32Type(), values));
  }
  return node.unsupported("a string constant", "value, value_int(s) or "
                                               "value_float(s)");
}

LogicalResult importConstantOfShape(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(shape, node.constantInts(0, "shape"));
  std::optional<int64_t> count = elementCount(shape);
  if (!count) {
    return node.invalid("the result's size overflows or is negative");
  }
  const onnx::AttributeProto *tensor = node.findAttr("value");
  if (!tensor) {
    return node.result(emit.splat(shape, emit.f32(), 0));
  }
  std::string error;
  ElementsAttr value = node.graphImporter().readTensor(tensor->t(), error);
  auto dense = dyn_cast_or_null<DenseElementsAttr>(value);
  if (!dense || dense.getNumElements() != 1) {
    return node.invalid("attribute 'value': " +
                        (error.empty() ? "expected one element" : error));
  }
  return node.result(emit.constant(DenseElementsAttr::get(
      RankedTensorType::get(shape, dense.getElementType()),
      dense.getSplatValue<Attribute>())));
}

LogicalResult importRange(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  Value start = node.input(0);
  if (!start) {
    return failure();
  }
  Type element = emit.elementOf(start);
  ONNX_ASSIGN_OR_FAIL(first, node.constantNumbers(0, "start"));
  ONNX_ASSIGN_OR_FAIL(limit, node.constantNumbers(1, "limit"));
  ONNX_ASSIGN_OR_FAIL(delta, node.constantNumbers(2, "delta"));
  if (first.size() != 1 || limit.size() != 1 || delta.size() != 1 ||
      delta[0] == 0) {
    return node.invalid("expected start, limit and delta of one element, "
                        "delta not 0");
  }
  double count = std::max(std::ceil((limit[0] - first[0]) / delta[0]), 0.0);
  if (!(count <= static_cast<double>(generatedLimit))) {
    return node.invalid("the result has over 2^26 elements");
  }
  auto type = RankedTensorType::get({static_cast<int64_t>(count)}, element);
  HostTensor result = HostTensor::zeros(type);
  for (int64_t i = 0; i < type.getDimSize(0); ++i) {
    if (result.isFloat()) {
      result.floats[i] = roundToType(element, first[0] + i * delta[0]);
    } else {
      result.ints[i] =
          static_cast<int64_t>(first[0]) + i * static_cast<int64_t>(delta[0]);
    }
  }
  return node.result(emit.constant(result));
}

LogicalResult importEyeLike(NodeContext &node) {
  Value like = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!like) {
    return failure();
  }
  Type element = node.typeAttr("dtype", emit.elementOf(like));
  if (!element || emit.rankOf(like) != 2) {
    return element ? node.invalid("input 0 has rank " +
                                  Twine(emit.rankOf(like)) + ", expected 2")
                   : failure();
  }
  ArrayRef<int64_t> shape = emit.shapeOf(like);
  Value rows = emit.iota({shape[0], 1}, emit.i64(), 0);
  Value columns = emit.iota({1, shape[1]}, emit.i64(), 1);
  Value shifted = emit.add(rows, static_cast<double>(node.intAttr("k", 0)));
  Value isDiagonal = emit.equal(shifted, columns);
  return node.result(emit.convert(isDiagonal, element));
}

/// Values [off, on]; an index outside of [-depth, depth) gives all off.
LogicalResult importOneHot(NodeContext &node) {
  Value indices = node.input(0), values = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!indices || !values) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(depths, node.constantNumbers(1, "depth"));
  if (depths.size() != 1 || !(depths[0] >= 0 && depths[0] < 0x1p40)) {
    return node.invalid("depth is not one number in [0, 2^40)");
  }
  auto depth = static_cast<int64_t>(depths[0]);
  int64_t rank = emit.rankOf(indices);
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(-1, rank + 1));
  Value wide = emit.convert(indices, emit.i64());
  Value negative = emit.less(wide, emit.scalarLike(wide, 0));
  Value wrapped =
      emit.where(negative, emit.add(wide, static_cast<double>(depth)), wide);
  SmallVector<int64_t> line(rank + 1, 1);
  line[axis] = depth;
  Value hit = emit.equal(emit.unsqueeze(wrapped, axis),
                         emit.iota(line, emit.i64(), axis));
  Value off = emit.reshape(emit.sliceAxis(values, 0, 0, 1), {});
  Value on = emit.reshape(emit.sliceAxis(values, 0, 1, 1), {});
  return node.result(emit.where(hit, on, off));
}

/// Keeps the upper or lower triangle of the last two dimensions.
LogicalResult importTrilu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  if (rank < 2) {
    return node.invalid("input 0 has rank " + Twine(rank) +
                        ", expected 2 or more");
  }
  int64_t k = 0;
  if (node.hasInput(1)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(1, "k"));
    k = operand;
  }
  ArrayRef<int64_t> shape = emit.shapeOf(x);
  Value rows = emit.iota({shape[rank - 2], 1}, emit.i64(), 0);
  Value columns = emit.iota({1, shape[rank - 1]}, emit.i64(), 1);
  Value diagonal = emit.add(rows, emit.reshape(emit.constant({k}), {}));
  bool upper = node.intAttr("upper", 1) != 0;
  Value keep = upper ? emit.lessEqual(diagonal, columns)
                     : emit.lessEqual(columns, diagonal);
  return node.result(emit.where(keep, x, emit.scalarLike(x, 0)));
}

} // namespace

void registerConstantOps(OpTable &table) {
  table.add(
      {"Constant",
       {1, 9, 11, 12, 13, 19, 21, 23, 24, 25},
       importConstant,
       {tensor("value"), integer("value_int", 12), integers("value_ints", 12),
        real("value_float", 12), reals("value_floats", 12),
        string("value_string", 12), strings("value_strings", 12)}});
  table.add({"ConstantOfShape",
             {9, 20, 21, 23, 24, 25},
             importConstantOfShape,
             {tensor("value")},
             {{0}}});
  table.add({"Range",
             {11, 27},
             importRange,
             {integer("stash_type", 27)},
             {{0, 1, 2}}});
  table.add({"EyeLike",
             {9, 22},
             importEyeLike,
             {integer("dtype"), integer("k")},
             {},
             {{0}}});
  table.add({"OneHot", {9, 11, 28}, importOneHot, {integer("axis")}, {{1}}});
  table.add({"Trilu", {14}, importTrilu, {integer("upper")}, {{1}}});
}

} // namespace mlir::tessera::onnx_to_graph
