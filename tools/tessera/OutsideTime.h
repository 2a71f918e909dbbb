// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of a run that is not spent in kernels: checks of arguments, the host
// function, the calls. Threads that kernels wake and wait for count as
// kernels'.
//
// It is a difference of times that are measured apart. Runs without a profile
// hook alternate, a group of each, with runs whose kernels the profiler times;
// a group of the former minus the sum of the kernels in the latter is one
// measurement. Both see the same clocks and neighbours. What the hook adds to a
// kernel's time, measured on empty kernels, is taken off.
//
// Example:
//   Result<OutsideTime> outside =
//       measureOutsideTime(package, &pool, inputs, outputs, 0.5);
#ifndef TESSERA_TOOLS_TESSERA_OUTSIDE_TIME_H
#define TESSERA_TOOLS_TESSERA_OUTSIDE_TIME_H

#include "runtime/Session.h"

#include <memory>
#include <vector>

namespace tessera::tool {

/// Microseconds of one run; half of the measurements lie between the quartiles.
/// Where they are far apart, or below zero, runs vary by more than is looked
/// for.
struct OutsideTime {
  double median = 0, lowerQuartile = 0, upperQuartile = 0;
};

/// Measures for about `seconds`, at least five times. `pool` may be null.
/// Errors: those of Session::create and of a run.
Result<OutsideTime>
measureOutsideTime(const std::shared_ptr<const Package> &package,
                   ThreadPool *pool, const std::vector<Tensor> &inputs,
                   std::vector<Tensor> &outputs, double seconds);

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_OUTSIDE_TIME_H
