// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The LLVM back ends that Tessera uses: X86 and AArch64, no others.
//
// Thread safety: the function may be called from any thread, any number of
// times; the first call does the work and the others wait for it.
#ifndef COMPILER_TARGET_LLVMTARGETS_H
#define COMPILER_TARGET_LLVMTARGETS_H

namespace mlir::tessera {

/// Registers the X86 and AArch64 back ends with LLVM. Everything in compiler/
/// that needs a back end calls it by itself.
void initializeLlvmTargets();

} // namespace mlir::tessera

#endif // COMPILER_TARGET_LLVMTARGETS_H
