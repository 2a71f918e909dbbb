//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Bufferization of the `loop` dialect's ops, and of the upstream dialects that
/// programs use.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_BUFFERIZE_H
#define TESSERA_TRANSFORMS_LOOP_BUFFERIZE_H

#include "mlir/IR/DialectRegistry.h"

namespace mlir::tessera::loop {

/// Attaches the bufferization interface to all ops that a loop.program on
/// tensors may hold.
void registerBufferization(DialectRegistry &registry);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_BUFFERIZE_H
