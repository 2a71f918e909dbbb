//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// How graph-reduce makes modules smaller, beyond upstream's reduction passes.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TOOLS_GRAPH_REDUCE_GRAPHREDUCTION_H
#define TESSERA_TOOLS_GRAPH_REDUCE_GRAPHREDUCTION_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::tessera {

#define GEN_PASS_DECL
#include "tools/graph_reduce/GraphReduction.h.inc"

#define GEN_PASS_REGISTRATION
#include "tools/graph_reduce/GraphReduction.h.inc"

} // namespace mlir::tessera

#endif // TESSERA_TOOLS_GRAPH_REDUCE_GRAPHREDUCTION_H
