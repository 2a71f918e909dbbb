//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/AnalyticSchedule.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "transforms/loop/AnalyticContraction.h"
#include "transforms/loop/ComputedOperands.h"
#include "transforms/loop/ConstantOperands.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/TileEmitter.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Iterations wanted of a parallel loop, so that shares can be even.
constexpr int64_t kWantedIterations = 16;
/// Elements of the largest window that is unrolled.
constexpr int64_t kMaxWindow = 25;
/// Combinations of a tile that are unrolled: what code may cost.
constexpr int64_t kMaxUnrolled = 256;

class ScheduleBuilder {
public:
  ScheduleBuilder(NestOp nest, CpuTargetAttr target)
      : nest(nest), target(target), numDims(nest.getNumDims()),
        linear(linearizeOperands(nest)), registers(numDims, 1),
        cache(numDims, 0) {}

  ScheduleInterface run() {
    chooseVectorDim();
    if (lanes > 1) {
      if (nest.isReduction(vectorDim)) {
        registers[vectorDim] =
            std::min<int64_t>(4, nest.getBounds()[vectorDim] / lanes);
      } else if (nest.isContraction() && findPanel()) {
        chooseContractionTiles();
      } else if (nest.getNumReductions() > 0) {
        tileReduction();
      } else {
        // A nest with many operands fills the registers with one vector each.
        int64_t most = numOperands() > 12 ? 1 : 4;
        registers[vectorDim] =
            std::clamp<int64_t>(nest.getBounds()[vectorDim] / lanes, 1, most);
      }
    }
    chooseOrder();
    chooseParallel();
    return build();
  }

private:
  ScheduleInterface build() {
    MLIRContext *context = nest.getContext();
    auto make = [&](auto attr) -> ScheduleInterface {
      using Attr = decltype(attr);
      return Attr::get(context, vectorDim, lanes, registers, order, cache,
                       parallelLoops, prefetch);
    };
    if (nest.getNumReductions() == 0) {
      return make(ElementwiseScheduleAttr());
    }
    bool isHorizontal = vectorDim >= 0 && nest.isReduction(vectorDim);
    if (nest.isContraction() && !isHorizontal) {
      return make(ContractionScheduleAttr());
    }
    return make(ReductionScheduleAttr());
  }

  size_t numInputs() { return nest.getInputs().size(); }
  size_t firstOutput() { return numInputs() + nest.getEpilogueInputs().size(); }
  size_t numOperands() { return firstOutput() + nest.getOutputs().size(); }

  std::optional<int64_t> stride(size_t operand, int64_t dim) {
    return strideAlong(linear[operand], dim, numDims);
  }

  /// Whether operand i will be packed for whatever vector dimension is chosen.
  bool isPackable(size_t i) {
    if (i >= numInputs() || !nest.isContraction()) {
      return false;
    }
    return isMarkedConstant(nest->getOperand(i)) ||
           findComputedOperand(nest, i);
  }

  /// Operands that a vector along `dim` would gather or scatter element by
  /// element.
  int64_t countScattered(int64_t dim) {
    int64_t count = 0;
    for (size_t i = 0; i < numOperands(); ++i) {
      std::optional<int64_t> step = stride(i, dim);
      if (step != 0 && step != 1 && !isPackable(i)) {
        count += i >= firstOutput() ? 4 : 1;
      }
    }
    return count;
  }

  void chooseVectorDim() {
    int64_t widest = target.getVectorBits() / getWidestElementBits(nest);
    if (widest < 2 || !isVectorizable(nest)) {
      return;
    }
    int64_t best = INT64_MAX;
    for (int64_t d = numDims - 1; d >= 0; --d) {
      int64_t bound = nest.getBounds()[d];
      if (bound < 2) {
        continue;
      }
      int64_t scattered = countScattered(d);
      bool horizontal = nest.isReduction(d);
      if (horizontal && (!getCombiningKind(nest) || bound < widest)) {
        continue;
      }
      // A horizontal reduction pays for joining its lanes at the end.
      int64_t cost =
          scattered * 8 + (horizontal ? 4 : 0) + (bound < widest ? 3 : 0);
      if (bound < 4 && scattered > 0) {
        continue;
      }
      if (cost < best) {
        best = cost;
        vectorDim = d;
      }
    }
    if (vectorDim >= 0) {
      int64_t bound = nest.getBounds()[vectorDim];
      lanes = std::min<int64_t>(widest, llvm::bit_floor(uint64_t(bound)));
      lanes = std::min<int64_t>(lanes, 64);
      if (lanes < 2) {
        vectorDim = -1;
        lanes = 1;
      }
    }
  }

  /// The input of a contraction that varies along the vector dimension while
  /// the other does not.
  std::optional<unsigned> findPanel() {
    return findVaryingInput(linear[0], linear[1], vectorDim);
  }

  /// Rows and vectors that take the least cycles, and cache blocks.
  void chooseContractionTiles() {
    unsigned panel = *findPanel();
    bool isPacked = isMarkedConstant(nest->getOperand(panel)) ||
                    (findComputedOperand(nest, panel) &&
                     !isReadInOrder(nest, panel, vectorDim));
    ContractionTiling tiling = tileContraction(
        {nest, target, linear, vectorDim, lanes, panel, isPacked});
    registers = std::move(tiling.registers);
    cache = std::move(tiling.cache);
    prefetch = tiling.prefetch;
  }

  /// Depthwise convolution, pooling and the like: short windows are unrolled,
  /// and the tile is the one that needs the fewest cycles for each output.
  void tileReduction() {
    int64_t window = 1;
    unrolled.clear();
    for (int64_t d = numDims - 1; d >= 0; --d) {
      int64_t bound = nest.getBounds()[d];
      if (nest.isReduction(d) && window * bound <= kMaxWindow) {
        window *= bound;
        registers[d] = std::max<int64_t>(1, bound);
        if (bound > 1) {
          unrolled.push_back(d);
        }
      }
    }
    windowRows.clear();
    for (int64_t d = numDims - 1; d >= 0 && windowRows.size() < 2; --d) {
      if (nest.isParallel(d) && d != vectorDim) {
        windowRows.push_back(d);
      }
    }
    windowRows.resize(2, -1);
    auto limit = [&](int64_t d, int64_t most) {
      return d < 0 ? 1 : std::clamp<int64_t>(nest.getBounds()[d], 1, most);
    };
    auto setTile = [&](int64_t d, int64_t size) {
      if (d >= 0) {
        registers[d] = size;
      }
    };
    SmallVector<int64_t> best(registers);
    double bestCycles = 1e300;
    int64_t most = limit(vectorDim, 8 * lanes) / lanes;
    for (int64_t vectors = 1; vectors <= std::max<int64_t>(most, 1);
         ++vectors) {
      setTile(vectorDim, vectors);
      for (int64_t inner = 1; inner <= limit(windowRows[0], 8); ++inner) {
        setTile(windowRows[0], inner);
        for (int64_t outer = 1; outer <= limit(windowRows[1], 4); ++outer) {
          setTile(windowRows[1], outer);
          double cycles = tileCycles() * countTiles();
          if (cycles < bestCycles * 0.999) {
            bestCycles = cycles;
            best = registers;
          }
        }
      }
    }
    registers = best;
  }

  /// Tiles of the current register tile over all parallel dimensions. A part
  /// of a tile (ApplySchedules.cpp splits evenly) costs less than a whole one.
  double countTiles() {
    double tiles = 1;
    for (int64_t d = 0; d < numDims; ++d) {
      if (nest.isParallel(d)) {
        int64_t bound = nest.getBounds()[d];
        int64_t size = registers[d] * (d == vectorDim ? lanes : 1);
        tiles *= (llvm::divideCeil(bound, size) + double(bound) / size) / 2;
      }
    }
    return tiles;
  }

  /// Cycles of one pass over the unrolled window of the current register tile:
  /// two combinations and two loads in a cycle, four cycles of latency. The
  /// emitter reads the input with the most vectors in order (TileWindows.cpp);
  /// the others' are loaded once while those of the rows at hand fit the
  /// registers beside the accumulators, else with each combination.
  double tileCycles() {
    int64_t outputs = 1, window = 1;
    for (int64_t d = 0; d < numDims; ++d) {
      (nest.isParallel(d) ? outputs : window) *= registers[d];
    }
    int64_t room = target.getRegisters() - outputs - (target.hasFma() ? 2 : 3);
    if (room < 1 || outputs * window > kMaxUnrolled) {
      return 1e200;
    }
    SmallVector<int64_t> vectors;
    for (size_t i = 0; i < numInputs(); ++i) {
      vectors.push_back(countVectors(i));
    }
    size_t streamed = llvm::max_element(vectors) - vectors.begin();
    int64_t loads = numInputs() == 0 ? 0 : vectors[streamed];
    for (size_t i = 0; i < numInputs(); ++i) {
      if (i == streamed) {
        continue;
      }
      int64_t live = std::ceil(vectors[i] * liveShare());
      loads += live <= room ? vectors[i] : outputs * window;
      room -= live <= room ? live : 0;
    }
    double combine = outputs * window / 2.0;
    return std::max({combine, loads / 2.0, 4.0 * window}) + loads / 4.0 +
           outputs / 2.0 + 4.0;
  }

  /// Which part of a window meets one row of the image: as many of its rows as
  /// the tile has.
  double liveShare() {
    if (unrolled.empty()) {
      return 1;
    }
    int64_t rowDim = windowRows[unrolled.size() > 1 ? 1 : 0];
    double rows = rowDim < 0 ? 1 : registers[rowDim];
    return std::min(1.0, rows / nest.getBounds()[unrolled.back()]);
  }

  /// Different vectors of input `i` that the current register tile reads.
  int64_t countVectors(size_t i) {
    SmallVector<int64_t> addresses = {0};
    for (int64_t d = 0; d < numDims; ++d) {
      std::optional<int64_t> step = stride(i, d);
      size_t count = addresses.size();
      for (int64_t r = 1; r < registers[d]; ++r) {
        for (size_t a = 0; a < count; ++a) {
          // Without a constant step no two addresses are the same.
          int64_t distance = step ? *step * r * (d == vectorDim ? lanes : 1)
                                  : (int64_t(1) << 40) * (d + 1) + r;
          addresses.push_back(addresses[a] + distance);
        }
      }
      llvm::sort(addresses);
      addresses.erase(llvm::unique(addresses), addresses.end());
    }
    return addresses.size();
  }

  void chooseOrder() {
    SmallVector<int64_t> parallel, reductions;
    for (int64_t d = 0; d < numDims; ++d) {
      (nest.isReduction(d) ? reductions : parallel).push_back(d);
    }
    // The panel of the vector dimension stays in cache while rows pass.
    bool isTiled = lanes > 1 && nest.isParallel(vectorDim) &&
                   nest.isContraction() && findPanel();
    if (isTiled) {
      unsigned panel = *findPanel();
      auto isPanelDim = [&](int64_t d) {
        return linear[panel].isFunctionOfDim(d);
      };
      llvm::stable_sort(parallel, [&](int64_t a, int64_t b) {
        return isPanelDim(a) && !isPanelDim(b);
      });
    } else if (lanes > 1 && nest.isParallel(vectorDim) &&
               nest.getNumReductions() == 0) {
      orderForGathers(parallel);
    }
    if (lanes > 1 && nest.isReduction(vectorDim)) {
      llvm::erase(reductions, vectorDim);
      reductions.push_back(vectorDim);
    }
    order = parallel;
    llvm::append_range(order, reductions);
  }

  /// An input gathered along the vector dimension is contiguous along another:
  /// that one runs innermost, so that its cache lines are used up.
  void orderForGathers(SmallVectorImpl<int64_t> &parallel) {
    for (size_t i = 0; i < numInputs(); ++i) {
      std::optional<int64_t> step = stride(i, vectorDim);
      if (step == 0 || step == 1) {
        continue;
      }
      for (int64_t d : parallel) {
        if (d != vectorDim && stride(i, d) == 1) {
          llvm::erase(parallel, d);
          parallel.push_back(d);
          return;
        }
      }
    }
  }

  void chooseParallel() {
    if (nest->getParentOfType<ParallelOp>()) {
      return;
    }
    unsigned opsPerPoint = 0;
    for (Operation &op : nest.getCombine().front()) {
      opsPerPoint += op.getName().getDialectNamespace() == "math" ? 10 : 1;
    }
    if (countPoints(nest) * opsPerPoint < kMinParallelOps) {
      return;
    }
    // Loops over blocks, then over tiles of dimensions that have no blocks.
    int64_t iterations = 1;
    for (bool isBlock : {true, false}) {
      for (int64_t d : order) {
        if (isBlock != (cache[d] > 0)) {
          if (isBlock) {
            continue;
          }
          return;
        }
        if (nest.isReduction(d) || iterations >= kWantedIterations) {
          return;
        }
        int64_t tile = registers[d] * (d == vectorDim ? lanes : 1);
        iterations *=
            llvm::divideCeil(nest.getBounds()[d], isBlock ? cache[d] : tile);
        ++parallelLoops;
      }
    }
  }

  NestOp nest;
  CpuTargetAttr target;
  int64_t numDims;
  SmallVector<AffineExpr> linear;
  int64_t vectorDim = -1, lanes = 1;
  SmallVector<int64_t> registers, order, cache;
  int64_t parallelLoops = 0;
  bool prefetch = false;
  /// For windows: the parallel dimensions that a tile may have rows along (-1:
  /// none) and the reductions that are unrolled; innermost first.
  SmallVector<int64_t> windowRows, unrolled;
};
} // namespace

ScheduleInterface
AnalyticScheduleProvider::getSchedule(NestOp nest, CpuTargetAttr target) const {
  return ScheduleBuilder(nest, target).run();
}
