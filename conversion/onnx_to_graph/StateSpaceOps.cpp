//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Ops with a state that goes from one call to the next.
///
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

constexpr int64_t stepLimit = 1024;

//===-- CausalConvWithState -----------------------------------------------===//

/// A depthwise 1-D convolution that sees the k - 1 elements before the input.
LogicalResult importCausalConv(NodeContext &node) {
  Value x = node.input(0), filter = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !filter) {
    return failure();
  }
  std::string activation = node.stringAttr("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish") {
    return node.invalid("activation is '" + activation +
                        "', expected none, silu or swish");
  }
  if (emit.rankOf(x) != 3 || emit.rankOf(filter) != 3 ||
      emit.shapeOf(filter)[2] < 1) {
    return node.invalid("expected an input and a filter of rank 3");
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  int64_t size = emit.shapeOf(filter)[2];
  Value past = node.optionalInput(3);
  Value padded = past ? emit.concat({past, x}, 2)
                      : emit.pad(x, {0, 0, size - 1}, {0, 0, 0});
  Window window = {{size}, {1}, {1}, {0, 0}};
  Value y = emit.conv(padded, filter, window, shape[1]);
  if (Value bias = node.optionalInput(2)) {
    y = emit.add(y, emit.alongAxis(bias, 1, 3));
  }
  if (activation != "none") {
    y = emit.create<graph::SiluOp>({y}, {emit.number("alpha", 1)});
  }
  return node.results({y, emit.sliceAxis(padded, 2, shape[2], size - 1)});
}

//===-- LinearAttention ---------------------------------------------------===//

/// The recurrence over a state (batch, key heads, key size, value size), step
/// after step in f32.
class LinearAttention {
public:
  explicit LinearAttention(NodeContext &node) : node(node), emit(node.emit()) {}

  LogicalResult import();

private:
  LogicalResult read();
  /// (batch, steps, heads * size) -> (batch, heads, steps, size), f32.
  Value split(Value x, int64_t heads) {
    if (!x) {
      return x;
    }
    ArrayRef<int64_t> shape = emit.shapeOf(x);
    if (shape.size() != 3 || heads < 1 || shape[2] % heads != 0) {
      return emit.fail("an operand does not split into " + Twine(heads) +
                       " heads");
    }
    Value parts =
        emit.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
    return emit.convert(emit.transpose(parts, {0, 2, 1, 3}), emit.f32());
  }
  /// (batch, heads, 1, size) of step t.
  Value at(Value x, int64_t t) { return emit.sliceAxis(x, 2, t, 1); }
  Value step(int64_t t);

  NodeContext &node;
  GraphEmitter &emit;
  Value q, k, v, decay, beta, state;
  int64_t heads = 0, keyHeads = 0, batch = 0, steps = 0;
  double scale = 1;
};

LogicalResult LinearAttention::read() {
  Value query = node.input(0), key = node.input(1), value = node.input(2);
  if (!query || !key || !value) {
    return failure();
  }
  heads = node.intAttr("q_num_heads", 0);
  keyHeads = node.intAttr("kv_num_heads", 0);
  if (keyHeads < 1 || heads < 1 || heads % keyHeads != 0) {
    return node.invalid("q_num_heads is " + Twine(heads) +
                        ", expected a multiple of kv_num_heads " +
                        Twine(keyHeads));
  }
  std::string rule = node.stringAttr("update_rule", "gated_delta");
  bool gated = rule == "gated" || rule == "gated_delta";
  bool corrects = rule == "delta" || rule == "gated_delta";
  if ((!gated && !corrects && rule != "linear") || gated != node.hasInput(4) ||
      corrects != node.hasInput(5)) {
    return node.invalid("update_rule '" + rule +
                        "' does not fit the inputs decay and beta");
  }
  q = split(query, heads);
  k = split(key, keyHeads);
  v = split(value, keyHeads);
  decay = split(node.optionalInput(4), keyHeads);
  if (Value operand = node.optionalInput(5)) {
    beta = split(operand, emit.rankOf(operand) == 3 ? emit.shapeOf(operand)[2]
                                                    : keyHeads);
  }
  if (!q || !k || !v || (gated && !decay) || (corrects && !beta)) {
    return node.invalid(emit.error());
  }
  batch = emit.shapeOf(q)[0];
  steps = emit.shapeOf(q)[2];
  if (steps < 1 || steps > stepLimit) {
    return node.unsupported("a sequence of " + Twine(steps) + " steps",
                            "1 to " + Twine(stepLimit));
  }
  int64_t keySize = emit.shapeOf(k)[3], valueSize = emit.shapeOf(v)[3];
  scale = node.realAttr("scale", 0);
  scale = scale == 0 ? 1 / std::sqrt(static_cast<double>(keySize)) : scale;
  Value past = node.optionalInput(3);
  state =
      past ? emit.convert(past, emit.f32())
           : emit.splat({batch, keyHeads, keySize, valueSize}, emit.f32(), 0);
  return success();
}

/// Updates the state; returns (batch, heads, 1, value size).
Value LinearAttention::step(int64_t t) {
  Value key = emit.transpose(at(k, t), {0, 1, 3, 2});
  Value value = at(v, t);
  if (decay) {
    Value factor =
        emit.create<graph::ExpOp>({emit.transpose(at(decay, t), {0, 1, 3, 2})});
    state = emit.mul(state, factor);
  }
  if (beta) {
    Value retrieved = emit.matmul(at(k, t), state);
    value = emit.mul(at(beta, t), emit.sub(value, retrieved));
  }
  state = emit.add(state, emit.mul(key, value));
  if (!state) {
    return state;
  }
  // Query heads that share a state are rows of one product.
  int64_t shared = heads / keyHeads;
  Value query =
      emit.reshape(at(q, t), {batch, keyHeads, shared, emit.shapeOf(state)[2]});
  Value y = emit.mul(emit.matmul(query, state), scale);
  return emit.reshape(y, {batch, heads, 1, emit.shapeOf(state)[3]});
}

LogicalResult LinearAttention::import() {
  if (failed(read())) {
    return failure();
  }
  SmallVector<Value> outputs;
  for (int64_t t = 0; t < steps; ++t) {
    outputs.push_back(step(t));
    if (!outputs.back()) {
      return node.result({});
    }
  }
  Value y = emit.transpose(emit.concat(outputs, 2), {0, 2, 1, 3});
  if (!y) {
    return node.result(y);
  }
  y = emit.reshape(y, {batch, steps, heads * emit.shapeOf(y)[3]});
  Type element = emit.elementOf(node.input(0));
  Value past = node.optionalInput(3);
  return node.results(
      {emit.convert(y, element),
       emit.convert(state, past ? emit.elementOf(past) : element)});
}

LogicalResult importLinearAttention(NodeContext &node) {
  return LinearAttention(node).import();
}

} // namespace

void registerStateSpaceOps(OpTable &table) {
  table.add(
      {"CausalConvWithState", {27}, importCausalConv, {string("activation")}});
  // chunk_size is a hint on how to compute.
  table.add({"LinearAttention",
             {27},
             importLinearAttention,
             {integer("chunk_size"), integer("kv_num_heads"),
              integer("q_num_heads"), real("scale"), string("update_rule")}});
}

} // namespace mlir::tessera::onnx_to_graph
