//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "transforms/graph/ContractionChain.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "graph-fuse-regions"

namespace mlir::tessera::graph {
#define GEN_PASS_DEF_GRAPHFUSEREGIONSPASS
#include "transforms/graph/Passes.h.inc"
} // namespace mlir::tessera::graph

using namespace mlir;
using namespace mlir::tessera::graph;

static ShapedType getResultType(Operation *op) {
  return cast<ShapedType>(op->getResult(0).getType());
}

/// The operands that `op`'s result holds whole and as they are.
static SmallVector<Value> getEmbeddedOperands(Operation *op) {
  auto embedding = dyn_cast<EmbeddingOpInterface>(op);
  return embedding ? embedding.getEmbedded() : SmallVector<Value>();
}

/// Whether `op` copies operands beside the one that is written in place.
static bool copiesOthers(Operation *op) {
  return getEmbeddedOperands(op).size() > 1;
}

/// Whether `op` reduces whole dimensions, as normalisations do. Its nests share
/// a loop over their rows; copies of other operands beside them would be in the
/// way.
static bool isRowReduction(Operation *op) {
  return getFusionKind(op) == FusionKind::reduction &&
         !isa<ChannelsLastOpInterface>(op);
}

/// Whether `op` may end the group that makes `value`.
static bool canEndGroupOf(Value value, Operation *op) {
  Operation *producer = value.getDefiningOp();
  if (!producer || producer->getBlock() != op->getBlock() || !isStatic(op) ||
      !value.hasOneUse() || !canEndInEmbedding(producer)) {
    return false;
  }
  return !copiesOthers(op) || !isRowReduction(producer);
}

/// The operand of `op` whose group it will end, the one made last; null if
/// there is none.
static Value findEmbedded(Operation *op) {
  Value last;
  for (Value value : getEmbeddedOperands(op)) {
    if (canEndGroupOf(value, op) &&
        (!last ||
         last.getDefiningOp()->isBeforeInBlock(value.getDefiningOp()))) {
      last = value;
    }
  }
  return last;
}

/// Whether one element costs so little that a reduction may compute it again
/// in every pass over its input: a few ops, no transcendental function.
static bool isCheap(Operation *op) {
  constexpr unsigned kMaxScalarOps = 8;
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToStart(&scratch);
  SmallVector<Value> scalars;
  SmallVector<Type> types;
  for (Type type : op->getOperandTypes()) {
    types.push_back(getElementTypeOrSelf(type));
    scalars.push_back(
        scratch.addArgument(getSignlessType(types.back()), op->getLoc()));
  }
  ScalarContext context(builder, op->getLoc(), scalars, types,
                        getElementTypeOrSelf(op->getResult(0)));
  cast<ElementwiseOpInterface>(op).buildScalar(context);
  unsigned count = 0;
  for (Operation &scalar : scratch) {
    count += !scalar.hasTrait<OpTrait::ConstantLike>();
    if (isa_and_nonnull<math::MathDialect>(scalar.getDialect()) &&
        !isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
             math::FloorOp, math::FmaOp, math::RoundEvenOp>(scalar)) {
      return false;
    }
  }
  return count <= kMaxScalarOps;
}

namespace {

struct Limits {
  unsigned maxOps;
  unsigned maxInputs;
  unsigned maxOutputs;
};

/// Fuses the ops of one block.
class BlockFuser {
public:
  BlockFuser(Block &block, const Limits &limits)
      : block(block), limits(limits) {}

  void run();

  unsigned numGroups = 0;
  unsigned numFusedOps = 0;
  unsigned numRefused = 0;

private:
  /// The groups of two contractions with a normalisation between them.
  void fuseChains();
  /// The group of an op of kind contraction, reduction or injective.
  void fuseAnchor(Operation *anchor);
  /// The group that starts with an elementwise op.
  void fuseElementwise(Operation *first);

  /// Adds cheap elementwise producers of a reduction's data.
  void growBackward(FusionGroup &group);
  /// Adds elementwise ops of the group's shape: users, with `producers` also
  /// ops that only feed users. Keeps the largest group within the limits.
  void growForward(FusionGroup &group, bool producers, unsigned maxOutputs);
  /// Adds the ops that embed one of the group's results, and those that embed
  /// theirs.
  void addEmbedding(FusionGroup &group);

  /// The first op of the block, of those next to the group, that may join.
  Operation *findNeighbour(const FusionGroup &group, bool producers);
  /// Why `op` cannot join the group; empty if it can.
  StringRef getRefusal(const FusionGroup &group, Operation *op) const;
  /// Why the group is no legal one; empty if it is.
  StringRef getViolation(const FusionGroup &group, unsigned maxOutputs) const;

  void recordRefusals(const FusionGroup &group);
  void finish(FusionGroup &group);

  Block &block;
  Limits limits;
  /// The shape of the group's results.
  ArrayRef<int64_t> shape;
  /// Neighbours of the current group that cannot join, with the reason.
  DenseMap<Operation *, StringRef> refused;
  /// What ends the current group's growth, for neighbours left out by it.
  StringRef lastViolation;
};

} // namespace

void BlockFuser::run() {
  fuseChains();
  // Ops that should end another's group.
  SmallVector<Operation *> left;
  for (FusionKind kind : {FusionKind::contraction, FusionKind::reduction,
                          FusionKind::injective, FusionKind::elementwise}) {
    SmallVector<Operation *> seeds;
    for (Operation &op : block) {
      if (getFusionKind(&op) == kind && isStatic(&op)) {
        (findEmbedded(&op) ? left : seeds).push_back(&op);
      }
    }
    for (Operation *seed : seeds) {
      if (seed->getBlock() != &block) {
        continue; // inside of a group by now
      }
      if (kind != FusionKind::elementwise) {
        fuseAnchor(seed);
      } else if (isElementwise(seed)) {
        fuseElementwise(seed);
      }
    }
  }
  // That group had no room.
  for (Operation *op : left) {
    if (op->getBlock() == &block) {
      fuseAnchor(op);
    }
  }
}

void BlockFuser::fuseChains() {
  SmallVector<Operation *> contractions;
  for (Operation &op : block) {
    if (getFusionKind(&op) == FusionKind::contraction) {
      contractions.push_back(&op);
    }
  }
  for (Operation *last : contractions) {
    if (last->getBlock() != &block) {
      continue; // inside of a group by now
    }
    if (std::optional<FusionGroup> chain =
            findContractionChain(last, limits.maxOps, limits.maxInputs)) {
      finish(*chain);
    }
  }
}

void BlockFuser::fuseAnchor(Operation *anchor) {
  FusionGroup group(anchor);
  shape = getResultType(anchor).getShape();
  // A window of a pooling op overlaps the next: producers would be computed
  // once for each.
  if (isRowReduction(anchor)) {
    growBackward(group);
  }
  growForward(group, /*producers=*/false, /*maxOutputs=*/1);
  addEmbedding(group);
  finish(group);
}

void BlockFuser::fuseElementwise(Operation *first) {
  FusionGroup group(first);
  shape = getResultType(first).getShape();
  growForward(group, /*producers=*/true, limits.maxOutputs);
  addEmbedding(group);
  finish(group);
}

void BlockFuser::growBackward(FusionGroup &group) {
  Operation *anchor = group.getOps().front();
  ArrayRef<int64_t> dataShape =
      cast<ShapedType>(anchor->getOperand(0).getType()).getShape();
  SmallVector<Value> worklist{anchor->getOperand(0)};
  while (!worklist.empty() && group.size() < limits.maxOps) {
    Value value = worklist.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op || op->getBlock() != &block || group.contains(op) ||
        !isElementwise(op) || !isStatic(op) ||
        getResultType(op).getShape() != dataShape ||
        !llvm::all_of(op->getUsers(),
                      [&](Operation *user) { return group.contains(user); }) ||
        !isCheap(op)) {
      continue;
    }
    size_t size = group.size();
    group.insert(op);
    if (group.getInputs().size() > limits.maxInputs) {
      group.truncate(size);
      continue;
    }
    llvm::append_range(worklist, op->getOperands());
  }
}

void BlockFuser::growForward(FusionGroup &group, bool producers,
                             unsigned maxOutputs) {
  refused.clear();
  lastViolation = "the group is at its largest number of ops";
  size_t best = group.size();
  while (group.size() < limits.maxOps) {
    Operation *next = findNeighbour(group, producers);
    if (!next) {
      break;
    }
    group.insert(next);
    StringRef violation = getViolation(group, maxOutputs);
    if (violation.empty()) {
      best = group.size();
    } else {
      lastViolation = violation;
    }
  }
  group.truncate(best);
  recordRefusals(group);
}

/// A lone op reads constants of one value from memory; in a group they would be
/// numbers, and a contraction with one no contraction.
static bool canEndInCopies(const FusionGroup &group) {
  Operation *first = group.getOps().front();
  bool isPlain = group.size() > 1 ||
                 llvm::none_of(first->getOperands(), FusionGroup::isSinkable);
  return isPlain && llvm::none_of(group.getOps(), isRowReduction);
}

void BlockFuser::addEmbedding(FusionGroup &group) {
  SmallVector<Value> worklist = group.getOutputs();
  while (!worklist.empty() && group.size() < limits.maxOps) {
    Value output = worklist.pop_back_val();
    Operation *user = *output.user_begin();
    if (user->getBlock() != &block || findEmbedded(user) != output ||
        (copiesOthers(user) && !canEndInCopies(group))) {
      continue;
    }
    size_t size = group.size();
    group.insert(user);
    if (group.canBecomeOneOp() &&
        group.getInputs().size() <= limits.maxInputs) {
      worklist.push_back(user->getResult(0));
    } else {
      group.truncate(size);
    }
  }
}

Operation *BlockFuser::findNeighbour(const FusionGroup &group, bool producers) {
  SmallVector<Operation *> neighbours;
  auto consider = [&](Operation *op) {
    if (op && op->getBlock() == &block && !group.contains(op) &&
        !refused.contains(op)) {
      neighbours.push_back(op);
    }
  };
  for (Operation *op : group.getOps()) {
    llvm::for_each(op->getUsers(), consider);
    if (producers) {
      for (Value operand : op->getOperands()) {
        consider(operand.getDefiningOp());
      }
    }
  }
  // In the block's order: what lies between the group and an op joins first.
  llvm::sort(neighbours, [](Operation *a, Operation *b) {
    return a != b && a->isBeforeInBlock(b);
  });
  for (Operation *op : neighbours) {
    if (refused.contains(op)) {
      continue;
    }
    StringRef refusal = getRefusal(group, op);
    if (refusal.empty()) {
      return op;
    }
    refused[op] = refusal;
  }
  return nullptr;
}

StringRef BlockFuser::getRefusal(const FusionGroup &group,
                                 Operation *op) const {
  if (getFusionKind(op) != FusionKind::elementwise) {
    return "it is not elementwise";
  }
  if (!isElementwise(op)) {
    return "it has no scalar form";
  }
  if (!isStatic(op)) {
    return "a shape is dynamic";
  }
  if (getResultType(op).getShape() != shape) {
    return "its result has another shape";
  }
  FusionGroup with = group;
  with.insert(op);
  if (!with.canBecomeOneOp()) {
    return "an op outside of the group lies between them";
  }
  return {};
}

StringRef BlockFuser::getViolation(const FusionGroup &group,
                                   unsigned maxOutputs) const {
  if (group.getInputs().size() > limits.maxInputs) {
    return "the group would have too many operands";
  }
  if (group.getOutputs().size() > maxOutputs) {
    return maxOutputs == 1 ? "a value between them is used elsewhere"
                           : "the group would have too many results";
  }
  return {};
}

static void appendReason(Operation *op, ArrayRef<Attribute> reasons) {
  SmallVector<Attribute> all;
  if (auto present = op->getAttrOfType<ArrayAttr>(kNotFusedAttrName)) {
    llvm::append_range(all, present);
  }
  for (Attribute reason : reasons) {
    if (!llvm::is_contained(all, reason)) {
      all.push_back(reason);
    }
  }
  op->setAttr(kNotFusedAttrName, ArrayAttr::get(op->getContext(), all));
}

void BlockFuser::recordRefusals(const FusionGroup &group) {
  for (Value output : group.getOutputs()) {
    for (Operation *user : output.getUsers()) {
      if (user->getBlock() != &block || group.contains(user) ||
          getFusionKind(user) != FusionKind::elementwise) {
        continue;
      }
      auto it = refused.find(user);
      StringRef reason = it == refused.end() ? lastViolation : it->second;
      std::string text;
      llvm::raw_string_ostream(text)
          << user->getName() << " with " << output.getDefiningOp()->getName()
          << " because " << reason;
      appendReason(user, StringAttr::get(user->getContext(), text));
      ++numRefused;
      LLVM_DEBUG(llvm::dbgs() << "not fused: " << text << "\n");
    }
  }
}

void BlockFuser::finish(FusionGroup &group) {
  if (group.size() < 2) {
    return;
  }
  FusedOp fused = group.materialize();
  ++numGroups;
  numFusedOps += group.size();
  // The reasons go to the fused op, so that equal bodies stay equal.
  for (Operation *op : group.getOps()) {
    if (auto reasons = op->getAttrOfType<ArrayAttr>(kNotFusedAttrName)) {
      appendReason(fused, reasons.getValue());
      op->removeAttr(kNotFusedAttrName);
    }
  }
}

namespace {

struct FuseRegionsPass
    : public mlir::tessera::graph::impl::GraphFuseRegionsPassBase<
          FuseRegionsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Block *> blocks;
    getOperation()->walk([&](Block *block) {
      if (!isa<FusedOp>(block->getParentOp())) {
        blocks.push_back(block);
      }
    });
    for (Block *block : blocks) {
      BlockFuser fuser(*block, {maxOps, maxInputs, maxOutputs});
      fuser.run();
      numGroups += fuser.numGroups;
      numFusedOps += fuser.numFusedOps;
      numRefused += fuser.numRefused;
    }
  }
};

} // namespace
