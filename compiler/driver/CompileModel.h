//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Compiles a model to a package: the one compile path that all tools, the
/// tuner and the tests use.
///
///     CompileOptions options;
///     options.target = CpuTarget::host();
///     llvm::Expected<CompileReport> report =
///         compileModel("model.onnx", "model.so", options);
///
/// Errors are one or several lines for the user, each naming the file and,
/// where there is one, the node. On failure no file is left behind.
///
/// Thread safety: calls may run at the same time.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_COMPILEMODEL_H
#define TESSERA_COMPILER_DRIVER_COMPILEMODEL_H

#include "compiler/target/CpuTarget.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mlir {
class DialectRegistry;
class ModuleOp;
} // namespace mlir

namespace mlir::tessera::loop {
class ScheduleProvider;
} // namespace mlir::tessera::loop

namespace mlir::tessera {

struct CompileOptions {
  CpuTarget target;
  /// Further targets, for a package that holds a program for each and runs the
  /// most capable that a CPU can (TargetList.h).
  std::vector<CpuTarget> moreTargets;
  /// 0: no fusion, no layout change, default order. 1: simplification. 2, 3:
  /// all.
  unsigned level = 2;
  /// `--accuracy exact`: only algorithms that round as plain loops do.
  bool exact = false;
  /// Full shapes of inputs, by name.
  std::map<std::string, std::vector<int64_t>> inputShapes;
  /// Files (.npy, or .pb as in ONNX's test data) of inputs that become
  /// constants, by name.
  std::map<std::string, std::string> boundInputs;
  /// Asked for schedules before the analytic model. May be null.
  std::shared_ptr<const loop::ScheduleProvider> schedules;
  /// Threads that compile. Does not change the result.
  unsigned threads = 2;
  /// Called on the optimized graph before it is lowered, not on references. May
  /// be null. For embedders' own passes, and for tests.
  std::function<void(ModuleOp)> adjustGraph;
  /// What is compiled: the model, or what `--verify` needs beside it.
  enum class Form {
    package,
    /// The package with the values between kernels as further outputs.
    exposed,
    /// The graph as imported by plain scalar loops in f64, nothing fused, with
    /// `values` as further outputs.
    reference,
    /// The same, each part of it on the inputs that another form had, with
    /// bounds (buildCheck, ExposeValues.h).
    check,
  } form = Form::package;
  /// Names of values, for the last two forms.
  std::vector<std::string> values;
  /// For `check`: CompileReport::winogradNodes of the form that is checked.
  std::map<std::string, int64_t> winogradNodes;
  /// Where IR after each stage is written; empty for nowhere.
  std::string dumpFolder;
};

struct CompileReport {
  unsigned numKernels = 0;
  /// Nests whose schedule the analytic model chose.
  unsigned numDefaultSchedules = 0;
  /// Nests that run as scalar loops, and those among them that are
  /// contractions.
  unsigned numScalarLoops = 0;
  unsigned numScalarContractions = 0;
  /// The nodes of kernels that use Winograd's algorithm, with the outputs of a
  /// square in each dimension.
  std::map<std::string, int64_t> winogradNodes;
  uint64_t arenaBytes = 0;
  uint64_t weightsBytes = 0;
  double seconds = 0;
  /// Seconds of each stage, in order.
  std::vector<std::pair<std::string, double>> stages;
};

/// Compiles the model at `path` (.onnx, or .mlir holding graph ops) to a
/// package at `packagePath`.
llvm::Expected<CompileReport> compileModel(llvm::StringRef path,
                                           const std::string &packagePath,
                                           const CompileOptions &options);

/// All dialects and interfaces that a compile needs.
void registerCompilerDialects(DialectRegistry &registry);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_COMPILEMODEL_H
