//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/PixelSampler.h"
#include "conversion/onnx_to_graph/WindowAttributes.h"

#include "llvm/ADT/StringSwitch.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

//===-- GridSample --------------------------------------------------------===//

FailureOr<SamplerModes> readSamplerModes(NodeContext &node) {
  std::string mode =
      node.stringAttr("mode", node.opset() < 20 ? "bilinear" : "linear");
  std::string padding = node.stringAttr("padding_mode", "zeros");
  auto interpolation = llvm::StringSwitch<std::optional<Interpolation>>(mode)
                           .Case("nearest", Interpolation::nearest)
                           .Cases("linear", "bilinear", Interpolation::linear)
                           .Cases("cubic", "bicubic", Interpolation::cubic)
                           .Default(std::nullopt);
  auto outside = llvm::StringSwitch<std::optional<OutsidePixels>>(padding)
                     .Case("zeros", OutsidePixels::zeros)
                     .Case("border", OutsidePixels::border)
                     .Case("reflection", OutsidePixels::reflection)
                     .Default(std::nullopt);
  if (!interpolation || !outside) {
    return node.invalid("mode '" + mode + "' or padding_mode '" + padding +
                        "' is unknown");
  }
  SamplerModes modes;
  modes.interpolation = *interpolation;
  modes.outside = *outside;
  modes.alignCorners = node.intAttr("align_corners", 0) != 0;
  return modes;
}

/// From [-1, 1] to pixels.
Value denormalize(GraphEmitter &emit, Value x, int64_t size,
                  bool alignCorners) {
  auto length = static_cast<double>(size);
  if (alignCorners) {
    return emit.mul(emit.div(emit.add(x, 1), 2), length - 1);
  }
  return emit.div(emit.sub(emit.mul(emit.add(x, 1), length), 1), 2);
}

LogicalResult importGridSample(NodeContext &node) {
  Value x = node.input(0), grid = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !grid) {
    return failure();
  }
  int64_t dimensions = emit.rankOf(x) - 2;
  SmallVector<int64_t> gridShape(emit.shapeOf(grid));
  if (dimensions < 1 || emit.rankOf(grid) != dimensions + 2 ||
      gridShape.back() != dimensions || gridShape[0] != emit.shapeOf(x)[0]) {
    return node.invalid("the grid does not fit an input of rank " +
                        Twine(dimensions + 2));
  }
  ONNX_ASSIGN_OR_FAIL(modes, readSamplerModes(node));
  SmallVector<int64_t> result(emit.shapeOf(x).take_front(2));
  int64_t queries = 1;
  for (int64_t size : ArrayRef<int64_t>(gridShape).slice(1, dimensions)) {
    result.push_back(size);
    queries *= size;
  }
  Value places = emit.reshape(grid, {gridShape[0], queries, dimensions});
  SmallVector<Value> coordinates;
  for (int64_t d = 0; d < dimensions; ++d) {
    // The grid names the last dimension first.
    Value column =
        emit.reshape(emit.sliceAxis(places, 2, dimensions - 1 - d, 1),
                     {gridShape[0], queries});
    coordinates.push_back(
        denormalize(emit, column, emit.shapeOf(x)[d + 2], modes.alignCorners));
  }
  return node.result(
      emit.reshape(samplePixels(emit, x, coordinates, modes), result));
}

/// theta * the grid of normalized places.
LogicalResult importAffineGrid(NodeContext &node) {
  Value theta = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!theta) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(size, node.constantInts(1, "size"));
  auto dimensions = static_cast<int64_t>(size.size()) - 2;
  if (dimensions < 2 || dimensions > 3 || emit.rankOf(theta) != 3 ||
      !elementCount(size)) {
    return node.invalid("expected a size of 4 or 5 entries and a theta of "
                        "rank 3");
  }
  ArrayRef<int64_t> sizes = ArrayRef<int64_t>(size).drop_front(2);
  bool alignCorners = node.intAttr("align_corners", 0) != 0;
  int64_t points = *elementCount(sizes);
  Type element = emit.elementOf(theta);
  SmallVector<Value> rows;
  // x (the last dimension) comes first.
  for (int64_t d = dimensions - 1; d >= 0; --d) {
    auto length = static_cast<double>(sizes[d]);
    double step = alignCorners ? 2 / std::max(length - 1, 1.0) : 2 / length;
    double start = alignCorners ? -1 : -1 + step / 2;
    SmallVector<int64_t> line(dimensions, 1);
    line[d] = sizes[d];
    Value place = emit.add(emit.mul(emit.iota(line, element, d), step), start);
    rows.push_back(emit.reshape(emit.broadcast(place, sizes), {1, points}));
  }
  rows.push_back(emit.splat({1, points}, element, 1));
  Value grid = emit.matmul(theta, emit.concat(rows, 0));
  SmallVector<int64_t> shape = {emit.shapeOf(theta)[0]};
  shape.append(sizes.begin(), sizes.end());
  shape.push_back(dimensions);
  return node.result(emit.reshape(emit.transpose(grid, {0, 2, 1}), shape));
}

//===-- Col2Im ------------------------------------------------------------===//

/// A transposed convolution whose filter is the identity: each of a block's
/// columns goes to its place in the window.
LogicalResult importCol2Im(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(image, node.constantInts(1, "image_shape"));
  ONNX_ASSIGN_OR_FAIL(block, node.constantInts(2, "block_shape"));
  size_t dimensions = image.size();
  std::optional<int64_t> blockSize = elementCount(block);
  if (emit.rankOf(x) != 3 || block.size() != dimensions || !blockSize ||
      *blockSize < 1 || *blockSize > 4096 ||
      emit.shapeOf(x)[1] % *blockSize != 0) {
    return node.invalid("block_shape does not fit the image or the input");
  }
  ONNX_ASSIGN_OR_FAIL(window, readWindowWithoutPads(node, dimensions, block));
  window.pads = node.intsAttr("pads", window.pads);
  int64_t channels = emit.shapeOf(x)[1] / *blockSize;
  SmallVector<int64_t> blocks = {emit.shapeOf(x)[0], emit.shapeOf(x)[1]};
  SmallVector<int64_t> outputPads(dimensions, 0);
  if (window.pads.size() != 2 * dimensions) {
    return node.invalid("pads has " + Twine(window.pads.size()) +
                        " entries, expected " + Twine(2 * dimensions));
  }
  for (size_t d = 0; d < dimensions; ++d) {
    int64_t span = image[d] + window.pads[d] + window.pads[d + dimensions] -
                   dilatedKernel(window, d);
    if (span < 0) {
      return node.invalid("the window is larger than the padded image");
    }
    blocks.push_back(span / window.strides[d] + 1);
    outputPads[d] = span % window.strides[d];
  }
  Value identity =
      emit.convert(emit.equal(emit.iota({*blockSize, 1}, emit.i64(), 0),
                              emit.iota({1, *blockSize}, emit.i64(), 1)),
                   emit.elementOf(x));
  SmallVector<int64_t> filterShape = {channels, *blockSize, *blockSize};
  Value filter = emit.broadcast(identity, filterShape);
  filterShape = {channels * *blockSize, 1};
  filterShape.append(block.begin(), block.end());
  return node.result(emit.create<graph::ConvTransposeOp>(
      {emit.reshape(x, blocks), emit.reshape(filter, filterShape)},
      {emit.ints("strides", window.strides),
       emit.ints("dilations", window.dilations), emit.ints("pads", window.pads),
       emit.ints("output_pads", outputPads),
       emit.integer("groups", channels)}));
}

//===-- RoiAlign ----------------------------------------------------------===//

struct RoiGeometry {
  int64_t pooled, samples, size;
  double scale, offset;
  bool halfPixel;
};

/// Places of all samples along one axis: (regions, pooled * samples).
Value roiPlaces(GraphEmitter &emit, Value rois, int64_t startColumn,
                const RoiGeometry &geometry) {
  auto column = [&](int64_t index) {
    return emit.sub(emit.mul(emit.sliceAxis(rois, 1, index, 1), geometry.scale),
                    geometry.offset);
  };
  Value start = column(startColumn), end = column(startColumn + 2);
  Value extent = emit.sub(end, start);
  extent = geometry.halfPixel ? extent : emit.max(extent, 1);
  int64_t count = geometry.pooled * geometry.samples;
  Value index = emit.add(emit.iota({1, count}, emit.elementOf(rois), 1), 0.5);
  Value step = emit.div(extent, static_cast<double>(count));
  return emit.add(start, emit.mul(index, step));
}

/// Beyond one pixel outside a sample counts as 0; else the nearest edge's.
void clampRoiPlaces(GraphEmitter &emit, Value &places, Value &valid,
                    int64_t size) {
  auto length = static_cast<double>(size);
  if (!places) {
    return;
  }
  valid =
      emit.logicalAnd(emit.lessEqual(emit.scalarLike(places, -1), places),
                      emit.lessEqual(places, emit.scalarLike(places, length)));
  places = emit.clamp(places, 0, length - 1);
}

/// Samples of each region on a regular grid, averaged in bins.
LogicalResult importRoiAlign(NodeContext &node) {
  Value x = node.input(0), rois = node.input(1), batch = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!x || !rois || !batch) {
    return failure();
  }
  std::string mode = node.stringAttr("mode", "avg");
  int64_t samples = node.intAttr("sampling_ratio", 0);
  if (mode != "avg" || samples < 1) {
    return node.unsupported("mode '" + mode + "' with sampling_ratio " +
                                Twine(samples),
                            "avg with a positive sampling_ratio");
  }
  if (emit.rankOf(x) != 4 || emit.rankOf(rois) != 2) {
    return node.invalid("expected an input of rank 4 and rois of rank 2");
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  int64_t regions = emit.shapeOf(rois)[0];
  // Version 10 lacks the attribute and the half pixel.
  std::string coordinates =
      node.stringAttr("coordinate_transformation_mode",
                      node.opset() < 16 ? "output_half_pixel" : "half_pixel");
  bool halfPixel = coordinates == "half_pixel";
  double scale = node.realAttr("spatial_scale", 1);
  double offset = halfPixel ? 0.5 : 0;
  int64_t height = node.intAttr("output_height", 1);
  int64_t width = node.intAttr("output_width", 1);
  rois = emit.convert(rois, emit.elementOf(x));
  Value y = roiPlaces(emit, rois, 1,
                      {height, samples, shape[2], scale, offset, halfPixel});
  Value z = roiPlaces(emit, rois, 0,
                      {width, samples, shape[3], scale, offset, halfPixel});
  Value validY, validX;
  clampRoiPlaces(emit, y, validY, shape[2]);
  clampRoiPlaces(emit, z, validX, shape[3]);
  int64_t rows = height * samples, columns = width * samples;
  // All regions' samples, as one image of each region's batch.
  auto spread = [&](Value value, int64_t axis) {
    return emit.reshape(
        emit.broadcast(emit.unsqueeze(value, axis), {regions, rows, columns}),
        {regions, rows * columns});
  };
  Value images = emit.gather(x, batch, 0);
  SamplerModes modes;
  modes.outside = OutsidePixels::border;
  Value pixels =
      samplePixels(emit, images, {spread(y, 2), spread(z, 1)}, modes);
  Value valid = emit.logicalAnd(spread(validY, 2), spread(validX, 1));
  pixels = emit.where(emit.unsqueeze(valid, 1), pixels, emit.scalarLike(x, 0));
  Value bins = emit.reshape(
      pixels, {regions, shape[1], height, samples, width, samples});
  return node.result(emit.reduce(graph::ReduceKind::mean, bins, {3, 5}, false));
}

} // namespace

void registerSamplingOps(OpTable &table) {
  table.add(
      {"GridSample",
       {16, 20, 22},
       importGridSample,
       {integer("align_corners"), string("mode"), string("padding_mode")}});
  table.add({"AffineGrid",
             {20},
             importAffineGrid,
             {integer("align_corners")},
             {{1}}});
  table.add({"Col2Im",
             {18},
             importCol2Im,
             {integers("dilations"), integers("pads"), integers("strides")},
             {{1, 2}}});
  table.add({"RoiAlign",
             {10, 16, 22},
             importRoiAlign,
             {string("mode"), integer("output_height"), integer("output_width"),
              integer("sampling_ratio"), real("spatial_scale"),
              string("coordinate_transformation_mode", 16)}});
}

} // namespace mlir::tessera::onnx_to_graph
