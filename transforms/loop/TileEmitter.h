//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Emits the vector code of one register tile.
///
/// A tile is a loop.nest on buffers with offsets, whose parallel bounds are one
/// register tile. Its accumulators are values of native vector width that stay
/// in registers: they start as `init` says, pass through the reduction loops as
/// iter_args and through `epilogue`, and are stored once. All operands are
/// addressed as flat buffers by one linear expression, of which the tile's
/// points differ by constants that fold into addressing modes.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_TILEEMITTER_H
#define TESSERA_TRANSFORMS_LOOP_TILEEMITTER_H

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace mlir::tessera::loop {

/// How `combine` joins partial results: known only if it is one op that takes
/// the accumulator and a value that does not depend on it.
std::optional<vector::CombiningKind> getCombiningKind(NestOp nest);

/// Whether all ops of the nest's regions exist on vectors.
bool isVectorizable(NestOp nest);

class TileEmitter {
public:
  /// Float sums longer than this are added up in chunks of it.
  static constexpr int64_t kSumChunk = 128;
  static constexpr int64_t kContractionChunk = 256;
  /// Reduction steps between two prefetches: the elements of a cache line.
  static constexpr int64_t kPrefetchSteps = 16;
  /// Rows from which on an expensive epilogue becomes a loop.
  static constexpr int64_t kMinLoopedRows = 3;

  TileEmitter(NestOp tile, OpBuilder &builder);
  /// Emits the code before the tile; the caller erases the tile.
  void run();

private:
  /// Neighbouring elements of the vector dimension that one value holds.
  struct Piece {
    int64_t offset, width;
  };
  /// Where code is emitted for: a point of the tile. `shift` is added to each
  /// dimension's base.
  struct Point {
    SmallVector<int64_t, 8> shift;
    int64_t width;
  };
  /// One combination: at a point of the iteration space, into the accumulators
  /// of the tile's point `index`.
  struct Step {
    unsigned index;
    Point point;
  };
  /// An operand as a flat buffer.
  struct FlatOperand {
    Value buffer;
    AffineExpr linear; // over the dimensions; symbol 0 is `offset` if dynamic
    Value offset;
    Type element;
    bool hasDivision = false; // whether `linear` has floordiv, ceildiv or mod
  };
  /// An operand of a contraction that the tile reads as one contiguous panel,
  /// a row of vectors for each reduction step, and of which it prefetches a
  /// share of the next.
  struct Panel {
    unsigned operand;
    int64_t lineElements; // of a cache line
    AffineExpr step; // number of the reduction step, from the panel's start
    int64_t lines;   // to prefetch in kPrefetchSteps steps
    Value origin;    // address of this tile's share of the next panel
    Value firstStep; // number of the step that the tile begins at
  };
  using Accumulators = SmallVector<Value>;

  SmallVector<Point> makePoints(int64_t extent);
  /// The input of a contraction that varies along the vectors, alone.
  std::optional<unsigned> findPanelInput();
  /// Whether that input has room behind a panel that is not full, so that whole
  /// vectors can be computed there.
  bool isPanelPadded();
  Accumulators narrow(ValueRange accumulators);
  FlatOperand flatten(Value operand, AffineMap map);
  /// The linear address of operand `index` at `point`.
  AffineExpr addressAt(unsigned index, const Point &point);
  /// Elements between neighbours among the lanes of `point`; none if not
  /// constant.
  std::optional<int64_t> vectorStride(unsigned index, const Point &point);
  Value materialize(AffineExpr expr, unsigned index);
  Value materializeBase(AffineExpr base, unsigned index);
  Value load(unsigned index, const Point &point);
  void store(unsigned index, const Point &point, Value value);
  Value broadcast(Value value, int64_t width);
  Value indexAt(int64_t dim, const Point &point);
  /// Evaluates a region at a point; values are scalars or vectors.
  SmallVector<Value> evaluate(Region &region, ValueRange arguments,
                              const Point &point);
  void evaluateOp(Operation &op, const Point &point, IRMapping &mapping);
  Value perLane(Operation &op, const Point &point, IRMapping &mapping);

  Accumulators emitInit();
  Accumulators emitReductions(size_t level, Accumulators accumulators,
                              SmallVectorImpl<int64_t> &shift);
  bool needsChunks(int64_t count);
  Accumulators emitChunkedSum(size_t level, Accumulators accumulators,
                              SmallVectorImpl<int64_t> &shift);
  Accumulators emitSteps(size_t level, int64_t count, Accumulators accumulators,
                         SmallVectorImpl<int64_t> &shift);
  Accumulators emitUnrolled(size_t level, Accumulators accumulators,
                            SmallVectorImpl<int64_t> &shift);
  void orderByAddress(SmallVectorImpl<Step> &steps);
  void emitCombine(MutableArrayRef<Value> accumulators, const Step &step);
  void emitEpilogue(ValueRange accumulators);
  void emitEpilogueAt(ValueRange accumulators, const Point &point);
  SmallVector<int64_t> getRowDims();
  bool isEpilogueLooped();
  void emitEpilogueLoop(ValueRange accumulators);
  void emitRowLoops(ArrayRef<int64_t> dims, Value row,
                    llvm::function_ref<void(Value)> body);

  // Blocks of a reduction.
  SmallVector<int64_t> getPartialDims();
  void emitPartialSum(Accumulators accumulators);

  // Panels to come.
  /// `expr`, over the dimensions, where the tile or loop at hand is.
  Value atBase(AffineExpr expr);
  void findPanel();
  Value getNextPanel(unsigned index, int64_t size);
  void emitPrefetch();

  // Reductions along the vector dimension.
  void runHorizontal();
  Accumulators emitHorizontalLoops(size_t level, Accumulators accumulators);
  Accumulators emitHorizontalCombine(Accumulators accumulators, int64_t vectors,
                                     int64_t width, int64_t firstShift);

  Accumulators emitLoop(int64_t count, int64_t step, int64_t dim, int64_t start,
                        Accumulators accumulators,
                        llvm::function_ref<Accumulators(Accumulators)> body,
                        Value origin = nullptr);

  void clearCaches();

  NestOp nest;
  ScheduleInterface schedule;
  OpBuilder &builder;
  Location loc;
  int64_t vectorDim, lanes;
  /// Elements of the vector dimension in a full tile: its base is a multiple.
  int64_t vectorUnit = 1;
  bool isHorizontal = false;
  SmallVector<Value> base; // of each dimension
  SmallVector<int64_t> bounds;
  SmallVector<int64_t> reductionOrder;
  SmallVector<Point> points;
  unsigned numAccumulators;
  SmallVector<Type> accumulatorTypes;
  SmallVector<FlatOperand> operands;
  std::optional<Panel> panel;
  DenseMap<std::tuple<unsigned, const void *, int64_t>, Value> loadCache;
  DenseMap<std::pair<const void *, unsigned>, Value> addressCache;
  DenseMap<std::pair<const void *, int64_t>, Value> broadcastCache;
};

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_TILEEMITTER_H
