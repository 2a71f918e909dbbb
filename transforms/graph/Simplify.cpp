//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "transforms/graph/SimplifyPatterns.h"

namespace mlir::tessera::graph {
#define GEN_PASS_DEF_GRAPHSIMPLIFYPASS
#include "transforms/graph/Passes.h.inc"
} // namespace mlir::tessera::graph

using namespace mlir;
using namespace mlir::tessera::graph;

void mlir::tessera::graph::populateSimplifyPatterns(
    RewritePatternSet &patterns) {
  populateSimplifyActivationPatterns(patterns);
  populateSimplifyArithmeticPatterns(patterns);
  populateSimplifyContractionPatterns(patterns);
  populateSimplifyMatmulPatterns(patterns);
  populateSimplifyMovementPatterns(patterns);
  populateSimplifyNormalizationPatterns(patterns);
}

namespace {

struct SimplifyPass
    : public mlir::tessera::graph::impl::GraphSimplifyPassBase<SimplifyPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateSimplifyPatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    bool changed = false;
    if (failed(applyPatternsAndFoldGreedily(getOperation(), patterns, {},
                                            &changed))) {
      // The driver's limit was reached: what was rewritten so far is valid.
      getOperation()->emitRemark("simplification stopped before its end");
    }
    numRewritten += changed;
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace
