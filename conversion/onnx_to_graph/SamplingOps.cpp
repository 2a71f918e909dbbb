//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

void registerSamplingOps(OpTable &table) {}

} // namespace mlir::tessera::onnx_to_graph
