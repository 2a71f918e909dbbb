// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cutting an LLVM module into parts that compile at the same time.
//
// Thread safety: as LLVM's: one thread for each LLVMContext.
//
// Example:
//   emitObjects(splitModule(module, 4), target, /*threads=*/2);
#ifndef COMPILER_CODEGEN_MODULESPLITTER_H
#define COMPILER_CODEGEN_MODULESPLITTER_H

#include "compiler/codegen/ObjectEmitter.h"

#include "llvm/IR/Module.h"

#include <vector>

namespace mlir::tessera {

/// Cuts `module` into at most `parts` parts of about equal size, as bitcode.
/// A function goes to one part whole. Calls to `alwaysinline` functions are
/// inlined first. Local functions and variables become hidden symbols named
/// "<name>.local", for the parts to refer to; small constants are repeated in
/// each part that uses them. `module` is changed.
///
/// The cut depends on the module and on `parts` alone. As objects depend on it,
/// choose `parts` by the module, never by the machine's cores.
std::vector<ObjectCode> splitModule(llvm::Module &module, unsigned parts);

} // namespace mlir::tessera

#endif // COMPILER_CODEGEN_MODULESPLITTER_H
