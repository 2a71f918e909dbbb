//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// A set of ops of one block on the way to become one graph.fused.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_FUSIONGROUP_H
#define TESSERA_TRANSFORMS_GRAPH_FUSIONGROUP_H

#include "dialects/graph/GraphOps.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::tessera::graph {

/// The op's fusion kind as `graph-fuse-regions` takes it: constants and ops of
/// several results are opaque.
FusionKind getFusionKind(Operation *op);

/// Whether operands and result have static shapes; of ops with one result.
bool isStatic(Operation *op);

/// Whether the op computes elementwise and says how.
bool isElementwise(Operation *op);

/// Whether a group that makes `op`'s result can end in an op that embeds it.
bool canEndInEmbedding(Operation *op);

class FusionGroup {
public:
  explicit FusionGroup(Operation *first) : block(first->getBlock()) {
    ops.insert(first);
  }

  void insert(Operation *op) { ops.insert(op); }
  /// Drops the ops inserted last until `size` are left.
  void truncate(size_t size);

  bool contains(Operation *op) const { return ops.contains(op); }
  size_t size() const { return ops.size(); }
  ArrayRef<Operation *> getOps() const { return ops.getArrayRef(); }
  SmallVector<Operation *> getOpsInBlockOrder() const;

  /// Distinct values from outside, in the order of their first use. Constants
  /// that go inside (isSinkable) don't count.
  SmallVector<Value> getInputs() const;
  /// Results that have a user outside.
  SmallVector<Value> getOutputs() const;

  /// Whether the ops can become one op without a cycle, and without moving an
  /// op that has side effects.
  bool canBecomeOneOp() const;

  /// Moves the ops into a new graph.fused at the last one's place; ops in
  /// between that use a result move behind it. Needs canBecomeOneOp().
  FusedOp materialize();

  /// Whether `value` is a constant with one value for all elements, which costs
  /// nothing inside of a group.
  static bool isSinkable(Value value);

private:
  /// Users outside of the group, as ops of its block, which lie before `last`.
  void collectOutsideUsers(Operation *op, Operation *last,
                           SmallVectorImpl<Operation *> &users) const;
  /// Ops between the group's first and last that depend on its results.
  SmallVector<Operation *> getDependentsBefore(Operation *last) const;

  Block *block;
  llvm::SetVector<Operation *> ops;
};

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_FUSIONGROUP_H
