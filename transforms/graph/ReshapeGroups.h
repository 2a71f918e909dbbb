//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Which dimensions a transpose or a reshape moves, splits or merges.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_RESHAPEGROUPS_H
#define TESSERA_TRANSFORMS_GRAPH_RESHAPEGROUPS_H

#include "dialects/graph/GraphOps.h"

#include <optional>

namespace mlir::tessera::graph {

/// For each dimension of `merged` the dimensions of `split`, in order, whose
/// product it is; nothing if `split` does not only split dimensions. Static
/// shapes only. A dimension of size 1 may be made of none.
std::optional<SmallVector<SmallVector<int64_t>>>
getSplitGroups(ArrayRef<int64_t> merged, ArrayRef<int64_t> split);

/// Whether the transpose leaves the dimensions other than 1 in their order: it
/// is a reshape then.
bool movesOnlyUnitDims(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation);

/// Whether the reshape merges the dimensions behind the first into one, for a
/// matrix product with a constant: a transpose before it can go into that.
bool flattensForConstantMatmul(ReshapeOp reshape);

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_RESHAPEGROUPS_H
