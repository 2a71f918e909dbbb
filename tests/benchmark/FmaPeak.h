// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rate of multiply-adds that this core reaches right now.
#ifndef TESSERA_TESTS_BENCHMARK_FMAPEAK_H
#define TESSERA_TESTS_BENCHMARK_FMAPEAK_H

namespace tessera::benchmarks {

/// CPU seconds of the calling thread.
double threadSeconds();

/// Flops per second of about 0.2 ms of f32 multiply-adds in registers, by the
/// widest vectors that the CPU has; 0 where it has none with FMA.
double measureFmaPeak();

/// The vectors that measureFmaPeak uses: "AVX-512", "AVX2" or "none".
const char *peakClass();

} // namespace tessera::benchmarks

#endif // TESSERA_TESTS_BENCHMARK_FMAPEAK_H
