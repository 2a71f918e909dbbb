//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Formulas that several math ops share, and how a formula becomes a pattern.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_CONVERSION_LOOP_TO_LLVM_MATHKERNELS_H
#define TESSERA_CONVERSION_LOOP_TO_LLVM_MATHKERNELS_H

#include "conversion/loop_to_llvm/MathBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::tessera::loop {

/// e^x * 2^scale.
Real emitExp(MathBuilder &m, Real x, int64_t scale = 0);
/// e^(x.high + x.low), of f64.
Real emitExp(MathBuilder &m, RealPair x);
/// e^x - 1.
Real emitExpM1(MathBuilder &m, Real x);
Real emitLog(MathBuilder &m, Real x);
/// log(1 + x).
Real emitLog1p(MathBuilder &m, Real x);
/// A positive number as 2^k * (1 + f), sqrt(1/2) <= 1 + f < sqrt(2).
struct Decomposed {
  Real k, f;
};
Decomposed decompose(MathBuilder &m, Real x, bool mayBeSubnormal);
/// y * 2^k, where k plus the exponent's bias is the low half of `k`, and
/// neither 2^k nor the result leaves the normal numbers.
Real scaleNormal(MathBuilder &m, Real y, Whole k);
/// Cuts off what is after the binary point, without an instruction for it.
Real emitTrunc(MathBuilder &m, Real x);

// The families' patterns, for what `abilities` lacks.
void populateExpandExponentialPatterns(RewritePatternSet &patterns,
                                       TargetAbilities abilities);
void populateExpandExtremaPatterns(RewritePatternSet &patterns);
void populateExpandLogarithmPatterns(RewritePatternSet &patterns,
                                     TargetAbilities abilities);
void populateExpandPowerPatterns(RewritePatternSet &patterns,
                                 TargetAbilities abilities);
void populateExpandTrigonometryPatterns(RewritePatternSet &patterns,
                                        TargetAbilities abilities);
void populateExpandInverseTrigonometryPatterns(RewritePatternSet &patterns,
                                               TargetAbilities abilities);
void populateExpandErrorFunctionPatterns(RewritePatternSet &patterns,
                                         TargetAbilities abilities);
void populateExpandRoundingPatterns(RewritePatternSet &patterns,
                                    TargetAbilities abilities);
void populateExpandRemainderPatterns(RewritePatternSet &patterns,
                                     TargetAbilities abilities);
void populateExpandMathPatterns(RewritePatternSet &patterns,
                                TargetAbilities abilities);
void populateExpandHalfPatterns(RewritePatternSet &patterns,
                                TargetAbilities abilities);

/// Replaces ops on floats of one type by a formula, which computes f16 and
/// bf16 in f32.
template <typename OpTy> class ExpandFormula : public OpRewritePattern<OpTy> {
public:
  using Formula = std::function<Real(MathBuilder &, ArrayRef<Real>)>;

  ExpandFormula(MLIRContext *context, TargetAbilities abilities,
                Formula formula, bool isForFloat32 = true)
      : OpRewritePattern<OpTy>(context, /*benefit=*/2), abilities(abilities),
        formula(std::move(formula)), isForFloat32(isForFloat32) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    auto vector = dyn_cast<VectorType>(type);
    if ((type != element && !vector) || (vector && vector.isScalable())) {
      return rewriter.notifyMatchFailure(op, "expected fixed vectors");
    }
    bool isNarrow = element.isF16() || element.isBF16();
    if (!isNarrow && !element.isF32() && !element.isF64()) {
      return rewriter.notifyMatchFailure(op, "expected floats to 64 bits");
    }
    if (element.isF32() && !isForFloat32) {
      return rewriter.notifyMatchFailure(op, "another pattern's");
    }
    Location loc = op.getLoc();
    Type computed = type;
    if (isNarrow) {
      computed = vector ? Type(vector.clone(rewriter.getF32Type()))
                        : rewriter.getF32Type();
    }
    MathBuilder m(rewriter, loc, computed, abilities);
    SmallVector<Real, 3> operands;
    for (Value operand : op->getOperands()) {
      operands.push_back(m.wrap(
          isNarrow ? rewriter.create<arith::ExtFOp>(loc, computed, operand)
                         .getResult()
                   : operand));
    }
    Value result = formula(m, operands);
    if (isNarrow) {
      result = rewriter.create<arith::TruncFOp>(loc, type, result);
    }
    rewriter.replaceOp(op, result);
    return success();
  }

private:
  TargetAbilities abilities;
  Formula formula;
  bool isForFloat32;
};

/// Adds a formula of one operand.
template <typename OpTy>
void addFormula(RewritePatternSet &patterns, TargetAbilities abilities,
                Real (*formula)(MathBuilder &, Real),
                bool isForFloat32 = true) {
  patterns.add<ExpandFormula<OpTy>>(
      patterns.getContext(), abilities,
      [formula](MathBuilder &m, ArrayRef<Real> x) { return formula(m, x[0]); },
      isForFloat32);
}

/// Adds a formula of two operands.
template <typename OpTy>
void addFormula(RewritePatternSet &patterns, TargetAbilities abilities,
                Real (*formula)(MathBuilder &, Real, Real)) {
  patterns.add<ExpandFormula<OpTy>>(
      patterns.getContext(), abilities,
      [formula](MathBuilder &m, ArrayRef<Real> x) {
        return formula(m, x[0], x[1]);
      });
}

} // namespace mlir::tessera::loop

#endif // TESSERA_CONVERSION_LOOP_TO_LLVM_MATHKERNELS_H
