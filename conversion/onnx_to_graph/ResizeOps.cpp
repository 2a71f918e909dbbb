//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

/// What a Resize computes, one entry for each dimension.
struct ResizeSizes {
  SmallVector<int64_t> sizes;
  SmallVector<double> scales;
  SmallVector<double> roi;
};

constexpr double sizeLimit = 0x1p31;

LogicalResult sizesFromScales(NodeContext &node, ArrayRef<int64_t> shape,
                              ArrayRef<double> roi, ResizeSizes &result) {
  size_t rank = shape.size();
  for (size_t d = 0; d < rank; ++d) {
    double extent = static_cast<double>(shape[d]);
    if (!roi.empty()) {
      extent *= roi[d + rank] - roi[d];
    }
    double scale = result.scales[d];
    double size = std::floor(extent * scale);
    if (!(scale > 0) || !(size < sizeLimit)) {
      return node.invalid("scales has the entry " + std::to_string(scale));
    }
    result.sizes.push_back(static_cast<int64_t>(size));
  }
  return success();
}

/// keep_aspect_ratio_policy: one scale for all named axes.
LogicalResult applyAspectRatio(NodeContext &node, ArrayRef<int64_t> shape,
                               ArrayRef<int64_t> axes, ResizeSizes &result) {
  std::string policy = node.stringAttr("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch") {
    return success();
  }
  if (policy != "not_larger" && policy != "not_smaller") {
    return node.invalid("keep_aspect_ratio_policy is '" + policy +
                        "', expected stretch, not_larger or not_smaller");
  }
  double scale = 0;
  for (int64_t axis : axes) {
    double own = result.scales[axis];
    bool better = policy == "not_larger" ? own < scale : own > scale;
    scale = scale == 0 || better ? own : scale;
  }
  for (int64_t axis : axes) {
    result.scales[axis] = scale;
    result.sizes[axis] = static_cast<int64_t>(
        std::floor(scale * static_cast<double>(shape[axis]) + 0.5));
  }
  return success();
}

/// Spreads entries for `axes` over all dimensions.
template <typename T>
SmallVector<T> spread(ArrayRef<T> values, ArrayRef<int64_t> axes, size_t rank,
                      T otherwise) {
  SmallVector<T> result(rank, otherwise);
  for (size_t i = 0; i < axes.size(); ++i) {
    result[axes[i]] = values[i];
  }
  return result;
}

/// Operands: (X, scales) in version 10; (X, roi, scales, sizes) from 11 on.
FailureOr<ResizeSizes> readSizes(NodeContext &node, ArrayRef<int64_t> shape,
                                 bool crops) {
  ResizeSizes result;
  size_t rank = shape.size();
  ONNX_ASSIGN_OR_FAIL(
      axes, node.normalizeAxes(node.intsAttr("axes", sequence(rank)), rank));
  unsigned scalesAt = node.opset() < 11 ? 1 : 2;
  if (crops) {
    ONNX_ASSIGN_OR_FAIL(roi, node.constantNumbers(1, "roi"));
    if (roi.size() != 2 * axes.size()) {
      return node.invalid("roi has " + Twine(roi.size()) +
                          " entries, expected " + Twine(2 * axes.size()));
    }
    ArrayRef<double> all(roi);
    result.roi = spread(all.take_front(axes.size()), axes, rank, 0.0);
    result.roi.append(spread(all.drop_front(axes.size()), axes, rank, 1.0));
  }
  SmallVector<double> scales;
  if (node.hasInput(scalesAt)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantNumbers(scalesAt, "scales"));
    scales = operand;
  }
  if (!scales.empty()) {
    if (scales.size() != axes.size()) {
      return node.invalid("scales has " + Twine(scales.size()) +
                          " entries, expected " + Twine(axes.size()));
    }
    result.scales = spread(ArrayRef<double>(scales), axes, rank, 1.0);
    if (failed(sizesFromScales(node, shape, result.roi, result))) {
      return failure();
    }
    return result;
  }
  ONNX_ASSIGN_OR_FAIL(sizes, node.constantInts(3, "sizes"));
  if (sizes.size() != axes.size()) {
    return node.invalid("sizes has " + Twine(sizes.size()) +
                        " entries, expected " + Twine(axes.size()));
  }
  result.sizes.assign(shape.begin(), shape.end());
  result.scales.assign(rank, 1.0);
  for (size_t i = 0; i < axes.size(); ++i) {
    int64_t from = shape[axes[i]];
    if (sizes[i] < 1 || from < 1 || sizes[i] > INT32_MAX) {
      return node.invalid("sizes has the entry " + Twine(sizes[i]) +
                          " for a dimension of size " + Twine(from));
    }
    result.sizes[axes[i]] = sizes[i];
    result.scales[axes[i]] =
        static_cast<double>(sizes[i]) / static_cast<double>(from);
  }
  if (failed(applyAspectRatio(node, shape, axes, result))) {
    return failure();
  }
  return result;
}

std::optional<graph::ResizeMode> resizeMode(StringRef mode) {
  return llvm::StringSwitch<std::optional<graph::ResizeMode>>(mode)
      .Case("nearest", graph::ResizeMode::nearest)
      .Cases("linear", "bilinear", graph::ResizeMode::linear)
      .Case("cubic", graph::ResizeMode::cubic)
      .Default(std::nullopt);
}

std::optional<graph::CoordinateMode> coordinateMode(StringRef mode) {
  using graph::CoordinateMode;
  return llvm::StringSwitch<std::optional<CoordinateMode>>(mode)
      .Case("half_pixel", CoordinateMode::half_pixel)
      .Case("half_pixel_symmetric", CoordinateMode::half_pixel_symmetric)
      .Case("pytorch_half_pixel", CoordinateMode::pytorch_half_pixel)
      .Case("align_corners", CoordinateMode::align_corners)
      .Case("asymmetric", CoordinateMode::asymmetric)
      .Case("tf_crop_and_resize", CoordinateMode::tf_crop_and_resize)
      .Default(std::nullopt);
}

std::optional<graph::NearestMode> nearestMode(StringRef mode) {
  using graph::NearestMode;
  return llvm::StringSwitch<std::optional<NearestMode>>(mode)
      .Case("round_prefer_floor", NearestMode::round_prefer_floor)
      .Case("round_prefer_ceil", NearestMode::round_prefer_ceil)
      .Case("floor", NearestMode::floor)
      .Case("ceil", NearestMode::ceil)
      .Default(std::nullopt);
}

struct ResizeModes {
  graph::ResizeMode mode;
  graph::CoordinateMode coordinates;
  graph::NearestMode nearest;
};

Value emitResize(NodeContext &node, Value x, const ResizeSizes &sizes,
                 const ResizeModes &modes) {
  GraphEmitter &emit = node.emit();
  MLIRContext *context = emit.context();
  Builder &b = emit.builder();
  SmallVector<NamedAttribute> attributes = {
      emit.ints("sizes", sizes.sizes),
      emit.named("scales", b.getDenseF64ArrayAttr(sizes.scales)),
      emit.named("mode", graph::ResizeModeAttr::get(context, modes.mode)),
      emit.named("coordinate_mode",
                 graph::CoordinateModeAttr::get(context, modes.coordinates)),
      emit.named("nearest_mode",
                 graph::NearestModeAttr::get(context, modes.nearest)),
      emit.number("cubic_coefficient", node.realAttr("cubic_coeff_a", -0.75)),
      emit.number("extrapolation_value",
                  node.realAttr("extrapolation_value", 0))};
  if (node.intAttr("exclude_outside", 0) != 0) {
    attributes.push_back(emit.unit("exclude_outside"));
  }
  if (node.intAttr("antialias", 0) != 0) {
    attributes.push_back(emit.unit("antialias"));
  }
  if (!sizes.roi.empty()) {
    attributes.push_back(emit.named("roi", b.getDenseF64ArrayAttr(sizes.roi)));
  }
  return emit.create<graph::ResizeOp>({x}, attributes);
}

LogicalResult importResize(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  std::string modeName = node.stringAttr("mode", "nearest");
  // Version 10 has neither: its results are those of asymmetric and floor.
  bool old = node.opset() < 11;
  std::string coordinateName = node.stringAttr(
      "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  std::string nearestName =
      node.stringAttr("nearest_mode", old ? "floor" : "round_prefer_floor");
  auto mode = resizeMode(modeName);
  auto coordinates = coordinateMode(coordinateName);
  auto nearest = nearestMode(nearestName);
  if (!mode) {
    return node.unsupported("mode '" + modeName + "'",
                            "nearest, linear or cubic");
  }
  if (!coordinates) {
    return node.unsupported(
        "coordinate_transformation_mode '" + coordinateName + "'",
        "half_pixel, half_pixel_symmetric, pytorch_half_pixel, "
        "align_corners, asymmetric or tf_crop_and_resize");
  }
  if (!nearest) {
    return node.unsupported("nearest_mode '" + nearestName + "'",
                            "round_prefer_floor, round_prefer_ceil, floor or "
                            "ceil");
  }
  bool crops = *coordinates == graph::CoordinateMode::tf_crop_and_resize;
  ONNX_ASSIGN_OR_FAIL(sizes, readSizes(node, emit.shapeOf(x), crops));
  return node.result(
      emitResize(node, x, sizes, {*mode, *coordinates, *nearest}));
}

/// Resize's ancestor: asymmetric, rounding down; scales are attributes up to
/// version 8.
LogicalResult importUpsample(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  std::string modeName = node.stringAttr("mode", "nearest");
  auto mode = resizeMode(modeName);
  if (!mode) {
    return node.unsupported("mode '" + modeName + "'", "nearest or linear");
  }
  ResizeSizes sizes;
  if (node.opset() < 7) {
    sizes.scales = {1, 1, node.realAttr("height_scale", 1),
                    node.realAttr("width_scale", 1)};
  } else if (node.opset() < 9) {
    sizes.scales = node.realsAttr("scales");
  } else {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantNumbers(1, "scales"));
    sizes.scales = operand;
  }
  if (static_cast<int64_t>(sizes.scales.size()) != emit.rankOf(x)) {
    return node.invalid("scales has " + Twine(sizes.scales.size()) +
                        " entries, expected " + Twine(emit.rankOf(x)));
  }
  if (failed(sizesFromScales(node, emit.shapeOf(x), {}, sizes))) {
    return failure();
  }
  return node.result(emitResize(
      node, x, sizes,
      {*mode, graph::CoordinateMode::asymmetric, graph::NearestMode::floor}));
}

} // namespace

void registerResizeOps(OpTable &table) {
  table.add({"Resize",
             {10, 11, 13, 18, 19},
             importResize,
             {string("mode"), string("coordinate_transformation_mode", 11),
              string("nearest_mode", 11), real("cubic_coeff_a", 11),
              real("extrapolation_value", 11), integer("exclude_outside", 11),
              integer("antialias", 18), integers("axes", 18),
              string("keep_aspect_ratio_policy", 18)},
             {{1, 2, 3}}});
  table.add({"Upsample",
             {1, 7, 9, 10},
             importUpsample,
             {string("mode"), real("height_scale", 1, 7),
              real("width_scale", 1, 7), reals("scales", 7, 9)},
             {{1}}});
}

} // namespace mlir::tessera::onnx_to_graph
