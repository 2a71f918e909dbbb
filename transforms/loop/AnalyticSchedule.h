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

/// Arguments of a program that hold constants at all of its calls, and may be
/// packed, carry this attribute.
inline constexpr llvm::StringLiteral kConstantArgAttrName = "loop.constant";

/// The program's argument that `value` is, seen through reshapes; null if none.
BlockArgument getProgramArgument(Value value);

/// Always answers: with a scalar schedule in the worst case.
class AnalyticScheduleProvider : public ScheduleProvider {
public:
  ScheduleInterface getSchedule(NestOp nest,
                                CpuTargetAttr target) const override;
};

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_ANALYTICSCHEDULE_H
