//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Result types and constraints of convolutions and pooling.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "dialects/graph/OpChecker.h"
#include "dialects/graph/PoolShape.h"

using namespace mlir;
using namespace mlir::tessera::graph;

using Inferred = SmallVectorImpl<Type>;
using Shape = SmallVector<int64_t>;

/// C1: an image has 1 to 3 spatial dimensions.
static LogicalResult checkImage(const OpChecker &check, RankedTensorType type) {
  if (type.getRank() >= 3 && type.getRank() <= 5) {
    return success();
  }
  return check.error("expected 1 to 3 spatial dimensions, but got ", type);
}

/// C2 and C3 of an op on windows; `op` is its adaptor.
template <typename AdaptorT>
static LogicalResult checkWindows(const OpChecker &check, AdaptorT op,
                                  int64_t spatialRank) {
  return failure(
      failed(check.entries("strides", op.getStrides().size(), spatialRank)) ||
      failed(
          check.entries("dilations", op.getDilations().size(), spatialRank)) ||
      failed(check.entries("pads", op.getPads().size(), 2 * spatialRank)) ||
      failed(check.atLeast("strides", op.getStrides(), 1)) ||
      failed(check.atLeast("dilations", op.getDilations(), 1)));
}

template <typename AdaptorT>
static Window getWindow(AdaptorT op, int64_t kernel, int64_t dimension) {
  size_t spatialRank = op.getStrides().size();
  return {kernel, op.getStrides()[dimension], op.getDilations()[dimension],
          op.getPads()[dimension], op.getPads()[spatialRank + dimension]};
}

/// C5: a window fits its padded input.
static LogicalResult checkFits(const OpChecker &check, int64_t input,
                               const Window &window) {
  if (ShapedType::isDynamic(input) || ShapedType::isDynamic(window.kernel)) {
    return success();
  }
  int64_t padded = input + window.lowPad + window.highPad;
  if (window.kernel >= 1 && window.extent() <= padded) {
    return success();
  }
  return check.error("expected a kernel that covers 1 to ", padded,
                     " elements, but got ", window.extent());
}

/// C4: groups divides the channels, of which each filter sees one group.
static LogicalResult checkGroups(const OpChecker &check, int64_t groups,
                                 int64_t channels, StringRef name) {
  if (groups < 1) {
    return check.error("expected groups of at least 1, but got ", groups);
  }
  if (!ShapedType::isDynamic(channels) && channels % groups != 0) {
    return check.error("expected groups that divide ", channels, " ", name,
                       ", but got ", groups);
  }
  return success();
}

/// Which dimension of a convolution's filter is what.
namespace {
struct FilterLayout {
  FilterLayout(int64_t rank, bool channelsLast)
      : outer(channelsLast ? rank - 1 : 0), inner(channelsLast ? rank - 2 : 1),
        spatial(channelsLast ? 0 : 2) {}

  /// The dimension that ONNX has first (conv: F, conv_transpose: C).
  int64_t outer;
  /// The dimension that is divided by groups.
  int64_t inner;
  int64_t spatial;
};
} // namespace

/// C1, for a filter.
static LogicalResult checkFilter(const OpChecker &check, RankedTensorType input,
                                 RankedTensorType filter) {
  if (failed(checkImage(check, input))) {
    return failure();
  }
  if (input.getRank() != filter.getRank()) {
    return check.error("expected a filter of rank ", input.getRank(),
                       ", but got ", filter.getRank());
  }
  return success();
}

LogicalResult ConvOp::inferTypes(Adaptor op, const OpChecker &check,
                                 Inferred &inferred) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto filter = cast<RankedTensorType>(op.getFilter().getType());
  if (failed(checkFilter(check, input, filter))) { // C1
    return failure();
  }
  ImageLayout image(input.getRank(), op.getChannelsLast());
  FilterLayout layout(input.getRank(), op.getChannelsLast());
  if (failed(checkWindows(check, op, image.spatialRank)) || // C2, C3
      failed(check.atLeast("pads", op.getPads(), 0))) {
    return failure();
  }
  int64_t groups = op.getGroups();
  int64_t channels = input.getDimSize(image.channel);
  int64_t perGroup = filter.getDimSize(layout.inner);
  int64_t filters = filter.getDimSize(layout.outer);
  if (failed(checkGroups(check, groups, channels, "channels")) || // C4
      failed(checkGroups(check, groups, filters, "filters"))) {
    return failure();
  }
  if (!ShapedType::isDynamic(channels) &&
      !mayEqual(perGroup, channels / groups)) { // C4
    return check.error("expected filters of ", channels / groups,
                       " channels, but got ", perGroup);
  }
  Shape result(input.getShape());
  result[image.channel] = filters;
  for (int64_t i = 0; i < image.spatialRank; ++i) {
    int64_t &size = result[image.spatial + i];
    Window window = getWindow(op, filter.getDimSize(layout.spatial + i), i);
    if (failed(checkFits(check, size, window))) { // C5
      return failure();
    }
    size = getWindowOutputSize(size, window, /*ceilMode=*/false);
  }
  inferred.push_back(RankedTensorType::get(result, input.getElementType()));
  return success();
}

LogicalResult ConvTransposeOp::inferTypes(Adaptor op, const OpChecker &check,
                                          Inferred &inferred) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto filter = cast<RankedTensorType>(op.getFilter().getType());
  if (failed(checkFilter(check, input, filter))) { // C1
    return failure();
  }
  ImageLayout image(input.getRank(), op.getChannelsLast());
  FilterLayout layout(input.getRank(), op.getChannelsLast());
  if (failed(checkWindows(check, op, image.spatialRank)) || // C2, C3
      failed(check.entries("output pads", op.getOutputPads().size(),
                           image.spatialRank)) ||
      failed(check.atLeast("output pads", op.getOutputPads(), 0))) {
    return failure();
  }
  int64_t groups = op.getGroups();
  int64_t channels = input.getDimSize(image.channel);
  if (failed(checkGroups(check, groups, channels, "channels"))) { // C4
    return failure();
  }
  if (!mayEqual(channels, filter.getDimSize(layout.outer))) { // C4
    return check.error("expected a filter for ", channels,
                       " channels, but got ", filter.getDimSize(layout.outer));
  }
  Shape result(input.getShape());
  int64_t perGroup = filter.getDimSize(layout.inner);
  result[image.channel] =
      ShapedType::isDynamic(perGroup) ? perGroup : perGroup * groups;
  for (int64_t i = 0; i < image.spatialRank; ++i) {
    int64_t &size = result[image.spatial + i];
    Window window = getWindow(op, filter.getDimSize(layout.spatial + i), i);
    size = getTransposedOutputSize(size, window, op.getOutputPads()[i]);
    if (!ShapedType::isDynamic(size) && size < 0) { // C5
      return check.error("expected a size of at least 0 in dimension ",
                         image.spatial + i, ", but got ", size);
    }
  }
  inferred.push_back(RankedTensorType::get(result, input.getElementType()));
  return success();
}

template <typename AdaptorT>
static LogicalResult inferPool(AdaptorT op, const OpChecker &check,
                               Inferred &inferred) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  if (failed(checkImage(check, input))) { // C1
    return failure();
  }
  ImageLayout image(input.getRank(), op.getChannelsLast());
  if (failed(check.entries("kernel sizes", op.getKernel().size(),
                           image.spatialRank)) ||           // C2
      failed(checkWindows(check, op, image.spatialRank)) || // C2, C3
      failed(check.atLeast("pads", op.getPads(), 0))) {
    return failure();
  }
  Shape result(input.getShape());
  for (int64_t i = 0; i < image.spatialRank; ++i) {
    int64_t &size = result[image.spatial + i];
    Window window = getWindow(op, op.getKernel()[i], i);
    if (failed(check.atLeast("kernel sizes", window.kernel, 1)) ||
        failed(checkFits(check, size, window))) { // C5
      return failure();
    }
    size = getWindowOutputSize(size, window, op.getCeilMode());
  }
  inferred.push_back(RankedTensorType::get(result, input.getElementType()));
  return success();
}

LogicalResult MaxPoolOp::inferTypes(Adaptor op, const OpChecker &check,
                                    Inferred &inferred) {
  return inferPool(op, check, inferred);
}

LogicalResult AvgPoolOp::inferTypes(Adaptor op, const OpChecker &check,
                                    Inferred &inferred) {
  return inferPool(op, check, inferred);
}
