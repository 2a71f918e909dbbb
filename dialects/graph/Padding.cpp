//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// PaddedOpInterface of ops on windows, EmbeddingOpInterface of graph.pad
/// and graph.concat.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "dialects/graph/PoolShape.h"

using namespace mlir;
using namespace mlir::tessera::graph;

/// The padding that windows of `kernel` elements read.
template <typename OpTy>
static std::optional<Padding> getReadPadding(OpTy op, ArrayRef<int64_t> kernel,
                                             TypedAttr value) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto result = cast<RankedTensorType>(op.getType());
  if (!input.hasStaticShape() || !result.hasStaticShape()) {
    return std::nullopt;
  }
  ImageLayout layout(input.getRank(), op.getChannelsLast());
  SmallVector<int64_t> none(input.getRank(), 0);
  Padding padding{none, none, value};
  bool isPadded = false;
  for (int64_t i = 0; i < layout.spatialRank; ++i) {
    int64_t d = layout.spatial + i;
    Window window{kernel[i], op.getStrides()[i], op.getDilations()[i]};
    int64_t last = (result.getDimSize(d) - 1) * window.stride;
    padding.low[d] = op.getPads()[i];
    padding.high[d] = std::max<int64_t>(
        last + window.extent() - padding.low[d] - input.getDimSize(d), 0);
    isPadded |= padding.low[d] != 0 || padding.high[d] != 0;
  }
  // Nothing is read for an empty result.
  if (!isPadded || result.getNumElements() == 0) {
    return std::nullopt;
  }
  return padding;
}

template <typename OpTy> static void dropPads(OpTy op, Value data) {
  op.getInputMutable().set(data);
  op.setPads(SmallVector<int64_t>(op.getPads().size(), 0));
}

static TypedAttr getZero(Type type) {
  return Builder(type.getContext()).getZeroAttr(type);
}

/// The element that changes no maximum.
static TypedAttr getLowest(Type type) {
  if (auto real = dyn_cast<FloatType>(type)) {
    return FloatAttr::get(
        real, APFloat::getInf(real.getFloatSemantics(), /*Negative=*/true));
  }
  unsigned width = type.getIntOrFloatBitWidth();
  return IntegerAttr::get(type, type.isUnsignedInteger()
                                    ? APInt::getZero(width)
                                    : APInt::getSignedMinValue(width));
}

std::optional<Padding> ConvOp::getPadding() {
  auto filter = cast<RankedTensorType>(getFilter().getType());
  if (!filter.hasStaticShape()) {
    return std::nullopt;
  }
  ArrayRef<int64_t> kernel = filter.getShape();
  kernel = getChannelsLast() ? kernel.drop_back(2) : kernel.drop_front(2);
  return getReadPadding(*this, kernel, getZero(filter.getElementType()));
}

void ConvOp::setPaddedInput(Value data) { dropPads(*this, data); }

std::optional<Padding> MaxPoolOp::getPadding() {
  return getReadPadding(*this, getKernel(),
                        getLowest(getElementTypeOrSelf(getInput())));
}

void MaxPoolOp::setPaddedInput(Value data) { dropPads(*this, data); }

/// Padding takes part in a mean only with `count_include_pad`, and what
/// `ceil_mode` reads behind the high pads never does.
std::optional<Padding> AvgPoolOp::getPadding() {
  std::optional<Padding> padding = getReadPadding(
      *this, getKernel(), getZero(getElementTypeOrSelf(getInput())));
  if (!padding || !getCountIncludePad()) {
    return std::nullopt;
  }
  ImageLayout layout(padding->low.size(), getChannelsLast());
  for (int64_t i = 0; i < layout.spatialRank; ++i) {
    if (padding->high[layout.spatial + i] > getPads()[layout.spatialRank + i]) {
      return std::nullopt;
    }
  }
  return padding;
}

void AvgPoolOp::setPaddedInput(Value data) { dropPads(*this, data); }

SmallVector<Value> PadOp::getEmbedded() {
  auto isNegative = [](int64_t amount) { return amount < 0; };
  bool isEmbedding = getMode() == PadMode::constant &&
                     llvm::none_of(getLow(), isNegative) &&
                     llvm::none_of(getHigh(), isNegative);
  return isEmbedding ? SmallVector<Value>{getInput()} : SmallVector<Value>();
}

SmallVector<Value> ConcatOp::getEmbedded() {
  return SmallVector<Value>(getInputs());
}
