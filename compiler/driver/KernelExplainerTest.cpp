//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/KernelExplainer.h"
#include "compiler/driver/CompileModel.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::tessera;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

class KernelExplainerTest : public ::testing::Test {
protected:
  KernelExplainerTest() {
    DialectRegistry registry;
    registerCompilerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseSourceString<ModuleOp>(R"(
loop.program @plain(%x: memref<4xf32>, %y: memref<4xf32>) { loop.return }
loop.program @winograd(%x: memref<4xf32>, %y: memref<4xf32>)
    attributes {loop.algorithms = [#loop.winograd<outputs = 4, rows = 1>]} {
  loop.return
}
loop.program @rewritten(%x: memref<4xf32>, %y: memref<4xf32>)
    attributes {loop.algorithms = ["phases, 2 nests", "clipped windows, 4 nests"]} {
  loop.return
}
func.func @main(%x: tensor<1x8x8x16xf32>, %w: tensor<3x3x16x16xf32>)
    -> (tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) {
  %0 = graph.fused (%a = %x : tensor<1x8x8x16xf32>, %b = %w : tensor<3x3x16x16xf32>)
      -> (tensor<1x8x8x16xf32>) {
    %c = graph.conv %a, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>,
        pads = array<i64: 1, 1, 1, 1>, channels_last}
        : (tensor<1x8x8x16xf32>, tensor<3x3x16x16xf32>) -> tensor<1x8x8x16xf32>
    %s = graph.add %c, %a : (tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
    %t = graph.add %s, %a : (tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
    %m = graph.mul %t, %c : (tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
    graph.yield %m : tensor<1x8x8x16xf32>
  }
  %1 = graph.relu %0 : (tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  return %0, %1 : tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>
})",
                                         &context);
  }

  KernelExplanation explain(StringRef program, int64_t kernel) {
    auto main = module->lookupSymbol<func::FuncOp>("main");
    KernelExplainer explainer(main);
    Operation *op = &*std::next(main.getBody().front().begin(), kernel);
    auto notes = DictionaryAttr::get(
        &context, llvm::to_vector(op->getDiscardableAttrs()));
    return explainer.explain(module->lookupSymbol<loop::ProgramOp>(program),
                             notes);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(KernelExplainerTest, OpsThatRoundAlikeAreOneLine) {
  KernelExplanation plain = explain("plain", 0);
  // (2 sqrt(144) + 2) epsilons of 2^-23, and a half rounded up to one.
  EXPECT_THAT(plain.errorBound,
              ElementsAre("conv 3.10e-06 of sum of |products|",
                          "add, mul 1.19e-07 of |result|"));
  EXPECT_THAT(plain.algorithms, IsEmpty());
  EXPECT_THAT(explain("plain", 1).errorBound, ElementsAre("exact"));
}

/// The program says how the convolution was computed.
TEST_F(KernelExplainerTest, WinogradRoundsByItsTransforms) {
  KernelExplanation winograd = explain("winograd", 0);
  EXPECT_THAT(winograd.algorithms, ElementsAre("winograd F(4x4, 3x3)"));
  EXPECT_THAT(
      winograd.errorBound,
      ElementsAre("conv 1.97e-06 of Winograd's transforms of magnitudes",
                  "add, mul 1.19e-07 of |result|"));
}

TEST_F(KernelExplainerTest, RewritesAreListed) {
  EXPECT_THAT(explain("rewritten", 0).algorithms,
              ElementsAre("phases, 2 nests", "clipped windows, 4 nests"));
}

TEST_F(KernelExplainerTest, CopiesAreNotExplained) {
  KernelExplainer explainer(module->lookupSymbol<func::FuncOp>("main"));
  KernelExplanation copy =
      explainer.explain(module->lookupSymbol<loop::ProgramOp>("plain"),
                        DictionaryAttr::get(&context));
  EXPECT_TRUE(copy.toJson().empty());
}

TEST_F(KernelExplainerTest, TextsAreInTheRecordOnce) {
  KernelExplanation direct{{"direct"}, {"exact"}, {}};
  KernelExplanation lone{{}, {}, {"graph.relu with graph.add because"}};
  llvm::json::Object record;
  addExplanations(record, {direct, lone, direct});
  EXPECT_EQ(llvm::json::Value(std::move(record)),
            llvm::cantFail(llvm::json::parse(R"({
    "explanations": [
      {"algorithm": ["direct"], "error_bound": ["exact"]},
      {"not_fused": ["graph.relu with graph.add because"]}],
    "kernel_explanations": [0, 1, 0]})")));
}

} // namespace
