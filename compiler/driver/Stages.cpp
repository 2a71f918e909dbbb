//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/Stages.h"
#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/algorithms/Passes.h"
#include "transforms/loop/blocking/Passes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::tessera;

loop::CpuTargetAttr mlir::tessera::getTargetAttr(MLIRContext *context,
                                                 const CpuTarget &target) {
  return loop::CpuTargetAttr::get(
      context, target.arch, llvm::join(target.features, ","), target.vectorBits,
      target.numVectorRegisters, target.l1Bytes, target.l2Bytes,
      target.l3Bytes);
}

void mlir::tessera::buildSchedulingPipeline(
    OpPassManager &manager, bool fuse, bool exact,
    std::shared_ptr<const loop::ScheduleProvider> schedules) {
  manager.addPass(loop::createLoopDeduplicateProgramsPass());
  OpPassManager &tensors = manager.nest<loop::ProgramOp>();
  if (fuse) {
    tensors.addPass(loop::createLoopFuseNestsPass());
  }
  tensors.addPass(createCSEPass());
  manager.addPass(loop::createLoopBufferizePass());
  manager.addPass(loop::createLoopMarkConstantsPass());
  manager.addNestedPass<loop::ProgramOp>(
      loop::createLoopChooseAlgorithmsPass(schedules, exact));
  manager.addPass(loop::createLoopExpandWinogradPass());
  manager.addPass(loop::createLoopSplitPhasesPass());
  OpPassManager &buffers = manager.nest<loop::ProgramOp>();
  buffers.addPass(loop::createLoopClipWindowsPass());
  buffers.addPass(loop::createLoopBlockBatchesPass());
  buffers.addPass(loop::createLoopCollapseDimsPass());
  buffers.addPass(loop::createLoopBlockRowsPass());
  buffers.addPass(loop::createLoopCollapseDimsPass());
  manager.addPass(loop::createLoopDeduplicateProgramsPass());
  manager.addPass(loop::createLoopMarkConstantsPass());
  manager.addNestedPass<loop::ProgramOp>(
      loop::createLoopAttachSchedulesPass(std::move(schedules)));
  manager.addPass(loop::createLoopPackOperandsPass());
  OpPassManager &scheduled = manager.nest<loop::ProgramOp>();
  scheduled.addPass(loop::createLoopPackComputedPass());
  scheduled.addPass(loop::createLoopPlanScratchPass());
}

namespace {
/// Plain loops, one element at a time, in the order of the dimensions.
class ScalarScheduleProvider : public loop::ScheduleProvider {
public:
  loop::ScheduleInterface getSchedule(loop::NestOp nest,
                                      loop::CpuTargetAttr) const override {
    MLIRContext *context = nest.getContext();
    SmallVector<int64_t> ones(nest.getNumDims(), 1);
    SmallVector<int64_t> zeros(nest.getNumDims(), 0), order;
    for (bool reductions : {false, true}) {
      for (unsigned d = 0; d < nest.getNumDims(); ++d) {
        if (nest.isReduction(d) == reductions) {
          order.push_back(d);
        }
      }
    }
    if (nest.getNumReductions() == 0) {
      return loop::ElementwiseScheduleAttr::get(context, -1, 1, ones, order,
                                                zeros, 0, false);
    }
    return loop::ReductionScheduleAttr::get(context, -1, 1, ones, order, zeros,
                                            0, false);
  }
};
} // namespace

void mlir::tessera::buildReferencePipeline(OpPassManager &manager) {
  manager.addPass(loop::createLoopDeduplicateProgramsPass());
  manager.addNestedPass<loop::ProgramOp>(loop::createLoopWidenFloatsPass());
  manager.addPass(loop::createLoopBufferizePass());
  OpPassManager &programs = manager.nest<loop::ProgramOp>();
  programs.addPass(loop::createLoopPlanScratchPass());
  programs.addPass(loop::createLoopAttachSchedulesPass(
      std::make_shared<ScalarScheduleProvider>()));
}

void mlir::tessera::buildEmissionPipeline(OpPassManager &manager) {
  OpPassManager &programs = manager.nest<loop::ProgramOp>();
  programs.addPass(loop::createLoopApplySchedulesPass());
  programs.addPass(loop::createLoopEmitTilesPass());
  programs.addPass(createCSEPass());
  programs.addPass(createCanonicalizerPass());
  programs.addPass(createCSEPass());
}

namespace {
struct SchedulingOptions : public PassPipelineOptions<SchedulingOptions> {
  Option<bool> fuse{*this, "fuse",
                    llvm::cl::desc("Fuse the nests of each program"),
                    llvm::cl::init(true)};
  Option<bool> exact{
      *this, "exact",
      llvm::cl::desc("Choose only algorithms that round as plain loops do"),
      llvm::cl::init(false)};
};
} // namespace

void mlir::tessera::registerStagePipelines() {
  PassPipelineRegistration<SchedulingOptions>(
      "loop-schedule-pipeline",
      "Turn programs on tensors into scheduled programs on buffers",
      [](OpPassManager &manager, const SchedulingOptions &options) {
        buildSchedulingPipeline(manager, options.fuse, options.exact, nullptr);
      });
  PassPipelineRegistration<>("loop-emit-pipeline",
                             "Turn scheduled programs into vector code",
                             buildEmissionPipeline);
}
