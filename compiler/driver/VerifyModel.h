//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Checks compiled code against a plain reference of the same graph.
///
/// The reference is the graph as imported, lowered op by op to scalar loops in
/// f64. Both run on generated inputs, and every value between kernels that is
/// still one of the model's own is compared, as are the outputs, by a bound
/// that the ops state (ErrorBoundOpInterface). The reference of each kernel
/// reads what the compiled code gave that kernel, so that errors do not add up
/// along the model and the first node that differs is the one at fault.
///
/// The reference shares the importer and the lowering with what it checks, so
/// that ONNX Runtime and ONNX's test data remain the oracle.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_VERIFYMODEL_H
#define TESSERA_COMPILER_DRIVER_VERIFYMODEL_H

#include "compiler/driver/CompileModel.h"

namespace mlir::tessera {

struct VerifyReport {
  unsigned numOutputs = 0;
  /// Values between kernels that were compared, beside the outputs.
  unsigned numValues = 0;
  /// Values and outputs among them that have elements without a bound: these
  /// were not judged.
  unsigned numUnbounded = 0;
  /// Largest |got - expected| / allowed: at most 1 where all is well.
  double worst = 0;
  /// One line that names the first node, or the output, that differs; empty
  /// when they agree.
  std::string difference;
};

/// Compiles the model at `path`, and what to compare it with, and compares.
/// Errors are those of compileModel; a difference is no error but told in the
/// report.
llvm::Expected<VerifyReport> verifyModel(llvm::StringRef path,
                                         const CompileOptions &options);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_VERIFYMODEL_H
