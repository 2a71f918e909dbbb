//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Maxima and minima that keep NaN.
///
//===----------------------------------------------------------------------===//

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// arith.maximumf -> llvm.maximum that may take either zero for the other: one
/// instruction where an operand is known to be no NaN, three else. Upstream's
/// two selects end up as two comparisons, an `or` of masks and a blend.
template <typename SourceOp, typename TargetOp>
struct UseIntrinsic : public OpRewritePattern<SourceOp> {
  using OpRewritePattern<SourceOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(SourceOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    Type element = getElementTypeOrSelf(type);
    auto vector = dyn_cast<VectorType>(type);
    if (!(element.isF32() || element.isF64()) ||
        (vector && (vector.getRank() != 1 || vector.isScalable()))) {
      return rewriter.notifyMatchFailure(op, "no type of LLVM's registers");
    }
    rewriter.replaceOpWithNewOp<TargetOp>(op, type, op.getLhs(), op.getRhs(),
                                          LLVM::FastmathFlags::nsz);
    return success();
  }
};

} // namespace

void mlir::tessera::loop::populateExpandExtremaPatterns(
    RewritePatternSet &patterns) {
  patterns.add<UseIntrinsic<arith::MaximumFOp, LLVM::MaximumOp>,
               UseIntrinsic<arith::MinimumFOp, LLVM::MinimumOp>>(
      patterns.getContext());
}
