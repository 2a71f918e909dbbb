// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/OutsideTime.h"

#include "runtime/testing/PackageFixture.h"

#include <gtest/gtest.h>

namespace tessera::tool {
namespace {

class OutsideTimeTest : public ::testing::Test {
protected:
  void SetUp() override {
    auto loaded = Package::load(fixture.package("m.so"));
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    package = *loaded;
    inputs.push_back(std::move(*Tensor::zeros(DType::F32, {2, 3})));
    inputs.push_back(std::move(*Tensor::zeros(DType::F32, {2, 3})));
    outputs = std::move(*(*Session::create(package, {}))->allocateOutputs());
  }

  testing::PackageFixture fixture;
  std::shared_ptr<const Package> package;
  std::vector<Tensor> inputs, outputs;
};

/// A run of the fake package takes well under a microsecond; the bound leaves
/// room for other work on the machine.
TEST_F(OutsideTimeTest, IsBetweenZeroAndTheWholeRun) {
  Result<OutsideTime> time =
      measureOutsideTime(package, nullptr, inputs, outputs, 0.05);
  ASSERT_TRUE(time.ok()) << time.message();
  EXPECT_LE(time->lowerQuartile, time->median);
  EXPECT_LE(time->median, time->upperQuartile);
  EXPECT_GT(time->median, 0) << "arguments are checked outside of kernels";
  EXPECT_LT(time->median, 20);
}

TEST_F(OutsideTimeTest, ARunThatFailsIsAnError) {
  inputs.pop_back();
  Result<OutsideTime> time =
      measureOutsideTime(package, nullptr, inputs, outputs, 0.01);
  ASSERT_FALSE(time.ok());
  EXPECT_NE(time.message().find("expected 2 inputs, but got 1"),
            std::string::npos)
      << time.message();
}

} // namespace
} // namespace tessera::tool
