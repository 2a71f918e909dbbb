//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

using graph::ReduceKind;

/// -weight[target] * x[target] along the classes (dimension 1), reduced.
Value emitLikelihoodLoss(NodeContext &node, Value x, Value target,
                         Value weight) {
  GraphEmitter &emit = node.emit();
  if (!x || emit.rankOf(x) < 2) {
    return emit.fail("expected scores of rank 2 or more");
  }
  if (emit.rankOf(target) != emit.rankOf(x) - 1) {
    return emit.fail("expected labels of rank " +
                     std::to_string(emit.rankOf(x) - 1) + ", but got " +
                     std::to_string(emit.rankOf(target)));
  }
  Value ignored;
  if (node.hasAttr("ignore_index")) {
    // Class 0 in place of a label that may be out of range.
    auto index = static_cast<double>(node.intAttr("ignore_index", 0));
    ignored = emit.equal(target, emit.scalarLike(target, index));
    target = emit.where(ignored, emit.scalarLike(target, 0), target);
  }
  Value picked = emit.create<graph::GatherElementsOp>(
      {x, emit.unsqueeze(target, 1)}, {emit.integer("axis", 1)});
  Value loss =
      target ? emit.neg(emit.reshape(picked, emit.shapeOf(target))) : Value();
  Value weights = weight ? emit.gather(weight, target, 0) : Value();
  if (ignored) {
    Value zero = emit.scalarLike(x, 0);
    weights =
        emit.where(ignored, zero, weight ? weights : emit.scalarLike(x, 1));
  }
  loss = weights ? emit.mul(loss, weights) : loss;
  std::string reduction = node.stringAttr("reduction", "mean");
  if (reduction == "none" || !loss) {
    return loss;
  }
  SmallVector<int64_t> all = sequence(emit.rankOf(loss));
  if (reduction == "sum") {
    return emit.reduce(ReduceKind::sum, loss, all, false);
  }
  if (reduction != "mean") {
    return emit.fail("reduction is '" + reduction +
                     "', expected none, mean or sum");
  }
  if (!weights) {
    return emit.reduce(ReduceKind::mean, loss, all, false);
  }
  return emit.div(emit.reduce(ReduceKind::sum, loss, all, false),
                  emit.reduce(ReduceKind::sum, weights, all, false));
}

LogicalResult importLikelihoodLoss(NodeContext &node) {
  Value x = node.input(0), target = node.input(1);
  if (!x || !target) {
    return failure();
  }
  return node.result(
      emitLikelihoodLoss(node, x, target, node.optionalInput(2)));
}

LogicalResult importCrossEntropyLoss(NodeContext &node) {
  Value x = node.input(0), target = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !target) {
    return failure();
  }
  if (emit.rankOf(x) < 2) {
    return node.invalid("the scores have rank " + Twine(emit.rankOf(x)) +
                        ", expected 2 or more");
  }
  Value logProb = emit.softmax(x, 1, /*log=*/true);
  return node.results(
      {emitLikelihoodLoss(node, logProb, target, node.optionalInput(2)),
       logProb});
}

} // namespace

void registerLossOps(OpTable &table) {
  table.add({"NegativeLogLikelihoodLoss",
             {12, 13, 22},
             importLikelihoodLoss,
             {integer("ignore_index"), string("reduction")}});
  table.add({"SoftmaxCrossEntropyLoss",
             {12, 13},
             importCrossEntropyLoss,
             {integer("ignore_index"), string("reduction")}});
}

} // namespace mlir::tessera::onnx_to_graph
