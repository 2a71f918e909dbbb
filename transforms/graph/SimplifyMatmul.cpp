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

namespace {

/// matmul(x : [..., M, K], w : [K, N]) -> reshape(matmul(reshape(x), w)) with
/// all rows in one dimension.
struct FlattenMatmulRows : public OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (!hasStaticShape(op.getLhs()) || !hasStaticShape(op.getRhs()) ||
        getShape(op.getLhs()).size() < 3 || getShape(op.getRhs()).size() != 2) {
      return rewriter.notifyMatchFailure(op, "no rows to flatten");
    }
    ArrayRef<int64_t> shape = getShape(op.getLhs());
    int64_t rows = ShapedType::getNumElements(shape.drop_back());
    Location loc = op.getLoc();
    Location auxiliary = makeAuxiliary(loc);
    Value lhs =
        createReshape(rewriter, auxiliary, op.getLhs(), {rows, shape.back()});
    Value flat = rewriter.create<MatmulOp>(auxiliary, lhs, op.getRhs());
    rewriter.replaceOp(
        op, createReshape(rewriter, loc, flat, getShape(op.getResult())));
    return success();
  }
};

/// matmul(a * c, b) -> matmul(a, b) * c for a number c, on either side: the
/// factor is free behind the product, or goes into constant weights. Not for
/// f16, where models scale operands so that the product stays in range.
struct MoveFactorBehindMatmul : public OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    if (!isa<FloatType>(element) || element.isF16()) {
      return rewriter.notifyMatchFailure(op, "element type");
    }
    for (unsigned i : {0, 1}) {
      auto mul = op->getOperand(i).getDefiningOp<MulOp>();
      std::optional<VariableAndConstant> split;
      if (mul && mul->hasOneUse()) {
        split = splitConstant(mul, true);
      }
      if (!split || split->variable.getType() != mul.getType() ||
          !hasStaticShape(split->constant) ||
          ShapedType::getNumElements(getShape(split->constant)) != 1) {
        continue;
      }
      Location loc = rewriter.getFusedLoc({mul.getLoc(), op.getLoc()});
      SmallVector<Value> operands(op->getOperands());
      operands[i] = split->variable;
      Value product = rewriter.create<MatmulOp>(makeAuxiliary(op.getLoc()),
                                                operands[0], operands[1]);
      Value factor = createReshape(rewriter, loc, split->constant, {});
      rewriter.replaceOp(
          op, rewriter.create<MulOp>(loc, product, factor).getResult());
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no factor");
  }
};

} // namespace

/// Whether `value` is a matrix product, or elementwise ops on one.
static bool isBehindMatmul(Value value, unsigned depth = 6) {
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0) {
    return false;
  }
  if (isa<MatmulOp>(op)) {
    return true;
  }
  return isa<ElementwiseOpInterface>(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return operand.getType() == value.getType() &&
                  isBehindMatmul(operand, depth - 1);
         });
}

namespace {

/// add(reshape(matmul), y) -> reshape(add(matmul, reshape(y))), for every
/// elementwise op, so that it can follow the product in registers. `y` is of
/// the whole shape, one number, or varies along the last dimension only.
struct MoveReshapeBehindElementwise
    : public OpInterfaceRewritePattern<ElementwiseOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ElementwiseOpInterface op,
                                PatternRewriter &rewriter) const override {
    for (Value operand : op->getOperands()) {
      auto reshape = operand.getDefiningOp<ReshapeOp>();
      if (!reshape || !hasStaticShape(reshape.getInput()) ||
          !hasStaticShape(operand) || !isBehindMatmul(reshape.getInput()) ||
          getShape(operand) != getShape(op->getResult(0)) ||
          !llvm::all_of(reshape->getUsers(),
                        [&](Operation *user) { return user == op; })) {
        continue;
      }
      SmallVector<SmallVector<int64_t>> shapes;
      if (succeeded(getNewShapes(op, reshape, shapes))) {
        move(op, reshape, shapes, rewriter);
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "no reshaped matrix product");
  }

private:
  /// The shapes of the op's operands once it works on the reshape's input.
  static LogicalResult
  getNewShapes(Operation *op, ReshapeOp reshape,
               SmallVectorImpl<SmallVector<int64_t>> &shapes) {
    ArrayRef<int64_t> from = getShape(reshape.getInput());
    ArrayRef<int64_t> to = getShape(reshape.getResult());
    for (Value operand : op->getOperands()) {
      if (!hasStaticShape(operand)) {
        return failure();
      }
      ArrayRef<int64_t> shape = getShape(operand);
      if (shape == to) {
        // Another product in this shape would want the opposite.
        if (operand != reshape.getResult() && isBehindMatmul(operand)) {
          return failure();
        }
        shapes.emplace_back(from);
      } else if (ShapedType::getNumElements(shape) == 1) {
        shapes.emplace_back();
      } else if (!from.empty() && from.back() == to.back() &&
                 variesAlongOnly(shape, to.size(), to.size() - 1)) {
        shapes.push_back({shape.back()});
      } else {
        return failure();
      }
    }
    return success();
  }

  static void move(Operation *op, ReshapeOp reshape,
                   ArrayRef<SmallVector<int64_t>> shapes,
                   PatternRewriter &rewriter) {
    SmallVector<Value> operands;
    for (auto [operand, shape] : llvm::zip_equal(op->getOperands(), shapes)) {
      operands.push_back(operand == reshape.getResult()
                             ? Value(reshape.getInput())
                             : createReshape(rewriter,
                                             makeAuxiliary(reshape.getLoc()),
                                             operand, shape));
    }
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Operation *moved = rewriter.clone(*op);
    rewriter.modifyOpInPlace(moved, [&] {
      moved->setOperands(operands);
      moved->getResult(0).setType(type.clone(getShape(reshape.getInput())));
    });
    moved->setLoc(makeAuxiliary(op->getLoc()));
    Location loc = rewriter.getFusedLoc({reshape.getLoc(), op->getLoc()});
    rewriter.replaceOp(
        op, createReshape(rewriter, loc, moved->getResult(0), type.getShape()));
  }
};

} // namespace

void mlir::tessera::graph::populateSimplifyMatmulPatterns(
    RewritePatternSet &patterns) {
  patterns.add<FlattenMatmulRows, MoveFactorBehindMatmul,
               MoveReshapeBehindElementwise>(patterns.getContext());
}
