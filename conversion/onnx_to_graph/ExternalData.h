//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Tensors outside of the model's file, mapped into memory.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_EXTERNALDATA_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_EXTERNALDATA_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"

#include <memory>
#include <string>

namespace llvm {
class MemoryBuffer;
} // namespace llvm

namespace mlir::tessera::onnx_to_graph {

class ExternalData {
public:
  /// `directory` holds the model's file; data may lie nowhere else.
  explicit ExternalData(std::string directory)
      : directory(std::move(directory)) {}

  struct View {
    llvm::ArrayRef<char> bytes;
    /// Keeps the mapping alive.
    std::shared_ptr<llvm::MemoryBuffer> owner;
  };

  /// The bytes of a tensor whose data_location is EXTERNAL, `size` of them.
  /// Returns false after setting `error` if the file is missing, too short or
  /// outside of the folder, symbolic links followed.
  bool find(const onnx::TensorProto &tensor, int64_t size, View &view,
            std::string &error);

private:
  std::shared_ptr<llvm::MemoryBuffer> open(llvm::StringRef location,
                                           std::string &error);

  std::string directory;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_EXTERNALDATA_H
