//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/algorithms/WinogradTransforms.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::tessera::loop;

//===----------------------------------------------------------------------===//
// Arithmetic in which null is zero
//===----------------------------------------------------------------------===//

/// Sums may become FMAs, like those of contractions.
static constexpr auto kContract = arith::FastMathFlags::contract;

Value WinogradTransforms::scale(double factor, Value x) {
  if (!x || factor == 1) {
    return x;
  }
  if (factor == -1) {
    return builder.create<arith::NegFOp>(loc, x);
  }
  Value constant = builder.create<arith::ConstantOp>(
      loc, builder.getFloatAttr(x.getType(), factor));
  return builder.create<arith::MulFOp>(loc, constant, x, kContract);
}

Value WinogradTransforms::add(Value x, Value y) {
  if (!x || !y) {
    return x ? x : y;
  }
  return builder.create<arith::AddFOp>(loc, x, y, kContract);
}

Value WinogradTransforms::subtract(Value x, Value y) {
  if (!x || !y) {
    return x ? x : scale(-1, y);
  }
  return builder.create<arith::SubFOp>(loc, x, y, kContract);
}

Value WinogradTransforms::multiplyAdd(double factor, Value x, Value y) {
  return add(scale(factor, x), y);
}

//===----------------------------------------------------------------------===//
// One dimension
//===----------------------------------------------------------------------===//

WinogradTransforms::Line
WinogradTransforms::transformInputLine(ArrayRef<Value> d) {
  if (outputs == 2) {
    return {subtract(d[0], d[2]), add(d[1], d[2]), subtract(d[2], d[1]),
            subtract(d[1], d[3])};
  }
  Value even = multiplyAdd(-4, d[2], d[4]);
  Value odd = multiplyAdd(-4, d[1], d[3]);
  Value evenOuter = subtract(d[4], d[2]);
  Value oddOuter = subtract(d[3], d[1]);
  return {multiplyAdd(4, d[0], multiplyAdd(-5, d[2], d[4])),
          add(even, odd),
          subtract(even, odd),
          multiplyAdd(2, oddOuter, evenOuter),
          multiplyAdd(-2, oddOuter, evenOuter),
          multiplyAdd(4, d[1], multiplyAdd(-5, d[3], d[5]))};
}

WinogradTransforms::Line
WinogradTransforms::transformFilterLine(ArrayRef<Value> g) {
  Value ends = add(g[0], g[2]);
  if (outputs == 2) {
    return {g[0], scale(0.5, add(ends, g[1])), scale(0.5, subtract(ends, g[1])),
            g[2]};
  }
  Value outer = multiplyAdd(4, g[2], g[0]);
  return {scale(1.0 / 4, g[0]),
          scale(-1.0 / 6, add(ends, g[1])),
          scale(-1.0 / 6, subtract(ends, g[1])),
          scale(1.0 / 24, multiplyAdd(2, g[1], outer)),
          scale(1.0 / 24, multiplyAdd(-2, g[1], outer)),
          g[2]};
}

WinogradTransforms::Line
WinogradTransforms::transformOutputLine(ArrayRef<Value> m) {
  if (outputs == 2) {
    return {add(m[0], add(m[1], m[2])), subtract(subtract(m[1], m[2]), m[3])};
  }
  Value near = add(m[1], m[2]), nearOdd = subtract(m[1], m[2]);
  Value far = add(m[3], m[4]), farOdd = subtract(m[3], m[4]);
  return {add(m[0], add(near, far)), multiplyAdd(2, farOdd, nearOdd),
          multiplyAdd(4, far, near),
          add(multiplyAdd(8, farOdd, nearOdd), m[5])};
}

//===----------------------------------------------------------------------===//
// Two dimensions
//===----------------------------------------------------------------------===//

SmallVector<Value> WinogradTransforms::transformBoth(ArrayRef<Value> matrix,
                                                     int64_t rows,
                                                     int64_t columns,
                                                     Transform transform) {
  // tall[i][j]: column j transformed.
  SmallVector<Line> columnResults;
  for (int64_t j = 0; j < columns; ++j) {
    Line column;
    for (int64_t i = 0; i < rows; ++i) {
      column.push_back(matrix[i * columns + j]);
    }
    columnResults.push_back(transform(column));
  }
  SmallVector<Value> result;
  for (size_t i = 0; i < columnResults[0].size(); ++i) {
    Line row;
    for (const Line &column : columnResults) {
      row.push_back(column[i]);
    }
    llvm::append_range(result, transform(row));
  }
  return result;
}

SmallVector<Value> WinogradTransforms::transformInput(ArrayRef<Value> square) {
  return transformBoth(square, getSize(), getSize(), [&](ArrayRef<Value> line) {
    return transformInputLine(line);
  });
}

SmallVector<Value> WinogradTransforms::transformFilter(ArrayRef<Value> taps) {
  return transformBoth(taps, 3, 3, [&](ArrayRef<Value> line) {
    return transformFilterLine(line);
  });
}

SmallVector<Value>
WinogradTransforms::transformOutput(ArrayRef<Value> products) {
  return transformBoth(
      products, getSize(), getSize(),
      [&](ArrayRef<Value> line) { return transformOutputLine(line); });
}
