//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// How far rounding may take a convolution that compiled code computes by
/// Winograd's minimal filtering.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_GRAPH_WINOGRADBOUNDS_H
#define TESSERA_DIALECTS_GRAPH_WINOGRADBOUNDS_H

#include "dialects/graph/GraphOps.h"

namespace mlir::tessera::graph {

/// Discardable attribute of a conv whose compiled code uses the algorithm: an
/// i64, the outputs of a square in each dimension.
inline constexpr llvm::StringLiteral kWinogradOutputsAttrName =
    "graph.winograd_outputs";

/// Whether `op` has that attribute and is a convolution that such code
/// computes: f32, 3x3, in unit steps.
bool isWinograd(ConvOp op);

/// The bound's one term. `sumError` is that of a sum over the channels,
/// relative to the magnitudes.
ErrorTerm getWinogradTerm(ConvOp op, double sumError);

/// The bound, f64 of the result's shape, where the operands are exact. Channels
/// come first.
Value buildWinogradBound(BoundBuilder &b, ConvOp op, const ErrorTerm &term);

} // namespace mlir::tessera::graph

#endif // TESSERA_DIALECTS_GRAPH_WINOGRADBOUNDS_H
