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
/// f64. Both run on the same generated inputs. The verdict is by the model's
/// outputs; if one differs, values between kernels are compared in order and
/// the first node that differs is named. The reference shares the importer and
/// the lowering with what it checks, so that ONNX Runtime and ONNX's test data
/// remain the oracle.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_VERIFYMODEL_H
#define TESSERA_COMPILER_DRIVER_VERIFYMODEL_H

#include "compiler/driver/CompileModel.h"

namespace mlir::tessera {

struct VerifyReport {
  unsigned numOutputs = 0;
  /// Largest |got - expected| / (absolute tolerance + relative tolerance *
  /// |expected|): at most 1 where all is well. Tolerances as of ONNX Runtime's
  /// tests (1e-4, 1e-3), the absolute one scaled by the output's rms where that
  /// is over 1.
  double worst = 0;
  /// One line that names the output and the first node that differ; empty when
  /// they agree.
  std::string difference;
};

/// Compiles the model at `path` twice and compares. Errors are those of
/// compileModel; a difference is no error but told in the report.
llvm::Expected<VerifyReport> verifyModel(llvm::StringRef path,
                                         const CompileOptions &options);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_VERIFYMODEL_H
