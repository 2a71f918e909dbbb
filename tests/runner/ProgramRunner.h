//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Compiles loop programs and runs functions that call them, in this process.
///
/// Every buffer lies between guard bytes, and memory that no one has written
/// holds NaN or large integers, so that a kernel that leaves its operands or
/// reads what is undefined gives itself away.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TESTS_RUNNER_PROGRAMRUNNER_H
#define TESSERA_TESTS_RUNNER_PROGRAMRUNNER_H

#include "compiler/codegen/JitEvaluator.h"
#include "conversion/graph_to_loop/ProgramInterpreter.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"

#include <memory>
#include <string>

namespace mlir::tessera {

class ProgramRunner {
public:
  /// Compiles the programs of `module`, which are on buffers and scheduled. The
  /// module is not changed and must outlive the runner.
  static llvm::Expected<ProgramRunner> compile(ModuleOp module,
                                               const CpuTarget &target);

  /// Runs `function`, made of loop.calls, loop.views and constants. With
  /// `threads` its parallel loops are split among that many shares, in reverse
  /// order; without, they run as a plain loop. A damaged guard is an error.
  llvm::Expected<std::vector<InterpretedValue>>
  run(func::FuncOp function, ArrayRef<InterpretedValue> arguments,
      unsigned threads = 0);

private:
  /// Bytes between two guards.
  class Buffer;
  using Shared = std::shared_ptr<Buffer>;

  ProgramRunner(ModuleOp module, JitModule jit);

  static llvm::Expected<JitModule> compileModule(ModuleOp module,
                                                 const CpuTarget &target);
  llvm::Error call(loop::CallOp call, unsigned threads);

  ModuleOp module;
  JitModule jit;
  llvm::DenseMap<Value, Shared> values;
};

} // namespace mlir::tessera

#endif // TESSERA_TESTS_RUNNER_PROGRAMRUNNER_H
