// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tests of compiler/codegen and compiler/package share.
#ifndef COMPILER_CODEGEN_PARSETESTMODULE_H
#define COMPILER_CODEGEN_PARSETESTMODULE_H

#include "compiler/target/CpuTarget.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

#include "gtest/gtest.h"

#include <memory>
#include <string>

namespace mlir::tessera {

/// Reads LLVM assembly that a test knows to be right.
inline std::unique_ptr<llvm::Module>
parseTestModule(llvm::StringRef text, llvm::LLVMContext &context) {
  llvm::SMDiagnostic diagnostic;
  auto module = llvm::parseAssemblyString(text, diagnostic, context);
  if (!module) {
    ADD_FAILURE() << diagnostic.getMessage().str() << " at line "
                  << diagnostic.getLineNo();
    module = std::make_unique<llvm::Module>("empty", context);
  }
  return module;
}

/// Reads a target's text that a test knows to be right.
inline CpuTarget parseTestTarget(llvm::StringRef text) {
  return llvm::cantFail(CpuTarget::parse(text));
}

} // namespace mlir::tessera

#endif // COMPILER_CODEGEN_PARSETESTMODULE_H
