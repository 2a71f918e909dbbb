//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

/// The windows of a pooling op: one parallel dimension for each of the result's
/// and one reduction for each of the kernel's.
struct Windows {
  SmallVector<AffineExpr> result, taps, input;
  /// Position of the first spatial dimension.
  size_t firstSpatial;
};

} // namespace

template <typename OpTy>
static Windows addWindows(OpTy op, NestBuilder &nest,
                          ArrayRef<int64_t> resultShape) {
  Windows windows;
  windows.firstSpatial = op.getChannelsLast() ? 1 : 2;
  windows.result = nest.parallel(resultShape);
  windows.taps = nest.reduction(op.getKernel());
  windows.input = windows.result;
  for (auto [d, tap] : llvm::enumerate(windows.taps)) {
    AffineExpr &index = windows.input[windows.firstSpatial + d];
    index = index * op.getStrides()[d] + tap * op.getDilations()[d];
  }
  return windows;
}

/// The input with as much padding of `value` as the windows read.
template <typename OpTy>
static Value padForWindows(OpTy op, OpLowering &lowering, TypedAttr value) {
  Value input = lowering.operands.front();
  ArrayRef<int64_t> shape = getShape(input);
  ArrayRef<int64_t> result = getShape(lowering.destination());
  size_t first = op.getChannelsLast() ? 1 : 2;
  SmallVector<int64_t> low(shape.size(), 0), high(shape.size(), 0);
  for (size_t d = 0; d < op.getKernel().size(); ++d) {
    int64_t extent = (result[first + d] - 1) * op.getStrides()[d] +
                     (op.getKernel()[d] - 1) * op.getDilations()[d] + 1;
    low[first + d] = op.getPads()[d];
    high[first + d] =
        std::max<int64_t>(extent - low[first + d] - shape[first + d], 0);
  }
  return lowering.pad(input, low, high, value);
}

static Value lowerMaxPool(graph::MaxPoolOp op, graph::MaxPoolOp::Adaptor,
                          OpLowering &lowering) {
  Type element = getElement(op.getInput());
  TypedAttr lowest = getLowestAttr(element);
  Value input = padForWindows(op, lowering, lowest);
  NestBuilder nest = lowering.nest();
  Windows windows = addWindows(op, nest, getShape(lowering.destination()));
  nest.input(input, windows.input);
  nest.output(lowering.destination(), windows.result);
  return nest.reduce(
      lowest,
      // The image's element comes first: whether it is NaN is asked of the
      // first operand, once for all windows that it is part of.
      [&](ValueRange v) {
        return getScalarContext(lowering.builder, lowering.loc, v, element)
            .max(v[0], v[1]);
      },
      [](ValueRange v) { return v[0]; });
}

/// How many taps of the window at `position` lie in [begin, end).
static int64_t countTaps(int64_t position, int64_t kernel, int64_t stride,
                         int64_t dilation, int64_t begin, int64_t end) {
  int64_t count = 0;
  for (int64_t tap = 0; tap < kernel; ++tap) {
    int64_t at = position * stride + tap * dilation;
    count += at >= begin && at < end;
  }
  return count;
}

/// countTaps of the window at index `position`, known at run time only.
static Value buildTapCount(OpLowering &lowering, Value position, int64_t kernel,
                           int64_t stride, int64_t dilation, int64_t begin,
                           int64_t end) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value start = builder.create<arith::MulIOp>(loc, position,
                                              lowering.indexConstant(stride));
  // Taps before `bound`: min(kernel, ceil(max(bound - start, 0) / dilation)).
  auto countBefore = [&](int64_t bound) -> Value {
    Value room = builder.create<arith::SubIOp>(
        loc, lowering.indexConstant(bound), start);
    room = builder.create<arith::MaxSIOp>(loc, room, lowering.indexConstant(0));
    if (dilation > 1) {
      room = builder.create<arith::AddIOp>(
          loc, room, lowering.indexConstant(dilation - 1));
      room = builder.create<arith::DivUIOp>(loc, room,
                                            lowering.indexConstant(dilation));
    }
    return builder.create<arith::MinSIOp>(loc, room,
                                          lowering.indexConstant(kernel));
  };
  return builder.create<arith::SubIOp>(loc, countBefore(end),
                                       countBefore(begin));
}

/// The number of elements that the window at the current indices averages.
/// `coordinates` below are those of the padded input.
static Value buildWindowCount(graph::AvgPoolOp op, OpLowering &lowering,
                              NestBuilder &nest, const Windows &windows) {
  ArrayRef<int64_t> input = getShape(lowering.operands.front());
  ArrayRef<int64_t> result = getShape(lowering.destination());
  size_t rank = op.getKernel().size();
  int64_t constant = 1;
  Value count;
  for (size_t d = 0; d < rank; ++d) {
    size_t dim = windows.firstSpatial + d;
    int64_t kernel = op.getKernel()[d];
    int64_t stride = op.getStrides()[d];
    int64_t dilation = op.getDilations()[d];
    int64_t begin = op.getPads()[d];
    int64_t end = begin + input[dim];
    if (op.getCountIncludePad()) {
      begin = 0;
      end += op.getPads()[rank + d];
    }
    int64_t first = countTaps(0, kernel, stride, dilation, begin, end);
    bool isConstant = true;
    for (int64_t o = 1; o < result[dim]; ++o) {
      isConstant &= countTaps(o, kernel, stride, dilation, begin, end) == first;
    }
    if (isConstant) {
      constant *= first;
      continue;
    }
    Value taps = buildTapCount(lowering, nest.index(windows.result[dim]),
                               kernel, stride, dilation, begin, end);
    count = count ? lowering.builder.create<arith::MulIOp>(lowering.loc, count,
                                                           taps)
                  : taps;
  }
  if (!count) {
    return lowering.indexConstant(constant);
  }
  return constant == 1
             ? count
             : lowering.builder.create<arith::MulIOp>(
                   lowering.loc, count, lowering.indexConstant(constant));
}

static Value lowerAvgPool(graph::AvgPoolOp op, graph::AvgPoolOp::Adaptor,
                          OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Type element = getElement(op.getInput());
  Type type = getAccumulatorType(element);
  Value input = padForWindows(
      op, lowering, builder.getZeroAttr(getElement(lowering.operands.front())));
  NestBuilder nest = lowering.nest();
  Windows windows = addWindows(op, nest, getShape(lowering.destination()));
  nest.input(input, windows.input);
  nest.output(lowering.destination(), windows.result);
  return nest.reduce(
      builder.getZeroAttr(type),
      [&](ValueRange v) -> Value {
        if (!isa<FloatType>(type)) {
          return builder.create<arith::AddIOp>(loc, v[1], v[0]);
        }
        Value x = convertFloat(builder, loc, v[0], type);
        return builder.create<arith::AddFOp>(loc, v[1], x);
      },
      [&](ValueRange v) -> Value {
        Value count = buildWindowCount(op, lowering, nest, windows);
        Type wide = isa<FloatType>(type) ? Type(builder.getI32Type()) : type;
        count = builder.create<arith::IndexCastOp>(loc, wide, count);
        if (!isa<FloatType>(type)) {
          return getScalarContext(builder, loc, {v[0], count}, element)
              .div(v[0], count);
        }
        count = builder.create<arith::SIToFPOp>(loc, type, count);
        Value mean = builder.create<arith::DivFOp>(loc, v[0], count);
        return convertFloat(builder, loc, mean, getStorageType(element));
      });
}

void mlir::tessera::populatePoolingLowerings(LoweringTable &table) {
  table.add<graph::MaxPoolOp>(lowerMaxPool);
  table.add<graph::AvgPoolOp>(lowerAvgPool);
}
