//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace mlir::tessera::graph;

void mlir::tessera::graph::buildGraphPipeline(
    OpPassManager &manager, const GraphPipelineOptions &options,
    ConstantEvaluator evaluator) {
  auto cleanUp = [&] {
    manager.addPass(createCanonicalizerPass());
    manager.addPass(createCSEPass());
  };
  auto foldConstants = [&] {
    manager.addPass(createGraphFoldConstantsPass(evaluator));
  };
  auto simplify = [&] {
    manager.addNestedPass<func::FuncOp>(createGraphSimplifyPass());
    cleanUp();
  };

  cleanUp();
  if (options.level == 0) {
    foldConstants();
    return;
  }
  simplify();
  foldConstants();
  if (options.level >= 2) {
    simplify();
  }
  manager.addNestedPass<func::FuncOp>(createGraphConvertLayoutPass());
  cleanUp();
  // Filters and per-channel constants in their new layout.
  foldConstants();
  cleanUp();
  manager.addNestedPass<func::FuncOp>(createGraphHoistPaddingPass());
  manager.addNestedPass<func::FuncOp>(createGraphFuseRegionsPass());
}

void mlir::tessera::graph::registerGraphTransforms(
    ConstantEvaluator evaluator) {
  // The registry keeps a flag's first pass: this one, not the one below.
  registerPass([evaluator] { return createGraphFoldConstantsPass(evaluator); });
  registerGraphPasses();
  PassPipelineRegistration<GraphPipelineOptions>(
      "graph-optimize-pipeline", "Turn an imported network into fused regions",
      [evaluator](OpPassManager &manager, const GraphPipelineOptions &options) {
        buildGraphPipeline(manager, options, evaluator);
      });
}
