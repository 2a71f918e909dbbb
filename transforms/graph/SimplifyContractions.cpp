//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/AuxiliaryLocation.h"
#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/SimplifyPatterns.h"

using namespace mlir;
using namespace mlir::tessera::graph;

//===----------------------------------------------------------------------===//
// Factors into filters
//===----------------------------------------------------------------------===//

/// The dimension of the op's result that the filter's outputs become, or
/// nothing if the op is no contraction with a constant filter.
static std::optional<int64_t> getOutputAxis(Operation *op) {
  if (!op || !isa<ConvOp, ConvTransposeOp, MatmulOp>(op) ||
      !isConstantExpression(op->getOperand(1)) ||
      !hasStaticShape(op->getOperand(1))) {
    return std::nullopt;
  }
  int64_t rank = getShape(op->getResult(0)).size();
  if (isa<MatmulOp>(op)) {
    return getShape(op->getOperand(1)).size() >= 2 ? rank - 1 : -1;
  }
  return cast<ChannelsLastOpInterface>(op).isChannelsLast() ? rank - 1 : 1;
}

/// Whether the result of `op` may be multiplied by `factor` in its filter.
static bool canScaleFilter(Operation *op, Value factor) {
  std::optional<int64_t> axis = getOutputAxis(op);
  if (!axis || !hasStaticShape(factor)) {
    return false;
  }
  ArrayRef<int64_t> shape = getShape(op->getResult(0));
  if (!variesAlongOnly(getShape(factor), shape.size(), *axis)) {
    return false;
  }
  int64_t size = ShapedType::getNumElements(getShape(factor));
  auto deconv = dyn_cast<ConvTransposeOp>(op);
  if (deconv && deconv.getChannelsLast() && deconv.getGroups() != 1 &&
      size != 1) {
    return false;
  }
  return size == 1 || size == shape[*axis];
}

/// The filter of `op` with `OpTy` (a product or quotient) applied for each
/// output. Groups of a transposed convolution share the filter's dimension of
/// outputs, so they are pulled apart for it.
template <typename OpTy>
static Value scaleFilter(OpBuilder &builder, Location loc, Operation *op,
                         Value factor) {
  Value filter = op->getOperand(1);
  int64_t size = ShapedType::getNumElements(getShape(factor));
  if (size == 1) {
    return builder.create<OpTy>(loc, filter,
                                createReshape(builder, loc, factor, {}));
  }
  SmallVector<int64_t> shape(getShape(filter));
  auto deconv = dyn_cast<ConvTransposeOp>(op);
  if (!deconv) {
    SmallVector<int64_t> factorShape(shape.size(), 1);
    bool last =
        isa<MatmulOp>(op) || cast<ChannelsLastOpInterface>(op).isChannelsLast();
    factorShape[last ? shape.size() - 1 : 0] = size;
    return builder.create<OpTy>(
        loc, filter, createReshape(builder, loc, factor, factorShape));
  }
  if (deconv.getChannelsLast()) {
    return builder.create<OpTy>(loc, filter,
                                createReshape(builder, loc, factor, {size, 1}));
  }
  int64_t groups = deconv.getGroups();
  SmallVector<int64_t> split{groups, shape[0] / groups, shape[1]};
  split.append(shape.begin() + 2, shape.end());
  SmallVector<int64_t> factorShape(split.size(), 1);
  factorShape[0] = groups;
  factorShape[2] = shape[1];
  Value scaled =
      builder.create<OpTy>(loc, createReshape(builder, loc, filter, split),
                           createReshape(builder, loc, factor, factorShape));
  return createReshape(builder, loc, scaled, shape);
}

namespace {

/// conv(x, f) * c -> conv(x, f * c), also for quotients, where c is one number
/// for each output channel and the convolution has no other user.
template <typename OpTy>
struct MoveFactorIntoFilter : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    constexpr bool isMul = std::is_same_v<OpTy, MulOp>;
    std::optional<VariableAndConstant> split = splitConstant(op, isMul);
    if (!split ||
        (!isMul && !isa<FloatType>(getElementTypeOrSelf(op.getType())))) {
      return rewriter.notifyMatchFailure(op, "no constant factor");
    }
    Operation *contraction = split->variable.getDefiningOp();
    if (!contraction || !contraction->hasOneUse() ||
        split->variable.getType() != op.getType() ||
        !canScaleFilter(contraction, split->constant)) {
      return rewriter.notifyMatchFailure(op, "no filter to take the factor");
    }
    Location loc = rewriter.getFusedLoc({contraction->getLoc(), op.getLoc()});
    Value filter =
        scaleFilter<OpTy>(rewriter, loc, contraction, split->constant);
    Operation *scaled = rewriter.clone(*contraction);
    rewriter.modifyOpInPlace(scaled, [&] {
      scaled->setOperand(1, filter);
      scaled->setLoc(loc);
    });
    rewriter.replaceOp(op, scaled->getResults());
    return success();
  }
};

/// (y + c1) * c2 -> y * c2 + c1 * c2, also for quotients, where y is a
/// contraction that takes the factor c2, or itself a product with a constant.
template <typename OpTy>
struct DistributeFactor : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    constexpr bool isMul = std::is_same_v<OpTy, MulOp>;
    std::optional<VariableAndConstant> outer = splitConstant(op, isMul);
    auto sum = outer ? outer->variable.getDefiningOp<AddOp>() : AddOp();
    if (!sum || !sum->hasOneUse() ||
        !isa<FloatType>(getElementTypeOrSelf(op.getType()))) {
      return rewriter.notifyMatchFailure(op, "no sum of its own");
    }
    std::optional<VariableAndConstant> inner = splitConstant(sum, true);
    Operation *source = inner ? inner->variable.getDefiningOp() : nullptr;
    if (!source || !source->hasOneUse() ||
        inner->variable.getType() != op.getType()) {
      return rewriter.notifyMatchFailure(op, "no sum with a constant");
    }
    bool takesFactor = canScaleFilter(source, outer->constant) ||
                       (isMul && isa<MulOp>(source) &&
                        splitConstant(source, true).has_value());
    if (!takesFactor || !keepsSize(inner->constant, outer->constant)) {
      return rewriter.notifyMatchFailure(op, "nothing takes the factor");
    }
    Location loc = rewriter.getFusedLoc({sum.getLoc(), op.getLoc()});
    Value scaled = rewriter.create<OpTy>(makeAuxiliary(op.getLoc()),
                                         inner->variable, outer->constant);
    Value offset = rewriter.create<OpTy>(loc, inner->constant, outer->constant);
    rewriter.replaceOp(op,
                       rewriter.create<AddOp>(loc, scaled, offset).getResult());
    return success();
  }

private:
  static bool keepsSize(Value a, Value b) {
    if (!hasStaticShape(a) || !hasStaticShape(b)) {
      return false;
    }
    FailureOr<SmallVector<int64_t>> shape =
        inferBroadcastShape({getShape(a), getShape(b)});
    return succeeded(shape) &&
           ShapedType::getNumElements(*shape) <=
               std::max(ShapedType::getNumElements(getShape(a)),
                        ShapedType::getNumElements(getShape(b)));
  }
};

//===----------------------------------------------------------------------===//
// Batch normalisation
//===----------------------------------------------------------------------===//

/// batch_norm(x) -> x * scale' + shift with scale' = scale / sqrt(var + eps)
/// and shift = bias - mean * scale', computed in at least f32.
struct ExpandBatchNorm : public OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getInput().getType());
    int64_t channels = getShape(op.getScale())[0];
    if (ShapedType::isDynamic(channels)) {
      return rewriter.notifyMatchFailure(op, "dynamic channels");
    }
    Location loc = op.getLoc();
    Type element = type.getElementType();
    bool narrow = element.getIntOrFloatBitWidth() < 32;
    Type wide = narrow ? rewriter.getF32Type() : element;
    auto widen = [&](Value value) -> Value {
      return narrow ? rewriter.create<CastOp>(loc, value, wide) : value;
    };
    SmallVector<int64_t> shape(type.getRank() - op.getAxis(), 1);
    shape[0] = channels;
    auto finish = [&](Value value) {
      Value cast =
          narrow ? rewriter.create<CastOp>(loc, value, element) : value;
      return createReshape(rewriter, loc, cast, shape);
    };

    Value epsilon =
        createScalar(rewriter, loc, wide, op.getEpsilon().convertToDouble());
    Value variance =
        rewriter.create<AddOp>(loc, widen(op.getVariance()), epsilon);
    Value deviation = rewriter.create<SqrtOp>(loc, variance);
    Value scale = rewriter.create<DivOp>(loc, widen(op.getScale()), deviation);
    Value offset = rewriter.create<MulOp>(loc, widen(op.getMean()), scale);
    Value shift = rewriter.create<SubOp>(loc, widen(op.getBias()), offset);
    Value scaled = rewriter.create<MulOp>(makeAuxiliary(loc), op.getInput(),
                                          finish(scale));
    rewriter.replaceOpWithNewOp<AddOp>(op, scaled, finish(shift));
    return success();
  }
};

} // namespace

void mlir::tessera::graph::populateSimplifyContractionPatterns(
    RewritePatternSet &patterns) {
  patterns
      .add<DistributeFactor<DivOp>, DistributeFactor<MulOp>, ExpandBatchNorm,
           MoveFactorIntoFilter<DivOp>, MoveFactorIntoFilter<MulOp>>(
          patterns.getContext());
}
