// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/TensorFiles.h"

#include "conversion/onnx_to_graph/OnnxToGraph.h"
#include "runtime/Printable.h"
#include "runtime/io/NpyFile.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"

#include <cmath>
#include <cstring>
#include <filesystem>

namespace tessera::tool {

namespace {

DType dtypeOf(mlir::Type type) {
  if (type.isF32()) {
    return DType::F32;
  }
  if (type.isF64()) {
    return DType::F64;
  }
  if (type.isBF16()) {
    return DType::BF16;
  }
  if (type.isF16()) {
    return DType::F16;
  }
  const bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return DType::Bool;
  case 8:
    return isUnsigned ? DType::U8 : DType::I8;
  case 16:
    return isUnsigned ? DType::U16 : DType::I16;
  case 32:
    return isUnsigned ? DType::U32 : DType::I32;
  case 64:
    return isUnsigned ? DType::U64 : DType::I64;
  default:
    return DType::Invalid;
  }
}

Result<Tensor> fromAttribute(mlir::DenseElementsAttr value) {
  const DType dtype = dtypeOf(value.getElementType());
  Result<Tensor> tensor =
      Tensor::allocate(dtype, value.getType().getShape().vec());
  if (!tensor.ok()) {
    return tensor;
  }
  char *data = tensor->data<char>();
  if (dtype == DType::Bool) {
    for (bool element : value.getValues<bool>()) {
      *data++ = element;
    }
    return tensor;
  }
  llvm::ArrayRef<char> raw = value.getRawData();
  for (size_t at = 0; at < tensor->numBytes(); at += raw.size()) {
    std::memcpy(data + at, raw.data(), raw.size());
  }
  return tensor;
}

uint64_t nextRandom(uint64_t &state) {
  state += 0x9e3779b97f4a7c15u;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// `value`, a multiple of 1/256 in [0, 1), as the bits of an f16.
uint16_t halfBits(float value) {
  if (value == 0) {
    return 0;
  }
  int exponent;
  const float fraction = std::frexp(value, &exponent);
  return static_cast<uint16_t>(((exponent + 14) << 10) |
                               (static_cast<int>(fraction * 2048) & 1023));
}

uint16_t bfloatBits(float value) {
  uint32_t wide;
  std::memcpy(&wide, &value, sizeof wide);
  return static_cast<uint16_t>(wide >> 16);
}

/// The number in `prefix`N.pb, or -1.
int fileNumber(const std::string &name, const std::string &prefix) {
  const std::string suffix = ".pb";
  if (name.size() <= prefix.size() + suffix.size() ||
      name.size() > prefix.size() + suffix.size() + 6 ||
      name.compare(0, prefix.size(), prefix) != 0 ||
      name.compare(name.size() - suffix.size(), suffix.size(), suffix) != 0) {
    return -1;
  }
  int number = 0;
  for (size_t i = prefix.size(); i < name.size() - suffix.size(); ++i) {
    if (name[i] < '0' || name[i] > '9') {
      return -1;
    }
    number = number * 10 + (name[i] - '0');
  }
  return number;
}

} // namespace

Result<Tensor> readTensor(const std::string &path) {
  const std::string extension = std::filesystem::path(path).extension();
  if (extension == ".npy") {
    return readNpy(path);
  }
  if (extension != ".pb") {
    return Status::error("'" + printable(path) +
                         "': expected a .npy or .pb file; save the tensor with "
                         "numpy.save");
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string error;
  mlir::DenseElementsAttr value =
      mlir::tessera::onnx_to_graph::readTensorFile(&context, path, error);
  if (!value) {
    return Status::error(error);
  }
  Result<Tensor> tensor = fromAttribute(value);
  if (!tensor.ok()) {
    return Status::error("'" + printable(path) + "': " + tensor.message());
  }
  return tensor;
}

Result<Tensor> readTensorAs(const std::string &path, DType expected) {
  Result<Tensor> tensor = readTensor(path);
  if (tensor.ok() && expected == DType::BF16 && tensor->dtype() == DType::U16) {
    return tensor->bitcast(DType::BF16);
  }
  return tensor;
}

Result<Tensor> randomTensor(const TensorSpec &spec, uint64_t seed) {
  Result<Tensor> tensor = Tensor::allocate(spec.dtype, spec.dims);
  if (!tensor.ok()) {
    return tensor;
  }
  uint64_t state = seed;
  for (int64_t i = 0; i < tensor->numElements(); ++i) {
    const uint64_t bits = nextRandom(state);
    const float coarse = static_cast<float>(bits >> 56) / 256;
    switch (spec.dtype) {
    case DType::F16:
      tensor->data<uint16_t>()[i] = halfBits(coarse);
      break;
    case DType::BF16:
      tensor->data<uint16_t>()[i] = bfloatBits(coarse);
      break;
    case DType::F32:
      tensor->data<float>()[i] = static_cast<float>(bits >> 40) / (1 << 24);
      break;
    case DType::F64:
      tensor->data<double>()[i] =
          static_cast<double>(bits >> 11) / (uint64_t(1) << 53);
      break;
    case DType::I8:
    case DType::U8:
      tensor->data<uint8_t>()[i] = static_cast<uint8_t>(bits >> 56);
      break;
    default: {
      // Little endian: the low byte is the first.
      const size_t width = dtypeBytes(spec.dtype);
      std::memset(tensor->data<char>() + i * width, 0, width);
      tensor->data<char>()[i * width] = static_cast<char>(bits >> 63);
      break;
    }
    }
  }
  return tensor;
}

Result<TestDataFiles> listTestData(const std::string &folder) {
  TestDataFiles files;
  std::error_code code;
  std::filesystem::directory_iterator entries(folder, code), end;
  if (code) {
    return Status::error("'" + printable(folder) + "': " + code.message());
  }
  for (; entries != end; entries.increment(code)) {
    const std::string name = entries->path().filename();
    if (const int number = fileNumber(name, "input_"); number >= 0) {
      files.inputs[number] = entries->path();
    }
    if (const int number = fileNumber(name, "output_"); number >= 0) {
      files.outputs[number] = entries->path();
    }
  }
  if (code) {
    return Status::error("'" + printable(folder) + "': " + code.message());
  }
  if (files.outputs.empty()) {
    return Status::error("'" + printable(folder) +
                         "': expected files input_N.pb and output_N.pb, but "
                         "there is no output");
  }
  return files;
}

std::string fileNameFor(const std::string &name) {
  std::string result = name.substr(0, 200);
  for (char &c : result) {
    const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                         c == '-';
    c = isPlain ? c : '_';
  }
  if (result.empty() || result[0] == '.') {
    result.insert(0, "_");
  }
  return result;
}

} // namespace tessera::tool
