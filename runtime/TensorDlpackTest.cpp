// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/TensorDlpack.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>

namespace tessera {
namespace {

static_assert(offsetof(DLTensor, device) == 8 &&
                  offsetof(DLTensor, ndim) == 16 &&
                  offsetof(DLTensor, dtype) == 20 &&
                  offsetof(DLTensor, shape) == 24 &&
                  offsetof(DLTensor, strides) == 32 &&
                  offsetof(DLTensor, byte_offset) == 40 &&
                  offsetof(DLManagedTensor, manager_ctx) == 48 &&
                  offsetof(DLManagedTensor, deleter) == 56,
              "the standard's layout");

/// A managed f32[2x3] that counts how often it is deleted.
struct Source {
  float values[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  int64_t shape[2] = {2, 3};
  int64_t strides[2] = {3, 1};
  int deleted = 0;
  DLManagedTensor managed = {};

  Source() {
    managed.dl_tensor.data = values;
    managed.dl_tensor.device = {kDLCPU, 0};
    managed.dl_tensor.ndim = 2;
    managed.dl_tensor.dtype = {kDLFloat, 32, 1};
    managed.dl_tensor.shape = shape;
    managed.dl_tensor.strides = strides;
    managed.manager_ctx = this;
    managed.deleter = [](DLManagedTensor *self) {
      ++static_cast<Source *>(self->manager_ctx)->deleted;
    };
  }

  std::string error() { return fromDlpack(&managed).message(); }
};

TEST(TensorDlpackTest, ImportsWithoutCopying) {
  Source source;
  {
    Result<Tensor> tensor = fromDlpack(&source.managed);
    ASSERT_TRUE(tensor.ok()) << tensor.message();
    EXPECT_EQ(tensor->typeText(), "f32[2x3]");
    EXPECT_EQ(tensor->rawData(), source.values);
    EXPECT_EQ(source.deleted, 0);
  }
  EXPECT_EQ(source.deleted, 1);
}

TEST(TensorDlpackTest, ImportsOffsetsAndMissingStrides) {
  Source source;
  source.managed.dl_tensor.byte_offset = 8;
  source.managed.dl_tensor.strides = nullptr;
  Result<Tensor> tensor = fromDlpack(&source.managed);
  ASSERT_TRUE(tensor.ok());
  EXPECT_EQ(tensor->data<float>()[0], 2.0f);
}

TEST(TensorDlpackTest, IgnoresStridesThatAreNeverUsed) {
  Source source;
  source.shape[0] = 1;
  source.strides[0] = 77;
  EXPECT_TRUE(fromDlpack(&source.managed).ok());
  Source empty;
  empty.shape[1] = 0;
  empty.strides[1] = 77;
  empty.managed.dl_tensor.data = nullptr;
  EXPECT_TRUE(fromDlpack(&empty.managed).ok());
}

TEST(TensorDlpackTest, RefusesWhatIsNoDenseHostTensor) {
  Source source;
  DLTensor &tensor = source.managed.dl_tensor;
  const DLTensor good = tensor;
  tensor.device.device_type = kDLCUDA;
  EXPECT_EQ(source.error(),
            "DLPack tensor: expected CPU memory (device type 1), but got "
            "device type 2; copy it to the CPU first");
  tensor = good;
  source.strides[0] = 1;
  source.strides[1] = 2;
  EXPECT_EQ(source.error(),
            "DLPack tensor: expected dense row-major memory, with a stride of "
            "1 elements in dimension 1, but got 2; make it contiguous first");
  tensor.strides = nullptr;
  tensor.dtype.lanes = 4;
  EXPECT_EQ(source.error(), "DLPack tensor: expected 1 lane, but got 4");
  tensor.dtype = {kDLComplex, 64, 1};
  EXPECT_EQ(source.error(),
            "DLPack tensor: no element type for code 5 with 64 bits");
  tensor = good;
  tensor.strides = nullptr;
  tensor.ndim = -1;
  EXPECT_EQ(source.error(), "DLPack tensor: expected a shape, but got ndim -1");
  tensor.ndim = 2;
  tensor.shape = nullptr;
  EXPECT_EQ(source.error(),
            "DLPack tensor: expected a shape, but got ndim 2 without one");
  tensor.shape = source.shape;
  source.shape[0] = -2;
  EXPECT_EQ(source.error(), "DLPack tensor: shape [-2x3]: expected sizes of 0 "
                            "or more, but got -2");
  source.shape[0] = 2;
  tensor.byte_offset = 2;
  EXPECT_EQ(source.error(), "DLPack tensor: expected data aligned to 4 bytes");
  tensor.byte_offset = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(source.error(), "DLPack tensor: byte_offset 18446744073709551615 "
                            "leaves the address space");
  tensor.byte_offset = 0;
  tensor.data = nullptr;
  EXPECT_EQ(source.error(),
            "DLPack tensor: expected memory, but got a null pointer");
  EXPECT_EQ(fromDlpack(nullptr).message(),
            "DLPack tensor: expected one, but got a null pointer");
  EXPECT_EQ(source.deleted, 0) << "the caller keeps what was refused";
}

TEST(TensorDlpackTest, ExportsAndComesBack) {
  Tensor tensor = std::move(*Tensor::zeros(DType::BF16, {2, 3, 4}));
  tensor.data<uint16_t>()[23] = 0x3f80;
  const void *data = tensor.rawData();
  Result<DLManagedTensor *> managed = toDlpack(std::move(tensor));
  ASSERT_TRUE(managed.ok());
  const DLTensor &out = (*managed)->dl_tensor;
  EXPECT_EQ(out.data, data);
  EXPECT_EQ(out.ndim, 3);
  EXPECT_EQ(out.dtype.code, kDLBfloat);
  EXPECT_EQ(out.strides[0], 12);
  EXPECT_EQ(out.strides[1], 4);
  EXPECT_EQ(out.strides[2], 1);
  Result<Tensor> back = fromDlpack(*managed);
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_EQ(back->typeText(), "bf16[2x3x4]");
  EXPECT_EQ(back->data<uint16_t>()[23], 0x3f80);
}

TEST(TensorDlpackTest, ExportsScalarsAndEmptyTensors) {
  for (std::vector<int64_t> dims :
       {std::vector<int64_t>{}, std::vector<int64_t>{0},
        std::vector<int64_t>{0, INT64_MAX, INT64_MAX}}) {
    Result<DLManagedTensor *> managed =
        toDlpack(std::move(*Tensor::zeros(DType::F32, dims)));
    ASSERT_TRUE(managed.ok());
    Result<Tensor> back = fromDlpack(*managed);
    ASSERT_TRUE(back.ok()) << back.message();
    EXPECT_EQ(back->dims(), dims);
  }
  EXPECT_EQ(toDlpack(Tensor()).message(),
            "DLPack export: expected a tensor, but got an empty handle");
}

} // namespace
} // namespace tessera
