//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/ResizeTables.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::tessera;

using graph::CoordinateMode;
using graph::NearestMode;
using graph::ResizeMode;

bool ResizeTable::hasOutside() const {
  return llvm::is_contained(outside, true);
}

bool ResizeTable::isIdentity() const {
  if (taps != 1 || inputSize != outputSize || hasOutside()) {
    return false;
  }
  for (int64_t o = 0; o < outputSize; ++o) {
    if (indices[o] != o) {
      return false;
    }
  }
  return true;
}

namespace {

/// One dimension of a resize.
struct ResizeAxis {
  graph::ResizeOp op;
  size_t dim;
  int64_t inputSize, outputSize;
  double scale;

  /// The point of the input that output `x` means.
  double getSource(int64_t x);
  double getCropSource(int64_t x);
  /// The weights of the taps around a source point, `ratio` in (0, 1] right of
  /// the element at tap -first.
  std::vector<double> getWeights(double ratio);
  std::vector<double> getLinearWeights(double ratio);
  std::vector<double> getCubicWeights(double ratio);
  double getCubicWeight(double distance);
};

} // namespace

double ResizeAxis::getCropSource(int64_t x) {
  size_t rank = op.getSizes().size();
  double start = 0.0, end = 1.0;
  if (!op.getRoi().empty()) {
    start = op.getRoi()[dim];
    end = op.getRoi()[rank + dim];
  }
  double last = static_cast<double>(inputSize - 1);
  double width = scale * static_cast<double>(inputSize);
  double source = width == 1.0 ? (end - start) * last / 2.0
                               : static_cast<double>(x) * (end - start) * last /
                                     (width - 1.0);
  return source + start * last;
}

double ResizeAxis::getSource(int64_t x) {
  double width = scale * static_cast<double>(inputSize);
  double position = static_cast<double>(x);
  double halfPixel = (position + 0.5) / scale - 0.5;
  switch (op.getCoordinateMode()) {
  case CoordinateMode::half_pixel:
    return halfPixel;
  case CoordinateMode::pytorch_half_pixel:
    return width == 1.0 ? -0.5 : halfPixel;
  case CoordinateMode::align_corners:
    return width == 1.0
               ? 0.0
               : position * static_cast<double>(inputSize - 1) / (width - 1.0);
  case CoordinateMode::asymmetric:
    return position / scale;
  case CoordinateMode::half_pixel_symmetric: {
    double adjustment = static_cast<double>(outputSize) / width;
    double centre = static_cast<double>(inputSize) / 2.0;
    return centre * (1.0 - adjustment) + halfPixel;
  }
  case CoordinateMode::tf_crop_and_resize:
    return getCropSource(x);
  }
  llvm_unreachable("unknown coordinate mode");
}

double ResizeAxis::getCubicWeight(double distance) {
  double a = op.getCubicCoefficient().convertToDouble();
  double x = std::fabs(distance);
  if (x <= 1.0) {
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  }
  if (x < 2.0) {
    return ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a;
  }
  return 0.0;
}

std::vector<double> ResizeAxis::getLinearWeights(double ratio) {
  double squeeze = op.getAntialias() ? std::min(scale, 1.0) : 1.0;
  auto first = static_cast<int64_t>(std::floor(-1.0 / squeeze)) + 1;
  std::vector<double> weights;
  for (int64_t i = first; i < 2 - first; ++i) {
    double distance = std::fabs((static_cast<double>(i) - ratio) * squeeze);
    weights.push_back(std::clamp(1.0 - distance, 0.0, 1.0));
  }
  return weights;
}

std::vector<double> ResizeAxis::getCubicWeights(double ratio) {
  double squeeze = op.getAntialias() ? std::min(scale, 1.0) : 1.0;
  auto first = static_cast<int64_t>(std::floor(-2.0 / squeeze)) + 1;
  std::vector<double> weights;
  for (int64_t i = first; i < 2 - first; ++i) {
    weights.push_back(
        getCubicWeight((static_cast<double>(i) - ratio) * squeeze));
  }
  return weights;
}

std::vector<double> ResizeAxis::getWeights(double ratio) {
  std::vector<double> weights = op.getMode() == ResizeMode::linear
                                    ? getLinearWeights(ratio)
                                    : getCubicWeights(ratio);
  if (op.getAntialias()) {
    double sum = 0.0;
    for (double weight : weights) {
      sum += weight;
    }
    for (double &weight : weights) {
      weight /= sum;
    }
  }
  return weights;
}

static double roundNearest(NearestMode mode, double x) {
  switch (mode) {
  case NearestMode::round_prefer_floor:
    return std::ceil(x - 0.5);
  case NearestMode::round_prefer_ceil:
    return std::floor(x + 0.5);
  case NearestMode::floor:
    return std::floor(x);
  case NearestMode::ceil:
    return std::ceil(x);
  }
  llvm_unreachable("unknown nearest mode");
}

/// Appends the taps of the output whose source point is `source`.
static void appendTaps(ResizeAxis &axis, double source, ResizeTable &table) {
  int64_t last = axis.inputSize - 1;
  if (axis.op.getMode() == ResizeMode::nearest) {
    auto index =
        static_cast<int64_t>(roundNearest(axis.op.getNearestMode(), source));
    table.indices.push_back(std::clamp<int64_t>(index, 0, last));
    table.weights.push_back(1.0);
    table.taps = 1;
    return;
  }
  // The element on the left of a source point that is an element is the one
  // before it, at a ratio of 1.
  double left = std::ceil(source) - 1.0;
  std::vector<double> weights = axis.getWeights(source - left);
  auto taps = static_cast<int64_t>(weights.size());
  int64_t first = static_cast<int64_t>(left) + 1 - taps / 2;
  if (axis.op.getExcludeOutside()) {
    double sum = 0.0;
    for (int64_t t = 0; t < taps; ++t) {
      if (first + t < 0 || first + t > last) {
        weights[t] = 0.0;
      }
      sum += weights[t];
    }
    for (double &weight : weights) {
      weight /= sum;
    }
  }
  for (int64_t t = 0; t < taps; ++t) {
    table.indices.push_back(std::clamp<int64_t>(first + t, 0, last));
    table.weights.push_back(weights[t]);
  }
  table.taps = taps;
}

ResizeTable mlir::tessera::computeResizeTable(graph::ResizeOp op, size_t dim,
                                              int64_t inputSize,
                                              int64_t outputSize) {
  ResizeAxis axis{op, dim, inputSize, outputSize, op.getScales()[dim]};
  ResizeTable table;
  table.inputSize = inputSize;
  table.outputSize = outputSize;
  bool isCrop = op.getCoordinateMode() == CoordinateMode::tf_crop_and_resize;
  for (int64_t o = 0; o < outputSize; ++o) {
    double source = axis.getSource(o);
    bool isOutside =
        isCrop && (source < 0.0 || source > static_cast<double>(inputSize - 1));
    table.outside.push_back(isOutside);
    appendTaps(axis, isOutside ? 0.0 : source, table);
  }
  return table;
}
