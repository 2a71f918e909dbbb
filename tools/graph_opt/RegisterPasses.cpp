//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tools/graph_opt/Registration.h"

#include "compiler/driver/Stages.h"
#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "mlir/Transforms/Passes.h"
#include "transforms/graph/Pipelines.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/algorithms/Passes.h"
#include "transforms/loop/blocking/Passes.h"

namespace mlir::tessera {

void registerPasses() {
  registerGraphToLoopPasses();
  registerTransformsPasses();
  graph::registerGraphTransforms();
  loop::registerLoopPasses();
  loop::registerLoopAlgorithmPasses();
  loop::registerLoopBlockingPasses();
  registerStagePipelines();
  loop::registerLoopToLlvm();
}

} // namespace mlir::tessera
