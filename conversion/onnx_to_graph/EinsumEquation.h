//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Einstein summation as transposes, products, matrix products and sums.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_EINSUMEQUATION_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_EINSUMEQUATION_H

#include "conversion/onnx_to_graph/GraphEmitter.h"

namespace mlir::tessera::onnx_to_graph {

/// Computes `equation` ("ij,jk->ik"; "..." for broadcast dimensions; without
/// "->" the letters used once, sorted, are the result's) of the operands, which
/// are contracted from left to right. Sets `error` if the equation is
/// malformed or does not fit the operands.
Value emitEinsum(GraphEmitter &emit, StringRef equation,
                 ArrayRef<Value> operands, std::string &error);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_EINSUMEQUATION_H
