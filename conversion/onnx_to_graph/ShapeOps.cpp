//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include "llvm/ADT/StringSwitch.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

//===-- Reshape and its relatives -----------------------------------------===//

LogicalResult importReshape(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  SmallVector<int64_t> shape = node.intsAttr("shape");
  if (node.opset() >= 5) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInts(1, "shape"));
    shape = operand;
  }
  bool allowZero = node.intAttr("allowzero", 0) != 0;
  int64_t unknown = -1;
  SmallVector<int64_t> known;
  for (auto [d, size] : llvm::enumerate(shape)) {
    if (size == 0 && !allowZero) {
      if (static_cast<int64_t>(d) >= emit.rankOf(x)) {
        return node.invalid("shape copies dimension " + Twine(d) +
                            " of an input of rank " + Twine(emit.rankOf(x)));
      }
      size = emit.shapeOf(x)[d];
    }
    if (size == -1) {
      if (unknown >= 0) {
        return node.invalid("shape has more than one -1");
      }
      unknown = d;
      continue;
    }
    if (size < 0) {
      return node.invalid("shape has the size " + Twine(size));
    }
    known.push_back(size);
  }
  if (unknown >= 0) {
    std::optional<int64_t> rest = elementCount(known);
    int64_t count = emit.typeOf(x).getNumElements();
    if (!rest || (*rest == 0 && count != 0) ||
        (*rest != 0 && count % *rest != 0)) {
      return node.invalid("no size in place of -1 gives " + Twine(count) +
                          " elements");
    }
    shape[unknown] = *rest == 0 ? 0 : count / *rest;
  }
  return node.result(emit.reshape(x, shape));
}

LogicalResult importFlatten(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  int64_t axis = node.intAttr("axis", 1);
  if (axis < -rank || axis > rank) {
    return node.invalid("axis " + Twine(axis) + " is out of range for rank " +
                        Twine(rank));
  }
  axis = axis < 0 ? axis + rank : axis;
  int64_t outer = 1, inner = 1;
  for (int64_t d = 0; d < rank; ++d) {
    (d < axis ? outer : inner) *= emit.shapeOf(x)[d];
  }
  return node.result(emit.reshape(x, {outer, inner}));
}

/// Axes are an attribute before version 13, then operand 1.
FailureOr<SmallVector<int64_t>> readAxes(NodeContext &node, int64_t rank) {
  SmallVector<int64_t> axes = node.intsAttr("axes");
  if (node.opset() >= 13 && node.hasInput(1)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInts(1, "axes"));
    axes = operand;
  }
  return node.normalizeAxes(axes, rank);
}

LogicalResult importSqueeze(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axes, readAxes(node, emit.rankOf(x)));
  bool all = axes.empty() && !node.hasInput(1) && !node.hasAttr("axes");
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(emit.shapeOf(x))) {
    bool named = llvm::is_contained(axes, static_cast<int64_t>(d));
    if (named && size != 1) {
      return node.invalid("dimension " + Twine(d) + " has size " + Twine(size) +
                          ", expected 1");
    }
    if (!named && !(all && size == 1)) {
      shape.push_back(size);
    }
  }
  return node.result(emit.reshape(x, shape));
}

LogicalResult importUnsqueeze(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t count = static_cast<int64_t>(node.intsAttr("axes").size());
  if (node.opset() >= 13) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInts(1, "axes"));
    count = static_cast<int64_t>(operand.size());
  }
  int64_t rank = emit.rankOf(x) + count;
  ONNX_ASSIGN_OR_FAIL(axes, readAxes(node, rank));
  SmallVector<int64_t> shape;
  ArrayRef<int64_t> old = emit.shapeOf(x);
  for (int64_t d = 0; d < rank; ++d) {
    if (llvm::is_contained(axes, d)) {
      shape.push_back(1);
    } else {
      shape.push_back(old.front());
      old = old.drop_front();
    }
  }
  return node.result(emit.reshape(x, shape));
}

LogicalResult importTranspose(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  SmallVector<int64_t> reversed = sequence(emit.rankOf(x));
  std::reverse(reversed.begin(), reversed.end());
  ONNX_ASSIGN_OR_FAIL(
      permutation,
      node.normalizeAxes(node.intsAttr("perm", reversed), emit.rankOf(x)));
  if (static_cast<int64_t>(permutation.size()) != emit.rankOf(x)) {
    return node.invalid("perm has " + Twine(permutation.size()) +
                        " entries, expected " + Twine(emit.rankOf(x)));
  }
  return node.result(emit.transpose(x, permutation));
}

/// (N, C, H, W) -> (N, C / b^2, H * b, W * b).
LogicalResult importDepthToSpace(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t b = node.intAttr("blocksize", 0);
  std::string mode = node.stringAttr("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") {
    return node.invalid("mode is '" + mode + "', expected DCR or CRD");
  }
  ArrayRef<int64_t> s = emit.shapeOf(x);
  if (s.size() != 4 || b < 1 || b > (1 << 15) || s[1] % (b * b) != 0) {
    return node.invalid("expected rank 4 and a number of channels that "
                        "blocksize^2 divides");
  }
  int64_t depth = s[1] / (b * b);
  Value split = mode == "DCR"
                    ? emit.reshape(x, {s[0], b, b, depth, s[2], s[3]})
                    : emit.reshape(x, {s[0], depth, b, b, s[2], s[3]});
  Value moved = mode == "DCR" ? emit.transpose(split, {0, 3, 4, 1, 5, 2})
                              : emit.transpose(split, {0, 1, 4, 2, 5, 3});
  return node.result(emit.reshape(moved, {s[0], depth, s[2] * b, s[3] * b}));
}

LogicalResult importSpaceToDepth(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t b = node.intAttr("blocksize", 0);
  std::string mode = node.stringAttr("mode", "DCR");
  ArrayRef<int64_t> s = emit.shapeOf(x);
  if (s.size() != 4 || b < 1 || s[2] % b != 0 || s[3] % b != 0) {
    return node.invalid("expected rank 4 and a height and width that "
                        "blocksize divides");
  }
  Value split = emit.reshape(x, {s[0], s[1], s[2] / b, b, s[3] / b, b});
  Value moved = mode == "CRD" ? emit.transpose(split, {0, 1, 3, 5, 2, 4})
                              : emit.transpose(split, {0, 3, 5, 1, 2, 4});
  return node.result(
      emit.reshape(moved, {s[0], s[1] * b * b, s[2] / b, s[3] / b}));
}

//===-- Joining and cutting -----------------------------------------------===//

LogicalResult importConcat(NodeContext &node) {
  SmallVector<Value> values;
  GraphEmitter &emit = node.emit();
  if (failed(node.inputs(values))) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(1, emit.rankOf(values.front())));
  return node.result(emit.concat(values, axis));
}

/// Sizes come from the attribute, the operand, num_outputs or the number of
/// outputs.
FailureOr<SmallVector<int64_t>> splitSizes(NodeContext &node, int64_t total) {
  if (node.hasAttr("split")) {
    return node.intsAttr("split");
  }
  if (node.hasInput(1)) {
    return node.constantInts(1, "split");
  }
  int64_t parts = node.intAttr("num_outputs", node.numOutputs());
  if (parts < 1 || (node.opset() < 18 && total % parts != 0)) {
    return node.invalid("a dimension of size " + Twine(total) +
                        " can't be split into " + Twine(parts) +
                        " equal parts");
  }
  int64_t size = (total + parts - 1) / parts;
  SmallVector<int64_t> sizes(parts, size);
  sizes.back() = total - size * (parts - 1);
  return sizes;
}

LogicalResult importSplit(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(0, emit.rankOf(x)));
  int64_t total = emit.shapeOf(x)[axis];
  ONNX_ASSIGN_OR_FAIL(sizes, splitSizes(node, total));
  SmallVector<Value> parts;
  int64_t start = 0;
  for (int64_t size : sizes) {
    if (size < 0 || size > total - start) {
      return node.invalid("the parts don't fit a dimension of size " +
                          Twine(total));
    }
    parts.push_back(emit.sliceAxis(x, axis, start, size));
    start += size;
  }
  if (start != total || sizes.size() < node.numOutputs()) {
    return node.invalid("the parts don't make up a dimension of size " +
                        Twine(total));
  }
  return node.results(parts);
}

struct SliceOperands {
  SmallVector<int64_t> starts, ends, axes, steps;
};

FailureOr<SliceOperands> readSlice(NodeContext &node, int64_t rank) {
  SliceOperands slice;
  if (node.opset() < 10) {
    slice.starts = node.intsAttr("starts");
    slice.ends = node.intsAttr("ends");
    slice.axes = node.intsAttr("axes", sequence(slice.starts.size()));
  } else {
    ONNX_ASSIGN_OR_FAIL(starts, node.constantInts(1, "starts"));
    ONNX_ASSIGN_OR_FAIL(ends, node.constantInts(2, "ends"));
    slice.starts = starts;
    slice.ends = ends;
    slice.axes = sequence(starts.size());
    if (node.hasInput(3)) {
      ONNX_ASSIGN_OR_FAIL(axes, node.constantInts(3, "axes"));
      slice.axes = axes;
    }
  }
  slice.steps.assign(slice.starts.size(), 1);
  if (node.hasInput(4)) {
    ONNX_ASSIGN_OR_FAIL(steps, node.constantInts(4, "steps"));
    slice.steps = steps;
  }
  size_t count = slice.starts.size();
  if (slice.ends.size() != count || slice.axes.size() != count ||
      slice.steps.size() != count) {
    return node.invalid("starts, ends, axes and steps have " + Twine(count) +
                        ", " + Twine(slice.ends.size()) + ", " +
                        Twine(slice.axes.size()) + " and " +
                        Twine(slice.steps.size()) + " entries");
  }
  ONNX_ASSIGN_OR_FAIL(axes, node.normalizeAxes(slice.axes, rank));
  slice.axes = axes;
  return slice;
}

LogicalResult importSlice(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(slice, readSlice(node, rank));
  SmallVector<int64_t> starts(rank, 0), steps(rank, 1);
  SmallVector<int64_t> sizes(emit.shapeOf(x));
  for (size_t i = 0; i < slice.axes.size(); ++i) {
    int64_t axis = slice.axes[i], step = slice.steps[i];
    int64_t size = sizes[axis];
    if (step == 0 || step == INT64_MIN) {
      return node.invalid("steps has the entry " + Twine(step));
    }
    // Negative bounds count from the end; then they are clamped, for a
    // negative step to [-1, size - 1].
    auto clampBound = [&](int64_t bound) {
      bound = bound >= 0 ? bound : std::max<int64_t>(bound, -size - 1) + size;
      return step > 0 ? std::clamp<int64_t>(bound, 0, size)
                      : std::clamp<int64_t>(bound, -1, size - 1);
    };
    int64_t start = clampBound(slice.starts[i]);
    int64_t end = clampBound(slice.ends[i]);
    int64_t span = step > 0 ? end - start : start - end;
    int64_t stride = step > 0 ? step : -step;
    steps[axis] = step;
    sizes[axis] = span > 0 ? (span - 1) / stride + 1 : 0;
    // Nothing is taken: any start will do, keep it in range.
    starts[axis] = sizes[axis] > 0 ? start : 0;
    if (sizes[axis] <= 1) {
      steps[axis] = 1;
    }
  }
  return node.result(emit.slice(x, starts, sizes, steps));
}

//===-- Repetition --------------------------------------------------------===//

/// Both ways: a 1 in the shape keeps the input's size.
LogicalResult importExpand(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(shape, node.constantInts(1, "shape"));
  FailureOr<SmallVector<int64_t>> result =
      graph::inferBroadcastShape({emit.shapeOf(x), ArrayRef<int64_t>(shape)});
  if (failed(result) || !elementCount(*result)) {
    return node.invalid("the input does not broadcast to the shape");
  }
  return node.result(emit.broadcast(x, *result));
}

/// Version 1 repeats one axis; from 6 on each.
LogicalResult importTile(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(repeats, node.constantInts(1, "repeats"));
  if (node.opset() < 6) {
    ONNX_ASSIGN_OR_FAIL(axis, node.constantInt(2, "axis"));
    ONNX_ASSIGN_OR_FAIL(normalized, node.normalizeAxis(axis, rank));
    SmallVector<int64_t> all(rank, 1);
    all[normalized] = repeats.empty() ? 1 : repeats[0];
    repeats = all;
  }
  if (static_cast<int64_t>(repeats.size()) != rank ||
      llvm::any_of(repeats, [](int64_t count) { return count < 0; })) {
    return node.invalid("repeats has " + Twine(repeats.size()) +
                        " entries or a negative one, expected " + Twine(rank));
  }
  // (a, b) -> (1, a, 1, b) -> (r, a, s, b) -> (r * a, s * b).
  SmallVector<int64_t> split, repeated, joined;
  for (int64_t d = 0; d < rank; ++d) {
    int64_t size = emit.shapeOf(x)[d];
    int64_t total;
    if (__builtin_mul_overflow(size, repeats[d], &total)) {
      return node.invalid("the result's size overflows");
    }
    split.append({1, size});
    repeated.append({repeats[d], size});
    joined.push_back(total);
  }
  if (!elementCount(joined)) {
    return node.invalid("the result's size overflows");
  }
  return node.result(
      emit.reshape(emit.broadcast(emit.reshape(x, split), repeated), joined));
}

//===-- Pad ---------------------------------------------------------------===//

std::optional<graph::PadMode> padMode(StringRef mode) {
  return llvm::StringSwitch<std::optional<graph::PadMode>>(mode)
      .Case("constant", graph::PadMode::constant)
      .Case("reflect", graph::PadMode::reflect)
      .Case("edge", graph::PadMode::edge)
      .Case("wrap", graph::PadMode::wrap)
      .Default(std::nullopt);
}

LogicalResult importPad(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  std::string modeName = node.stringAttr("mode", "constant");
  std::optional<graph::PadMode> mode = padMode(modeName);
  if (!mode) {
    return node.invalid("mode is '" + modeName +
                        "', expected constant, reflect, edge or wrap");
  }
  SmallVector<int64_t> pads =
      node.intsAttr(node.opset() < 2 ? "paddings" : "pads");
  Value value;
  if (node.opset() < 11) {
    double number = node.realAttr("value", 0);
    value = number != 0 ? emit.scalarLike(x, number) : Value();
  } else {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInts(1, "pads"));
    pads = operand;
    value = node.optionalInput(2);
    value = value ? emit.reshape(value, {}) : value;
  }
  SmallVector<int64_t> axes = sequence(rank);
  if (node.hasInput(3)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInts(3, "axes"));
    ONNX_ASSIGN_OR_FAIL(normalized, node.normalizeAxes(operand, rank));
    axes = normalized;
  }
  if (pads.size() != 2 * axes.size()) {
    return node.invalid("pads has " + Twine(pads.size()) +
                        " entries, expected " + Twine(2 * axes.size()));
  }
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    low[axes[i]] = pads[i];
    high[axes[i]] = pads[i + axes.size()];
  }
  return node.result(
      emit.pad(x, low, high,
               *mode == graph::PadMode::constant ? value : Value(), *mode));
}

/// Cuts or pads each axis around its centre.
LogicalResult importCenterCropPad(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(sizes, node.constantInts(1, "shape"));
  ONNX_ASSIGN_OR_FAIL(
      axes, node.normalizeAxes(node.intsAttr("axes", sequence(rank)), rank));
  if (sizes.size() != axes.size()) {
    return node.invalid("shape has " + Twine(sizes.size()) +
                        " entries, expected " + Twine(axes.size()));
  }
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t size = emit.shapeOf(x)[axes[i]];
    int64_t more = sizes[i] - size;
    // Half of the difference goes in front, rounded down in either direction.
    low[axes[i]] = more < 0 ? -((-more) / 2) : more / 2;
    high[axes[i]] = more - low[axes[i]];
  }
  return node.result(emit.pad(x, low, high));
}

LogicalResult importShape(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  auto bound = [&](StringRef name, int64_t defaultValue) {
    int64_t value = node.intAttr(name, defaultValue);
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0), end = bound("end", rank);
  return node.result(emit.constant(
      emit.shapeOf(x).slice(start, std::max<int64_t>(end - start, 0))));
}

LogicalResult importSize(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  HostTensor size = HostTensor::zeros(RankedTensorType::get({}, emit.i64()));
  size.ints[0] = emit.typeOf(x).getNumElements();
  return node.result(emit.constant(size));
}

} // namespace

void registerShapeOps(OpTable &table) {
  table.add({"Reshape",
             {1, 5, 13, 14, 19, 21, 23, 24, 25},
             importReshape,
             {integers("consumed_inputs", 1, 5), integers("shape", 1, 5),
              integer("allowzero", 14)},
             {{1}}});
  table.add({"Flatten",
             {1, 9, 11, 13, 21, 23, 24, 25},
             importFlatten,
             {integer("axis")}});
  table.add({"Squeeze",
             {1, 11, 13, 21, 23, 24, 25},
             importSqueeze,
             {integers("axes", 1, 13)},
             {{1}}});
  table.add({"Unsqueeze",
             {1, 11, 13, 21, 23, 24, 25},
             importUnsqueeze,
             {integers("axes", 1, 13)},
             {{1}}});
  table.add({"Transpose",
             {1, 13, 21, 23, 24, 25},
             importTranspose,
             {integers("perm")}});
  table.add({"DepthToSpace",
             {1, 11, 13, 28},
             importDepthToSpace,
             {integer("blocksize"), string("mode", 11)}});
  table.add({"SpaceToDepth",
             {1, 13, 28},
             importSpaceToDepth,
             {integer("blocksize"), string("mode", 28)}});
  table.add({"Concat", {1, 4, 11, 13}, importConcat, {integer("axis")}});
  table.add(
      {"Split",
       {1, 2, 11, 13, 18},
       importSplit,
       {integer("axis"), integers("split", 1, 13), integer("num_outputs", 18)},
       {{1}}});
  table.add({"Slice",
             {1, 10, 11, 13},
             importSlice,
             {integers("axes", 1, 10), integers("ends", 1, 10),
              integers("starts", 1, 10)},
             {{1, 2, 3, 4}}});
  table.add({"Expand", {8, 13}, importExpand, {}, {{1}}});
  table.add({"Tile", {1, 6, 13}, importTile, {}, {{1, 2}}});
  table.add({"Pad",
             {1, 2, 11, 13, 18, 19, 21, 23, 24, 25},
             importPad,
             {string("mode"), integers("paddings", 1, 2),
              integers("pads", 2, 11), real("value", 1, 11)},
             {{1, 3}}});
  table.add(
      {"CenterCropPad", {18}, importCenterCropPad, {integers("axes")}, {{1}}});
  table.add({"Shape",
             {1, 13, 15, 19, 21, 23, 24, 25},
             importShape,
             {integer("start", 15), integer("end", 15)},
             {},
             {{0}}});
  table.add({"Size", {1, 13, 19, 21, 23, 24, 25}, importSize, {}, {}, {{0}}});
}

} // namespace mlir::tessera::onnx_to_graph
