// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Xxh64.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace tessera {
namespace {

constexpr uint64_t kSeed = 2654435761u;

/// The buffer of xxHash's own sanity test (tests/sanity_test.c).
std::vector<uint8_t> sanityBuffer(size_t bytes) {
  std::vector<uint8_t> buffer(bytes);
  uint64_t generator = kSeed;
  for (uint8_t &byte : buffer) {
    byte = static_cast<uint8_t>(generator >> 56);
    generator *= 11400714785074694797ull;
  }
  return buffer;
}

TEST(Xxh64Test, PublishedVectors) {
  struct Vector {
    size_t bytes;
    uint64_t unseeded;
    uint64_t seeded;
  };
  const Vector vectors[] = {
      {0, 0xEF46DB3751D8E999ull, 0xAC75FDA2929B17EFull},
      {1, 0xE934A84ADB052768ull, 0x5014607643A9B4C3ull},
      {4, 0x9136A0DCA57457EEull, 0xCAAB286BD8E9FDB5ull},
      {14, 0x8282DCC4994E35C8ull, 0xC3BD6BF63DEB6DF0ull},
      {222, 0xB641AE8CB691C174ull, 0x20CB8AB7AE10C14Aull},
  };
  for (const Vector &vector : vectors) {
    std::vector<uint8_t> buffer = sanityBuffer(vector.bytes);
    EXPECT_EQ(xxh64(buffer.data(), buffer.size()), vector.unseeded);
    EXPECT_EQ(xxh64(buffer.data(), buffer.size(), kSeed), vector.seeded);
  }
  EXPECT_EQ(xxh64("a", 1), 0xD24EC4F1A98C6E5Bull);
  EXPECT_EQ(xxh64("abc", 3), 0x44BC2CF5AD770999ull);
}

TEST(Xxh64Test, PiecesGiveTheHashOfTheWhole) {
  std::vector<uint8_t> buffer = sanityBuffer(301);
  uint64_t whole = xxh64(buffer.data(), buffer.size());
  for (size_t piece : {1u, 7u, 31u, 32u, 33u, 64u, 300u}) {
    Xxh64 hasher;
    for (size_t at = 0; at < buffer.size(); at += piece) {
      hasher.update(buffer.data() + at, std::min(piece, buffer.size() - at));
      hasher.update(nullptr, 0);
    }
    EXPECT_EQ(hasher.digest(), whole) << "pieces of " << piece;
  }
}

} // namespace
} // namespace tessera
