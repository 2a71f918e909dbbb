//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_GRAPHTOLOOP_TD
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_GRAPHTOLOOP_TD

include "mlir/Pass/PassBase.td"

def ConvertGraphToLoopPass : Pass<"convert-graph-to-loop", "ModuleOp"> {
  let summary = "Lower every graph op to a tensor program of loop nests";
  let description = [{
    Each graph op, or each `graph.fused` region, becomes one `loop.program` and
    a `loop.call` with the locations of all ops in it and with the discardable
    attributes of the op, which are notes for reports. `graph.reshape` becomes
    `loop.view`, `graph.constant` becomes `arith.constant`; splat constants that
    an op reads are copied into its program.

    Tensors get storage types: unsigned integers become signless, booleans
    become bytes 0 and 1. Arguments and results of functions whose type changed
    tell the old element type by the attribute `graph.type`.

    A program's body holds `loop.nest`, `tensor.empty`, slices and reshapes, and
    for ops that move data by index `scf.for`, `tensor.extract` and
    `tensor.insert`. The last nest of each result writes to the destination.

    **Requires** static shapes.
    **Produces** no op of the graph dialect.
    **Does not handle** dynamic shapes: an error names op and dimension.

    Example: tests/conversion/graph_to_loop/program.mlir
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
    "::mlir::tessera::loop::LoopDialect"];
  let statistics = [
    Statistic<"numPrograms", "num-programs", "Number of programs created">];
}

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_GRAPHTOLOOP_TD
