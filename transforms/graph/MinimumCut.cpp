//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/MinimumCut.h"

#include <algorithm>

using namespace mlir::tessera::graph;

unsigned MinimumCut::addNode() {
  edgesOf.emplace_back();
  return edgesOf.size() - 1;
}

void MinimumCut::addEdge(unsigned from, unsigned to, int64_t capacity) {
  edgesOf[from].push_back(edges.size());
  edges.push_back({to, capacity});
  edgesOf[to].push_back(edges.size());
  edges.push_back({from, 0});
}

void MinimumCut::addNet(llvm::ArrayRef<unsigned> nodes, int64_t capacity) {
  // Lawler's expansion: flow through the net passes one edge.
  unsigned in = addNode();
  unsigned out = addNode();
  addEdge(in, out, capacity);
  for (unsigned node : nodes) {
    addEdge(node, in, kInfinite);
    addEdge(out, node, kInfinite);
  }
}

bool MinimumCut::augment() {
  constexpr unsigned kNone = ~0u;
  std::vector<unsigned> via(edgesOf.size(), kNone);
  std::vector<unsigned> queue{kSource};
  llvm::BitVector seen(edgesOf.size());
  seen.set(kSource);
  for (size_t head = 0; head < queue.size() && !seen.test(kSink); ++head) {
    for (unsigned edge : edgesOf[queue[head]]) {
      unsigned to = edges[edge].to;
      if (edges[edge].residual > 0 && !seen.test(to)) {
        seen.set(to);
        via[to] = edge;
        queue.push_back(to);
      }
    }
  }
  if (!seen.test(kSink)) {
    return false;
  }
  int64_t flow = kInfinite;
  for (unsigned node = kSink; node != kSource; node = edges[via[node] ^ 1].to) {
    flow = std::min(flow, edges[via[node]].residual);
  }
  for (unsigned node = kSink; node != kSource; node = edges[via[node] ^ 1].to) {
    edges[via[node]].residual -= flow;
    edges[via[node] ^ 1].residual += flow;
  }
  return true;
}

llvm::BitVector MinimumCut::solve() {
  while (augment()) {
  }
  // Walks backwards from the sink: what cannot reach it is on the other side.
  auto collect = [&](unsigned start, auto &&mayPass) {
    llvm::BitVector seen(edgesOf.size());
    std::vector<unsigned> worklist{start};
    seen.set(start);
    while (!worklist.empty()) {
      unsigned node = worklist.back();
      worklist.pop_back();
      for (unsigned edge : edgesOf[node]) {
        if (!seen.test(edges[edge].to) && mayPass(edge)) {
          seen.set(edges[edge].to);
          worklist.push_back(edges[edge].to);
        }
      }
    }
    return seen;
  };
  llvm::BitVector sinkSide = collect(
      kSink, [&](unsigned edge) { return edges[edge ^ 1].residual > 0; });
  llvm::BitVector sourceSide = collect(kSource, [&](unsigned) { return true; });
  sourceSide.reset(sinkSide);
  return sourceSide;
}
