// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs tests in child processes, so that one that crashes, hangs or eats the
// memory is counted and harms no other.
//
// Thread safety: call it from a process that has one thread.
//
// Example:
//   runIsolated(tests.size(), {}, [&](size_t i) { return runTest(tests[i]); },
//               [&](size_t i, const std::string &outcome) { ... });
#ifndef TESSERA_TESTS_CONFORMANCE_ISOLATED_TESTS_H
#define TESSERA_TESTS_CONFORMANCE_ISOLATED_TESTS_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace tessera::conformance {

struct IsolationOptions {
  /// Children at a time.
  unsigned jobs = 2;
  /// Wall-clock limit of one child.
  unsigned seconds = 20;
  /// Address space of one child.
  uint64_t memoryBytes = uint64_t(4) << 30;
  /// Whether the children's stderr is kept.
  bool verbose = false;
};

/// Calls `test(0)` to `test(count - 1)`, each in a child, and `report` in this
/// process with what it returned, in the order in which they end. A child that
/// does not return gives "crash: signal 11 (Segmentation fault)" or
/// "crash: over 20 s".
void runIsolated(size_t count, const IsolationOptions &options,
                 const std::function<std::string(size_t index)> &test,
                 const std::function<void(size_t index,
                                          const std::string &outcome)> &report);

} // namespace tessera::conformance

#endif // TESSERA_TESTS_CONFORMANCE_ISOLATED_TESTS_H
