//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/Passes.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::tessera::graph;

namespace {

constexpr llvm::StringLiteral kNetwork = R"mlir(
  func.func @network(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<3xf32>) {
    %a = graph.constant dense<[1.0, 4.0]> : tensor<2xf32>
    %b = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
    %0 = graph.sqrt %a : (tensor<2xf32>) -> tensor<2xf32>
    %1 = graph.exp %b : (tensor<3xf32>) -> tensor<3xf32>
    %2 = graph.add %x, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    return %2, %1 : tensor<2xf32>, tensor<3xf32>
  }
)mlir";

class FoldConstantsTest : public ::testing::Test {
protected:
  FoldConstantsTest() {
    context.loadDialect<func::FuncDialect, GraphDialect>();
    module = parseSourceString<ModuleOp>(kNetwork, &context);
  }

  LogicalResult fold(ConstantEvaluator evaluator) {
    PassManager manager(&context);
    manager.addPass(createGraphFoldConstantsPass(std::move(evaluator)));
    return manager.run(*module);
  }

  template <typename OpTy> unsigned count() {
    unsigned found = 0;
    module->walk([&](OpTy) { ++found; });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

/// Answers with 7 in all elements of all results.
FailureOr<SmallVector<ElementsAttr>> answerSevens(ModuleOp extracted) {
  auto main = extracted.lookupSymbol<func::FuncOp>("main");
  if (!main || main.getNumArguments() != 0) {
    return failure();
  }
  SmallVector<ElementsAttr> values;
  for (Type type : main.getResultTypes()) {
    values.push_back(DenseElementsAttr::get(cast<ShapedType>(type), 7.0f));
  }
  return values;
}

TEST_F(FoldConstantsTest, ReplacesWhatTheEvaluatorComputes) {
  ASSERT_TRUE(module);
  ASSERT_TRUE(succeeded(fold(answerSevens)));
  EXPECT_EQ(count<SqrtOp>(), 0u);
  EXPECT_EQ(count<ExpOp>(), 0u);
  EXPECT_EQ(count<AddOp>(), 1u);
  EXPECT_EQ(count<ConstantOp>(), 2u);
  module->walk([](ConstantOp constant) {
    auto value = cast<DenseElementsAttr>(constant.getValue());
    EXPECT_EQ(value.getSplatValue<float>(), 7.0f);
  });
}

TEST_F(FoldConstantsTest, LeavesTheNetworkWhenTheEvaluatorFails) {
  ASSERT_TRUE(
      succeeded(fold([](ModuleOp) -> FailureOr<SmallVector<ElementsAttr>> {
        return failure();
      })));
  EXPECT_EQ(count<SqrtOp>(), 1u);
  EXPECT_EQ(count<ExpOp>(), 1u);
}

TEST_F(FoldConstantsTest, RefusesAnswersOfAnotherType) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    message += diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(fold([](ModuleOp) -> FailureOr<SmallVector<ElementsAttr>> {
    return SmallVector<ElementsAttr>{};
  })));
  EXPECT_NE(message.find("expected the evaluator to return 2 constants of the "
                         "types asked for, but got 0"),
            std::string::npos)
      << message;
}

} // namespace
