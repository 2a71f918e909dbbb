// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A dense, row-major tensor in host memory.
//
// A Tensor has an element type, sizes, and memory that it owns (64-byte
// aligned), borrows (`view`), or keeps alive through an owner (`adopt`). It
// moves and does not copy: `clone` copies the elements, `share` makes a second
// handle on the same memory.
//
// Shapes: sizes are int64, 0 allowed; rank 0 is a scalar of one element.
// Errors: negative sizes, sizes whose product overflows, too little memory.
// Thread safety: as std::vector's; handles made by `share` see each other's
// writes and need the caller's own synchronisation.
//
// Example:
//   Result<Tensor> x = Tensor::zeros(DType::F32, {1, 3, 224, 224});
//   x->data<float>()[0] = 1.0f;
#ifndef TESSERA_RUNTIME_TENSOR_H
#define TESSERA_RUNTIME_TENSOR_H

#include "runtime/DType.h"
#include "runtime/Status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tessera {

/// Alignment of memory that a Tensor allocates, in bytes.
constexpr size_t kTensorAlignment = 64;

/// The number of elements, or an error for a negative size or an overflow.
Result<int64_t> countElements(const std::vector<int64_t> &dims);

/// Bytes of a dense tensor; also refuses what does not fit into ptrdiff_t.
Result<size_t> countBytes(DType dtype, const std::vector<int64_t> &dims);

/// "f32[1x3x224x224]"; "f32[]" for a scalar.
std::string formatTensorType(DType dtype, const std::vector<int64_t> &dims);

class Tensor {
public:
  /// An empty handle: dtype Invalid, no memory.
  Tensor() = default;
  Tensor(Tensor &&other) noexcept { swap(other); }
  Tensor &operator=(Tensor &&other) noexcept {
    Tensor(std::move(other)).swap(*this);
    return *this;
  }
  Tensor(const Tensor &) = delete;
  Tensor &operator=(const Tensor &) = delete;

  /// Owned memory, contents undefined.
  static Result<Tensor> allocate(DType dtype, std::vector<int64_t> dims);

  /// Owned memory, all bytes zero.
  static Result<Tensor> zeros(DType dtype, std::vector<int64_t> dims);

  /// Borrows `bytes` bytes at `data`, which must outlive the tensor, and must
  /// be at least as many as the shape needs.
  static Result<Tensor> view(DType dtype, std::vector<int64_t> dims, void *data,
                             size_t bytes);

  /// As `view`, and keeps `owner` for as long as a handle lives.
  static Result<Tensor> adopt(DType dtype, std::vector<int64_t> dims,
                              void *data, size_t bytes,
                              std::shared_ptr<void> owner);

  /// A second handle on the same memory.
  Tensor share() const;

  /// A copy of the elements in memory of its own.
  Result<Tensor> clone() const;

  /// The same memory read as another type of the same size, such as u16 from
  /// a file as bf16.
  Result<Tensor> bitcast(DType newType) const;

  DType dtype() const { return type; }
  const std::vector<int64_t> &dims() const { return sizes; }
  int64_t numElements() const { return elements; }
  size_t numBytes() const { return bytes; }

  /// False for a default-constructed or moved-from handle.
  bool valid() const { return type != DType::Invalid; }

  /// Never null for a valid tensor that owns its memory.
  void *rawData() { return memory; }
  const void *rawData() const { return memory; }

  /// The elements as T. The caller answers for T being of the dtype's size.
  template <typename T> T *data() { return static_cast<T *>(memory); }
  template <typename T> const T *data() const {
    return static_cast<const T *>(memory);
  }

  /// "f32[1x3]".
  std::string typeText() const { return formatTensorType(type, sizes); }

private:
  void swap(Tensor &other) noexcept;

  DType type = DType::Invalid;
  std::vector<int64_t> sizes;
  int64_t elements = 0;
  size_t bytes = 0;
  void *memory = nullptr;
  std::shared_ptr<void> owner;
};

} // namespace tessera

#endif // TESSERA_RUNTIME_TENSOR_H
