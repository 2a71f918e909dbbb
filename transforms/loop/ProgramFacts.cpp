//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/ProgramFacts.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace mlir::tessera::loop;

CpuTargetAttr mlir::tessera::loop::getRequiredTarget(ProgramOp program) {
  auto module = program->getParentOfType<ModuleOp>();
  auto target = module ? module->getAttrOfType<CpuTargetAttr>(kTargetAttrName)
                       : CpuTargetAttr();
  if (!target) {
    program.emitOpError() << "expected a module with a '" << kTargetAttrName
                          << "' attribute";
  }
  return target;
}

Value mlir::tessera::loop::stripReshapes(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<memref::CollapseShapeOp, memref::ExpandShapeOp>(op)) {
      break;
    }
    value = op->getOperand(0);
  }
  return value;
}
