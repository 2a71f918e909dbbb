//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Inputs and outputs of a model as its package describes them.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_SIGNATURE_H
#define TESSERA_COMPILER_DRIVER_SIGNATURE_H

#include "compiler/package/PackageTable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::tessera {

/// Adds the inputs and outputs of `main` to `description`: names from
/// `graph.name`, types from before the lowering where they have changed.
void describeSignature(func::FuncOp main, PackageDescription &description);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_SIGNATURE_H
