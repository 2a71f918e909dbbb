//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/ConstantOperands.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"
#include "transforms/loop/ProgramFacts.h"

using namespace mlir;
using namespace mlir::tessera::loop;

BlockArgument mlir::tessera::loop::getProgramArgument(Value value) {
  auto argument = dyn_cast<BlockArgument>(stripReshapes(value));
  if (argument && isa<ProgramOp>(argument.getOwner()->getParentOp())) {
    return argument;
  }
  return nullptr;
}

bool mlir::tessera::loop::isMarkedConstant(Value value) {
  BlockArgument argument = getProgramArgument(value);
  if (!argument) {
    return false;
  }
  auto program = cast<ProgramOp>(argument.getOwner()->getParentOp());
  return program.getArgAttr(argument.getArgNumber(), kConstantArgAttrName) !=
         nullptr;
}

/// Whether the argument, seen through reshapes, is read by one nest only.
static bool hasOneReader(Value value) {
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (isa<NestOp>(user)) {
      return true;
    }
    if (user->getNumResults() != 1) {
      return false;
    }
    value = user->getResult(0);
  }
  return false;
}

ConstantOperands::ConstantOperands(ModuleOp module) {
  SymbolTable symbols(module);
  module.walk([&](CallOp call) {
    if (Operation *program = symbols.lookup(call.getCallee())) {
      calls[program].push_back(call);
    }
  });
}

SmallVector<ProgramOp> ConstantOperands::getCalledPrograms() const {
  SmallVector<ProgramOp> programs;
  for (auto &[program, callers] : calls) {
    programs.push_back(cast<ProgramOp>(program));
  }
  return programs;
}

ArrayRef<CallOp> ConstantOperands::getCalls(ProgramOp program) const {
  auto found = calls.find(program);
  return found == calls.end() ? ArrayRef<CallOp>() : found->second;
}

BlockArgument ConstantOperands::findOnlyReadConstant(Value operand) const {
  BlockArgument argument = getProgramArgument(operand);
  bool found = argument && isMarkedConstant(argument) && hasOneReader(argument);
  return found ? argument : BlockArgument();
}

BlockArgument ConstantOperands::duplicate(BlockArgument argument) const {
  auto program = cast<ProgramOp>(argument.getOwner()->getParentOp());
  unsigned from = argument.getArgNumber();
  DictionaryAttr attributes = program.getArgAttrDict(from);
  SmallVector<CallOp> callers(getCalls(program));
  unsigned to = callers.front().getInputs().size();
  program.insertArgument(to, argument.getType(), attributes, argument.getLoc());
  for (CallOp call : callers) {
    call.getInputsMutable().append(call.getInputs()[from]);
  }
  return program.getBody().getArgument(to);
}

void ConstantOperands::replace(NestOp nest, unsigned index,
                               BlockArgument argument, ProgramOp converter,
                               MemRefType to) const {
  auto from = cast<MemRefType>(nest->getOperand(index).getType());
  auto program = cast<ProgramOp>(argument.getOwner()->getParentOp());
  Operation *reshape = nest->getOperand(index).getDefiningOp();
  argument.setType(to);
  nest->setOperand(index, argument);
  while (reshape) {
    Operation *next = reshape->getOperand(0).getDefiningOp();
    reshape->erase();
    reshape = next;
  }
  program.setFunctionType(FunctionType::get(
      nest.getContext(), program.getBody().getArgumentTypes(), TypeRange{}));

  unsigned number = argument.getArgNumber();
  for (CallOp call : getCalls(program)) {
    OpBuilder builder(call);
    Value constant = call.getInputs()[number];
    auto viewed = RankedTensorType::get(from.getShape(), from.getElementType());
    if (constant.getType() != viewed) {
      constant = builder.create<ViewOp>(call.getLoc(), viewed, constant);
    }
    auto converted = builder.create<CallOp>(
        call.getLoc(),
        RankedTensorType::get(to.getShape(), to.getElementType()),
        FlatSymbolRefAttr::get(converter.getNameAttr()), constant);
    call->setOperand(number, converted.getResult(0));
  }
}
