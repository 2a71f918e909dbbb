//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The analytic model of contractions: register tiles by instructions, cache
/// blocks by bytes.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_ANALYTICCONTRACTION_H
#define TESSERA_TRANSFORMS_LOOP_ANALYTICCONTRACTION_H

#include "dialects/loop/LoopOps.h"

namespace mlir::tessera::loop {

/// A contraction whose vectors are chosen. One input varies along the vector
/// dimension, the panel; the other one varies along the rows.
struct VectorContraction {
  NestOp nest;
  CpuTargetAttr target;
  /// Element offsets of all operands (linearizeOperands).
  ArrayRef<AffineExpr> linear;
  int64_t vectorDim, lanes;
  /// Which input is the panel, and whether it lies in memory as panels of the
  /// register tile's width, or will.
  unsigned panel;
  bool isPacked;
};

struct ContractionTiling {
  /// As in ScheduleInterface, an entry for each dimension.
  SmallVector<int64_t> registers, cache;
  bool prefetch = false;
};

ContractionTiling tileContraction(const VectorContraction &contraction);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_ANALYTICCONTRACTION_H
