//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Panels: the form in which a contraction's register tiles read an operand in
/// order.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_PACKEDLAYOUT_H
#define TESSERA_TRANSFORMS_LOOP_PACKEDLAYOUT_H

#include "dialects/loop/LoopOps.h"

namespace mlir::tessera::loop {

/// How one operand of a contraction is packed: [other dimensions][panel]
/// [reductions][lane], panel and lane splitting the vector dimension. A panel
/// is as wide as a register tile; the last one has room for a full tile.
struct PackedLayout {
  SmallVector<int64_t> dims; // of the nest, outermost first, vectorDim apart
  size_t numOuter = 0;       // dims that come before the panel
  int64_t vectorDim, lanes, width;

  /// Of an operand of `nest` that lies at `linear`.
  PackedLayout(NestOp nest, AffineExpr linear, ScheduleInterface schedule);

  /// Whether a reduction runs along the panels.
  bool hasReductions() const { return dims.size() > numOuter; }

  SmallVector<int64_t> getShape(ArrayRef<int64_t> bounds) const;

  /// The map to the packed operand, `position[d]` standing for dimension d.
  /// Results `leading` come first.
  AffineMap getMap(MLIRContext *context, ArrayRef<AffineExpr> position,
                   unsigned numDims, ArrayRef<AffineExpr> leading = {}) const;

  /// Makes `nest` read operand `index` as it is packed, behind `numLeading`
  /// indices that are 0.
  void setMap(NestOp nest, unsigned index, size_t numLeading = 0) const;
};

/// The copy of an operand into its packed form.
class PackingNest {
public:
  /// Of operand `index` of `nest`. With `cuts`, the operand is the part of a
  /// larger buffer of type `whole` that is one index wide at these positions;
  /// the copy is of all of it, and the packed form has these positions first.
  PackingNest(NestOp nest, unsigned index, const PackedLayout &layout,
              ArrayRef<int64_t> cuts = {}, MemRefType whole = {});

  /// Builds the nest, with a schedule whose outermost `parallelLoops` loops may
  /// be split among threads.
  void build(OpBuilder &builder, Location loc, Value from, Value to,
             int64_t parallelLoops = 0) const;

  SmallVector<int64_t> bounds;
  AffineMap read, write;

private:
  int64_t vectorDim, lanes, vectors;
};

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_PACKEDLAYOUT_H
