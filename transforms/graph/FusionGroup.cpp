//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/FusionGroup.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::tessera::graph;

FusionKind mlir::tessera::graph::getFusionKind(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() || op->getNumResults() != 1) {
    return FusionKind::opaque;
  }
  auto fusible = dyn_cast<FusionOpInterface>(op);
  return fusible ? fusible.getFusionKind() : FusionKind::opaque;
}

bool mlir::tessera::graph::isStatic(Operation *op) {
  auto hasStaticShape = [](Type type) {
    return cast<ShapedType>(type).hasStaticShape();
  };
  return llvm::all_of(op->getOperandTypes(), hasStaticShape) &&
         llvm::all_of(op->getResultTypes(), hasStaticShape);
}

bool mlir::tessera::graph::isElementwise(Operation *op) {
  return isa<ElementwiseOpInterface>(op) &&
         getFusionKind(op) == FusionKind::elementwise;
}

bool mlir::tessera::graph::canEndInEmbedding(Operation *op) {
  switch (getFusionKind(op)) {
  case FusionKind::contraction:
  case FusionKind::reduction:
  case FusionKind::injective:
    return isStatic(op);
  case FusionKind::elementwise:
    return isElementwise(op) && isStatic(op);
  case FusionKind::view:
  case FusionKind::opaque:
    return false;
  }
  llvm_unreachable("unknown fusion kind");
}

static void sortInBlock(SmallVectorImpl<Operation *> &ops) {
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
}

void FusionGroup::truncate(size_t size) {
  while (ops.size() > size) {
    ops.pop_back();
  }
}

SmallVector<Operation *> FusionGroup::getOpsInBlockOrder() const {
  SmallVector<Operation *> sorted(ops.begin(), ops.end());
  sortInBlock(sorted);
  return sorted;
}

bool FusionGroup::isSinkable(Value value) {
  DenseElementsAttr elements;
  return matchPattern(value, m_Constant(&elements)) && elements.isSplat();
}

SmallVector<Value> FusionGroup::getInputs() const {
  llvm::SetVector<Value> inputs;
  for (Operation *op : getOpsInBlockOrder()) {
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!(def && ops.contains(def)) && !isSinkable(operand)) {
        inputs.insert(operand);
      }
    }
  }
  return inputs.takeVector();
}

SmallVector<Value> FusionGroup::getOutputs() const {
  SmallVector<Value> outputs;
  for (Operation *op : getOpsInBlockOrder()) {
    for (Value result : op->getResults()) {
      if (llvm::any_of(result.getUsers(),
                       [&](Operation *user) { return !ops.contains(user); })) {
        outputs.push_back(result);
      }
    }
  }
  return outputs;
}

void FusionGroup::collectOutsideUsers(
    Operation *op, Operation *last, SmallVectorImpl<Operation *> &users) const {
  for (Operation *user : op->getUsers()) {
    Operation *ancestor = block->findAncestorOpInBlock(*user);
    if (ancestor && !ops.contains(ancestor) &&
        ancestor->isBeforeInBlock(last)) {
      users.push_back(ancestor);
    }
  }
}

SmallVector<Operation *>
FusionGroup::getDependentsBefore(Operation *last) const {
  SmallVector<Operation *> worklist;
  for (Operation *op : ops) {
    collectOutsideUsers(op, last, worklist);
  }
  llvm::SetVector<Operation *> dependents;
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (dependents.insert(op)) {
      collectOutsideUsers(op, last, worklist);
    }
  }
  SmallVector<Operation *> sorted = dependents.takeVector();
  sortInBlock(sorted);
  return sorted;
}

bool FusionGroup::canBecomeOneOp() const {
  Operation *last = getOpsInBlockOrder().back();
  for (Operation *dependent : getDependentsBefore(last)) {
    if (!isMemoryEffectFree(dependent)) {
      return false;
    }
    for (Operation *user : dependent->getUsers()) {
      if (ops.contains(block->findAncestorOpInBlock(*user))) {
        return false;
      }
    }
  }
  return true;
}

FusedOp FusionGroup::materialize() {
  SmallVector<Operation *> sorted = getOpsInBlockOrder();
  SmallVector<Value> inputs = getInputs();
  SmallVector<Value> outputs = getOutputs();
  Operation *last = sorted.back();
  SmallVector<Operation *> dependents = getDependentsBefore(last);
  for (Operation *dependent : llvm::reverse(dependents)) {
    dependent->moveAfter(last);
  }

  OpBuilder builder(last);
  SmallVector<Location> locations;
  for (Operation *op : sorted) {
    locations.push_back(op->getLoc());
  }
  auto fused = builder.create<FusedOp>(builder.getFusedLoc(locations),
                                       ValueRange(outputs).getTypes(), inputs);
  Block *body = builder.createBlock(&fused.getBody());
  IRMapping mapping;
  for (Value input : inputs) {
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  }
  for (Operation *op : sorted) {
    op->moveBefore(body, body->end());
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (isSinkable(value) && !mapping.contains(value)) {
        builder.setInsertionPoint(op);
        builder.clone(*value.getDefiningOp(), mapping);
      }
      operand.set(mapping.lookupOrDefault(value));
    }
  }
  builder.setInsertionPointToEnd(body);
  for (auto [output, result] : llvm::zip(outputs, fused.getOutputs())) {
    output.replaceUsesWithIf(result, [&](OpOperand &use) {
      return use.getOwner()->getBlock() != body;
    });
  }
  builder.create<YieldOp>(fused.getLoc(), outputs);
  return fused;
}
