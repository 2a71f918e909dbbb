//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/WindowAttributes.h"

#include <cmath>
#include <limits>

namespace mlir::tessera::onnx_to_graph {

namespace {

using graph::ReduceKind;

/// Axes of the spatial dimensions.
SmallVector<int64_t> spatialAxes(Value x) {
  SmallVector<int64_t> axes;
  for (int64_t d = 2; d < GraphEmitter::rankOf(x); ++d) {
    axes.push_back(d);
  }
  return axes;
}

template <ReduceKind kind> LogicalResult importGlobalPool(NodeContext &node) {
  Value x = node.input(0);
  return x ? node.result(node.emit().reduce(kind, x, spatialAxes(x), true))
           : failure();
}

LogicalResult importAveragePool(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(window, readWindow(node, emit.shapeOf(x), {}));
  bool countPad = node.intAttr("count_include_pad", 0) != 0;
  return node.result(emit.avgPool(x, window, countPad));
}

/// The smallest value of a type, neutral for the maximum.
double lowestOf(Type element) {
  if (isa<FloatType>(element)) {
    return -std::numeric_limits<double>::infinity();
  }
  auto integer = cast<IntegerType>(element);
  return integer.isUnsigned() ? 0 : -std::ldexp(1.0, integer.getWidth() - 1);
}

/// Pads explicitly such that windows start exactly at the output's positions;
/// `window` is left without pads and ceil_mode. Null, with an error, if the
/// kernel does not fit.
Value padForWindows(NodeContext &node, Value x, Window &window,
                    ArrayRef<int64_t> outputSizes, double padValue) {
  GraphEmitter &emit = node.emit();
  size_t dimensions = window.kernel.size();
  SmallVector<int64_t> low(emit.rankOf(x), 0), high(emit.rankOf(x), 0);
  for (size_t d = 0; d < dimensions; ++d) {
    low[d + 2] = window.pads[d];
    high[d + 2] = (outputSizes[d] - 1) * window.strides[d] +
                  dilatedKernel(window, d) - emit.shapeOf(x)[d + 2] -
                  window.pads[d];
  }
  window.pads.assign(2 * dimensions, 0);
  window.ceilMode = false;
  return emit.pad(x, low, high, emit.scalarLike(x, padValue));
}

/// Indices of the maxima in the whole tensor, row-major, or with storage_order
/// 1 column-major within the spatial dimensions. Compares window position after
/// window position, keeping the first maximum.
Value maxPoolIndices(NodeContext &node, Value x, Window window,
                     ArrayRef<int64_t> outputShape) {
  GraphEmitter &emit = node.emit();
  SmallVector<int64_t> shape(emit.shapeOf(x));
  bool columnMajor = node.intAttr("storage_order", 0) != 0;
  int64_t rank = emit.rankOf(x);
  SmallVector<int64_t> strides(rank, 1);
  if (columnMajor) {
    for (int64_t d = 3; d < rank; ++d) {
      strides[d] = strides[d - 1] * shape[d - 1];
    }
    strides[1] = strides[rank - 1] * shape[rank - 1];
  } else {
    for (int64_t d = rank - 2; d >= 1; --d) {
      strides[d] = strides[d + 1] * shape[d + 1];
    }
  }
  strides[0] = strides[1] * shape[1];
  Value index = emit.scalar(emit.i64(), 0);
  for (int64_t d = 0; d < rank; ++d) {
    SmallVector<int64_t> line(rank, 1);
    line[d] = shape[d];
    index =
        emit.add(index, emit.mul(emit.iota(line, emit.i64(), d), strides[d]));
  }
  index = emit.broadcast(index, shape);
  ArrayRef<int64_t> outputSizes = outputShape.drop_front(2);
  Window indexWindow = window;
  Value values =
      padForWindows(node, x, window, outputSizes, lowestOf(emit.elementOf(x)));
  Value indices = padForWindows(node, index, indexWindow, outputSizes, 0);
  Value best, bestIndex;
  SmallVector<int64_t> position(window.kernel.size(), 0);
  while (true) {
    SmallVector<int64_t> starts(rank, 0), steps(rank, 1);
    for (size_t d = 0; d < position.size(); ++d) {
      starts[d + 2] = position[d] * window.dilations[d];
      steps[d + 2] = window.strides[d];
    }
    Value value = emit.slice(values, starts, outputShape, steps);
    Value at = emit.slice(indices, starts, outputShape, steps);
    Value better = best ? emit.less(best, value) : Value();
    bestIndex = best ? emit.where(better, at, bestIndex) : at;
    best = best ? emit.max(best, value) : value;
    int64_t d = static_cast<int64_t>(position.size()) - 1;
    while (d >= 0 && ++position[d] == window.kernel[d]) {
      position[d--] = 0;
    }
    if (d < 0 || !best || !bestIndex) {
      return bestIndex;
    }
  }
}

LogicalResult importMaxPool(NodeContext &node) {
  constexpr int64_t maxIndexedWindow = 256;
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(window, readWindow(node, emit.shapeOf(x), {}));
  Value result = emit.maxPool(x, window);
  if (!result || !node.wantsOutput(1)) {
    return node.result(result);
  }
  if (elementCount(window.kernel).value_or(INT64_MAX) > maxIndexedWindow) {
    return node.unsupported("output 1 (indices) with this kernel_shape",
                            "indices of windows of up to 256 elements");
  }
  return node.results(
      {result, maxPoolIndices(node, x, window, emit.shapeOf(result))});
}

/// Writes the values back to where the indices of a MaxPool say.
LogicalResult importMaxUnpool(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !indices) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(window, readWindow(node, emit.shapeOf(x), {}));
  SmallVector<int64_t> shape(emit.shapeOf(x));
  size_t dimensions = window.kernel.size();
  for (size_t d = 0; d < dimensions; ++d) {
    shape[d + 2] = (shape[d + 2] - 1) * window.strides[d] + window.kernel[d] -
                   window.pads[d] - window.pads[d + dimensions];
  }
  std::optional<int64_t> count = elementCount(shape);
  int64_t picked = emit.typeOf(x).getNumElements();
  if (!count) {
    return node.invalid("the result's size overflows or is negative");
  }
  Value flat = emit.create<graph::ScatterElementsOp>(
      {emit.splat({*count}, emit.elementOf(x), 0),
       emit.reshape(indices, {picked}), emit.reshape(x, {picked})},
      {emit.integer("axis", 0)});
  Value result = emit.reshape(flat, shape);
  if (!node.hasInput(2)) {
    return node.result(result);
  }
  ONNX_ASSIGN_OR_FAIL(wanted, node.constantInts(2, "output_shape"));
  if (wanted.size() != shape.size()) {
    return node.invalid("output_shape has " + Twine(wanted.size()) +
                        " entries, expected " + Twine(shape.size()));
  }
  SmallVector<int64_t> low(shape.size(), 0), high;
  for (size_t d = 0; d < shape.size(); ++d) {
    high.push_back(wanted[d] - shape[d]);
  }
  return node.result(emit.pad(result, low, high));
}

/// (sum of |x|^p)^(1/p), given the sum's function.
template <typename Sum>
Value emitLpNorm(GraphEmitter &emit, Value x, double p, Sum sum) {
  Value absolute = emit.create<graph::AbsOp>({x});
  if (p == 1) {
    return sum(absolute);
  }
  if (p == 2) {
    return emit.create<graph::SqrtOp>({sum(emit.mul(x, x))});
  }
  Value powers = emit.create<graph::PowOp>({absolute, emit.scalarLike(x, p)});
  return emit.create<graph::PowOp>({sum(powers), emit.scalarLike(x, 1 / p)});
}

double readP(NodeContext &node) {
  // An integer from version 2 on.
  const onnx::AttributeProto *p = node.findAttr("p");
  return !p ? 2 : p->has_f() ? p->f() : static_cast<double>(p->i());
}

LogicalResult importGlobalLpPool(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  return node.result(emitLpNorm(emit, x, readP(node), [&](Value powers) {
    return emit.reduce(ReduceKind::sum, powers, spatialAxes(x), true);
  }));
}

LogicalResult importLpPool(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(window, readWindow(node, emit.shapeOf(x), {}));
  // Only for its shape.
  Value shaped = emit.avgPool(x, window, /*countIncludePad=*/true);
  if (!shaped) {
    return node.result(shaped);
  }
  Value padded =
      padForWindows(node, x, window, emit.shapeOf(shaped).drop_front(2), 0);
  double count = 1;
  for (int64_t size : window.kernel) {
    count *= static_cast<double>(size);
  }
  if (!padded) {
    return node.result(padded);
  }
  return node.result(emitLpNorm(emit, padded, readP(node), [&](Value powers) {
    return emit.mul(emit.avgPool(powers, window, true), count);
  }));
}

} // namespace

void registerPoolingOps(OpTable &table) {
  SmallVector<AttrSpec, 4> window = {string("auto_pad"),
                                     integers("kernel_shape"), integers("pads"),
                                     integers("strides")};
  auto with = [&](std::initializer_list<AttrSpec> more) {
    SmallVector<AttrSpec, 4> all = window;
    all.append(more.begin(), more.end());
    return all;
  };
  table.add({"AveragePool",
             {1, 7, 10, 11, 19, 22},
             importAveragePool,
             with({integer("count_include_pad", 7), integer("ceil_mode", 10),
                   integers("dilations", 19)})});
  table.add({"MaxPool",
             {1, 8, 10, 11, 12, 22},
             importMaxPool,
             with({integer("storage_order", 8), integer("ceil_mode", 10),
                   integers("dilations", 10)})});
  table.add({"LpPool",
             {1, 2, 11, 18, 22},
             importLpPool,
             with({real("p", 1, 2), integer("p", 2), integer("ceil_mode", 18),
                   integers("dilations", 18)})});
  table.add({"MaxUnpool",
             {9, 11, 22},
             importMaxUnpool,
             {integers("kernel_shape"), integers("pads"), integers("strides")},
             {{2}}});
  table.add({"GlobalAveragePool", {1, 22}, importGlobalPool<ReduceKind::mean>});
  table.add({"GlobalMaxPool", {1, 22}, importGlobalPool<ReduceKind::max>});
  table.add({"GlobalLpPool",
             {1, 2, 22},
             importGlobalLpPool,
             {real("p", 1, 2), integer("p", 2)}});
}

} // namespace mlir::tessera::onnx_to_graph
