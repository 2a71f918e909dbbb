//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/PixelSampler.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// One pixel that contributes, along one dimension.
struct Tap {
  /// i64, in range.
  Value index;
  /// Null means 1.
  Value weight;
};

class Sampler {
public:
  Sampler(GraphEmitter &emit, const SamplerModes &modes)
      : emit(emit), modes(modes) {}

  SmallVector<Tap> tapsOf(Value coordinate, int64_t size);

private:
  Value floor(Value x) { return emit.create<graph::FloorOp>({x}); }
  Value reflect(Value x, int64_t size);
  Value bring(Value x, int64_t size);
  Tap makeTap(Value place, Value weight, int64_t size);
  SmallVector<Value> cubicWeights(Value t);

  GraphEmitter &emit;
  const SamplerModes &modes;
};

/// Folds x back and forth between the borders.
Value Sampler::reflect(Value x, int64_t size) {
  double low = modes.alignCorners ? 0 : -0.5;
  double range = static_cast<double>(modes.alignCorners ? size - 1 : size);
  if (range == 0) {
    return emit.mul(x, 0);
  }
  Value distance = emit.create<graph::AbsOp>({emit.sub(x, low)});
  Value folds = floor(emit.div(distance, range));
  Value rest = emit.sub(distance, emit.mul(folds, range));
  Value half = emit.div(folds, 2);
  Value isEven = emit.equal(half, floor(half));
  Value forth = emit.add(rest, low);
  Value back = emit.sub(emit.scalarLike(x, low + range), rest);
  return emit.where(isEven, forth, back);
}

/// What the padding mode makes of a place outside of the image.
Value Sampler::bring(Value x, int64_t size) {
  double low = modes.alignCorners ? 0 : -0.5;
  auto last = static_cast<double>(size - 1);
  if (modes.outside == OutsidePixels::reflection) {
    return reflect(x, size);
  }
  if (modes.outside == OutsidePixels::border) {
    // Places in the half pixel around the image stay: cubic tells.
    Value inside =
        emit.logicalAnd(emit.lessEqual(emit.scalarLike(x, low), x),
                        emit.lessEqual(x, emit.scalarLike(x, last - low)));
    return emit.where(inside, x, emit.clamp(x, 0, last));
  }
  return x;
}

Tap Sampler::makeTap(Value place, Value weight, int64_t size) {
  auto last = static_cast<double>(size - 1);
  if (modes.outside == OutsidePixels::zeros && place) {
    Value valid =
        emit.logicalAnd(emit.lessEqual(emit.scalarLike(place, 0), place),
                        emit.lessEqual(place, emit.scalarLike(place, last)));
    Value one = emit.scalarLike(place, 1);
    weight =
        emit.where(valid, weight ? weight : one, emit.scalarLike(place, 0));
  } else if (modes.outside == OutsidePixels::reflection) {
    place = reflect(place, size);
  }
  return {emit.convert(emit.clamp(place, 0, last), emit.i64()), weight};
}

/// Weights of the pixels at -1, 0, 1 and 2 for a place t in [0, 1).
SmallVector<Value> Sampler::cubicWeights(Value t) {
  constexpr double a = -0.75;
  auto polynomial = [&](Value x, double c3, double c2, double c1, double c0) {
    Value sum = emit.add(emit.mul(x, c3), c2);
    sum = emit.add(emit.mul(sum, x), c1);
    return emit.add(emit.mul(sum, x), c0);
  };
  auto near = [&](Value x) { return polynomial(x, a + 2, -a - 3, 0, 1); };
  auto far = [&](Value x) { return polynomial(x, a, -5 * a, 8 * a, -4 * a); };
  Value rest = emit.sub(emit.scalarLike(t, 1), t);
  return {far(emit.add(t, 1)), near(t), near(rest), far(emit.add(rest, 1))};
}

SmallVector<Tap> Sampler::tapsOf(Value coordinate, int64_t size) {
  if (modes.interpolation == Interpolation::nearest) {
    Value rounded = emit.create<graph::RoundOp>({coordinate});
    return {makeTap(bring(rounded, size), {}, size)};
  }
  coordinate = bring(coordinate, size);
  Value base = floor(coordinate);
  Value t = emit.sub(coordinate, base);
  if (modes.interpolation == Interpolation::linear) {
    Value rest = t ? emit.sub(emit.scalarLike(t, 1), t) : t;
    return {makeTap(base, rest, size), makeTap(emit.add(base, 1), t, size)};
  }
  SmallVector<Tap> taps;
  for (auto [i, weight] : llvm::enumerate(cubicWeights(t))) {
    Value place = emit.add(base, static_cast<double>(i) - 1);
    taps.push_back(makeTap(place, weight, size));
  }
  return taps;
}

} // namespace

Value samplePixels(GraphEmitter &emit, Value image, ArrayRef<Value> coordinates,
                   const SamplerModes &modes) {
  if (!image || llvm::is_contained(coordinates, Value())) {
    return {};
  }
  SmallVector<int64_t> shape(emit.shapeOf(image));
  ArrayRef<int64_t> sizes = ArrayRef<int64_t>(shape).drop_front(2);
  std::optional<int64_t> pixels = elementCount(sizes);
  int64_t queries = emit.shapeOf(coordinates[0])[1];
  if (!pixels || *pixels == 0) {
    return emit.fail("the image is empty");
  }
  Value flat = emit.reshape(image, {shape[0], shape[1], *pixels});

  Sampler sampler(emit, modes);
  // All combinations of taps, dimension by dimension.
  SmallVector<Tap> combined = {{emit.scalar(emit.i64(), 0), {}}};
  for (auto [d, coordinate] : llvm::enumerate(coordinates)) {
    SmallVector<Tap> next;
    for (const Tap &tap : sampler.tapsOf(coordinate, sizes[d])) {
      for (const Tap &before : combined) {
        Value index = emit.add(
            emit.mul(before.index, static_cast<double>(sizes[d])), tap.index);
        Value weight = !before.weight || !tap.weight
                           ? (tap.weight ? tap.weight : before.weight)
                           : emit.mul(before.weight, tap.weight);
        next.push_back({index, weight});
      }
    }
    combined = next;
  }
  Value sum;
  for (const Tap &tap : combined) {
    Value index = emit.broadcast(emit.unsqueeze(tap.index, 1),
                                 {shape[0], shape[1], queries});
    Value pixel = emit.create<graph::GatherElementsOp>(
        {flat, index}, {emit.integer("axis", 2)});
    if (tap.weight) {
      pixel = emit.mul(pixel, emit.convert(emit.unsqueeze(tap.weight, 1),
                                           emit.elementOf(image)));
    }
    sum = sum ? emit.add(sum, pixel) : pixel;
  }
  return sum;
}

} // namespace mlir::tessera::onnx_to_graph
