//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The order in which the graph dialect's passes run.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_PIPELINES_H
#define TESSERA_TRANSFORMS_GRAPH_PIPELINES_H

#include "mlir/Pass/PassOptions.h"
#include "transforms/graph/Passes.h"

namespace mlir::tessera::graph {

struct GraphPipelineOptions : public PassPipelineOptions<GraphPipelineOptions> {
  Option<unsigned> level{
      *this, "level",
      llvm::cl::desc("0: canonical form only; 1: simplification, layout and "
                     "fusion; 2 and 3: simplification again on the constants "
                     "that folding found"),
      llvm::cl::init(2)};
};

/// Adds the passes that turn an imported network into fused regions. Without
/// an evaluator tensors stay unfolded.
void buildGraphPipeline(OpPassManager &manager,
                        const GraphPipelineOptions &options,
                        ConstantEvaluator evaluator = {});

/// Registers the folder's passes and `graph-optimize-pipeline`. The first call
/// decides the evaluator of `graph-fold-constants`.
void registerGraphTransforms(ConstantEvaluator evaluator = {});

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_PIPELINES_H
