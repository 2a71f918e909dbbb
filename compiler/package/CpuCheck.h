// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code that asks an x86-64 CPU what it can run, for packages that hold several
// programs. It calls nothing and reads no memory, so that it works in a package
// that links with nothing.
//
// Source: Intel SDM volume 2, CPUID and XGETBV; which bit is which feature is
// in runtime/CpuFeatures.cpp, which asks the same questions for this process.
//
// Thread safety: as LLVM's: one thread for each LLVMContext.
#ifndef COMPILER_PACKAGE_CPUCHECK_H
#define COMPILER_PACKAGE_CPUCHECK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Module.h"

#include <string>

namespace mlir::tessera {

/// Adds a private function `i1 ()`: whether the CPU has all of `features`
/// (LLVM's spelling) and the operating system saves their registers. It answers
/// false for a feature that no one here has heard of.
llvm::Function *defineCpuCheck(llvm::Module &module,
                               llvm::ArrayRef<std::string> features);

} // namespace mlir::tessera

#endif // COMPILER_PACKAGE_CPUCHECK_H
