//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/SplitPrograms.h"

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlir::tessera;

/// More modules spread better over threads; each costs a few milliseconds.
static constexpr size_t kMaxParts = 8;
static constexpr size_t kProgramsPerPart = 4;

/// Copies the globals of `module` that `program` refers to into `part`, where
/// they are not there yet. Globals are private, so that each part may have its
/// own.
static void copyReferredTo(loop::ProgramOp program, ModuleOp module,
                           ModuleOp part) {
  program.walk([&](memref::GetGlobalOp use) {
    if (!part.lookupSymbol(use.getNameAttr())) {
      Operation *global = module.lookupSymbol(use.getNameAttr());
      part.getBody()->push_front(global->clone());
    }
  });
}

void mlir::tessera::splitPrograms(ModuleOp module) {
  struct Item {
    loop::ProgramOp program;
    size_t size = 0;
  };
  SmallVector<Item> items;
  for (auto program : module.getOps<loop::ProgramOp>()) {
    items.push_back({program});
    program.walk([&](Operation *) { ++items.back().size; });
  }
  llvm::stable_sort(
      items, [](const Item &a, const Item &b) { return a.size > b.size; });
  struct Part {
    ModuleOp module;
    size_t size = 0;
  };
  SmallVector<Part> parts;
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  size_t numParts =
      std::clamp<size_t>(items.size() / kProgramsPerPart, 1, kMaxParts);
  for (size_t i = 0; i < numParts; ++i) {
    parts.push_back({builder.create<ModuleOp>(module.getLoc())});
    parts.back().module->setAttrs(module->getAttrDictionary());
  }
  for (Item &item : items) {
    Part *least = std::min_element(
        parts.begin(), parts.end(),
        [](const Part &a, const Part &b) { return a.size < b.size; });
    least->size += item.size;
    copyReferredTo(item.program, module, least->module);
    item.program->moveBefore(least->module.getBody(),
                             least->module.getBody()->end());
  }
  for (auto global :
       llvm::make_early_inc_range(module.getOps<memref::GlobalOp>())) {
    global.erase();
  }
}
