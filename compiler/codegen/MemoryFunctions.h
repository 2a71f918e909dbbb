// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// memcpy, memmove and memset for code that links without libc.
//
// The back end lowers the llvm.mem* intrinsics to calls of these three; a
// package has to bring them. They are plain loops over native vectors, marked
// "no-builtins" so that they are not recognised as what they implement.
//
// Thread safety: as LLVM's: one thread for each LLVMContext.
#ifndef COMPILER_CODEGEN_MEMORYFUNCTIONS_H
#define COMPILER_CODEGEN_MEMORYFUNCTIONS_H

#include "compiler/target/CpuTarget.h"

#include "llvm/IR/Module.h"

namespace mlir::tessera {

/// Defines those of memcpy, memmove and memset that `module` calls, by name or
/// by intrinsic, and does not define. The definitions are hidden and weak, so
/// that several objects of one package may hold them.
void addMemoryFunctions(llvm::Module &module, const CpuTarget &target);

} // namespace mlir::tessera

#endif // COMPILER_CODEGEN_MEMORYFUNCTIONS_H
