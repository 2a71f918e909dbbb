// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables of a package (runtime/tessera_package.h), as LLVM constants.
//
// Thread safety: as LLVM's: one thread for each LLVMContext.
//
// Example:
//   PackageDescription description;
//   description.inputs.push_back({"x", TESSERA_F32, {1, 3}});
//   ...
//   addPackageTable(module, description);
#ifndef COMPILER_PACKAGE_PACKAGETABLE_H
#define COMPILER_PACKAGE_PACKAGETABLE_H

#include "runtime/tessera_package.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Module.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mlir::tessera {

/// One input or output.
struct TensorDescription {
  std::string name;
  tessera_dtype dtype = TESSERA_INVALID;
  std::vector<int64_t> dims;
};

/// One kernel; see tessera_kernel_info.
struct KernelDescription {
  std::string name;
  std::string sources;
  std::string schedule;
  uint64_t flops = 0;
  uint64_t bytes = 0;
};

struct PackageDescription {
  std::vector<TensorDescription> inputs;
  std::vector<TensorDescription> outputs;
  std::vector<KernelDescription> kernels;
  uint64_t arenaBytes = 0;
  uint64_t arenaAlignment = 64;
  /// 0 when the package has no weights; then it has no weights object either.
  uint64_t weightsBytes = 0;
  uint64_t weightsAlignment = 64;
  /// JSON text.
  std::string buildRecord;
  /// The function `i32 (ptr)` that computes the outputs; in this module or in
  /// another object of the package.
  std::string runFunction = "tessera_run";
};

/// Gives every definition in `module` hidden visibility.
void hideDefinitions(llvm::Module &module);

/// One of the programs of a package.
struct TableVariant {
  PackageDescription description;
  /// What it needs of the CPU, in LLVM's spelling.
  std::vector<std::string> features;
};

/// Adds the tables and `tessera_get_package`, the one symbol that a package
/// exports. `module` must have no symbol of that name.
void addPackageTable(llvm::Module &module,
                     const PackageDescription &description);

/// The same for several programs: `tessera_get_package` returns the first of
/// `variants` that the CPU can run, or the last. The features are x86-64's.
void addPackageTables(llvm::Module &module,
                      llvm::ArrayRef<TableVariant> variants);

} // namespace mlir::tessera

#endif // COMPILER_PACKAGE_PACKAGETABLE_H
