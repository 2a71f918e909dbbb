// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From objects, weights and a description to a package file.
//
// The file appears whole or not at all: it is made under a temporary name in
// its own folder and renamed into place. Everything else that lies on the disk
// meanwhile has no name, so that nothing is left behind even when the process
// is killed, but for a kill in the last milliseconds.
//
// The bytes depend on the arguments alone, not on the file's name, the time,
// the machine or its cores.
//
// Errors: one line that starts "cannot write '<path>': ", or "internal: "
// where the compiler itself is at fault.
// Thread safety: may be called from several threads at once; of calls for one
// path, one wins.
//
// Example:
//   llvm::Expected<WeightsPlan> weights = planWeights(blobs);
//   llvm::Error error =
//       writePackage("model.so", objects, *weights, description, target);
#ifndef COMPILER_PACKAGE_PACKAGEWRITER_H
#define COMPILER_PACKAGE_PACKAGEWRITER_H

#include "compiler/codegen/ObjectEmitter.h"
#include "compiler/package/PackageTable.h"
#include "compiler/package/WeightsObject.h"
#include "compiler/target/CpuTarget.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace mlir::tessera {

/// One of the programs of a package.
struct PackageVariant {
  CpuTarget target;
  llvm::ArrayRef<ObjectCode> objects;
  PackageDescription description;
};

/// Writes a package for `target` to `path`. One of `objects` defines
/// `description.runFunction`, as a symbol that is not local; the tables are
/// added here. The weights' size and alignment are taken from `weights`, not
/// from `description`. A file that is there already is replaced; anything that
/// is not a regular file is refused.
llvm::Error writePackage(const std::string &path,
                         llvm::ArrayRef<ObjectCode> objects,
                         const WeightsPlan &weights,
                         const PackageDescription &description,
                         const CpuTarget &target);

/// Writes a package of several programs with one signature, of which it runs
/// the first of `variants` that the CPU at hand can. The last one's target is
/// what the package needs; all others have its features and more. Symbols that
/// are not local differ between programs, but for memory functions: the last
/// one's serve all.
llvm::Error writePackage(const std::string &path,
                         llvm::ArrayRef<PackageVariant> variants,
                         const WeightsPlan &weights);

/// Fails, as `writePackage` would, where `path` cannot be written: to be asked
/// before minutes of compilation. Creates nothing.
llvm::Error checkPackagePath(const std::string &path);

} // namespace mlir::tessera

#endif // COMPILER_PACKAGE_PACKAGEWRITER_H
