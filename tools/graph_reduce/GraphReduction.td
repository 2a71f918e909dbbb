//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TOOLS_GRAPH_REDUCE_GRAPHREDUCTION_TD
#define TESSERA_TOOLS_GRAPH_REDUCE_GRAPHREDUCTION_TD

include "mlir/Pass/PassBase.td"

def GraphReducePass : Pass<"graph-reduce", "ModuleOp"> {
  let summary = "Make a module smaller that a script calls interesting";
  let description = [{
    Tries changes one at a time, on a copy, and keeps each after which the
    module is valid and the script still calls it interesting, until none is:

    * functions and programs vanish;
    * a function returns earlier, with the results of an op inside;
    * an op is replaced by its first operand of the same type, otherwise by
      zeros, and what it alone used vanishes;
    * arguments that nothing uses vanish.

    The script gets the path of a `.mlir` file, and ends with 1 where the file
    is interesting, as for upstream's `reduction-tree`. Upstream's own pass only
    erases ops, so that it leaves a chain of ops that ends in a return as it is.

    **Requires** a module that is interesting. **Produces** a smaller one.
    **Does not handle** functions of several blocks, beyond removing them: their
    returns stay.

    Example: tests/tools/graph_reduce/graph-reduce.mlir
  }];
  let options = [
    Option<"test", "test", "std::string", "", "Path of the script">,
    ListOption<"testArguments", "test-arg", "std::string",
               "Arguments of the script, before the file">
  ];
  let statistics = [
    Statistic<"numTried", "num-tried", "changes tried">,
    Statistic<"numKept", "num-kept", "changes kept">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::tessera::graph::GraphDialect"];
}

#endif // TESSERA_TOOLS_GRAPH_REDUCE_GRAPHREDUCTION_TD
