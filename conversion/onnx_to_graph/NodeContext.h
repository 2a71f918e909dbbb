//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What an op's import function sees of one ONNX node: its version, attributes,
/// operands and results, and the emitter.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_NODECONTEXT_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_NODECONTEXT_H

#include "conversion/onnx_to_graph/GraphEmitter.h"
#include "conversion/onnx_to_graph/OnnxModel.h"
#include "conversion/onnx_to_graph/OpTable.h"

namespace mlir::tessera::onnx_to_graph {

class GraphImporter;

class NodeContext {
public:
  NodeContext(GraphImporter &importer, GraphEmitter &emitter,
              const onnx::NodeProto &node, int64_t opset,
              SmallVector<Value> operands);

  GraphEmitter &emit() { return emitter; }
  GraphImporter &graphImporter() { return importer; }
  const onnx::NodeProto &proto() const { return node; }
  StringRef opType() const { return node.op_type(); }
  /// The model's opset; an op's own version is at most that.
  int64_t opset() const { return modelOpset; }

  //===-- Failure ---------------------------------------------------------===//

  /// The node is malformed: says what is wrong.
  LogicalResult invalid(const Twine &message);
  /// The node is well-formed but not supported: says what, and the nearest
  /// supported form.
  LogicalResult unsupported(const Twine &what, const Twine &supported);
  StringRef message() const { return errorMessage; }

  //===-- Operands --------------------------------------------------------===//

  unsigned numInputs() const { return operands.size(); }
  bool hasInput(unsigned i) const { return i < operands.size() && operands[i]; }
  /// Null, with an error, if the operand is missing.
  Value input(unsigned i);
  /// Null if the operand is missing.
  Value optionalInput(unsigned i) {
    return i < operands.size() ? operands[i] : Value();
  }
  /// All operands; fails if one is missing or there is none.
  LogicalResult inputs(SmallVectorImpl<Value> &values);
  /// What operand `i` is called in the file.
  std::string inputName(unsigned i) const;

  /// The elements of an integer operand that must be a constant; `role` names
  /// it in the error.
  FailureOr<SmallVector<int64_t>> constantInts(unsigned i, StringRef role);
  FailureOr<int64_t> constantInt(unsigned i, StringRef role);
  FailureOr<SmallVector<double>> constantNumbers(unsigned i, StringRef role);
  /// The constant operand's tensor, valid until the next op is created.
  const HostTensor *constantTensor(unsigned i, StringRef role);

  /// An axis in [-rank, rank), made non-negative.
  FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// Axes made non-negative, in the order given, distinct.
  FailureOr<SmallVector<int64_t>> normalizeAxes(ArrayRef<int64_t> axes,
                                                int64_t rank);
  /// Attribute `axis` of operand 0.
  FailureOr<int64_t> axisAttr(int64_t defaultAxis, int64_t rank);

  //===-- Attributes (types are checked before the import) ----------------===//

  bool hasAttr(StringRef name) const { return findAttr(name); }
  int64_t intAttr(StringRef name, int64_t defaultValue) const;
  double realAttr(StringRef name, double defaultValue) const;
  std::string stringAttr(StringRef name, StringRef defaultValue) const;
  SmallVector<int64_t> intsAttr(StringRef name,
                                ArrayRef<int64_t> defaultValue = {}) const;
  SmallVector<double> realsAttr(StringRef name) const;
  SmallVector<std::string> stringsAttr(StringRef name) const;
  const onnx::AttributeProto *findAttr(StringRef name) const;
  /// The element type that an integer attribute names, null with an error if
  /// it isn't supported.
  Type typeAttr(StringRef name, Type defaultType);

  //===-- Results ---------------------------------------------------------===//

  unsigned numOutputs() const { return node.output_size(); }
  /// Whether somebody may use output `i`.
  bool wantsOutput(unsigned i) const {
    return i < numOutputs() && !node.output(i).empty();
  }
  /// Sets the results from the first on; fails if one is null.
  LogicalResult results(ArrayRef<Value> values);
  LogicalResult result(Value value) { return results({value}); }
  ArrayRef<Value> takeResults() const { return resultValues; }

private:
  GraphImporter &importer;
  GraphEmitter &emitter;
  const onnx::NodeProto &node;
  int64_t modelOpset;
  SmallVector<Value> operands;
  SmallVector<Value> resultValues;
  std::string errorMessage;
};

/// Shorthand for import functions: returns failure if `value` is one.
#define ONNX_ASSIGN_OR_FAIL(name, value)                                       \
  auto name##OrFailure = (value);                                              \
  if (failed(name##OrFailure)) {                                               \
    return failure();                                                          \
  }                                                                            \
  auto name = *name##OrFailure

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_NODECONTEXT_H
