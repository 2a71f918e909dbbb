//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Outlines graph ops into loop.program symbols.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_PROGRAMOUTLINER_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_PROGRAMOUTLINER_H

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

namespace mlir::tessera {

class ProgramOutliner {
public:
  ProgramOutliner(ModuleOp module, const LoweringTable &table)
      : symbols(module), table(table) {}

  /// Creates a program that computes `op`, a graph op or a graph.fused, and a
  /// call before `op`, which stays. The call's operands are values of the
  /// graph, its results have storage types. Emits an error and fails if an op
  /// has no lowering.
  FailureOr<loop::CallOp> outline(Operation *op);

private:
  /// A unique symbol name that tells the ops.
  std::string makeName(ArrayRef<Operation *> ops);

  SymbolTable symbols;
  const LoweringTable &table;
  unsigned count = 0;
};

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_PROGRAMOUTLINER_H
