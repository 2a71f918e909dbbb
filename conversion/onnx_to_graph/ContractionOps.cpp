//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/EinsumEquation.h"
#include "conversion/onnx_to_graph/WindowAttributes.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

LogicalResult importMatMul(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  return lhs && rhs ? node.result(node.emit().matmul(lhs, rhs)) : failure();
}

/// `value` times an attribute; integers only by integers.
Value scaled(NodeContext &node, Value value, StringRef name) {
  double factor = node.realAttr(name, 1);
  if (factor == 1 || !value) {
    return value;
  }
  if (!GraphEmitter::isFloat(value) && factor != std::trunc(factor)) {
    (void)node.unsupported(name + " " + std::to_string(factor) + " on integers",
                           "an integer " + name);
    return {};
  }
  return node.emit().mul(value, factor);
}

/// alpha * A' * B' + beta * C.
LogicalResult importGemm(NodeContext &node) {
  Value a = node.input(0), b = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!a || !b) {
    return failure();
  }
  if (emit.rankOf(a) != 2 || emit.rankOf(b) != 2) {
    return node.invalid("expected matrices, but got ranks " +
                        Twine(emit.rankOf(a)) + " and " +
                        Twine(emit.rankOf(b)));
  }
  a = node.intAttr("transA", 0) ? emit.transpose(a, {1, 0}) : a;
  b = node.intAttr("transB", 0) ? emit.transpose(b, {1, 0}) : b;
  Value product = scaled(node, emit.matmul(a, b), "alpha");
  Value c = node.optionalInput(2);
  if (!c || node.realAttr("beta", 1) == 0) {
    return node.result(product);
  }
  return node.result(emit.add(product, scaled(node, c, "beta")));
}

/// Adds a vector along the channels, dimension 1.
Value addBias(NodeContext &node, Value result, unsigned index) {
  Value bias = node.optionalInput(index);
  GraphEmitter &emit = node.emit();
  if (!bias || !result) {
    return result;
  }
  return emit.add(result, emit.alongAxis(bias, 1, emit.rankOf(result)));
}

LogicalResult importConv(NodeContext &node) {
  Value x = node.input(0), filter = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !filter) {
    return failure();
  }
  if (emit.rankOf(x) != emit.rankOf(filter) || emit.rankOf(x) < 3) {
    return node.invalid("input 0 has rank " + Twine(emit.rankOf(x)) +
                        " and the filter has rank " +
                        Twine(emit.rankOf(filter)) +
                        ", expected equal ranks of at least 3");
  }
  ONNX_ASSIGN_OR_FAIL(window, readWindow(node, emit.shapeOf(x),
                                         emit.shapeOf(filter).drop_front(2)));
  Value result = emit.conv(x, filter, window, node.intAttr("group", 1));
  return node.result(addBias(node, result, 2));
}

/// Pads such that the result has the sizes that `output_shape`, or auto_pad
/// SAME, asks for.
LogicalResult padsForShape(NodeContext &node, Window &window,
                           ArrayRef<int64_t> inputSizes,
                           ArrayRef<int64_t> outputPads,
                           ArrayRef<int64_t> outputSizes) {
  size_t dimensions = inputSizes.size();
  if (outputSizes.size() < dimensions) {
    return node.invalid("output_shape has " + Twine(outputSizes.size()) +
                        " entries, expected " + Twine(dimensions));
  }
  outputSizes = outputSizes.take_back(dimensions);
  bool upper = node.stringAttr("auto_pad", "NOTSET") == "SAME_UPPER";
  for (size_t d = 0; d < dimensions; ++d) {
    int64_t total = (inputSizes[d] - 1) * window.strides[d] + outputPads[d] +
                    dilatedKernel(window, d) - outputSizes[d];
    splitPads(total, upper, window.pads[d], window.pads[d + dimensions]);
  }
  return success();
}

LogicalResult importConvTranspose(NodeContext &node) {
  Value x = node.input(0), filter = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !filter) {
    return failure();
  }
  if (emit.rankOf(x) != emit.rankOf(filter) || emit.rankOf(x) < 3) {
    return node.invalid(
        "input 0 and the filter have ranks " + Twine(emit.rankOf(x)) + " and " +
        Twine(emit.rankOf(filter)) + ", expected equal ranks of at least 3");
  }
  ArrayRef<int64_t> sizes = emit.shapeOf(x).drop_front(2);
  ONNX_ASSIGN_OR_FAIL(
      window, readWindowWithoutPads(node, sizes.size(),
                                    emit.shapeOf(filter).drop_front(2)));
  SmallVector<int64_t> zeros(sizes.size(), 0);
  SmallVector<int64_t> outputPads = node.intsAttr("output_padding", zeros);
  if (outputPads.size() != sizes.size()) {
    return node.invalid("output_padding has " + Twine(outputPads.size()) +
                        " entries, expected " + Twine(sizes.size()));
  }
  std::string autoPad = node.stringAttr("auto_pad", "NOTSET");
  bool same = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
  if (node.hasAttr("output_shape") || same) {
    SmallVector<int64_t> sameSizes;
    for (size_t d = 0; d < sizes.size(); ++d) {
      sameSizes.push_back(sizes[d] * window.strides[d]);
    }
    if (failed(padsForShape(node, window, sizes, outputPads,
                            node.intsAttr("output_shape", sameSizes)))) {
      return failure();
    }
  } else if (autoPad != "VALID") {
    window.pads = node.intsAttr("pads", window.pads);
  }
  Value result = emit.create<graph::ConvTransposeOp>(
      {x, filter},
      {emit.ints("strides", window.strides),
       emit.ints("dilations", window.dilations), emit.ints("pads", window.pads),
       emit.ints("output_pads", outputPads),
       emit.integer("groups", node.intAttr("group", 1))});
  return node.result(addBias(node, result, 2));
}

LogicalResult importEinsum(NodeContext &node) {
  SmallVector<Value> operands;
  if (failed(node.inputs(operands))) {
    return failure();
  }
  std::string error;
  Value result =
      emitEinsum(node.emit(), node.stringAttr("equation", ""), operands, error);
  return error.empty() ? node.result(result) : node.invalid(error);
}

} // namespace

void registerContractionOps(OpTable &table) {
  table.add({"MatMul", {1, 9, 13}, importMatMul});
  table.add({"Gemm",
             {1, 6, 7, 9, 11, 13},
             importGemm,
             {real("alpha"), real("beta"), integer("transA"), integer("transB"),
              integer("broadcast", 1, 7)}});
  SmallVector<AttrSpec, 4> window = {
      string("auto_pad"),       integers("dilations"), integer("group"),
      integers("kernel_shape"), integers("pads"),      integers("strides")};
  table.add({"Conv", {1, 11, 22}, importConv, window});
  window.push_back(integers("output_padding"));
  window.push_back(integers("output_shape"));
  table.add({"ConvTranspose", {1, 11, 22}, importConvTranspose, window});
  table.add({"Einsum", {12, 28}, importEinsum, {string("equation")}});
}

} // namespace mlir::tessera::onnx_to_graph
