// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/OutsideTime.h"

#include <algorithm>
#include <chrono>

namespace tessera::tool {

namespace {

constexpr size_t minMeasurements = 5;
/// A group of runs takes about as long: short enough that most are not
/// interrupted.
constexpr double groupSeconds = 2e-4;
constexpr int emptyKernels = 1000;
constexpr int emptyRounds = 20;

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Nanoseconds of all kernels that `profiler` still holds.
double sumKernels(const Profiler &profiler) {
  double sum = 0;
  for (const KernelTime &kernel : profiler.summarize()) {
    sum += static_cast<double>(kernel.totalNanoseconds);
  }
  return sum;
}

/// Nanoseconds that the profiler sees in a kernel that does nothing.
double measureEmptyKernel(const std::shared_ptr<const Package> &package) {
  Profiler profiler(emptyKernels);
  Profiler::Lane *lane = profiler.addLane(package);
  double least = 0;
  for (int round = 0; round < emptyRounds; ++round) {
    for (int i = 0; i < emptyKernels; ++i) {
      Profiler::Lane::hook(lane, 0, 1);
      Profiler::Lane::hook(lane, 0, 0);
    }
    const double mean = sumKernels(profiler) / emptyKernels;
    least = round == 0 ? mean : std::min(least, mean);
  }
  return least;
}

/// Seconds of one run, of `runs` after one that is not counted.
Result<double> timeGroup(Session &session, const std::vector<Tensor> &inputs,
                         std::vector<Tensor> &outputs, size_t runs) {
  Clock::time_point begin;
  for (size_t i = 0; i <= runs; ++i) {
    if (i == 1) {
      begin = Clock::now();
    }
    Status status = session.run(inputs, outputs);
    if (!status.ok()) {
      return status;
    }
  }
  return secondsSince(begin) / static_cast<double>(runs);
}

} // namespace

Result<OutsideTime>
measureOutsideTime(const std::shared_ptr<const Package> &package,
                   ThreadPool *pool, const std::vector<Tensor> &inputs,
                   std::vector<Tensor> &outputs, double seconds) {
  SessionOptions options;
  options.pool = pool;
  Result<std::unique_ptr<Session>> plain = Session::create(package, options);
  if (!plain.ok()) {
    return plain.status();
  }
  const Result<double> estimate = timeGroup(**plain, inputs, outputs, 1);
  if (!estimate.ok()) {
    return estimate.status();
  }
  const size_t runs =
      1 + static_cast<size_t>(groupSeconds / std::max(*estimate, 1e-9));
  // The ring holds the runs of a group that count, and an event for each run.
  const uint32_t kernels = package->table().num_kernels;
  Profiler profiler(runs * (size_t{kernels} + 1));
  options.profiler = &profiler;
  Result<std::unique_ptr<Session>> profiled = Session::create(package, options);
  if (!profiled.ok()) {
    return profiled.status();
  }
  const double empty =
      kernels > 0 ? kernels * measureEmptyKernel(package) : 0.0;
  std::vector<double> differences;
  const Clock::time_point begin = Clock::now();
  while (differences.size() < minMeasurements ||
         secondsSince(begin) < seconds) {
    const Result<double> whole = timeGroup(**plain, inputs, outputs, runs);
    const Result<double> hooked = timeGroup(**profiled, inputs, outputs, runs);
    for (const Result<double> *time : {&whole, &hooked}) {
      if (!time->ok()) {
        return time->status();
      }
    }
    const double inside =
        sumKernels(profiler) / static_cast<double>(runs) - empty;
    differences.push_back(*whole * 1e6 - inside * 1e-3);
  }
  std::sort(differences.begin(), differences.end());
  const size_t n = differences.size();
  return OutsideTime{differences[n / 2], differences[n / 4],
                     differences[n - 1 - n / 4]};
}

} // namespace tessera::tool
