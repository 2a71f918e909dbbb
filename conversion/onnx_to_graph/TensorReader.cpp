//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/TensorReader.h"

#include "conversion/onnx_to_graph/GraphEmitter.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"

#include <climits>
#include <cstring>

namespace mlir::tessera::onnx_to_graph {

static_assert(llvm::sys::IsLittleEndianHost,
              "ONNX's raw data is little-endian and used in place");

std::string dataTypeName(int32_t dataType) {
  static constexpr const char *names[] = {
      "UNDEFINED",      "FLOAT",      "UINT8",
      "INT8",           "UINT16",     "INT16",
      "INT32",          "INT64",      "STRING",
      "BOOL",           "FLOAT16",    "DOUBLE",
      "UINT32",         "UINT64",     "COMPLEX64",
      "COMPLEX128",     "BFLOAT16",   "FLOAT8E4M3FN",
      "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ",
      "UINT4",          "INT4",       "FLOAT4E2M1",
      "FLOAT8E8M0",     "UINT2",      "INT2"};
  if (dataType >= 0 && dataType < static_cast<int32_t>(std::size(names))) {
    return names[dataType];
  }
  return "type " + std::to_string(dataType);
}

Type elementType(MLIRContext *context, int32_t dataType) {
  Builder b(context);
  auto unsignedInt = [&](unsigned width) {
    return IntegerType::get(context, width, IntegerType::Unsigned);
  };
  switch (dataType) {
  case onnx::TensorProto::FLOAT:
    return b.getF32Type();
  case onnx::TensorProto::FLOAT16:
    return b.getF16Type();
  case onnx::TensorProto::BFLOAT16:
    return b.getBF16Type();
  case onnx::TensorProto::DOUBLE:
    return b.getF64Type();
  case onnx::TensorProto::BOOL:
    return b.getI1Type();
  case onnx::TensorProto::INT8:
    return b.getI8Type();
  case onnx::TensorProto::INT16:
    return b.getI16Type();
  case onnx::TensorProto::INT32:
    return b.getI32Type();
  case onnx::TensorProto::INT64:
    return b.getI64Type();
  case onnx::TensorProto::UINT8:
    return unsignedInt(8);
  case onnx::TensorProto::UINT16:
    return unsignedInt(16);
  case onnx::TensorProto::UINT32:
    return unsignedInt(32);
  case onnx::TensorProto::UINT64:
    return unsignedInt(64);
  default:
    return {};
  }
}

/// Bytes of one element as ONNX stores it.
static int64_t storedBytes(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

/// The elements of the typed field that holds them, as little-endian bytes.
template <typename Field>
static void appendField(std::vector<char> &bytes, const Field &field,
                        int64_t width) {
  for (auto value : field) {
    char buffer[sizeof(value)];
    std::memcpy(buffer, &value, sizeof(value));
    bytes.insert(bytes.end(), buffer,
                 buffer + std::min<int64_t>(width, sizeof(value)));
  }
}

static std::vector<char> typedFields(const onnx::TensorProto &tensor,
                                     int64_t width) {
  std::vector<char> bytes;
  appendField(bytes, tensor.float_data(), width);
  appendField(bytes, tensor.int32_data(), width);
  appendField(bytes, tensor.int64_data(), width);
  appendField(bytes, tensor.double_data(), width);
  appendField(bytes, tensor.uint64_data(), width);
  return bytes;
}

ElementsAttr TensorReader::readRaw(const onnx::TensorProto &tensor,
                                   RankedTensorType type, ArrayRef<char> bytes,
                                   std::shared_ptr<const void> owner) {
  int64_t count = type.getNumElements();
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values(count);
    for (int64_t i = 0; i < count; ++i) {
      values[i] = bytes[i] != 0;
    }
    return DenseElementsAttr::get(type, values);
  }
  if (count <= inlineElementLimit) {
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  }
  size_t width = storedBytes(type.getElementType());
  StringRef name = tensor.name();
  name = name.empty() ? "constant" : name;
  if (reinterpret_cast<uintptr_t>(bytes.data()) % width != 0) {
    AsmResourceBlob copy =
        HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, width, false);
    return DenseResourceElementsAttr::get(type, name, std::move(copy));
  }
  AsmResourceBlob blob = UnmanagedAsmResourceBlob::allocateWithAlign(
      bytes, width, [owner](void *, size_t, size_t) {});
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

ElementsAttr TensorReader::read(const onnx::TensorProto &tensor,
                                std::string &error) {
  Type element = elementType(context, tensor.data_type());
  if (!element) {
    error = "element type " + dataTypeName(tensor.data_type()) +
            " is not supported; supported: floats of 16 to 64 bits, integers "
            "of 8 to 64 bits, BOOL";
    return {};
  }
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  std::optional<int64_t> count = elementCount(shape);
  if (!count) {
    error = "its size overflows or is negative";
    return {};
  }
  if (tensor.has_segment()) {
    error = "it is stored in segments; supported: a tensor in one piece";
    return {};
  }
  auto type = RankedTensorType::get(shape, element);
  int64_t size = *count * storedBytes(element);
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
    ExternalData::View view;
    if (!model.externalData().find(tensor, size, view, error)) {
      return {};
    }
    return readRaw(tensor, type, view.bytes, view.owner);
  }
  if (tensor.has_raw_data()) {
    ArrayRef<char> bytes(tensor.raw_data().data(), tensor.raw_data().size());
    if (static_cast<int64_t>(bytes.size()) != size) {
      error = "expected " + std::to_string(size) +
              " bytes of raw data, but got " + std::to_string(bytes.size());
      return {};
    }
    return readRaw(tensor, type, bytes, model.owner());
  }
  auto bytes = std::make_shared<std::vector<char>>(
      typedFields(tensor, storedBytes(element)));
  if (static_cast<int64_t>(bytes->size()) != size) {
    error = "expected " + std::to_string(*count) + " elements, but got " +
            std::to_string(bytes->size() / storedBytes(element));
    return {};
  }
  ArrayRef<char> view(bytes->data(), bytes->size());
  return readRaw(tensor, type, view, bytes);
}

//===-- Files -------------------------------------------------------------===//

/// The value of `key` in a .npy header, up to the comma that ends it.
static StringRef npyField(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "':").str());
  if (at == StringRef::npos) {
    return "";
  }
  return header.substr(at + key.size() + 3).trim();
}

static Type npyType(MLIRContext *context, StringRef descr) {
  int32_t type = llvm::StringSwitch<int32_t>(descr)
                     .Case("<f4", onnx::TensorProto::FLOAT)
                     .Case("<f2", onnx::TensorProto::FLOAT16)
                     .Case("<f8", onnx::TensorProto::DOUBLE)
                     .Case("|b1", onnx::TensorProto::BOOL)
                     .Case("|i1", onnx::TensorProto::INT8)
                     .Case("<i2", onnx::TensorProto::INT16)
                     .Case("<i4", onnx::TensorProto::INT32)
                     .Case("<i8", onnx::TensorProto::INT64)
                     .Case("|u1", onnx::TensorProto::UINT8)
                     .Case("<u2", onnx::TensorProto::UINT16)
                     .Case("<u4", onnx::TensorProto::UINT32)
                     .Case("<u8", onnx::TensorProto::UINT64)
                     .Default(0);
  return elementType(context, type);
}

static DenseElementsAttr denseFromBytes(RankedTensorType type,
                                        ArrayRef<char> bytes) {
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes) {
      values.push_back(byte != 0);
    }
    return DenseElementsAttr::get(type, values);
  }
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

static DenseElementsAttr readNpy(MLIRContext *context, StringRef bytes,
                                 std::string &error) {
  auto malformed = [&] {
    error = "not a .npy file, or cut off";
    return DenseElementsAttr();
  };
  if (bytes.size() < 12 || !bytes.starts_with("\x93NUMPY")) {
    return malformed();
  }
  const char *lengthAt = bytes.data() + 8;
  bool isLong = bytes[6] >= 2;
  uint32_t length = isLong ? llvm::support::endian::read32le(lengthAt)
                           : llvm::support::endian::read16le(lengthAt);
  bytes = bytes.drop_front(isLong ? 12 : 10);
  if (bytes.size() < length) {
    return malformed();
  }
  StringRef header = bytes.take_front(length);
  bytes = bytes.drop_front(length);
  StringRef descr = npyField(header, "descr").ltrim("'");
  Type element =
      npyType(context, descr.take_until([](char c) { return c == '\''; }));
  if (!element || !npyField(header, "fortran_order").starts_with("False")) {
    error = "unsupported .npy header '" + printable(header.rtrim()) +
            "'; supported: C order, bool, integers and floats";
    return {};
  }
  StringRef dims = npyField(header, "shape").ltrim("(").take_until([](char c) {
    return c == ')';
  });
  SmallVector<int64_t> shape;
  SmallVector<StringRef> parts;
  dims.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    int64_t size;
    if (part.trim().empty()) {
      continue;
    }
    if (part.trim().getAsInteger(10, size)) {
      return malformed();
    }
    shape.push_back(size);
  }
  std::optional<int64_t> count = elementCount(shape);
  int64_t size = count.value_or(0) * storedBytes(element);
  if (!count || static_cast<int64_t>(bytes.size()) < size) {
    return malformed();
  }
  if (static_cast<int64_t>(bytes.size()) > size) {
    error = "has " + std::to_string(bytes.size() - size) +
            " bytes after the data; save one array in a file";
    return {};
  }
  return denseFromBytes(RankedTensorType::get(shape, element),
                        ArrayRef<char>(bytes.data(), bytes.size()));
}

static DenseElementsAttr readTensorProto(MLIRContext *context, StringRef bytes,
                                         std::string &error) {
  onnx::TensorProto tensor;
  if (bytes.size() > INT_MAX ||
      !tensor.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    error = "not a serialized TensorProto";
    return {};
  }
  Type element = elementType(context, tensor.data_type());
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  std::optional<int64_t> count = elementCount(shape);
  if (!element || !count) {
    error = "unsupported element type " + dataTypeName(tensor.data_type()) +
            " or shape";
    return {};
  }
  std::vector<char> typed;
  ArrayRef<char> view(tensor.raw_data().data(), tensor.raw_data().size());
  if (!tensor.has_raw_data()) {
    typed = typedFields(tensor, storedBytes(element));
    view = typed;
  }
  if (static_cast<int64_t>(view.size()) != *count * storedBytes(element)) {
    error = "expected " + std::to_string(*count) + " elements, but got " +
            std::to_string(view.size() / storedBytes(element));
    return {};
  }
  return denseFromBytes(RankedTensorType::get(shape, element), view);
}

DenseElementsAttr readTensorFile(MLIRContext *context, StringRef path,
                                 std::string &error) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    error = printable(path) + ": " + buffer.getError().message();
    return {};
  }
  StringRef bytes = (*buffer)->getBuffer();
  DenseElementsAttr result = path.ends_with(".npy")
                                 ? readNpy(context, bytes, error)
                                 : readTensorProto(context, bytes, error);
  if (!result) {
    error = printable(path) + ": " + error;
  }
  return result;
}

} // namespace mlir::tessera::onnx_to_graph
