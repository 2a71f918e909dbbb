//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Passes on the `loop` dialect, generated from Passes.td.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_PASSES_H
#define TESSERA_TRANSFORMS_LOOP_PASSES_H

#include "dialects/loop/LoopOps.h"
#include "dialects/loop/ScheduleProvider.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::tessera::loop {

#define GEN_PASS_DECL
#include "transforms/loop/Passes.h.inc"

/// `provider` is asked first, the analytic model where it knows nothing.
std::unique_ptr<Pass>
createLoopAttachSchedulesPass(std::shared_ptr<const ScheduleProvider> provider);

#define GEN_PASS_REGISTRATION
#include "transforms/loop/Passes.h.inc"

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_PASSES_H
