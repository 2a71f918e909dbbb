//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Operands of nests that are constant at every call of their program, and may
/// be converted to another form once, when the model is compiled.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_CONSTANTOPERANDS_H
#define TESSERA_TRANSFORMS_LOOP_CONSTANTOPERANDS_H

#include "dialects/loop/LoopOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::tessera::loop {

/// The program's argument that `value` is, seen through reshapes; null if none.
BlockArgument getProgramArgument(Value value);

/// Whether `value` is an argument, seen through reshapes, that is marked
/// `loop.constant`.
bool isMarkedConstant(Value value);

class ConstantOperands {
public:
  explicit ConstantOperands(ModuleOp module);

  /// All programs that something calls, in the order of the first calls.
  SmallVector<ProgramOp> getCalledPrograms() const;
  ArrayRef<CallOp> getCalls(ProgramOp program) const;

  /// The argument that `operand` of a nest is, if it is marked `loop.constant`
  /// and no other nest reads it; otherwise null.
  BlockArgument findOnlyReadConstant(Value operand) const;

  /// Adds an argument to the program behind its inputs, for which every caller
  /// gives what it gives for `argument`: so that each reader has its own.
  BlockArgument duplicate(BlockArgument argument) const;

  /// Makes operand `index` of `nest`, which is `argument`, what `converter`
  /// makes of it: a buffer of type `to`. Every caller calls `converter`, whose
  /// inputs and outputs are on buffers. The nest's map is left as it was.
  void replace(NestOp nest, unsigned index, BlockArgument argument,
               ProgramOp converter, MemRefType to) const;

private:
  llvm::MapVector<Operation *, SmallVector<CallOp>> calls;
};

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_CONSTANTOPERANDS_H
