//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// f16 and bf16 where the target does not compute with them: arithmetic is done
// in f32, and conversions in integers where F16C is missing. From f64 they go
// through f32 rounded to odd, so that the second rounding is right.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::tessera::loop;

static Type withElement(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like)) {
    return vector.clone(element);
  }
  return element;
}

static bool isNarrow(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isF16() || element.isBF16();
}

//===-- Conversions -------------------------------------------------------===//

/// f32 of the bits of an f16, in the low half of `half`.
static Real emitExtend(MathBuilder &m, Whole half) {
  constexpr int64_t rebias = int64_t(127 - 15) << 23;
  Whole magnitude = m.shiftLeft(half & 0x7fff, 13);
  Whole normal = magnitude + rebias;
  // A subnormal number's mantissa, as what is added to 2^-14. No subnormal f32
  // comes up, which processors are slow with.
  Real subnormal = m.fromBits(normal + (int64_t(1) << 23)) - 0x1p-14;
  Truth isSubnormal = (half & 0x7c00) == 0;
  Truth isSpecial = (half & 0x7c00) == 0x7c00;
  Whole bits = m.select(isSubnormal, m.bits(subnormal),
                        m.select(isSpecial, normal + rebias, normal));
  return m.fromBits(bits | m.shiftLeft(half & 0x8000, 16));
}

/// The bits of the f16 nearest to an f32.
static Whole emitTruncate(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Whole bits = m.bits(size);
  Whole sign = m.shiftRight(m.bits(x) ^ bits, 16);
  // Ties to even. What is 65520 and more carries into inf.
  Whole even = m.shiftRight(bits, 13) & 1;
  Whole normal =
      m.shiftRight(bits + even + (0xfff - (int64_t(127 - 15) << 23)), 13);
  // 0.5 has its last place where a subnormal f16 has it.
  Whole subnormal = m.bits(size + 0.5) - m.bits(m.real(0.5));
  Whole result = m.select(size < 0x1p-14, subnormal, normal);
  result = m.select(size >= 0x1p16, m.whole(0x7c00), result);
  return m.select(m.isNan(x), m.whole(0x7e00), result) | sign;
}

/// f32 of an f64: where that is not exact, the neighbour whose last bit is 1.
static Value emitRoundToOdd(PatternRewriter &rewriter, Location loc,
                            Value operand, TargetAbilities abilities) {
  MathBuilder wide(rewriter, loc, operand.getType(), abilities);
  MathBuilder m(rewriter, loc,
                withElement(operand.getType(), rewriter.getF32Type()),
                abilities);
  Real nearest =
      m.wrap(rewriter.create<arith::TruncFOp>(loc, m.floatType(), operand));
  Real back = wide.wrap(
      rewriter.create<arith::ExtFOp>(loc, wide.floatType(), nearest.value));
  Real size = wide.abs(wide.wrap(operand)), nearestSize = wide.abs(back);
  Whole bits = m.bits(nearest);
  bits = m.select(size < nearestSize, bits - 1, bits);
  bits = m.select(nearestSize != size, bits | 1, bits);
  return m.fromBits(bits);
}

namespace {
struct ExpandExtend : OpRewritePattern<arith::ExtFOp> {
  ExpandExtend(MLIRContext *context, TargetAbilities abilities)
      : OpRewritePattern(context), abilities(abilities) {}

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value operand = op.getIn();
    if (!isNarrow(operand.getType())) {
      return rewriter.notifyMatchFailure(op, "not from 16 bits");
    }
    bool isHalf = getElementTypeOrSelf(operand.getType()).isF16();
    Type single = withElement(op.getType(), rewriter.getF32Type());
    if (op.getType() != single) {
      Value middle = rewriter.create<arith::ExtFOp>(loc, single, operand);
      rewriter.replaceOpWithNewOp<arith::ExtFOp>(op, op.getType(), middle);
      return success();
    }
    if (!isHalf || abilities.convertsHalf) {
      return rewriter.notifyMatchFailure(op, "an instruction, or a shift");
    }
    MathBuilder m(rewriter, loc, single, abilities);
    Value bits = rewriter.create<arith::BitcastOp>(
        loc, withElement(single, rewriter.getI16Type()), operand);
    bits = rewriter.create<arith::ExtUIOp>(
        loc, withElement(single, rewriter.getI32Type()), bits);
    rewriter.replaceOp(op, emitExtend(m, {{&m, bits}}).value);
    return success();
  }

  TargetAbilities abilities;
};

struct ExpandTruncate : OpRewritePattern<arith::TruncFOp> {
  ExpandTruncate(MLIRContext *context, TargetAbilities abilities)
      : OpRewritePattern(context), abilities(abilities) {}

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value operand = op.getIn();
    if (!isNarrow(op.getType())) {
      return rewriter.notifyMatchFailure(op, "not to 16 bits");
    }
    if (getElementTypeOrSelf(operand.getType()).isF64()) {
      Value odd = emitRoundToOdd(rewriter, loc, operand, abilities);
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), odd);
      return success();
    }
    if (!getElementTypeOrSelf(op.getType()).isF16() || abilities.convertsHalf) {
      return rewriter.notifyMatchFailure(op, "an instruction, or for "
                                             "-arith-expand");
    }
    MathBuilder m(rewriter, loc, operand.getType(), abilities);
    Value bits = emitTruncate(m, m.wrap(operand));
    bits = rewriter.create<arith::TruncIOp>(
        loc, withElement(op.getType(), rewriter.getI16Type()), bits);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, op.getType(), bits);
    return success();
  }

  TargetAbilities abilities;
};

//===-- Arithmetic --------------------------------------------------------===//

/// Computes in f32 what has operands or results of 16 bits. One such op rounds
/// correctly even so.
template <typename OpTy> struct ComputeInFloat32 : OpRewritePattern<OpTy> {
  ComputeInFloat32(MLIRContext *context, TargetAbilities abilities)
      : OpRewritePattern<OpTy>(context), abilities(abilities) {}

  bool isForeign(Type type) const {
    Type element = getElementTypeOrSelf(type);
    return element.isBF16() || (element.isF16() && !abilities.computesHalf);
  }

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type type = op->getResult(0).getType();
    bool changes = isForeign(type);
    SmallVector<Value, 3> operands;
    for (Value operand : op->getOperands()) {
      if (isForeign(operand.getType())) {
        changes = true;
        operand = rewriter.create<arith::ExtFOp>(
            loc, withElement(operand.getType(), rewriter.getF32Type()),
            operand);
      }
      operands.push_back(operand);
    }
    if (!changes) {
      return rewriter.notifyMatchFailure(op, "no floats of 16 bits");
    }
    Type computed =
        isForeign(type) ? withElement(type, rewriter.getF32Type()) : type;
    Value result = rewriter.create<OpTy>(loc, TypeRange{computed}, operands,
                                         op->getAttrs());
    if (computed != type) {
      result = rewriter.create<arith::TruncFOp>(loc, type, result);
    }
    rewriter.replaceOp(op, result);
    return success();
  }

  TargetAbilities abilities;
};
} // namespace

template <typename... OpTys>
static void addComputeInFloat32(RewritePatternSet &patterns,
                                TargetAbilities abilities) {
  patterns.add<ComputeInFloat32<OpTys>...>(patterns.getContext(), abilities);
}

void mlir::tessera::loop::populateExpandHalfPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  if (!abilities.computesHalf) {
    patterns.add<ExpandExtend, ExpandTruncate>(patterns.getContext(),
                                               abilities);
  }
  addComputeInFloat32<
      arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::NegFOp,
      arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp,
      arith::CmpFOp, arith::FPToSIOp, arith::FPToUIOp, arith::SIToFPOp,
      arith::UIToFPOp, math::SqrtOp, math::RsqrtOp, math::AbsFOp,
      math::CopySignOp, math::FloorOp, math::CeilOp, math::TruncOp,
      math::RoundEvenOp, math::FmaOp>(patterns, abilities);
}
