//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

using graph::ReduceKind;

LogicalResult importBatchNormalization(NodeContext &node) {
  SmallVector<Value> operands;
  GraphEmitter &emit = node.emit();
  if (failed(node.inputs(operands))) {
    return failure();
  }
  if (operands.size() != 5) {
    return node.invalid("it has " + Twine(operands.size()) +
                        " inputs, expected 5");
  }
  Value x = operands[0];
  int64_t rank = emit.rankOf(x);
  if (rank < 1 || (node.opset() < 9 && node.intAttr("spatial", 1) == 0)) {
    return node.unsupported("spatial = 0", "statistics for each channel");
  }
  int64_t axis = rank == 1 ? 0 : 1;
  double epsilon = node.realAttr("epsilon", 1e-5f);
  Type element = emit.elementOf(x);
  SmallVector<Value> results;
  if (node.intAttr("training_mode", 0) != 0) {
    // The batch's own statistics, and running ones that they update.
    SmallVector<int64_t> axes = sequence(rank);
    axes.erase(axes.begin() + axis);
    double momentum = node.realAttr("momentum", 0.9f);
    Value mean = emit.reduce(ReduceKind::mean, x, axes, false);
    Value centred = emit.sub(x, emit.alongAxis(mean, axis, rank));
    Value variance =
        emit.reduce(ReduceKind::mean, emit.mul(centred, centred), axes, false);
    for (auto [old, now] :
         {std::pair(operands[3], mean), std::pair(operands[4], variance)}) {
      Value current = old ? emit.convert(now, emit.elementOf(old)) : old;
      results.push_back(
          emit.add(emit.mul(old, momentum), emit.mul(current, 1 - momentum)));
    }
    operands[3] = mean;
    operands[4] = variance;
  }
  for (Value &operand : operands) {
    operand = emit.convert(operand, element);
  }
  results.insert(results.begin(),
                 emit.create<graph::BatchNormOp>(
                     operands, {emit.number("epsilon", epsilon),
                                emit.integer("axis", axis)}));
  return node.results(results);
}

/// y * scale + bias, both optional, after conversion to y's type.
Value scaleAndShift(GraphEmitter &emit, Value y, Value scale, Value bias) {
  if (scale && y) {
    y = emit.mul(y, emit.convert(scale, emit.elementOf(y)));
  }
  if (bias && y) {
    y = emit.add(y, emit.convert(bias, emit.elementOf(y)));
  }
  return y;
}

LogicalResult importLayerNormalization(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(-1, rank));
  double epsilon = node.realAttr("epsilon", 1e-5f);
  Value scale = node.optionalInput(1), bias = node.optionalInput(2);
  Value y = emit.layerNorm(x, axis, epsilon);
  SmallVector<Value> results = {scaleAndShift(emit, y, scale, bias)};
  if (node.wantsOutput(1) || node.wantsOutput(2)) {
    // Statistics are of type f32, whatever x is (stash_type).
    SmallVector<int64_t> axes;
    for (int64_t d = axis; d < rank; ++d) {
      axes.push_back(d);
    }
    Value wide = emit.elementOf(x).isF64() ? x : emit.convert(x, emit.f32());
    Value mean = emit.reduce(ReduceKind::mean, wide, axes, true);
    Value centred = emit.sub(wide, mean);
    Value variance =
        emit.reduce(ReduceKind::mean, emit.mul(centred, centred), axes, true);
    results.push_back(mean);
    results.push_back(
        emit.create<graph::RsqrtOp>({emit.add(variance, epsilon)}));
  }
  return node.results(results);
}

LogicalResult importRmsNormalization(NodeContext &node) {
  Value x = node.input(0), scale = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !scale) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(-1, emit.rankOf(x)));
  Value y = emit.layerNorm(x, axis, node.realAttr("epsilon", 1e-5f),
                           /*rms=*/true);
  return node.result(scaleAndShift(emit, y, scale, {}));
}

/// Normalises (N, groups, rest) over `rest`, in x's shape.
Value normalizeGroups(GraphEmitter &emit, Value x, int64_t groups,
                      double epsilon) {
  SmallVector<int64_t> shape(emit.shapeOf(x));
  int64_t rest = 1;
  for (int64_t size : ArrayRef<int64_t>(shape).drop_front(1)) {
    rest *= size;
  }
  Value flat = emit.reshape(x, {shape[0], groups, rest / groups});
  return emit.reshape(emit.layerNorm(flat, 2, epsilon), shape);
}

LogicalResult importInstanceNormalization(NodeContext &node) {
  Value x = node.input(0), scale = node.input(1), bias = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!x || !scale || !bias) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  if (rank < 2 || emit.shapeOf(x)[1] == 0) {
    return node.invalid("input 0 has rank " + Twine(rank) +
                        " or no channel, expected rank 3 or more");
  }
  Value y = normalizeGroups(emit, x, emit.shapeOf(x)[1],
                            node.realAttr("epsilon", 1e-5f));
  return node.result(scaleAndShift(emit, y, emit.alongAxis(scale, 1, rank),
                                   emit.alongAxis(bias, 1, rank)));
}

/// Version 18 has one scale and bias for each group, 21 for each channel.
LogicalResult importGroupNormalization(NodeContext &node) {
  Value x = node.input(0), scale = node.input(1), bias = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!x || !scale || !bias) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  int64_t groups = node.intAttr("num_groups", 0);
  if (rank < 2 || groups < 1 || emit.shapeOf(x)[1] % groups != 0) {
    return node.invalid("num_groups is " + Twine(groups) +
                        ", expected a divisor of the number of channels");
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  Value y = normalizeGroups(emit, x, groups, node.realAttr("epsilon", 1e-5f));
  if (node.opset() >= 21) {
    return node.result(scaleAndShift(emit, y, emit.alongAxis(scale, 1, rank),
                                     emit.alongAxis(bias, 1, rank)));
  }
  SmallVector<int64_t> grouped = {shape[0], groups, shape[1] / groups};
  grouped.append(shape.begin() + 2, shape.end());
  int64_t groupedRank = static_cast<int64_t>(grouped.size());
  y = scaleAndShift(emit, emit.reshape(y, grouped),
                    emit.alongAxis(scale, 1, groupedRank),
                    emit.alongAxis(bias, 1, groupedRank));
  return node.result(emit.reshape(y, shape));
}

LogicalResult importLrn(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  if (!node.hasAttr("size")) {
    return node.invalid("attribute 'size' is missing");
  }
  return node.result(emit.create<graph::LrnOp>(
      {x},
      {emit.integer("axis", 1), emit.integer("size", node.intAttr("size", 1)),
       emit.number("alpha", node.realAttr("alpha", 0.0001f)),
       emit.number("beta", node.realAttr("beta", 0.75)),
       emit.number("bias", node.realAttr("bias", 1))}));
}

/// x / norm along the axis; zero where the norm is zero.
LogicalResult importLpNormalization(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axis, node.axisAttr(-1, emit.rankOf(x)));
  int64_t p = node.intAttr("p", 2);
  if (p != 1 && p != 2) {
    return node.unsupported("p = " + Twine(p), "p = 1 or 2");
  }
  Value norm =
      p == 1
          ? emit.reduce(ReduceKind::sum, emit.create<graph::AbsOp>({x}), {axis},
                        true)
          : emit.create<graph::SqrtOp>(
                {emit.reduce(ReduceKind::sum, emit.mul(x, x), {axis}, true)});
  Value zero = emit.scalarLike(x, 0);
  Value isZero = emit.equal(norm, zero);
  Value divisor = emit.where(isZero, emit.scalarLike(x, 1), norm);
  return node.result(emit.div(x, divisor));
}

/// (x - mean) / (sqrt(mean of squares about it) + 1e-9).
LogicalResult importMeanVarianceNormalization(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(axes, node.normalizeAxes(node.intsAttr("axes", {0, 2, 3}),
                                               emit.rankOf(x)));
  llvm::sort(axes);
  Value mean = emit.reduce(ReduceKind::mean, x, axes, true);
  Value centred = emit.sub(x, mean);
  Value variance =
      emit.reduce(ReduceKind::mean, emit.mul(centred, centred), axes, true);
  Value deviation = emit.create<graph::SqrtOp>({variance});
  return node.result(emit.div(centred, emit.add(deviation, 1e-9)));
}

} // namespace

void registerNormalizationOps(OpTable &table) {
  AttrSpec consumed = integers("consumed_inputs", 1, 6);
  table.add(
      {"BatchNormalization",
       {1, 6, 7, 9, 14, 15},
       importBatchNormalization,
       {consumed, real("epsilon"), real("momentum"), integer("is_test", 1, 7),
        integer("spatial", 1, 9), integer("training_mode", 14)}});
  table.add({"LayerNormalization",
             {17},
             importLayerNormalization,
             {integer("axis"), real("epsilon"), integer("stash_type")}});
  table.add({"RMSNormalization",
             {23},
             importRmsNormalization,
             {integer("axis"), real("epsilon"), integer("stash_type")}});
  table.add({"InstanceNormalization",
             {1, 6, 22},
             importInstanceNormalization,
             {consumed, real("epsilon")}});
  table.add(
      {"GroupNormalization",
       {18, 21},
       importGroupNormalization,
       {integer("num_groups"), real("epsilon"), integer("stash_type", 21)}});
  table.add({"LRN",
             {1, 13},
             importLrn,
             {integer("size"), real("alpha"), real("beta"), real("bias")}});
  table.add({"LpNormalization",
             {1, 22},
             importLpNormalization,
             {integer("axis"), integer("p")}});
  table.add({"MeanVarianceNormalization",
             {9, 13},
             importMeanVarianceNormalization,
             {integers("axes")}});
}

} // namespace mlir::tessera::onnx_to_graph
