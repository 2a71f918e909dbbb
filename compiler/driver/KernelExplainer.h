//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What `tessera inspect` says of kernels beside their schedules: how they are
/// computed, how far they may round, and what was not fused.
///
///     KernelExplainer explainer(main);   // the graph, before it is lowered
///     ...
///     explainer.explain(program, step.notes);
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_KERNELEXPLAINER_H
#define TESSERA_COMPILER_DRIVER_KERNELEXPLAINER_H

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace mlir::tessera {

/// Lines of text.
struct KernelExplanation {
  /// How contractions are computed; empty if the kernel has none.
  std::vector<std::string> algorithms;
  /// The ops that round, with ErrorBoundOpInterface's terms: "conv, matmul
  /// 4.89e-06 of sum of |products|"; or "exact". Empty for kernels that no op
  /// became, such as copies.
  std::vector<std::string> errorBound;
  /// The kernel's `graph.not_fused`.
  std::vector<std::string> notFused;

  llvm::json::Object toJson() const;
};

class KernelExplainer {
public:
  /// Numbers the graph ops of `main` by an attribute that
  /// `convert-graph-to-loop` leaves on their calls, and keeps a copy of them.
  explicit KernelExplainer(func::FuncOp main);

  /// `program` is on buffers, and still made of nests; `callNotes` are the
  /// discardable attributes of a call of it.
  KernelExplanation explain(loop::ProgramOp program, DictionaryAttr callNotes);

private:
  std::vector<std::string> explainErrors(Operation *op,
                                         int64_t winogradOutputs);

  OwningOpRef<func::FuncOp> graph;
  std::vector<Operation *> ops;
};

/// The outputs of a square in each dimension where Winograd's algorithm
/// computed a nest of the program, the largest if there are several; else 0.
int64_t getWinogradOutputs(loop::ProgramOp program);

/// Adds to a build record `explanations`, each text once, and
/// `kernel_explanations`, the place in it of each kernel's.
void addExplanations(llvm::json::Object &record,
                     ArrayRef<KernelExplanation> kernels);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_KERNELEXPLAINER_H
