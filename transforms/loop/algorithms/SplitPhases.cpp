//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/ConstantOperands.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/algorithms/PaddedBuffer.h"
#include "transforms/loop/algorithms/Passes.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPSPLITPHASESPASS
#include "transforms/loop/algorithms/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Parts that a nest is divided into at most: each is code of its own.
constexpr int64_t kMaxParts = 16;

/// Positions `first` + i * `positionStep` of a dimension, whose windows find
/// source elements at the taps `firstTap` + j * `tapStep`: element
/// i + j * `dilation` + `base` of the source, which may lie outside of it.
struct Phase {
  int64_t first, positionStep, numPositions;
  int64_t firstTap, tapStep, numTaps;
  int64_t dilation, base;

  int64_t getLast() const {
    return numPositions - 1 + (numTaps - 1) * dilation + base;
  }
};

/// A dimension of the padded buffer in which zeros lie between elements. Its
/// index is position + tap * dilation, or the position alone.
struct Stretched {
  unsigned dim, position;
  std::optional<unsigned> tap;
  int64_t dilation = 0;
  SmallVector<Phase> phases;
  /// Of the dense buffer: elements before the source's first, and all.
  int64_t low = 0, size = 0;
};

class Splitting {
public:
  Splitting(const PaddedBuffer &padded, const ConstantOperands &constants)
      : padded(padded), constants(constants), nest(this->padded.reader),
        bounds(nest.getBounds()) {}

  /// Whether every window finds elements, in few different ways.
  bool isPossible() {
    if (padded.inside.hasUnitStride()) {
      return false;
    }
    AffineMap map = nest.getInputMap(padded.operand);
    for (unsigned d = 0; d < map.getNumResults(); ++d) {
      if (padded.getStep(d) == 1) {
        continue;
      }
      std::optional<Stretched> dim = matchDim(d, map.getResult(d));
      if (!dim || !findPhases(*dim)) {
        return false;
      }
      stretched.push_back(std::move(*dim));
    }
    // The other indices must not move with positions that are divided.
    for (unsigned d = 0; d < map.getNumResults(); ++d) {
      for (const Stretched &dim : stretched) {
        if (d != dim.dim &&
            (map.getResult(d).isFunctionOfDim(dim.position) ||
             (dim.tap && map.getResult(d).isFunctionOfDim(*dim.tap)))) {
          return false;
        }
      }
    }
    return countParts() <= kMaxParts;
  }

  /// Replaces the reader by a nest for each phase, which skips the zeros.
  void apply() {
    OpBuilder builder(nest);
    Value dense = buildDense(builder);
    SmallVector<Phase> chosen;
    build(builder, dense, chosen);
    padded.erase();
  }

  /// The nests that `apply` makes.
  int64_t countParts() const {
    int64_t parts = 1;
    for (const Stretched &dim : stretched) {
      parts *= dim.phases.size();
    }
    return parts;
  }

private:
  std::optional<Stretched> matchDim(unsigned d, AffineExpr index) {
    Stretched found{d, 0, std::nullopt};
    unsigned numPositions = 0;
    for (unsigned dim = 0; dim < nest.getNumDims(); ++dim) {
      if (!index.isFunctionOfDim(dim)) {
        continue;
      }
      std::optional<int64_t> stride =
          strideAlong(index, dim, nest.getNumDims());
      if (!stride || *stride <= 0) {
        return std::nullopt;
      }
      if (nest.isReduction(dim)) {
        if (found.tap) {
          return std::nullopt;
        }
        found.tap = dim;
        found.dilation = *stride;
      } else if (*stride == 1) {
        found.position = dim;
        ++numPositions;
      } else {
        return std::nullopt;
      }
    }
    if (numPositions != 1) {
      return std::nullopt;
    }
    return found;
  }

  /// False if a position has no tap.
  bool findPhases(Stretched &dim) {
    int64_t step = padded.getStep(dim.dim);
    int64_t offset = padded.getOffset(dim.dim);
    int64_t numTaps = dim.tap ? bounds[*dim.tap] : 1;
    int64_t numPositions = bounds[dim.position];
    int64_t last = 0;
    for (int64_t first = 0; first < std::min(step, numPositions); ++first) {
      int64_t behind = numPositions - 1 - first;
      Phase phase{first, step, behind / step + 1, 0, 1, 0, 0, 0};
      for (int64_t tap = 0; tap < numTaps; ++tap) {
        int64_t index = first + tap * dim.dilation - offset;
        if (index % step != 0) {
          continue;
        }
        if (phase.numTaps == 0) {
          phase.firstTap = tap;
          phase.base = index / step;
        } else if (phase.numTaps == 1) {
          phase.tapStep = tap - phase.firstTap;
          phase.dilation = index / step - phase.base;
        }
        ++phase.numTaps;
      }
      if (phase.numTaps == 0) {
        return false;
      }
      dim.low = std::max(dim.low, -phase.base);
      last = std::max(last, phase.getLast());
      dim.phases.push_back(phase);
    }
    int64_t source = padded.getSourceType().getDimSize(dim.dim);
    dim.size = dim.low + std::max(source, last + 1);
    return true;
  }

  /// The source with the zeros around it that windows read, none inside; the
  /// source itself if there are none.
  Value buildDense(OpBuilder &builder) {
    MemRefType source = padded.getSourceType();
    SmallVector<int64_t> shape(padded.buffer.getType().getShape());
    SmallVector<OpFoldResult> offsets, sizes;
    for (unsigned d = 0; d < shape.size(); ++d) {
      offsets.push_back(builder.getIndexAttr(padded.getOffset(d)));
      sizes.push_back(builder.getIndexAttr(source.getDimSize(d)));
    }
    for (const Stretched &dim : stretched) {
      shape[dim.dim] = dim.size;
      offsets[dim.dim] = builder.getIndexAttr(dim.low);
    }
    if (source.getShape() == ArrayRef<int64_t>(shape)) {
      return padded.getSource();
    }
    Location loc = padded.buffer.getLoc();
    auto type = MemRefType::get(shape, source.getElementType());
    Value dense = builder.create<memref::AllocOp>(
        loc, type, padded.buffer.getAlignmentAttr());
    if (!padded.fills.empty()) {
      auto fill = cast<NestOp>(builder.clone(*padded.fills.front()));
      fill.setBounds(shape);
      fill.getOutputsMutable().assign(dense);
    }
    SmallVector<OpFoldResult> ones(shape.size(), builder.getIndexAttr(1));
    Value inside =
        builder.create<memref::SubViewOp>(loc, dense, offsets, sizes, ones);
    auto copy = cast<NestOp>(builder.clone(*padded.copy));
    copy.getOutputsMutable().assign(inside);
    return dense;
  }

  /// A nest for each combination of phases.
  void build(OpBuilder &builder, Value dense, SmallVector<Phase> &chosen) {
    if (chosen.size() < stretched.size()) {
      for (const Phase &phase : stretched[chosen.size()].phases) {
        chosen.push_back(phase);
        build(builder, dense, chosen);
        chosen.pop_back();
      }
      return;
    }
    SmallVector<AffineExpr> dims;
    for (unsigned d = 0; d < nest.getNumDims(); ++d) {
      dims.push_back(builder.getAffineDimExpr(d));
    }
    SmallVector<int64_t> sizes(bounds);
    SmallVector<AffineExpr> indices(
        nest.getInputMap(padded.operand).getResults());
    for (auto [dim, phase] : llvm::zip(stretched, chosen)) {
      AffineExpr index = dims[dim.position] + (phase.base + dim.low);
      if (dim.tap) {
        index = index + dims[*dim.tap] * phase.dilation;
        dims[*dim.tap] = dims[*dim.tap] * phase.tapStep + phase.firstTap;
        sizes[*dim.tap] = phase.numTaps;
      }
      indices[dim.dim] = index;
      dims[dim.position] =
          dims[dim.position] * phase.positionStep + phase.first;
      sizes[dim.position] = phase.numPositions;
    }
    SmallVector<Attribute> maps;
    for (AffineMap map : nest.getMaps().getAsValueRange<AffineMapAttr>()) {
      maps.push_back(AffineMapAttr::get(simplifyAffineMap(
          map.replaceDimsAndSymbols(dims, {}, map.getNumDims(), 0))));
    }
    maps[padded.operand] = AffineMapAttr::get(simplifyAffineMap(
        AffineMap::get(nest.getNumDims(), 0, indices, builder.getContext())));
    auto part = cast<NestOp>(builder.clone(*nest));
    part->setOperand(padded.operand, dense);
    separateFilter(part);
    part.setMapsAttr(builder.getArrayAttr(maps));
    part.setBounds(sizes);
  }

  /// Gives a part its own argument for a constant filter: it packs the taps
  /// that it has.
  void separateFilter(NestOp part) {
    unsigned filter = 1 - padded.operand;
    auto argument = dyn_cast<BlockArgument>(part.getInputs()[filter]);
    if (argument && isMarkedConstant(argument) && numParts++ > 0) {
      part->setOperand(filter, constants.duplicate(argument));
    }
  }

  PaddedBuffer padded;
  const ConstantOperands &constants;
  NestOp nest;
  SmallVector<int64_t> bounds;
  SmallVector<Stretched> stretched;
  unsigned numParts = 0;
};

struct SplitPhases
    : public mlir::tessera::loop::impl::LoopSplitPhasesPassBase<SplitPhases> {
  using LoopSplitPhasesPassBase::LoopSplitPhasesPassBase;

  void runOnOperation() override {
    ConstantOperands constants(getOperation());
    for (auto program : getOperation().getOps<ProgramOp>()) {
      while (splitOne(program, constants)) {
        ++numSplit;
      }
    }
  }

private:
  bool splitOne(ProgramOp program, const ConstantOperands &constants) {
    for (const PaddedBuffer &padded : findPaddedBuffers(program)) {
      Splitting splitting(padded, constants);
      if (splitting.isPossible()) {
        splitting.apply();
        addAlgorithm(program,
                     StringAttr::get(&getContext(),
                                     llvm::formatv("phases, {0} nests",
                                                   splitting.countParts())));
        return true;
      }
    }
    return false;
  }
};
} // namespace
