//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Passes that stay in the graph dialect; Passes.td describes each. Their order
/// is in Pipelines.h.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_PASSES_H
#define TESSERA_TRANSFORMS_GRAPH_PASSES_H

#include "mlir/Pass/Pass.h"

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinOps.h"

#include <functional>
#include <memory>

namespace mlir {
class RewritePatternSet;
namespace func {
class FuncOp;
} // namespace func
} // namespace mlir

namespace mlir::tessera::graph {

/// Computes a module that holds `func.func @main() -> (tensors...)` made of
/// graph ops on constants, and returns one attribute for each result, of the
/// result's type. May change the module. A failure leaves the ops unfolded;
/// the evaluator reports it.
using ConstantEvaluator =
    std::function<FailureOr<SmallVector<ElementsAttr>>(ModuleOp)>;

#define GEN_PASS_DECL
#include "transforms/graph/Passes.h.inc"

/// The pass with an evaluator; createGraphFoldConstantsPass() has none.
std::unique_ptr<Pass>
createGraphFoldConstantsPass(ConstantEvaluator evaluator,
                             GraphFoldConstantsPassOptions options = {});

/// Adds all patterns of `graph-simplify`.
void populateSimplifyPatterns(RewritePatternSet &patterns);

/// Adds the patterns that clean up after `graph-convert-layout`: transposes
/// that join, cancel, or only move unit dimensions.
void populateConvertLayoutPatterns(RewritePatternSet &patterns);

/// Name of the attribute that says why an op was not fused with a neighbour.
constexpr llvm::StringLiteral kNotFusedAttrName = "graph.not_fused";

#define GEN_PASS_REGISTRATION
#include "transforms/graph/Passes.h.inc"

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_PASSES_H
