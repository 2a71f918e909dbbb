//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/ArenaPlanner.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <random>
#include <vector>

using namespace mlir::tessera::loop;

namespace {

ArenaBuffer makeBuffer(int64_t bytes, int64_t firstUse, int64_t lastUse) {
  ArenaBuffer buffer;
  buffer.bytes = bytes;
  buffer.firstUse = firstUse;
  buffer.lastUse = lastUse;
  return buffer;
}

/// Bytes that no plan can do without: the most in use at one time.
int64_t countLive(llvm::ArrayRef<ArenaBuffer> buffers, int64_t time) {
  int64_t bytes = 0;
  for (const ArenaBuffer &buffer : buffers) {
    if (buffer.firstUse <= time && time <= buffer.lastUse) {
      bytes += buffer.bytes;
    }
  }
  return bytes;
}

void expectLegal(llvm::ArrayRef<ArenaBuffer> buffers, int64_t arena) {
  EXPECT_EQ(arena % kArenaAlignment, 0);
  for (size_t i = 0; i < buffers.size(); ++i) {
    const ArenaBuffer &a = buffers[i];
    EXPECT_EQ(a.offset % kArenaAlignment, 0) << i;
    EXPECT_GE(a.offset, 0) << i;
    EXPECT_LE(a.offset + a.bytes, arena) << i;
    for (size_t j = 0; j < i; ++j) {
      const ArenaBuffer &b = buffers[j];
      bool inTime = a.firstUse <= b.lastUse && b.firstUse <= a.lastUse;
      bool inSpace =
          a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      EXPECT_FALSE(inTime && inSpace) << i << " and " << j;
    }
  }
}

TEST(ArenaPlannerTest, NothingNeedsNothing) {
  std::vector<ArenaBuffer> buffers;
  EXPECT_EQ(planArena(buffers), 0);
}

TEST(ArenaPlannerTest, SharesWhatIsNotInUseTogether) {
  std::vector<ArenaBuffer> buffers = {makeBuffer(1000, 0, 1),
                                      makeBuffer(1024, 2, 3)};
  EXPECT_EQ(planArena(buffers), 1024);
  EXPECT_EQ(buffers[0].offset, 0);
  EXPECT_EQ(buffers[1].offset, 0);
}

TEST(ArenaPlannerTest, LastUseIsInclusive) {
  std::vector<ArenaBuffer> buffers = {makeBuffer(64, 0, 2),
                                      makeBuffer(64, 2, 3)};
  EXPECT_EQ(planArena(buffers), 128);
  expectLegal(buffers, 128);
}

TEST(ArenaPlannerTest, RoundsSizesUp) {
  std::vector<ArenaBuffer> buffers = {makeBuffer(1, 0, 0), makeBuffer(65, 0, 0),
                                      makeBuffer(0, 0, 0)};
  EXPECT_EQ(planArena(buffers), 192);
  EXPECT_EQ(buffers[0].bytes, 64);
  EXPECT_EQ(buffers[1].bytes, 128);
  expectLegal(buffers, 192);
}

TEST(ArenaPlannerTest, FillsAGapBetweenTwo) {
  // The small one fits where the second large one has just gone.
  std::vector<ArenaBuffer> buffers = {
      makeBuffer(1024, 0, 9), makeBuffer(512, 0, 4), makeBuffer(448, 0, 9),
      makeBuffer(128, 5, 9)};
  EXPECT_EQ(planArena(buffers), 1024 + 512 + 448);
  EXPECT_EQ(buffers[3].offset, 1024);
}

TEST(ArenaPlannerTest, SparseBuffersLieAboveOthers) {
  std::vector<ArenaBuffer> buffers = {
      makeBuffer(4096, 0, 0), makeBuffer(1024, 0, 1), makeBuffer(512, 1, 1)};
  buffers[0].isSparse = true;
  int64_t arena = planArena(buffers);
  expectLegal(buffers, arena);
  EXPECT_EQ(arena, 1024 + 4096);
  EXPECT_EQ(buffers[0].offset, 1024) << "not at 0 for being the largest";
  EXPECT_EQ(buffers[2].offset, 1024);
}

TEST(ArenaPlannerTest, BuffersWithoutUseTakeNoRoomOfOthers) {
  std::vector<ArenaBuffer> buffers = {makeBuffer(64, INT64_MAX, -1),
                                      makeBuffer(64, 0, 1)};
  EXPECT_EQ(planArena(buffers), 64);
}

TEST(ArenaPlannerTest, RandomLifetimesAreLegalAndSmall) {
  std::mt19937 random(20);
  for (int round = 0; round < 300; ++round) {
    std::vector<ArenaBuffer> buffers;
    int64_t times = 1 + random() % 40;
    size_t count = random() % 60;
    for (size_t i = 0; i < count; ++i) {
      int64_t first = random() % times;
      int64_t last = first + random() % (times - first);
      buffers.push_back(makeBuffer(random() % 5000, first, last));
    }
    std::vector<ArenaBuffer> again = buffers;
    int64_t arena = planArena(buffers);
    expectLegal(buffers, arena);
    int64_t needed = 0, together = 0;
    for (int64_t time = 0; time < times; ++time) {
      needed = std::max(needed, countLive(buffers, time));
    }
    for (const ArenaBuffer &buffer : buffers) {
      together += buffer.bytes;
    }
    EXPECT_GE(arena, needed);
    EXPECT_LE(arena, together);
    // Greedy by size stays near the bound; twice it would be a bug.
    EXPECT_LE(arena, 2 * needed);
    // The same plan for the same lifetimes.
    EXPECT_EQ(planArena(again), arena);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(again[i].offset, buffers[i].offset);
    }
  }
}

} // namespace
