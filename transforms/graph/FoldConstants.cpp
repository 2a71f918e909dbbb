//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "graph-fold-constants"

namespace mlir::tessera::graph {
#define GEN_PASS_DEF_GRAPHFOLDCONSTANTSPASS
#include "transforms/graph/Passes.h.inc"
} // namespace mlir::tessera::graph

using namespace mlir;
using namespace mlir::tessera::graph;

static int64_t getBytes(Type type) {
  auto shaped = cast<ShapedType>(type);
  return shaped.getNumElements() *
         llvm::divideCeil(shaped.getElementTypeBitWidth(), 8);
}

namespace {

/// The ops of a module that depend on constants alone.
class ConstantOps {
public:
  ConstantOps(ModuleOp module, int64_t maxGrownBytes);

  bool empty() const { return roots.empty(); }
  size_t size() const { return ops.size(); }
  /// Results that other ops use, in the order of the module.
  ArrayRef<Value> getRoots() const { return roots; }

  /// A module that computes the roots: `func.func @main() -> (tensors...)`.
  OwningOpRef<ModuleOp> extract(Location loc) const;
  /// Puts constants in place of the roots and erases what nobody uses then.
  void replace(ArrayRef<ElementsAttr> values);

private:
  bool isComputable(Operation *op) const;
  bool isKnown(Value value) const {
    Operation *def = value.getDefiningOp();
    return def && (isa<ConstantOp>(def) || ops.contains(def));
  }

  int64_t maxGrownBytes;
  llvm::SetVector<Operation *> ops;
  SmallVector<Value> roots;
};

} // namespace

ConstantOps::ConstantOps(ModuleOp module, int64_t maxGrownBytes)
    : maxGrownBytes(maxGrownBytes) {
  module->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<FusedOp>(op)) {
      return WalkResult::skip();
    }
    if (isComputable(op)) {
      ops.insert(op);
    }
    return WalkResult::advance();
  });
  for (Operation *op : ops) {
    for (Value result : op->getResults()) {
      if (llvm::any_of(result.getUsers(),
                       [&](Operation *user) { return !ops.contains(user); })) {
        roots.push_back(result);
      }
    }
  }
}

bool ConstantOps::isComputable(Operation *op) const {
  if (!isa_and_nonnull<GraphDialect>(op->getDialect()) ||
      op->hasTrait<OpTrait::ConstantLike>() || op->getNumRegions() != 0 ||
      op->getNumResults() == 0 || !isMemoryEffectFree(op)) {
    return false;
  }
  int64_t operandBytes = 0;
  for (Value operand : op->getOperands()) {
    if (!isKnown(operand)) {
      return false;
    }
    operandBytes += getBytes(operand.getType());
  }
  for (Type type : op->getResultTypes()) {
    if (!cast<ShapedType>(type).hasStaticShape()) {
      return false;
    }
  }
  int64_t bytes = getBytes(op->getResult(0).getType());
  return !isa<BroadcastOp, IotaOp>(op) || bytes <= maxGrownBytes ||
         bytes <= operandBytes;
}

OwningOpRef<ModuleOp> ConstantOps::extract(Location loc) const {
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  auto builder = OpBuilder::atBlockBegin(module->getBody());
  auto function = builder.create<func::FuncOp>(
      loc, "main", builder.getFunctionType({}, ValueRange(roots).getTypes()));
  builder.setInsertionPointToStart(function.addEntryBlock());
  IRMapping mapping;
  for (Operation *op : ops) {
    for (Value operand : op->getOperands()) {
      if (!mapping.contains(operand)) {
        builder.clone(*operand.getDefiningOp(), mapping);
      }
    }
    builder.clone(*op, mapping);
  }
  SmallVector<Value> results;
  for (Value root : roots) {
    results.push_back(mapping.lookup(root));
  }
  builder.create<func::ReturnOp>(loc, results);
  return module;
}

void ConstantOps::replace(ArrayRef<ElementsAttr> values) {
  for (auto [root, value] : llvm::zip_equal(roots, values)) {
    OpBuilder builder(root.getDefiningOp());
    root.replaceAllUsesWith(
        builder.create<ConstantOp>(root.getLoc(), value).getResult());
  }
  llvm::SetVector<Operation *> leaves;
  for (Operation *op : llvm::reverse(ops.getArrayRef())) {
    for (Value operand : op->getOperands()) {
      if (isa<ConstantOp>(operand.getDefiningOp())) {
        leaves.insert(operand.getDefiningOp());
      }
    }
    op->erase();
  }
  for (Operation *leaf : leaves) {
    if (leaf->use_empty()) {
      leaf->erase();
    }
  }
  ops.clear();
  roots.clear();
}

namespace {

struct FoldConstantsPass
    : public mlir::tessera::graph::impl::GraphFoldConstantsPassBase<
          FoldConstantsPass> {
  using Base::Base;
  FoldConstantsPass(ConstantEvaluator evaluator,
                    GraphFoldConstantsPassOptions options)
      : Base(std::move(options)), evaluator(std::move(evaluator)) {}

  void runOnOperation() override;

private:
  ConstantEvaluator evaluator;
};

} // namespace

void FoldConstantsPass::runOnOperation() {
  ModuleOp module = getOperation();
  ConstantOps constants(module, maxGrownBytes);
  if (constants.empty()) {
    return;
  }
  OwningOpRef<ModuleOp> extracted = constants.extract(module.getLoc());
  if (printModule) {
    extracted->print(llvm::outs());
    llvm::outs() << "\n";
    return;
  }
  if (!evaluator) {
    module.emitRemark() << constants.size()
                        << " ops on constants not folded: no evaluator";
    return;
  }
  FailureOr<SmallVector<ElementsAttr>> values = evaluator(*extracted);
  if (failed(values)) {
    LLVM_DEBUG(llvm::dbgs() << "the evaluator failed\n");
    return;
  }
  ArrayRef<Value> roots = constants.getRoots();
  bool matches = values->size() == roots.size() &&
                 llvm::all_of(llvm::zip(*values, roots), [](auto pair) {
                   auto [value, root] = pair;
                   return value && value.getShapedType() == root.getType();
                 });
  if (!matches) {
    module.emitError() << "expected the evaluator to return " << roots.size()
                       << " constants of the types asked for, but got "
                       << values->size();
    return signalPassFailure();
  }
  numFolded += constants.size();
  numConstants += roots.size();
  constants.replace(*values);
}

std::unique_ptr<Pass> mlir::tessera::graph::createGraphFoldConstantsPass(
    ConstantEvaluator evaluator, GraphFoldConstantsPassOptions options) {
  return std::make_unique<FoldConstantsPass>(std::move(evaluator),
                                             std::move(options));
}
