//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "transforms/loop/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPWIDENFLOATSPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// f64 for f16, bf16 and f32; other types unchanged.
Type widen(Type type) {
  return isa<FloatType>(type) ? Float64Type::get(type.getContext()) : type;
}

/// `value` as `type`, both floats or of equal type.
Value convert(OpBuilder &builder, Value value, Type type) {
  if (value.getType() == type) {
    return value;
  }
  unsigned from = value.getType().getIntOrFloatBitWidth();
  if (from < type.getIntOrFloatBitWidth()) {
    return builder.create<arith::ExtFOp>(value.getLoc(), type, value);
  }
  return builder.create<arith::TruncFOp>(value.getLoc(), type, value);
}

/// Rebuilds the block of `from` in `to` with all floats in f64. Arguments from
/// `firstWide` to `lastWide` (exclusive) are f64 already; the others are
/// extended. What is yielded is narrowed to `yielded` where that is given.
class RegionWidener {
public:
  explicit RegionWidener(OpBuilder &builder) : builder(builder) {}

  void run(Region &from, Region &to, size_t firstWide, size_t lastWide,
           ArrayRef<Type> yielded) {
    OpBuilder::InsertionGuard guard(builder);
    Block &block = from.front();
    Block *wide = builder.createBlock(&to);
    IRMapping mapping;
    for (auto [i, argument] : llvm::enumerate(block.getArguments())) {
      bool isWide = i >= firstWide && i < lastWide;
      Type type = isWide ? widen(argument.getType()) : argument.getType();
      Value added = wide->addArgument(type, argument.getLoc());
      mapping.map(argument, convert(builder, added, widen(type)));
    }
    for (Operation &op : block.without_terminator()) {
      widenOp(op, mapping);
    }
    SmallVector<Value> results;
    for (auto [i, value] :
         llvm::enumerate(block.getTerminator()->getOperands())) {
      Value result = lookup(value, mapping);
      results.push_back(yielded.empty() ? result
                                        : convert(builder, result, yielded[i]));
    }
    builder.create<YieldOp>(block.getTerminator()->getLoc(), results);
  }

private:
  /// A value from outside of the region is widened where it is used.
  Value lookup(Value value, IRMapping &mapping) {
    if (!mapping.contains(value)) {
      return convert(builder, value, widen(value.getType()));
    }
    return mapping.lookup(value);
  }

  void widenOp(Operation &op, IRMapping &mapping) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      if (auto value = dyn_cast<FloatAttr>(constant.getValue())) {
        mapping.map(constant.getResult(),
                    builder.create<arith::ConstantOp>(
                        op.getLoc(),
                        builder.getF64FloatAttr(value.getValueAsDouble())));
        return;
      }
    }
    if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
      mapping.map(op.getResult(0), lookup(op.getOperand(0), mapping));
      return;
    }
    if (isa<arith::BitcastOp>(op) || op.getNumRegions() != 0) {
      cloneNarrow(op, mapping);
      return;
    }
    SmallVector<Value> operands;
    for (Value operand : op.getOperands()) {
      // Indices, buffers and integers stay what they are.
      operands.push_back(isa<FloatType>(operand.getType())
                             ? lookup(operand, mapping)
                             : mapping.lookupOrDefault(operand));
    }
    if (!OpTrait::hasElementwiseMappableTraits(&op)) {
      cloneNarrow(op, mapping);
      return;
    }
    OperationState state(op.getLoc(), op.getName(), operands,
                         llvm::map_to_vector(op.getResultTypes(), widen),
                         op.getAttrs());
    mapping.map(op.getResults(), builder.create(state)->getResults());
  }

  /// Clones an op on its own types and widens what it gives.
  void cloneNarrow(Operation &op, IRMapping &mapping) {
    IRMapping narrow;
    for (Value operand : op.getOperands()) {
      Value value = mapping.lookupOrDefault(operand);
      narrow.map(operand, isa<FloatType>(operand.getType())
                              ? convert(builder, value, operand.getType())
                              : value);
    }
    Operation *clone = builder.clone(op, narrow);
    for (auto [old, result] : llvm::zip(op.getResults(), clone->getResults())) {
      mapping.map(old, convert(builder, result, widen(result.getType())));
    }
  }

  OpBuilder &builder;
};

struct WidenFloats
    : public mlir::tessera::loop::impl::LoopWidenFloatsPassBase<WidenFloats> {
  using LoopWidenFloatsPassBase::LoopWidenFloatsPassBase;

  void runOnOperation() override {
    SmallVector<NestOp> nests;
    getOperation()->walk([&](NestOp nest) { nests.push_back(nest); });
    for (NestOp nest : nests) {
      widenNest(nest);
    }
  }

private:
  void widenNest(NestOp nest) {
    OpBuilder builder(nest);
    auto wide = cast<NestOp>(nest->cloneWithoutRegions());
    builder.insert(wide);
    RegionWidener widener(builder);
    size_t numInputs = nest.getInputs().size();
    size_t numAccumulators =
        nest.getInit().front().getTerminator()->getNumOperands();
    widener.run(nest.getInit(), wide.getInit(), 0, 0, {});
    widener.run(nest.getCombine(), wide.getCombine(), numInputs,
                numInputs + numAccumulators, {});
    SmallVector<Type> stored;
    for (Value output : nest.getOutputs()) {
      stored.push_back(cast<ShapedType>(output.getType()).getElementType());
    }
    widener.run(nest.getEpilogue(), wide.getEpilogue(), 0, numAccumulators,
                stored);
    nest->replaceAllUsesWith(wide->getResults());
    nest.erase();
  }
};
} // namespace
