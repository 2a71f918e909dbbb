//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Minimum cut of a small directed graph, by shortest augmenting paths.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_MINIMUMCUT_H
#define TESSERA_TRANSFORMS_GRAPH_MINIMUMCUT_H

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace mlir::tessera::graph {

class MinimumCut {
public:
  static constexpr int64_t kInfinite = std::numeric_limits<int64_t>::max() / 4;

  /// The two nodes that the cut separates.
  static constexpr unsigned kSource = 0;
  static constexpr unsigned kSink = 1;

  MinimumCut() : edgesOf(2) {}

  unsigned addNode();
  /// Costs `capacity` if the cut leaves `from` with the source, `to` with the
  /// sink.
  void addEdge(unsigned from, unsigned to, int64_t capacity);
  /// Costs `capacity` if the cut separates any two of `nodes`.
  void addNet(llvm::ArrayRef<unsigned> nodes, int64_t capacity);

  /// The largest set of nodes on the source's side of a cheapest cut, without
  /// nodes that nothing connects to the source.
  llvm::BitVector solve();

private:
  struct Edge {
    unsigned to;
    int64_t residual;
  };

  /// Sends flow along one path; false if there is none.
  bool augment();

  // An edge and its reverse are neighbours: 2k and 2k + 1.
  std::vector<Edge> edges;
  std::vector<llvm::SmallVector<unsigned, 4>> edgesOf;
};

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_MINIMUMCUT_H
