//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The `loop` dialect with its attributes. See LoopOps.h for its ops.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_DIALECTS_LOOP_LOOPDIALECT_H
#define TESSERA_DIALECTS_LOOP_LOOPDIALECT_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Dialect.h"

namespace mlir::tessera::loop {
/// Names of discardable attributes that passes leave for each other.
inline constexpr llvm::StringLiteral kTargetAttrName = "loop.target";
inline constexpr llvm::StringLiteral kScratchBytesAttrName =
    "loop.scratch_bytes";
/// On a nest: the AlgorithmInterface attribute that is to compute it.
inline constexpr llvm::StringLiteral kAlgorithmAttrName = "loop.algorithm";
/// On a program argument: every call gives it a constant.
inline constexpr llvm::StringLiteral kConstantArgAttrName = "loop.constant";
/// On a program: how contractions of it are computed other than by their own
/// loops, for reports. AlgorithmInterface attributes, and a line of text for
/// each rewrite that nothing chooses.
inline constexpr llvm::StringLiteral kAlgorithmsAttrName = "loop.algorithms";
} // namespace mlir::tessera::loop

#include "dialects/loop/LoopDialect.h.inc"

#include "dialects/loop/LoopAttrsEnums.h.inc"

#include "dialects/loop/LoopAttrsAttrInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/loop/LoopAttrs.h.inc"

#endif // TESSERA_DIALECTS_LOOP_LOOPDIALECT_H
