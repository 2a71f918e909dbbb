//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/MinimumCut.h"

#include "gtest/gtest.h"

#include <random>

using mlir::tessera::graph::MinimumCut;

namespace {

constexpr unsigned kSource = MinimumCut::kSource;
constexpr unsigned kSink = MinimumCut::kSink;

TEST(MinimumCutTest, CutsTheCheapestNet) {
  MinimumCut cut;
  unsigned a = cut.addNode();
  unsigned b = cut.addNode();
  cut.addNet({kSource, a}, 5);
  cut.addNet({a, b}, 2);
  cut.addNet({b, kSink}, 4);
  llvm::BitVector side = cut.solve();
  EXPECT_TRUE(side.test(a));
  EXPECT_FALSE(side.test(b));
}

TEST(MinimumCutTest, PrefersTheSourceAmongEqualCuts) {
  MinimumCut cut;
  unsigned a = cut.addNode();
  unsigned apart = cut.addNode();
  cut.addNet({kSource, a}, 3);
  cut.addNet({a, kSink}, 3);
  llvm::BitVector side = cut.solve();
  EXPECT_TRUE(side.test(a));
  EXPECT_FALSE(side.test(apart));
}

TEST(MinimumCutTest, CountsANetOnce) {
  MinimumCut cut;
  unsigned a = cut.addNode();
  unsigned b = cut.addNode();
  unsigned c = cut.addNode();
  // One value used thrice is cheaper to cut than two of three other values.
  cut.addNet({kSource, a, b, c}, 3);
  for (unsigned node : {a, b, c}) {
    cut.addNet({node, kSink}, 2);
  }
  llvm::BitVector side = cut.solve();
  EXPECT_FALSE(side.test(a) || side.test(b) || side.test(c));
}

TEST(MinimumCutTest, IsOptimalOnRandomGraphs) {
  constexpr unsigned kNodes = 7;
  constexpr unsigned kNets = 12;
  struct Net {
    llvm::SmallVector<unsigned> nodes;
    int64_t cost;
  };
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    MinimumCut cut;
    for (unsigned i = 0; i < kNodes; ++i) {
      cut.addNode();
    }
    llvm::SmallVector<Net> nets;
    for (unsigned i = 0; i < kNets; ++i) {
      Net net{{}, static_cast<int64_t>(random() % 9)};
      for (unsigned node = 0; node < kNodes + 2; ++node) {
        if (random() % 3 == 0) {
          net.nodes.push_back(node);
        }
      }
      cut.addNet(net.nodes, net.cost);
      nets.push_back(net);
    }
    auto getCost = [&](auto &&isOnSourceSide) {
      int64_t cost = 0;
      for (const Net &net : nets) {
        unsigned inside = llvm::count_if(net.nodes, isOnSourceSide);
        cost += inside != 0 && inside != net.nodes.size() ? net.cost : 0;
      }
      return cost;
    };
    int64_t best = MinimumCut::kInfinite;
    for (unsigned bits = 0; bits < 1u << kNodes; ++bits) {
      best = std::min(best, getCost([&](unsigned node) {
                        return node == kSource ||
                               (node != kSink && (bits >> (node - 2) & 1));
                      }));
    }
    llvm::BitVector side = cut.solve();
    EXPECT_EQ(getCost([&](unsigned node) { return side.test(node); }), best)
        << "seed " << seed;
  }
}

} // namespace
