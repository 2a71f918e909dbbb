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

void mlir::tessera::loop::addAlgorithm(ProgramOp program, Attribute algorithm) {
  SmallVector<Attribute> all;
  if (auto known = program->getAttrOfType<ArrayAttr>(kAlgorithmsAttrName)) {
    llvm::append_range(all, known);
  }
  all.push_back(algorithm);
  program->setAttr(kAlgorithmsAttrName,
                   ArrayAttr::get(program.getContext(), all));
}

int64_t mlir::tessera::loop::countBytes(ShapedType type) {
  Type element = type.getElementType();
  int64_t bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return type.getNumElements() * llvm::divideCeil(bits, 8);
}

int64_t mlir::tessera::loop::countPoints(NestOp nest) {
  int64_t points = 1;
  for (int64_t bound : nest.getBounds()) {
    points *= bound;
  }
  return points;
}

bool mlir::tessera::loop::hasOtherAccess(NestOp nest) {
  return nest
      ->walk([](Operation *op) {
        return isa<IndexOp, memref::LoadOp>(op) ? WalkResult::interrupt()
                                                : WalkResult::advance();
      })
      .wasInterrupted();
}

Value mlir::tessera::loop::findBuffer(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>()) {
    value = view.getViewSource();
  }
  return value;
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
