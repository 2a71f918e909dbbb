//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/GraphImporter.h"

namespace mlir::tessera::onnx_to_graph {

static StringRef kindName(AttrKind kind) {
  switch (kind) {
  case AttrKind::number:
    return "a float";
  case AttrKind::integer:
    return "an int";
  case AttrKind::string:
    return "a string";
  case AttrKind::tensor:
    return "a tensor";
  case AttrKind::graph:
    return "a graph";
  case AttrKind::numbers:
    return "floats";
  case AttrKind::integers:
    return "ints";
  case AttrKind::strings:
    return "strings";
  case AttrKind::type:
    return "a type";
  }
  llvm_unreachable("unknown attribute kind");
}

/// The kind of what an attribute holds; by the field that is set if its `type`
/// is not.
static std::optional<AttrKind> kindOf(const onnx::AttributeProto &attribute) {
  using Proto = onnx::AttributeProto;
  switch (attribute.type()) {
  case Proto::FLOAT:
    return AttrKind::number;
  case Proto::INT:
    return AttrKind::integer;
  case Proto::STRING:
    return AttrKind::string;
  case Proto::TENSOR:
    return AttrKind::tensor;
  case Proto::GRAPH:
    return AttrKind::graph;
  case Proto::FLOATS:
    return AttrKind::numbers;
  case Proto::INTS:
    return AttrKind::integers;
  case Proto::STRINGS:
    return AttrKind::strings;
  case Proto::TYPE_PROTO:
    return AttrKind::type;
  case Proto::UNDEFINED:
    break;
  default:
    return std::nullopt;
  }
  return attribute.has_f()          ? AttrKind::number
         : attribute.has_i()        ? AttrKind::integer
         : attribute.has_s()        ? AttrKind::string
         : attribute.has_t()        ? AttrKind::tensor
         : attribute.has_g()        ? AttrKind::graph
         : attribute.floats_size()  ? AttrKind::numbers
         : attribute.ints_size()    ? AttrKind::integers
         : attribute.strings_size() ? AttrKind::strings
                                    : std::optional<AttrKind>();
}

/// Whether the field that `kind` announces is there.
static bool isPresent(const onnx::AttributeProto &attribute, AttrKind kind) {
  switch (kind) {
  case AttrKind::number:
    return attribute.has_f();
  case AttrKind::integer:
    return attribute.has_i();
  case AttrKind::string:
    return attribute.has_s();
  case AttrKind::tensor:
    return attribute.has_t();
  case AttrKind::graph:
    return attribute.has_g();
  case AttrKind::type:
    return attribute.has_tp();
  default:
    return true;
  }
}

static std::string checkAttribute(const onnx::AttributeProto &attribute,
                                  const OpRow &row, int64_t opset) {
  std::string quoted = "attribute '" + printable(attribute.name()) + "' ";
  if (!attribute.ref_attr_name().empty()) {
    return quoted + "refers to '" + printable(attribute.ref_attr_name()) +
           "' outside of a function";
  }
  const AttrSpec *spec = nullptr;
  std::string known;
  for (const AttrSpec &candidate : row.attributes) {
    if (opset < candidate.since || opset >= candidate.until) {
      continue;
    }
    known += (known.empty() ? "" : ", ") + candidate.name.str();
    if (candidate.name == attribute.name()) {
      spec = &candidate;
    }
  }
  if (!spec) {
    return quoted + "is not supported; supported: " +
           (known.empty() ? "no attribute" : known);
  }
  std::optional<AttrKind> kind = kindOf(attribute);
  // Empty lists are written without a type by some exporters.
  bool isEmptyList = !kind && (spec->kind == AttrKind::numbers ||
                               spec->kind == AttrKind::integers ||
                               spec->kind == AttrKind::strings);
  if (!isEmptyList && kind != spec->kind) {
    return quoted + "is " + (kind ? kindName(*kind).str() : "of unknown type") +
           ", expected " + kindName(spec->kind).str();
  }
  if (!isPresent(attribute, spec->kind)) {
    return quoted + "has no value";
  }
  return "";
}

bool checkAttributes(const onnx::NodeProto &node, const OpRow &row,
                     int64_t opset, std::vector<std::string> &errors) {
  bool good = true;
  llvm::StringSet<> names;
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    std::string message =
        names.insert(attribute.name()).second
            ? checkAttribute(attribute, row, opset)
            : "attribute '" + printable(attribute.name()) + "' is given twice";
    if (!message.empty()) {
      errors.push_back(describeNode(node, &row, opset) + message);
      good = false;
    }
  }
  return good;
}

} // namespace mlir::tessera::onnx_to_graph
