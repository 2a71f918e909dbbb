//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

constexpr double pi = 3.14159265358979323846;

/// Sizes of windows and transforms, so that their tables stay in bounds.
constexpr int64_t lengthLimit = 1 << 15;

//===-- Windows -----------------------------------------------------------===//

/// a - b * cos(2 pi n / N) + c * cos(4 pi n / N), computed in f64.
LogicalResult importCosineWindow(NodeContext &node, double a, double b,
                                 double c) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(size, node.constantInt(0, "size"));
  Type target = node.typeAttr("output_datatype", emit.f32());
  if (!target) {
    return failure();
  }
  if (size < 0 || size > INT32_MAX) {
    return node.invalid("size is " + Twine(size));
  }
  bool periodic = node.intAttr("periodic", 1) != 0;
  auto length = static_cast<double>(periodic ? size : size - 1);
  Type f64 = emit.builder().getF64Type();
  Value index = emit.iota({size}, f64, 0);
  auto cosine = [&](double factor) {
    Value angle = emit.div(emit.mul(index, factor * pi), length);
    return emit.create<graph::CosOp>({angle});
  };
  Value window = emit.add(emit.mul(cosine(2), -b), a);
  if (c != 0) {
    window = emit.add(window, emit.mul(cosine(4), c));
  }
  return node.result(emit.convert(window, target));
}

LogicalResult importHannWindow(NodeContext &node) {
  return importCosineWindow(node, 0.5, 0.5, 0);
}
LogicalResult importHammingWindow(NodeContext &node) {
  return importCosineWindow(node, 25.0 / 46.0, 21.0 / 46.0, 0);
}
LogicalResult importBlackmanWindow(NodeContext &node) {
  return importCosineWindow(node, 0.42, 0.5, 0.08);
}

//===-- Fourier transforms ------------------------------------------------===//

struct Transform {
  int64_t length;
  bool inverse;
  bool onesided;
};

/// cos and sin of 2 pi n k / length, (rows, columns), by exact angles.
std::pair<Value, Value> fourierTables(GraphEmitter &emit, Type element,
                                      int64_t rows, int64_t columns,
                                      int64_t length) {
  Type f64 = emit.builder().getF64Type();
  Value product = emit.mul(emit.iota({rows, 1}, emit.i64(), 0),
                           emit.iota({1, columns}, emit.i64(), 1));
  Value turns = emit.create<graph::ModOp>(
      {product, emit.scalar(emit.i64(), static_cast<double>(length))});
  Value angle =
      emit.mul(emit.convert(turns, f64), 2 * pi / static_cast<double>(length));
  return {emit.convert(emit.create<graph::CosOp>({angle}), element),
          emit.convert(emit.create<graph::SinOp>({angle}), element)};
}

/// Cuts or fills the axis to `size`.
Value resizeAxis(GraphEmitter &emit, Value x, int64_t axis, int64_t size) {
  if (!x) {
    return x;
  }
  SmallVector<int64_t> low(emit.rankOf(x), 0), high(emit.rankOf(x), 0);
  high[axis] = size - emit.shapeOf(x)[axis];
  return emit.pad(x, low, high);
}

/// (..., n, 1 or 2) -> (..., k, 2), or (..., k, 1) for the inverse of a
/// one-sided transform.
Value emitDft(GraphEmitter &emit, Value x, const Transform &transform) {
  if (!x) {
    return x;
  }
  int64_t rank = emit.rankOf(x);
  Type element = emit.elementOf(x);
  bool complex = emit.shapeOf(x)[rank - 1] == 2;
  bool toReal = transform.inverse && transform.onesided;
  int64_t half = transform.length / 2 + 1;
  int64_t rows = toReal ? half : transform.length;
  int64_t columns =
      transform.onesided && !transform.inverse ? half : transform.length;
  x = resizeAxis(emit, x, rank - 2, rows);
  SmallVector<int64_t> shape(emit.shapeOf(x).drop_back());
  auto part = [&](int64_t index) {
    return emit.reshape(emit.sliceAxis(x, rank - 1, index, 1), shape);
  };
  Value real = part(0), imaginary = complex ? part(1) : Value();
  auto [cosine, sine] =
      fourierTables(emit, element, rows, columns, transform.length);
  if (toReal) {
    // All but the first and the middle frequency stand for two.
    Value index = emit.iota({rows, 1}, emit.i64(), 0);
    Value mirrored = emit.create<graph::ModOp>(
        {emit.mul(index, 2),
         emit.scalar(emit.i64(), static_cast<double>(transform.length))});
    Value alone = emit.equal(mirrored, emit.scalar(emit.i64(), 0));
    Value weight =
        emit.where(alone, emit.scalar(element, 1), emit.scalar(element, 2));
    cosine = emit.mul(cosine, weight);
    sine = emit.mul(sine, weight);
  }
  // (r + i m)(c -+ i s), minus for the forward transform.
  Value realOut = emit.matmul(real, cosine);
  Value imaginaryOut = emit.matmul(real, sine);
  imaginaryOut = transform.inverse ? imaginaryOut : emit.neg(imaginaryOut);
  if (complex) {
    Value cross = emit.matmul(imaginary, sine);
    realOut =
        transform.inverse ? emit.sub(realOut, cross) : emit.add(realOut, cross);
    imaginaryOut = emit.add(imaginaryOut, emit.matmul(imaginary, cosine));
  }
  Value result = emit.unsqueeze(realOut, rank - 1);
  if (!toReal) {
    result =
        emit.concat({result, emit.unsqueeze(imaginaryOut, rank - 1)}, rank - 1);
  }
  return transform.inverse
             ? emit.div(result, static_cast<double>(transform.length))
             : result;
}

LogicalResult importDft(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  if (rank < 2 || emit.shapeOf(x)[rank - 1] < 1 ||
      emit.shapeOf(x)[rank - 1] > 2) {
    return node.invalid("the last dimension is not 1 or 2");
  }
  // The axis is an attribute in version 17, operand 2 from 20 on.
  int64_t axis = node.intAttr("axis", node.opset() < 20 ? 1 : -2);
  if (node.hasInput(2)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(2, "axis"));
    axis = operand;
  }
  ONNX_ASSIGN_OR_FAIL(normalized, node.normalizeAxis(axis, rank));
  if (normalized == rank - 1) {
    return node.invalid("the axis is the last dimension");
  }
  Transform transform;
  transform.inverse = node.intAttr("inverse", 0) != 0;
  transform.onesided = node.intAttr("onesided", 0) != 0;
  int64_t size = emit.shapeOf(x)[normalized];
  transform.length =
      transform.inverse && transform.onesided ? 2 * (size - 1) : size;
  if (node.hasInput(1)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(1, "dft_length"));
    transform.length = operand;
  }
  if (transform.length < 1 || transform.length > lengthLimit) {
    return node.unsupported("a transform of length " + Twine(transform.length),
                            "1 to " + Twine(lengthLimit));
  }
  Value moved = emit.swapAxes(x, normalized, rank - 2);
  return node.result(
      emit.swapAxes(emitDft(emit, moved, transform), normalized, rank - 2));
}

/// Frames of the signal, times the window, transformed.
LogicalResult importStft(NodeContext &node) {
  Value signal = node.input(0), window = node.optionalInput(2);
  GraphEmitter &emit = node.emit();
  if (!signal) {
    return failure();
  }
  ONNX_ASSIGN_OR_FAIL(step, node.constantInt(1, "frame_step"));
  if (emit.rankOf(signal) != 3) {
    return node.invalid("the signal has rank " + Twine(emit.rankOf(signal)) +
                        ", expected 3");
  }
  int64_t total = emit.shapeOf(signal)[1];
  int64_t length = window ? emit.shapeOf(window)[0] : total;
  if (node.hasInput(3)) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantInt(3, "frame_length"));
    length = operand;
  }
  if (step < 1 || length < 1 || length > total || length > lengthLimit) {
    return node.invalid("frame_step or frame_length does not fit a signal of "
                        "length " +
                        Twine(total));
  }
  int64_t frames = 1 + (total - length) / step;
  Value starts = emit.mul(emit.iota({frames, 1}, emit.i64(), 0),
                          static_cast<double>(step));
  Value index = emit.add(starts, emit.iota({1, length}, emit.i64(), 1));
  Value framed = emit.gather(signal, index, 1);
  if (window) {
    framed = emit.mul(framed, emit.alongAxis(window, 2, 4));
  }
  Transform transform = {length, false, node.intAttr("onesided", 1) != 0};
  return node.result(emitDft(emit, framed, transform));
}

/// Triangular filters between points that are equally spaced in mel.
LogicalResult importMelWeightMatrix(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  double numbers[5];
  for (unsigned i = 0; i < 5; ++i) {
    ONNX_ASSIGN_OR_FAIL(operand, node.constantNumbers(i, "mel parameter"));
    if (operand.size() != 1) {
      return node.invalid("input " + Twine(i) + " is no scalar");
    }
    numbers[i] = operand[0];
  }
  Type target = node.typeAttr("output_datatype", emit.f32());
  if (!target) {
    return failure();
  }
  auto [bins, length, rate, lowest, highest] = numbers;
  if (!(bins >= 1 && bins <= lengthLimit && length >= 1 &&
        length <= lengthLimit && rate > 0)) {
    return node.invalid("the number of bins, the length or the rate is out "
                        "of range");
  }
  auto toMel = [](double hertz) {
    return 2595 * std::log1p(hertz / 700) / std::log(10);
  };
  double step = (toMel(highest) - toMel(lowest)) / (bins + 2);
  auto count = static_cast<int64_t>(bins);
  int64_t rows = static_cast<int64_t>(length) / 2 + 1;
  SmallVector<int64_t> points;
  for (int64_t i = 0; i < count + 2; ++i) {
    double mel = static_cast<double>(i) * step + toMel(lowest);
    double hertz = 700 * std::expm1(mel / 2595 * std::log(10));
    points.push_back(
        static_cast<int64_t>(std::floor((length + 1) * hertz / rate)));
    if (points.back() < 0 || points.back() >= rows) {
      return node.invalid("the edges are outside of the spectrogram");
    }
  }
  std::vector<double> matrix(rows * count, 0.0);
  for (int64_t i = 0; i < count; ++i) {
    int64_t left = points[i], centre = points[i + 1], right = points[i + 2];
    if (left == centre) {
      matrix[centre * count + i] = 1;
    }
    for (int64_t j = left; j <= centre && left < centre; ++j) {
      matrix[j * count + i] =
          static_cast<double>(j - left) / static_cast<double>(centre - left);
    }
    for (int64_t j = centre; j < right; ++j) {
      matrix[j * count + i] =
          static_cast<double>(right - j) / static_cast<double>(right - centre);
    }
  }
  return node.result(emit.constant({rows, count}, target, matrix));
}

} // namespace

void registerSignalOps(OpTable &table) {
  SmallVector<AttrSpec, 4> window = {integer("periodic"),
                                     integer("output_datatype")};
  table.add({"HannWindow", {17}, importHannWindow, window, {{0}}});
  table.add({"HammingWindow", {17}, importHammingWindow, window, {{0}}});
  table.add({"BlackmanWindow", {17}, importBlackmanWindow, window, {{0}}});
  table.add({"DFT",
             {17, 20},
             importDft,
             {integer("inverse"), integer("axis", 17, 20), integer("onesided")},
             {{1, 2}}});
  table.add({"STFT", {17}, importStft, {integer("onesided")}, {{1, 3}}});
  table.add({"MelWeightMatrix",
             {17},
             importMelWeightMatrix,
             {integer("output_datatype")},
             {{0, 1, 2, 3, 4}}});
}

} // namespace mlir::tessera::onnx_to_graph
