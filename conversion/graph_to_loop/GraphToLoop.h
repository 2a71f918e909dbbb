//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Lowers functions on the graph dialect to calls of loop.program symbols.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_GRAPHTOLOOP_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_GRAPHTOLOOP_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::tessera {

/// The attribute of a function's argument or result that holds its element type
/// in the graph, where storage has another.
inline constexpr StringLiteral graphTypeAttrName = "graph.type";

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "conversion/graph_to_loop/GraphToLoop.h.inc"

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_GRAPHTOLOOP_H
