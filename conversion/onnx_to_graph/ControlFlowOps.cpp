//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/GraphImporter.h"

#include "llvm/ADT/StringSet.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Rounds of one loop.
constexpr int64_t roundLimit = 65536;

/// The branch that a constant condition takes.
LogicalResult importIf(NodeContext &node) {
  ONNX_ASSIGN_OR_FAIL(condition, node.constantInt(0, "condition"));
  StringRef name = condition ? "then_branch" : "else_branch";
  const onnx::AttributeProto *branch = node.findAttr(name);
  if (!branch) {
    return node.invalid("attribute '" + name + "' is missing");
  }
  SmallVector<Value> outputs;
  if (failed(node.graphImporter().importBody(branch->g(), {}, outputs))) {
    return node.invalid("a branch has inputs");
  }
  if (llvm::is_contained(outputs, Value())) {
    return failure();
  }
  return node.results(outputs);
}

/// Joins what the rounds gave, along a new dimension `axis`.
Value joinRounds(GraphEmitter &emit, SmallVector<Value> rounds, int64_t axis,
                 bool reverse) {
  if (reverse) {
    std::reverse(rounds.begin(), rounds.end());
  }
  for (Value &value : rounds) {
    value = emit.unsqueeze(value, axis);
  }
  return emit.concat(rounds, axis);
}

/// Whether the condition that a loop's body computes may differ between rounds:
/// whether it depends on the round or on what rounds hand on.
bool conditionVaries(const onnx::GraphProto &body) {
  llvm::StringSet<> varying;
  for (int i = 0; i < body.input_size(); ++i) {
    // Input 1 is the condition itself, true in each round.
    if (i != 1) {
      varying.insert(body.input(i).name());
    }
  }
  for (const onnx::NodeProto &node : body.node()) {
    bool varies = false;
    for (const onnx::AttributeProto &attribute : node.attribute()) {
      varies |= attribute.has_g();
    }
    for (const std::string &input : node.input()) {
      varies |= varying.contains(input);
    }
    for (const std::string &output : node.output()) {
      if (varies) {
        varying.insert(output);
      }
    }
  }
  return body.output_size() > 0 && varying.contains(body.output(0).name());
}

/// A loop whose number of rounds is known, round after round.
LogicalResult importLoop(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  const onnx::AttributeProto *attribute = node.findAttr("body");
  if (!attribute || node.numInputs() < 2) {
    return node.invalid("attribute 'body', or an input, is missing");
  }
  const onnx::GraphProto &body = attribute->g();
  int64_t trips = INT64_MAX, goOn = 1;
  if (node.hasInput(0)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(0, "trip count"));
    trips = operand;
  }
  if (node.hasInput(1)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(1, "condition"));
    goOn = operand;
  }
  SmallVector<Value> carried;
  for (unsigned i = 2; i < node.numInputs(); ++i) {
    Value value = node.input(i);
    if (!value) {
      return failure();
    }
    carried.push_back(value);
  }
  size_t scans = body.output_size() -
                 std::min<size_t>(body.output_size(), carried.size() + 1);
  SmallVector<SmallVector<Value>> scanned(scans);
  // A condition that never changes is known after the first round.
  int64_t limit = trips > roundLimit && !conditionVaries(body) ? 1 : roundLimit;
  for (int64_t round = 0; round < trips && goOn; ++round) {
    if (round == limit) {
      return node.unsupported("a loop of over " + Twine(roundLimit) + " rounds",
                              "fewer rounds");
    }
    SmallVector<Value> inputs = {
        emit.scalar(emit.i64(), static_cast<double>(round)),
        emit.scalar(emit.i1(), 1)};
    inputs.append(carried);
    SmallVector<Value> outputs;
    if (failed(node.graphImporter().importBody(body, inputs, outputs)) ||
        outputs.size() != carried.size() + 1 + scans) {
      return node.invalid("the body has " + Twine(body.input_size()) +
                          " inputs and " + Twine(body.output_size()) +
                          " outputs, which don't fit the node's");
    }
    if (llvm::is_contained(outputs, Value())) {
      return failure();
    }
    const HostTensor *condition = emit.hostTensor(outputs[0], 1);
    if (!condition) {
      return node.unsupported("a condition that depends on data",
                              "one that is known at import");
    }
    goOn = condition->ints[0];
    carried.assign(outputs.begin() + 1, outputs.begin() + 1 + carried.size());
    for (size_t i = 0; i < scans; ++i) {
      scanned[i].push_back(outputs[1 + carried.size() + i]);
    }
  }
  SmallVector<Value> results = carried;
  for (SmallVector<Value> &values : scanned) {
    if (values.empty()) {
      return node.unsupported("a loop without a round that collects outputs",
                              "one round or more");
    }
    results.push_back(joinRounds(emit, values, 0, false));
  }
  return node.results(results);
}

/// One entry of an optional list of axes or directions.
int64_t entryOf(ArrayRef<int64_t> list, size_t index) {
  return index < list.size() ? list[index] : 0;
}

/// A scan, round after round over its sequences.
LogicalResult importScan(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  const onnx::AttributeProto *attribute = node.findAttr("body");
  SmallVector<Value> operands;
  if (!attribute || failed(node.inputs(operands))) {
    return node.invalid("attribute 'body' is missing");
  }
  if (node.opset() < 9) {
    return node.unsupported("version 8, with a batch dimension",
                            "version 9 or later");
  }
  const onnx::GraphProto &body = attribute->g();
  int64_t sequences = node.intAttr("num_scan_inputs", 0);
  if (sequences < 1 || sequences > static_cast<int64_t>(operands.size())) {
    return node.invalid("num_scan_inputs is " + Twine(sequences));
  }
  size_t states = operands.size() - sequences;
  SmallVector<int64_t> inAxes = node.intsAttr("scan_input_axes");
  SmallVector<int64_t> outAxes = node.intsAttr("scan_output_axes");
  SmallVector<int64_t> inDirections = node.intsAttr("scan_input_directions");
  SmallVector<int64_t> outDirections = node.intsAttr("scan_output_directions");
  SmallVector<Value> carried(operands.begin(), operands.begin() + states);
  ArrayRef<Value> scans = ArrayRef<Value>(operands).drop_front(states);
  SmallVector<int64_t> axes;
  int64_t rounds = -1;
  for (auto [i, value] : llvm::enumerate(scans)) {
    ONNX_ASSIGN_OR_FAIL(
        axis, node.normalizeAxis(entryOf(inAxes, i), emit.rankOf(value)));
    axes.push_back(axis);
    int64_t size = emit.shapeOf(value)[axis];
    if (rounds >= 0 && size != rounds) {
      return node.invalid("the sequences' lengths differ");
    }
    rounds = size;
  }
  if (rounds < 1 || rounds > roundLimit ||
      body.output_size() < static_cast<int>(states)) {
    return node.unsupported("a scan over " + Twine(rounds) + " elements",
                            "1 to " + Twine(roundLimit));
  }
  SmallVector<SmallVector<Value>> scanned(body.output_size() - states);
  for (int64_t round = 0; round < rounds; ++round) {
    SmallVector<Value> inputs = carried;
    for (auto [i, value] : llvm::enumerate(scans)) {
      bool reverse = entryOf(inDirections, i) != 0;
      SmallVector<int64_t> shape(emit.shapeOf(value));
      shape.erase(shape.begin() + axes[i]);
      Value element = emit.sliceAxis(value, axes[i],
                                     reverse ? rounds - 1 - round : round, 1);
      inputs.push_back(emit.reshape(element, shape));
    }
    SmallVector<Value> outputs;
    if (failed(node.graphImporter().importBody(body, inputs, outputs))) {
      return node.invalid("the body has " + Twine(body.input_size()) +
                          " inputs, expected " + Twine(inputs.size()));
    }
    if (llvm::is_contained(outputs, Value())) {
      return failure();
    }
    carried.assign(outputs.begin(), outputs.begin() + states);
    for (size_t i = 0; i < scanned.size(); ++i) {
      scanned[i].push_back(outputs[states + i]);
    }
  }
  SmallVector<Value> results = carried;
  for (auto [i, values] : llvm::enumerate(scanned)) {
    ONNX_ASSIGN_OR_FAIL(axis, node.normalizeAxis(entryOf(outAxes, i),
                                                 emit.rankOf(values[0]) + 1));
    results.push_back(
        joinRounds(emit, values, axis, entryOf(outDirections, i) != 0));
  }
  return node.results(results);
}

} // namespace

void registerControlFlowOps(OpTable &table) {
  table.add({"If",
             {1, 11, 13, 16, 19, 21, 23, 24, 25},
             importIf,
             {graphBody("then_branch"), graphBody("else_branch")},
             {{0}}});
  table.add({"Loop",
             {1, 11, 13, 16, 19, 21, 23, 24, 25},
             importLoop,
             {graphBody("body")},
             {{0, 1}}});
  table.add(
      {"Scan",
       {8, 9, 11, 16, 19, 21, 23, 24, 25},
       importScan,
       {graphBody("body"), integer("num_scan_inputs"),
        integers("directions", 1, 9), integers("scan_input_axes", 9),
        integers("scan_output_axes", 9), integers("scan_input_directions", 9),
        integers("scan_output_directions", 9)}});
}

} // namespace mlir::tessera::onnx_to_graph
