//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "transforms/graph/FusionGroup.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "graph-hoist-padding"

namespace mlir::tessera::graph {
#define GEN_PASS_DEF_GRAPHHOISTPADDINGPASS
#include "transforms/graph/Passes.h.inc"
} // namespace mlir::tessera::graph

using namespace mlir;
using namespace mlir::tessera::graph;

/// The padding that every user of `value` reads around it, if all agree.
static std::optional<Padding> getSharedPadding(Value value) {
  std::optional<Padding> shared;
  for (OpOperand &use : value.getUses()) {
    auto user = dyn_cast<PaddedOpInterface>(use.getOwner());
    if (!user || use.getOperandNumber() != 0) {
      return std::nullopt;
    }
    std::optional<Padding> padding = user.getPadding();
    if (!padding || (shared && !(*shared == *padding))) {
      return std::nullopt;
    }
    shared = std::move(padding);
  }
  return shared;
}

/// Puts `padding` around the result of `producer` and makes all users read it.
static void hoistPadding(Operation *producer, const Padding &padding) {
  OpBuilder builder(producer->getContext());
  builder.setInsertionPointAfter(producer);
  // The producer's kernel does the work, so that the location is its own.
  Location loc = producer->getLoc();
  Value result = producer->getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [d, size] : llvm::enumerate(shape)) {
    size += padding.low[d] + padding.high[d];
  }
  auto scalar = RankedTensorType::get({}, type.getElementType());
  Value value = builder.create<ConstantOp>(
      loc, scalar, DenseElementsAttr::get(scalar, Attribute(padding.value)));
  SmallVector<Operation *> users(result.getUsers());
  Value padded =
      builder.create<PadOp>(loc, type.clone(shape), result, value, padding.low,
                            padding.high, PadMode::constant);
  for (Operation *user : users) {
    cast<PaddedOpInterface>(user).setPaddedInput(padded);
  }
}

namespace {

struct HoistPaddingPass
    : public mlir::tessera::graph::impl::GraphHoistPaddingPassBase<
          HoistPaddingPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> producers;
    getOperation()->walk([&](Operation *op) {
      if (!op->getParentOfType<FusedOp>() && canEndInEmbedding(op)) {
        producers.push_back(op);
      }
    });
    for (Operation *producer : producers) {
      if (auto padding = getSharedPadding(producer->getResult(0))) {
        hoistPadding(producer, *padding);
        ++numHoisted;
        LLVM_DEBUG(llvm::dbgs() << "padded: " << *producer << "\n");
      }
    }
  }
};

} // namespace
