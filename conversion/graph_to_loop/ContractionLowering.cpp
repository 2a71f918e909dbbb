//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/graph/GraphOps.h"

using namespace mlir;
using namespace mlir::tessera;

/// Sum of products of the two inputs into the output, in f32 for shorter
/// floats.
static Value buildContraction(OpLowering &lowering, NestBuilder &nest,
                              Type element) {
  Type type = getAccumulatorType(element);
  return nest.reduce(
      lowering.builder.getZeroAttr(type),
      [&](ValueRange v) {
        return buildMultiplyAdd(lowering.builder, lowering.loc, v[0], v[1],
                                v[2]);
      },
      [&](ValueRange v) {
        return convertFloat(lowering.builder, lowering.loc, v[0],
                            getStorageType(element));
      });
}

//===----------------------------------------------------------------------===//
// Matmul
//===----------------------------------------------------------------------===//

static Value lowerMatmul(graph::MatmulOp op, graph::MatmulOp::Adaptor operands,
                         OpLowering &lowering) {
  ArrayRef<int64_t> lhs = getShape(operands.getLhs());
  ArrayRef<int64_t> rhs = getShape(operands.getRhs());
  ArrayRef<int64_t> result = getShape(lowering.destination());
  bool hasRow = lhs.size() > 1;
  bool hasColumn = rhs.size() > 1;
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims = nest.parallel(result);
  AffineExpr k = nest.reduction(lhs.back());

  size_t batchRank = result.size() - hasRow - hasColumn;
  auto batchIndices = [&](ArrayRef<int64_t> shape) {
    SmallVector<AffineExpr> indices;
    size_t rank = shape.size() < 2 ? 0 : shape.size() - 2;
    for (size_t d = 0; d < rank; ++d) {
      size_t at = batchRank - rank + d;
      bool isRepeated = shape[d] == 1 && result[at] != 1;
      indices.push_back(isRepeated ? nest.constant(0) : dims[at]);
    }
    return indices;
  };
  SmallVector<AffineExpr> left = batchIndices(lhs);
  if (hasRow) {
    left.push_back(dims[batchRank]);
  }
  left.push_back(k);
  SmallVector<AffineExpr> right = batchIndices(rhs);
  right.push_back(k);
  if (hasColumn) {
    right.push_back(dims.back());
  }
  nest.input(operands.getLhs(), left);
  nest.input(operands.getRhs(), right);
  nest.output(lowering.destination(), dims);
  return buildContraction(lowering, nest, getElement(op.getLhs()));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

namespace {

/// Where the dimensions of a convolution lie.
struct Layout {
  bool channelsLast;
  /// The filter is [F, C/g, kernel...] or [kernel..., C/g, F]; transposed
  /// [C, F/g, kernel...] or [kernel..., F/g, C].
  bool isTransposed;

  SmallVector<int64_t> getSpatial(ArrayRef<int64_t> image) const {
    return SmallVector<int64_t>(channelsLast ? image.drop_front().drop_back()
                                             : image.drop_front(2));
  }
  SmallVector<int64_t> getKernel(ArrayRef<int64_t> filter) const {
    return SmallVector<int64_t>(channelsLast ? filter.drop_back(2)
                                             : filter.drop_front(2));
  }
  int64_t getChannels(ArrayRef<int64_t> image) const {
    return channelsLast ? image.back() : image[1];
  }
  /// An image's amounts per dimension from those of its spatial dimensions.
  SmallVector<int64_t> getImageAmounts(ArrayRef<int64_t> spatial,
                                       int64_t others) const {
    SmallVector<int64_t> amounts(spatial);
    amounts.insert(amounts.begin(), channelsLast ? 1 : 2, others);
    if (channelsLast) {
      amounts.push_back(others);
    }
    return amounts;
  }
  SmallVector<AffineExpr> getImageIndices(AffineExpr n,
                                          ArrayRef<AffineExpr> spatial,
                                          AffineExpr channel) const {
    SmallVector<AffineExpr> indices(spatial);
    if (!channelsLast) {
      indices.insert(indices.begin(), channel);
    }
    indices.insert(indices.begin(), n);
    if (channelsLast) {
      indices.push_back(channel);
    }
    return indices;
  }
  /// `inner` is the filter's second channel dimension, C/g or F/g.
  SmallVector<AffineExpr> getFilterIndices(ArrayRef<AffineExpr> kernel,
                                           AffineExpr outer,
                                           AffineExpr inner) const {
    SmallVector<AffineExpr> indices;
    if (channelsLast) {
      llvm::append_range(indices, kernel);
      indices.append({inner, outer});
    } else {
      indices.append({outer, inner});
      llvm::append_range(indices, kernel);
    }
    return indices;
  }
};

/// A convolution on an input that needs no padding.
struct Convolution {
  Layout layout;
  int64_t batch, inputChannels, outputChannels, groups;
  /// The parallel spatial dimensions, of the output or (for a transposed
  /// convolution that scatters) of the input.
  SmallVector<int64_t> spatial, kernel;

  using Indices = llvm::function_ref<SmallVector<AffineExpr>(
      ArrayRef<AffineExpr>, ArrayRef<AffineExpr>)>;

  /// Builds the nest. The three functions give the spatial indices of input,
  /// filter and output from spatial and kernel dimensions.
  Value build(OpLowering &lowering, Value input, Value filter, Type element,
              bool isKernelParallel, Indices inputIndices,
              Indices filterIndices, Indices outputIndices) const;
};

} // namespace

Value Convolution::build(OpLowering &lowering, Value input, Value filter,
                         Type element, bool isKernelParallel,
                         Indices inputIndices, Indices filterIndices,
                         Indices outputIndices) const {
  NestBuilder nest = lowering.nest();
  bool isDepthwise =
      groups > 1 && groups == inputChannels && groups == outputChannels;
  int64_t groupInputs = inputChannels / groups;
  int64_t groupOutputs = outputChannels / groups;

  AffineExpr n = nest.parallel(batch);
  SmallVector<AffineExpr> positions, taps;
  AffineExpr group, feature, channel;
  auto addPositions = [&] {
    positions = nest.parallel(spatial);
    if (isKernelParallel) {
      taps = nest.parallel(kernel);
    }
  };
  auto addFeatures = [&] {
    if (groups > 1) {
      group = nest.parallel(groups);
    }
    feature = isDepthwise ? nest.constant(0) : nest.parallel(groupOutputs);
  };
  auto addTaps = [&] {
    if (!isKernelParallel) {
      taps = nest.reduction(kernel);
    }
  };
  auto addChannels = [&] {
    channel = isDepthwise ? nest.constant(0) : nest.reduction(groupInputs);
  };
  if (layout.channelsLast) {
    addPositions();
    addFeatures();
    addTaps();
    addChannels();
  } else {
    addFeatures();
    addPositions();
    addChannels();
    addTaps();
  }

  AffineExpr inputChannel =
      groups > 1 ? group * groupInputs + channel : channel;
  AffineExpr outputChannel =
      groups > 1 ? group * groupOutputs + feature : feature;
  nest.input(input, layout.getImageIndices(n, inputIndices(positions, taps),
                                           inputChannel));
  SmallVector<AffineExpr> kernelIndices = filterIndices(positions, taps);
  nest.input(
      filter,
      layout.isTransposed
          ? layout.getFilterIndices(kernelIndices, inputChannel, feature)
          : layout.getFilterIndices(kernelIndices, outputChannel, channel));
  nest.output(
      lowering.destination(),
      layout.getImageIndices(n, outputIndices(positions, taps), outputChannel));
  return buildContraction(lowering, nest, element);
}

/// Indices that are the spatial dimensions, or the kernel's.
static SmallVector<AffineExpr> getPositions(ArrayRef<AffineExpr> positions,
                                            ArrayRef<AffineExpr>) {
  return SmallVector<AffineExpr>(positions);
}
static SmallVector<AffineExpr> getTaps(ArrayRef<AffineExpr>,
                                       ArrayRef<AffineExpr> taps) {
  return SmallVector<AffineExpr>(taps);
}

/// position * stride + tap * dilation for each spatial dimension.
static SmallVector<AffineExpr> getWindow(ArrayRef<AffineExpr> positions,
                                         ArrayRef<AffineExpr> taps,
                                         ArrayRef<int64_t> strides,
                                         ArrayRef<int64_t> dilations) {
  SmallVector<AffineExpr> indices;
  for (size_t d = 0; d < positions.size(); ++d) {
    indices.push_back(positions[d] * strides[d] + taps[d] * dilations[d]);
  }
  return indices;
}

static Value lowerConv(graph::ConvOp op, graph::ConvOp::Adaptor operands,
                       OpLowering &lowering) {
  Layout layout{op.getChannelsLast(), /*isTransposed=*/false};
  ArrayRef<int64_t> image = getShape(operands.getInput());
  ArrayRef<int64_t> result = getShape(lowering.destination());
  Convolution conv{layout,
                   image.front(),
                   layout.getChannels(image),
                   layout.getChannels(result),
                   static_cast<int64_t>(op.getGroups()),
                   layout.getSpatial(result),
                   layout.getKernel(getShape(operands.getFilter()))};
  ArrayRef<int64_t> strides = op.getStrides();
  ArrayRef<int64_t> dilations = op.getDilations();
  size_t rank = conv.spatial.size();
  SmallVector<int64_t> size = layout.getSpatial(image);
  SmallVector<int64_t> low(op.getPads().take_front(rank)), high(rank);
  for (size_t d = 0; d < rank; ++d) {
    int64_t extent = (conv.spatial[d] - 1) * strides[d] +
                     (conv.kernel[d] - 1) * dilations[d] + 1;
    high[d] = std::max<int64_t>(extent - low[d] - size[d], 0);
  }
  Value input = lowering.pad(
      operands.getInput(), layout.getImageAmounts(low, 0),
      layout.getImageAmounts(high, 0),
      lowering.builder.getZeroAttr(getElement(operands.getInput())));
  return conv.build(
      lowering, input, operands.getFilter(), getElement(op.getInput()),
      /*isKernelParallel=*/false,
      [&](ArrayRef<AffineExpr> positions, ArrayRef<AffineExpr> taps) {
        return getWindow(positions, taps, strides, dilations);
      },
      getTaps, getPositions);
}

/// `image` with its elements `strides` apart, the first at `offsets`, zeros
/// elsewhere; elements that fall outside of `extents` are dropped.
static Value insertZeros(OpLowering &lowering, const Layout &layout,
                         Value image, ArrayRef<int64_t> strides,
                         ArrayRef<int64_t> offsets, ArrayRef<int64_t> extents) {
  SmallVector<int64_t> size = layout.getSpatial(getShape(image));
  size_t rank = size.size();
  SmallVector<int64_t> first(rank), count(rank), at(rank);
  bool isEmpty = false, isWhole = true;
  for (size_t d = 0; d < rank; ++d) {
    first[d] = offsets[d] < 0 ? (-offsets[d] + strides[d] - 1) / strides[d] : 0;
    at[d] = offsets[d] + first[d] * strides[d];
    int64_t room =
        at[d] < extents[d] ? (extents[d] - at[d] - 1) / strides[d] + 1 : 0;
    count[d] = std::min(room, size[d] - first[d]);
    isEmpty |= count[d] <= 0;
    isWhole &= at[d] == 0 && count[d] == extents[d];
  }
  ArrayRef<int64_t> shape = getShape(image);
  int64_t channels = layout.getChannels(shape);
  auto withOthers = [&](ArrayRef<int64_t> spatial) {
    SmallVector<int64_t> sizes = layout.getImageAmounts(spatial, channels);
    sizes.front() = shape.front();
    return sizes;
  };
  Value part = image;
  if (!isEmpty) {
    part = lowering.crop(image, layout.getImageAmounts(first, 0),
                         withOthers(count));
  }
  if (isWhole) {
    return part;
  }
  Value zeros =
      lowering.fill(lowering.builder.getZeroAttr(getElement(image)),
                    lowering.empty(withOthers(extents), getElement(image)));
  return isEmpty ? zeros
                 : lowering.insert(part, zeros, layout.getImageAmounts(at, 0),
                                   layout.getImageAmounts(strides, 1));
}

/// Each input element writes outputs of its own: strides equal the kernel.
static bool isScatter(graph::ConvTransposeOp op, ArrayRef<int64_t> kernel) {
  for (size_t d = 0; d < kernel.size(); ++d) {
    if (kernel[d] != op.getStrides()[d] ||
        (kernel[d] != 1 && op.getDilations()[d] != 1)) {
      return false;
    }
  }
  auto isZero = [](int64_t pad) { return pad == 0; };
  return llvm::all_of(op.getPads(), isZero) &&
         llvm::all_of(op.getOutputPads(), isZero);
}

static Value lowerConvTranspose(graph::ConvTransposeOp op,
                                graph::ConvTransposeOp::Adaptor operands,
                                OpLowering &lowering) {
  Layout layout{op.getChannelsLast(), /*isTransposed=*/true};
  ArrayRef<int64_t> image = getShape(operands.getInput());
  ArrayRef<int64_t> result = getShape(lowering.destination());
  Convolution conv{layout,
                   image.front(),
                   layout.getChannels(image),
                   layout.getChannels(result),
                   static_cast<int64_t>(op.getGroups()),
                   layout.getSpatial(image),
                   layout.getKernel(getShape(operands.getFilter()))};
  ArrayRef<int64_t> strides = op.getStrides();
  ArrayRef<int64_t> dilations = op.getDilations();
  size_t rank = conv.spatial.size();
  SmallVector<int64_t> ones(rank, 1);
  Type element = getElement(op.getInput());
  if (isScatter(op, conv.kernel)) {
    return conv.build(
        lowering, operands.getInput(), operands.getFilter(), element,
        /*isKernelParallel=*/true, getPositions, getTaps,
        [&](ArrayRef<AffineExpr> positions, ArrayRef<AffineExpr> taps) {
          return getWindow(positions, taps, strides, ones);
        });
  }

  // out[o] = sum of stretched[o + low - k * dilation] * filter[k], where
  // stretched[i * stride] = input[i]; with k = kernel - 1 - tap the window
  // starts at o + low - (kernel - 1) * dilation.
  conv.spatial = layout.getSpatial(result);
  SmallVector<int64_t> offsets(rank), extents(rank);
  for (size_t d = 0; d < rank; ++d) {
    int64_t span = (conv.kernel[d] - 1) * dilations[d];
    offsets[d] = span - op.getPads()[d];
    extents[d] = conv.spatial[d] + span;
  }
  Value input = insertZeros(lowering, layout, operands.getInput(), strides,
                            offsets, extents);
  return conv.build(
      lowering, input, operands.getFilter(), element,
      /*isKernelParallel=*/false,
      [&](ArrayRef<AffineExpr> positions, ArrayRef<AffineExpr> taps) {
        return getWindow(positions, taps, ones, dilations);
      },
      [&](ArrayRef<AffineExpr>, ArrayRef<AffineExpr> taps) {
        SmallVector<AffineExpr> flipped;
        for (size_t d = 0; d < rank; ++d) {
          flipped.push_back(conv.kernel[d] - 1 - taps[d]);
        }
        return flipped;
      },
      getPositions);
}

void mlir::tessera::populateContractionLowerings(LoweringTable &table) {
  table.add<graph::MatmulOp>(lowerMatmul);
  table.add<graph::ConvOp>(lowerConv);
  table.add<graph::ConvTransposeOp>(lowerConvTranspose);
}
