//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Which input elements each output element of a resize is made of, one
/// dimension at a time; computed at compile time in f64, by ONNX's reference.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_RESIZETABLES_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_RESIZETABLES_H

#include "dialects/graph/GraphOps.h"
#include <vector>

namespace mlir::tessera {

/// output[o] = sum over t < taps of weights[o * taps + t] *
/// input[indices[o * taps + t]], or the extrapolation value where outside[o].
/// Indices are in range, everywhere. Nearest has one tap of weight 1.
struct ResizeTable {
  int64_t inputSize = 0, outputSize = 0, taps = 0;
  std::vector<int64_t> indices;
  std::vector<double> weights;
  std::vector<bool> outside;

  bool hasOutside() const;
  /// Whether output[o] is input[o].
  bool isIdentity() const;
};

/// The table of dimension `dim`, whose sizes are given.
ResizeTable computeResizeTable(graph::ResizeOp op, size_t dim,
                               int64_t inputSize, int64_t outputSize);

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_RESIZETABLES_H
