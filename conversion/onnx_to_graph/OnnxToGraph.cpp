//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OnnxToGraph.h"

#include "conversion/onnx_to_graph/GraphImporter.h"

#include "llvm/ADT/StringSet.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Puts the file's name before the errors that are added while it lives.
class ErrorsOfFile {
public:
  ErrorsOfFile(StringRef path, std::vector<std::string> &errors)
      : head(printable(path) + ": "), errors(errors), first(errors.size()) {}
  ~ErrorsOfFile() {
    for (size_t i = first; i < errors.size(); ++i) {
      errors[i].insert(0, head);
    }
  }

private:
  std::string head;
  std::vector<std::string> &errors;
  size_t first;
};

} // namespace

OwningOpRef<ModuleOp> importOnnxModel(MLIRContext *context, StringRef path,
                                      const ImportOptions &options,
                                      std::vector<std::string> &errors) {
  ErrorsOfFile file(path, errors);
  std::unique_ptr<OnnxModel> model = OnnxModel::read(path, errors);
  if (!model) {
    return {};
  }
  return GraphImporter(context, *model, options, errors).run();
}

namespace {

/// How the value of a name is used, over a graph and the bodies in it.
class ShapeOperandAnalysis {
public:
  explicit ShapeOperandAnalysis(const OnnxModel &model) {
    addGraph(model.graph());
    for (const auto &output : model.graph().output()) {
      data.insert(output.name());
    }
    // A value that reaches data is data: go on until nothing changes.
    bool changed = true;
    while (changed) {
      changed = false;
      for (const onnx::NodeProto *node : llvm::reverse(nodes)) {
        changed |= visit(*node);
      }
    }
  }

  bool isShapeOperand(StringRef name) const {
    return shapes.contains(name) && !data.contains(name);
  }

private:
  void addGraph(const onnx::GraphProto &graph) {
    for (const onnx::NodeProto &node : graph.node()) {
      nodes.push_back(&node);
      for (const onnx::AttributeProto &attribute : node.attribute()) {
        if (attribute.has_g()) {
          addGraph(attribute.g());
        }
      }
    }
  }

  bool visit(const onnx::NodeProto &node) {
    StringRef domain = canonicalDomain(node.domain());
    const OpRow *row = OpTable::get().find(domain, node.op_type());
    bool givesData = false, givesShape = false;
    for (const std::string &output : node.output()) {
      givesData |= data.contains(output);
      givesShape |= shapes.contains(output);
    }
    bool changed = false;
    for (const onnx::AttributeProto &attribute : node.attribute()) {
      for (const auto &output : attribute.g().output()) {
        changed |= givesData && data.insert(output.name()).second;
        changed |= givesShape && shapes.insert(output.name()).second;
      }
    }
    for (int i = 0; i < node.input_size(); ++i) {
      if (row && row->unreadOperands.contains(i)) {
        continue;
      }
      bool isShape = row && row->shapeOperands.contains(i);
      if (isShape || givesShape) {
        changed |= shapes.insert(node.input(i)).second;
      }
      if (!isShape && (givesData || !row)) {
        changed |= data.insert(node.input(i)).second;
      }
    }
    return changed;
  }

  std::vector<const onnx::NodeProto *> nodes;
  llvm::StringSet<> shapes;
  llvm::StringSet<> data;
};

} // namespace

std::vector<ModelInput> listInputs(StringRef path,
                                   std::vector<std::string> &errors) {
  ErrorsOfFile file(path, errors);
  std::vector<ModelInput> inputs;
  std::unique_ptr<OnnxModel> model = OnnxModel::read(path, errors);
  if (!model) {
    return inputs;
  }
  ShapeOperandAnalysis analysis(*model);
  llvm::StringSet<> constants;
  for (const auto &tensor : model->graph().initializer()) {
    constants.insert(tensor.name());
  }
  for (int i = 0; i < model->graph().input_size(); ++i) {
    const auto &input = model->graph().input(i);
    if (constants.contains(input.name())) {
      continue;
    }
    ModelInput entry;
    entry.name = input.name();
    entry.index = i;
    entry.isShapeOperand = analysis.isShapeOperand(input.name());
    for (const auto &dim : input.type().tensor_type().shape().dim()) {
      entry.shape.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
      entry.symbols.push_back(dim.dim_param());
    }
    inputs.push_back(std::move(entry));
  }
  return inputs;
}

std::vector<std::string> listShapeOperands(StringRef path,
                                           std::vector<std::string> &errors) {
  std::vector<std::string> names;
  for (const ModelInput &input : listInputs(path, errors)) {
    if (input.isShapeOperand) {
      names.push_back(input.name);
    }
  }
  return names;
}

} // namespace mlir::tessera::onnx_to_graph
