//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The entry points by which a stock mlir-opt takes in Tessera's dialects and
/// passes. README.md says how it is loaded and what it leaves out.
///
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "dialects/graph/GraphDialect.h"
#include "dialects/loop/LoopDialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "transforms/graph/Pipelines.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/algorithms/Passes.h"
#include "transforms/loop/blocking/Passes.h"
#include "llvm/Config/llvm-config.h"

using namespace mlir;
using namespace mlir::tessera;

static void registerDialects(DialectRegistry *registry) {
  registry->insert<graph::GraphDialect, loop::LoopDialect>();
}

static void registerPasses() {
  graph::registerGraphTransforms();
  registerGraphToLoopPasses();
  loop::registerLoopPasses();
  loop::registerLoopAlgorithmPasses();
  loop::registerLoopBlockingPasses();
  loop::registerLoopToLlvm();
}

extern "C" DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "tessera", LLVM_VERSION_STRING,
          registerDialects};
}

extern "C" PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "tessera", LLVM_VERSION_STRING,
          registerPasses};
}
