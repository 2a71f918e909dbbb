// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/conformance/IsolatedTests.h"

#include "gtest/gtest.h"

#include <csignal>
#include <map>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace tessera::conformance {
namespace {

std::map<size_t, std::string>
runAll(const std::vector<std::function<std::string()>> &tests,
       const IsolationOptions &options) {
  std::map<size_t, std::string> outcomes;
  runIsolated(
      tests.size(), options, [&](size_t index) { return tests[index](); },
      [&](size_t index, const std::string &outcome) {
        outcomes[index] = outcome;
      });
  return outcomes;
}

TEST(IsolatedTestsTest, EachEndIsTold) {
  IsolationOptions options;
  options.seconds = 1;
  const std::map<size_t, std::string> outcomes = runAll(
      {
          [] { return std::string("pass"); },
          [] {
            ::raise(SIGKILL);
            return std::string();
          },
          [] {
            ::pause();
            return std::string();
          },
          []() -> std::string { ::_exit(3); },
          [] { return std::string(100'000, 'x'); },
          [] {
            // Beyond the limit of memory.
            void *block = ::mmap(nullptr, size_t(64) << 30, PROT_READ,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            return std::string(block == MAP_FAILED ? "refused" : "mapped");
          },
      },
      options);
  ASSERT_EQ(outcomes.size(), 6u);
  EXPECT_EQ(outcomes.at(0), "pass");
  EXPECT_EQ(outcomes.at(1), "crash: signal 9 (Killed)");
  EXPECT_EQ(outcomes.at(2), "crash: over 1 s");
  EXPECT_EQ(outcomes.at(3), "crash: exit code 3");
  EXPECT_EQ(outcomes.at(4).size(), 100'000u);
  EXPECT_EQ(outcomes.at(5), "refused");
}

} // namespace
} // namespace tessera::conformance
