// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Tensor.h"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

namespace tessera {

static std::string formatDims(const std::vector<int64_t> &dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i) {
    text += (i ? "x" : "") + std::to_string(dims[i]);
  }
  return text + "]";
}

std::string formatTensorType(DType dtype, const std::vector<int64_t> &dims) {
  return std::string(dtypeName(dtype)) + formatDims(dims);
}

Result<int64_t> countElements(const std::vector<int64_t> &dims) {
  bool empty = false;
  for (int64_t size : dims) {
    if (size < 0) {
      return Status::error("shape " + formatDims(dims) +
                           ": expected sizes of 0 or more, but got " +
                           std::to_string(size));
    }
    empty |= size == 0;
  }
  if (empty) {
    return int64_t{0};
  }
  int64_t count = 1;
  for (int64_t size : dims) {
    if (__builtin_mul_overflow(count, size, &count)) {
      return Status::error("shape " + formatDims(dims) +
                           ": the number of elements exceeds 64 bits");
    }
  }
  return count;
}

Result<size_t> countBytes(DType dtype, const std::vector<int64_t> &dims) {
  if (!isValidDType(static_cast<uint32_t>(dtype))) {
    return Status::error("expected an element type, but got the value " +
                         std::to_string(static_cast<uint32_t>(dtype)));
  }
  Result<int64_t> count = countElements(dims);
  if (!count.ok()) {
    return count.status();
  }
  // Room for rounding up to the alignment without an overflow.
  constexpr int64_t limit = std::numeric_limits<ptrdiff_t>::max() -
                            static_cast<int64_t>(kTensorAlignment);
  int64_t bytes = 0;
  if (__builtin_mul_overflow(*count, static_cast<int64_t>(dtypeBytes(dtype)),
                             &bytes) ||
      bytes > limit) {
    return Status::error(formatTensorType(dtype, dims) +
                         ": the number of bytes exceeds the address space");
  }
  return static_cast<size_t>(bytes);
}

Result<Tensor> Tensor::allocate(DType dtype, std::vector<int64_t> dims) {
  Result<size_t> bytes = countBytes(dtype, dims);
  if (!bytes.ok()) {
    return bytes.status();
  }
  // aligned_alloc wants a multiple of the alignment; an empty tensor still
  // gets an address, which a package may compare or offset.
  size_t rounded = (*bytes + kTensorAlignment) & ~(kTensorAlignment - 1);
  void *data = std::aligned_alloc(kTensorAlignment, rounded);
  if (!data) {
    return Status::error(formatTensorType(dtype, dims) + ": cannot allocate " +
                         std::to_string(*bytes) + " bytes");
  }
  return adopt(dtype, std::move(dims), data, *bytes,
               std::shared_ptr<void>(data, std::free));
}

Result<Tensor> Tensor::zeros(DType dtype, std::vector<int64_t> dims) {
  Result<Tensor> tensor = allocate(dtype, std::move(dims));
  if (tensor.ok()) {
    std::memset(tensor->memory, 0, tensor->bytes);
  }
  return tensor;
}

Result<Tensor> Tensor::view(DType dtype, std::vector<int64_t> dims, void *data,
                            size_t bytes) {
  return adopt(dtype, std::move(dims), data, bytes, nullptr);
}

Result<Tensor> Tensor::adopt(DType dtype, std::vector<int64_t> dims, void *data,
                             size_t bytes, std::shared_ptr<void> owner) {
  Result<size_t> needed = countBytes(dtype, dims);
  if (!needed.ok()) {
    return needed.status();
  }
  if (bytes < *needed) {
    return Status::error(formatTensorType(dtype, dims) + ": expected " +
                         std::to_string(*needed) + " bytes, but got " +
                         std::to_string(bytes));
  }
  if (!data && *needed > 0) {
    return Status::error(formatTensorType(dtype, dims) +
                         ": expected memory, but got a null pointer");
  }
  Tensor tensor;
  tensor.type = dtype;
  tensor.elements = *countElements(dims);
  tensor.sizes = std::move(dims);
  tensor.bytes = *needed;
  tensor.memory = data;
  tensor.owner = std::move(owner);
  return tensor;
}

void Tensor::swap(Tensor &other) noexcept {
  std::swap(type, other.type);
  sizes.swap(other.sizes);
  std::swap(elements, other.elements);
  std::swap(bytes, other.bytes);
  std::swap(memory, other.memory);
  owner.swap(other.owner);
}

Tensor Tensor::share() const {
  Tensor other;
  other.type = type;
  other.sizes = sizes;
  other.elements = elements;
  other.bytes = bytes;
  other.memory = memory;
  other.owner = owner;
  return other;
}

Result<Tensor> Tensor::clone() const {
  Result<Tensor> copy = allocate(type, sizes);
  if (copy.ok() && bytes > 0) {
    std::memcpy(copy->memory, memory, bytes);
  }
  return copy;
}

Result<Tensor> Tensor::bitcast(DType newType) const {
  if (!valid() || dtypeBytes(newType) != dtypeBytes(type)) {
    return Status::error("cannot read " + typeText() + " as " +
                         std::string(dtypeName(newType)) +
                         ": expected a type of the same size");
  }
  Tensor other = share();
  other.type = newType;
  return other;
}

} // namespace tessera
