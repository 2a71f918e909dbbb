//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Loops over blocks of a program's work, each block on buffers that are used
/// again by the next.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_BLOCKLOOP_H
#define TESSERA_TRANSFORMS_LOOP_BLOCKLOOP_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringRef.h"

namespace mlir::tessera::loop {

/// On a nest in a block loop: how often it runs, for counting operations.
inline constexpr llvm::StringLiteral kRunsAttrName = "loop.runs";

/// Builds a loop in which `emit` gets the number of a block in [0, blocks).
/// With `isParallel`, groups of neighbouring blocks may run on any threads.
/// `allocate` runs once before the blocks of a group: what it allocates belongs
/// to the group's share alone. Nests of `emit` without `loop.runs` get
/// `blocks` for it.
void buildBlockLoop(OpBuilder &builder, Location loc, int64_t blocks,
                    bool isParallel, llvm::function_ref<void()> allocate,
                    llvm::function_ref<void(Value)> emit);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_BLOCKLOOP_H
