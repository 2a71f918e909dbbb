//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/PixelSampler.h"
#include "conversion/onnx_to_graph/WindowAttributes.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// A convolution whose window's pixels are moved by offsets: samples them, then
/// multiplies by the filter as a matrix.
class DeformConv {
public:
  explicit DeformConv(NodeContext &node) : node(node), emit(node.emit()) {}

  LogicalResult import();

private:
  LogicalResult read();
  /// Places along dimension `d`: (batch * offset groups, taps * pixels).
  Value places(int64_t d);

  NodeContext &node;
  GraphEmitter &emit;
  Value x, filter, offset;
  Window window;
  int64_t batch = 0, channels = 0, rows = 0, columns = 0;
  int64_t groups = 1, offsetGroups = 1, taps = 0;
};

LogicalResult DeformConv::read() {
  x = node.input(0);
  filter = node.input(1);
  offset = node.input(2);
  if (!x || !filter || !offset) {
    return failure();
  }
  if (emit.rankOf(x) != 4 || emit.rankOf(filter) != 4 ||
      emit.rankOf(offset) != 4) {
    return node.unsupported("an input of rank " + Twine(emit.rankOf(x)),
                            "images, of rank 4");
  }
  ONNX_ASSIGN_OR_FAIL(given, readWindow(node, emit.shapeOf(x),
                                        emit.shapeOf(filter).drop_front(2)));
  window = given;
  batch = emit.shapeOf(x)[0];
  channels = emit.shapeOf(x)[1];
  rows = emit.shapeOf(offset)[2];
  columns = emit.shapeOf(offset)[3];
  groups = node.intAttr("group", 1);
  offsetGroups = node.intAttr("offset_group", 1);
  taps = window.kernel[0] * window.kernel[1];
  if (groups < 1 || offsetGroups < 1 || channels % offsetGroups != 0 ||
      channels != emit.shapeOf(filter)[1] * groups ||
      emit.shapeOf(filter)[0] % groups != 0 ||
      emit.shapeOf(offset)[0] != batch ||
      emit.shapeOf(offset)[1] != offsetGroups * taps * 2) {
    return node.invalid("the offsets or the filter don't fit the input");
  }
  return success();
}

Value DeformConv::places(int64_t d) {
  Type element = emit.elementOf(offset);
  // Where the window's tap lies without an offset.
  SmallVector<int64_t> tapLine = {1, 1, 1, 1, 1, 1};
  tapLine[2 + d] = window.kernel[d];
  SmallVector<int64_t> pixelLine = {1, 1, 1, 1, 1, 1};
  pixelLine[4 + d] = d == 0 ? rows : columns;
  Value tap = emit.mul(emit.iota(tapLine, element, 2 + d),
                       static_cast<double>(window.dilations[d]));
  Value pixel = emit.mul(emit.iota(pixelLine, element, 4 + d),
                         static_cast<double>(window.strides[d]));
  Value base =
      emit.sub(emit.add(tap, pixel), static_cast<double>(window.pads[d]));
  Value moves =
      emit.reshape(offset, {batch, offsetGroups, taps, 2, rows, columns});
  Value move = emit.reshape(
      emit.sliceAxis(moves, 3, d, 1),
      {batch, offsetGroups, window.kernel[0], window.kernel[1], rows, columns});
  return emit.reshape(emit.add(move, base),
                      {batch * offsetGroups, taps * rows * columns});
}

LogicalResult DeformConv::import() {
  if (failed(read())) {
    return failure();
  }
  ArrayRef<int64_t> shape = emit.shapeOf(x);
  int64_t pixels = rows * columns, depth = channels / offsetGroups;
  Value images =
      emit.reshape(x, {batch * offsetGroups, depth, shape[2], shape[3]});
  Value samples = samplePixels(emit, images, {places(0), places(1)}, {});
  if (Value mask = node.optionalInput(4)) {
    samples = emit.mul(
        samples, emit.reshape(mask, {batch * offsetGroups, 1, taps * pixels}));
  }
  // (batch, groups, channels per group * taps, pixels).
  int64_t inner = channels / groups * taps;
  int64_t outputs = emit.shapeOf(filter)[0];
  Value matrix = emit.reshape(samples, {batch, groups, inner, pixels});
  Value weights = emit.reshape(filter, {groups, outputs / groups, inner});
  Value y = emit.reshape(emit.matmul(weights, matrix),
                         {batch, outputs, rows, columns});
  if (Value bias = node.optionalInput(3)) {
    y = emit.add(y, emit.alongAxis(bias, 1, 4));
  }
  return node.result(y);
}

LogicalResult importDeformConv(NodeContext &node) {
  return DeformConv(node).import();
}

} // namespace

void registerDeformableOps(OpTable &table) {
  table.add({"DeformConv",
             {19, 22},
             importDeformConv,
             {integers("dilations"), integer("group"), integers("kernel_shape"),
              integer("offset_group"), integers("pads"), integers("strides")}});
}

} // namespace mlir::tessera::onnx_to_graph
