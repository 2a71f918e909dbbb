//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Default schedules by an analytic model of registers and issue slots.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_ANALYTICSCHEDULE_H
#define TESSERA_TRANSFORMS_LOOP_ANALYTICSCHEDULE_H

#include "dialects/loop/ScheduleProvider.h"

namespace mlir::tessera::loop {

/// Always answers: with a scalar schedule in the worst case.
class AnalyticScheduleProvider : public ScheduleProvider {
public:
  ScheduleInterface getSchedule(NestOp nest,
                                CpuTargetAttr target) const override;
  /// Winograd's minimal filtering where a model of cycles says that it pays.
  std::optional<AlgorithmInterface>
  getAlgorithm(NestOp nest, CpuTargetAttr target) const override;
};

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_ANALYTICSCHEDULE_H
