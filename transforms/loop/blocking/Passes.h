//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Passes that run all nests of a program on a part of their buffers at a time,
/// generated from Passes.td.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_BLOCKING_PASSES_H
#define TESSERA_TRANSFORMS_LOOP_BLOCKING_PASSES_H

#include "dialects/loop/LoopOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::tessera::loop {

#define GEN_PASS_DECL
#include "transforms/loop/blocking/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "transforms/loop/blocking/Passes.h.inc"

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_BLOCKING_PASSES_H
