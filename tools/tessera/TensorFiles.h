// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors from files, and reproducible random ones.
//
// Errors: one line each, starting with the file's name.
// Thread safety: pure functions.
#ifndef TESSERA_TOOLS_TESSERA_TENSOR_FILES_H
#define TESSERA_TOOLS_TESSERA_TENSOR_FILES_H

#include "runtime/Package.h"
#include "runtime/Status.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <map>
#include <string>

namespace tessera::tool {

/// Reads a .npy file, or a serialized TensorProto from a .pb file.
Result<Tensor> readTensor(const std::string &path);

/// As readTensor. A file of u16 is taken as bf16 where that is expected, since
/// .npy has no bf16.
Result<Tensor> readTensorAs(const std::string &path, DType expected);

/// The same values for the same arguments, on every machine: floats in [0, 1),
/// integers of 8 bits over their range, others 0 or 1.
Result<Tensor> randomTensor(const TensorSpec &spec, uint64_t seed);

/// The files of ONNX's test data, by the number in their name.
struct TestDataFiles {
  std::map<int, std::string> inputs;
  std::map<int, std::string> outputs;
};

/// Lists `input_N.pb` and `output_N.pb` in `folder`. Having no output is an
/// error.
Result<TestDataFiles> listTestData(const std::string &folder);

/// `name` as a file's name: letters, digits, '.', '_', '-'; never empty and
/// never starting with a dot.
std::string fileNameFor(const std::string &name);

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_TENSOR_FILES_H
