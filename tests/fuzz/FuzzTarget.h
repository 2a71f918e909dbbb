// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fuzz target: one function over any bytes, for libFuzzer and for
// RunCorpus.cpp. It returns 0 and stops the process where a promise is broken.
#ifndef TESSERA_TESTS_FUZZ_FUZZTARGET_H
#define TESSERA_TESTS_FUZZ_FUZZTARGET_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace tessera::fuzz {

/// Stops the process, as a crash does, unless the code under test kept its
/// promise.
inline void expect(bool condition, const char *promise) {
  if (!condition) {
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
  }
}

} // namespace tessera::fuzz

#endif // TESSERA_TESTS_FUZZ_FUZZTARGET_H
