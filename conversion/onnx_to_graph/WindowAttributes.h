//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The window attributes that convolutions and pools share: kernel_shape,
/// strides, dilations, pads and auto_pad.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_WINDOWATTRIBUTES_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_WINDOWATTRIBUTES_H

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

/// (kernel - 1) * dilation + 1 of one dimension.
int64_t dilatedKernel(const Window &window, size_t dimension);

/// Reads the window over the spatial dimensions of `inputShape` (all after the
/// first two). `kernel` is what the filter says; empty if only the attribute
/// does. Resolves auto_pad.
FailureOr<Window> readWindow(NodeContext &node, ArrayRef<int64_t> inputShape,
                             ArrayRef<int64_t> kernel);

/// The same without `pads`, which are left zero.
FailureOr<Window> readWindowWithoutPads(NodeContext &node, size_t dimensions,
                                        ArrayRef<int64_t> kernel);

/// Pads of auto_pad SAME_UPPER or SAME_LOWER for a total of `total`: the odd
/// one goes to the end or the start. A negative total adds at the end.
void splitPads(int64_t total, bool upper, int64_t &low, int64_t &high);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_WINDOWATTRIBUTES_H
