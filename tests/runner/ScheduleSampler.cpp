//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/ScheduleSampler.h"

#include "mlir/IR/Diagnostics.h"
#include "transforms/loop/TileEmitter.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

/// The parts of a schedule before it has a kind.
struct Draft {
  int64_t vectorDim = -1, lanes = 1, parallelLoops = 0;
  SmallVector<int64_t> registers, order, cache;
  bool prefetch = false;

  template <typename Attr> loop::ScheduleInterface as(MLIRContext *context) {
    return Attr::get(context, vectorDim, lanes, registers, order, cache,
                     parallelLoops, prefetch);
  }
};

} // namespace

static bool isLegal(loop::NestOp nest, loop::ScheduleInterface schedule) {
  ScopedDiagnosticHandler silence(nest.getContext(),
                                  [](Diagnostic &) { return success(); });
  return succeeded(
      schedule.verifyFor([&] { return nest.emitOpError(); }, nest));
}

static SmallVector<int64_t> getDims(loop::NestOp nest, bool isReduction) {
  SmallVector<int64_t> dims;
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    if (nest.isReduction(d) == isReduction) {
      dims.push_back(d);
    }
  }
  return dims;
}

loop::ScheduleInterface tessera::makeScalarSchedule(loop::NestOp nest) {
  Draft draft;
  draft.registers.assign(nest.getNumDims(), 1);
  draft.cache.assign(nest.getNumDims(), 0);
  draft.order = getDims(nest, false);
  llvm::append_range(draft.order, getDims(nest, true));
  return nest.getNumReductions() == 0
             ? draft.as<loop::ElementwiseScheduleAttr>(nest.getContext())
             : draft.as<loop::ReductionScheduleAttr>(nest.getContext());
}

static Draft drawDraft(loop::NestOp nest, std::mt19937 &random) {
  Draft draft;
  int64_t numDims = nest.getNumDims();
  draft.vectorDim = static_cast<int64_t>(random() % (numDims + 1)) - 1;
  if (draft.vectorDim >= 0) {
    draft.lanes = int64_t(1) << random() % 5;
  }
  for (int64_t d = 0; d < numDims; ++d) {
    draft.registers.push_back(1 + random() % 4);
    int64_t unit =
        d == draft.vectorDim ? draft.lanes * draft.registers.back() : 1;
    // Only contractions' sums may have blocks: other drafts are refused.
    bool isBlocked = random() % 3 == 0;
    int64_t most = nest.isReduction(d) ? 40 : 5;
    draft.cache.push_back(isBlocked ? unit * (1 + random() % most) : 0);
  }
  SmallVector<int64_t> parallel = getDims(nest, false);
  SmallVector<int64_t> reductions = getDims(nest, true);
  std::shuffle(parallel.begin(), parallel.end(), random);
  std::shuffle(reductions.begin(), reductions.end(), random);
  draft.order = parallel;
  llvm::append_range(draft.order, reductions);
  draft.prefetch = random() % 2 == 0;
  draft.parallelLoops = random() % (parallel.size() + 1);
  return draft;
}

loop::ScheduleInterface tessera::drawSchedule(loop::NestOp nest,
                                              std::mt19937 &random) {
  MLIRContext *context = nest.getContext();
  while (true) {
    Draft draft = drawDraft(nest, random);
    bool isHorizontal =
        draft.vectorDim >= 0 && nest.isReduction(draft.vectorDim);
    if (draft.lanes > 1 && (!loop::isVectorizable(nest) ||
                            (isHorizontal && !loop::getCombiningKind(nest)))) {
      continue;
    }
    loop::ScheduleInterface schedule =
        nest.getNumReductions() == 0
            ? draft.as<loop::ElementwiseScheduleAttr>(context)
        : nest.isContraction() && !isHorizontal
            ? draft.as<loop::ContractionScheduleAttr>(context)
            : draft.as<loop::ReductionScheduleAttr>(context);
    if (isLegal(nest, schedule)) {
      return schedule;
    }
  }
}
