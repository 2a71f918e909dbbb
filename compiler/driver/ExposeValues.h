//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Makes a graph's inner values visible as outputs.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_EXPOSEVALUES_H
#define TESSERA_COMPILER_DRIVER_EXPOSEVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::tessera {

/// Appends to the results of `main`, a graph, each value that is the last one
/// of a source node, named as the node, in the order of the graph.
void exposeValues(func::FuncOp main);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_EXPOSEVALUES_H
