//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include "conversion/onnx_to_graph/TensorReader.h"

namespace mlir::tessera::onnx_to_graph {

NodeContext::NodeContext(GraphImporter &importer, GraphEmitter &emitter,
                         const onnx::NodeProto &node, int64_t opset,
                         SmallVector<Value> operands)
    : importer(importer), emitter(emitter), node(node), modelOpset(opset),
      operands(std::move(operands)) {}

LogicalResult NodeContext::invalid(const Twine &message) {
  if (errorMessage.empty()) {
    errorMessage = message.str();
  }
  return failure();
}

LogicalResult NodeContext::unsupported(const Twine &what,
                                       const Twine &supported) {
  return invalid(what + " is not supported; supported: " + supported);
}

//===-- Operands ----------------------------------------------------------===//

std::string NodeContext::inputName(unsigned i) const {
  return i < static_cast<unsigned>(node.input_size()) ? printable(node.input(i))
                                                      : "";
}

Value NodeContext::input(unsigned i) {
  Value value = optionalInput(i);
  if (!value) {
    (void)invalid("input " + Twine(i) + " is missing");
  }
  return value;
}

LogicalResult NodeContext::inputs(SmallVectorImpl<Value> &values) {
  if (operands.empty()) {
    return invalid("it has no input");
  }
  for (unsigned i = 0; i < operands.size(); ++i) {
    Value value = input(i);
    if (!value) {
      return failure();
    }
    values.push_back(value);
  }
  return success();
}

const HostTensor *NodeContext::constantTensor(unsigned i, StringRef role) {
  Value value = input(i);
  if (!value) {
    return nullptr;
  }
  const HostTensor *tensor = emitter.hostTensor(value);
  if (!tensor) {
    (void)invalid("the value of input " + Twine(i) + " '" + inputName(i) +
                  "' (" + role +
                  ") is not known at import; supported: a constant, or a "
                  "graph input with --bind-input name=FILE.npy");
  }
  return tensor;
}

FailureOr<SmallVector<int64_t>> NodeContext::constantInts(unsigned i,
                                                          StringRef role) {
  const HostTensor *tensor = constantTensor(i, role);
  if (!tensor) {
    return failure();
  }
  if (tensor->isFloat()) {
    return invalid("input " + Twine(i) + " (" + role +
                   ") has floating-point type, expected integers");
  }
  return SmallVector<int64_t>(tensor->ints.begin(), tensor->ints.end());
}

FailureOr<int64_t> NodeContext::constantInt(unsigned i, StringRef role) {
  FailureOr<SmallVector<int64_t>> values = constantInts(i, role);
  if (failed(values)) {
    return failure();
  }
  if (values->size() != 1) {
    return invalid("input " + Twine(i) + " (" + role + ") has " +
                   Twine(values->size()) + " elements, expected 1");
  }
  return values->front();
}

FailureOr<SmallVector<double>> NodeContext::constantNumbers(unsigned i,
                                                            StringRef role) {
  const HostTensor *tensor = constantTensor(i, role);
  if (!tensor) {
    return failure();
  }
  if (tensor->isFloat()) {
    return SmallVector<double>(tensor->floats.begin(), tensor->floats.end());
  }
  return SmallVector<double>(tensor->ints.begin(), tensor->ints.end());
}

FailureOr<int64_t> NodeContext::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    return invalid("axis " + Twine(axis) + " is out of range for rank " +
                   Twine(rank));
  }
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>>
NodeContext::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t axis : axes) {
    FailureOr<int64_t> normalized = normalizeAxis(axis, rank);
    if (failed(normalized)) {
      return failure();
    }
    if (llvm::is_contained(result, *normalized)) {
      return invalid("axis " + Twine(axis) + " is named twice");
    }
    result.push_back(*normalized);
  }
  return result;
}

FailureOr<int64_t> NodeContext::axisAttr(int64_t defaultAxis, int64_t rank) {
  return normalizeAxis(intAttr("axis", defaultAxis), rank);
}

//===-- Attributes --------------------------------------------------------===//

const onnx::AttributeProto *NodeContext::findAttr(StringRef name) const {
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.name() == name) {
      return &attribute;
    }
  }
  return nullptr;
}

int64_t NodeContext::intAttr(StringRef name, int64_t defaultValue) const {
  const onnx::AttributeProto *attribute = findAttr(name);
  return attribute ? attribute->i() : defaultValue;
}

double NodeContext::realAttr(StringRef name, double defaultValue) const {
  const onnx::AttributeProto *attribute = findAttr(name);
  return attribute ? attribute->f() : defaultValue;
}

std::string NodeContext::stringAttr(StringRef name,
                                    StringRef defaultValue) const {
  const onnx::AttributeProto *attribute = findAttr(name);
  return attribute ? printable(attribute->s()) : defaultValue.str();
}

SmallVector<int64_t>
NodeContext::intsAttr(StringRef name, ArrayRef<int64_t> defaultValue) const {
  const onnx::AttributeProto *attribute = findAttr(name);
  if (!attribute) {
    return SmallVector<int64_t>(defaultValue);
  }
  return SmallVector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

SmallVector<double> NodeContext::realsAttr(StringRef name) const {
  const onnx::AttributeProto *attribute = findAttr(name);
  if (!attribute) {
    return {};
  }
  return SmallVector<double>(attribute->floats().begin(),
                             attribute->floats().end());
}

SmallVector<std::string> NodeContext::stringsAttr(StringRef name) const {
  const onnx::AttributeProto *attribute = findAttr(name);
  if (!attribute) {
    return {};
  }
  return SmallVector<std::string>(attribute->strings().begin(),
                                  attribute->strings().end());
}

Type NodeContext::typeAttr(StringRef name, Type defaultType) {
  const onnx::AttributeProto *attribute = findAttr(name);
  if (!attribute) {
    return defaultType;
  }
  int64_t value = attribute->i();
  Type type = value >= 0 && value <= INT32_MAX
                  ? elementType(emitter.context(), static_cast<int32_t>(value))
                  : Type();
  if (!type) {
    (void)unsupported(name + " " + dataTypeName(static_cast<int32_t>(value)),
                      "floats of 16 to 64 bits, integers of 8 to 64 bits, "
                      "BOOL");
  }
  return type;
}

LogicalResult NodeContext::results(ArrayRef<Value> values) {
  for (Value value : values) {
    if (!value) {
      return invalid(emitter.error());
    }
  }
  resultValues.assign(values.begin(), values.end());
  return success();
}

} // namespace mlir::tessera::onnx_to_graph
