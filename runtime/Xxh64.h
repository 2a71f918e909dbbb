// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// XXH64, the 64-bit hash of the xxHash specification (doc/xxhash_spec.md of
// github.com/Cyan4973/xxHash, release 0.8).
//
// It guards packages against damage, not against malice.
//
// Thread safety: a hasher belongs to one thread at a time.
//
// Example:
//   Xxh64 hasher;
//   hasher.update(data, bytes);
//   uint64_t hash = hasher.digest();
#ifndef TESSERA_RUNTIME_XXH64_H
#define TESSERA_RUNTIME_XXH64_H

#include <cstddef>
#include <cstdint>

namespace tessera {

class Xxh64 {
public:
  explicit Xxh64(uint64_t seed = 0);

  /// Appends `bytes` bytes; pieces of any sizes give the hash of the whole.
  void update(const void *data, size_t bytes);

  /// The hash of everything so far; more may follow.
  uint64_t digest() const;

private:
  void consumeStripe(const uint8_t *stripe);

  uint64_t seed;
  uint64_t lanes[4];
  uint64_t totalBytes = 0;
  uint8_t buffer[32];
  size_t buffered = 0;
};

/// The hash of one piece.
uint64_t xxh64(const void *data, size_t bytes, uint64_t seed = 0);

} // namespace tessera

#endif // TESSERA_RUNTIME_XXH64_H
