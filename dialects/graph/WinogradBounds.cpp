//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Winograd's minimal filtering computes squares y of m x m outputs from squares
// d of (m + 2) x (m + 2) inputs and 3 x 3 taps g by
//
//   y = A' [ sum over channels of (G g G') * (B' d B) ] A,
//
// where * multiplies element by element. Each of the three linear maps rounds
// what it adds up, so that to first order
//
//   |error| <= rounding * |A'| [ sum of |G g G'| * (|B'| |d| |B|) ] |A|
//
// element by element: the bound in two dimensions and over several channels of
// B. Barabasz, A. Anderson, K. Soodhalter, D. Gregg, "Error Analysis and
// Improving the Accuracy of Winograd Convolution for Deep Neural Networks"
// (2020), with |G g G'| instead of |G| |g| |G'|, as the filter is transformed
// in f64. `rounding` counts the roundings on the longest way from an input to
// an output, half an epsilon each: kInputRoundings in B' and again in B, one of
// the filter, those of the sum, and kOutputRoundings in A' and again in A.
//
// The graph ops emitted here are that algorithm on magnitudes.

#include "dialects/graph/WinogradBounds.h"

using namespace mlir;
using namespace mlir::tessera::graph;

namespace {

/// The longest chain of additions and inexact products for one element: 4 a - 5
/// b + c in B', three sums in A'. Factors that are powers of 2 do not round.
constexpr double kInputRoundings = 3, kOutputRoundings = 3;

using Matrix = std::vector<std::vector<double>>;

/// The maps of one dimension, as transforms/loop/algorithms has them, A and B
/// without signs.
struct Maps {
  Matrix input, filter, output;
};

const Maps &getMaps(int64_t outputs) {
  static const Maps two = {
      {{1, 0, 1, 0}, {0, 1, 1, 0}, {0, 1, 1, 0}, {0, 1, 0, 1}},
      {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}},
      {{1, 1, 1, 0}, {0, 1, 1, 1}}};
  static const Maps four = {{{4, 0, 5, 0, 1, 0},
                             {0, 4, 4, 1, 1, 0},
                             {0, 4, 4, 1, 1, 0},
                             {0, 2, 1, 2, 1, 0},
                             {0, 2, 1, 2, 1, 0},
                             {0, 4, 0, 5, 0, 1}},
                            {{1.0 / 4, 0, 0},
                             {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                             {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                             {1.0 / 24, 1.0 / 12, 1.0 / 6},
                             {1.0 / 24, -1.0 / 12, 1.0 / 6},
                             {0, 0, 1}},
                            {{1, 1, 1, 1, 1, 0},
                             {0, 1, 1, 2, 2, 0},
                             {0, 1, 1, 4, 4, 0},
                             {0, 1, 1, 8, 8, 1}}};
  return outputs == 2 ? two : four;
}

/// The map of both dimensions as an f32 constant of the given shape, which
/// holds [row of the result, column of it, row of the square, column].
Value createMap(BoundBuilder &b, const Matrix &line, ArrayRef<int64_t> shape) {
  SmallVector<float> values;
  for (const auto &rowMap : line) {
    for (const auto &columnMap : line) {
      for (double row : rowMap) {
        for (double column : columnMap) {
          values.push_back(row * column);
        }
      }
    }
  }
  auto type = RankedTensorType::get(shape, b.builder.getF32Type());
  return b.builder.create<ConstantOp>(
      b.loc, DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

Value transpose(BoundBuilder &b, Value value, ArrayRef<int64_t> permutation) {
  return createTranspose(b.builder, b.loc, value, permutation);
}

Value reshape(BoundBuilder &b, Value value, ArrayRef<int64_t> shape) {
  return createReshape(b.builder, b.loc, value, shape);
}

Value multiply(BoundBuilder &b, Value lhs, Value rhs) {
  return b.builder.create<MatmulOp>(b.loc, lhs, rhs);
}

/// |B'| |d| |B| of all squares: [N, values of a square, C, squares].
Value transformInput(BoundBuilder &b, Value input, ConvOp op, int64_t outputs,
                     int64_t rows, int64_t columns) {
  OpBuilder &builder = b.builder;
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input.getType()).getShape();
  ArrayRef<int64_t> pads = op.getPads();
  int64_t images = shape[0] * shape[1], size = outputs + 2;
  int64_t below = rows * outputs + 2 - shape[2] - pads[0];
  int64_t right = columns * outputs + 2 - shape[3] - pads[1];
  Value one = reshape(b, input, {images, 1, shape[2], shape[3]});
  Value map =
      createMap(b, getMaps(outputs).input, {size * size, 1, size, size});
  Value squares = builder.create<ConvOp>(
      b.loc, one, map, builder.getDenseI64ArrayAttr({outputs, outputs}),
      builder.getDenseI64ArrayAttr({1, 1}),
      builder.getDenseI64ArrayAttr({pads[0], pads[1], below, right}));
  return transpose(
      b, reshape(b, squares, {shape[0], shape[1], size * size, rows * columns}),
      {0, 2, 1, 3});
}

/// |G g G'|: [values of a square, F, C].
Value transformFilter(BoundBuilder &b, Value filter, int64_t outputs) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(filter.getType()).getShape();
  int64_t values = (outputs + 2) * (outputs + 2);
  Value map = createMap(b, getMaps(outputs).filter, {values, 9});
  Value taps = reshape(b, filter, {shape[0] * shape[1], 9});
  Value transformed = b.abs(multiply(b, taps, transpose(b, map, {1, 0})));
  return transpose(b, reshape(b, transformed, {shape[0], shape[1], values}),
                   {2, 0, 1});
}

} // namespace

bool mlir::tessera::graph::isWinograd(ConvOp op) {
  auto outputs = op->getAttrOfType<IntegerAttr>(kWinogradOutputsAttrName);
  auto filter = cast<RankedTensorType>(op.getFilter().getType());
  auto areOne = [](ArrayRef<int64_t> values) {
    return llvm::all_of(values, [](int64_t value) { return value == 1; });
  };
  ArrayRef<int64_t> taps = op.getChannelsLast()
                               ? filter.getShape().drop_back(2)
                               : filter.getShape().drop_front(2);
  return outputs && (outputs.getInt() == 2 || outputs.getInt() == 4) &&
         filter.getElementType().isF32() && op.getGroups() == 1 &&
         taps == ArrayRef<int64_t>({3, 3}) && areOne(op.getStrides()) &&
         areOne(op.getDilations());
}

ErrorTerm mlir::tessera::graph::getWinogradTerm(ConvOp op, double sumError) {
  double epsilon = getEpsilon(getElementTypeOrSelf(op.getType()));
  double roundings = 2 * kInputRoundings + 1 + 2 * kOutputRoundings;
  return {sumError + roundings * epsilon / 2,
          "Winograd's transforms of magnitudes"};
}

Value mlir::tessera::graph::buildWinogradBound(BoundBuilder &b, ConvOp op,
                                               const ErrorTerm &term) {
  int64_t outputs =
      op->getAttrOfType<IntegerAttr>(kWinogradOutputsAttrName).getInt();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getType()).getShape();
  int64_t rows = llvm::divideCeil(shape[2], outputs);
  int64_t columns = llvm::divideCeil(shape[3], outputs);
  int64_t batch = shape[0], features = shape[1];
  int64_t values = (outputs + 2) * (outputs + 2);
  Value input =
      transformInput(b, b.abs(op.getInput()), op, outputs, rows, columns);
  Value filter = transformFilter(b, op.getFilter(), outputs);
  Value products = multiply(b, filter, input);
  Value map =
      createMap(b, getMaps(outputs).output, {outputs * outputs, values});
  Value squares = multiply(
      b, map, reshape(b, products, {batch, values, features * rows * columns}));
  Value image = transpose(
      b,
      reshape(b, squares, {batch, outputs, outputs, features, rows, columns}),
      {0, 3, 4, 1, 5, 2});
  image =
      reshape(b, image, {batch, features, rows * outputs, columns * outputs});
  Value magnitudes =
      b.builder.create<SliceOp>(b.loc, image, SmallVector<int64_t>(4, 0), shape,
                                SmallVector<int64_t>(4, 1));
  return b.scale(b.toDouble(magnitudes), term.factor);
}
