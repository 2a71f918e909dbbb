//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/ExternalData.h"

#include "conversion/onnx_to_graph/OnnxModel.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace mlir::tessera::onnx_to_graph {

std::shared_ptr<llvm::MemoryBuffer> ExternalData::open(llvm::StringRef location,
                                                       std::string &error) {
  auto found = files.find(location);
  if (found != files.end()) {
    return found->second;
  }
  std::string quoted = "external data file '" + printable(location) + "'";
  if (location.contains('\0')) {
    error = quoted + " has a null byte in its name";
    return nullptr;
  }
  llvm::SmallString<256> path(directory.empty() ? "." : directory);
  llvm::SmallString<256> folder, real;
  if (llvm::sys::path::is_absolute(location) ||
      llvm::sys::fs::real_path(path, folder)) {
    error = quoted + " is outside of the model's folder";
    return nullptr;
  }
  llvm::sys::path::append(path, location);
  if (std::error_code code = llvm::sys::fs::real_path(path, real)) {
    error = quoted + " can't be read: " + code.message();
    return nullptr;
  }
  llvm::StringRef rest = real.str();
  if (!rest.consume_front(folder.str()) ||
      !(folder.ends_with("/") || rest.starts_with("/"))) {
    error = quoted + " is outside of the model's folder";
    return nullptr;
  }
  if (!llvm::sys::fs::is_regular_file(real)) {
    error = quoted + " is no regular file";
    return nullptr;
  }
  auto buffer = llvm::MemoryBuffer::getFile(real, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    error = quoted + " can't be read: " + buffer.getError().message();
    return nullptr;
  }
  return files[location] = std::move(*buffer);
}

bool ExternalData::find(const onnx::TensorProto &tensor, int64_t size,
                        View &view, std::string &error) {
  std::string location;
  uint64_t offset = 0;
  uint64_t length = static_cast<uint64_t>(size);
  for (const auto &entry : tensor.external_data()) {
    bool bad = false;
    if (entry.key() == "location") {
      location = entry.value();
    } else if (entry.key() == "offset") {
      bad = llvm::StringRef(entry.value()).getAsInteger(10, offset);
    } else if (entry.key() == "length") {
      bad = llvm::StringRef(entry.value()).getAsInteger(10, length);
    }
    if (bad) {
      error = "external data has the " + entry.key() + " '" +
              printable(entry.value()) + "', expected a number";
      return false;
    }
  }
  if (location.empty()) {
    error = "external data names no location";
    return false;
  }
  view.owner = open(location, error);
  if (!view.owner) {
    return false;
  }
  uint64_t available = view.owner->getBufferSize();
  if (length < static_cast<uint64_t>(size) || offset > available ||
      available - offset < static_cast<uint64_t>(size)) {
    error = "external data file '" + printable(location) +
            "' is too short: expected " + std::to_string(size) +
            " bytes at offset " + std::to_string(offset) + ", but it has " +
            std::to_string(
                std::min(length, offset > available ? 0 : available - offset));
    return false;
  }
  view.bytes = {view.owner->getBufferStart() + offset,
                static_cast<size_t>(size)};
  return true;
}

} // namespace mlir::tessera::onnx_to_graph
