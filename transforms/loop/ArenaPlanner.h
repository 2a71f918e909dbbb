//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Packs buffers with known lifetimes into one arena.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_ARENAPLANNER_H
#define TESSERA_TRANSFORMS_LOOP_ARENAPLANNER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace mlir::tessera::loop {

/// Alignment of every buffer in an arena, in bytes: a cache line, and the
/// widest vector.
inline constexpr int64_t kArenaAlignment = 64;

/// On a program: one thread uses less than half of its scratch; the rest is
/// other threads'.
inline constexpr llvm::StringLiteral kSparseScratchAttrName =
    "loop.sparse_scratch";

struct ArenaBuffer {
  int64_t bytes = 0;
  /// First and last time (inclusive, any unit) at which the buffer is in use.
  int64_t firstUse = 0, lastUse = 0;
  /// Where the planner put it.
  int64_t offset = 0;
  /// Whether less than half of it is in use, as of a scratch most of which is
  /// other threads'.
  bool isSparse = false;
};

/// Assigns offsets so that buffers in use at the same time do not overlap:
/// greedily, the largest first, each at the lowest offset that is free
/// (Pisarchyk and Lee 2020, "greedy by size"). Sparse buffers come last, so
/// that what they never touch lies above the others and needs no memory.
/// Returns the arena's size in bytes, a multiple of kArenaAlignment.
/// Deterministic.
int64_t planArena(llvm::MutableArrayRef<ArenaBuffer> buffers);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_ARENAPLANNER_H
