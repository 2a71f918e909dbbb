//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "transforms/loop/ConstantOperands.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/PackedLayout.h"
#include "transforms/loop/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPMARKCONSTANTSPASS
#define GEN_PASS_DEF_LOOPPACKOPERANDSPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Whether `value` is computed from constants alone.
bool isConstantAtCompileTime(Value value, DenseMap<Value, bool> &known) {
  auto [it, isNew] = known.try_emplace(value, false);
  if (!isNew) {
    return it->second;
  }
  Operation *op = value.getDefiningOp();
  bool result = false;
  if (op && op->hasTrait<OpTrait::ConstantLike>()) {
    result = true;
  } else if (op && isa<CallOp, ViewOp>(op) && op->getNumOperands() > 0) {
    result = llvm::all_of(op->getOperands(), [&](Value operand) {
      return isConstantAtCompileTime(operand, known);
    });
  }
  known[value] = result;
  return result;
}

struct MarkConstants
    : public mlir::tessera::loop::impl::LoopMarkConstantsPassBase<
          MarkConstants> {
  void runOnOperation() override {
    DenseMap<Value, bool> known;
    ConstantOperands operands(getOperation());
    for (ProgramOp program : operands.getCalledPrograms()) {
      SmallVector<CallOp> calls(operands.getCalls(program));
      size_t numInputs = calls[0].getInputs().size();
      for (size_t i = 0; i < numInputs; ++i) {
        if (llvm::all_of(calls, [&](CallOp call) {
              return isConstantAtCompileTime(call.getInputs()[i], known);
            })) {
          program.setArgAttr(i, kConstantArgAttrName,
                             UnitAttr::get(&getContext()));
        }
      }
    }
  }
};

struct PackOperands
    : public mlir::tessera::loop::impl::LoopPackOperandsPassBase<PackOperands> {
  using LoopPackOperandsPassBase::LoopPackOperandsPassBase;

  void runOnOperation() override {
    ConstantOperands constants(getOperation());
    for (ProgramOp program : constants.getCalledPrograms()) {
      SmallVector<NestOp> nests;
      program.walk([&](NestOp nest) { nests.push_back(nest); });
      for (NestOp nest : nests) {
        for (unsigned i = 0; i < 2 && i < nest.getInputs().size(); ++i) {
          packOperand(nest, i, constants);
        }
      }
    }
  }

private:
  void packOperand(NestOp nest, unsigned index,
                   const ConstantOperands &constants) {
    auto schedule =
        dyn_cast_or_null<ContractionScheduleAttr>(nest.getScheduleAttr());
    BlockArgument argument =
        constants.findOnlyReadConstant(nest.getInputs()[index]);
    if (!schedule || schedule.getLanes() == 1 || !argument) {
      return;
    }
    auto type = cast<MemRefType>(nest.getInputs()[index].getType());
    AffineExpr linear = linearize(type, nest.getInputMap(index));
    if (!linear.isFunctionOfDim(schedule.getVectorDim()) ||
        !linear.isPureAffine() || !type.getLayout().isIdentity()) {
      return;
    }
    PackedLayout layout(nest, linear, schedule);
    if (layout.dims.size() == layout.numOuter) {
      return; // no reduction runs along it
    }
    SmallVector<int64_t> shape = layout.getShape(nest.getBounds());
    auto packedType = MemRefType::get(shape, type.getElementType());
    ProgramOp packer = getPacker(nest, index, layout, packedType);
    constants.replace(nest, index, argument, packer, packedType);
    layout.setMap(nest, index);
    ++numPacked;
  }

  /// The program that packs such an operand, shared by all that are alike.
  ProgramOp getPacker(NestOp nest, unsigned index, const PackedLayout &layout,
                      MemRefType packedType) {
    MLIRContext *context = nest.getContext();
    auto type = cast<MemRefType>(nest.getInputs()[index].getType());
    PackingNest packing(nest, index, layout);
    std::string key;
    llvm::raw_string_ostream(key)
        << type << packedType << packing.read << packing.write;
    ProgramOp &packer = packers[key];
    if (packer) {
      return packer;
    }
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    Location loc = nest.getLoc();
    packer = builder.create<ProgramOp>(
        loc, "pack_" + std::to_string(packers.size()),
        builder.getFunctionType({type, packedType}, {}));
    SymbolTable(getOperation()).insert(packer);
    builder.setInsertionPointToStart(&packer.getBody().front());
    packing.build(builder, loc, packer.getBody().getArgument(0),
                  packer.getBody().getArgument(1));
    builder.create<ReturnOp>(loc);
    return packer;
  }

  llvm::StringMap<ProgramOp> packers;
};
} // namespace
