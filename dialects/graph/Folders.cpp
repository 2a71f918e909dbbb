//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Folders: ops that change nothing, chains of views, constants in another
/// shape, and arithmetic on small integer constants, by which exporters spell
/// shapes. Whatever else is constant the pass graph-constant-fold computes.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace mlir::tessera::graph;

/// Constants with more elements are no shapes.
static constexpr int64_t kMaxShapeElements = 64;

//===-- Constants in another shape ----------------------------------------===//

/// The same elements as `type`, without a copy of large ones.
static Attribute retypeConstant(Attribute value, RankedTensorType type) {
  if (!type.hasStaticShape()) {
    return {};
  }
  if (auto dense = dyn_cast_if_present<DenseElementsAttr>(value)) {
    return dense.reshape(type);
  }
  if (auto resource = dyn_cast_if_present<DenseResourceElementsAttr>(value)) {
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  }
  return {};
}

/// The splat constant as `type`, of which it may have more or fewer elements.
static Attribute retypeSplat(Attribute value, RankedTensorType type) {
  auto splat = dyn_cast_if_present<SplatElementsAttr>(value);
  if (!splat || !type.hasStaticShape()) {
    return {};
  }
  return splat.resizeSplat(type);
}

//===-- Small integer constants -------------------------------------------===//

namespace {
/// A constant of at most kMaxShapeElements i32 or i64.
struct SmallConstant {
  ArrayRef<int64_t> shape;
  SmallVector<APInt> values;
};
} // namespace

static bool isShapeType(RankedTensorType type) {
  return type.hasStaticShape() && type.getNumElements() <= kMaxShapeElements &&
         (type.getElementType().isSignlessInteger(32) ||
          type.getElementType().isSignlessInteger(64));
}

static std::optional<SmallConstant> readSmall(Attribute value) {
  auto dense = dyn_cast_if_present<DenseIntElementsAttr>(value);
  if (!dense || !isShapeType(cast<RankedTensorType>(dense.getType()))) {
    return std::nullopt;
  }
  return SmallConstant{dense.getType().getShape(),
                       llvm::to_vector(dense.getValues<APInt>())};
}

static Attribute writeSmall(RankedTensorType type, ArrayRef<APInt> values) {
  return DenseElementsAttr::get(type, values);
}

/// Calls `visit` with every index of `shape`, in row-major order.
static void forEachIndex(ArrayRef<int64_t> shape,
                         llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> strides = computeStrides(shape);
  for (int64_t i = 0, e = computeProduct(shape); i < e; ++i) {
    visit(delinearize(i, strides));
  }
}

/// The element of `constant` that broadcasts to `index`.
static const APInt &getBroadcast(const SmallConstant &constant,
                                 ArrayRef<int64_t> index) {
  int64_t offset = 0;
  index = index.take_back(constant.shape.size());
  for (auto [size, position] : llvm::zip_equal(constant.shape, index)) {
    offset = offset * size + (size == 1 ? 0 : position);
  }
  return constant.values[offset];
}

static Attribute foldArithmetic(
    Attribute lhs, Attribute rhs, RankedTensorType type,
    llvm::function_ref<APInt(const APInt &, const APInt &)> compute) {
  if (!isShapeType(type)) {
    return {};
  }
  std::optional<SmallConstant> a = readSmall(lhs), b = readSmall(rhs);
  if (!a || !b) {
    return {};
  }
  SmallVector<APInt> values;
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> index) {
    values.push_back(compute(getBroadcast(*a, index), getBroadcast(*b, index)));
  });
  return writeSmall(type, values);
}

OpFoldResult AddOp::fold(FoldAdaptor operands) {
  return foldArithmetic(operands.getLhs(), operands.getRhs(), getType(),
                        [](const APInt &a, const APInt &b) { return a + b; });
}

OpFoldResult SubOp::fold(FoldAdaptor operands) {
  return foldArithmetic(operands.getLhs(), operands.getRhs(), getType(),
                        [](const APInt &a, const APInt &b) { return a - b; });
}

OpFoldResult MulOp::fold(FoldAdaptor operands) {
  return foldArithmetic(operands.getLhs(), operands.getRhs(), getType(),
                        [](const APInt &a, const APInt &b) { return a * b; });
}

OpFoldResult DivOp::fold(FoldAdaptor operands) {
  // As ScalarContext::div has it, x / 0 is 0.
  return foldArithmetic(operands.getLhs(), operands.getRhs(), getType(),
                        [](const APInt &a, const APInt &b) {
                          return b.isZero() ? b : a.sdiv(b);
                        });
}

OpFoldResult CastOp::fold(FoldAdaptor operands) {
  if (getType() == getInput().getType()) {
    return getInput();
  }
  std::optional<SmallConstant> input = readSmall(operands.getInput());
  if (!input || !isShapeType(getType())) {
    return {};
  }
  unsigned width = getType().getElementTypeBitWidth();
  for (APInt &value : input->values) {
    value = value.sextOrTrunc(width);
  }
  return writeSmall(getType(), input->values);
}

//===-- Views -------------------------------------------------------------===//

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult ReshapeOp::fold(FoldAdaptor operands) {
  if (getType() == getInput().getType()) {
    return getInput();
  }
  if (Attribute folded = retypeConstant(operands.getInput(), getType())) {
    return folded;
  }
  // With two dynamic dimensions the result depends on the shape in between.
  auto producer = getInput().getDefiningOp<ReshapeOp>();
  if (producer && getType().getNumDynamicDims() <= 1) {
    getInputMutable().assign(producer.getInput());
    return getResult();
  }
  return {};
}

OpFoldResult TransposeOp::fold(FoldAdaptor operands) {
  if (isIdentityPermutation(getPermutation()) &&
      getType() == getInput().getType()) {
    return getInput();
  }
  if (Attribute folded = retypeSplat(operands.getInput(), getType())) {
    return folded;
  }
  if (auto producer = getInput().getDefiningOp<TransposeOp>()) {
    setPermutation(
        applyPermutation(producer.getPermutation(), getPermutation()));
    getInputMutable().assign(producer.getInput());
    return getResult();
  }
  return {};
}

/// Whether the dimensions that may be other than 1 keep their order.
static bool movesOnlyUnitDimensions(ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> permutation) {
  int64_t last = -1;
  for (int64_t dimension : permutation) {
    if (shape[dimension] == 1) {
      continue;
    }
    if (dimension < last) {
      return false;
    }
    last = dimension;
  }
  return true;
}

namespace {
/// transpose(x : 1x4x1, [2, 1, 0]) -> reshape(x)
struct ReplaceUnitTransposeByReshape : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    if (!movesOnlyUnitDimensions(op.getInput().getType().getShape(),
                                 op.getPermutation())) {
      return rewriter.notifyMatchFailure(op, "elements change their order");
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getInput());
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<ReplaceUnitTransposeByReshape>(context);
}

OpFoldResult BroadcastOp::fold(FoldAdaptor operands) {
  if (getType() == getInput().getType() && getType().hasStaticShape()) {
    return getInput();
  }
  if (Attribute folded = retypeSplat(operands.getInput(), getType())) {
    return folded;
  }
  std::optional<SmallConstant> input = readSmall(operands.getInput());
  if (!input || !isShapeType(getType())) {
    return {};
  }
  SmallVector<APInt> values;
  forEachIndex(getType().getShape(), [&](ArrayRef<int64_t> index) {
    values.push_back(getBroadcast(*input, index));
  });
  return writeSmall(getType(), values);
}

//===-- Data movement -----------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor operands) {
  if (getInputs().size() == 1 && getType() == getInputs()[0].getType()) {
    return getInputs()[0];
  }
  if (!isShapeType(getType())) {
    return {};
  }
  SmallVector<SmallConstant> inputs;
  for (Attribute attribute : operands.getInputs()) {
    std::optional<SmallConstant> input = readSmall(attribute);
    if (!input) {
      return {};
    }
    inputs.push_back(std::move(*input));
  }
  SmallVector<APInt> values;
  forEachIndex(getType().getShape(), [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> local(index);
    int64_t &position = local[getAxis()];
    const SmallConstant *input = inputs.begin();
    while (position >= input->shape[getAxis()]) {
      position -= input->shape[getAxis()];
      ++input;
    }
    values.push_back(
        input->values[linearize(local, computeStrides(input->shape))]);
  });
  return writeSmall(getType(), values);
}

OpFoldResult SliceOp::fold(FoldAdaptor operands) {
  bool isWhole = true;
  for (auto [start, step, size, input] :
       llvm::zip_equal(getStarts(), getSteps(), getSizes(),
                       getInput().getType().getShape())) {
    isWhole &= start == 0 && step == 1 && (size == -1 || size == input);
  }
  if (isWhole && getType() == getInput().getType()) {
    return getInput();
  }
  if (Attribute folded = retypeSplat(operands.getInput(), getType())) {
    return folded;
  }
  std::optional<SmallConstant> input = readSmall(operands.getInput());
  if (!input || !isShapeType(getType())) {
    return {};
  }
  SmallVector<int64_t> strides = computeStrides(input->shape);
  SmallVector<APInt> values;
  forEachIndex(getType().getShape(), [&](ArrayRef<int64_t> index) {
    int64_t offset = 0;
    for (auto [d, position] : llvm::enumerate(index)) {
      offset += (getStarts()[d] + position * getSteps()[d]) * strides[d];
    }
    values.push_back(input->values[offset]);
  });
  return writeSmall(getType(), values);
}

OpFoldResult GatherOp::fold(FoldAdaptor operands) {
  std::optional<SmallConstant> input = readSmall(operands.getInput());
  std::optional<SmallConstant> indices = readSmall(operands.getIndices());
  if (!input || !indices || !isShapeType(getType())) {
    return {};
  }
  int64_t axis = getAxis(), size = input->shape[axis];
  if (size == 0) {
    return {};
  }
  int64_t indexRank = indices->shape.size();
  SmallVector<APInt> values;
  forEachIndex(getType().getShape(), [&](ArrayRef<int64_t> index) {
    int64_t picked =
        getBroadcast(*indices, index.slice(axis, indexRank)).getSExtValue();
    picked =
        std::clamp<int64_t>(picked < 0 ? picked + size : picked, 0, size - 1);
    SmallVector<int64_t> source(index.take_front(axis));
    source.push_back(picked);
    llvm::append_range(source, index.drop_front(axis + indexRank));
    values.push_back(
        input->values[linearize(source, computeStrides(input->shape))]);
  });
  return writeSmall(getType(), values);
}
