//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The host function: which programs run, in which order, on which buffers.
///
/// A plan is made from `func.func @main`, whose body is loop.calls, loop.views
/// and constants; it gives every tensor a place: an input, an output, an offset
/// in the arena, or a constant.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_HOSTPLAN_H
#define TESSERA_COMPILER_DRIVER_HOSTPLAN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace mlir::tessera {

struct HostPlan {
  struct Place {
    enum Kind { input, output, arena, constant } kind;
    /// Number of the input, output or constant, or the arena's offset in bytes.
    int64_t value;
  };
  struct Step {
    std::string callee;
    SmallVector<Place>
        operands; // inputs, outputs, scratch if the callee has it
    std::vector<std::string> sources; // node names
    uint64_t bytes = 0;               // of operands
    DictionaryAttr notes;             // the call's discardable attributes
  };
  std::vector<Step> steps;
  std::vector<ElementsAttr> constants;
  int64_t arenaBytes = 0;
  unsigned numInputs = 0, numOutputs = 0;
};

/// Makes results of `main` that are inputs, constants, or returned twice the
/// results of copying programs: each result then has a program that writes it.
/// Programs are on tensors still.
void insertResultCopies(ModuleOp module, func::FuncOp main);

/// Programs are on buffers, with `loop.scratch_bytes`. Equal constants share a
/// number.
FailureOr<HostPlan> planHost(ModuleOp module, func::FuncOp main);

/// Adds `i32 tessera_run(ptr args)` to a module in the LLVM dialect; `args`
/// points to a tessera_run_args. Constant i lies at weights +
/// constantOffsets[i].
void emitHostFunction(ModuleOp module, const HostPlan &plan,
                      ArrayRef<uint64_t> constantOffsets);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_HOSTPLAN_H
