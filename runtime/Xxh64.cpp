// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Xxh64.h"

#include <algorithm>
#include <cstring>

namespace tessera {

static constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87ull;
static constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4Full;
static constexpr uint64_t kPrime3 = 0x165667B19E3779F9ull;
static constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63ull;
static constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5ull;

static uint64_t rotateLeft(uint64_t value, int bits) {
  return (value << bits) | (value >> (64 - bits));
}

template <typename T> static T loadLittleEndian(const uint8_t *data) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
                "Tessera runs on little-endian machines");
  T value;
  std::memcpy(&value, data, sizeof value);
  return value;
}

static uint64_t round(uint64_t lane, uint64_t input) {
  return rotateLeft(lane + input * kPrime2, 31) * kPrime1;
}

Xxh64::Xxh64(uint64_t seed)
    : seed(seed),
      lanes{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1} {}

void Xxh64::consumeStripe(const uint8_t *stripe) {
  for (int i = 0; i < 4; ++i) {
    lanes[i] = round(lanes[i], loadLittleEndian<uint64_t>(stripe + 8 * i));
  }
}

void Xxh64::update(const void *data, size_t bytes) {
  const auto *input = static_cast<const uint8_t *>(data);
  totalBytes += bytes;
  if (buffered > 0) {
    size_t taken = std::min(bytes, sizeof buffer - buffered);
    if (taken > 0) {
      std::memcpy(buffer + buffered, input, taken);
    }
    buffered += taken;
    input += taken;
    bytes -= taken;
    if (buffered < sizeof buffer) {
      return;
    }
    consumeStripe(buffer);
    buffered = 0;
  }
  for (; bytes >= sizeof buffer; bytes -= sizeof buffer) {
    consumeStripe(input);
    input += sizeof buffer;
  }
  if (bytes > 0) {
    std::memcpy(buffer, input, bytes);
    buffered = bytes;
  }
}

uint64_t Xxh64::digest() const {
  uint64_t hash = seed + kPrime5;
  if (totalBytes >= sizeof buffer) {
    hash = rotateLeft(lanes[0], 1) + rotateLeft(lanes[1], 7) +
           rotateLeft(lanes[2], 12) + rotateLeft(lanes[3], 18);
    for (uint64_t lane : lanes) {
      hash = (hash ^ round(0, lane)) * kPrime1 + kPrime4;
    }
  }
  hash += totalBytes;
  const uint8_t *rest = buffer;
  const uint8_t *end = buffer + buffered;
  for (; end - rest >= 8; rest += 8) {
    hash ^= round(0, loadLittleEndian<uint64_t>(rest));
    hash = rotateLeft(hash, 27) * kPrime1 + kPrime4;
  }
  if (end - rest >= 4) {
    hash ^= loadLittleEndian<uint32_t>(rest) * kPrime1;
    hash = rotateLeft(hash, 23) * kPrime2 + kPrime3;
    rest += 4;
  }
  for (; rest < end; ++rest) {
    hash = rotateLeft(hash ^ (*rest * kPrime5), 11) * kPrime1;
  }
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

uint64_t xxh64(const void *data, size_t bytes, uint64_t seed) {
  Xxh64 hasher(seed);
  hasher.update(data, bytes);
  return hasher.digest();
}

} // namespace tessera
