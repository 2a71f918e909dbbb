//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPLEGALIZEBLOCKSPASS
#include "conversion/loop_to_llvm/LoopToLlvm.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {
struct LegalizeBlocks
    : public mlir::tessera::loop::impl::LoopLegalizeBlocksPassBase<
          LegalizeBlocks> {
  void runOnOperation() override {
    LLVMTypeConverter types(&getContext());
    getOperation().walk([&](LLVM::LLVMFuncOp function) {
      for (Block &block : llvm::drop_begin(function.getBlocks())) {
        legalize(block, types);
      }
    });
  }

private:
  void legalize(Block &block, LLVMTypeConverter &types) {
    for (BlockArgument argument : block.getArguments()) {
      Type from = argument.getType();
      Type to = types.convertType(from);
      if (!to || to == from) {
        continue;
      }
      for (Block *predecessor : block.getPredecessors()) {
        auto branch = cast<BranchOpInterface>(predecessor->getTerminator());
        OpBuilder builder(branch);
        for (auto [i, successor] : llvm::enumerate(branch->getSuccessors())) {
          if (successor != &block) {
            continue;
          }
          MutableOperandRange operands =
              branch.getSuccessorOperands(i).getMutableForwardedOperands();
          OpOperand &operand = operands[argument.getArgNumber()];
          if (operand.get().getType() == to) {
            continue; // a block that branches here twice
          }
          operand.set(builder
                          .create<UnrealizedConversionCastOp>(branch.getLoc(),
                                                              to, operand.get())
                          .getResult(0));
        }
      }
      argument.setType(to);
      OpBuilder builder(&block, block.begin());
      auto back = builder.create<UnrealizedConversionCastOp>(
          argument.getLoc(), from, ValueRange{argument});
      argument.replaceAllUsesExcept(back.getResult(0), back);
    }
  }
};
} // namespace
