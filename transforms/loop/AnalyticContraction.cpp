//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/AnalyticContraction.h"
#include "dialects/loop/PartialSums.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/TileEmitter.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

constexpr int64_t kLineBytes = 64;
/// Instructions that a core issues in a cycle beside another hardware thread.
constexpr double kIssueWidth = 2.75;
/// Bytes in a cycle from L2 and from L3.
constexpr double kL2Bandwidth = 48, kL3Bandwidth = 10;
/// Part of the time that arithmetic and transfers do not overlap.
constexpr double kUnhidden = 0.25;
/// Rows of a block: enough for the panel's bytes from L3 to hide.
constexpr int64_t kBlockRows = 256;
/// Reduction steps that a block has at least: each costs a pass over the
/// output.
constexpr int64_t kMinBlockSteps = 96;

/// A block of steps is a multiple of what the emitter prefetches between.
constexpr int64_t kBlockUnit = TileEmitter::kPrefetchSteps;
/// Part of L2 that rows and two panels may fill.
constexpr double kL2Share = 0.65;
/// Part of L2 that the sums of a block may fill, between two passes over them.
constexpr double kSumsShare = 0.5;
/// Part of L1 that a panel which comes from L3 may fill.
constexpr double kL1Share = 0.75;

int64_t countBytes(Value operand) {
  return mlir::tessera::loop::countBytes(cast<ShapedType>(operand.getType()));
}

class ContractionModel {
public:
  explicit ContractionModel(const VectorContraction &contraction)
      : c(contraction), nest(c.nest), target(c.target),
        bounds(c.nest.getBounds()), hasFma(c.target.hasFma()) {
    int64_t numDims = nest.getNumDims();
    for (int64_t d = numDims - 1; d >= 0; --d) {
      if (nest.isReduction(d)) {
        reductions.insert(reductions.begin(), d);
        steps *= bounds[d];
      } else if (d != c.vectorDim && c.linear[c.panel].isFunctionOfDim(d)) {
        batches *= bounds[d];
      } else if (d != c.vectorDim && c.linear[1 - c.panel].isFunctionOfDim(d)) {
        allRows *= bounds[d];
        if (rowDims.size() < 2) {
          rowDims.push_back(d);
        }
      }
    }
    blockedRows = allRows;
    Value rows = nest.getInputs()[1 - c.panel];
    if (!rowDims.empty()) {
      int64_t bits = cast<ShapedType>(rows.getType())
                         .getElementType()
                         .getIntOrFloatBitWidth();
      std::optional<int64_t> stride =
          strideAlong(c.linear[1 - c.panel], rowDims[0], numDims);
      rowCapacity = getReachableBytes(stride.value_or(0) * bits / 8);
    }
  }

  ContractionTiling run() {
    int64_t numDims = nest.getNumDims();
    ContractionTiling tiling;
    tiling.registers.assign(numDims, 1);
    tiling.cache.assign(numDims, 0);
    int64_t inner = getRowBound(0), outer = getRowBound(1);
    double best = 1e300;
    int64_t bestInner = 1, bestOuter = 1, bestVectors = 1;
    int64_t available = target.getRegisters();
    for (int64_t vectors = 1; vectors <= 4; ++vectors) {
      if (vectors > 1 && (vectors - 1) * c.lanes >= bounds[c.vectorDim]) {
        break;
      }
      for (int64_t in = 1; in <= std::min<int64_t>(inner, 28); ++in) {
        // Rows of the next dimension only when the inner one is used up.
        int64_t maxOut = in == inner ? std::min<int64_t>(outer, 8) : 1;
        for (int64_t out = 1; out <= maxOut; ++out) {
          if (countRegisters(in * out, vectors) > available) {
            continue;
          }
          double cycles = getPlaneCycles(in, out, vectors);
          if (cycles < best * 0.999) {
            best = cycles;
            bestInner = in;
            bestOuter = out;
            bestVectors = vectors;
          }
        }
      }
    }
    tiling.registers[c.vectorDim] = bestVectors;
    if (!rowDims.empty()) {
      tiling.registers[rowDims[0]] = bestInner;
    }
    if (rowDims.size() == 2) {
      tiling.registers[rowDims[1]] = bestOuter;
    }
    if (!reductions.empty()) {
      tiling.registers[reductions.back()] =
          getUnroll(bestInner * bestOuter, bestVectors);
    }
    if (!llvm::is_contained(bounds, 0)) {
      chooseBlocks(tiling);
    }
    return tiling;
  }

private:
  int64_t getRowBound(size_t i) const {
    return i < rowDims.size() ? bounds[rowDims[i]] : 1;
  }

  /// Sums, vectors of the panel, a row's factor, and one more: the product
  /// where there is no FMA, else the next row's factor, which LLVM's scheduler
  /// loads early. Without it half of the sums are copied around and spilled.
  static int64_t countRegisters(int64_t rows, int64_t vectors) {
    return rows * vectors + vectors + 2;
  }

  /// Whether a row's factor that is used once is an operand in memory of its
  /// FMA. It has a load and a register of its own elsewhere.
  bool foldsFactors() const { return hasFma && target.getVectorBits() == 512; }

  /// Steps of the innermost reduction in one pass of its loop. Where the tile
  /// leaves no registers, LLVM's scheduler would spill. So it does where it
  /// finds many products or factors of two steps to compute early.
  int64_t getUnroll(int64_t rows, int64_t vectors) const {
    int64_t bound = bounds[reductions.back()];
    bool isCalm = hasFma && (vectors > 1 || foldsFactors());
    bool hasRoom = countRegisters(rows, vectors) + 1 < target.getRegisters() &&
                   (isCalm || rows * vectors < target.getRegisters() / 2) &&
                   (c.isPacked || bounds[c.vectorDim] % c.lanes == 0);
    return bound <= 4 ? std::max<int64_t>(bound, 1) : (hasRoom ? 2 : 1);
  }

  /// Cycles of one reduction step on a tile of which `tiles` pass a panel.
  double getStepCycles(double rows, int64_t vectors, double tiles) {
    double fmas = rows * vectors;
    // With one vector a row, every FMA loads its own factor.
    double loads = vectors == 1 ? 1.5 * rows + 1 : rows + vectors;
    double instructions = fmas + vectors +
                          (vectors > 1 || !foldsFactors() ? rows : 0) +
                          3.0 / getUnroll(std::ceil(rows), vectors);
    double cycles =
        std::max({fmas / 2, loads / 2, 4.0, instructions / kIssueWidth});
    double bytes = vectors * target.getVectorBits() / 8.0;
    double transfers = 0;
    if (bytes * steps > target.getL1Bytes() / 2) {
      transfers += bytes / kL2Bandwidth;
    }
    // Between two runs a model's weights leave L2.
    if (c.isPacked ||
        countBytes(nest.getInputs()[c.panel]) > target.getL2Bytes() / 2) {
      transfers += bytes / kL3Bandwidth / tiles;
    }
    // What is shorter hides behind the other only in part.
    cycles =
        std::max(cycles, transfers) + kUnhidden * std::min(cycles, transfers);
    // Rows that push each other out of L1 are loaded again in every step.
    if (rows * kLineBytes > rowCapacity) {
      cycles += rows * kLineBytes / kL2Bandwidth;
    }
    return cycles;
  }

  /// Bytes of L1 that lines at a distance of `pitch` bytes can lie in: a pitch
  /// of 4 KiB reaches one set of it, and rows push each other out.
  double getReachableBytes(int64_t pitch) const {
    constexpr int64_t kSets = 64;
    if (pitch % kLineBytes != 0) {
      return target.getL1Bytes();
    }
    int64_t reached = kSets / std::gcd(kSets, pitch / kLineBytes);
    double ways = double(target.getL1Bytes()) / (kSets * kLineBytes);
    // A third of the ways is left to the panel, which passes through.
    return reached * ways * kLineBytes * 2 / 3;
  }

  /// Cycles of one reduction step on all rows and vectors.
  double getPlaneCycles(int64_t in, int64_t out, int64_t vectors) {
    int64_t inner = getRowBound(0), outer = getRowBound(1);
    // Parts are equal or one smaller (ApplySchedules.cpp).
    int64_t inParts = llvm::divideCeil(inner, in);
    int64_t outParts = llvm::divideCeil(outer, out);
    double rows = double(inner) / inParts * (double(outer) / outParts);
    double tiles = double(inParts) * outParts;
    double passing =
        std::max(1.0, std::min(double(allRows), double(kBlockRows)) / rows);
    int64_t width = vectors * c.lanes;
    int64_t columns = bounds[c.vectorDim];
    double cycles = (columns / width) * getStepCycles(rows, vectors, passing);
    if (int64_t rest = columns % width) {
      // Packed panels are padded; others have full vectors and then one of each
      // power of two that is left.
      int64_t pieces =
          c.isPacked
              ? llvm::divideCeil(rest, c.lanes)
              : rest / c.lanes + llvm::popcount(uint64_t(rest % c.lanes));
      cycles += getStepCycles(rows, pieces, passing);
    }
    return cycles * tiles;
  }

  int64_t countTileRows(const ContractionTiling &tiling) const {
    int64_t rows = 1;
    for (int64_t d : rowDims) {
      rows *= tiling.registers[d];
    }
    return rows;
  }

  void chooseBlocks(ContractionTiling &tiling) {
    double rowBytes = blockRows(tiling);
    bool isReused = allRows > countTileRows(tiling);
    // A panel that one tile reads once streams, which hardware foresees.
    tiling.prefetch =
        c.isPacked && getPanelBytes() > target.getL1Bytes() && isReused;
    if (c.isPacked && canBlockReductions() &&
        blockReductions(tiling, rowBytes, isReused)) {
      splitColumns(tiling);
    }
  }

  int64_t getPanelBytes() { return countBytes(nest.getInputs()[c.panel]); }

  /// Blocks of rows, when all of them do not fit L2. Returns a block's bytes.
  double blockRows(ContractionTiling &tiling) {
    double bytes = countBytes(nest.getInputs()[1 - c.panel]) / batches;
    if (rowDims.empty() || bytes <= target.getL2Bytes() / 2) {
      return bytes;
    }
    int64_t d = rowDims.back();
    int64_t others = rowDims.size() == 2 ? getRowBound(0) : 1;
    int64_t wanted = std::max<int64_t>(1, kBlockRows / others);
    int64_t blocks = std::max<int64_t>(1, bounds[d] / wanted);
    int64_t size =
        llvm::alignTo(llvm::divideCeil(bounds[d], blocks), tiling.registers[d]);
    if (size >= bounds[d]) {
      return bytes;
    }
    tiling.cache[d] = size;
    blockedRows = size * others;
    return bytes * blockedRows / allRows;
  }

  /// Blocks of the reductions, the outer ones first, until the rows and two
  /// panels fit L2, and a panel that several tiles read fits L1 unless the
  /// whole operand stays in L2. Returns whether there are any.
  bool blockReductions(ContractionTiling &tiling, double rowBytes,
                       bool isReused) {
    int64_t l2 = target.getL2Bytes();
    double stepBytes = double(getPanelBytes()) / batches /
                       llvm::divideCeil(bounds[c.vectorDim], getWidth(tiling)) /
                       steps;
    bool isFar =
        isReused && getPanelBytes() > l2 / 2 && blockedRows < kBlockRows;
    double panelRoom = isFar ? kL1Share * target.getL1Bytes() : 1e300;
    auto fits = [&](double size) {
      // A window's rows are the same in every block.
      double rows = reductions.size() == 1 ? rowBytes * size / steps : rowBytes;
      return rows + 2 * size * stepBytes <= kL2Share * l2 &&
             size * stepBytes <= panelRoom;
    };
    int64_t size = steps;
    for (int64_t d : reductions) {
      int64_t others = size / bounds[d], best = bounds[d];
      int64_t unit = d == reductions.back() ? kBlockUnit : 1;
      for (int64_t n = 2; !fits(best * others) && n <= bounds[d]; ++n) {
        int64_t part = llvm::alignTo(llvm::divideCeil(bounds[d], n), unit);
        if (part * others < kMinBlockSteps) {
          break;
        }
        best = std::min(best, part);
      }
      if (best < bounds[d]) {
        tiling.cache[d] = best;
      }
      size = best * others;
      if (best > 1) {
        break;
      }
    }
    return size < steps;
  }

  int64_t getWidth(const ContractionTiling &tiling) const {
    return tiling.registers[c.vectorDim] * c.lanes;
  }

  /// Blocks of panels, so that threads have several to share and the sums of a
  /// block stay in L2. Loops over tiles are inside of those over blocks of a
  /// reduction, where no threads share them.
  void splitColumns(ContractionTiling &tiling) {
    constexpr int64_t kWantedBlocks = 8, kMinPanels = 4;
    int64_t width = getWidth(tiling);
    int64_t panels = llvm::divideCeil(bounds[c.vectorDim], width);
    int64_t wanted =
        llvm::divideCeil(kWantedBlocks, llvm::divideCeil(allRows, blockedRows));
    double sums = double(countBytes(nest.getOutputs()[0])) / batches / allRows *
                  blockedRows / (kSumsShare * target.getL2Bytes());
    wanted = std::max<int64_t>(wanted, std::ceil(sums));
    int64_t most = panels < 2 * kMinPanels ? panels : panels / kMinPanels;
    int64_t blocks = std::min(wanted, most);
    if (blocks > 1) {
      tiling.cache[c.vectorDim] = llvm::divideCeil(panels, blocks) * width;
    } else if (wanted > 1 && blockedRows == allRows && batches == 1) {
      for (int64_t d : reductions) {
        tiling.cache[d] = 0;
      }
    }
  }

  /// Whether the sums so far may lie in the output.
  bool canBlockReductions() {
    if (reductions.empty() || !canHoldPartialSums(nest)) {
      return false;
    }
    // The schedule's verifier sees no reshapes.
    Value buffer = stripReshapes(nest.getOutputs()[0]);
    auto isOutput = [&](Value operand) {
      return stripReshapes(operand) == buffer;
    };
    return llvm::none_of(nest.getInputs(), isOutput) &&
           llvm::none_of(nest.getEpilogueInputs(), isOutput);
  }

  VectorContraction c;
  NestOp nest;
  CpuTargetAttr target;
  ArrayRef<int64_t> bounds;
  SmallVector<int64_t> rowDims; // innermost first, two at most
  SmallVector<int64_t> reductions;
  bool hasFma;
  int64_t allRows = 1, steps = 1;
  int64_t batches = 1;     // operands of which one after another is in use
  int64_t blockedRows = 1; // of a cache block
  /// Bytes of L1 that the rows of a contraction can share.
  double rowCapacity = 1e300;
};
} // namespace

ContractionTiling
mlir::tessera::loop::tileContraction(const VectorContraction &contraction) {
  return ContractionModel(contraction).run();
}
