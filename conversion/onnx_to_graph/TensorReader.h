//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// ONNX tensors and element types as MLIR attributes and types.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_TENSORREADER_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_TENSORREADER_H

#include "conversion/onnx_to_graph/OnnxModel.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::tessera::onnx_to_graph {

/// Tensors of up to this many elements become dense attributes.
constexpr int64_t inlineElementLimit = 64;

/// "FLOAT", "INT4", ... for messages; newer types than the library's included.
std::string dataTypeName(int32_t dataType);

/// The graph dialect's type for an ONNX element type, or null if it has none.
Type elementType(MLIRContext *context, int32_t dataType);

class TensorReader {
public:
  TensorReader(MLIRContext *context, OnnxModel &model)
      : context(context), model(model) {}

  /// Large tensors become resource blobs that point into the parsed model or
  /// the mapped file. Null after setting `error`.
  ElementsAttr read(const onnx::TensorProto &tensor, std::string &error);

private:
  ElementsAttr readRaw(const onnx::TensorProto &tensor, RankedTensorType type,
                       ArrayRef<char> bytes, std::shared_ptr<const void> owner);

  MLIRContext *context;
  OnnxModel &model;
};

/// A tensor from a .npy file or a serialized TensorProto (.pb). Null after
/// setting `error`.
DenseElementsAttr readTensorFile(MLIRContext *context, StringRef path,
                                 std::string &error);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_TENSORREADER_H
