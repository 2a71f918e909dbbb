//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Where a nest's operands lie in memory, as linear expressions.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_NESTACCESS_H
#define TESSERA_TRANSFORMS_LOOP_NESTACCESS_H

#include "dialects/loop/LoopOps.h"
#include <optional>

namespace mlir::tessera::loop {

/// The element offset of an operand of shaped type `type` accessed through
/// `map`, over the nest's dimensions, without the buffer's own offset. The type
/// is static; a tensor is row major.
AffineExpr linearize(ShapedType type, AffineMap map);

/// How far `expr` moves when dimension `dim` advances by one; none if that is
/// not constant.
std::optional<int64_t> strideAlong(AffineExpr expr, unsigned dim,
                                   unsigned numDims);

/// The expressions of all operands, in the order of the op's operands, offsets
/// left out.
SmallVector<AffineExpr> linearizeOperands(NestOp nest);

/// The position of dimension `dim` among the indices of a buffer accessed
/// through `map`, if it is there, and there alone.
std::optional<unsigned> findPosition(AffineMap map, unsigned dim);

/// Which of two inputs varies along `dim` while the other does not; none if
/// both do or neither.
std::optional<unsigned> findVaryingInput(AffineExpr first, AffineExpr second,
                                         unsigned dim);

/// Bits of the widest element that the nest computes with or touches.
unsigned getWidestElementBits(NestOp nest);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_NESTACCESS_H
