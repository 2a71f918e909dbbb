//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Spreads programs over modules that are lowered and compiled side by side.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_SPLITPROGRAMS_H
#define TESSERA_COMPILER_DRIVER_SPLITPROGRAMS_H

#include "mlir/IR/BuiltinOps.h"

namespace mlir::tessera {

/// Moves the loop.programs of `module`, which don't refer to each other, into
/// modules inside of it that carry its attributes and hold about as many ops
/// each, with copies of the memref.globals that they read. Nothing else may be
/// in `module`.
///
/// The cut depends on the programs alone, never on the number of threads: the
/// package's bytes depend on it.
void splitPrograms(ModuleOp module);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_SPLITPROGRAMS_H
