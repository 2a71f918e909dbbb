// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NumPy's .npy files (numpy.lib.format, versions 1.0, 2.0 and 3.0).
//
// Read: bool, i8 to i64, u8 to u64, f16, f32, f64, little endian, in C order
// or in Fortran order, which is transposed while reading. A two-byte void
// ('V2') is read as bf16: that is how the ml_dtypes package saves it. Bytes
// after the data are ignored, as NumPy does. Bools other than 0 and 1 are
// refused.
//
// Written: version 1.0 (2.0 for headers beyond 64 KiB), C order. The format
// has no bf16: its bits are written as u16; read them back with
// Tensor::bitcast(DType::BF16).
//
// Errors: one line each, starting with the file's name. No bytes make the
// reader crash, or allocate more than the file's size.
// Thread safety: pure functions over the file.
//
// Example:
//   Result<Tensor> x = readNpy("x.npy");
//   Status status = writeNpy("y.npy", *y);
#ifndef TESSERA_RUNTIME_IO_NPY_FILE_H
#define TESSERA_RUNTIME_IO_NPY_FILE_H

#include "runtime/Status.h"
#include "runtime/Tensor.h"
#include "runtime/io/ByteSource.h"

#include <string>
#include <string_view>

namespace tessera {

/// Reads the array in the file at `path`.
Result<Tensor> readNpy(const std::string &path);

/// Reads the array in `file`.
Result<Tensor> parseNpy(const ByteSource &file);

/// Writes `tensor` to `path`, whole or not at all.
Status writeNpy(const std::string &path, const Tensor &tensor);

/// What a user should know about a file written with that type, or nothing.
std::string_view npyNote(DType dtype);

} // namespace tessera

#endif // TESSERA_RUNTIME_IO_NPY_FILE_H
