// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/DType.h"

namespace tessera {

namespace {
struct DTypeEntry {
  std::string_view name;
  size_t bytes;
};
} // namespace

/// In the order of tessera_dtype.
static constexpr DTypeEntry kDTypes[] = {
    {"invalid", 0}, {"f16", 2}, {"bf16", 2}, {"f32", 4}, {"f64", 8},
    {"i8", 1},      {"i16", 2}, {"i32", 4},  {"i64", 8}, {"u8", 1},
    {"u16", 2},     {"u32", 4}, {"u64", 8},  {"bool", 1}};

static constexpr uint32_t kNumDTypes = sizeof kDTypes / sizeof kDTypes[0];
static_assert(kNumDTypes == TESSERA_BOOL + 1, "an entry for each dtype");

bool isValidDType(uint32_t value) { return value > 0 && value < kNumDTypes; }

static const DTypeEntry &entryOf(DType dtype) {
  uint32_t value = static_cast<uint32_t>(dtype);
  return kDTypes[isValidDType(value) ? value : 0];
}

size_t dtypeBytes(DType dtype) { return entryOf(dtype).bytes; }

std::string_view dtypeName(DType dtype) { return entryOf(dtype).name; }

std::optional<DType> parseDType(std::string_view name) {
  for (uint32_t value = 1; value < kNumDTypes; ++value) {
    if (kDTypes[value].name == name) {
      return static_cast<DType>(value);
    }
  }
  return std::nullopt;
}

} // namespace tessera
