//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Where the dimensions of images lie, and the output sizes of windows that
/// slide over them: one definition for shape inference and for lowering.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_POOLSHAPE_H
#define TESSERA_DIALECTS_GRAPH_POOLSHAPE_H

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"
#include <cstdint>

namespace mlir::tessera::graph {

/// Dimensions of an image (N, channels, spatial...) or, with channels last,
/// (N, spatial..., channels).
struct ImageLayout {
  ImageLayout(int64_t rank, bool channelsLast)
      : channel(channelsLast ? rank - 1 : 1), spatial(channelsLast ? 1 : 2),
        spatialRank(rank - 2) {}

  int64_t batch = 0;
  int64_t channel;
  /// First of `spatialRank` consecutive spatial dimensions.
  int64_t spatial;
  int64_t spatialRank;
};

/// One spatial dimension of a convolution or pooling; all sizes in elements.
struct Window {
  int64_t kernel;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t lowPad = 0;
  int64_t highPad = 0;

  /// Distance from the first to the last element covered, plus one.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

/// Number of positions of `window` on `input` elements; with `ceilMode` the
/// last may hang over the end, unless it would start in the high padding.
/// Dynamic if the input or the kernel is; 0 if nothing fits.
inline int64_t getWindowOutputSize(int64_t input, const Window &window,
                                   bool ceilMode) {
  if (ShapedType::isDynamic(input) || ShapedType::isDynamic(window.kernel)) {
    return ShapedType::kDynamic;
  }
  int64_t room = input + window.lowPad + window.highPad - window.extent();
  if (room < 0) {
    return 0;
  }
  int64_t output = (ceilMode ? llvm::divideCeil(room, window.stride)
                             : room / window.stride) +
                   1;
  bool lastInHighPad = (output - 1) * window.stride >= input + window.lowPad;
  return ceilMode && lastInHighPad ? output - 1 : output;
}

/// Output size of a transposed convolution, which may be negative by pads.
inline int64_t getTransposedOutputSize(int64_t input, const Window &window,
                                       int64_t outputPad) {
  if (ShapedType::isDynamic(input) || ShapedType::isDynamic(window.kernel)) {
    return ShapedType::kDynamic;
  }
  return (input - 1) * window.stride + window.extent() + outputPad -
         window.lowPad - window.highPad;
}

} // namespace mlir::tessera::graph

#endif // TESSERA_DIALECTS_GRAPH_POOLSHAPE_H
