//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Which values of a network are computed with channels last.
///
/// Every op is fixed to one layout, or free to work in either. A value that is
/// made in one layout and used in the other costs its bytes, once. The cheapest
/// assignment is a minimum cut.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_LAYOUTASSIGNMENT_H
#define TESSERA_TRANSFORMS_GRAPH_LAYOUTASSIGNMENT_H

#include "dialects/graph/GraphOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace mlir::tessera::graph {

/// Ranks of data that have a channels-last form.
inline bool hasLayoutRank(Type type) {
  auto ranked = dyn_cast<RankedTensorType>(type);
  return ranked && ranked.getRank() >= 3 && ranked.getRank() <= 5;
}

/// Whether the op has a channels-last form that it is not in.
bool isConvertible(Operation *op);

/// Whether the op can be computed on transposed data, by buildInLayout().
bool isTransposable(Operation *op);

/// The result of a transposable op, transposed by `permutation`; transposes the
/// operands as needed. Fails without creating anything if it cannot.
FailureOr<Value> buildInLayout(Operation *op, OpBuilder &builder,
                               ArrayRef<int64_t> permutation);

/// The convertible and transposable ops that should be computed with channels
/// last, in the order of the function.
SmallVector<Operation *> assignChannelsLast(FunctionOpInterface function);

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_LAYOUTASSIGNMENT_H
