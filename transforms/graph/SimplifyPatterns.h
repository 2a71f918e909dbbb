//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The patterns of graph-simplify by theme.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_SIMPLIFYPATTERNS_H
#define TESSERA_TRANSFORMS_GRAPH_SIMPLIFYPATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::tessera::graph {

/// Sums, products and powers with constants.
void populateSimplifyArithmeticPatterns(RewritePatternSet &patterns);
/// Batch normalisation; constant factors into filters.
void populateSimplifyContractionPatterns(RewritePatternSet &patterns);
/// Matrix products and what follows them.
void populateSimplifyMatmulPatterns(RewritePatternSet &patterns);
/// Activations that exporters spell out.
void populateSimplifyActivationPatterns(RewritePatternSet &patterns);
/// Layer and RMS normalisation that exporters spell out.
void populateSimplifyNormalizationPatterns(RewritePatternSet &patterns);
/// Padding, gathers, concatenations and broadcasts.
void populateSimplifyMovementPatterns(RewritePatternSet &patterns);

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_SIMPLIFYPATTERNS_H
