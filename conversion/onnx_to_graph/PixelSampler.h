//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Interpolation of images at computed places, by gathers: what GridSample,
/// DeformConv and RoiAlign share.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_PIXELSAMPLER_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_PIXELSAMPLER_H

#include "conversion/onnx_to_graph/GraphEmitter.h"

namespace mlir::tessera::onnx_to_graph {

enum class Interpolation { nearest, linear, cubic };
enum class OutsidePixels { zeros, border, reflection };

struct SamplerModes {
  Interpolation interpolation = Interpolation::linear;
  OutsidePixels outside = OutsidePixels::zeros;
  /// Whether reflection is about the centres of the corner pixels, not about
  /// their outer edges.
  bool alignCorners = false;
};

/// `image` is (N, C, spatial...); `coordinates` has for each spatial dimension
/// a float tensor (N, Q) of places in pixels, 0 being the first pixel's
/// centre. The result is (N, C, Q). Cubic is Keys' with a = -0.75.
Value samplePixels(GraphEmitter &emit, Value image, ArrayRef<Value> coordinates,
                   const SamplerModes &modes);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_PIXELSAMPLER_H
