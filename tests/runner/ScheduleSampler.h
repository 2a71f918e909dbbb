//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Draws legal schedules of a nest at random.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TESTS_RUNNER_SCHEDULESAMPLER_H
#define TESSERA_TESTS_RUNNER_SCHEDULESAMPLER_H

#include "dialects/loop/LoopOps.h"

#include <random>

namespace mlir::tessera {

/// One element at a time, in the order of the dimensions.
loop::ScheduleInterface makeScalarSchedule(loop::NestOp nest);

/// A schedule that is legal for `nest`, which is on buffers, and that emission
/// accepts: any vector dimension, lanes, tiles, order, blocks, threads.
loop::ScheduleInterface drawSchedule(loop::NestOp nest, std::mt19937 &random);

} // namespace mlir::tessera

#endif // TESSERA_TESTS_RUNNER_SCHEDULESAMPLER_H
