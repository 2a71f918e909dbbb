// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types: names, sizes, parsing.
//
// The values are those of tessera_dtype, so a cast goes both ways. The names
// are the ones that the compiler's messages and the tool's options use:
// f16 bf16 f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 bool.
//
// Thread safety: pure functions.
#ifndef TESSERA_RUNTIME_DTYPE_H
#define TESSERA_RUNTIME_DTYPE_H

#include "runtime/tessera_package.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tessera {

enum class DType : uint32_t {
  Invalid = TESSERA_INVALID,
  F16 = TESSERA_F16,
  BF16 = TESSERA_BF16,
  F32 = TESSERA_F32,
  F64 = TESSERA_F64,
  I8 = TESSERA_I8,
  I16 = TESSERA_I16,
  I32 = TESSERA_I32,
  I64 = TESSERA_I64,
  U8 = TESSERA_U8,
  U16 = TESSERA_U16,
  U32 = TESSERA_U32,
  U64 = TESSERA_U64,
  Bool = TESSERA_BOOL,
};

/// Whether `value`, read from a package, names an element type.
bool isValidDType(uint32_t value);

/// Bytes of one element; 0 for a value that is not an element type.
size_t dtypeBytes(DType dtype);

/// "f32" and so on; "invalid" for a value that is not an element type.
std::string_view dtypeName(DType dtype);

/// The type of that name, spelled as dtypeName spells it.
std::optional<DType> parseDType(std::string_view name);

} // namespace tessera

#endif // TESSERA_RUNTIME_DTYPE_H
