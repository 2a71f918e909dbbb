//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Sums of a part of a reduction that lie in the nest's output until the next
/// part is added.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_LOOP_PARTIALSUMS_H
#define TESSERA_DIALECTS_LOOP_PARTIALSUMS_H

#include "dialects/loop/LoopOps.h"

namespace mlir::tessera::loop {

/// Whether `nest` is a contraction with one output, of the accumulator's type,
/// that is none of its inputs.
bool canHoldPartialSums(NestOp nest);

} // namespace mlir::tessera::loop

#endif // TESSERA_DIALECTS_LOOP_PARTIALSUMS_H
