//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/AnalyticSchedule.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/algorithms/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPCHOOSEALGORITHMSPASS
#include "transforms/loop/algorithms/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

struct ChooseAlgorithms
    : public mlir::tessera::loop::impl::LoopChooseAlgorithmsPassBase<
          ChooseAlgorithms> {
  using LoopChooseAlgorithmsPassBase::LoopChooseAlgorithmsPassBase;
  ChooseAlgorithms(std::shared_ptr<const ScheduleProvider> provider,
                   const LoopChooseAlgorithmsPassOptions &options)
      : LoopChooseAlgorithmsPassBase(options), provider(std::move(provider)) {}

  void runOnOperation() override {
    ProgramOp program = getOperation();
    CpuTargetAttr target = getRequiredTarget(program);
    if (!target) {
      return signalPassFailure();
    }
    if (exact) {
      return;
    }
    AnalyticScheduleProvider analytic;
    program.walk([&](NestOp nest) {
      if (nest->hasAttr(kAlgorithmAttrName)) {
        return;
      }
      std::optional<AlgorithmInterface> algorithm;
      if (provider) {
        algorithm = provider->getAlgorithm(nest, target);
      }
      if (!algorithm) {
        algorithm = analytic.getAlgorithm(nest, target);
      }
      if (algorithm && *algorithm) {
        nest->setAttr(kAlgorithmAttrName, *algorithm);
        ++numChosen;
      }
    });
  }

private:
  std::shared_ptr<const ScheduleProvider> provider;
};
} // namespace

std::unique_ptr<Pass> mlir::tessera::loop::createLoopChooseAlgorithmsPass(
    std::shared_ptr<const ScheduleProvider> provider, bool exact) {
  LoopChooseAlgorithmsPassOptions options;
  options.exact = exact;
  return std::make_unique<ChooseAlgorithms>(std::move(provider), options);
}
