// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several targets, of which a package holds a program each.
//
// Text form: targets one after another, separated by commas:
//
//   cpu:x86-64-v2,cpu:x86-64-v3,l2=1M,cpu:x86-64-v4
//
// Errors: one line that says what is expected.
// Thread safety: all functions may be called from any thread.
#ifndef COMPILER_TARGET_TARGETLIST_H
#define COMPILER_TARGET_TARGETLIST_H

#include "compiler/target/CpuTarget.h"

#include <vector>

namespace mlir::tessera {

/// Reads the text form, of one target or several.
llvm::Expected<std::vector<CpuTarget>> parseTargets(llvm::StringRef text);

/// Puts the targets of one package in the order in which a CPU is asked for
/// them: the most capable first, last one that runs wherever another does.
/// Several targets lose their AMX features: a program must ask the system for
/// the tile registers before it begins, and which program begins is only known
/// then. Fails for several targets that are not x86-64, of which two have the
/// same features, or none runs wherever the others do.
llvm::Error orderTargets(std::vector<CpuTarget> &targets);

/// The first of ordered `targets` that runs on `machine`; the last if none
/// does.
const CpuTarget &pickTarget(llvm::ArrayRef<CpuTarget> targets,
                            const CpuTarget &machine);

} // namespace mlir::tessera

#endif // COMPILER_TARGET_TARGETLIST_H
