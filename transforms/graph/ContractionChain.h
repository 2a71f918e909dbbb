//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Two contractions with a normalisation between them: attention.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_CONTRACTIONCHAIN_H
#define TESSERA_TRANSFORMS_GRAPH_CONTRACTIONCHAIN_H

#include "transforms/graph/FusionGroup.h"

#include <optional>

namespace mlir::tessera::graph {

/// The group that ends in the contraction `last` and starts with another one
/// whose result reaches `last` through elementwise ops and one reduction that
/// keeps its operand's shape, used nowhere else. No operand of either
/// contraction is a constant. Ops that permute the elements of a contraction's
/// operand or of the result join. Nothing if there is no such group with at
/// most `maxOps` ops and `maxInputs` operands from outside.
std::optional<FusionGroup>
findContractionChain(Operation *last, unsigned maxOps, unsigned maxInputs);

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_CONTRACTIONCHAIN_H
