//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/ConvolutionNest.h"

using namespace mlir;
using namespace mlir::tessera::loop;

/// The dimension that `expr` is, if it is one of the wanted kind.
static std::optional<unsigned> getDim(NestOp nest, AffineExpr expr,
                                      IteratorKind kind) {
  auto dim = dyn_cast<AffineDimExpr>(expr);
  bool isReduction = kind == IteratorKind::reduction;
  if (!dim || nest.isReduction(dim.getPosition()) != isReduction) {
    return std::nullopt;
  }
  return dim.getPosition();
}

/// `expr` as position + tap.
static bool matchWindow(NestOp nest, AffineExpr expr, unsigned tap,
                        unsigned &position) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!sum || sum.getKind() != AffineExprKind::Add) {
    return false;
  }
  AffineExpr wanted = getAffineDimExpr(tap, nest.getContext());
  AffineExpr other = sum.getLHS() == wanted   ? sum.getRHS()
                     : sum.getRHS() == wanted ? sum.getLHS()
                                              : AffineExpr();
  std::optional<unsigned> dim;
  if (other) {
    dim = getDim(nest, other, IteratorKind::parallel);
  }
  position = dim.value_or(0);
  return dim.has_value();
}

static bool matchFilter(NestOp nest, AffineMap map, ConvolutionNest &conv) {
  if (map.getNumResults() != 4) {
    return false;
  }
  auto tapRow = getDim(nest, map.getResult(0), IteratorKind::reduction);
  auto tapColumn = getDim(nest, map.getResult(1), IteratorKind::reduction);
  auto channel = getDim(nest, map.getResult(2), IteratorKind::reduction);
  auto feature = getDim(nest, map.getResult(3), IteratorKind::parallel);
  if (!tapRow || !tapColumn || !channel || !feature ||
      nest.getNumReductions() != 3) {
    return false;
  }
  conv.tapRow = *tapRow;
  conv.tapColumn = *tapColumn;
  conv.channel = *channel;
  conv.feature = *feature;
  return true;
}

static bool matchImage(NestOp nest, AffineMap map, ConvolutionNest &conv) {
  if (map.getNumResults() != 4 ||
      !matchWindow(nest, map.getResult(1), conv.tapRow, conv.row) ||
      !matchWindow(nest, map.getResult(2), conv.tapColumn, conv.column) ||
      getDim(nest, map.getResult(3), IteratorKind::reduction) != conv.channel) {
    return false;
  }
  if (!isa<AffineConstantExpr>(map.getResult(0))) {
    conv.batch = getDim(nest, map.getResult(0), IteratorKind::parallel);
    return conv.batch.has_value();
  }
  return true;
}

std::optional<ConvolutionNest>
mlir::tessera::loop::matchConvolution(NestOp nest) {
  ConvolutionNest conv;
  if (!nest.isContraction() || !nest.getOffsets().empty()) {
    return std::nullopt;
  }
  if (!matchFilter(nest, nest.getInputMap(1), conv)) {
    std::swap(conv.image, conv.filter);
    if (!matchFilter(nest, nest.getInputMap(0), conv)) {
      return std::nullopt;
    }
  }
  if (!matchImage(nest, nest.getInputMap(conv.image), conv)) {
    return std::nullopt;
  }
  // Batch, row, column and feature are all the parallel dimensions that have
  // more than one point.
  llvm::SmallDenseSet<unsigned> known = {conv.row, conv.column, conv.feature};
  if (conv.batch) {
    known.insert(*conv.batch);
  }
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    if (nest.isParallel(d) && !known.contains(d) && nest.getBounds()[d] != 1) {
      return std::nullopt;
    }
  }
  size_t numOperands = nest.getMaps().size();
  for (size_t i = nest.getInputs().size(); i < numOperands; ++i) {
    for (AffineExpr result : nest.getInputMap(i).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(result);
      if (!isa<AffineConstantExpr>(result) &&
          (!dim || !(known.contains(dim.getPosition()) ||
                     nest.getBounds()[dim.getPosition()] == 1))) {
        return std::nullopt;
      }
    }
  }
  bool readsIndices =
      nest->walk([](IndexOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  return readsIndices ? std::nullopt : std::optional(conv);
}
