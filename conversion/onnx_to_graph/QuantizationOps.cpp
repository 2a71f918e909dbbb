//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/WindowAttributes.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

using graph::ReduceKind;

/// A scale or zero point in a shape that broadcasts to `shape`: one for all,
/// one for each index of `axis`, or one for each block of `blockSize` indices.
Value spreadParameter(NodeContext &node, Value parameter,
                      ArrayRef<int64_t> shape, int64_t axis,
                      int64_t blockSize) {
  GraphEmitter &emit = node.emit();
  if (!parameter) {
    return parameter;
  }
  auto rank = static_cast<int64_t>(shape.size());
  if (emit.typeOf(parameter).getNumElements() == 1) {
    return emit.reshape(parameter, {});
  }
  if (axis < -rank || axis >= rank) {
    return emit.fail("axis " + Twine(axis) + " is out of range for rank " +
                     Twine(rank));
  }
  axis = axis < 0 ? axis + rank : axis;
  if (blockSize == 0) {
    return emit.alongAxis(parameter, axis, rank);
  }
  if (emit.rankOf(parameter) != rank || blockSize < 0) {
    return emit.fail("block_size needs a scale of the input's rank");
  }
  // (n) -> (n, 1) -> (n, block) -> (n * block), cut to the input's size.
  SmallVector<int64_t> blocks(emit.shapeOf(parameter));
  Value split = emit.unsqueeze(parameter, axis + 1);
  SmallVector<int64_t> repeated = blocks;
  repeated.insert(repeated.begin() + axis + 1, blockSize);
  Value wide = emit.broadcast(split, repeated);
  blocks[axis] *= blockSize;
  return emit.sliceAxis(emit.reshape(wide, blocks), axis, 0, shape[axis]);
}

/// The smallest and largest value of a quantized type.
std::pair<double, double> rangeOf(Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  if (element.isUnsignedInteger()) {
    return {0, std::ldexp(1, width) - 1};
  }
  return {-std::ldexp(1, width - 1), std::ldexp(1, width - 1) - 1};
}

bool isQuantizedType(Type element) {
  return isa<IntegerType>(element) && element.getIntOrFloatBitWidth() >= 8 &&
         element.getIntOrFloatBitWidth() <= 16;
}

/// Rounds to nearest even, adds the zero point, saturates: f32 -> `target`.
Value saturate(GraphEmitter &emit, Value scaled, Value zeroPoint, Type target) {
  auto [low, high] = rangeOf(target);
  Value rounded =
      emit.create<graph::RoundOp>({emit.convert(scaled, emit.f32())});
  if (zeroPoint) {
    rounded = emit.add(rounded, emit.convert(zeroPoint, emit.f32()));
  }
  return emit.convert(emit.clamp(rounded, low, high), target);
}

/// x - zero point, as i32.
Value centre(GraphEmitter &emit, Value x, Value zeroPoint) {
  Type i32 = emit.builder().getI32Type();
  Value wide = emit.convert(x, i32);
  return zeroPoint ? emit.sub(wide, emit.convert(zeroPoint, i32)) : wide;
}

LogicalResult importQuantize(NodeContext &node) {
  Value x = node.input(0), scale = node.input(1);
  Value zeroPoint = node.optionalInput(2);
  GraphEmitter &emit = node.emit();
  if (!x || !scale) {
    return failure();
  }
  // 0 is "not given".
  Type target = IntegerType::get(emit.context(), 8, IntegerType::Unsigned);
  if (zeroPoint) {
    target = emit.elementOf(zeroPoint);
  } else if (node.intAttr("output_dtype", 0) != 0) {
    target = node.typeAttr("output_dtype", {});
  }
  if (!target) {
    return failure();
  }
  if (!isQuantizedType(target)) {
    return node.unsupported("this quantized type", "integers of 8 and 16 bits");
  }
  int64_t axis = node.intAttr("axis", 1);
  int64_t blockSize = node.intAttr("block_size", 0);
  ArrayRef<int64_t> shape = emit.shapeOf(x);
  scale = spreadParameter(node, scale, shape, axis, blockSize);
  zeroPoint = spreadParameter(node, zeroPoint, shape, axis, blockSize);
  if (!scale) {
    return node.result(scale);
  }
  // The division is done in `precision`, or else in the scale's type.
  Type precision = node.intAttr("precision", 0) != 0
                       ? node.typeAttr("precision", {})
                       : emit.elementOf(scale);
  if (!precision) {
    return failure();
  }
  Value scaled =
      emit.div(emit.convert(x, precision), emit.convert(scale, precision));
  return node.result(saturate(emit, scaled, zeroPoint, target));
}

LogicalResult importDequantize(NodeContext &node) {
  Value x = node.input(0), scale = node.input(1);
  Value zeroPoint = node.optionalInput(2);
  GraphEmitter &emit = node.emit();
  if (!x || !scale) {
    return failure();
  }
  int64_t axis = node.intAttr("axis", 1);
  int64_t blockSize = node.intAttr("block_size", 0);
  ArrayRef<int64_t> shape = emit.shapeOf(x);
  scale = spreadParameter(node, scale, shape, axis, blockSize);
  zeroPoint = spreadParameter(node, zeroPoint, shape, axis, blockSize);
  if (!scale) {
    return node.result(scale);
  }
  Type target = node.intAttr("output_dtype", 0) != 0
                    ? node.typeAttr("output_dtype", {})
                    : emit.elementOf(scale);
  if (!target) {
    return failure();
  }
  Value centred = centre(emit, x, zeroPoint);
  Value product = emit.mul(emit.convert(centred, emit.elementOf(scale)), scale);
  return node.result(emit.convert(product, target));
}

/// To ui8 by the data's own range, zero included.
LogicalResult importDynamicQuantize(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  Type target = IntegerType::get(emit.context(), 8, IntegerType::Unsigned);
  SmallVector<int64_t> all = sequence(emit.rankOf(x));
  Value high = emit.max(emit.reduce(ReduceKind::max, x, all, false), 0);
  Value low = emit.min(emit.reduce(ReduceKind::min, x, all, false), 0);
  Value scale = emit.div(emit.sub(high, low), 255);
  Value isZero = emit.equal(scale, emit.scalarLike(x, 0));
  Value divisor = emit.where(isZero, emit.scalarLike(x, 1), scale);
  Value zeroPoint =
      saturate(emit, emit.neg(emit.div(low, divisor)), {}, target);
  Value y = saturate(emit, emit.div(x, divisor), zeroPoint, target);
  return node.results({y, scale, zeroPoint});
}

//===-- Integer contractions ----------------------------------------------===//

/// A parameter for each row: a vector stands upright.
Value perRow(GraphEmitter &emit, Value parameter) {
  if (!parameter || emit.rankOf(parameter) != 1) {
    return parameter;
  }
  int64_t size = emit.shapeOf(parameter)[0];
  return size == 1 ? emit.reshape(parameter, {})
                   : emit.reshape(parameter, {size, 1});
}

Value perColumn(GraphEmitter &emit, Value parameter) {
  if (!parameter || emit.rankOf(parameter) != 1 ||
      emit.shapeOf(parameter)[0] != 1) {
    return parameter;
  }
  return emit.reshape(parameter, {});
}

LogicalResult importMatMulInteger(NodeContext &node) {
  Value a = node.input(0), b = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!a || !b) {
    return failure();
  }
  return node.result(
      emit.matmul(centre(emit, a, perRow(emit, node.optionalInput(2))),
                  centre(emit, b, perColumn(emit, node.optionalInput(3)))));
}

/// sum * (scaleA * scaleB / scaleY), rounded and saturated.
Value requantize(GraphEmitter &emit, Value sum, Value scaleA, Value scaleB,
                 Value scaleY, Value zeroPoint) {
  if (!zeroPoint) {
    return {};
  }
  auto wide = [&](Value scale) { return emit.convert(scale, emit.f32()); };
  Value factor = emit.div(emit.mul(wide(scaleA), wide(scaleB)), wide(scaleY));
  return saturate(emit, emit.mul(emit.convert(sum, emit.f32()), factor),
                  zeroPoint, emit.elementOf(zeroPoint));
}

LogicalResult importQLinearMatMul(NodeContext &node) {
  SmallVector<Value> x;
  GraphEmitter &emit = node.emit();
  if (failed(node.inputs(x))) {
    return failure();
  }
  if (x.size() != 8 || !isQuantizedType(emit.elementOf(x[7]))) {
    return node.invalid("expected 8 inputs, the last one of 8 bits");
  }
  Value sum = emit.matmul(centre(emit, x[0], perRow(emit, x[2])),
                          centre(emit, x[3], perColumn(emit, x[5])));
  return node.result(requantize(emit, sum, perRow(emit, x[1]),
                                perColumn(emit, x[4]), perRow(emit, x[6]),
                                perRow(emit, x[7])));
}

FailureOr<Window> readFilterWindow(NodeContext &node, Value x, Value filter) {
  GraphEmitter &emit = node.emit();
  if (emit.rankOf(x) != emit.rankOf(filter) || emit.rankOf(x) < 3) {
    return node.invalid("the input and the filter have ranks " +
                        Twine(emit.rankOf(x)) + " and " +
                        Twine(emit.rankOf(filter)) +
                        ", expected equal ranks of at least 3");
  }
  return readWindow(node, emit.shapeOf(x), emit.shapeOf(filter).drop_front(2));
}

/// A parameter of the filter: one for all or for each output channel, which is
/// dimension `axis` of `rank`.
Value perChannel(GraphEmitter &emit, Value parameter, int64_t axis,
                 int64_t rank) {
  if (!parameter) {
    return parameter;
  }
  return emit.typeOf(parameter).getNumElements() == 1
             ? emit.reshape(parameter, {})
             : emit.alongAxis(parameter, axis, rank);
}

LogicalResult importConvInteger(NodeContext &node) {
  Value x = node.input(0), filter = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !filter) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(window, readFilterWindow(node, x, filter));
  int64_t rank = emit.rankOf(x);
  Value zeroX = perChannel(emit, node.optionalInput(2), 0, rank);
  Value zeroW = perChannel(emit, node.optionalInput(3), 0, rank);
  return node.result(emit.conv(centre(emit, x, zeroX),
                               centre(emit, filter, zeroW), window,
                               node.intAttr("group", 1)));
}

LogicalResult importQLinearConv(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  SmallVector<Value> x;
  for (unsigned i = 0; i < 8; ++i) {
    x.push_back(node.input(i));
    if (!x.back()) {
      return failure();
    }
  }
  if (!isQuantizedType(emit.elementOf(x[7]))) {
    return node.unsupported("this quantized type", "integers of 8 and 16 bits");
  }
  ONNX_ASSIGN_OR_FAIL(window, readFilterWindow(node, x[0], x[3]));
  int64_t rank = emit.rankOf(x[0]);
  Value sum = emit.conv(centre(emit, x[0], perChannel(emit, x[2], 0, rank)),
                        centre(emit, x[3], perChannel(emit, x[5], 0, rank)),
                        window, node.intAttr("group", 1));
  if (Value bias = node.optionalInput(8)) {
    sum = emit.add(sum, emit.alongAxis(bias, 1, rank));
  }
  return node.result(requantize(emit, sum, perChannel(emit, x[1], 1, rank),
                                perChannel(emit, x[4], 1, rank),
                                perChannel(emit, x[6], 1, rank),
                                perChannel(emit, x[7], 1, rank)));
}

} // namespace

void registerQuantizationOps(OpTable &table) {
  table.add({"QuantizeLinear",
             {10, 13, 19, 21, 23, 24, 25, 28},
             importQuantize,
             {integer("axis", 13), integer("saturate", 19),
              integer("output_dtype", 21), integer("block_size", 21),
              integer("precision", 23)}});
  table.add({"DequantizeLinear",
             {10, 13, 19, 21, 23, 24, 25, 28},
             importDequantize,
             {integer("axis", 13), integer("block_size", 21),
              integer("output_dtype", 23)}});
  table.add({"DynamicQuantizeLinear", {11}, importDynamicQuantize});
  table.add({"MatMulInteger", {10}, importMatMulInteger});
  table.add({"QLinearMatMul", {10, 21}, importQLinearMatMul});
  SmallVector<AttrSpec, 4> window = {
      string("auto_pad"),       integers("dilations"), integer("group"),
      integers("kernel_shape"), integers("pads"),      integers("strides")};
  table.add({"ConvInteger", {10}, importConvInteger, window});
  table.add({"QLinearConv", {10}, importQLinearConv, window});
}

} // namespace mlir::tessera::onnx_to_graph
