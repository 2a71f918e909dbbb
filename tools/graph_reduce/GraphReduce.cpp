//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tools/graph_reduce/GraphReduction.h"

#include "dialects/graph/GraphDialect.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Reducer/Tester.h"

namespace mlir::tessera {

#define GEN_PASS_DEF_GRAPHREDUCEPASS
#include "tools/graph_reduce/GraphReduction.h.inc"

namespace {

/// A change at an op; false where it does not apply.
using Change = llvm::function_ref<bool(Operation *)>;

/// The op of this number in the order of a walk. Copies number alike.
Operation *getOp(ModuleOp module, size_t number) {
  Operation *found = nullptr;
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (number-- == 0) {
      found = op;
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return found;
}

size_t countOps(ModuleOp module) {
  size_t count = 0;
  module.walk<WalkOrder::PreOrder>([&](Operation *) { ++count; });
  return count;
}

void eraseDeadOps(ModuleOp module) {
  bool changed = true;
  while (changed) {
    changed = false;
    module.walk([&](Operation *op) {
      if (isOpTriviallyDead(op)) {
        op->erase();
        changed = true;
      }
    });
  }
}

/// Zeros of any type that constants have, or null.
Value createZero(OpBuilder &builder, Operation *op, Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (shaped && !shaped.hasStaticShape()) {
    return {};
  }
  TypedAttr zero = builder.getZeroAttr(type);
  if (!zero) {
    return {};
  }
  if (isa_and_nonnull<graph::GraphDialect>(op->getDialect())) {
    return builder.create<graph::ConstantOp>(op->getLoc(), type,
                                             cast<ElementsAttr>(zero));
  }
  return builder.create<arith::ConstantOp>(op->getLoc(), zero);
}

///   %1 = graph.add %0, %a                    %0
///   %2 = graph.reshape %1            ->      graph.constant dense<0>
bool replaceByOperandOrZero(Operation *op) {
  if (op->getNumResults() != 1 || op->hasTrait<OpTrait::ConstantLike>() ||
      !isMemoryEffectFree(op)) {
    return false;
  }
  Type type = op->getResult(0).getType();
  Value value;
  for (Value operand : op->getOperands()) {
    if (operand.getType() == type) {
      value = operand;
      break;
    }
  }
  if (!value) {
    OpBuilder builder(op);
    value = createZero(builder, op, type);
  }
  if (!value) {
    return false;
  }
  op->getResult(0).replaceAllUsesWith(value);
  op->erase();
  return true;
}

///   %0 = graph.exp %x
///   %1 = graph.erf %0                ->      %0 = graph.exp %x
///   return %1                                return %0
bool returnAfter(Operation *op) {
  auto function = dyn_cast<func::FuncOp>(op->getParentOp());
  if (!function || !function.getBody().hasOneBlock() ||
      op->hasTrait<OpTrait::IsTerminator>() ||
      op->getNextNode() == op->getBlock()->getTerminator()) {
    return false;
  }
  Block *block = op->getBlock();
  while (&block->back() != op) {
    block->back().dropAllUses();
    block->back().erase();
  }
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(block);
  builder.create<func::ReturnOp>(op->getLoc(), op->getResults());
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           op->getResultTypes()));
  function.removeResAttrsAttr();
  return true;
}

bool eraseUnusedArguments(func::FuncOp function) {
  if (function.isExternal()) {
    return false;
  }
  BitVector unused(function.getNumArguments());
  for (BlockArgument argument : function.getArguments()) {
    unused[argument.getArgNumber()] = argument.use_empty();
  }
  function.eraseArguments(unused);
  return unused.any();
}

/// Holds the smallest module found so far.
class Reducer {
public:
  Reducer(ModuleOp module, const Tester &tester)
      : tester(tester), best(module.clone()) {}

  /// Also false for modules that are not valid; says nothing about them.
  bool isInteresting(ModuleOp module) {
    ScopedDiagnosticHandler silence(module.getContext(),
                                    [](Diagnostic &) { return success(); });
    return tester.isInteresting(module).first == Tester::Interestingness::True;
  }

  /// Tries everything once, what removes most first. Mostly from the last op to
  /// the first: a kept change leaves the numbers of the ops before it alone.
  bool reduceOnce() {
    bool changed = tryOnAllOps([](Operation *op) {
      bool topLevel = isa<ModuleOp>(op->getParentOp());
      if (topLevel) {
        op->erase();
      }
      return topLevel;
    });
    for (size_t i = 1; i < countOps(*best); ++i) {
      changed |= tryOnOp(i, returnAfter);
    }
    changed |= tryOnAllOps(replaceByOperandOrZero);
    changed |= tryOnAllOps([](Operation *op) {
      auto function = dyn_cast<func::FuncOp>(op);
      return function && eraseUnusedArguments(function);
    });
    return changed;
  }

  ModuleOp getBest() { return *best; }

  unsigned numTried = 0;
  unsigned numKept = 0;

private:
  bool tryOnOp(size_t number, Change change) {
    OwningOpRef<ModuleOp> copy = best->clone();
    Operation *op = getOp(*copy, number);
    if (!op || !change(op)) {
      return false;
    }
    ++numTried;
    eraseDeadOps(*copy);
    if (!isInteresting(*copy)) {
      return false;
    }
    ++numKept;
    best = std::move(copy);
    return true;
  }

  bool tryOnAllOps(Change change) {
    bool changed = false;
    for (size_t i = countOps(*best); i-- > 1;) {
      changed |= tryOnOp(i, change);
    }
    return changed;
  }

  const Tester &tester;
  OwningOpRef<ModuleOp> best;
};

struct GraphReduce : public impl::GraphReducePassBase<GraphReduce> {
  using Base::Base;

  void runOnOperation() override {
    Tester tester(test, testArguments);
    Reducer reducer(getOperation(), tester);
    if (test.empty() || !reducer.isInteresting(getOperation())) {
      getOperation().emitError()
          << "expected a script that calls the module interesting, but '"
          << test << "' does not";
      return signalPassFailure();
    }
    while (reducer.reduceOnce()) {
    }
    numTried += reducer.numTried;
    numKept += reducer.numKept;
    getOperation().getBodyRegion().takeBody(reducer.getBest().getBodyRegion());
  }
};

} // namespace
} // namespace mlir::tessera
