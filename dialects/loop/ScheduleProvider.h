//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Who picks a schedule.
///
/// A provider answers for one nest at a time: the analytic one of
/// transforms/loop, later a database's or a learned one. Providers are called
/// from several threads at once.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_LOOP_SCHEDULEPROVIDER_H
#define TESSERA_DIALECTS_LOOP_SCHEDULEPROVIDER_H

#include "dialects/loop/LoopOps.h"

namespace mlir::tessera::loop {

class ScheduleProvider {
public:
  virtual ~ScheduleProvider() = default;
  /// A schedule that is legal for `nest`, which is on buffers, or null when
  /// this provider knows none.
  virtual ScheduleInterface getSchedule(NestOp nest,
                                        CpuTargetAttr target) const = 0;
  /// The algorithm that computes `nest`, which is on buffers; null for its own
  /// loops; none when this provider knows nothing about it.
  virtual std::optional<AlgorithmInterface>
  getAlgorithm(NestOp nest, CpuTargetAttr target) const {
    return std::nullopt;
  }
};

} // namespace mlir::tessera::loop

#endif // TESSERA_DIALECTS_LOOP_SCHEDULEPROVIDER_H
