// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Records when each kernel of a package ran, and writes a Chrome trace.
//
// A session gets a lane of its own: a ring of events, allocated when the lane
// is made, so that recording neither allocates nor locks. A full ring drops
// its oldest events; the trace says how many. One event costs two clock reads.
//
// The trace (chrome://tracing, ui.perfetto.dev) has one row for each lane, and
// for each kernel its sources, schedule, flops, bytes, GFLOP/s and GB/s.
//
// Ownership: lanes live as long as the profiler, which must outlive the
// sessions; a lane keeps its package loaded.
// Thread safety: addLane may be called from any thread; a lane records on one
// thread at a time. Reading (summarize, writeChromeTrace) is allowed while no
// session with a lane runs.
//
// Example:
//   Profiler profiler;
//   SessionOptions options;
//   options.profiler = &profiler;
//   ... run ...
//   Status status = profiler.writeChromeTrace("trace.json");
#ifndef TESSERA_RUNTIME_PROFILER_H
#define TESSERA_RUNTIME_PROFILER_H

#include "runtime/Package.h"
#include "runtime/Status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tessera {

/// The time of one kernel over all recorded calls.
struct KernelTime {
  std::string name;
  std::string sources;
  std::string schedule;
  uint64_t calls = 0;
  uint64_t totalNanoseconds = 0;
  uint64_t minNanoseconds = 0;
  /// Of one call.
  uint64_t flops = 0;
  uint64_t bytes = 0;
};

class Profiler {
public:
  /// Index of the event that covers a whole run.
  static constexpr uint32_t kRunIndex = UINT32_MAX;

  /// The events of one session.
  class Lane {
  public:
    /// A tessera_profile_hook whose `context` is a Lane.
    static void hook(void *context, uint32_t index, uint32_t begin);

  private:
    friend class Profiler;
    struct Event {
      uint32_t index;
      uint64_t begin;
      uint64_t end;
    };

    std::shared_ptr<const Package> package;
    std::vector<Event> ring;
    uint64_t recorded = 0;
    uint64_t kernelBegin = 0;
    uint64_t runBegin = 0;
  };

  /// Each lane keeps its last `eventsPerLane` events, at least 1.
  explicit Profiler(size_t eventsPerLane = 1 << 16);
  Profiler(const Profiler &) = delete;
  Profiler &operator=(const Profiler &) = delete;

  /// A new lane, owned by the profiler.
  Lane *addLane(std::shared_ptr<const Package> package);

  /// The kernels of every package that was recorded, in package order.
  std::vector<KernelTime> summarize() const;

  /// The trace as JSON text.
  std::string chromeTrace() const;

  /// Writes the trace, whole or not at all.
  Status writeChromeTrace(const std::string &path) const;

private:
  mutable std::mutex mutex;
  size_t eventsPerLane;
  uint64_t startNanoseconds;
  std::vector<std::unique_ptr<Lane>> lanes;
};

} // namespace tessera

#endif // TESSERA_RUNTIME_PROFILER_H
