//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/TileEmitter.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPEMITTILESPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {
struct EmitTiles
    : public mlir::tessera::loop::impl::LoopEmitTilesPassBase<EmitTiles> {
  using LoopEmitTilesPassBase::LoopEmitTilesPassBase;

  void runOnOperation() override {
    SmallVector<NestOp> tiles;
    getOperation()->walk([&](NestOp nest) { tiles.push_back(nest); });
    for (NestOp tile : tiles) {
      if (tile.getOffsets().size() != tile.getNumDims()) {
        tile.emitOpError() << "expected a tile; run loop-apply-schedules first";
        return signalPassFailure();
      }
      OpBuilder builder(tile);
      TileEmitter(tile, builder).run();
      tile.erase();
      ++numTiles;
    }
  }
};
} // namespace
