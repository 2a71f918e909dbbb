//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Runs one op of arith or math as compiled code, for the tests.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_CONVERSION_LOOP_TO_LLVM_COMPILEDOP_H
#define TESSERA_CONVERSION_LOOP_TO_LLVM_COMPILEDOP_H

#include "compiler/codegen/JitEvaluator.h"
#include "compiler/target/CpuTarget.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mlir::tessera::loop {

/// One or more ops on arrays, compiled by the pipeline.
///
/// `body` computes %r from %a (and %b); `TA`, `TB` and `TR` in it stand for
/// their types, which are vectors when `lanes` is more than 1. Fails the test
/// where a symbol is missing: the code links with nothing.
class CompiledOp {
public:
  /// Elements that one call computes.
  static constexpr int64_t kBlock = 4096;

  CompiledOp(std::string body, std::vector<std::string> operandTypes,
             std::string resultType, int lanes, const CpuTarget &target);

  /// Fills `result` from `operands`, all of kBlock elements.
  void run(std::vector<const void *> operands, void *result) const;
  bool isValid() const { return function != nullptr; }

private:
  std::unique_ptr<JitModule> jit;
  void *function = nullptr;
  size_t numOperands;
};

/// `loop.target` of a target, as text.
std::string printTargetAttr(const CpuTarget &target);

} // namespace mlir::tessera::loop

#endif // TESSERA_CONVERSION_LOOP_TO_LLVM_COMPILEDOP_H
