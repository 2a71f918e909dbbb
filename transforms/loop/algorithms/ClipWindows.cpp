//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/NestAccess.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/algorithms/PaddedBuffer.h"
#include "transforms/loop/algorithms/Passes.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPCLIPWINDOWSPASS
#include "transforms/loop/algorithms/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Parts that a nest is divided into at most: each is code of its own.
constexpr int64_t kMaxParts = 9;

/// [begin, end) of a dimension.
struct Range {
  int64_t begin, end;
  bool operator==(const Range &other) const {
    return begin == other.begin && end == other.end;
  }
  int64_t size() const { return end - begin; }
};

/// One dimension of the padded buffer that windows slide along:
/// position * stride + tap * dilation - low indexes the source.
struct Window {
  unsigned position, tap;
  int64_t stride, dilation, low, size;

  /// The taps whose element is in the source.
  Range getTaps(int64_t at, int64_t numTaps) const {
    Range taps{0, 0};
    bool isFirst = true;
    for (int64_t t = 0; t < numTaps; ++t) {
      int64_t index = at * stride + t * dilation - low;
      if (index < 0 || index >= size) {
        continue;
      }
      if (isFirst) {
        taps.begin = t;
        isFirst = false;
      }
      taps.end = t + 1;
    }
    return taps;
  }
};

/// Neighbouring positions with the same taps.
struct Run {
  Range positions, taps;
};

class Clipping {
public:
  explicit Clipping(const PaddedBuffer &padded)
      : padded(padded), nest(this->padded.reader), bounds(nest.getBounds()) {}

  /// Whether windows that leave the source can be left out, and are few.
  bool isWorthwhile() {
    if (!padded.inside.hasUnitStride() || !findWindows()) {
      return false;
    }
    int64_t whole = 1, all = 1;
    for (const Window &window : windows) {
      runs.push_back(findRuns(window));
      int64_t longest = 0;
      for (const Run &run : runs.back()) {
        if (run.taps.size() == 0) {
          return false;
        }
        longest = std::max(longest, run.positions.size());
      }
      whole *= longest;
      all *= bounds[window.position];
    }
    return countParts() <= kMaxParts && 2 * whole > all;
  }

  /// The nests that `apply` makes.
  int64_t countParts() const {
    int64_t parts = 1;
    for (const SmallVector<Run> &found : runs) {
      parts *= found.size();
    }
    return parts;
  }

  /// Replaces the reader by nests on the source; the padded buffer dies.
  void apply() {
    SmallVector<Run> chosen;
    build(chosen);
    padded.erase();
  }

private:
  /// Finds how each dimension of the padded buffer is read. All reductions
  /// have to be taps: where channels are summed up too, the copy costs little
  /// beside the arithmetic, and large tiles need long rows.
  bool findWindows() {
    AffineMap map = nest.getInputMap(padded.operand);
    ArrayRef<int64_t> shape = padded.buffer.getType().getShape();
    MemRefType source = padded.getSourceType();
    unsigned numTaps = 0;
    for (auto [d, index] : llvm::enumerate(map.getResults())) {
      Window window{0, 0, 0, 0, padded.getOffset(d), source.getDimSize(d)};
      unsigned numPositions = 0, numTapsHere = 0;
      for (unsigned dim = 0; dim < nest.getNumDims(); ++dim) {
        if (!index.isFunctionOfDim(dim)) {
          continue;
        }
        std::optional<int64_t> stride =
            strideAlong(index, dim, nest.getNumDims());
        if (!stride || *stride <= 0) {
          return false;
        }
        if (nest.isReduction(dim)) {
          window.tap = dim;
          window.dilation = *stride;
          ++numTapsHere;
        } else {
          window.position = dim;
          window.stride = *stride;
          ++numPositions;
        }
      }
      numTaps += numPositions > 0 ? numTapsHere : 0;
      if (shape[d] == window.size) {
        continue;
      }
      if (numPositions != 1 || numTapsHere != 1) {
        return false;
      }
      windows.push_back(window);
    }
    return !windows.empty() && numTaps == nest.getNumReductions() &&
           areMapsClippable();
  }

  bool isClipped(unsigned dim) const {
    return llvm::any_of(windows, [&](const Window &window) {
      return dim == window.position || dim == window.tap;
    });
  }

  bool dependsOnClipped(AffineExpr index) const {
    return llvm::any_of(windows, [&](const Window &window) {
      return index.isFunctionOfDim(window.position) ||
             index.isFunctionOfDim(window.tap);
    });
  }

  /// Whether indices that depend on positions or taps depend on nothing else
  /// and grow with them.
  bool areMapsClippable() {
    for (AffineMap map : nest.getMaps().getAsValueRange<AffineMapAttr>()) {
      for (AffineExpr index : map.getResults()) {
        if (!dependsOnClipped(index)) {
          continue;
        }
        for (unsigned dim = 0; dim < nest.getNumDims(); ++dim) {
          std::optional<int64_t> stride =
              strideAlong(index, dim, nest.getNumDims());
          if (!stride || *stride < 0 || (*stride > 0 && !isClipped(dim))) {
            return false;
          }
        }
      }
    }
    return true;
  }

  SmallVector<Run> findRuns(const Window &window) {
    SmallVector<Run> found;
    for (int64_t at = 0; at < bounds[window.position]; ++at) {
      Range taps = window.getTaps(at, bounds[window.tap]);
      if (!found.empty() && found.back().taps == taps) {
        ++found.back().positions.end;
      } else {
        found.push_back({{at, at + 1}, taps});
      }
    }
    return found;
  }

  /// A nest for each combination of runs.
  void build(SmallVector<Run> &chosen) {
    if (chosen.size() < windows.size()) {
      for (const Run &run : runs[chosen.size()]) {
        chosen.push_back(run);
        build(chosen);
        chosen.pop_back();
      }
      return;
    }
    SmallVector<Range> ranges;
    for (int64_t bound : bounds) {
      ranges.push_back({0, bound});
    }
    for (auto [window, run] : llvm::zip(windows, chosen)) {
      ranges[window.position] = run.positions;
      ranges[window.tap] = run.taps;
    }
    OpBuilder builder(nest);
    SmallVector<Value> operands;
    SmallVector<Attribute> maps;
    for (unsigned i = 0; i < nest.getMaps().size(); ++i) {
      operands.push_back(i == padded.operand ? padded.getSource()
                                             : nest->getOperand(i));
      maps.push_back(
          AffineMapAttr::get(cutOperand(builder, operands.back(), i, ranges)));
    }
    SmallVector<int64_t> sizes;
    for (const Range &range : ranges) {
      sizes.push_back(range.size());
    }
    auto part = cast<NestOp>(builder.clone(*nest));
    part->setOperands(operands);
    part.setMapsAttr(builder.getArrayAttr(maps));
    part.setBounds(sizes);
  }

  /// Makes operand `i` a view of what the ranges reach; returns its map.
  AffineMap cutOperand(OpBuilder &builder, Value &operand, unsigned i,
                       ArrayRef<Range> ranges) {
    AffineMap map = nest.getInputMap(i);
    auto type = cast<MemRefType>(operand.getType());
    SmallVector<AffineExpr> first, last, zeros, indices;
    for (const Range &range : ranges) {
      first.push_back(builder.getAffineConstantExpr(range.begin));
      last.push_back(builder.getAffineConstantExpr(range.end - 1));
      zeros.push_back(builder.getAffineConstantExpr(0));
    }
    SmallVector<OpFoldResult> offsets, sizes;
    SmallVector<OpFoldResult> strides(type.getRank(), builder.getIndexAttr(1));
    bool isWhole = true;
    for (unsigned d = 0; d < map.getNumResults(); ++d) {
      AffineExpr index = map.getResult(d);
      int64_t offset = 0, size = type.getDimSize(d);
      indices.push_back(index);
      if (dependsOnClipped(index)) {
        auto evaluate = [&](ArrayRef<AffineExpr> at) {
          return cast<AffineConstantExpr>(index.replaceDims(at)).getValue();
        };
        offset = evaluate(first);
        size = evaluate(last) - offset + 1;
        indices.back() = index - evaluate(zeros);
        if (i == padded.operand) {
          offset -= padded.getOffset(d);
        }
      }
      isWhole &= offset == 0 && size == type.getDimSize(d);
      offsets.push_back(builder.getIndexAttr(offset));
      sizes.push_back(builder.getIndexAttr(size));
    }
    if (!isWhole) {
      operand = builder.create<memref::SubViewOp>(nest.getLoc(), operand,
                                                  offsets, sizes, strides);
    }
    return simplifyAffineMap(
        AffineMap::get(map.getNumDims(), 0, indices, builder.getContext()));
  }

  PaddedBuffer padded;
  NestOp nest;
  SmallVector<int64_t> bounds;
  SmallVector<Window> windows;
  SmallVector<SmallVector<Run>> runs;
};

struct ClipWindows
    : public mlir::tessera::loop::impl::LoopClipWindowsPassBase<ClipWindows> {
  using LoopClipWindowsPassBase::LoopClipWindowsPassBase;

  void runOnOperation() override {
    while (clipOne()) {
      ++numClipped;
    }
  }

private:
  bool clipOne() {
    for (const PaddedBuffer &padded : findPaddedBuffers(getOperation())) {
      Clipping clipping(padded);
      if (clipping.isWorthwhile()) {
        clipping.apply();
        addAlgorithm(getOperation(),
                     StringAttr::get(&getContext(),
                                     llvm::formatv("clipped windows, {0} nests",
                                                   clipping.countParts())));
        return true;
      }
    }
    return false;
  }
};
} // namespace
