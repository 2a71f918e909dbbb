// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The cost of one parallel loop, and how it grows with the pool.

#include "runtime/ThreadPool.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace tessera {
namespace {

void emptyBody(void *, int64_t, int64_t) {}

/// An empty loop: what fork and join cost.
void BM_ForkJoin(benchmark::State &state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    pool.parallelFor(emptyBody, nullptr, pool.numThreads());
  }
}

/// The same after the workers went to sleep.
void BM_ForkJoinParked(benchmark::State &state) {
  ThreadPool pool(static_cast<int>(state.range(0)), /*spinPauses=*/0);
  for (auto _ : state) {
    pool.parallelFor(emptyBody, nullptr, pool.numThreads());
  }
}

void scaleBody(void *context, int64_t begin, int64_t end) {
  auto *values = static_cast<float *>(context);
  for (int64_t i = begin; i < end; ++i) {
    values[i] = values[i] * 0.5f + 1.0f;
  }
}

/// A memory-bound loop over range(1) floats.
void BM_Scale(benchmark::State &state) {
  ThreadPool pool(static_cast<int>(state.range(0)));
  std::vector<float> values(static_cast<size_t>(state.range(1)), 1.0f);
  for (auto _ : state) {
    pool.parallelFor(scaleBody, values.data(), state.range(1));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(1) * 8);
}

void threadCounts(benchmark::internal::Benchmark *benchmark) {
  int cpus = availableCpus();
  benchmark->ArgName("threads")->UseRealTime();
  for (int threads = 1; threads < cpus; threads *= 2) {
    benchmark->Arg(threads);
  }
  benchmark->Arg(cpus);
}

void threadCountsAndSizes(benchmark::internal::Benchmark *benchmark) {
  benchmark->ArgNames({"threads", "floats"})->UseRealTime();
  for (int64_t floats : {1 << 12, 1 << 16, 1 << 20}) {
    for (int threads : {1, availableCpus()}) {
      benchmark->Args({threads, floats});
    }
  }
}

BENCHMARK(BM_ForkJoin)->Apply(threadCounts);
BENCHMARK(BM_ForkJoinParked)->Apply(threadCounts);
BENCHMARK(BM_Scale)->Apply(threadCountsAndSizes);

} // namespace
} // namespace tessera

BENCHMARK_MAIN();
