//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "transforms/loop/ComputedOperands.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/PackedLayout.h"
#include "transforms/loop/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPPACKCOMPUTEDPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Elements from which on threads share the copy.
constexpr int64_t kMinParallelElements = 100000;

struct PackComputed
    : public mlir::tessera::loop::impl::LoopPackComputedPassBase<PackComputed> {
  void runOnOperation() override {
    packed.clear();
    SmallVector<NestOp> nests;
    getOperation().walk([&](NestOp nest) { nests.push_back(nest); });
    for (NestOp nest : nests) {
      for (unsigned i = 0; i < 2 && i < nest.getInputs().size(); ++i) {
        packOperand(nest, i);
      }
    }
  }

private:
  void packOperand(NestOp nest, unsigned index) {
    auto schedule =
        dyn_cast_or_null<ContractionScheduleAttr>(nest.getScheduleAttr());
    std::optional<ComputedOperand> operand = findComputedOperand(nest, index);
    if (!schedule || schedule.getLanes() == 1 || !operand) {
      return;
    }
    auto whole = cast<MemRefType>(operand->whole.getType());
    AffineExpr linear =
        linearize(cast<MemRefType>(nest.getInputs()[index].getType()),
                  nest.getInputMap(index));
    PackedLayout layout(nest, linear, schedule);
    if (!linear.isFunctionOfDim(layout.vectorDim) || !layout.hasReductions() ||
        isReadInOrder(nest, index, layout.vectorDim)) {
      return;
    }
    SmallVector<int64_t> shape;
    for (int64_t cut : operand->cuts) {
      shape.push_back(whole.getDimSize(cut));
    }
    llvm::append_range(shape, layout.getShape(nest.getBounds()));
    PackingNest packing(nest, index, layout, operand->cuts, whole);
    Value all = getPacked(nest, *operand, packing,
                          MemRefType::get(shape, whole.getElementType()));
    replaceOperand(nest, index, *operand, layout, all);
    ++numPacked;
  }

  /// The packed form of all of the operand, made before the loops around the
  /// nest. Nests that read it alike share it.
  Value getPacked(NestOp nest, const ComputedOperand &operand,
                  const PackingNest &packing, MemRefType type) {
    std::string key;
    llvm::raw_string_ostream(key)
        << operand.whole.getAsOpaquePointer() << operand.site << type
        << packing.read << packing.write;
    Value &all = packed[key];
    if (!all) {
      OpBuilder builder(operand.site);
      all = builder.create<memref::AllocOp>(nest.getLoc(), type);
      bool isParallel = type.getNumElements() >= kMinParallelElements;
      packing.build(builder, nest.getLoc(), operand.whole, all,
                    isParallel ? operand.cuts.size() + 1 : 0);
    }
    return all;
  }

  /// Makes the nest read its part of `all`.
  static void replaceOperand(NestOp nest, unsigned index,
                             const ComputedOperand &operand,
                             const PackedLayout &layout, Value all) {
    Operation *view = nest.getInputs()[index].getDefiningOp();
    layout.setMap(nest, index, operand.cuts.size());
    if (operand.cuts.empty()) {
      nest->setOperand(index, all);
    } else {
      OpBuilder builder(nest);
      auto type = cast<MemRefType>(all.getType());
      SmallVector<OpFoldResult> offsets(type.getRank(),
                                        builder.getIndexAttr(0));
      SmallVector<OpFoldResult> strides(type.getRank(),
                                        builder.getIndexAttr(1));
      SmallVector<int64_t> shape(type.getShape());
      for (auto [i, offset] : llvm::enumerate(operand.offsets)) {
        offsets[i] = offset;
        shape[i] = 1;
      }
      nest->setOperand(index,
                       builder.create<memref::SubViewOp>(
                           nest.getLoc(), all, offsets,
                           getAsIndexOpFoldResult(builder.getContext(), shape),
                           strides));
    }
    if (view && view->use_empty() && isa<memref::SubViewOp>(view)) {
      view->erase();
    }
  }

  llvm::StringMap<Value> packed;
};
} // namespace
