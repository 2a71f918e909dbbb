//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OnnxModel.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"

#include <google/protobuf/unknown_field_set.h>

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Field numbers of messages newer than the library's.
constexpr int nodeOverloadField = 8;
constexpr int functionAttributeProtoField = 11;
constexpr int functionOverloadField = 13;

/// Expanded nodes, and calls inside of calls, of one model.
constexpr int64_t nodeLimit = 200000;
constexpr size_t depthLimit = 64;

std::string overloadOf(const google::protobuf::UnknownFieldSet &fields,
                       int number) {
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto &field = fields.field(i);
    if (field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      return field.length_delimited();
    }
  }
  return "";
}

std::string functionKey(llvm::StringRef domain, llvm::StringRef name,
                        llvm::StringRef overload) {
  return (llvm::Twine(canonicalDomain(domain)) + "\n" + name + "\n" + overload)
      .str();
}

using Names = llvm::StringMap<std::string>;
using Attributes = llvm::StringMap<const onnx::AttributeProto *>;

} // namespace

class FunctionExpander {
public:
  FunctionExpander(OnnxModel &model, onnx::ModelProto &proto,
                   std::vector<std::string> &errors)
      : model(model), errors(errors) {
    for (const onnx::FunctionProto &function : proto.functions()) {
      functions[functionKey(function.domain(), function.name(),
                            overloadOf(function.unknown_fields(),
                                       functionOverloadField))] = &function;
    }
  }

  bool expandGraph(onnx::GraphProto &graph) {
    google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
    nodes.Swap(graph.mutable_node());
    for (onnx::NodeProto &node : nodes) {
      if (!expandNode(node, *graph.mutable_node())) {
        return false;
      }
    }
    return true;
  }

private:
  using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

  const onnx::FunctionProto *findFunction(const onnx::NodeProto &node) const {
    return functions.lookup(
        functionKey(node.domain(), node.op_type(),
                    overloadOf(node.unknown_fields(), nodeOverloadField)));
  }

  bool fail(const onnx::NodeProto &node, const std::string &message) {
    errors.push_back("node '" + nodeName(node) + "' (" +
                     printable(node.op_type()) + "): " + message);
    return false;
  }

  /// Moves `node` to `target`, or the function's body if it is a call.
  bool expandNode(onnx::NodeProto &node, Nodes &target) {
    const onnx::FunctionProto *function = findFunction(node);
    if (function) {
      return expandCall(node, *function, target);
    }
    if (++nodeCount > nodeLimit) {
      return fail(node, "the model's functions expand to over " +
                            std::to_string(nodeLimit) + " nodes");
    }
    onnx::NodeProto *added = target.Add();
    added->Swap(&node);
    if (!opsetStack.empty()) {
      model.nodeOpsets[added] = opsetStack.back();
    }
    for (onnx::AttributeProto &attribute : *added->mutable_attribute()) {
      if (attribute.has_g() && !expandGraph(*attribute.mutable_g())) {
        return false;
      }
    }
    return true;
  }

  bool expandCall(const onnx::NodeProto &call,
                  const onnx::FunctionProto &function, Nodes &target) {
    if (opsetStack.size() >= depthLimit) {
      return fail(call, "the function calls itself, or calls nest over " +
                            std::to_string(depthLimit) + " deep");
    }
    if (call.input_size() > function.input_size() ||
        call.output_size() > function.output_size()) {
      return fail(call, "more inputs or outputs than the function has");
    }
    Names names;
    for (int i = 0; i < function.input_size(); ++i) {
      names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
    }
    std::string prefix =
        nodeName(call) + "#" + std::to_string(callCount++) + "/";
    for (int i = 0; i < function.output_size(); ++i) {
      if (i < call.output_size() && !call.output(i).empty()) {
        names[function.output(i)] = call.output(i);
      }
    }
    addDefaults(function);
    Attributes attributes = boundAttributes(call, function);

    auto opsets = std::make_unique<OpsetTable>();
    for (const auto &import : function.opset_import()) {
      (*opsets)[canonicalDomain(import.domain())] = import.version();
    }
    opsetStack.push_back(opsets.get());
    model.functionOpsets.push_back(std::move(opsets));
    bool good = true;
    for (const onnx::NodeProto &node : function.node()) {
      onnx::NodeProto copy = node;
      renameNode(copy, names, attributes, prefix);
      copy.set_name(nodeName(call) + "/" + nodeName(node));
      good = good && expandNode(copy, target);
    }
    opsetStack.pop_back();
    return good;
  }

  /// Reads the attributes' default values, which the library doesn't know.
  void addDefaults(const onnx::FunctionProto &function) {
    if (!defaults.try_emplace(&function).second) {
      return;
    }
    const auto &fields = function.unknown_fields();
    for (int i = 0; i < fields.field_count(); ++i) {
      const auto &field = fields.field(i);
      if (field.number() == functionAttributeProtoField &&
          field.type() ==
              google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
        auto attribute = std::make_unique<onnx::AttributeProto>();
        if (attribute->ParseFromString(field.length_delimited())) {
          defaults[&function].push_back(std::move(attribute));
        }
      }
    }
  }

  Attributes boundAttributes(const onnx::NodeProto &call,
                             const onnx::FunctionProto &function) {
    Attributes result;
    for (const auto &attribute : defaults[&function]) {
      result[attribute->name()] = attribute.get();
    }
    for (const onnx::AttributeProto &attribute : call.attribute()) {
      result[attribute.name()] = &attribute;
    }
    return result;
  }

  static std::string rename(llvm::StringRef name, Names &names,
                            const std::string &prefix) {
    if (name.empty()) {
      return "";
    }
    auto [entry, isNew] = names.try_emplace(name, prefix + name.str());
    return entry->second;
  }

  static void renameNode(onnx::NodeProto &node, Names &names,
                         const Attributes &attributes,
                         const std::string &prefix) {
    for (std::string &input : *node.mutable_input()) {
      input = rename(input, names, prefix);
    }
    for (std::string &output : *node.mutable_output()) {
      output = rename(output, names, prefix);
    }
    google::protobuf::RepeatedPtrField<onnx::AttributeProto> kept;
    for (onnx::AttributeProto &attribute : *node.mutable_attribute()) {
      if (!attribute.ref_attr_name().empty()) {
        const onnx::AttributeProto *bound =
            attributes.lookup(attribute.ref_attr_name());
        if (bound) {
          *kept.Add() = *bound;
          kept.rbegin()->set_name(attribute.name());
        }
        continue;
      }
      if (attribute.has_g()) {
        renameGraph(*attribute.mutable_g(), names, attributes, prefix);
      }
      kept.Add()->Swap(&attribute);
    }
    node.mutable_attribute()->Swap(&kept);
  }

  static void renameGraph(onnx::GraphProto &graph, Names &names,
                          const Attributes &attributes,
                          const std::string &prefix) {
    for (auto &input : *graph.mutable_input()) {
      input.set_name(rename(input.name(), names, prefix));
    }
    for (auto &tensor : *graph.mutable_initializer()) {
      tensor.set_name(rename(tensor.name(), names, prefix));
    }
    for (auto &node : *graph.mutable_node()) {
      renameNode(node, names, attributes, prefix);
    }
    for (auto &output : *graph.mutable_output()) {
      output.set_name(rename(output.name(), names, prefix));
    }
  }

  OnnxModel &model;
  std::vector<std::string> &errors;
  llvm::StringMap<const onnx::FunctionProto *> functions;
  llvm::DenseMap<const onnx::FunctionProto *,
                 std::vector<std::unique_ptr<onnx::AttributeProto>>>
      defaults;
  std::vector<const OpsetTable *> opsetStack;
  int64_t nodeCount = 0;
  int64_t callCount = 0;
};

bool expandFunctions(OnnxModel &model, onnx::ModelProto &proto,
                     std::vector<std::string> &errors) {
  if (proto.functions_size() == 0) {
    return true;
  }
  return FunctionExpander(model, proto, errors)
      .expandGraph(*proto.mutable_graph());
}

} // namespace mlir::tessera::onnx_to_graph
