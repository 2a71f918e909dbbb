//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include "llvm/ADT/StringSwitch.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

//===-- Gather ------------------------------------------------------------===//

LogicalResult importGather(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !indices) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(0, emit.rankOf(x)));
  return node.result(emit.gather(x, indices, axis));
}

LogicalResult importGatherElements(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !indices) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(0, emit.rankOf(x)));
  return node.result(emit.create<graph::GatherElementsOp>(
      {x, indices}, {emit.integer("axis", axis)}));
}

LogicalResult importGatherNd(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !indices) {
    return failure();
  }
  return node.result(emit.create<graph::GatherNdOp>(
      {x, indices},
      {emit.integer("batch_dims", node.intAttr("batch_dims", 0))}));
}

/// The indices of a constant condition's true elements, gathered.
LogicalResult importCompress(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(condition, node.constantInts(1, "condition"));
  int64_t axis = 0;
  if (node.hasAttr("axis")) {
    ONNX_ASSIGN_OR_FAIL(given, node.axisAttr(0, emit.rankOf(x)));
    axis = given;
  } else {
    x = emit.reshape(x, {emit.typeOf(x).getNumElements()});
  }
  SmallVector<int64_t> picked;
  for (auto [index, keep] : llvm::enumerate(condition)) {
    if (keep && static_cast<int64_t>(index) < emit.shapeOf(x)[axis]) {
      picked.push_back(index);
    }
  }
  return node.result(emit.gather(x, emit.constant(picked), axis));
}

//===-- Scatter -----------------------------------------------------------===//

FailureOr<NamedAttribute> scatterKind(NodeContext &node) {
  std::string name = node.stringAttr("reduction", "none");
  auto kind = llvm::StringSwitch<std::optional<graph::ScatterKind>>(name)
                  .Case("none", graph::ScatterKind::none)
                  .Case("add", graph::ScatterKind::add)
                  .Case("mul", graph::ScatterKind::mul)
                  .Case("max", graph::ScatterKind::max)
                  .Case("min", graph::ScatterKind::min)
                  .Default(std::nullopt);
  if (!kind) {
    return node.invalid("reduction is '" + name +
                        "', expected none, add, mul, max or min");
  }
  GraphEmitter &emit = node.emit();
  return emit.named("kind", graph::ScatterKindAttr::get(emit.context(), *kind));
}

LogicalResult importScatterElements(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1), updates = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!x || !indices || !updates) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(0, emit.rankOf(x)));
  ONNX_ASSIGN_OR_FAIL(kind, scatterKind(node));
  return node.result(emit.create<graph::ScatterElementsOp>(
      {x, indices, updates}, {emit.integer("axis", axis), kind}));
}

LogicalResult importScatterNd(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1), updates = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!x || !indices || !updates) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(kind, scatterKind(node));
  return node.result(
      emit.create<graph::ScatterNdOp>({x, indices, updates}, {kind}));
}

/// Writes `update` along the cache's sequence axis from each batch's write
/// index on; `circular` wraps around.
LogicalResult importTensorScatter(NodeContext &node) {
  Value cache = node.input(0), update = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!cache || !update) {
    return failure();
  }
  int64_t rank = emit.rankOf(cache);
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(-2, rank));
  if (axis == 0 || emit.rankOf(update) != rank) {
    return node.invalid("expected equal ranks, and an axis other than the "
                        "batch's");
  }
  std::string mode = node.stringAttr("mode", "linear");
  if (mode != "linear" && mode != "circular") {
    return node.invalid("mode is '" + mode + "', expected linear or circular");
  }
  SmallVector<int64_t> shape(emit.shapeOf(update));
  Value position = emit.iota(shape, emit.i64(), axis);
  if (Value start = node.optionalInput(2)) {
    position = emit.add(
        position, emit.alongAxis(emit.convert(start, emit.i64()), 0, rank));
  }
  if (mode == "circular") {
    position = emit.create<graph::ModOp>(
        {position, emit.scalar(emit.i64(), static_cast<double>(
                                               emit.shapeOf(cache)[axis]))});
  }
  return node.result(emit.create<graph::ScatterElementsOp>(
      {cache, position, update}, {emit.integer("axis", axis)}));
}

/// Reverses the first sequence_lens[b] steps of each batch.
LogicalResult importReverseSequence(NodeContext &node) {
  Value x = node.input(0), lengths = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !lengths) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(batch,
                      node.normalizeAxis(node.intAttr("batch_axis", 1), rank));
  ONNX_ASSIGN_OR_FAIL(time,
                      node.normalizeAxis(node.intAttr("time_axis", 0), rank));
  SmallVector<int64_t> line(rank, 1);
  line[time] = emit.shapeOf(x)[time];
  Value step = emit.iota(line, emit.i64(), time);
  Value length = emit.alongAxis(emit.convert(lengths, emit.i64()), batch, rank);
  Value reversed = emit.sub(emit.sub(length, 1), step);
  Value index = emit.where(emit.less(step, length), reversed, step);
  return node.result(emit.create<graph::GatherElementsOp>(
      {x, emit.broadcast(index, emit.shapeOf(x))},
      {emit.integer("axis", time)}));
}

/// Reinterprets bits of equal width: integers of either sign.
LogicalResult importBitCast(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  Type target = node.typeAttr("to", {});
  if (!x || !target) {
    return x ? node.invalid("attribute 'to' is missing or not supported")
             : failure();
  }
  Type source = emit.elementOf(x);
  if (const HostTensor *tensor = emit.hostTensor(x)) {
    DenseElementsAttr value = tensor->toAttr();
    if (target.getIntOrFloatBitWidth() == source.getIntOrFloatBitWidth() &&
        !source.isInteger(1)) {
      return node.result(emit.constant(value.bitcast(target)));
    }
  }
  bool integers =
      isa<IntegerType>(source) && isa<IntegerType>(target) &&
      source.getIntOrFloatBitWidth() == target.getIntOrFloatBitWidth();
  // bool is stored as one byte, 0 or 1.
  bool fromBool = source.isInteger(1) && target.isInteger(8);
  if (!integers && !fromBool && source != target) {
    return node.unsupported("reinterpreting floats",
                            "integers of equal width, or a constant operand");
  }
  return node.result(emit.convert(x, target));
}

} // namespace

void registerIndexingOps(OpTable &table) {
  AttrSpec axis = integer("axis");
  table.add({"Gather", {1, 11, 13}, importGather, {axis}});
  table.add({"GatherElements", {11, 13}, importGatherElements, {axis}});
  table.add(
      {"GatherND", {11, 12, 13}, importGatherNd, {integer("batch_dims", 12)}});
  table.add({"Compress", {9, 11, 28}, importCompress, {axis}, {{1}}});
  table.add({"Scatter", {9, 11}, importScatterElements, {axis}});
  table.add({"ScatterElements",
             {11, 13, 16, 18},
             importScatterElements,
             {axis, string("reduction", 16)}});
  table.add({"ScatterND",
             {11, 13, 16, 18},
             importScatterNd,
             {string("reduction", 16)}});
  table.add(
      {"TensorScatter", {24}, importTensorScatter, {axis, string("mode")}});
  table.add({"ReverseSequence",
             {10, 28},
             importReverseSequence,
             {integer("batch_axis"), integer("time_axis")}});
  table.add({"BitCast", {26}, importBitCast, {integer("to")}});
}

} // namespace mlir::tessera::onnx_to_graph
