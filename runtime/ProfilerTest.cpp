// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Profiler.h"

#include "runtime/Session.h"
#include "runtime/testing/PackageFixture.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using testing::PackageFixture;

class ProfilerTest : public ::testing::Test {
protected:
  void SetUp() override {
    auto loaded = Package::load(fixture.package("m.so"));
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    package = *loaded;
  }

  void run(Profiler &profiler, int times) {
    SessionOptions options;
    options.profiler = &profiler;
    auto session = Session::create(package, options);
    std::vector<Tensor> inputs;
    inputs.push_back(std::move(*Tensor::zeros(DType::F32, {2, 3})));
    inputs.push_back(std::move(*Tensor::zeros(DType::F32, {2, 3})));
    std::vector<Tensor> outputs = std::move(*(*session)->allocateOutputs());
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE((*session)->run(inputs, outputs).ok());
    }
  }

  static size_t count(const std::string &text, const std::string &part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos;
         at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  }

  PackageFixture fixture;
  std::shared_ptr<const Package> package;
};

TEST_F(ProfilerTest, SummarizesKernels) {
  Profiler profiler;
  run(profiler, 3);
  run(profiler, 2);
  std::vector<KernelTime> times = profiler.summarize();
  ASSERT_EQ(times.size(), 2u) << "two sessions, one package";
  EXPECT_EQ(times[0].name, "add_0");
  EXPECT_EQ(times[0].sources, "Add_1;Relu_2");
  EXPECT_EQ(times[0].calls, 5u);
  EXPECT_EQ(times[1].calls, 5u);
  EXPECT_LE(times[1].minNanoseconds * 5, times[1].totalNanoseconds);
  EXPECT_EQ(times[1].flops, 6u);
}

TEST_F(ProfilerTest, TraceNamesEveryKernel) {
  Profiler profiler;
  run(profiler, 2);
  std::string trace = profiler.chromeTrace();
  EXPECT_EQ(count(trace, "\"cat\":\"kernel\""), 4u);
  EXPECT_EQ(count(trace, "\"cat\":\"run\""), 2u);
  EXPECT_EQ(count(trace, "\"sources\":\"Add_1;Relu_2\""), 2u);
  EXPECT_EQ(count(trace, "\"schedule\":\"#loop.schedule<tile = [2, 3]>\""), 2u);
  EXPECT_EQ(count(trace, "\"flops\":6,\"bytes\":72,\"gflops\":"), 4u);
  EXPECT_EQ(count(trace, "\"dropped_events\":0"), 1u);
}

TEST_F(ProfilerTest, AFullRingKeepsTheLastAndCountsTheRest) {
  Profiler profiler(4);
  run(profiler, 3); // three events each
  std::string trace = profiler.chromeTrace();
  EXPECT_EQ(count(trace, "\"ph\":\"X\""), 4u);
  EXPECT_EQ(count(trace, "\"dropped_events\":5"), 1u);
  EXPECT_EQ(profiler.summarize()[0].calls, 1u);
}

TEST_F(ProfilerTest, WritesTheTrace) {
  Profiler profiler;
  run(profiler, 1);
  std::string path = fixture.path("trace.json");
  ASSERT_TRUE(profiler.writeChromeTrace(path).ok());
  EXPECT_EQ(testing::readWholeFile(path), profiler.chromeTrace());
  EXPECT_EQ(profiler.writeChromeTrace(fixture.path("none/t.json")).message(),
            fixture.path("none/t.json") +
                ": cannot be written: No such file or directory");
}

TEST_F(ProfilerTest, AnEmptyTraceIsStillATrace) {
  EXPECT_EQ(Profiler().chromeTrace(),
            "{\"traceEvents\":[\n],\"displayTimeUnit\":\"ns\",\"otherData\":{"
            "\"dropped_events\":0}}\n");
}

} // namespace
} // namespace tessera
