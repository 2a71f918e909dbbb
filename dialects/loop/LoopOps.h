//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The ops of the `loop` dialect.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_LOOP_LOOPOPS_H
#define TESSERA_DIALECTS_LOOP_LOOPOPS_H

#include "dialects/loop/LoopDialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "dialects/loop/LoopOps.h.inc"

namespace mlir::tessera::loop {

/// Builds an empty region's block with arguments of `types` and a builder at
/// its end: `build` gets the builder and the arguments and returns what the
/// block yields.
void buildNestRegion(
    OpBuilder &builder, Location loc, Region &region, TypeRange types,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, ValueRange)> build);

/// Fills the regions of a nest with one input and one output of equal element
/// type so that it copies.
void buildCopyRegions(OpBuilder &builder, NestOp nest);

} // namespace mlir::tessera::loop

#endif // TESSERA_DIALECTS_LOOP_LOOPOPS_H
