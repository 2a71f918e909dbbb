//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What several passes ask of a program.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_PROGRAMFACTS_H
#define TESSERA_TRANSFORMS_LOOP_PROGRAMFACTS_H

#include "dialects/loop/LoopOps.h"

namespace mlir::tessera::loop {

/// The CPU that `program` is for, its module's `loop.target`; null, after an
/// error at the program, if there is none.
CpuTargetAttr getRequiredTarget(ProgramOp program);

/// Appends to the program's `loop.algorithms`.
void addAlgorithm(ProgramOp program, Attribute algorithm);

/// Operations below which waking another thread costs more than it brings.
inline constexpr int64_t kMinParallelOps = 100000;

/// Bytes of all elements of a static shape.
int64_t countBytes(ShapedType type);

/// Points of the iteration space.
int64_t countPoints(NestOp nest);

/// Whether the nest's code reads indices or captured buffers, so that it cannot
/// run on parts of its operands.
bool hasOtherAccess(NestOp nest);

/// The buffer that `value` lies in, through views of any kind.
Value findBuffer(Value value);

/// The buffer that `value` is all of, in whatever shape.
Value stripReshapes(Value value);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_PROGRAMFACTS_H
