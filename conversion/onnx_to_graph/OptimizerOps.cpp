//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// What one tensor's step of an optimizer reads and writes, with its operands:
/// the tensor X, its gradient, then the state that the optimizer keeps for it.
using Step = llvm::function_ref<SmallVector<Value>(ArrayRef<Value> operands)>;

/// The operand `i`, a scalar, as a number of `element`.
Value scalarOperand(NodeContext &node, unsigned i, Type element) {
  GraphEmitter &emit = node.emit();
  Value x = node.input(i);
  if (x && emit.typeOf(x).getNumElements() != 1) {
    (void)node.invalid("input " + Twine(i) + " has " +
                       Twine(emit.typeOf(x).getNumElements()) +
                       " elements, expected 1");
    return {};
  }
  return x ? emit.reshape(emit.convert(x, element), {}) : Value();
}

/// Applies `step` to each tensor: operands 2 and on are all tensors, then all
/// gradients, then all states of the first kind and so on (`kinds` in all);
/// results are in the same order, without the gradients.
LogicalResult forEachTensor(NodeContext &node, unsigned kinds, Step step) {
  SmallVector<Value> operands;
  if (failed(node.inputs(operands))) {
    return failure();
  }
  size_t given = operands.size() - std::min<size_t>(operands.size(), 2);
  if (given == 0 || given % kinds != 0) {
    return node.invalid("it has " + Twine(operands.size()) +
                        " inputs, expected 2 and " + Twine(kinds) +
                        " for each tensor");
  }
  size_t tensors = given / kinds;
  SmallVector<Value> results(tensors * (kinds - 1));
  for (size_t i = 0; i < tensors; ++i) {
    SmallVector<Value> own;
    for (unsigned kind = 0; kind < kinds; ++kind) {
      own.push_back(operands[2 + kind * tensors + i]);
    }
    for (auto [kind, value] : llvm::enumerate(step(own))) {
      results[kind * tensors + i] = value;
    }
  }
  return node.results(results);
}

/// The gradient of the loss and of norm_coefficient / 2 * |x|^2.
Value regularizedGradient(NodeContext &node, Value x, Value gradient) {
  GraphEmitter &emit = node.emit();
  return emit.add(emit.mul(x, node.realAttr("norm_coefficient", 0)), gradient);
}

/// Whether this is not the first update: the update count is over 0.
Value isLaterUpdate(GraphEmitter &emit, Value count) {
  return emit.less(emit.scalarLike(count, 0), count);
}

LogicalResult importAdagrad(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  return forEachTensor(node, 3, [&](ArrayRef<Value> own) {
    Value x = own[0];
    Value rate = scalarOperand(node, 0, emit.elementOf(x));
    Value count = scalarOperand(node, 1, emit.elementOf(x));
    rate = emit.div(
        rate, emit.add(emit.mul(count, node.realAttr("decay_factor", 0)), 1));
    Value gradient = regularizedGradient(node, x, own[1]);
    Value squares = emit.add(own[2], emit.mul(gradient, gradient));
    Value divisor = emit.add(emit.create<graph::SqrtOp>({squares}),
                             node.realAttr("epsilon", 1e-6));
    Value change = emit.div(emit.mul(rate, gradient), divisor);
    return SmallVector<Value>{emit.sub(x, change), squares};
  });
}

LogicalResult importMomentum(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  std::string mode = node.stringAttr("mode", "");
  if (mode != "standard" && mode != "nesterov") {
    return node.invalid("mode is '" + mode +
                        "', expected standard or nesterov");
  }
  return forEachTensor(node, 3, [&](ArrayRef<Value> own) {
    Value x = own[0];
    Value rate = scalarOperand(node, 0, emit.elementOf(x));
    Value count = scalarOperand(node, 1, emit.elementOf(x));
    double alpha = node.realAttr("alpha", 0);
    Value gradient = regularizedGradient(node, x, own[1]);
    Value beta = emit.where(isLaterUpdate(emit, count),
                            emit.scalarLike(x, node.realAttr("beta", 0)),
                            emit.scalarLike(x, 1));
    Value velocity =
        emit.add(emit.mul(own[2], alpha), emit.mul(beta, gradient));
    Value direction = mode == "standard"
                          ? velocity
                          : emit.add(gradient, emit.mul(velocity, alpha));
    return SmallVector<Value>{emit.sub(x, emit.mul(rate, direction)), velocity};
  });
}

LogicalResult importAdam(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  double alpha = node.realAttr("alpha", 0.9f);
  double beta = node.realAttr("beta", 0.999f);
  return forEachTensor(node, 4, [&](ArrayRef<Value> own) {
    Value x = own[0];
    Value rate = scalarOperand(node, 0, emit.elementOf(x));
    Value count = scalarOperand(node, 1, emit.elementOf(x));
    // 1 - base^T.
    auto correction = [&](double base) {
      Value one = emit.scalarLike(x, 1);
      return emit.sub(
          one, emit.create<graph::PowOp>({emit.scalarLike(x, base), count}));
    };
    Value gradient = regularizedGradient(node, x, own[1]);
    Value mean =
        emit.add(emit.mul(own[2], alpha), emit.mul(gradient, 1 - alpha));
    Value squares = emit.add(emit.mul(own[3], beta),
                             emit.mul(emit.mul(gradient, gradient), 1 - beta));
    Value divisor = emit.add(emit.create<graph::SqrtOp>({squares}),
                             node.realAttr("epsilon", 1e-6));
    Value adjusted =
        emit.div(emit.mul(rate, emit.create<graph::SqrtOp>({correction(beta)})),
                 correction(alpha));
    adjusted = emit.where(isLaterUpdate(emit, count), adjusted, rate);
    Value updated = emit.sub(x, emit.div(emit.mul(adjusted, mean), divisor));
    updated = emit.mul(updated, 1 - node.realAttr("norm_coefficient_post", 0));
    return SmallVector<Value>{updated, mean, squares};
  });
}

} // namespace

void registerOptimizerOps(OpTable &table) {
  auto add = [&](StringRef name, ImportFunction import,
                 SmallVector<AttrSpec, 4> attributes) {
    OpRow row = {name, {1}, import, attributes};
    row.domain = "ai.onnx.preview.training";
    row.operandLimits = {{1, anyNumberOfOperands}};
    row.attributes.push_back(real("norm_coefficient"));
    table.add(row);
  };
  add("Adagrad", importAdagrad, {real("decay_factor"), real("epsilon")});
  add("Momentum", importMomentum,
      {real("alpha"), real("beta"), string("mode")});
  add("Adam", importAdam,
      {real("alpha"), real("beta"), real("epsilon"),
       real("norm_coefficient_post")});
}

} // namespace mlir::tessera::onnx_to_graph
