// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/PackageTable.h"

#include "runtime/DType.h"
#include "runtime/Tensor.h"

#include <cstring>
#include <elf.h>
#include <string>
#include <vector>

namespace tessera {

namespace {
class TableChecker {
public:
  TableChecker(const tessera_package *table, const ElfImage &image,
               uint64_t base)
      : table(table), image(image), base(base) {}

  Status check() const;

private:
  Status checkSizes() const;
  Status checkTensor(const tessera_tensor_info &info,
                     const std::string &what) const;
  Status checkTensors(const tessera_tensor_info *tensors, uint32_t count,
                      const std::string &what) const;
  Status checkKernels() const;

  const ElfSegment *segmentOf(const void *pointer, uint64_t bytes) const {
    return image.segmentOf(reinterpret_cast<uintptr_t>(pointer) - base, bytes);
  }

  /// Whether `count` objects of type T lie at `pointer`.
  template <typename T> bool holds(const T *pointer, uint64_t count) const {
    return reinterpret_cast<uintptr_t>(pointer) % alignof(T) == 0 &&
           segmentOf(pointer, count * sizeof(T)) != nullptr;
  }

  /// Whether a text starts at `text` and ends in the same segment.
  bool holdsText(const char *text) const {
    const ElfSegment *segment = segmentOf(text, 1);
    if (!segment) {
      return false;
    }
    uint64_t within =
        reinterpret_cast<uintptr_t>(text) - base - segment->address;
    return std::memchr(text, 0,
                       static_cast<size_t>(segment->memoryBytes - within)) !=
           nullptr;
  }

  const tessera_package *table;
  const ElfImage &image;
  uint64_t base;
};
} // namespace

static bool isPowerOfTwo(uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

static Status expected(const std::string &what) {
  return Status::error("expected " + what);
}

Status TableChecker::checkSizes() const {
  constexpr uint64_t maxBytes = uint64_t{1} << 46;
  constexpr uint64_t maxAlignment = uint64_t{1} << 30;
  if (table->arena_bytes > maxBytes) {
    return expected("a possible arena size");
  }
  if (table->arena_bytes > 0 && (!isPowerOfTwo(table->arena_alignment) ||
                                 table->arena_alignment > maxAlignment)) {
    return expected("a power of two as the arena's alignment");
  }
  if (table->weights_bytes > maxBytes ||
      (table->weights_bytes > 0 &&
       (!segmentOf(table->weights, table->weights_bytes) ||
        !isPowerOfTwo(table->weights_alignment) ||
        reinterpret_cast<uintptr_t>(table->weights) %
                table->weights_alignment !=
            0))) {
    return expected("its weights inside of the file");
  }
  if (table->build_record_bytes > maxBytes ||
      (table->build_record &&
       (!segmentOf(table->build_record, table->build_record_bytes + 1) ||
        table->build_record[table->build_record_bytes] != 0)) ||
      (!table->build_record && table->build_record_bytes > 0)) {
    return expected("its build record inside of the file");
  }
  return Status();
}

Status TableChecker::checkTensor(const tessera_tensor_info &info,
                                 const std::string &what) const {
  if (!holdsText(info.name)) {
    return expected("a name for " + what);
  }
  if (!isValidDType(info.dtype)) {
    return expected("an element type for " + what);
  }
  if (info.rank > kMaxRank || (info.rank > 0 && !holds(info.dims, info.rank))) {
    return expected("the dimensions of " + what);
  }
  std::vector<int64_t> dims(info.dims, info.dims + info.rank);
  Result<size_t> bytes = countBytes(static_cast<DType>(info.dtype), dims);
  return bytes.ok() ? Status() : expected("possible dimensions of " + what);
}

Status TableChecker::checkTensors(const tessera_tensor_info *tensors,
                                  uint32_t count,
                                  const std::string &what) const {
  if (count > 0 && !holds(tensors, count)) {
    return expected("its " + what + "s inside of the file");
  }
  for (uint32_t i = 0; i < count; ++i) {
    Status status = checkTensor(tensors[i], what + " " + std::to_string(i));
    if (!status.ok()) {
      return status;
    }
  }
  return Status();
}

Status TableChecker::checkKernels() const {
  if (table->num_kernels > 0 && !holds(table->kernels, table->num_kernels)) {
    return expected("its kernels inside of the file");
  }
  for (uint32_t i = 0; i < table->num_kernels; ++i) {
    const tessera_kernel_info &kernel = table->kernels[i];
    if (!holdsText(kernel.name) || !holdsText(kernel.sources) ||
        !holdsText(kernel.schedule)) {
      return expected("the texts of kernel " + std::to_string(i));
    }
  }
  return Status();
}

Status TableChecker::check() const {
  if (!holds(table, 1)) {
    return expected("its table inside of the file");
  }
  if (table->abi_version != TESSERA_ABI_VERSION) {
    return expected("package ABI " + std::to_string(TESSERA_ABI_VERSION) +
                    " in its table, but got " +
                    std::to_string(table->abi_version));
  }
  if (table->struct_bytes < sizeof(tessera_package)) {
    return expected("a table of " + std::to_string(sizeof(tessera_package)) +
                    " bytes, but got " + std::to_string(table->struct_bytes));
  }
  // A function pointer's address as data is what POSIX allows for dlsym.
  const ElfSegment *code =
      segmentOf(reinterpret_cast<const void *>(table->run), 1);
  if (!code || !(code->flags & PF_X)) {
    return expected("its run function inside of the file");
  }
  Status status = checkSizes();
  if (status.ok()) {
    status = checkTensors(table->inputs, table->num_inputs, "input");
  }
  if (status.ok()) {
    status = checkTensors(table->outputs, table->num_outputs, "output");
  }
  return status.ok() ? checkKernels() : status;
}

Status checkPackageTable(const tessera_package *table, const ElfImage &image,
                         uint64_t base) {
  return TableChecker(table, image, base).check();
}

} // namespace tessera
