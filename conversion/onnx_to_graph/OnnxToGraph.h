//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Imports ONNX models as modules of the graph dialect.
///
/// Every value has a static shape after import: symbolic dimensions are bound
/// by ImportOptions::inputShapes, and operands on which shapes depend must be
/// constants, folded from them, or bound by ImportOptions::boundInputs.
///
///     std::vector<std::string> errors;
///     OwningOpRef<ModuleOp> module =
///         importOnnxModel(&context, "model.onnx", {}, errors);
///
/// Not thread safe for one context; keeps no state between calls. The module's
/// resource blobs keep the model's bytes alive by themselves.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_ONNXTOGRAPH_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_ONNXTOGRAPH_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <vector>

namespace mlir::tessera::onnx_to_graph {

struct ImportOptions {
  /// Full shapes of inputs, by name. A symbol that occurs in one of them is
  /// thereby bound in the other inputs too.
  std::map<std::string, std::vector<int64_t>> inputShapes;
  /// Inputs that become constants, by name.
  std::map<std::string, DenseElementsAttr> boundInputs;
};

/// Reads the model at `path` (binary; or protobuf's text format by the
/// extensions .onnxtxt, .pbtxt, .textproto). The result holds one function:
///
///     func.func @main(%0: tensor<1x3x8x8xf32> {graph.name = "image"})
///         -> (tensor<1x4x8x8xf32> {graph.name = "scores"})
///
/// with a NameLoc from every node, and the module attributes
/// `graph.model_name` and `graph.opset`. On failure it is null, and `errors`
/// has one line for each problem, which starts with the file's name: all of
/// them, not the first.
OwningOpRef<ModuleOp> importOnnxModel(MLIRContext *context, StringRef path,
                                      const ImportOptions &options,
                                      std::vector<std::string> &errors);

/// One of a model's inputs, initializers that are also listed as inputs left
/// out.
struct ModelInput {
  std::string name;
  /// Position among all inputs of the file, as in input_<index>.pb.
  int index;
  /// Sizes, or -1; `symbols` has the name of each such dimension, or "".
  std::vector<int64_t> shape;
  std::vector<std::string> symbols;
  /// Only shapes depend on its value: `--test-data` binds it.
  bool isShapeOperand;
};

/// The inputs of the model at `path`; empty with `errors` if it can't be read.
std::vector<ModelInput> listInputs(StringRef path,
                                   std::vector<std::string> &errors);

/// The names of the inputs whose values only shapes depend on.
std::vector<std::string> listShapeOperands(StringRef path,
                                           std::vector<std::string> &errors);

/// A tensor from a .npy file, or from a serialized TensorProto (.pb). Null
/// after setting `error`, which starts with the file's name.
DenseElementsAttr readTensorFile(MLIRContext *context, StringRef path,
                                 std::string &error);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_ONNXTOGRAPH_H
