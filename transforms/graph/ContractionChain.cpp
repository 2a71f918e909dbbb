//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/ContractionChain.h"

#include "transforms/graph/ConstantMatchers.h"

using namespace mlir;
using namespace mlir::tessera::graph;

namespace {

/// Grows the group from its last contraction towards the first.
class ChainFinder {
public:
  ChainFinder(Operation *last, unsigned maxOps)
      : last(last), maxOps(maxOps), group(last) {}

  std::optional<FusionGroup> run() {
    if (!isPlainContraction(last)) {
      return std::nullopt;
    }
    for (Value operand : last->getOperands()) {
      group.truncate(1);
      first = reduction = nullptr;
      collect(operand);
      if (first && reduction) {
        return group;
      }
    }
    return std::nullopt;
  }

private:
  /// Whether `op` contracts values computed when the network runs. Windows
  /// overlap, and constants are better off in a program that packs them.
  static bool isPlainContraction(Operation *op) {
    return getFusionKind(op) == FusionKind::contraction && isStatic(op) &&
           !isa<ChannelsLastOpInterface>(op) &&
           llvm::none_of(op->getOperands(), isConstantExpression);
  }

  bool hasUsersInGroup(Operation *op) {
    return llvm::all_of(op->getUsers(),
                        [&](Operation *user) { return group.contains(user); });
  }

  /// Adds what computes `value` up to the first contraction.
  void collect(Value value) {
    ArrayRef<int64_t> shape = getShape(value);
    SmallVector<Value> worklist{value};
    while (!worklist.empty() && group.size() < maxOps) {
      Operation *op = worklist.pop_back_val().getDefiningOp();
      if (!op || op->getBlock() != last->getBlock() || group.contains(op) ||
          op->getNumResults() != 1 || !isStatic(op) ||
          getShape(op->getResult(0)) != shape || !hasUsersInGroup(op)) {
        continue;
      }
      if (isElementwise(op)) {
        group.insert(op);
        llvm::append_range(worklist, op->getOperands());
      } else if (!reduction && isNormalization(op)) {
        reduction = op;
        group.insert(op);
        worklist.push_back(op->getOperand(0));
      } else if (reduction && !first && isPlainContraction(op)) {
        first = op;
        group.insert(op);
      }
    }
  }

  /// Whether `op` reduces its first operand and gives as many elements.
  static bool isNormalization(Operation *op) {
    return getFusionKind(op) == FusionKind::reduction &&
           !isa<ChannelsLastOpInterface>(op) &&
           getShape(op->getOperand(0)) == getShape(op->getResult(0));
  }

  Operation *last;
  unsigned maxOps;
  FusionGroup group;
  Operation *first = nullptr, *reduction = nullptr;
};

} // namespace

/// Whether each element of `op`'s result is one of its only operand's, and each
/// of those is in the result once.
static bool isPermutation(Operation *op) {
  return getFusionKind(op) == FusionKind::injective && isStatic(op) &&
         op->getNumOperands() == 1 &&
         cast<ShapedType>(op->getOperand(0).getType()).getNumElements() ==
             cast<ShapedType>(op->getResult(0).getType()).getNumElements();
}

/// Adds the ops that permute operands of the group's contractions for it alone,
/// and the one that permutes its result, while the group stays legal.
static void addPermutations(FusionGroup &group, Operation *last,
                            unsigned maxOps) {
  SmallVector<Operation *> candidates;
  for (Operation *op : group.getOps()) {
    if (getFusionKind(op) == FusionKind::contraction) {
      for (Value operand : op->getOperands()) {
        if (Operation *producer = operand.getDefiningOp()) {
          candidates.push_back(producer);
        }
      }
    }
  }
  if (last->hasOneUse()) {
    candidates.push_back(*last->user_begin());
  }
  for (Operation *op : candidates) {
    bool isProducer =
        !llvm::is_contained(op->getOperands(), last->getResult(0));
    if (group.size() >= maxOps || op->getBlock() != last->getBlock() ||
        !isPermutation(op) ||
        (isProducer && !llvm::all_of(op->getUsers(), [&](Operation *user) {
           return group.contains(user);
         }))) {
      continue;
    }
    size_t size = group.size();
    group.insert(op);
    if (!group.canBecomeOneOp()) {
      group.truncate(size);
    }
  }
}

std::optional<FusionGroup>
mlir::tessera::graph::findContractionChain(Operation *last, unsigned maxOps,
                                           unsigned maxInputs) {
  std::optional<FusionGroup> group = ChainFinder(last, maxOps).run();
  if (!group || !group->canBecomeOneOp() ||
      group->getInputs().size() > maxInputs) {
    return std::nullopt;
  }
  addPermutations(*group, last, maxOps);
  return group;
}
