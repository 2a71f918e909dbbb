//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Runs one nest under many schedules and compares with the interpreter.
///
/// Data are small whole numbers, so that sums and products are exact in any
/// order: results must be equal, not near. What is drawn at random is the same
/// in every run.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TESTS_RUNNER_SCHEDULETESTFIXTURE_H
#define TESSERA_TESTS_RUNNER_SCHEDULETESTFIXTURE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "tests/runner/NestText.h"
#include "tests/runner/ProgramRunner.h"
#include "gtest/gtest.h"

#include <random>

namespace mlir::tessera {

class ScheduleTest : public ::testing::Test {
protected:
  struct Options {
    /// Schedules drawn at random, beside the scalar and the analytic one.
    unsigned numSchedules = 4;
    /// Argument that is packed where a schedule wants it packed; -1 for none.
    int packed = -1;
    /// Numbers of argument i are from [0, counts[i]) instead of [-4, 4].
    llvm::DenseMap<unsigned, unsigned> counts;
  };

  ScheduleTest();

  /// Runs the nest for this machine or, by one chance in three, the baseline.
  void check(const NestText &nest, const Options &options);
  void check(const NestText &nest) { check(nest, Options()); }

  static const std::vector<int64_t> sizes;

private:
  using Values = std::vector<InterpretedValue>;

  Values drawArguments(func::FuncOp main, const Options &options);
  /// The module on buffers with one program and one function for each schedule.
  OwningOpRef<ModuleOp> makeVariants(ModuleOp module, const CpuTarget &target,
                                     const Options &options);
  void checkOn(const CpuTarget &target, ModuleOp module, const Options &options,
               const Values &arguments, const Values &expected);

  MLIRContext context;
  std::mt19937 random{19};
};

} // namespace mlir::tessera

#endif // TESSERA_TESTS_RUNNER_SCHEDULETESTFIXTURE_H
