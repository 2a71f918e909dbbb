// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/TensorComparison.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <vector>

namespace tessera::tool {
namespace {

using ::testing::HasSubstr;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

template <typename T>
Tensor makeTensor(DType dtype, std::vector<int64_t> dims,
                  const std::vector<T> &values) {
  Result<Tensor> tensor = Tensor::allocate(dtype, std::move(dims));
  std::copy(values.begin(), values.end(), tensor->data<T>());
  return std::move(*tensor);
}

Tensor floats(const std::vector<float> &values) {
  return makeTensor(DType::F32, {static_cast<int64_t>(values.size())}, values);
}

TEST(TensorComparisonTest, TolerancesAdd) {
  const Tolerance tolerance{0.1, 0.5};
  double difference = 0;
  EXPECT_TRUE(
      compareTensors(floats({11.25f}), floats({10}), tolerance, &difference)
          .ok());
  EXPECT_EQ(difference, 1.25);
  EXPECT_FALSE(compareTensors(floats({11.75f}), floats({10}), tolerance).ok());
}

TEST(TensorComparisonTest, NanAndInfinityEqualThemselves) {
  EXPECT_TRUE(compareTensors(floats({nan, infinity, -infinity}),
                             floats({nan, infinity, -infinity}), {})
                  .ok());
  EXPECT_FALSE(compareTensors(floats({nan}), floats({1}), {}).ok());
  EXPECT_FALSE(compareTensors(floats({1}), floats({nan}), {}).ok());
  EXPECT_FALSE(
      compareTensors(floats({infinity}), floats({-infinity}), {}).ok());
  EXPECT_FALSE(compareTensors(floats({1e30f}), floats({infinity}), {}).ok());
}

TEST(TensorComparisonTest, TheWorstElementIsNamed) {
  const Tensor got = makeTensor<float>(DType::F32, {2, 2}, {1, 2, 3, 4});
  const Tensor expected = makeTensor<float>(DType::F32, {2, 2}, {1, 3, 5, 4});
  EXPECT_THAT(compareTensors(got, expected, {}).message(),
              HasSubstr("2 of 4 elements differ; the worst at [1,0]: got 3, "
                        "expected 5"));
}

TEST(TensorComparisonTest, NanIsTheWorst) {
  EXPECT_THAT(compareTensors(floats({1, nan}), floats({1000, 0}), {}).message(),
              HasSubstr("the worst at [1]"));
}

TEST(TensorComparisonTest, IntegersAreExact) {
  const Tensor got = makeTensor<int64_t>(DType::I64, {2}, {1, INT64_MAX});
  const Tensor expected =
      makeTensor<int64_t>(DType::I64, {2}, {1, INT64_MAX - 1});
  EXPECT_THAT(compareTensors(got, expected, {1, 1}).message(),
              HasSubstr("got 9223372036854775807, expected "
                        "9223372036854775806 (must be equal)"));
}

TEST(TensorComparisonTest, TypesAndSizesMustBeEqual) {
  EXPECT_EQ(compareTensors(floats({1}), floats({1, 2}), {}).message(),
            "expected f32[2], but got f32[1]");
  EXPECT_EQ(
      compareTensors(floats({1}), makeTensor<int32_t>(DType::I32, {1}, {1}), {})
          .message(),
      "expected i32[1], but got f32[1]");
}

TEST(TensorComparisonTest, EmptyTensorsAreEqual) {
  EXPECT_TRUE(compareTensors(floats({}), floats({}), {}).ok());
}

TEST(TensorComparisonTest, ReadsNarrowFloats) {
  const Tensor half = makeTensor<uint16_t>(
      DType::F16, {5}, {0x3c00, 0xc000, 0x0001, 0x7c00, 0x7e00});
  EXPECT_EQ(floatElement(half, 0), 1);
  EXPECT_EQ(floatElement(half, 1), -2);
  EXPECT_EQ(floatElement(half, 2), std::ldexp(1, -24));
  EXPECT_EQ(floatElement(half, 3), infinity);
  EXPECT_TRUE(std::isnan(floatElement(half, 4)));
  const Tensor brain = makeTensor<uint16_t>(DType::BF16, {2}, {0x3fc0, 0xff80});
  EXPECT_EQ(floatElement(brain, 0), 1.5);
  EXPECT_EQ(floatElement(brain, 1), -infinity);
}

TEST(TensorComparisonTest, ShowsScalars) {
  const Tensor scalar = makeTensor<uint8_t>(DType::Bool, {}, {1});
  EXPECT_EQ(positionText(scalar, 0), "[]");
  EXPECT_EQ(elementText(scalar, 0), "true");
}

} // namespace
} // namespace tessera::tool
