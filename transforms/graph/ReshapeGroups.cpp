//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/ReshapeGroups.h"

#include "transforms/graph/ConstantMatchers.h"

using namespace mlir;
using namespace mlir::tessera::graph;

std::optional<SmallVector<SmallVector<int64_t>>>
mlir::tessera::graph::getSplitGroups(ArrayRef<int64_t> merged,
                                     ArrayRef<int64_t> split) {
  auto isPositive = [](int64_t size) { return size > 0; };
  if (!llvm::all_of(merged, isPositive) || !llvm::all_of(split, isPositive)) {
    return std::nullopt;
  }
  SmallVector<SmallVector<int64_t>> groups;
  size_t next = 0;
  for (int64_t size : merged) {
    SmallVector<int64_t> &group = groups.emplace_back();
    if (size == 1 && next < split.size() && split[next] == 1) {
      group.push_back(next++);
    }
    int64_t product = 1;
    while (product < size && next < split.size()) {
      product *= split[next];
      group.push_back(next++);
    }
    if (product != size) {
      return std::nullopt;
    }
  }
  for (; next < split.size(); ++next) {
    if (split[next] != 1 || groups.empty()) {
      return std::nullopt;
    }
    groups.back().push_back(next);
  }
  return groups;
}

bool mlir::tessera::graph::movesOnlyUnitDims(ArrayRef<int64_t> shape,
                                             ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t dim : permutation) {
    if (shape[dim] == 1) {
      continue;
    }
    if (dim < last) {
      return false;
    }
    last = dim;
  }
  return true;
}

bool mlir::tessera::graph::flattensForConstantMatmul(ReshapeOp reshape) {
  auto to = reshape.getResult().getType();
  auto from = reshape.getInput().getType();
  if (!to.hasStaticShape() || !from.hasStaticShape() || to.getRank() != 2 ||
      from.getRank() < 3 || to.getDimSize(0) != from.getDimSize(0) ||
      !reshape->hasOneUse()) {
    return false;
  }
  auto matmul = dyn_cast<MatmulOp>(*reshape->user_begin());
  return matmul && matmul.getLhs() == reshape.getResult() &&
         matmul.getLhs() != matmul.getRhs() &&
         getShape(matmul.getRhs()).size() == 2 &&
         hasStaticShape(matmul.getRhs()) &&
         isConstantExpression(matmul.getRhs());
}
