//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The part of TileEmitter that unrolls reductions, windows above all.
///
//===----------------------------------------------------------------------===//

#include "transforms/loop/TileEmitter.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mlir::tessera::loop;

/// Combines at every point of the tile and of the reductions from `level` on,
/// all of which are unrolled.
TileEmitter::Accumulators
TileEmitter::emitUnrolled(size_t level, Accumulators accumulators,
                          SmallVectorImpl<int64_t> &shift) {
  for (int64_t d : ArrayRef<int64_t>(reductionOrder).drop_front(level)) {
    if (bounds[d] == 0) {
      return accumulators;
    }
  }
  SmallVector<Step> steps;
  unsigned numTaps = 0;
  while (true) {
    for (auto [p, tilePoint] : llvm::enumerate(points)) {
      Step step{unsigned(p), tilePoint};
      for (int64_t d : reductionOrder) {
        step.point.shift[d] = shift[d];
      }
      steps.push_back(std::move(step));
    }
    ++numTaps;
    size_t l = reductionOrder.size();
    for (; l > level; --l) {
      int64_t d = reductionOrder[l - 1];
      if (++shift[d] < bounds[d]) {
        break;
      }
      shift[d] = 0;
    }
    if (l == level) {
      break;
    }
  }
  // Where the order of combinations shows, they run in order.
  if (numTaps > 1 && (nest.isContraction() || getCombiningKind(nest))) {
    orderByAddress(steps);
  }
  for (const Step &step : steps) {
    emitCombine(accumulators, step);
  }
  return accumulators;
}

/// Orders the steps of windows that overlap by the address of what they read,
/// so that each vector of the image is loaded once, used for all outputs that
/// it is part of, and gone: only weights and accumulators stay in registers.
void TileEmitter::orderByAddress(SmallVectorImpl<Step> &steps) {
  SmallVector<int64_t> best;
  size_t mostAddresses = 0;
  for (size_t i = 0, e = nest.getInputs().size(); i < e; ++i) {
    AffineExpr first = addressAt(i, steps[0].point);
    SmallVector<int64_t> distances;
    for (const Step &step : steps) {
      auto distance = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
          addressAt(i, step.point) - first, nest.getNumDims(), 0));
      if (!distance) {
        return;
      }
      distances.push_back(distance.getValue());
    }
    size_t addresses =
        DenseSet<int64_t>(distances.begin(), distances.end()).size();
    if (addresses > mostAddresses) {
      mostAddresses = addresses;
      best = std::move(distances);
    }
  }
  if (best.empty() || mostAddresses == steps.size()) {
    return; // nothing is read as an input, or nothing twice
  }
  SmallVector<unsigned> order =
      llvm::to_vector(llvm::seq<unsigned>(0, steps.size()));
  llvm::stable_sort(order,
                    [&](unsigned a, unsigned b) { return best[a] < best[b]; });
  steps = llvm::map_to_vector(order, [&](unsigned i) { return steps[i]; });
}
