//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Recognises nests that are two-dimensional convolutions, by their maps.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_LOOP_CONVOLUTIONNEST_H
#define TESSERA_DIALECTS_LOOP_CONVOLUTIONNEST_H

#include "dialects/loop/LoopOps.h"
#include <optional>

namespace mlir::tessera::loop {

/// A nest that computes out[n, y, x, f] = sum over r, s, c of
/// image[n, y + r, x + s, c] * filter[r, s, c, f], where the batch may be a
/// constant index. Numbers are dimensions of the nest.
struct ConvolutionNest {
  /// Which inputs are the image and the filter: 0 and 1, or 1 and 0.
  unsigned image = 0, filter = 1;
  /// Absent where the image's first index is constant.
  std::optional<unsigned> batch;
  unsigned row = 0, column = 0, feature = 0;
  unsigned tapRow = 0, tapColumn = 0, channel = 0;
};

/// The roles of the dimensions of `nest`, or none if it is no such convolution,
/// has a stride, a dilation or groups, or reads indices. Each index of an
/// epilogue input or output is one of batch, row, column and feature, or
/// constant.
std::optional<ConvolutionNest> matchConvolution(NestOp nest);

} // namespace mlir::tessera::loop

#endif // TESSERA_DIALECTS_LOOP_CONVOLUTIONNEST_H
