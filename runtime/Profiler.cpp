// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Profiler.h"

#include "runtime/Printable.h"
#include "runtime/io/AtomicFile.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <utility>

namespace tessera {

static uint64_t nowNanoseconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u +
         static_cast<uint64_t>(now.tv_nsec);
}

void Profiler::Lane::hook(void *context, uint32_t index, uint32_t begin) {
  auto *lane = static_cast<Lane *>(context);
  uint64_t &start = index == kRunIndex ? lane->runBegin : lane->kernelBegin;
  if (begin) {
    start = nowNanoseconds();
    return;
  }
  lane->ring[lane->recorded % lane->ring.size()] = {index, start,
                                                    nowNanoseconds()};
  ++lane->recorded;
}

Profiler::Profiler(size_t eventsPerLane)
    : eventsPerLane(std::max<size_t>(eventsPerLane, 1)),
      startNanoseconds(nowNanoseconds()) {}

Profiler::Lane *Profiler::addLane(std::shared_ptr<const Package> package) {
  auto lane = std::make_unique<Lane>();
  lane->package = std::move(package);
  lane->ring.resize(eventsPerLane);
  std::lock_guard<std::mutex> lock(mutex);
  lanes.push_back(std::move(lane));
  return lanes.back().get();
}

std::vector<KernelTime> Profiler::summarize() const {
  std::lock_guard<std::mutex> lock(mutex);
  std::vector<KernelTime> times;
  std::vector<std::pair<const Package *, size_t>> firstOfPackage;
  for (const auto &lane : lanes) {
    const tessera_package &table = lane->package->table();
    auto known = std::find_if(
        firstOfPackage.begin(), firstOfPackage.end(),
        [&](const auto &entry) { return entry.first == lane->package.get(); });
    size_t first = times.size();
    if (known != firstOfPackage.end()) {
      first = known->second;
    } else {
      firstOfPackage.push_back({lane->package.get(), first});
      for (uint32_t i = 0; i < table.num_kernels; ++i) {
        const tessera_kernel_info &kernel = table.kernels[i];
        times.push_back({kernel.name, kernel.sources, kernel.schedule, 0, 0, 0,
                         kernel.flops, kernel.bytes});
      }
    }
    size_t kept = std::min<uint64_t>(lane->recorded, lane->ring.size());
    for (size_t i = 0; i < kept; ++i) {
      const Lane::Event &event = lane->ring[i];
      if (event.index >= table.num_kernels) {
        continue;
      }
      KernelTime &time = times[first + event.index];
      uint64_t duration = event.end - event.begin;
      time.minNanoseconds =
          time.calls ? std::min(time.minNanoseconds, duration) : duration;
      time.totalNanoseconds += duration;
      ++time.calls;
    }
  }
  return times;
}

/// Times in microseconds with three decimals, written from integers so that
/// long recordings keep their nanoseconds.
static std::string microseconds(uint64_t nanoseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%" PRIu64 ".%03u", nanoseconds / 1000,
                static_cast<unsigned>(nanoseconds % 1000));
  return text;
}

/// A rate in 10^9 a second, which is the same as one in a nanosecond.
static std::string gigaPerSecond(uint64_t amount, uint64_t nanoseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f",
                nanoseconds ? static_cast<double>(amount) /
                                  static_cast<double>(nanoseconds)
                            : 0.0);
  return text;
}

static std::string kernelArguments(const tessera_kernel_info &kernel,
                                   uint64_t duration) {
  return ",\"args\":{\"sources\":" + jsonString(kernel.sources) +
         ",\"schedule\":" + jsonString(kernel.schedule) +
         ",\"flops\":" + std::to_string(kernel.flops) +
         ",\"bytes\":" + std::to_string(kernel.bytes) +
         ",\"gflops\":" + gigaPerSecond(kernel.flops, duration) +
         ",\"gbytes_per_s\":" + gigaPerSecond(kernel.bytes, duration) + "}";
}

std::string Profiler::chromeTrace() const {
  std::lock_guard<std::mutex> lock(mutex);
  std::string out = "{\"traceEvents\":[";
  uint64_t dropped = 0;
  bool first = true;
  auto append = [&](const std::string &event) {
    out += (first ? "\n" : ",\n") + event;
    first = false;
  };
  for (size_t row = 0; row < lanes.size(); ++row) {
    const Lane &lane = *lanes[row];
    const tessera_package &table = lane.package->table();
    std::string place = ",\"pid\":1,\"tid\":" + std::to_string(row);
    append("{\"name\":\"thread_name\",\"ph\":\"M\"" + place +
           ",\"args\":{\"name\":" +
           jsonString("session " + std::to_string(row) + ": " +
                      lane.package->name()) +
           "}}");
    uint64_t kept = std::min<uint64_t>(lane.recorded, lane.ring.size());
    dropped += lane.recorded - kept;
    for (uint64_t i = lane.recorded - kept; i < lane.recorded; ++i) {
      const Lane::Event &event = lane.ring[i % lane.ring.size()];
      bool isKernel = event.index < table.num_kernels;
      uint64_t duration = event.end - event.begin;
      append(std::string("{\"name\":") +
             (isKernel ? jsonString(table.kernels[event.index].name)
                       : std::string("\"run\"")) +
             ",\"cat\":" + (isKernel ? "\"kernel\"" : "\"run\"") +
             ",\"ph\":\"X\",\"ts\":" +
             microseconds(event.begin - startNanoseconds) +
             ",\"dur\":" + microseconds(duration) + place +
             (isKernel ? kernelArguments(table.kernels[event.index], duration)
                       : std::string()) +
             "}");
    }
  }
  return out +
         "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{"
         "\"dropped_events\":" +
         std::to_string(dropped) + "}}\n";
}

Status Profiler::writeChromeTrace(const std::string &path) const {
  return writeFileAtomically(path, {chromeTrace()});
}

} // namespace tessera
