//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// From `loop` programs on buffers to the LLVM dialect.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_CONVERSION_LOOP_TO_LLVM_LOOPTOLLVM_H
#define TESSERA_CONVERSION_LOOP_TO_LLVM_LOOPTOLLVM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::tessera::loop {

#define GEN_PASS_DECL
#include "conversion/loop_to_llvm/LoopToLlvm.h.inc"

#define GEN_PASS_REGISTRATION
#include "conversion/loop_to_llvm/LoopToLlvm.h.inc"

/// All of it, in order: programs to functions, math, and every op that remains
/// to the LLVM dialect.
void buildLoopToLlvmPipeline(OpPassManager &manager);

/// Registers the folder's passes and `loop-to-llvm-pipeline`.
void registerLoopToLlvm();

} // namespace mlir::tessera::loop

#endif // TESSERA_CONVERSION_LOOP_TO_LLVM_LOOPTOLLVM_H
