//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/TensorValues.h"

#include "gtest/gtest.h"
#include <cmath>
#include <numeric>

using namespace mlir::tessera;
using tessera::DType;
using tessera::Tensor;

namespace {

template <typename T>
Tensor makeTensor(DType dtype, std::vector<int64_t> dims,
                  std::vector<T> values) {
  auto allocated = Tensor::allocate(dtype, std::move(dims));
  Tensor tensor = std::move(*allocated);
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}

Tensor makeFloats(std::vector<float> values) {
  return makeTensor<float>(DType::F32, {int64_t(values.size())}, values);
}

Tensor makeBound(std::vector<double> values) {
  return makeTensor<double>(DType::F64, {int64_t(values.size())}, values);
}

TEST(TensorValuesTest, ReadsEveryType) {
  auto number = [](DType dtype, auto value) {
    return getNumber(makeTensor<decltype(value)>(dtype, {1}, {value}), 0);
  };
  EXPECT_EQ(number(DType::F32, -1.5f), -1.5);
  EXPECT_EQ(number(DType::F64, 1e300), 1e300);
  EXPECT_EQ(number(DType::F16, uint16_t(0xbe00)), -1.5);
  EXPECT_EQ(number(DType::F16, uint16_t(1)), 0x1p-24);
  EXPECT_TRUE(std::isinf(number(DType::F16, uint16_t(0x7c00))));
  EXPECT_TRUE(std::isnan(number(DType::F16, uint16_t(0x7c01))));
  EXPECT_EQ(number(DType::BF16, uint16_t(0xbfc0)), -1.5);
  EXPECT_EQ(number(DType::I8, int8_t(-3)), -3);
  EXPECT_EQ(number(DType::U8, uint8_t(253)), 253);
  EXPECT_EQ(number(DType::I16, int16_t(-3)), -3);
  EXPECT_EQ(number(DType::U16, uint16_t(65533)), 65533);
  EXPECT_EQ(number(DType::I32, int32_t(-3)), -3);
  EXPECT_EQ(number(DType::U32, uint32_t(4294967293)), 4294967293);
  EXPECT_EQ(number(DType::I64, int64_t(-3)), -3);
  EXPECT_EQ(number(DType::U64, uint64_t(1) << 63), 0x1p63);
  EXPECT_EQ(number(DType::Bool, uint8_t(1)), 1);
}

TEST(TensorValuesTest, EqualWithoutBound) {
  Tensor a = makeFloats({1, NAN, INFINITY, 0});
  EXPECT_EQ(
      compareTensors(a, makeFloats({1, NAN, INFINITY, -0.0f}), nullptr).element,
      -1);
  TensorDifference difference =
      compareTensors(a, makeFloats({1, NAN, INFINITY, 0x1p-149f}), nullptr);
  EXPECT_EQ(difference.element, 3);
  EXPECT_TRUE(std::isinf(difference.worst));
  EXPECT_EQ(difference.allowed, 0);
}

TEST(TensorValuesTest, WithinBound) {
  Tensor got = makeFloats({1, 2, 3}), bound = makeBound({0.25, 0.25, 0.25});
  TensorDifference difference =
      compareTensors(got, makeFloats({1, 2.25f, 3.75f}), &bound);
  EXPECT_EQ(difference.element, 2);
  EXPECT_NEAR(difference.worst, 1.5, 1e-9);
  EXPECT_EQ(difference.got, 3);
  EXPECT_EQ(difference.expected, 3.75);
}

TEST(TensorValuesTest, NanIsNoNumber) {
  Tensor got = makeFloats({NAN}), bound = makeBound({100});
  EXPECT_EQ(compareTensors(got, makeFloats({1}), &bound).element, 0);
  EXPECT_EQ(compareTensors(makeFloats({1}), got, &bound).element, 0);
  EXPECT_EQ(
      compareTensors(makeFloats({1}), makeFloats({INFINITY}), &bound).element,
      0);
}

TEST(TensorValuesTest, CountsElementsWithoutBound) {
  Tensor bound = makeBound({INFINITY, NAN, 0});
  TensorDifference difference =
      compareTensors(makeFloats({1, 2, 3}), makeFloats({4, 5, 3}), &bound);
  EXPECT_EQ(difference.element, -1);
  EXPECT_EQ(difference.numUnbounded, 2);
}

TEST(TensorValuesTest, FindsLayouts) {
  std::vector<float> values(24);
  std::iota(values.begin(), values.end(), 1.0f);
  Tensor like = makeTensor(DType::F32, {2, 3, 4}, values);
  // The same, flat, and a shape that says nothing.
  std::vector<int64_t> same(24);
  std::iota(same.begin(), same.end(), 0);
  EXPECT_EQ(findLayout(like, like), same);
  EXPECT_EQ(findLayout(makeTensor(DType::F32, {6, 4}, values), like), same);
  EXPECT_TRUE(findLayout(makeFloats({1, 2}), like).empty());
  // Channels last.
  std::vector<float> last;
  std::vector<int64_t> order;
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t p = 0; p < 4; ++p) {
      for (int64_t c = 0; c < 3; ++c) {
        order.push_back((n * 3 + c) * 4 + p);
        last.push_back(values[order.back()]);
      }
    }
  }
  EXPECT_EQ(findLayout(makeTensor(DType::F32, {2, 4, 3}, last), like), order);
}

/// Shapes alone do not tell a square matrix from its transpose.
TEST(TensorValuesTest, FindsLayoutsByValues) {
  Tensor like = makeTensor<float>(DType::F32, {2, 2}, {1, 2, 3, 4});
  Tensor other = makeTensor<float>(DType::F32, {2, 2}, {1, 3, 2, 4});
  EXPECT_EQ(findLayout(other, like), (std::vector<int64_t>{0, 2, 1, 3}));
}

/// Values that are nearly the same across the diagonal: what rounding alone
/// makes nearer is no other order.
TEST(TensorValuesTest, KeepsTheOrderOfSymmetricValues) {
  float ulp = std::ldexp(1.0f, -22);
  Tensor like = makeTensor<float>(DType::F32, {2, 2}, {1, 3, 3 + 4 * ulp, 4});
  Tensor rounded =
      makeTensor<float>(DType::F32, {2, 2}, {1, 3 + 3 * ulp, 3 + 2 * ulp, 4});
  EXPECT_EQ(findLayout(rounded, like), (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST(TensorValuesTest, FillsWithSmallNumbers) {
  std::mt19937 random(1);
  for (DType dtype : {DType::F16, DType::BF16, DType::F32, DType::F64,
                      DType::I64, DType::Bool}) {
    auto zeros = Tensor::zeros(dtype, {100});
    Tensor tensor = std::move(*zeros);
    fillRandom(tensor, random);
    double sum = 0;
    for (int64_t i = 0; i < 100; ++i) {
      EXPECT_LT(std::fabs(getNumber(tensor, i)), 10);
      sum += std::fabs(getNumber(tensor, i));
    }
    EXPECT_GT(sum, 10);
  }
}

} // namespace
