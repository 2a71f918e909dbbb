//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/AnalyticSchedule.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/ProgramFacts.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPATTACHSCHEDULESPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {
struct AttachSchedules
    : public mlir::tessera::loop::impl::LoopAttachSchedulesPassBase<
          AttachSchedules> {
  using LoopAttachSchedulesPassBase::LoopAttachSchedulesPassBase;
  explicit AttachSchedules(std::shared_ptr<const ScheduleProvider> provider)
      : provider(std::move(provider)) {}

  void runOnOperation() override {
    ProgramOp program = getOperation();
    CpuTargetAttr target = getRequiredTarget(program);
    if (!target) {
      return signalPassFailure();
    }
    AnalyticScheduleProvider analytic;
    program.walk([&](NestOp nest) {
      if (nest.getSchedule()) {
        return;
      }
      ScheduleInterface schedule;
      if (provider) {
        schedule = provider->getSchedule(nest, target);
      }
      if (!schedule) {
        schedule = analytic.getSchedule(nest, target);
        ++numDefaults;
      }
      numScalar += schedule.getLanes() == 1;
      nest.setScheduleAttr(schedule);
    });
  }

private:
  std::shared_ptr<const ScheduleProvider> provider;
};
} // namespace

std::unique_ptr<Pass> mlir::tessera::loop::createLoopAttachSchedulesPass(
    std::shared_ptr<const ScheduleProvider> provider) {
  return std::make_unique<AttachSchedules>(std::move(provider));
}
