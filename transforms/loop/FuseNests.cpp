//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "transforms/loop/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPFUSENESTSPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Whether `map` is a permutation of exactly the dimensions `wanted`, result by
/// result; constant 0 results are allowed beside them.
bool coversOnce(AffineMap map, const llvm::SmallBitVector &wanted) {
  llvm::SmallBitVector seen(wanted.size());
  for (AffineExpr result : map.getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(result)) {
      if (!wanted.test(dim.getPosition()) || seen.test(dim.getPosition())) {
        return false;
      }
      seen.set(dim.getPosition());
      continue;
    }
    auto constant = dyn_cast<AffineConstantExpr>(result);
    if (!constant || constant.getValue() != 0) {
      return false;
    }
  }
  return seen == wanted;
}

/// How many indices from 0 on `expr` goes through, each once: those of a
/// dimension not yet in `seen`, or of two that are the digits of a number
/// (d0 * n + d1, with n points of d1); 1 for the constant 0.
std::optional<int64_t> countIndices(AffineExpr expr, ArrayRef<int64_t> bounds,
                                    llvm::SmallBitVector &seen) {
  if (expr == 0) {
    return 1;
  }
  auto take = [&](AffineExpr part) -> std::optional<int64_t> {
    auto dim = dyn_cast<AffineDimExpr>(part);
    if (!dim || seen.test(dim.getPosition())) {
      return std::nullopt;
    }
    seen.set(dim.getPosition());
    return bounds[dim.getPosition()];
  };
  auto sum = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!sum || sum.getKind() != AffineExprKind::Add) {
    return take(expr);
  }
  auto high = dyn_cast<AffineBinaryOpExpr>(sum.getLHS());
  auto base = high && high.getKind() == AffineExprKind::Mul
                  ? dyn_cast<AffineConstantExpr>(high.getRHS())
                  : AffineConstantExpr();
  std::optional<int64_t> low = take(sum.getRHS());
  if (!base || !low || base.getValue() != *low) {
    return std::nullopt;
  }
  std::optional<int64_t> count = take(high.getLHS());
  return count ? std::optional(*count * *low) : std::nullopt;
}

/// The sizes of the box that the nest writes through `map`, if it writes each
/// element once.
std::optional<SmallVector<int64_t>> getWrittenSizes(NestOp nest,
                                                    AffineMap map) {
  llvm::SmallBitVector seen(nest.getNumDims());
  SmallVector<int64_t> sizes;
  for (AffineExpr result : map.getResults()) {
    std::optional<int64_t> size = countIndices(result, nest.getBounds(), seen);
    if (!size) {
      return std::nullopt;
    }
    sizes.push_back(*size);
  }
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    bool isWide = nest.getBounds()[d] != 1 && !nest.isReduction(d);
    if (isWide != seen.test(d)) {
      return std::nullopt;
    }
  }
  return sizes;
}

/// All dimensions of `nest` with more than one point; the others need no
/// covering.
llvm::SmallBitVector wideDims(NestOp nest) {
  llvm::SmallBitVector dims(nest.getNumDims());
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    if (nest.getBounds()[d] != 1) {
      dims.set(d);
    }
  }
  return dims;
}

/// Replaces dimensions of bound 1 by 0 in a map.
AffineMap dropUnitDims(AffineMap map, ArrayRef<int64_t> bounds) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> dims;
  for (auto [d, bound] : llvm::enumerate(bounds)) {
    dims.push_back(bound == 1 ? getAffineConstantExpr(0, context)
                              : getAffineDimExpr(d, context));
  }
  return simplifyAffineMap(
      map.replaceDimsAndSymbols(dims, {}, map.getNumDims(), 0));
}

/// Expresses the dimensions of the nest that accesses a tensor through `from`
/// by those of the nest that accesses it through `to`: dimension i of the first
/// is result[i]. `from` covers each wide dimension once.
std::optional<SmallVector<AffineExpr>> translateDims(AffineMap from,
                                                     AffineMap to) {
  MLIRContext *context = from.getContext();
  SmallVector<AffineExpr> dims(from.getNumDims(),
                               getAffineConstantExpr(0, context));
  for (auto [source, target] : llvm::zip(from.getResults(), to.getResults())) {
    if (auto dim = dyn_cast<AffineDimExpr>(source)) {
      dims[dim.getPosition()] = target;
    }
  }
  return dims;
}

/// Whether every loop.index in `region` is of a dimension that `dims` turns
/// into a plain dimension or 0.
bool canTranslateIndices(Region &region, ArrayRef<AffineExpr> dims) {
  bool ok = true;
  region.walk([&](IndexOp index) {
    AffineExpr expr = dims[index.getDim()];
    ok &= isa<AffineDimExpr>(expr) || isa<AffineConstantExpr>(expr);
  });
  return ok;
}

/// The parts of a nest under construction.
struct NestParts {
  SmallVector<Value> inputs, epilogueInputs, outputs;
  SmallVector<AffineMap> inputMaps, epilogueMaps, outputMaps;

  void take(NestOp nest) {
    for (auto [i, value] : llvm::enumerate(nest.getInputs())) {
      inputs.push_back(value);
      inputMaps.push_back(nest.getInputMap(i));
    }
    for (auto [i, value] : llvm::enumerate(nest.getEpilogueInputs())) {
      epilogueInputs.push_back(value);
      epilogueMaps.push_back(nest.getEpilogueInputMap(i));
    }
    for (auto [i, value] : llvm::enumerate(nest.getOutputs())) {
      outputs.push_back(value);
      outputMaps.push_back(nest.getOutputMap(i));
    }
  }

  NestOp build(OpBuilder &builder, Location loc, NestOp space) {
    SmallVector<AffineMap> maps(inputMaps);
    llvm::append_range(maps, epilogueMaps);
    llvm::append_range(maps, outputMaps);
    return builder.create<NestOp>(
        loc, ValueRange(outputs).getTypes(), inputs, epilogueInputs, outputs,
        builder.getAffineMapArrayAttr(maps), space.getIteratorsAttr(),
        space.getBoundsAttr());
  }
};

/// Clones `block` without its terminator; returns what it yields.
SmallVector<Value> inlineBlock(OpBuilder &builder, Block &block,
                               ValueRange arguments,
                               ArrayRef<AffineExpr> dims) {
  IRMapping mapping;
  mapping.map(block.getArguments(), arguments);
  SmallVector<Operation *> clones;
  for (Operation &op : block.without_terminator()) {
    clones.push_back(builder.clone(op, mapping));
  }
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands()) {
    results.push_back(mapping.lookupOrDefault(value));
  }
  if (!dims.empty()) {
    for (Operation *clone : clones) {
      if (auto index = dyn_cast<IndexOp>(clone)) {
        AffineExpr expr = dims[index.getDim()];
        if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
          index.setDim(dim.getPosition());
          continue;
        }
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(clone);
        int64_t value = cast<AffineConstantExpr>(expr).getValue();
        Value constant =
            builder.create<arith::ConstantIndexOp>(index.getLoc(), value);
        index.replaceAllUsesWith(constant);
        for (Value &result : results) {
          result = result == index.getResult() ? constant : result;
        }
        index.erase();
      }
    }
  }
  return results;
}

/// What an elementwise nest computes at a point, from its inputs' elements and
/// its epilogue inputs' elements.
SmallVector<Value> inlineElementwise(OpBuilder &builder, NestOp nest,
                                     ValueRange inputs,
                                     ValueRange epilogueInputs,
                                     ArrayRef<AffineExpr> dims) {
  SmallVector<Value> init =
      inlineBlock(builder, nest.getInit().front(), {}, dims);
  SmallVector<Value> arguments(inputs);
  llvm::append_range(arguments, init);
  SmallVector<Value> combined =
      inlineBlock(builder, nest.getCombine().front(), arguments, dims);
  llvm::append_range(combined, epilogueInputs);
  return inlineBlock(builder, nest.getEpilogue().front(), combined, dims);
}

Location fuseLocations(NestOp first, NestOp second) {
  if (first.getLoc() == second.getLoc()) {
    return first.getLoc();
  }
  return FusedLoc::get(first.getContext(), {first.getLoc(), second.getLoc()});
}

//===----------------------------------------------------------------------===//
// Consumers into epilogues
//===----------------------------------------------------------------------===//

/// Fuses the elementwise nest `consumer`, which reads `producer`'s only result,
/// into `producer`'s epilogue.
struct FuseConsumerIntoEpilogue : public OpRewritePattern<NestOp> {
  FuseConsumerIntoEpilogue(MLIRContext *context, Pass::Statistic *count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(NestOp consumer,
                                PatternRewriter &rewriter) const override {
    if (consumer.getNumReductions() != 0) {
      return rewriter.notifyMatchFailure(consumer, "reduces");
    }
    for (auto [i, input] : llvm::enumerate(consumer.getInputs())) {
      auto producer = input.getDefiningOp<NestOp>();
      if (producer && succeeded(fuse(producer, consumer, i, rewriter))) {
        return success();
      }
    }
    return rewriter.notifyMatchFailure(consumer, "no producer to fuse into");
  }

  LogicalResult fuse(NestOp producer, NestOp consumer, unsigned index,
                     PatternRewriter &rewriter) const {
    if (producer->getNumResults() != 1 || !producer->hasOneUse() ||
        producer->getBlock() != consumer->getBlock()) {
      return failure();
    }
    AffineMap readMap =
        dropUnitDims(consumer.getInputMap(index), consumer.getBounds());
    AffineMap writeMap =
        dropUnitDims(producer.getOutputMap(0), producer.getBounds());
    std::optional<SmallVector<int64_t>> written =
        getWrittenSizes(producer, writeMap);
    if (!coversOnce(readMap, wideDims(consumer)) || !written) {
      return failure();
    }
    std::optional<SmallVector<AffineExpr>> dims =
        translateDims(readMap, writeMap);
    if (!dims || !coversAll(*written, consumer, readMap)) {
      return failure();
    }
    for (Region &region : consumer->getRegions()) {
      if (!canTranslateIndices(region, *dims)) {
        return failure();
      }
    }
    build(producer, consumer, index, *dims, rewriter);
    return success();
  }

  /// Whether the consumer visits all that is written.
  static bool coversAll(ArrayRef<int64_t> written, NestOp consumer,
                        AffineMap readMap) {
    for (auto [size, read] : llvm::zip(written, readMap.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(read);
      if (size != (dim ? consumer.getBounds()[dim.getPosition()] : 1)) {
        return false;
      }
    }
    return true;
  }

  void build(NestOp producer, NestOp consumer, unsigned index,
             ArrayRef<AffineExpr> dims, PatternRewriter &rewriter) const {
    unsigned numDims = producer.getNumDims();
    auto translate = [&](AffineMap map) {
      return simplifyAffineMap(map.replaceDimsAndSymbols(dims, {}, numDims, 0));
    };
    NestParts parts;
    parts.take(producer);
    parts.outputs.clear();
    parts.outputMaps.clear();
    for (auto [i, value] : llvm::enumerate(consumer.getInputs())) {
      if (i != index) {
        parts.epilogueInputs.push_back(value);
        parts.epilogueMaps.push_back(translate(consumer.getInputMap(i)));
      }
    }
    for (auto [i, value] : llvm::enumerate(consumer.getEpilogueInputs())) {
      parts.epilogueInputs.push_back(value);
      parts.epilogueMaps.push_back(translate(consumer.getEpilogueInputMap(i)));
    }
    for (auto [i, value] : llvm::enumerate(consumer.getOutputs())) {
      parts.outputs.push_back(value);
      parts.outputMaps.push_back(translate(consumer.getOutputMap(i)));
    }
    rewriter.setInsertionPoint(consumer);
    Location loc = fuseLocations(producer, consumer);
    NestOp fused = parts.build(rewriter, loc, producer);
    rewriter.cloneRegionBefore(producer.getInit(), fused.getInit(),
                               fused.getInit().end());
    rewriter.cloneRegionBefore(producer.getCombine(), fused.getCombine(),
                               fused.getCombine().end());
    buildEpilogue(producer, consumer, index, dims, fused, rewriter);
    rewriter.replaceOp(consumer, fused.getResults());
    rewriter.eraseOp(producer);
    ++*count;
  }

  void buildEpilogue(NestOp producer, NestOp consumer, unsigned index,
                     ArrayRef<AffineExpr> dims, NestOp fused,
                     PatternRewriter &rewriter) const {
    SmallVector<Type> types(producer.getEpilogue().front().getArgumentTypes());
    size_t numOwn = types.size();
    auto addTypes = [&](ValueRange values, int64_t skip) {
      for (auto [i, value] : llvm::enumerate(values)) {
        if (int64_t(i) != skip) {
          types.push_back(cast<ShapedType>(value.getType()).getElementType());
        }
      }
    };
    addTypes(consumer.getInputs(), index);
    addTypes(consumer.getEpilogueInputs(), -1);
    buildNestRegion(rewriter, consumer.getLoc(), fused.getEpilogue(), types,
                    [&](OpBuilder &builder, ValueRange arguments) {
                      SmallVector<Value> produced =
                          inlineBlock(builder, producer.getEpilogue().front(),
                                      arguments.take_front(numOwn), {});
                      SmallVector<Value> inputs(arguments.drop_front(numOwn));
                      inputs.insert(inputs.begin() + index, produced[0]);
                      size_t numInputs = consumer.getInputs().size();
                      return inlineElementwise(
                          builder, consumer,
                          ArrayRef<Value>(inputs).take_front(numInputs),
                          ArrayRef<Value>(inputs).drop_front(numInputs), dims);
                    });
  }

  Pass::Statistic *count;
};

//===----------------------------------------------------------------------===//
// Producers into readers
//===----------------------------------------------------------------------===//

/// Whether computing `nest` again costs next to nothing.
bool isCheap(NestOp nest) {
  unsigned count = 0;
  for (Region &region : nest->getRegions()) {
    for (Operation &op : region.front()) {
      if (isa<arith::DivFOp, arith::RemFOp>(op) ||
          isa<math::MathDialect>(op.getDialect()) ||
          op.getName().getStringRef() == "tensor.extract") {
        return false;
      }
      count += !isa<YieldOp, arith::ConstantOp>(op);
    }
  }
  return count <= 4;
}

/// Whether `nest` only moves elements of one tensor.
bool isCopy(NestOp nest) {
  return nest.getInputs().size() == 1 && nest.getEpilogueInputs().empty() &&
         llvm::equal(nest.getCombine().front().getTerminator()->getOperands(),
                     nest.getCombine().getArguments().take_front()) &&
         llvm::equal(nest.getEpilogue().front().getTerminator()->getOperands(),
                     nest.getEpilogue().getArguments());
}

/// Whether `reader` can read what `producer` copies at its place: each index is
/// one dimension of the reader, or 0. `dims` are the producer's in the reader.
bool canReadElsewhere(NestOp producer, NestOp reader,
                      ArrayRef<AffineExpr> dims) {
  if (!isCopy(producer)) {
    return false;
  }
  AffineMap map =
      simplifyAffineMap(producer.getInputMap(0).replaceDimsAndSymbols(
          dims, {}, reader.getNumDims(), 0));
  return llvm::all_of(map.getResults(), [](AffineExpr result) {
    return isa<AffineDimExpr>(result) || result == 0;
  });
}

/// Computes the elementwise nest `producer` where `reader` reads its result. A
/// contraction only reads elsewhere: what it multiplies is computed before.
struct FuseProducerIntoReader : public OpRewritePattern<NestOp> {
  FuseProducerIntoReader(MLIRContext *context, Pass::Statistic *count)
      : OpRewritePattern(context), count(count) {}

  LogicalResult matchAndRewrite(NestOp reader,
                                PatternRewriter &rewriter) const override {
    for (auto [i, input] : llvm::enumerate(reader.getInputs())) {
      auto producer = input.getDefiningOp<NestOp>();
      if (producer && succeeded(fuse(producer, reader, i, rewriter))) {
        return success();
      }
    }
    return rewriter.notifyMatchFailure(reader, "no producer to fuse");
  }

  LogicalResult fuse(NestOp producer, NestOp reader, unsigned index,
                     PatternRewriter &rewriter) const {
    if (producer.getNumReductions() != 0 || producer->getNumResults() != 1 ||
        !producer->hasOneUse() || producer->getBlock() != reader->getBlock() ||
        producer.getInputs().size() + reader.getInputs().size() > 12) {
      return failure();
    }
    AffineMap writeMap =
        dropUnitDims(producer.getOutputMap(0), producer.getBounds());
    AffineMap readMap =
        dropUnitDims(reader.getInputMap(index), reader.getBounds());
    if (!coversOnce(writeMap, wideDims(producer))) {
      return failure();
    }
    bool readsOnce = coversOnce(readMap, wideDims(reader));
    if (!readsOnce && !isCheap(producer)) {
      return failure();
    }
    std::optional<SmallVector<AffineExpr>> dims =
        translateDims(writeMap, readMap);
    if (dims && reader.isContraction() &&
        !canReadElsewhere(producer, reader, *dims)) {
      return failure();
    }
    for (Region &region : producer->getRegions()) {
      if (!dims || !canTranslateIndices(region, *dims)) {
        return failure();
      }
    }
    build(producer, reader, index, *dims, rewriter);
    return success();
  }

  void build(NestOp producer, NestOp reader, unsigned index,
             ArrayRef<AffineExpr> dims, PatternRewriter &rewriter) const {
    unsigned numDims = reader.getNumDims();
    NestParts parts;
    parts.take(reader);
    parts.inputs.erase(parts.inputs.begin() + index);
    parts.inputMaps.erase(parts.inputMaps.begin() + index);
    SmallVector<Type> types;
    for (Value value : parts.inputs) {
      types.push_back(cast<ShapedType>(value.getType()).getElementType());
    }
    size_t numProducerInputs =
        producer.getInputs().size() + producer.getEpilogueInputs().size();
    for (size_t i = 0; i < numProducerInputs; ++i) {
      Value value = producer->getOperand(i);
      parts.inputs.push_back(value);
      parts.inputMaps.push_back(simplifyAffineMap(
          producer.getInputMap(i).replaceDimsAndSymbols(dims, {}, numDims, 0)));
      types.push_back(cast<ShapedType>(value.getType()).getElementType());
    }
    size_t numInputs = types.size();
    llvm::append_range(
        types, reader.getInit().front().getTerminator()->getOperandTypes());
    rewriter.setInsertionPoint(reader);
    NestOp fused =
        parts.build(rewriter, fuseLocations(producer, reader), reader);
    rewriter.cloneRegionBefore(reader.getInit(), fused.getInit(),
                               fused.getInit().end());
    size_t numOwn = reader.getInputs().size() - 1;
    buildNestRegion(
        rewriter, reader.getLoc(), fused.getCombine(), types,
        [&](OpBuilder &builder, ValueRange arguments) {
          ValueRange read = arguments.slice(numOwn, numProducerInputs);
          size_t numPlain = producer.getInputs().size();
          SmallVector<Value> produced =
              inlineElementwise(builder, producer, read.take_front(numPlain),
                                read.drop_front(numPlain), dims);
          SmallVector<Value> own(arguments.take_front(numOwn));
          own.insert(own.begin() + index, produced[0]);
          llvm::append_range(own, arguments.drop_front(numInputs));
          return inlineBlock(builder, reader.getCombine().front(), own, {});
        });
    rewriter.cloneRegionBefore(reader.getEpilogue(), fused.getEpilogue(),
                               fused.getEpilogue().end());
    rewriter.replaceOp(reader, fused.getResults());
    rewriter.eraseOp(producer);
    ++*count;
  }

  Pass::Statistic *count;
};

struct FuseNests
    : public mlir::tessera::loop::impl::LoopFuseNestsPassBase<FuseNests> {
  using LoopFuseNestsPassBase::LoopFuseNestsPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseConsumerIntoEpilogue>(&getContext(), &numEpilogues);
    patterns.add<FuseProducerIntoReader>(&getContext(), &numProducers);
    if (failed(applyPatternsAndFoldGreedily(getOperation(),
                                            std::move(patterns)))) {
      signalPassFailure();
    }
  }
};
} // namespace
