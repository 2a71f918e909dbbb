// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Tensor.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace tessera {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(TensorTest, OwnsAlignedZeroedMemory) {
  for (int64_t size : {0, 1, 7, 64, 1009}) {
    Result<Tensor> tensor = Tensor::zeros(DType::F32, {size, 3});
    ASSERT_TRUE(tensor.ok());
    EXPECT_EQ(tensor->numElements(), size * 3);
    EXPECT_EQ(tensor->numBytes(), static_cast<size_t>(size) * 12);
    ASSERT_NE(tensor->rawData(), nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->rawData()) % kTensorAlignment,
              0u);
    for (int64_t i = 0; i < tensor->numElements(); ++i) {
      ASSERT_EQ(tensor->data<float>()[i], 0.0f);
    }
  }
}

TEST(TensorTest, PrintsTypes) {
  EXPECT_EQ(Tensor::zeros(DType::F32, {1, 3, 2})->typeText(), "f32[1x3x2]");
  EXPECT_EQ(Tensor::zeros(DType::Bool, {})->typeText(), "bool[]");
}

TEST(TensorTest, RankZeroIsOneElement) {
  Result<Tensor> scalar = Tensor::zeros(DType::I64, {});
  EXPECT_EQ(scalar->numElements(), 1);
  EXPECT_EQ(scalar->numBytes(), 8u);
}

TEST(TensorTest, RefusesImpossibleShapes) {
  EXPECT_EQ(Tensor::zeros(DType::F32, {2, -1}).message(),
            "shape [2x-1]: expected sizes of 0 or more, but got -1");
  EXPECT_EQ(countElements({kMax, 2}).message(),
            "shape [9223372036854775807x2]: the number of elements exceeds 64 "
            "bits");
  EXPECT_EQ(countBytes(DType::F64, {kMax / 4}).message(),
            "f64[2305843009213693951]: the number of bytes exceeds the address "
            "space");
  EXPECT_EQ(countBytes(DType::I8, {kMax}).message(),
            "i8[9223372036854775807]: the number of bytes exceeds the address "
            "space");
  EXPECT_EQ(Tensor::zeros(DType::Invalid, {1}).message(),
            "expected an element type, but got the value 0");
}

TEST(TensorTest, AnEmptyTensorMayHaveHugeOtherSizes) {
  EXPECT_EQ(*countElements({kMax, kMax, 0}), 0);
  EXPECT_EQ(*countBytes(DType::F64, {kMax, kMax, 0}), 0u);
  EXPECT_EQ(countElements({0, -1}).ok(), false);
}

TEST(TensorTest, ViewBorrows) {
  float values[6] = {1, 2, 3, 4, 5, 6};
  Result<Tensor> view = Tensor::view(DType::F32, {2, 3}, values, sizeof values);
  ASSERT_TRUE(view.ok());
  view->data<float>()[5] = 60;
  EXPECT_EQ(values[5], 60);
  EXPECT_EQ(
      Tensor::view(DType::F32, {2, 3}, values, sizeof values - 1).message(),
      "f32[2x3]: expected 24 bytes, but got 23");
  EXPECT_EQ(Tensor::view(DType::F32, {1}, nullptr, 4).message(),
            "f32[1]: expected memory, but got a null pointer");
  EXPECT_TRUE(Tensor::view(DType::F32, {0}, nullptr, 0).ok());
}

TEST(TensorTest, AdoptKeepsTheOwner) {
  auto owner = std::make_shared<std::vector<int32_t>>(4, 9);
  std::weak_ptr<void> watch = owner;
  void *data = owner->data();
  Result<Tensor> tensor =
      Tensor::adopt(DType::I32, {4}, data, 16, std::move(owner));
  Tensor other = tensor->share();
  *tensor = Tensor();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(other.data<int32_t>()[3], 9);
  other = Tensor();
  EXPECT_TRUE(watch.expired());
}

TEST(TensorTest, MovedFromIsEmpty) {
  Tensor tensor = std::move(*Tensor::zeros(DType::F32, {2}));
  Tensor other = std::move(tensor);
  EXPECT_FALSE(tensor.valid());
  EXPECT_EQ(tensor.rawData(), nullptr);
  EXPECT_TRUE(other.valid());
  other = std::move(tensor);
  EXPECT_FALSE(other.valid());
}

TEST(TensorTest, CloneCopiesTheElements) {
  Tensor tensor = std::move(*Tensor::zeros(DType::U8, {3}));
  tensor.data<uint8_t>()[1] = 5;
  Tensor copy = std::move(*tensor.clone());
  tensor.data<uint8_t>()[1] = 6;
  EXPECT_EQ(copy.data<uint8_t>()[1], 5);
  EXPECT_EQ(copy.typeText(), "u8[3]");
}

TEST(TensorTest, BitcastWantsTheSameSize) {
  Tensor tensor = std::move(*Tensor::zeros(DType::U16, {3}));
  Result<Tensor> cast = tensor.bitcast(DType::BF16);
  ASSERT_TRUE(cast.ok());
  EXPECT_EQ(cast->typeText(), "bf16[3]");
  EXPECT_EQ(cast->rawData(), tensor.rawData());
  EXPECT_EQ(tensor.bitcast(DType::F32).message(),
            "cannot read u16[3] as f32: expected a type of the same size");
}

} // namespace
} // namespace tessera
