// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/benchmark/FmaPeak.h"

#include <benchmark/benchmark.h>

#include <ctime>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tessera::benchmarks {

namespace {

/// Two units of four cycles latency need eight chains.
constexpr int numChains = 12;
constexpr int numSteps = 24000;

#if defined(__x86_64__)
/// Returns the number of operations.
__attribute__((target("avx512f"))) double runWide() {
  __m512 sums[numChains];
  for (int i = 0; i < numChains; ++i) {
    sums[i] = _mm512_set1_ps(static_cast<float>(i));
  }
  __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(0.001f);
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  for (int step = 0; step < numSteps; ++step) {
#pragma clang loop unroll(full)
    for (int i = 0; i < numChains; ++i) {
      sums[i] = _mm512_fmadd_ps(sums[i], factor, term);
    }
  }
  for (int i = 1; i < numChains; ++i) {
    sums[0] = _mm512_add_ps(sums[0], sums[i]);
  }
  benchmark::DoNotOptimize(sums[0]);
  return 2.0 * 16 * numChains * numSteps;
}

__attribute__((target("avx2,fma"))) double runNarrow() {
  __m256 sums[numChains];
  for (int i = 0; i < numChains; ++i) {
    sums[i] = _mm256_set1_ps(static_cast<float>(i));
  }
  __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(0.001f);
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  for (int step = 0; step < numSteps; ++step) {
#pragma clang loop unroll(full)
    for (int i = 0; i < numChains; ++i) {
      sums[i] = _mm256_fmadd_ps(sums[i], factor, term);
    }
  }
  for (int i = 1; i < numChains; ++i) {
    sums[0] = _mm256_add_ps(sums[0], sums[i]);
  }
  benchmark::DoNotOptimize(sums[0]);
  return 2.0 * 8 * numChains * numSteps;
}

bool hasWide() { return __builtin_cpu_supports("avx512f"); }
bool hasNarrow() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
double runWide() { return 0; }
double runNarrow() { return 0; }
bool hasWide() { return false; }
bool hasNarrow() { return false; }
#endif

} // namespace

double threadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

double measureFmaPeak() {
  if (!hasWide() && !hasNarrow()) {
    return 0;
  }
  const double begin = threadSeconds();
  const double flops = hasWide() ? runWide() : runNarrow();
  return flops / (threadSeconds() - begin);
}

const char *peakClass() {
  return hasWide() ? "AVX-512" : hasNarrow() ? "AVX2" : "none";
}

} // namespace tessera::benchmarks
