// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/TensorDlpack.h"

#include <limits>
#include <optional>
#include <utility>

namespace tessera {

static_assert(sizeof(DLTensor) == 48 && sizeof(DLManagedTensor) == 64,
              "the layout of the standard's dlpack.h on 64-bit machines");

namespace {
struct TypePair {
  DType dtype;
  uint8_t code;
  uint8_t bits;
};

/// What a DLManagedTensor made by toDlpack carries with it.
struct Exported {
  Tensor tensor;
  std::vector<int64_t> strides;
  DLManagedTensor managed;
};
} // namespace

static constexpr TypePair kTypes[] = {
    {DType::F16, kDLFloat, 16}, {DType::BF16, kDLBfloat, 16},
    {DType::F32, kDLFloat, 32}, {DType::F64, kDLFloat, 64},
    {DType::I8, kDLInt, 8},     {DType::I16, kDLInt, 16},
    {DType::I32, kDLInt, 32},   {DType::I64, kDLInt, 64},
    {DType::U8, kDLUInt, 8},    {DType::U16, kDLUInt, 16},
    {DType::U32, kDLUInt, 32},  {DType::U64, kDLUInt, 64},
    {DType::Bool, kDLBool, 8},
};

static Result<DType> importType(const DLDataType &type) {
  if (type.lanes != 1) {
    return Status::error("DLPack tensor: expected 1 lane, but got " +
                         std::to_string(type.lanes));
  }
  for (const TypePair &pair : kTypes) {
    if (pair.code == type.code && pair.bits == type.bits) {
      return pair.dtype;
    }
  }
  return Status::error("DLPack tensor: no element type for code " +
                       std::to_string(type.code) + " with " +
                       std::to_string(type.bits) + " bits");
}

/// Refuses strides other than the dense row-major ones. The stride of a
/// dimension of size 1, and any stride of an empty tensor, is never used.
static Status checkStrides(const DLTensor &tensor,
                           const std::vector<int64_t> &dims, int64_t elements) {
  if (!tensor.strides || elements == 0) {
    return Status();
  }
  int64_t expected = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    if (dims[i] != 1 && tensor.strides[i] != expected) {
      return Status::error(
          "DLPack tensor: expected dense row-major memory, with a stride of " +
          std::to_string(expected) + " elements in dimension " +
          std::to_string(i) + ", but got " + std::to_string(tensor.strides[i]) +
          "; make it contiguous first");
    }
    expected *= dims[i];
  }
  return Status();
}

Result<Tensor> fromDlpack(DLManagedTensor *managed) {
  if (!managed) {
    return Status::error("DLPack tensor: expected one, but got a null pointer");
  }
  const DLTensor &source = managed->dl_tensor;
  if (source.device.device_type != kDLCPU) {
    return Status::error(
        "DLPack tensor: expected CPU memory (device type 1), but got device "
        "type " +
        std::to_string(static_cast<int32_t>(source.device.device_type)) +
        "; copy it to the CPU first");
  }
  if (source.ndim < 0 || (source.ndim > 0 && !source.shape)) {
    return Status::error("DLPack tensor: expected a shape, but got ndim " +
                         std::to_string(source.ndim) +
                         (source.shape ? "" : " without one"));
  }
  Result<DType> dtype = importType(source.dtype);
  if (!dtype.ok()) {
    return dtype.status();
  }
  std::vector<int64_t> dims(source.shape, source.shape + source.ndim);
  Result<size_t> bytes = countBytes(*dtype, dims);
  if (!bytes.ok()) {
    return Status::error("DLPack tensor: " + bytes.message());
  }
  Status strides = checkStrides(source, dims, *countElements(dims));
  if (!strides.ok()) {
    return strides;
  }
  uintptr_t address = reinterpret_cast<uintptr_t>(source.data);
  if (*bytes > 0 && !source.data) {
    return Status::error("DLPack tensor: expected memory, but got a null "
                         "pointer");
  }
  if (source.byte_offset > std::numeric_limits<uintptr_t>::max() - address) {
    return Status::error("DLPack tensor: byte_offset " +
                         std::to_string(source.byte_offset) +
                         " leaves the address space");
  }
  address += source.byte_offset;
  if (address % dtypeBytes(*dtype) != 0) {
    return Status::error("DLPack tensor: expected data aligned to " +
                         std::to_string(dtypeBytes(*dtype)) + " bytes");
  }
  auto release = [](void *held) {
    auto *owned = static_cast<DLManagedTensor *>(held);
    if (owned->deleter) {
      owned->deleter(owned);
    }
  };
  return Tensor::adopt(*dtype, std::move(dims),
                       reinterpret_cast<void *>(address), *bytes,
                       std::shared_ptr<void>(managed, release));
}

Result<DLManagedTensor *> toDlpack(Tensor tensor) {
  std::optional<DLDataType> type;
  for (const TypePair &pair : kTypes) {
    if (pair.dtype == tensor.dtype()) {
      type = DLDataType{pair.code, pair.bits, 1};
    }
  }
  if (!type) {
    return Status::error("DLPack export: expected a tensor, but got an empty "
                         "handle");
  }
  auto *exported = new Exported();
  exported->tensor = std::move(tensor);
  Tensor &held = exported->tensor;
  exported->strides.assign(held.dims().size(), 1);
  for (size_t i = held.dims().size(); i-- > 1;) {
    // An empty tensor's other sizes may multiply beyond 64 bits; its strides
    // are never used.
    exported->strides[i - 1] =
        held.numElements() ? exported->strides[i] * held.dims()[i] : 1;
  }
  DLTensor &out = exported->managed.dl_tensor;
  out.data = held.rawData();
  out.device = {kDLCPU, 0};
  out.ndim = static_cast<int32_t>(held.dims().size());
  out.dtype = *type;
  out.shape = const_cast<int64_t *>(held.dims().data());
  out.strides = exported->strides.data();
  out.byte_offset = 0;
  exported->managed.manager_ctx = exported;
  exported->managed.deleter = [](DLManagedTensor *self) {
    delete static_cast<Exported *>(self->manager_ctx);
  };
  return &exported->managed;
}

} // namespace tessera
