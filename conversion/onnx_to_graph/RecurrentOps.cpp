//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Recurrent layers, step after step: the sequence's length is known at import.
///
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include "llvm/ADT/StringSwitch.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Steps of one layer; each becomes a dozen ops.
constexpr int64_t stepLimit = 1024;

//===-- Activations -------------------------------------------------------===//

struct Activation {
  std::string name;
  double alpha, beta;
};

/// The activation's default alpha and beta, and whether it takes them; nothing
/// if it is unknown.
struct ActivationInfo {
  bool takesAlpha, takesBeta;
  double alpha, beta;
};

std::optional<ActivationInfo> activationInfo(StringRef lowerName) {
  using Info = ActivationInfo;
  return llvm::StringSwitch<std::optional<Info>>(lowerName)
      .Cases("relu", "tanh", "sigmoid", "softsign", "softplus",
             Info{false, false, 0, 0})
      .Case("affine", Info{true, true, 1, 0})
      .Case("leakyrelu", Info{true, false, 0.01f, 0})
      .Case("thresholdedrelu", Info{true, false, 1, 0})
      .Case("scaledtanh", Info{true, true, 1, 1})
      .Case("hardsigmoid", Info{true, true, 0.2f, 0.5})
      .Case("elu", Info{true, false, 1, 0})
      .Default(std::nullopt);
}

Value emitActivation(GraphEmitter &emit, const Activation &activation,
                     Value x) {
  StringRef name = activation.name;
  double alpha = activation.alpha, beta = activation.beta;
  if (name == "relu") {
    return emit.create<graph::ReluOp>({x});
  }
  if (name == "tanh") {
    return emit.create<graph::TanhOp>({x});
  }
  if (name == "sigmoid") {
    return emit.create<graph::SigmoidOp>({x});
  }
  if (name == "softsign") {
    return emit.create<graph::SoftsignOp>({x});
  }
  if (name == "softplus") {
    return emit.create<graph::SoftplusOp>({x});
  }
  if (name == "affine") {
    return emit.add(emit.mul(x, alpha), beta);
  }
  if (name == "leakyrelu") {
    return emit.create<graph::LeakyReluOp>({x}, {emit.number("alpha", alpha)});
  }
  if (name == "elu") {
    return emit.create<graph::EluOp>({x}, {emit.number("alpha", alpha)});
  }
  if (name == "hardsigmoid") {
    return emit.create<graph::HardSigmoidOp>(
        {x}, {emit.number("alpha", alpha), emit.number("beta", beta)});
  }
  if (name == "scaledtanh") {
    return emit.mul(emit.create<graph::TanhOp>({emit.mul(x, beta)}), alpha);
  }
  Value above = emit.less(emit.scalarLike(x, alpha), x);
  return emit.where(above, x, emit.scalarLike(x, 0));
}

FailureOr<SmallVector<Activation>> readActivations(NodeContext &node,
                                                   ArrayRef<StringRef> defaults,
                                                   size_t directions) {
  SmallVector<std::string> names = node.stringsAttr("activations");
  if (names.empty()) {
    for (size_t d = 0; d < directions; ++d) {
      names.append(defaults.begin(), defaults.end());
    }
  }
  if (names.size() != defaults.size() * directions) {
    return node.invalid("activations has " + Twine(names.size()) +
                        " entries, expected " +
                        Twine(defaults.size() * directions));
  }
  SmallVector<double> alphas = node.realsAttr("activation_alpha");
  SmallVector<double> betas = node.realsAttr("activation_beta");
  size_t nextAlpha = 0, nextBeta = 0;
  SmallVector<Activation> result;
  for (const std::string &name : names) {
    std::string lower = StringRef(name).lower();
    std::optional<ActivationInfo> info = activationInfo(lower);
    if (!info) {
      return node.unsupported("activation '" + name + "'",
                              "Relu, Tanh, Sigmoid, Softsign, Softplus, "
                              "Affine, LeakyRelu, ThresholdedRelu, ScaledTanh, "
                              "HardSigmoid, Elu");
    }
    Activation activation = {lower, info->alpha, info->beta};
    if (info->takesAlpha && nextAlpha < alphas.size()) {
      activation.alpha = alphas[nextAlpha++];
    }
    if (info->takesBeta && nextBeta < betas.size()) {
      activation.beta = betas[nextBeta++];
    }
    result.push_back(activation);
  }
  return result;
}

//===-- Layer -------------------------------------------------------------===//

/// One direction's weights: w (inputs, gates * hidden), r (hidden, gates *
/// hidden), biases (gates * hidden).
struct Cell {
  Value w, r, inputBias, stateBias, peepholes;
  SmallVector<Activation> activations;
};

struct State {
  Value h, c;
};

class Layer {
public:
  Layer(NodeContext &node, int64_t gates)
      : node(node), emit(node.emit()), gates(gates) {}
  virtual ~Layer() = default;

  LogicalResult import(ArrayRef<StringRef> defaultActivations, bool hasCell);

protected:
  /// One step; `projected` is x * w, without biases.
  virtual State step(const Cell &cell, Value projected, State before) = 0;

  /// Columns of gate `index` of (batch, gates * hidden) or (gates * hidden).
  Value gate(Value x, int64_t index) {
    return x ? emit.sliceAxis(x, emit.rankOf(x) - 1, index * hidden, hidden)
             : x;
  }
  Value clip(Value x) {
    double bound = node.realAttr("clip", 0);
    return bound > 0 ? emit.clamp(x, -bound, bound) : x;
  }
  Value activate(const Cell &cell, size_t index, Value x) {
    return emitActivation(emit, cell.activations[index], clip(x));
  }

  NodeContext &node;
  GraphEmitter &emit;
  int64_t gates, hidden = 0;

private:
  LogicalResult readShapes();
  Value part(unsigned input, int64_t direction);
  Cell readCell(int64_t direction, ArrayRef<Activation> activations);
  State initialState(int64_t direction, bool hasCell);
  Value reverseValid(Value x);
  State run(const Cell &cell, State state, bool reverse,
            SmallVectorImpl<Value> &outputs);

  int64_t directions = 1, steps = 0, batch = 0, inputs = 0;
  /// (steps, batch, inputs).
  Value x, lengths;
};

LogicalResult Layer::readShapes() {
  x = node.input(0);
  Value r = node.input(2);
  if (!x || !node.input(1) || !r) {
    return failure();
  }
  if (emit.rankOf(x) != 3 || emit.rankOf(r) != 3 ||
      emit.rankOf(node.input(1)) != 3 ||
      emit.shapeOf(r)[1] != gates * emit.shapeOf(r)[2]) {
    return node.invalid("X, W and R don't fit each other");
  }
  if (node.intAttr("layout", 0) != 0) {
    x = emit.transpose(x, {1, 0, 2});
  }
  steps = emit.shapeOf(x)[0];
  batch = emit.shapeOf(x)[1];
  inputs = emit.shapeOf(x)[2];
  hidden = emit.shapeOf(r)[2];
  directions =
      node.stringAttr("direction", "forward") == "bidirectional" ? 2 : 1;
  if (emit.shapeOf(r)[0] != directions) {
    return node.invalid("R has " + Twine(emit.shapeOf(r)[0]) +
                        " directions, expected " + Twine(directions));
  }
  if (steps < 1 || steps > stepLimit) {
    return node.unsupported("a sequence of " + Twine(steps) + " steps",
                            "1 to " + Twine(stepLimit));
  }
  if (Value operand = node.optionalInput(4)) {
    lengths = emit.convert(operand, emit.i64());
  }
  return success();
}

/// Direction `direction` of an operand, without that dimension.
Value Layer::part(unsigned input, int64_t direction) {
  Value value = node.optionalInput(input);
  if (!value || emit.rankOf(value) < 1) {
    return value;
  }
  SmallVector<int64_t> shape(emit.shapeOf(value).drop_front());
  return emit.reshape(emit.sliceAxis(value, 0, direction, 1), shape);
}

Cell Layer::readCell(int64_t direction, ArrayRef<Activation> activations) {
  Cell cell;
  cell.w = emit.transpose(part(1, direction), {1, 0});
  cell.r = emit.transpose(part(2, direction), {1, 0});
  if (Value bias = part(3, direction)) {
    cell.inputBias = emit.sliceAxis(bias, 0, 0, gates * hidden);
    cell.stateBias = emit.sliceAxis(bias, 0, gates * hidden, gates * hidden);
  }
  cell.peepholes = part(7, direction);
  size_t count = activations.size() / directions;
  cell.activations.assign(activations.begin() + direction * count,
                          activations.begin() + (direction + 1) * count);
  return cell;
}

State Layer::initialState(int64_t direction, bool hasCell) {
  auto read = [&](unsigned input) {
    Value value = node.optionalInput(input);
    if (!value) {
      return emit.splat({batch, hidden}, emit.elementOf(x), 0);
    }
    // layout 1 has the batch first.
    int64_t axis = node.intAttr("layout", 0) != 0 ? 1 : 0;
    return emit.reshape(emit.sliceAxis(value, axis, direction, 1),
                        {batch, hidden});
  };
  return {read(5), hasCell ? read(6) : Value()};
}

/// Reverses the first `lengths` steps of each batch, all without lengths.
Value Layer::reverseValid(Value sequence) {
  if (!sequence) {
    return sequence;
  }
  if (!lengths) {
    return emit.sliceAxis(sequence, 0, steps - 1, steps, -1);
  }
  Value step = emit.iota({steps, 1, 1}, emit.i64(), 0);
  Value length = emit.reshape(lengths, {1, batch, 1});
  Value mirrored = emit.sub(emit.sub(length, 1), step);
  Value index = emit.where(emit.less(step, length), mirrored, step);
  return emit.create<graph::GatherElementsOp>(
      {sequence, emit.broadcast(index, emit.shapeOf(sequence))},
      {emit.integer("axis", 0)});
}

State Layer::run(const Cell &cell, State state, bool reverse,
                 SmallVectorImpl<Value> &outputs) {
  Value sequence = reverse ? reverseValid(x) : x;
  // All steps' inputs in one product.
  Value flat = emit.reshape(sequence, {steps * batch, inputs});
  Value projected =
      emit.reshape(emit.matmul(flat, cell.w), {steps, batch, gates * hidden});
  for (int64_t t = 0; t < steps; ++t) {
    Value now = emit.reshape(emit.sliceAxis(projected, 0, t, 1),
                             {batch, gates * hidden});
    State next = step(cell, now, state);
    Value output = next.h;
    if (lengths) {
      // After a sequence's end the state stays, and the output is zero.
      Value valid = emit.reshape(
          emit.less(emit.scalar(emit.i64(), static_cast<double>(t)), lengths),
          {batch, 1});
      output = emit.where(valid, next.h, emit.scalarLike(x, 0));
      next.h = emit.where(valid, next.h, state.h);
      next.c = state.c ? emit.where(valid, next.c, state.c) : state.c;
    }
    outputs.push_back(emit.unsqueeze(output, 0));
    state = next;
  }
  return state;
}

LogicalResult Layer::import(ArrayRef<StringRef> defaultActivations,
                            bool hasCell) {
  if (failed(readShapes())) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(activations,
                      readActivations(node, defaultActivations, directions));
  bool batchFirst = node.intAttr("layout", 0) != 0;
  int64_t stateAxis = batchFirst ? 1 : 0;
  SmallVector<Value> sequences, lastH, lastC;
  for (int64_t d = 0; d < directions; ++d) {
    bool reverse =
        d == 1 || node.stringAttr("direction", "forward") == "reverse";
    SmallVector<Value> outputs;
    State last = run(readCell(d, activations), initialState(d, hasCell),
                     reverse, outputs);
    Value sequence = emit.concat(outputs, 0);
    sequences.push_back(
        emit.unsqueeze(reverse ? reverseValid(sequence) : sequence, 1));
    lastH.push_back(emit.unsqueeze(last.h, stateAxis));
    lastC.push_back(hasCell ? emit.unsqueeze(last.c, stateAxis) : Value());
  }
  // (steps, directions, batch, hidden), or with layout 1 the batch first.
  Value y = emit.concat(sequences, 1);
  if (batchFirst) {
    y = emit.transpose(y, {2, 0, 1, 3});
  }
  SmallVector<Value> results = {y, emit.concat(lastH, stateAxis)};
  if (hasCell) {
    results.push_back(emit.concat(lastC, stateAxis));
  }
  return node.results(results);
}

Value addOptional(GraphEmitter &emit, Value x, Value bias) {
  return bias ? emit.add(x, bias) : x;
}

//===-- Cells -------------------------------------------------------------===//

/// Gates i, o, f, c.
class LstmLayer : public Layer {
public:
  explicit LstmLayer(NodeContext &node) : Layer(node, 4) {}

protected:
  State step(const Cell &cell, Value projected, State before) override {
    Value sum = emit.add(projected, emit.matmul(before.h, cell.r));
    sum = addOptional(emit, sum, cell.inputBias);
    sum = addOptional(emit, sum, cell.stateBias);
    // A peephole adds p * c to its gate.
    auto peep = [&](Value x, int64_t index, Value c) {
      return cell.peepholes
                 ? emit.add(x, emit.mul(gate(cell.peepholes, index), c))
                 : x;
    };
    Value i = activate(cell, 0, peep(gate(sum, 0), 0, before.c));
    Value f = node.intAttr("input_forget", 0) != 0
                  ? emit.sub(emit.scalarLike(i, 1), i)
                  : activate(cell, 0, peep(gate(sum, 2), 2, before.c));
    Value update = activate(cell, 1, gate(sum, 3));
    Value c = emit.add(emit.mul(f, before.c), emit.mul(i, update));
    Value o = activate(cell, 0, peep(gate(sum, 1), 1, c));
    Value shown = emitActivation(emit, cell.activations[2], c);
    return {emit.mul(o, shown), c};
  }
};

/// Gates z, r, h.
class GruLayer : public Layer {
public:
  explicit GruLayer(NodeContext &node) : Layer(node, 3) {}

protected:
  State step(const Cell &cell, Value projected, State before) override {
    Value in = addOptional(emit, projected, cell.inputBias);
    bool linear = node.intAttr("linear_before_reset", 0) != 0;
    auto recurrent = [&](Value h, int64_t index) {
      Value product = emit.matmul(h, gate(cell.r, index));
      return addOptional(emit, product, gate(cell.stateBias, index));
    };
    Value z = activate(cell, 0, emit.add(gate(in, 0), recurrent(before.h, 0)));
    Value r = activate(cell, 0, emit.add(gate(in, 1), recurrent(before.h, 1)));
    Value state = linear ? emit.mul(r, recurrent(before.h, 2))
                         : recurrent(emit.mul(r, before.h), 2);
    Value h = activate(cell, 1, emit.add(gate(in, 2), state));
    Value rest = emit.sub(emit.scalarLike(z, 1), z);
    return {emit.add(emit.mul(rest, h), emit.mul(z, before.h)), {}};
  }
};

class RnnLayer : public Layer {
public:
  explicit RnnLayer(NodeContext &node) : Layer(node, 1) {}

protected:
  State step(const Cell &cell, Value projected, State before) override {
    Value sum = emit.add(projected, emit.matmul(before.h, cell.r));
    sum = addOptional(emit, sum, cell.inputBias);
    sum = addOptional(emit, sum, cell.stateBias);
    return {activate(cell, 0, sum), {}};
  }
};

LogicalResult importLstm(NodeContext &node) {
  return LstmLayer(node).import({"sigmoid", "tanh", "tanh"}, true);
}
LogicalResult importGru(NodeContext &node) {
  return GruLayer(node).import({"sigmoid", "tanh"}, false);
}
LogicalResult importRnn(NodeContext &node) {
  return RnnLayer(node).import({"tanh"}, false);
}

} // namespace

void registerRecurrentOps(OpTable &table) {
  SmallVector<AttrSpec, 4> common = {
      strings("activations"),   reals("activation_alpha"),
      reals("activation_beta"), real("clip"),
      string("direction"),      integer("hidden_size"),
      integer("layout", 14),    integer("output_sequence", 1, 7)};
  SmallVector<AttrSpec, 4> lstm = common, gru = common;
  lstm.push_back(integer("input_forget"));
  gru.push_back(integer("linear_before_reset", 3));
  table.add({"LSTM", {1, 7, 14, 22}, importLstm, lstm});
  table.add({"GRU", {1, 3, 7, 14, 22}, importGru, gru});
  table.add({"RNN", {1, 7, 14, 22}, importRnn, common});
}

} // namespace mlir::tessera::onnx_to_graph
