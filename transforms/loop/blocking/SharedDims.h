//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Dimensions that all nests of a program have in common.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_BLOCKING_SHAREDDIMS_H
#define TESSERA_TRANSFORMS_LOOP_BLOCKING_SHAREDDIMS_H

#include "dialects/loop/LoopOps.h"

namespace mlir::tessera::loop {

/// One dimension of each nest: parallel, of one bound above 1, and at the same
/// place of every buffer that the nests write, so that the nests can all run
/// for one part of it before they run for the next.
struct SharedDim {
  SmallVector<unsigned> dims; // of each nest
  int64_t bound;
};

/// The shared dimensions of `nests`, which are on buffers, in the order of the
/// first nest's.
SmallVector<SharedDim> findSharedDims(ArrayRef<NestOp> nests);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_BLOCKING_SHAREDDIMS_H
