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

/// The buffer that `value` is all of, in whatever shape.
Value stripReshapes(Value value);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_PROGRAMFACTS_H
