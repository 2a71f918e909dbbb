//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/HostPlan.h"

#include "dialects/loop/LoopDialect.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

class HostPlanTest : public ::testing::Test {
protected:
  HostPlanTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        loop::LoopDialect>();
  }

  /// A module of `main` and of programs from one f32[16] to another.
  func::FuncOp parse(const std::string &main) {
    std::string text;
    for (const char *name : {"first", "second", "third"}) {
      text += std::string("loop.program @") + name +
              "(%a: memref<16xf32>, %out: memref<16xf32>, "
              "%scratch: memref<256xi8>) attributes "
              "{loop.scratch_bytes = 256 : i64} {\n loop.return\n}\n";
    }
    module = parseSourceString<ModuleOp>(text + main, &context);
    EXPECT_TRUE(module);
    return module->lookupSymbol<func::FuncOp>("main");
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(HostPlanTest, SharesTheArena) {
  func::FuncOp main = parse(R"(
    func.func @main(%x: tensor<16xf32>) -> tensor<16xf32> {
      %0 = loop.call @first(%x) : (tensor<16xf32>) -> tensor<16xf32> loc("a")
      %1 = loop.call @second(%0) : (tensor<16xf32>) -> tensor<16xf32>
          loc(fused["b", "c"])
      %2 = loop.call @third(%1) : (tensor<16xf32>) -> tensor<16xf32> loc("d")
      return %2 : tensor<16xf32>
    })");
  FailureOr<HostPlan> plan = planHost(*module, main);
  ASSERT_TRUE(succeeded(plan));
  ASSERT_EQ(plan->steps.size(), 3u);
  EXPECT_EQ(plan->steps[1].callee, "second");
  EXPECT_EQ(plan->steps[1].sources, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(plan->steps[0].operands[0].kind, HostPlan::Place::input);
  EXPECT_EQ(plan->steps[0].operands[1].kind, HostPlan::Place::arena);
  EXPECT_EQ(plan->steps[2].operands[1].kind, HostPlan::Place::output);
  // Two tensors of 64 bytes live at once, and 256 bytes of scratch.
  EXPECT_EQ(plan->arenaBytes, 64 + 64 + 256);
  for (const HostPlan::Step &step : plan->steps) {
    ASSERT_EQ(step.operands.size(), 3u);
    EXPECT_EQ(step.operands[2].kind, HostPlan::Place::arena);
  }
}

TEST_F(HostPlanTest, EqualConstantsShareOneNumber) {
  func::FuncOp main = parse(R"(
    func.func @main() -> (tensor<16xf32>, tensor<16xf32>) {
      %a = arith.constant dense<1.0> : tensor<16xf32>
      %b = arith.constant dense<1.0> : tensor<16xf32>
      %0 = loop.call @first(%a) : (tensor<16xf32>) -> tensor<16xf32>
      %1 = loop.call @second(%b) : (tensor<16xf32>) -> tensor<16xf32>
      return %0, %1 : tensor<16xf32>, tensor<16xf32>
    })");
  FailureOr<HostPlan> plan = planHost(*module, main);
  ASSERT_TRUE(succeeded(plan));
  EXPECT_EQ(plan->constants.size(), 1u);
  EXPECT_EQ(plan->numOutputs, 2u);
}

TEST_F(HostPlanTest, KeepsNotesOfCalls) {
  func::FuncOp main = parse(R"(
    func.func @main(%x: tensor<16xf32>) -> tensor<16xf32> {
      %0 = loop.call @first(%x) {note = "text"} : (tensor<16xf32>) -> tensor<16xf32>
      %1 = loop.call @second(%0) : (tensor<16xf32>) -> tensor<16xf32>
      return %1 : tensor<16xf32>
    })");
  FailureOr<HostPlan> plan = planHost(*module, main);
  ASSERT_TRUE(succeeded(plan));
  EXPECT_EQ(plan->steps[0].notes.size(), 1u);
  EXPECT_EQ(plan->steps[0].notes.getAs<StringAttr>("note").getValue(), "text");
  EXPECT_TRUE(plan->steps[1].notes.empty());
}

TEST_F(HostPlanTest, RefusesOtherOps) {
  func::FuncOp main = parse(R"(
    func.func @main(%x: tensor<16xf32>) -> tensor<16xf32> {
      %0 = arith.negf %x : tensor<16xf32>
      return %0 : tensor<16xf32>
    })");
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(planHost(*module, main)));
  EXPECT_EQ(message, "expected calls, views and constants in the host "
                     "function, but got 'arith.negf'");
}

/// An output that is an input, a constant, or another output has a program that
/// writes it.
TEST_F(HostPlanTest, CopiesResultsThatNothingWrites) {
  module = parseSourceString<ModuleOp>(R"(
    loop.program @copy(%a: tensor<4xf32>, %out: tensor<4xf32>)
        -> tensor<4xf32> {
      loop.return %a : tensor<4xf32>
    }
    func.func @main(%x: tensor<4xf32>)
        -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
      %a = arith.constant dense<1.0> : tensor<4xf32>
      %0 = loop.call @copy(%x) : (tensor<4xf32>) -> tensor<4xf32>
      return %x, %a, %0, %0
          : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
    })",
                                       &context);
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<func::FuncOp>("main");
  insertResultCopies(*module, main);
  Operation *terminator = main.getBody().front().getTerminator();
  llvm::DenseSet<Operation *> writers;
  for (Value result : terminator->getOperands()) {
    EXPECT_TRUE(result.getDefiningOp<loop::CallOp>());
    writers.insert(result.getDefiningOp());
  }
  EXPECT_EQ(writers.size(), 4u);
  EXPECT_EQ(terminator->getOperand(2).getDefiningOp<loop::CallOp>().getCallee(),
            "copy");
}

} // namespace
