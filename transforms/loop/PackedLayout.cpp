//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/PackedLayout.h"

using namespace mlir;
using namespace mlir::tessera::loop;

PackedLayout::PackedLayout(NestOp nest, AffineExpr linear,
                           ScheduleInterface schedule)
    : vectorDim(schedule.getVectorDim()), lanes(schedule.getLanes()),
      width(schedule.getRegisterTile()[vectorDim] * lanes) {
  for (int64_t d : schedule.getOrder()) {
    if (d != vectorDim && nest.isParallel(d) && linear.isFunctionOfDim(d)) {
      dims.push_back(d);
    }
  }
  numOuter = dims.size();
  for (int64_t d : schedule.getOrder()) {
    if (nest.isReduction(d) && linear.isFunctionOfDim(d)) {
      dims.push_back(d);
    }
  }
}

SmallVector<int64_t> PackedLayout::getShape(ArrayRef<int64_t> bounds) const {
  SmallVector<int64_t> shape;
  for (int64_t d : dims) {
    shape.push_back(bounds[d]);
  }
  shape.insert(shape.begin() + numOuter,
               llvm::divideCeil(bounds[vectorDim], width));
  shape.push_back(width);
  return shape;
}

AffineMap PackedLayout::getMap(MLIRContext *context,
                               ArrayRef<AffineExpr> position, unsigned numDims,
                               ArrayRef<AffineExpr> leading) const {
  SmallVector<AffineExpr> results(leading);
  for (int64_t d : dims) {
    results.push_back(position[d]);
  }
  AffineExpr vector = position[vectorDim];
  results.insert(results.begin() + leading.size() + numOuter,
                 vector.floorDiv(width));
  results.push_back(vector % width);
  return AffineMap::get(numDims, 0, results, context);
}

void PackedLayout::setMap(NestOp nest, unsigned index,
                          size_t numLeading) const {
  MLIRContext *context = nest.getContext();
  SmallVector<AffineExpr> position;
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    position.push_back(getAffineDimExpr(d, context));
  }
  SmallVector<AffineExpr> leading(numLeading,
                                  getAffineConstantExpr(0, context));
  SmallVector<Attribute> maps(nest.getMaps().getValue());
  maps[index] =
      AffineMapAttr::get(getMap(context, position, nest.getNumDims(), leading));
  nest.setMapsAttr(ArrayAttr::get(context, maps));
}

PackingNest::PackingNest(NestOp nest, unsigned index,
                         const PackedLayout &layout, ArrayRef<int64_t> cuts,
                         MemRefType whole)
    : vectorDim(cuts.size() + layout.numOuter), lanes(layout.lanes),
      vectors(layout.width / layout.lanes) {
  MLIRContext *context = nest.getContext();
  AffineMap map = nest.getInputMap(index);
  SmallVector<AffineExpr> leading;
  for (int64_t cut : cuts) {
    leading.push_back(getAffineDimExpr(bounds.size(), context));
    bounds.push_back(whole.getDimSize(cut));
  }
  // It runs over the dimensions that the operand depends on.
  SmallVector<int64_t> dims(layout.dims);
  dims.insert(dims.begin() + layout.numOuter, layout.vectorDim);
  SmallVector<AffineExpr> position(nest.getNumDims(),
                                   getAffineConstantExpr(0, context));
  for (int64_t d : dims) {
    position[d] = getAffineDimExpr(bounds.size(), context);
    bounds.push_back(nest.getBounds()[d]);
  }
  SmallVector<AffineExpr> results;
  for (AffineExpr result : map.getResults()) {
    results.push_back(result.replaceDimsAndSymbols(position, {}));
  }
  for (auto [expr, cut] : llvm::zip(leading, cuts)) {
    results[cut] = expr;
  }
  read = simplifyAffineMap(AffineMap::get(bounds.size(), 0, results, context));
  write = layout.getMap(context, position, bounds.size(), leading);
}

void PackingNest::build(OpBuilder &builder, Location loc, Value from, Value to,
                        int64_t parallelLoops) const {
  size_t rank = bounds.size();
  SmallVector<Attribute> iterators(
      rank,
      IteratorKindAttr::get(builder.getContext(), IteratorKind::parallel));
  SmallVector<int64_t> registers(rank, 1), order, cache(rank, 0);
  llvm::append_range(order, llvm::seq<int64_t>(0, rank));
  registers[vectorDim] = vectors;
  auto schedule =
      ElementwiseScheduleAttr::get(builder.getContext(), vectorDim, lanes,
                                   registers, order, cache, parallelLoops,
                                   /*prefetchPanels=*/false);
  auto nest = builder.create<NestOp>(
      loc, TypeRange{}, ValueRange{from}, ValueRange{}, ValueRange{to},
      builder.getAffineMapArrayAttr({read, write}),
      builder.getArrayAttr(iterators), builder.getDenseI64ArrayAttr(bounds),
      schedule);
  buildCopyRegions(builder, nest);
}
