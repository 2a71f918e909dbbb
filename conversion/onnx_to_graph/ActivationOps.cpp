//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

template <typename OpTy> LogicalResult importUnary(NodeContext &node) {
  Value x = node.input(0);
  return x ? node.result(node.emit().create<OpTy>({x})) : failure();
}

LogicalResult importLeakyRelu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  return x ? node.result(emit.create<graph::LeakyReluOp>(
                 {x}, {emit.number("alpha", node.realAttr("alpha", 0.01f))}))
           : failure();
}

LogicalResult importElu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  return x ? node.result(emit.create<graph::EluOp>(
                 {x}, {emit.number("alpha", node.realAttr("alpha", 1))}))
           : failure();
}

/// max(0, x) + min(0, alpha * (exp(x / alpha) - 1)).
LogicalResult importCelu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  double alpha = node.realAttr("alpha", 1);
  if (!x || alpha == 0) {
    return x ? node.invalid("alpha is 0") : failure();
  }
  Value scaled = emit.create<graph::EluOp>({emit.div(x, alpha)},
                                           {emit.number("alpha", 1)});
  return node.result(emit.mul(scaled, alpha));
}

LogicalResult importSelu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  double alpha = node.realAttr(
      "alpha", node.opset() < 6 ? 1.6732f : 1.67326319217681884765625);
  double gamma = node.realAttr(
      "gamma", node.opset() < 6 ? 1.0507f : 1.05070102214813232421875);
  Value elu = emit.create<graph::EluOp>({x}, {emit.number("alpha", alpha)});
  return node.result(emit.mul(elu, gamma));
}

LogicalResult importHardSigmoid(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  return x ? node.result(emit.create<graph::HardSigmoidOp>(
                 {x}, {emit.number("alpha", node.realAttr("alpha", 0.2f)),
                       emit.number("beta", node.realAttr("beta", 0.5))}))
           : failure();
}

LogicalResult importSwish(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  return x ? node.result(emit.create<graph::SiluOp>(
                 {x}, {emit.number("alpha", node.realAttr("alpha", 1))}))
           : failure();
}

/// (A * sigmoid(alpha * A)) * B.
LogicalResult importSwiGlu(NodeContext &node) {
  Value a = node.input(0), b = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!a || !b) {
    return failure();
  }
  Value gate = emit.create<graph::SiluOp>(
      {a}, {emit.number("alpha", node.realAttr("alpha", 1))});
  return node.result(emit.mul(gate, b));
}

LogicalResult importGelu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  std::string mode = node.stringAttr("approximate", "none");
  if (mode != "none" && mode != "tanh") {
    return node.invalid("approximate is '" + mode + "', expected none or tanh");
  }
  SmallVector<NamedAttribute> attributes;
  if (mode == "tanh") {
    attributes.push_back(emit.unit("tanh_approximation"));
  }
  return node.result(emit.create<graph::GeluOp>({x}, attributes));
}

/// Before version 7 a slope of one dimension lies along the channels.
LogicalResult importPRelu(NodeContext &node) {
  Value x = node.input(0), slope = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !slope) {
    return failure();
  }
  if (node.opset() < 7 && GraphEmitter::rankOf(slope) == 1) {
    slope = emit.alongAxis(slope, std::min<int64_t>(1, emit.rankOf(x) - 1),
                           emit.rankOf(x));
  }
  return node.result(emit.create<graph::PReluOp>({x, slope}));
}

LogicalResult importThresholdedRelu(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  Value alpha = emit.scalarLike(x, node.realAttr("alpha", 1));
  return node.result(emit.where(emit.less(alpha, x), x, emit.scalarLike(x, 0)));
}

/// x + bias below -lambd, x - bias above lambd, else 0.
LogicalResult importShrink(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  double bias = node.realAttr("bias", 0);
  double lambda = node.realAttr("lambd", 0.5);
  // Compared in f32, as lambd may be a fraction and x an integer.
  Value wide = emit.isFloat(x) ? x : emit.convert(x, emit.f32());
  Value below = emit.less(wide, emit.scalarLike(wide, -lambda));
  Value above = emit.less(emit.scalarLike(wide, lambda), wide);
  Value low = emit.convert(emit.add(wide, bias), emit.elementOf(x));
  Value high = emit.convert(emit.sub(wide, bias), emit.elementOf(x));
  Value rest = emit.where(above, high, emit.scalarLike(x, 0));
  return node.result(emit.where(below, low, rest));
}

/// Softmax and LogSoftmax. Before version 13 the axis splits the shape into
/// two and the softmax runs over the whole second part.
template <bool isLog> LogicalResult importSoftmax(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(node.opset() < 13 ? 1 : -1, rank));
  if (node.opset() >= 13 || axis == rank - 1) {
    return node.result(emit.softmax(x, axis, isLog));
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  int64_t outer = 1, inner = 1;
  for (int64_t d = 0; d < rank; ++d) {
    (d < axis ? outer : inner) *= shape[d];
  }
  Value flat = emit.reshape(x, {outer, inner});
  return node.result(emit.reshape(emit.softmax(flat, 1, isLog), shape));
}

/// 1 at the first largest element along the axis, else 0.
LogicalResult importHardmax(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(node.opset() < 13 ? 1 : -1, rank));
  SmallVector<int64_t> work = shape;
  if (node.opset() < 13) {
    int64_t outer = 1, inner = 1;
    for (int64_t d = 0; d < rank; ++d) {
      (d < axis ? outer : inner) *= shape[d];
    }
    work = {outer, inner};
    axis = 1;
  }
  Value flat = emit.reshape(x, work);
  Value index = emit.create<graph::ArgReduceOp>(
      {flat}, {emit.integer("axis", axis), emit.unit("keep_dims")});
  Value isLargest = emit.equal(emit.iota(work, emit.i64(), axis), index);
  Value ones = emit.convert(isLargest, emit.elementOf(x));
  return node.result(emit.reshape(ones, shape));
}

LogicalResult importIdentity(NodeContext &node) {
  Value x = node.input(0);
  return x ? node.result(x) : failure();
}

/// At inference the data itself, with a mask of ones.
LogicalResult importDropout(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  if (node.hasInput(2)) {
    ONNX_ASSIGN_OR_FAIL(training, node.constantInt(2, "training_mode"));
    bool drops = training != 0;
    if (drops && node.hasInput(1)) {
      ONNX_ASSIGN_OR_FAIL(ratio, node.constantNumbers(1, "ratio"));
      drops = ratio.empty() || ratio[0] != 0;
    }
    if (drops) {
      return node.unsupported("training_mode", "inference, or ratio 0");
    }
  }
  // The mask was of the data's type before version 10.
  Type maskType = node.opset() < 10 ? emit.elementOf(x) : emit.i1();
  return node.results({x, emit.splat(emit.shapeOf(x), maskType, 1)});
}

} // namespace

void registerActivationOps(OpTable &table) {
  AttrSpec consumed = integers("consumed_inputs", 1, 6);
  table.add({"Relu", {1, 6, 13, 14}, importUnary<graph::ReluOp>, {consumed}});
  table.add({"Sigmoid", {1, 6, 13}, importUnary<graph::SigmoidOp>, {consumed}});
  table.add({"Softplus", {1, 22}, importUnary<graph::SoftplusOp>});
  table.add({"Softsign", {1, 22}, importUnary<graph::SoftsignOp>});
  table.add({"HardSwish", {14, 22}, importUnary<graph::HardSwishOp>});
  table.add({"Mish", {18, 22}, importUnary<graph::MishOp>});
  table.add(
      {"LeakyRelu", {1, 6, 16}, importLeakyRelu, {consumed, real("alpha")}});
  table.add({"Elu", {1, 6, 22}, importElu, {consumed, real("alpha")}});
  table.add({"Celu", {12, 28}, importCelu, {real("alpha")}});
  table.add({"Selu",
             {1, 6, 22},
             importSelu,
             {consumed, real("alpha"), real("gamma")}});
  table.add({"HardSigmoid",
             {1, 6, 22},
             importHardSigmoid,
             {consumed, real("alpha"), real("beta")}});
  table.add({"Swish", {24}, importSwish, {real("alpha")}});
  table.add({"SwiGLU", {28}, importSwiGlu, {real("alpha")}});
  table.add({"Gelu", {20}, importGelu, {string("approximate")}});
  table.add({"PRelu", {1, 6, 7, 9, 16}, importPRelu, {consumed}});
  table.add(
      {"ThresholdedRelu", {10, 22}, importThresholdedRelu, {real("alpha")}});
  table.add({"Shrink", {9}, importShrink, {real("bias"), real("lambd")}});
  table.add({"Softmax", {1, 11, 13}, importSoftmax<false>, {integer("axis")}});
  table.add(
      {"LogSoftmax", {1, 11, 13}, importSoftmax<true>, {integer("axis")}});
  table.add({"Hardmax", {1, 11, 13}, importHardmax, {integer("axis")}});
  table.add({"Identity", {1, 13, 14, 16, 19, 21, 23, 24, 25}, importIdentity});
  table.add({"Dropout",
             {1, 6, 7, 10, 12, 13, 22},
             importDropout,
             {consumed, integer("is_test", 1, 7), real("ratio", 1, 12),
              integer("seed", 12)}});
}

} // namespace mlir::tessera::onnx_to_graph
