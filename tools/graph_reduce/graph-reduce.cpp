//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// graph-reduce: makes a module small that a test script still calls
/// interesting, for bug reports and tests/regression.
///
//===----------------------------------------------------------------------===//

#include "tools/graph_opt/Registration.h"
#include "tools/graph_reduce/GraphReduction.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::tessera::registerDialects(registry);
  mlir::tessera::registerPasses(); // for -opt-reduction-pass
  mlir::tessera::registerGraphReductionPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
