//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/IR/OperationSupport.h"
#include "transforms/loop/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPDEDUPLICATEPROGRAMSPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {
/// The program as text, its name and locations apart.
std::string getContents(ProgramOp program) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  StringAttr name = program.getSymNameAttr();
  program.setSymName("program");
  OpPrintingFlags flags;
  flags.printGenericOpForm().useLocalScope();
  program->print(stream, flags);
  program.setSymNameAttr(name);
  return text;
}

struct DeduplicatePrograms
    : public mlir::tessera::loop::impl::LoopDeduplicateProgramsPassBase<
          DeduplicatePrograms> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::StringMap<ProgramOp> seen;
    DenseMap<StringAttr, StringAttr> renamed;
    SmallVector<ProgramOp> programs(module.getOps<ProgramOp>());
    for (ProgramOp program : programs) {
      auto [it, isNew] = seen.try_emplace(getContents(program), program);
      if (!isNew) {
        renamed[program.getSymNameAttr()] = it->second.getSymNameAttr();
        program.erase();
        ++numRemoved;
      }
    }
    module.walk([&](CallOp call) {
      auto it = renamed.find(call.getCalleeAttr().getAttr());
      if (it != renamed.end()) {
        call.setCalleeAttr(FlatSymbolRefAttr::get(it->second));
      }
    });
  }
};
} // namespace
