//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Operands of contractions that are computed when the network runs, and can be
/// packed then.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_COMPUTEDOPERANDS_H
#define TESSERA_TRANSFORMS_LOOP_COMPUTEDOPERANDS_H

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::tessera::loop {

/// An operand that is all of `whole`, or the part of it that is one index wide
/// at the positions `cuts`, at `offsets`. `whole` is complete before `site`, an
/// op of the program's block, and unchanged in it.
struct ComputedOperand {
  Value whole;
  SmallVector<int64_t> cuts;
  SmallVector<Value> offsets;
  Operation *site;
};

/// Operand `index` of the contraction `nest` if it can be packed before the
/// loops around the nest and is read often enough: by eight rows or more.
/// Nothing if it is no such operand, or if one of the two is a constant, which
/// is packed instead.
std::optional<ComputedOperand> findComputedOperand(NestOp nest, unsigned index);

/// Whether register tiles with vectors along `vectorDim` read the operand well
/// where it lies: contiguous vectors, near each other from one step of the
/// reduction to the next.
bool isReadInOrder(NestOp nest, unsigned index, int64_t vectorDim);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_COMPUTEDOPERANDS_H
