//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The stages of a compile, each a list of passes, and the evaluator that runs
/// compiled code at compile time.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_STAGES_H
#define TESSERA_COMPILER_DRIVER_STAGES_H

#include "compiler/target/CpuTarget.h"
#include "dialects/loop/ScheduleProvider.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <memory>

namespace mlir::tessera {

/// The target as an attribute of programs.
loop::CpuTargetAttr getTargetAttr(MLIRContext *context,
                                  const CpuTarget &target);

/// Programs on tensors to scheduled programs on buffers whose constant operands
/// are packed by programs of their own. The module has `loop.target`. `exact`
/// allows no algorithm that rounds other than plain loops do.
void buildSchedulingPipeline(
    OpPassManager &manager, bool fuse, bool exact,
    std::shared_ptr<const loop::ScheduleProvider> schedules);

/// The same for a reference: plain scalar loops in f64, nothing fused, nothing
/// packed.
void buildReferencePipeline(OpPassManager &manager);

/// Scheduled programs to vector code.
void buildEmissionPipeline(OpPassManager &manager);

/// Registers `loop-schedule-pipeline` and `loop-emit-pipeline`.
void registerStagePipelines();

/// Replaces calls and views of constants by constants, computed by compiled
/// code; programs that nothing calls any more go. `module` is as
/// buildSchedulingPipeline leaves it.
LogicalResult foldConstantCalls(ModuleOp module);

/// Computes a module whose `func.func @main() -> (tensors...)` holds graph ops
/// on constants: one attribute for each result. Same bits on every machine: the
/// code is compiled for a fixed baseline without contraction.
FailureOr<SmallVector<ElementsAttr>> evaluateGraph(ModuleOp module);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_STAGES_H
