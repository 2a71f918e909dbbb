//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/BlockLoop.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::tessera::loop;

/// Groups of blocks that are handed to threads: enough for even shares, few
/// enough that a buffer for each costs little.
static constexpr int64_t kMaxGroups = 16;

void mlir::tessera::loop::buildBlockLoop(OpBuilder &builder, Location loc,
                                         int64_t blocks, bool isParallel,
                                         llvm::function_ref<void()> allocate,
                                         llvm::function_ref<void(Value)> emit) {
  OpBuilder::InsertionGuard guard(builder);
  auto constant = [&](int64_t value) -> Value {
    return builder.create<arith::ConstantIndexOp>(loc, value);
  };
  Value first, last;
  if (isParallel) {
    int64_t groups = std::min(blocks, kMaxGroups);
    auto loop = builder.create<ParallelOp>(loc, constant(groups));
    Block *body = builder.createBlock(&loop.getBody());
    Value group = body->addArgument(builder.getIndexType(), loc);
    builder.create<YieldOp>(loc);
    builder.setInsertionPointToStart(body);
    AffineExpr d0 = builder.getAffineDimExpr(0);
    auto bound = [&](AffineExpr number) {
      OpFoldResult result = affine::makeComposedFoldedAffineApply(
          builder, loc,
          AffineMap::get(1, 0, (number * blocks).floorDiv(groups)), {group});
      return getValueOrCreateConstantIndexOp(builder, loc, result);
    };
    allocate();
    first = bound(d0);
    last = bound(d0 + 1);
  } else {
    allocate();
    first = constant(0);
    last = constant(blocks);
  }
  auto loop = builder.create<scf::ForOp>(loc, first, last, constant(1));
  builder.setInsertionPointToStart(loop.getBody());
  emit(loop.getInductionVar());
  loop.walk([&](NestOp nest) {
    if (!nest->hasAttr(kRunsAttrName)) {
      nest->setAttr(kRunsAttrName, builder.getI64IntegerAttr(blocks));
    }
  });
}
