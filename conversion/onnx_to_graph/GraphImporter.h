//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Walks an ONNX graph and imports node after node by the op table.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_GRAPHIMPORTER_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_GRAPHIMPORTER_H

#include "conversion/onnx_to_graph/NodeContext.h"
#include "conversion/onnx_to_graph/OnnxToGraph.h"
#include "conversion/onnx_to_graph/TensorReader.h"

#include "llvm/ADT/StringSet.h"

namespace mlir::tessera::onnx_to_graph {

/// The error's head: node 'name' (Op, version 13, opset 17).
std::string describeNode(const onnx::NodeProto &node, const OpRow *row,
                         int64_t opset);

/// Checks the attributes of `node` against its row; adds to `errors`.
bool checkAttributes(const onnx::NodeProto &node, const OpRow &row,
                     int64_t opset, std::vector<std::string> &errors);

class GraphImporter {
public:
  GraphImporter(MLIRContext *context, OnnxModel &model,
                const ImportOptions &options, std::vector<std::string> &errors)
      : context(context), model(model), options(options), errors(errors),
        tensors(context, model) {}

  /// Null if there were errors.
  OwningOpRef<ModuleOp> run();

  /// Imports a body with its inputs bound to `inputs`, in a scope inside of the
  /// current one. Null outputs are those that depend on an error. Fails if the
  /// number of inputs differs.
  LogicalResult importBody(const onnx::GraphProto &body, ArrayRef<Value> inputs,
                           SmallVectorImpl<Value> &outputs);

  /// Null after setting `error`.
  ElementsAttr readTensor(const onnx::TensorProto &tensor, std::string &error) {
    return tensors.read(tensor, error);
  }

private:
  /// Values by name; null for one that couldn't be imported.
  struct Scope {
    Scope *parent = nullptr;
    llvm::StringMap<Value> values;
  };

  void addError(const std::string &message);
  bool bindSymbols();
  bool checkOptions();
  /// The type of a graph input, null with errors if it has none.
  RankedTensorType inputType(const onnx::ValueInfoProto &input);
  void importInputs(Block *block, SmallVectorImpl<Attribute> &names);
  void importBoundInput(const onnx::ValueInfoProto &input,
                        DenseElementsAttr value);
  void importInitializers(const onnx::GraphProto &graph);
  /// False once the model is too large; says so the first time.
  bool countNode(const std::string &head);
  void importNode(const onnx::NodeProto &node);
  void importSupportedNode(const onnx::NodeProto &node, const OpRow &row,
                           int64_t opset);
  /// False if the name is unknown or stands for a failed value.
  bool lookUp(StringRef name, Value &value) const;
  void define(StringRef name, Value value);
  void markFailed(const onnx::NodeProto &node);
  /// The value of a graph output; adds an error if there is none, or if its
  /// type is not the declared one.
  Value findOutput(const onnx::ValueInfoProto &output);
  OwningOpRef<ModuleOp> buildModule();

  MLIRContext *context;
  OnnxModel &model;
  const ImportOptions &options;
  std::vector<std::string> &errors;
  llvm::StringSet<> knownErrors;
  TensorReader tensors;
  std::unique_ptr<GraphEmitter> emitter;
  Scope *scope = nullptr;
  llvm::StringMap<int64_t> symbols;
  int64_t nodeCount = 0;
};

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_GRAPHIMPORTER_H
