// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an LLVM module to an object file.
//
// What code generation promises:
//  * the code is position independent and needs no libc: the memory functions
//    that it calls are in the object;
//  * multiplications and additions are fused only where both carry the
//    `contract` flag (or are one llvm.fmuladd);
//  * no loop becomes a call to memset or memcpy, no function throws or has an
//    unwind table;
//  * the same module for the same target gives the same bytes, in any process
//    and on any number of threads.
//
// Errors are one line each: an invalid module, or a back end's complaint.
// A target intrinsic that the target has no feature for is not an error but a
// crash in LLVM: check intrinsics before they get here.
//
// Thread safety: a module and its LLVMContext belong to the calling thread for
// the time of the call. Calls on different contexts may run at once.
//
// Example:
//   llvm::Expected<ObjectCode> object = emitObject(module, target);
//   if (!object)
//     return object.takeError();
#ifndef COMPILER_CODEGEN_OBJECTEMITTER_H
#define COMPILER_CODEGEN_OBJECTEMITTER_H

#include "compiler/target/CpuTarget.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir::tessera {

/// An object file, or bitcode.
using ObjectCode = llvm::SmallVector<char, 0>;

struct EmitOptions {
  /// Run the short pass list of `optimizeModule` first.
  bool optimize = true;
  llvm::CodeGenOptLevel codegenLevel = llvm::CodeGenOptLevel::Default;
};

/// LLVM's description of `target`, with the options promised above.
std::unique_ptr<llvm::TargetMachine> createTargetMachine(
    const CpuTarget &target,
    llvm::CodeGenOptLevel level = llvm::CodeGenOptLevel::Default);

/// Sets triple, data layout and the attributes of every function. Fails when
/// the module is not valid. The functions below call it by themselves.
llvm::Error prepareModule(llvm::Module &module, const CpuTarget &target);

/// Runs the short pass list: the same speed as -O3 in a third of the time.
/// It neither unrolls nor vectorises; that is decided in MLIR.
llvm::Error optimizeModule(llvm::Module &module, const CpuTarget &target);

/// Compiles `module`, which is changed on the way.
llvm::Expected<ObjectCode> emitObject(llvm::Module &module,
                                      const CpuTarget &target,
                                      const EmitOptions &options = {});

/// As `emitObject`, as assembly text.
llvm::Expected<std::string> emitAssembly(llvm::Module &module,
                                         const CpuTarget &target,
                                         const EmitOptions &options = {});

/// A module as bitcode: how a part travels to another thread's LLVMContext.
ObjectCode writeBitcode(const llvm::Module &module);

/// Compiles each part of `bitcode` in an LLVMContext of its own, on up to
/// `threads` threads. Objects come in the order of the parts; of several errors
/// the first part's is returned.
llvm::Expected<std::vector<ObjectCode>>
emitObjects(llvm::ArrayRef<ObjectCode> bitcode, const CpuTarget &target,
            unsigned threads, const EmitOptions &options = {});

} // namespace mlir::tessera

#endif // COMPILER_CODEGEN_OBJECTEMITTER_H
