//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/ConvolutionNest.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "transforms/loop/BlockLoop.h"
#include "transforms/loop/ConstantOperands.h"
#include "transforms/loop/ProgramFacts.h"
#include "transforms/loop/algorithms/Passes.h"
#include "transforms/loop/algorithms/WinogradTransforms.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPEXPANDWINOGRADPASS
#include "transforms/loop/algorithms/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Floats behind each row of transformed values: rows that lie a multiple of
/// 1 KiB apart would share few sets of the cache.
constexpr int64_t kRowPadding = 16;

/// Squares [first, first + count) along one direction, each with `outputs`
/// results that exist.
struct Range {
  int64_t first, count, outputs;
};

/// Adds up a nest from operands, maps and bounds; all dimensions are parallel
/// but the last `numReductions`.
class NestParts {
public:
  NestParts(OpBuilder &builder, Location loc, ArrayRef<int64_t> bounds,
            unsigned numReductions = 0)
      : builder(builder), loc(loc), bounds(bounds),
        numReductions(numReductions) {}

  AffineExpr dim(unsigned d) { return builder.getAffineDimExpr(d); }
  AffineExpr constant(int64_t value) {
    return builder.getAffineConstantExpr(value);
  }
  void input(Value buffer, ArrayRef<AffineExpr> indices) {
    inputs.push_back(buffer);
    inputMaps.push_back(makeMap(indices));
  }
  void epilogueInput(Value buffer, AffineMap map) {
    epilogueInputs.push_back(buffer);
    epilogueMaps.push_back(map);
  }
  void output(Value buffer, AffineMap map) {
    outputs.push_back(buffer);
    outputMaps.push_back(map);
  }
  AffineMap makeMap(ArrayRef<AffineExpr> indices) {
    return AffineMap::get(bounds.size(), 0, indices, builder.getContext());
  }

  NestOp build() {
    SmallVector<AffineMap> maps(inputMaps);
    llvm::append_range(maps, epilogueMaps);
    llvm::append_range(maps, outputMaps);
    SmallVector<Attribute> iterators;
    for (size_t d = 0; d < bounds.size(); ++d) {
      iterators.push_back(IteratorKindAttr::get(
          builder.getContext(), d + numReductions < bounds.size()
                                    ? IteratorKind::parallel
                                    : IteratorKind::reduction));
    }
    return builder.create<NestOp>(loc, TypeRange{}, inputs, epilogueInputs,
                                  outputs, builder.getAffineMapArrayAttr(maps),
                                  builder.getArrayAttr(iterators),
                                  builder.getDenseI64ArrayAttr(bounds));
  }

  SmallVector<Value> inputs, epilogueInputs, outputs;

private:
  OpBuilder &builder;
  Location loc;
  SmallVector<int64_t> bounds;
  unsigned numReductions;
  SmallVector<AffineMap> inputMaps, epilogueMaps, outputMaps;
};

/// The element types of buffers.
SmallVector<Type> getElements(ValueRange buffers) {
  SmallVector<Type> types;
  for (Value buffer : buffers) {
    types.push_back(cast<MemRefType>(buffer.getType()).getElementType());
  }
  return types;
}

/// A nest without reductions whose outputs `compute` gives from the inputs'
/// elements; null stands for zero.
void buildMapNest(
    OpBuilder &builder, Location loc, NestParts &parts,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, ValueRange)> compute) {
  NestOp nest = parts.build();
  SmallVector<Type> results = getElements(parts.outputs);
  auto zero = [&](OpBuilder &b, Type type) -> Value {
    return b.create<arith::ConstantOp>(loc, b.getZeroAttr(type));
  };
  buildNestRegion(builder, loc, nest.getInit(), {},
                  [&](OpBuilder &b, ValueRange) {
                    SmallVector<Value> values;
                    for (Type type : results) {
                      values.push_back(zero(b, type));
                    }
                    return values;
                  });
  SmallVector<Type> arguments = getElements(parts.inputs);
  size_t numInputs = arguments.size();
  llvm::append_range(arguments, results);
  buildNestRegion(builder, loc, nest.getCombine(), arguments,
                  [&](OpBuilder &b, ValueRange values) {
                    SmallVector<Value> computed =
                        compute(b, values.take_front(numInputs));
                    for (auto [value, type] : llvm::zip(computed, results)) {
                      value = value ? value : zero(b, type);
                    }
                    return computed;
                  });
  buildNestRegion(
      builder, loc, nest.getEpilogue(), results,
      [](OpBuilder &, ValueRange values) { return llvm::to_vector(values); });
}

/// Replaces one convolution.
class WinogradExpansion {
public:
  WinogradExpansion(NestOp nest, ConvolutionNest conv,
                    WinogradAlgorithmAttr algorithm, Value filter)
      : nest(nest), conv(conv), filter(filter), outputs(algorithm.getOutputs()),
        size(outputs + 2), builder(nest), loc(nest.getLoc()) {
    ArrayRef<int64_t> bounds = nest.getBounds();
    batch = conv.batch ? bounds[*conv.batch] : 1;
    height = bounds[conv.row];
    width = bounds[conv.column];
    channels = bounds[conv.channel];
    features = bounds[conv.feature];
    squareRows = llvm::divideCeil(height, outputs);
    squareColumns = llvm::divideCeil(width, outputs);
    rows = algorithm.getRows();
    blocksPerImage = squareRows / rows;
  }

  void run() {
    int64_t blocks = batch * blocksPerImage;
    if (blocks == 1) {
      allocate();
      OpFoldResult zero = builder.getIndexAttr(0);
      emitBlock(zero, zero, /*isLast=*/true);
    } else {
      emitBlocks(blocks);
    }
    nest.erase();
  }

private:
  Value makeIndex(int64_t value) {
    return builder.create<arith::ConstantIndexOp>(loc, value);
  }

  OpFoldResult apply(AffineExpr expr, OpFoldResult operand) {
    return affine::makeComposedFoldedAffineApply(
        builder, loc, AffineMap::get(1, 0, expr), {operand});
  }
  Value makeValue(OpFoldResult value) {
    return getValueOrCreateConstantIndexOp(builder, loc, value);
  }

  /// The buffers for one block: [square value][square][channel or feature].
  void allocate() {
    auto make = [&](int64_t depth) -> Value {
      auto type = MemRefType::get(
          {size * size, rows * squareColumns, depth + kRowPadding},
          builder.getF32Type());
      return builder.create<memref::AllocOp>(loc, type);
    };
    transformed = make(channels);
    products = make(features);
  }

  /// Groups of blocks in parallel; each runs its blocks on buffers of its own.
  void emitBlocks(int64_t blocks) {
    buildBlockLoop(
        builder, loc, blocks, /*isParallel=*/true, [&] { allocate(); },
        [&](Value index) {
          AffineExpr d0 = builder.getAffineDimExpr(0);
          emitBlock(apply(d0.floorDiv(blocksPerImage), index),
                    apply((d0 % blocksPerImage) * rows, index),
                    /*isLast=*/false);
        });
  }

  /// Emits `full` for all blocks but those at the lower edge of a ragged image,
  /// for which it emits `edge`.
  void branch(OpFoldResult firstRow, bool isLast,
              llvm::function_ref<void(bool)> emit) {
    if (isLast || height % outputs == 0) {
      emit(height % outputs != 0);
      return;
    }
    Value edge = makeIndex(squareRows - rows);
    Value isEdge = builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq,
                                                 makeValue(firstRow), edge);
    auto choice = builder.create<scf::IfOp>(loc, isEdge, /*hasElse=*/true);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(choice.thenBlock());
    emit(true);
    builder.setInsertionPointToStart(choice.elseBlock());
    emit(false);
  }

  /// The squares along one direction: full ones, then the ragged one.
  SmallVector<Range, 2> split(int64_t count, int64_t rest) {
    if (rest == 0) {
      return {{0, count, outputs}};
    }
    SmallVector<Range, 2> ranges;
    if (count > 1) {
      ranges.push_back({0, count - 1, outputs});
    }
    ranges.push_back({count - 1, 1, rest});
    return ranges;
  }

  void forEachPart(bool isEdge,
                   llvm::function_ref<void(const Range &, const Range &)> f) {
    for (const Range &y : split(rows, isEdge ? height % outputs : 0)) {
      for (const Range &x : split(squareColumns, width % outputs)) {
        f(y, x);
      }
    }
  }

  void emitBlock(OpFoldResult image, OpFoldResult firstRow, bool isLast) {
    branch(firstRow, isLast, [&](bool isEdge) {
      Value input = viewImage(image, firstRow, isEdge);
      forEachPart(isEdge, [&](const Range &y, const Range &x) {
        emitInputTransform(input, y, x);
      });
    });
    emitProducts();
    branch(firstRow, isLast, [&](bool isEdge) {
      views.clear();
      for (size_t i = 2; i < nest.getMaps().size(); ++i) {
        views.push_back(viewOperand(i, image, firstRow, isEdge));
      }
      forEachPart(isEdge, [&](const Range &y, const Range &x) {
        emitOutputTransform(y, x);
      });
    });
  }

  //===--------------------------------------------------------------------===//
  // Operands of a block
  //===--------------------------------------------------------------------===//

  int64_t countRows(bool isEdge) {
    return isEdge ? (rows - 1) * outputs + height % outputs : rows * outputs;
  }

  Value viewRows(Value buffer, ArrayRef<OpFoldResult> offsets,
                 ArrayRef<int64_t> sizes) {
    SmallVector<OpFoldResult> extents, strides;
    for (int64_t extent : sizes) {
      extents.push_back(builder.getIndexAttr(extent));
      strides.push_back(builder.getIndexAttr(1));
    }
    return builder.create<memref::SubViewOp>(loc, buffer, offsets, extents,
                                             strides);
  }

  Value viewImage(OpFoldResult image, OpFoldResult firstRow, bool isEdge) {
    Value buffer = nest.getInputs()[conv.image];
    SmallVector<int64_t> sizes(cast<MemRefType>(buffer.getType()).getShape());
    sizes[0] = 1;
    sizes[1] = countRows(isEdge) + 2;
    SmallVector<OpFoldResult> offsets(4, builder.getIndexAttr(0));
    AffineMap map = nest.getInputMap(conv.image);
    if (auto constant = dyn_cast<AffineConstantExpr>(map.getResult(0))) {
      offsets[0] = builder.getIndexAttr(constant.getValue());
    } else {
      offsets[0] = image;
    }
    offsets[1] = apply(builder.getAffineDimExpr(0) * outputs, firstRow);
    return viewRows(buffer, offsets, sizes);
  }

  /// An epilogue input or output, cut to the block's image and rows.
  Value viewOperand(unsigned i, OpFoldResult image, OpFoldResult firstRow,
                    bool isEdge) {
    Value buffer = nest->getOperand(i);
    AffineMap map = nest.getInputMap(i);
    SmallVector<int64_t> sizes(cast<MemRefType>(buffer.getType()).getShape());
    SmallVector<OpFoldResult> offsets(sizes.size(), builder.getIndexAttr(0));
    bool isWhole = true;
    for (auto [r, result] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(result);
      if (dim && conv.batch && dim.getPosition() == *conv.batch) {
        offsets[r] = image;
        sizes[r] = 1;
        isWhole = false;
      } else if (dim && dim.getPosition() == conv.row) {
        offsets[r] = apply(builder.getAffineDimExpr(0) * outputs, firstRow);
        sizes[r] = countRows(isEdge);
        isWhole = false;
      }
    }
    return isWhole ? buffer : viewRows(buffer, offsets, sizes);
  }

  /// The map of operand `i`, from (square row, square column, feature) to the
  /// element at (y, x) in the square.
  AffineMap mapOperand(NestParts &parts, unsigned i, const Range &rowRange,
                       const Range &columnRange, int64_t y, int64_t x) {
    SmallVector<AffineExpr> indices;
    for (AffineExpr result : nest.getInputMap(i).getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(result);
      if (!dim) {
        indices.push_back(result);
      } else if (dim.getPosition() == conv.row) {
        indices.push_back((parts.dim(0) + rowRange.first) * outputs + y);
      } else if (dim.getPosition() == conv.column) {
        indices.push_back((parts.dim(1) + columnRange.first) * outputs + x);
      } else if (dim.getPosition() == conv.feature) {
        indices.push_back(parts.dim(2));
      } else {
        indices.push_back(parts.constant(0));
      }
    }
    return parts.makeMap(indices);
  }

  AffineExpr numberSquare(NestParts &parts, const Range &y, const Range &x) {
    return (parts.dim(0) + y.first) * squareColumns + parts.dim(1) + x.first;
  }

  //===--------------------------------------------------------------------===//
  // Stages
  //===--------------------------------------------------------------------===//

  void emitInputTransform(Value input, const Range &y, const Range &x) {
    NestParts parts(builder, loc, {y.count, x.count, channels});
    auto exists = [&](int64_t i, int64_t j) {
      return i < y.outputs + 2 && j < x.outputs + 2;
    };
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t j = 0; j < size; ++j) {
        if (exists(i, j)) {
          parts.input(
              input, {parts.constant(0), (parts.dim(0) + y.first) * outputs + i,
                      (parts.dim(1) + x.first) * outputs + j, parts.dim(2)});
        }
      }
    }
    for (int64_t e = 0; e < size * size; ++e) {
      parts.output(transformed,
                   parts.makeMap({parts.constant(e), numberSquare(parts, y, x),
                                  parts.dim(2)}));
    }
    buildMapNest(builder, loc, parts, [&](OpBuilder &b, ValueRange values) {
      SmallVector<Value> square(size * size);
      size_t next = 0;
      for (int64_t i = 0; i < size; ++i) {
        for (int64_t j = 0; j < size; ++j) {
          square[i * size + j] = exists(i, j) ? values[next++] : Value();
        }
      }
      return WinogradTransforms(b, loc, outputs).transformInput(square);
    });
  }

  /// For each value of a square a product of [squares][channels] and
  /// [channels][features].
  void emitProducts() {
    NestParts parts(builder, loc,
                    {size * size, rows * squareColumns, features, channels}, 1);
    AffineExpr e = parts.dim(0), square = parts.dim(1), feature = parts.dim(2),
               channel = parts.dim(3);
    parts.input(transformed, {e, square, channel});
    parts.input(filter, {e, channel, feature});
    parts.output(products, parts.makeMap({e, square, feature}));
    NestOp product = parts.build();
    Type type = builder.getF32Type();
    buildNestRegion(
        builder, loc, product.getInit(), {},
        [&](OpBuilder &b, ValueRange) -> SmallVector<Value> {
          return {b.create<arith::ConstantOp>(loc, b.getZeroAttr(type))};
        });
    buildNestRegion(
        builder, loc, product.getCombine(), {type, type, type},
        [&](OpBuilder &b, ValueRange values) -> SmallVector<Value> {
          auto contract = arith::FastMathFlags::contract;
          Value scaled =
              b.create<arith::MulFOp>(loc, values[0], values[1], contract);
          return {b.create<arith::AddFOp>(loc, values[2], scaled, contract)};
        });
    buildNestRegion(
        builder, loc, product.getEpilogue(), {type},
        [](OpBuilder &, ValueRange values) { return llvm::to_vector(values); });
  }

  /// Results of the squares, and the convolution's epilogue on each.
  void emitOutputTransform(const Range &y, const Range &x) {
    NestParts parts(builder, loc, {y.count, x.count, features});
    for (int64_t e = 0; e < size * size; ++e) {
      parts.input(products,
                  {parts.constant(e), numberSquare(parts, y, x), parts.dim(2)});
    }
    // Operands that do not depend on the position are read once.
    size_t numEpilogueInputs = nest.getEpilogueInputs().size();
    size_t numOutputs = nest.getOutputs().size();
    SmallVector<SmallVector<unsigned>> reads;
    for (int64_t i = 0; i < y.outputs; ++i) {
      for (int64_t j = 0; j < x.outputs; ++j) {
        SmallVector<unsigned> &own = reads.emplace_back();
        for (size_t k = 0; k < numEpilogueInputs; ++k) {
          AffineMap original = nest.getInputMap(2 + k);
          if (reads.size() > 1 && !original.isFunctionOfDim(conv.row) &&
              !original.isFunctionOfDim(conv.column)) {
            own.push_back(reads.front()[k]);
            continue;
          }
          own.push_back(parts.epilogueInputs.size());
          parts.epilogueInput(views[k], mapOperand(parts, 2 + k, y, x, i, j));
        }
        for (size_t k = 0; k < numOutputs; ++k) {
          size_t operand = numEpilogueInputs + k;
          parts.output(views[operand],
                       mapOperand(parts, 2 + operand, y, x, i, j));
        }
      }
    }
    buildOutputRegions(parts, reads, y, x);
  }

  void buildOutputRegions(NestParts &parts,
                          ArrayRef<SmallVector<unsigned>> reads, const Range &y,
                          const Range &x) {
    NestOp result = parts.build();
    Type type = builder.getF32Type();
    size_t numPoints = y.outputs * x.outputs;
    SmallVector<Type> accumulators(numPoints, type);
    buildNestRegion(
        builder, loc, result.getInit(), {}, [&](OpBuilder &b, ValueRange) {
          Value zero = b.create<arith::ConstantOp>(loc, b.getZeroAttr(type));
          return SmallVector<Value>(numPoints, zero);
        });
    SmallVector<Type> arguments = getElements(parts.inputs);
    size_t numInputs = arguments.size();
    llvm::append_range(arguments, accumulators);
    buildNestRegion(builder, loc, result.getCombine(), arguments,
                    [&](OpBuilder &b, ValueRange values) {
                      SmallVector<Value> all =
                          WinogradTransforms(b, loc, outputs)
                              .transformOutput(llvm::to_vector(
                                  values.take_front(numInputs)));
                      SmallVector<Value> kept;
                      for (int64_t i = 0; i < y.outputs; ++i) {
                        for (int64_t j = 0; j < x.outputs; ++j) {
                          kept.push_back(all[i * outputs + j]);
                        }
                      }
                      return kept;
                    });
    arguments = accumulators;
    llvm::append_range(arguments, getElements(parts.epilogueInputs));
    buildNestRegion(builder, loc, result.getEpilogue(), arguments,
                    [&](OpBuilder &b, ValueRange values) {
                      SmallVector<Value> results;
                      for (size_t p = 0; p < numPoints; ++p) {
                        SmallVector<Value> own = {values[p]};
                        for (unsigned read : reads[p]) {
                          own.push_back(values[numPoints + read]);
                        }
                        cloneEpilogue(b, own, results);
                      }
                      return results;
                    });
  }

  void cloneEpilogue(OpBuilder &b, ValueRange arguments,
                     SmallVectorImpl<Value> &results) {
    Block &block = nest.getEpilogue().front();
    IRMapping mapping;
    mapping.map(block.getArguments(), arguments);
    for (Operation &op : block.without_terminator()) {
      b.clone(op, mapping);
    }
    for (Value value : block.getTerminator()->getOperands()) {
      results.push_back(mapping.lookupOrDefault(value));
    }
  }

  NestOp nest;
  ConvolutionNest conv;
  Value filter;
  int64_t outputs, size;
  OpBuilder builder;
  Location loc;
  int64_t batch, height, width, channels, features;
  int64_t squareRows, squareColumns, rows, blocksPerImage;
  Value transformed, products;
  SmallVector<Value> views;
};

struct ExpandWinograd
    : public mlir::tessera::loop::impl::LoopExpandWinogradPassBase<
          ExpandWinograd> {
  using LoopExpandWinogradPassBase::LoopExpandWinogradPassBase;

  void runOnOperation() override {
    ConstantOperands constants(getOperation());
    for (ProgramOp program : constants.getCalledPrograms()) {
      SmallVector<NestOp> nests;
      program.walk([&](NestOp nest) {
        if (nest->hasAttrOfType<WinogradAlgorithmAttr>(kAlgorithmAttrName)) {
          nests.push_back(nest);
        }
      });
      for (NestOp nest : nests) {
        expand(program, nest, constants);
      }
    }
  }

private:
  void expand(ProgramOp program, NestOp nest, ConstantOperands &constants) {
    auto algorithm =
        nest->getAttrOfType<WinogradAlgorithmAttr>(kAlgorithmAttrName);
    nest->removeAttr(kAlgorithmAttrName);
    std::optional<ConvolutionNest> conv = matchConvolution(nest);
    Value operand = nest.getInputs()[conv->filter];
    BlockArgument argument = constants.findOnlyReadConstant(operand);
    if (!argument || !nest.hasPureBufferSemantics()) {
      return; // computed directly
    }
    auto from = cast<MemRefType>(operand.getType());
    int64_t size = algorithm.getOutputs() + 2;
    auto to =
        MemRefType::get({size * size, from.getDimSize(2), from.getDimSize(3)},
                        from.getElementType());
    ProgramOp transform = getTransform(nest.getLoc(), algorithm, from, to);
    constants.replace(nest, conv->filter, argument, transform, to);
    addAlgorithm(program, algorithm);
    WinogradExpansion(nest, *conv, algorithm, argument).run();
    ++numExpanded;
  }

  /// The program that transforms such a filter, in f64, shared by all alike.
  ProgramOp getTransform(Location loc, WinogradAlgorithmAttr algorithm,
                         MemRefType from, MemRefType to) {
    ProgramOp &program = transforms[{from, to}];
    if (program) {
      return program;
    }
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    program = builder.create<ProgramOp>(
        loc, "winograd_filter_" + std::to_string(transforms.size() - 1),
        builder.getFunctionType({from, to}, {}));
    SymbolTable(getOperation()).insert(program);
    Block &body = program.getBody().front();
    builder.setInsertionPointToStart(&body);
    NestParts parts(builder, loc, {from.getDimSize(2), from.getDimSize(3)});
    for (int64_t tap = 0; tap < 9; ++tap) {
      parts.input(body.getArgument(0),
                  {parts.constant(tap / 3), parts.constant(tap % 3),
                   parts.dim(0), parts.dim(1)});
    }
    for (int64_t e = 0; e < to.getDimSize(0); ++e) {
      parts.output(
          body.getArgument(1),
          parts.makeMap({parts.constant(e), parts.dim(0), parts.dim(1)}));
    }
    buildMapNest(builder, loc, parts, [&](OpBuilder &b, ValueRange values) {
      SmallVector<Value> taps;
      for (Value value : values) {
        taps.push_back(b.create<arith::ExtFOp>(loc, b.getF64Type(), value));
      }
      WinogradTransforms transforms(b, loc, algorithm.getOutputs());
      SmallVector<Value> result = transforms.transformFilter(taps);
      for (Value &value : result) {
        value = b.create<arith::TruncFOp>(loc, b.getF32Type(), value);
      }
      return result;
    });
    builder.create<ReturnOp>(loc);
    return program;
  }

  llvm::DenseMap<std::pair<Type, Type>, ProgramOp> transforms;
};
} // namespace
