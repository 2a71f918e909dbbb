//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/ArenaPlanner.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <tuple>

using namespace mlir::tessera::loop;

int64_t
mlir::tessera::loop::planArena(llvm::MutableArrayRef<ArenaBuffer> buffers) {
  llvm::SmallVector<ArenaBuffer *> bySize;
  for (ArenaBuffer &buffer : buffers) {
    buffer.bytes = llvm::alignTo(buffer.bytes, kArenaAlignment);
    bySize.push_back(&buffer);
  }
  llvm::sort(bySize, [](const ArenaBuffer *a, const ArenaBuffer *b) {
    return std::make_tuple(a->isSparse, -a->bytes, a) <
           std::make_tuple(b->isSparse, -b->bytes, b);
  });
  int64_t arena = 0;
  llvm::SmallVector<ArenaBuffer *> placed; // by offset
  for (ArenaBuffer *buffer : bySize) {
    int64_t offset = 0;
    for (const ArenaBuffer *other : placed) {
      bool overlaps = other->firstUse <= buffer->lastUse &&
                      buffer->firstUse <= other->lastUse;
      if (!overlaps) {
        continue;
      }
      if (other->offset >= offset + buffer->bytes) {
        break;
      }
      offset = std::max(offset, other->offset + other->bytes);
    }
    buffer->offset = offset;
    arena = std::max(arena, offset + buffer->bytes);
    auto *position = llvm::upper_bound(
        placed, buffer, [](const ArenaBuffer *a, const ArenaBuffer *b) {
          return a->offset < b->offset;
        });
    placed.insert(position, buffer);
  }
  return arena;
}
