//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPCOLLAPSEDIMSPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Dimensions that a region reads by loop.index.
llvm::SmallBitVector findIndexedDims(NestOp nest) {
  llvm::SmallBitVector dims(nest.getNumDims());
  nest.walk([&](IndexOp index) { dims.set(index.getDim()); });
  return dims;
}

/// Removes dimension `dim`, whose place in the maps `replacement` takes, an
/// expression over the remaining dimensions in old numbering.
void removeDim(NestOp nest, unsigned dim, AffineExpr replacement) {
  Builder builder(nest.getContext());
  unsigned numDims = nest.getNumDims();
  SmallVector<AffineExpr> dims;
  for (unsigned d = 0; d < numDims; ++d) {
    dims.push_back(builder.getAffineDimExpr(d > dim ? d - 1 : d));
  }
  dims[dim] = replacement ? replacement.replaceDims(dims)
                          : builder.getAffineConstantExpr(0);
  SmallVector<Attribute> maps;
  for (AffineMap map : nest.getMaps().getAsValueRange<AffineMapAttr>()) {
    maps.push_back(AffineMapAttr::get(simplifyAffineMap(
        map.replaceDimsAndSymbols(dims, {}, numDims - 1, 0))));
  }
  SmallVector<Attribute> iterators(nest.getIterators().getValue());
  iterators.erase(iterators.begin() + dim);
  SmallVector<int64_t> bounds(nest.getBounds());
  bounds.erase(bounds.begin() + dim);
  nest.setMapsAttr(builder.getArrayAttr(maps));
  nest.setIteratorsAttr(builder.getArrayAttr(iterators));
  nest.setBounds(bounds);
  nest.walk([&](IndexOp index) {
    if (index.getDim() > dim) {
      index.setDim(index.getDim() - 1);
    }
  });
}

struct CollapseDims
    : public mlir::tessera::loop::impl::LoopCollapseDimsPassBase<CollapseDims> {
  using LoopCollapseDimsPassBase::LoopCollapseDimsPassBase;

  void runOnOperation() override {
    getOperation()->walk([&](NestOp nest) {
      if (!nest.hasPureBufferSemantics() || nest.getSchedule()) {
        return;
      }
      dropUnitDims(nest);
      while (collapseOnePair(nest)) {
        ++numDims;
      }
    });
  }

private:
  void dropUnitDims(NestOp nest) {
    for (unsigned d = nest.getNumDims(); d-- > 0;) {
      if (nest.getBounds()[d] == 1 && !findIndexedDims(nest).test(d)) {
        removeDim(nest, d, nullptr);
        ++numDims;
      }
    }
  }

  bool collapseOnePair(NestOp nest) {
    llvm::SmallBitVector indexed = findIndexedDims(nest);
    for (unsigned outer = 0; outer < nest.getNumDims(); ++outer) {
      for (unsigned inner = 0; inner < nest.getNumDims(); ++inner) {
        if (outer != inner && !indexed.test(outer) && !indexed.test(inner) &&
            nest.isReduction(outer) == nest.isReduction(inner) &&
            collapse(nest, outer, inner)) {
          return true;
        }
      }
    }
    return false;
  }

  /// Collapses `outer` and `inner` into one dimension where every operand has
  /// them next to each other, contiguous.
  bool collapse(NestOp nest, unsigned outer, unsigned inner) {
    SmallVector<std::optional<unsigned>> positions;
    for (auto [i, map] :
         llvm::enumerate(nest.getMaps().getAsValueRange<AffineMapAttr>())) {
      positions.push_back(std::nullopt);
      if (!map.isFunctionOfDim(outer) && !map.isFunctionOfDim(inner)) {
        continue;
      }
      std::optional<unsigned> at = findPosition(map, outer);
      std::optional<unsigned> next = findPosition(map, inner);
      auto type = cast<MemRefType>(nest->getOperand(i).getType());
      if (!at || !next || *next != *at + 1 ||
          type.getDimSize(*next) != nest.getBounds()[inner]) {
        return false;
      }
      if (!memref::CollapseShapeOp::isGuaranteedCollapsible(
              type, getReassociation(type.getRank(), *at))) {
        return false;
      }
      positions.back() = at;
    }
    OpBuilder builder(nest);
    SmallVector<Attribute> maps(nest.getMaps().getValue());
    for (auto [i, at] : llvm::enumerate(positions)) {
      if (!at) {
        continue;
      }
      Value operand = nest->getOperand(i);
      int64_t rank = cast<MemRefType>(operand.getType()).getRank();
      Value collapsed = builder.create<memref::CollapseShapeOp>(
          nest.getLoc(), operand, getReassociation(rank, *at));
      nest->setOperand(i, collapsed);
      AffineMap map = cast<AffineMapAttr>(maps[i]).getValue();
      // Position *at + 1 keeps `inner`, which becomes the joint dimension.
      maps[i] = AffineMapAttr::get(map.dropResult(*at));
    }
    nest.setMapsAttr(builder.getArrayAttr(maps));
    SmallVector<int64_t> bounds(nest.getBounds());
    bounds[inner] *= bounds[outer];
    nest.setBounds(bounds);
    removeDim(nest, outer, nullptr);
    return true;
  }

  /// Groups that join dimensions `at` and `at` + 1.
  static SmallVector<ReassociationIndices> getReassociation(int64_t rank,
                                                            int64_t at) {
    SmallVector<ReassociationIndices> groups;
    for (int64_t d = 0; d < rank; ++d) {
      if (d == at + 1) {
        groups.back().push_back(d);
      } else {
        groups.push_back({d});
      }
    }
    return groups;
  }
};
} // namespace
