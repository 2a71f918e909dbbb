//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// 1 above the threshold, else 0.
LogicalResult importBinarizer(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  // A threshold between two integers must not be rounded to one.
  Value number =
      emit.isFloat(x) ? x : emit.convert(x, emit.builder().getF64Type());
  Value threshold = emit.scalarLike(number, node.realAttr("threshold", 0));
  return node.result(
      emit.convert(emit.less(threshold, number), emit.elementOf(x)));
}

/// Elements of the last dimension.
LogicalResult importArrayFeatureExtractor(NodeContext &node) {
  Value x = node.input(0), indices = node.input(1);
  GraphEmitter &emit = node.emit();
  if (!x || !indices) {
    return failure();
  }
  int64_t rank = emit.rankOf(x);
  if (rank < 1) {
    return node.invalid("input 0 is a scalar");
  }
  int64_t count = emit.typeOf(indices).getNumElements();
  Value picked = emit.gather(x, emit.reshape(indices, {count}), rank - 1);
  // A vector gives a matrix of one row.
  return node.result(rank == 1 ? emit.unsqueeze(picked, 0) : picked);
}

} // namespace

void registerFeatureOps(OpTable &table) {
  OpRow binarizer = {"Binarizer", {1}, importBinarizer, {real("threshold")}};
  binarizer.domain = "ai.onnx.ml";
  table.add(binarizer);
  OpRow extractor = {"ArrayFeatureExtractor", {1}, importArrayFeatureExtractor};
  extractor.domain = "ai.onnx.ml";
  extractor.operandLimits = {{1, 2}};
  table.add(extractor);
}

} // namespace mlir::tessera::onnx_to_graph
