//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

using graph::ReduceKind;

struct Reduction {
  Value x;
  SmallVector<int64_t> axes;
  bool keepDims;
};

/// Axes are an attribute before version `operandSince`, then operand 1; none
/// means all, or nothing with noop_with_empty_axes.
FailureOr<Reduction> readReduction(NodeContext &node, int64_t operandSince) {
  Reduction reduction;
  reduction.x = node.input(0);
  if (!reduction.x) {
    return failure();
  }
  int64_t rank = GraphEmitter::rankOf(reduction.x);
  reduction.keepDims = node.intAttr("keepdims", 1) != 0;
  SmallVector<int64_t> axes;
  if (node.opset() < operandSince) {
    axes = node.intsAttr("axes");
  } else if (node.hasInput(1)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInts(1, "axes"));
    axes = operand;
  }
  if (axes.empty() && node.intAttr("noop_with_empty_axes", 0) == 0) {
    axes = sequence(rank);
  }
  ONNX_ASSIGN_OR_FAIL(normalized, node.normalizeAxes(axes, rank));
  llvm::sort(normalized);
  reduction.axes = normalized;
  return reduction;
}

/// ReduceMax and ReduceMin of i1 are any and all.
template <ReduceKind kind> LogicalResult importReduce(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(reduction,
                      readReduction(node, kind == ReduceKind::sum ? 13 : 18));
  ReduceKind used = kind;
  if (emit.elementOf(reduction.x).isInteger(1)) {
    used = kind == ReduceKind::max   ? ReduceKind::any
           : kind == ReduceKind::min ? ReduceKind::all
                                     : kind;
  }
  return node.result(
      emit.reduce(used, reduction.x, reduction.axes, reduction.keepDims));
}

Value sumOf(GraphEmitter &emit, const Reduction &reduction, Value x) {
  return emit.reduce(ReduceKind::sum, x, reduction.axes, reduction.keepDims);
}

LogicalResult importReduceL1(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(reduction, readReduction(node, 18));
  return node.result(
      sumOf(emit, reduction, emit.create<graph::AbsOp>({reduction.x})));
}

LogicalResult importReduceL2(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(reduction, readReduction(node, 18));
  // Integers: the root is taken in f32 (f64 for 64 bits).
  Type element = emit.elementOf(reduction.x);
  Type wide = emit.isFloat(reduction.x) ? element
              : element.getIntOrFloatBitWidth() > 32
                  ? Type(emit.builder().getF64Type())
                  : emit.f32();
  Value x = emit.convert(reduction.x, wide);
  Value sum = sumOf(emit, reduction, emit.mul(x, x));
  return node.result(emit.convert(emit.create<graph::SqrtOp>({sum}), element));
}

LogicalResult importReduceSumSquare(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(reduction, readReduction(node, 18));
  return node.result(
      sumOf(emit, reduction, emit.mul(reduction.x, reduction.x)));
}

LogicalResult importReduceLogSum(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(reduction, readReduction(node, 18));
  return node.result(
      emit.create<graph::LogOp>({sumOf(emit, reduction, reduction.x)}));
}

/// max + log(sum(exp(x - max))), the maximum being 0 where it is infinite.
LogicalResult importReduceLogSumExp(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(reduction, readReduction(node, 18));
  Value x = reduction.x;
  if (!emit.isFloat(x)) {
    return node.unsupported("an integer operand", "floats");
  }
  if (emit.typeOf(x).getNumElements() == 0) {
    return node.result(emit.create<graph::LogOp>(
        {sumOf(emit, reduction, emit.create<graph::ExpOp>({x}))}));
  }
  Value max = emit.reduce(ReduceKind::max, x, reduction.axes, true);
  Value isInfinite = emit.create<graph::IsInfOp>({max});
  Value shift = emit.where(isInfinite, emit.scalarLike(x, 0), max);
  Value exponentials = emit.create<graph::ExpOp>({emit.sub(x, shift)});
  Value logSum = emit.create<graph::LogOp>(
      {emit.reduce(ReduceKind::sum, exponentials, reduction.axes, true)});
  Value result = emit.add(logSum, shift);
  if (reduction.keepDims || !result) {
    return node.result(result);
  }
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(emit.shapeOf(x))) {
    if (!llvm::is_contained(reduction.axes, static_cast<int64_t>(d))) {
      shape.push_back(size);
    }
  }
  return node.result(emit.reshape(result, shape));
}

template <bool isMinimum> LogicalResult importArg(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(0, emit.rankOf(x)));
  SmallVector<NamedAttribute> attributes = {emit.integer("axis", axis)};
  if (isMinimum) {
    attributes.push_back(emit.unit("minimum"));
  }
  if (node.intAttr("select_last_index", 0) != 0) {
    attributes.push_back(emit.unit("select_last"));
  }
  if (node.intAttr("keepdims", 1) != 0) {
    attributes.push_back(emit.unit("keep_dims"));
  }
  return node.result(emit.create<graph::ArgReduceOp>({x}, attributes));
}

template <bool isProduct> LogicalResult importCumulative(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(1, "axis"));
  ONNX_ASSIGN_OR_FAIL(axis, node.normalizeAxis(operand, emit.rankOf(x)));
  SmallVector<NamedAttribute> attributes = {emit.integer("axis", axis)};
  if (node.intAttr("exclusive", 0) != 0) {
    attributes.push_back(emit.unit("exclusive"));
  }
  if (node.intAttr("reverse", 0) != 0) {
    attributes.push_back(emit.unit("reverse"));
  }
  if (isProduct) {
    attributes.push_back(emit.unit("product"));
  }
  return node.result(emit.create<graph::CumsumOp>({x}, attributes));
}

/// K is an attribute in version 1, an operand from 10 on.
LogicalResult importTopK(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(-1, emit.rankOf(x)));
  int64_t k = node.intAttr("k", 0);
  if (node.opset() >= 10) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(1, "K"));
    k = operand;
  }
  SmallVector<NamedAttribute> attributes = {emit.integer("axis", axis),
                                            emit.integer("k", k)};
  if (node.intAttr("largest", 1) == 0) {
    attributes.push_back(emit.unit("smallest"));
  }
  // Unsorted results may come in any order, sorted too.
  Operation *op = emit.createOp<graph::TopKOp>({x}, attributes);
  return op ? node.results({op->getResult(0), op->getResult(1)})
            : node.result({});
}

} // namespace

void registerReductionOps(OpTable &table) {
  auto add = [&](StringRef name, SmallVector<int64_t, 8> versions,
                 ImportFunction import, int64_t operandSince) {
    table.add({name,
               versions,
               import,
               {integer("keepdims"), integers("axes", 1, operandSince),
                integer("noop_with_empty_axes", operandSince)},
               {{1}}});
  };
  add("ReduceSum", {1, 11, 13}, importReduce<ReduceKind::sum>, 13);
  add("ReduceMean", {1, 11, 13, 18}, importReduce<ReduceKind::mean>, 18);
  add("ReduceMax", {1, 11, 12, 13, 18, 20}, importReduce<ReduceKind::max>, 18);
  add("ReduceMin", {1, 11, 12, 13, 18, 20}, importReduce<ReduceKind::min>, 18);
  add("ReduceProd", {1, 11, 13, 18}, importReduce<ReduceKind::prod>, 18);
  add("ReduceL1", {1, 11, 13, 18}, importReduceL1, 18);
  add("ReduceL2", {1, 11, 13, 18}, importReduceL2, 18);
  add("ReduceSumSquare", {1, 11, 13, 18}, importReduceSumSquare, 18);
  add("ReduceLogSum", {1, 11, 13, 18, 28}, importReduceLogSum, 18);
  add("ReduceLogSumExp", {1, 11, 13, 18, 28}, importReduceLogSumExp, 18);
  table.add({"ArgMax",
             {1, 11, 12, 13},
             importArg<false>,
             {integer("axis"), integer("keepdims"),
              integer("select_last_index", 12)}});
  table.add({"ArgMin",
             {1, 11, 12, 13},
             importArg<true>,
             {integer("axis"), integer("keepdims"),
              integer("select_last_index", 12)}});
  table.add({"CumSum",
             {11, 14},
             importCumulative<false>,
             {integer("exclusive"), integer("reverse")},
             {{1}}});
  table.add({"CumProd",
             {26},
             importCumulative<true>,
             {integer("exclusive"), integer("reverse")},
             {{1}}});
  table.add({"TopK",
             {1, 10, 11, 24},
             importTopK,
             {integer("axis"), integer("k", 1, 10), integer("largest", 11),
              integer("sorted", 11)},
             {{1}}});
}

} // namespace mlir::tessera::onnx_to_graph
