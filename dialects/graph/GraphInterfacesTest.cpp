//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Ops built on transposed data and with channels last: what they are, and
/// that they are valid.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mlir::tessera::graph {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class GraphInterfacesTest : public ::testing::Test {
protected:
  GraphInterfacesTest() {
    context.loadDialect<GraphDialect, func::FuncDialect>();
  }

  /// The first op of the function `@f(arguments)` whose ops are `body`.
  Operation *parse(StringRef arguments, StringRef body) {
    std::string text = "func.func @f(" + arguments.str() + ") {\n" +
                       body.str() + "\nreturn\n}";
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    function = *module->getOps<func::FuncOp>().begin();
    return function.front().back().getPrevNode();
  }

  /// The function after the last op is built on data transposed by
  /// `permutation`; or "failure".
  std::string transpose(StringRef arguments, StringRef body,
                        ArrayRef<int64_t> permutation) {
    Operation *op = parse(arguments, body);
    OpBuilder builder(op);
    size_t size = function.front().getOperations().size();
    FailureOr<Value> result =
        cast<TransposableOpInterface>(op).buildTransposed(builder, permutation);
    if (failed(result)) {
      EXPECT_EQ(function.front().getOperations().size(), size);
      return "failure";
    }
    auto before = cast<RankedTensorType>(op->getResult(0).getType());
    auto after = cast<RankedTensorType>(result->getType());
    for (auto [i, source] : llvm::enumerate(permutation)) {
      EXPECT_EQ(after.getDimSize(i), before.getDimSize(source));
    }
    op->erase();
    return print();
  }

  /// The function, which has to be valid, as text.
  std::string print() {
    EXPECT_TRUE(succeeded(verify(*module)));
    std::string text;
    llvm::raw_string_ostream stream(text);
    function.print(stream);
    return text;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};

TEST_F(GraphInterfacesTest, TransposeElementwise) {
  std::string text =
      transpose("%x: tensor<2x3x4xf32>, %y: tensor<4xf32>, %s: tensor<1xf32>",
                "%r = graph.add %x, %y : (tensor<2x3x4xf32>, tensor<4xf32>) -> "
                "tensor<2x3x4xf32>",
                {2, 0, 1});
  EXPECT_THAT(text, HasSubstr("graph.reshape %arg1 : tensor<4xf32> to "
                              "tensor<1x1x4xf32>"));
  EXPECT_THAT(text, HasSubstr("(tensor<1x1x4xf32>) -> tensor<4x1x1xf32>"));
  EXPECT_THAT(text, HasSubstr("(tensor<4x2x3xf32>, tensor<4x1x1xf32>) -> "
                              "tensor<4x2x3xf32>"));
}

TEST_F(GraphInterfacesTest, OneElementStays) {
  std::string text =
      transpose("%x: tensor<2x3xf32>, %s: tensor<1xf32>",
                "%r = graph.mul %x, %s : (tensor<2x3xf32>, tensor<1xf32>) -> "
                "tensor<2x3xf32>",
                {1, 0});
  EXPECT_THAT(text, HasSubstr(", %arg1 : (tensor<3x2xf32>, tensor<1xf32>)"));
}

TEST_F(GraphInterfacesTest, SplatIsMadeAnew) {
  std::string text = transpose(
      "%x: tensor<2x3x?xf32>",
      "%c = graph.constant dense<2.0> : tensor<3x1xf32>\n"
      "%r = graph.pow %x, %c : (tensor<2x3x?xf32>, tensor<3x1xf32>) -> "
      "tensor<2x3x?xf32>",
      {0, 2, 1});
  EXPECT_THAT(text, HasSubstr("dense<2.000000e+00> : tensor<1x1x3xf32>"));
  EXPECT_THAT(text, HasSubstr("-> tensor<2x?x3xf32>"));
}

TEST_F(GraphInterfacesTest, AttributesStay) {
  std::string text = transpose(
      "%x: tensor<2x3xf32>",
      "%r = graph.leaky_relu %x {alpha = 0.5 : f64} : (tensor<2x3xf32>) -> "
      "tensor<2x3xf32>",
      {1, 0});
  EXPECT_THAT(text, HasSubstr("alpha = 5.000000e-01"));
}

TEST_F(GraphInterfacesTest, TransposeReduction) {
  std::string kept = transpose(
      "%x: tensor<2x3x4xf32>",
      "%r = graph.reduce %x {axes = array<i64: 0, 1>, keep_dims, kind = "
      "#graph.reduce_kind<sum>} : (tensor<2x3x4xf32>) -> tensor<1x1x4xf32>",
      {0, 2, 1});
  EXPECT_THAT(kept, HasSubstr("axes = array<i64: 0, 2>"));
  std::string dropped = transpose(
      "%x: tensor<2x3x4x5xf32>",
      "%r = graph.reduce %x {axes = array<i64: 1>, kind = "
      "#graph.reduce_kind<sum>} : (tensor<2x3x4x5xf32>) -> tensor<2x4x5xf32>",
      {2, 0, 1});
  EXPECT_THAT(dropped, HasSubstr("permutation = array<i64: 3, 1, 0, 2>"));
  EXPECT_THAT(dropped, HasSubstr("axes = array<i64: 1>"));
  std::string mean = transpose(
      "%x: tensor<2x3x4x5xf32>",
      "%r = graph.reduce %x {axes = array<i64: 2, 3>, kind = "
      "#graph.reduce_kind<mean>} : (tensor<2x3x4x5xf32>) -> tensor<2x3xf32>",
      {0, 1});
  EXPECT_THAT(mean, Not(HasSubstr("graph.transpose")));
}

TEST_F(GraphInterfacesTest, TransposeAlongAnAxis) {
  EXPECT_THAT(transpose("%x: tensor<2x3x4xf32>",
                        "%r = graph.softmax %x {axis = 2 : i64} : "
                        "(tensor<2x3x4xf32>) -> tensor<2x3x4xf32>",
                        {2, 0, 1}),
              HasSubstr("axis = 0"));
  EXPECT_THAT(transpose("%x: tensor<2x3xf32>",
                        "%r = graph.concat %x, %x {axis = 0 : i64} : "
                        "(tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>",
                        {1, 0}),
              HasSubstr("axis = 1"));
  EXPECT_THAT(
      transpose("%x: tensor<2x3xf32>, %v: tensor<3xf32>",
                "%r = graph.batch_norm %x, %v, %v, %v, %v {axis = 1 : i64, "
                "epsilon = 0.1 : f64} : (tensor<2x3xf32>, tensor<3xf32>, "
                "tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> "
                "tensor<2x3xf32>",
                {1, 0}),
      HasSubstr("axis = 0"));
}

TEST_F(GraphInterfacesTest, TransposeMovement) {
  EXPECT_THAT(
      transpose("%x: tensor<?x5xf32>",
                "%r = graph.slice %x {starts = array<i64: 0, 3>, sizes = "
                "array<i64: -1, 2>, steps = array<i64: 1, -2>} : "
                "(tensor<?x5xf32>) -> tensor<?x2xf32>",
                {1, 0}),
      HasSubstr("sizes = array<i64: 2, -1>, starts = array<i64: 3, 0>, steps = "
                "array<i64: -2, 1>"));
  EXPECT_THAT(transpose("%x: tensor<2x3xf32>, %v: tensor<f32>",
                        "%r = graph.pad %x, %v {low = array<i64: 1, 2>, high = "
                        "array<i64: 3, 4>} : (tensor<2x3xf32>, tensor<f32>) -> "
                        "tensor<6x9xf32>",
                        {1, 0}),
              HasSubstr("high = array<i64: 4, 3>, low = array<i64: 2, 1>"));
  EXPECT_THAT(
      transpose("%x: tensor<2x3xf32>",
                "%r = graph.resize %x {sizes = array<i64: 2, 6>, scales = "
                "array<f64: 1.0, 2.0>, roi = array<f64: 0.0, 0.25, 1.0, 0.75>, "
                "mode = #graph.resize_mode<linear>, coordinate_mode = "
                "#graph.coordinate_mode<tf_crop_and_resize>} : "
                "(tensor<2x3xf32>) -> tensor<2x6xf32>",
                {1, 0}),
      HasSubstr("roi = array<f64: 2.500000e-01, 0.000000e+00, 7.500000e-01, "
                "1.000000e+00>, scales = array<f64: 2.000000e+00, "
                "1.000000e+00>, sizes = array<i64: 6, 2>"));
}

TEST_F(GraphInterfacesTest, TransposeGather) {
  EXPECT_THAT(transpose("%x: tensor<2x3x4xf32>, %i: tensor<i64>",
                        "%r = graph.gather %x, %i {axis = 1 : i64} : "
                        "(tensor<2x3x4xf32>, tensor<i64>) -> tensor<2x4xf32>",
                        {1, 0}),
              HasSubstr("permutation = array<i64: 2, 1, 0>"));
  EXPECT_THAT(transpose("%x: tensor<2x3xf32>, %i: tensor<7xi64>",
                        "%r = graph.gather %x, %i {axis = 1 : i64} : "
                        "(tensor<2x3xf32>, tensor<7xi64>) -> tensor<2x7xf32>",
                        {1, 0}),
              HasSubstr("axis = 0"));
  EXPECT_EQ(transpose("%x: tensor<2x3xf32>, %i: tensor<7x8xi64>",
                      "%r = graph.gather %x, %i {axis = 1 : i64} : "
                      "(tensor<2x3xf32>, tensor<7x8xi64>) -> "
                      "tensor<2x7x8xf32>",
                      {2, 1, 0}),
            "failure");
}

TEST_F(GraphInterfacesTest, ChannelsLast) {
  struct Case {
    StringRef op, resultType;
  };
  for (Case c :
       {Case{"%r = graph.conv %x, %w {strides = array<i64: 1, 2>, dilations = "
             "array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : "
             "i64} : (tensor<?x4x8x9xf32>, tensor<4x2x3x3xf32>) -> "
             "tensor<?x4x6x4xf32>",
             "tensor<?x6x4x4xf32>"},
        Case{"%r = graph.conv_transpose %x, %w {strides = array<i64: 1, 1>, "
             "dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, "
             "output_pads = array<i64: 0, 0>} : (tensor<?x4x8x9xf32>, "
             "tensor<4x2x3x3xf32>) -> tensor<?x2x10x11xf32>",
             "tensor<?x10x11x2xf32>"},
        Case{"%r = graph.max_pool %x {kernel = array<i64: 2, 3>, strides = "
             "array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = "
             "array<i64: 0, 0, 0, 0>} : (tensor<?x4x8x9xf32>) -> "
             "tensor<?x4x7x7xf32>",
             "tensor<?x7x7x4xf32>"},
        Case{"%r = graph.avg_pool %x {kernel = array<i64: 2, 3>, strides = "
             "array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = "
             "array<i64: 0, 0, 0, 0>} : (tensor<?x4x8x9xf32>) -> "
             "tensor<?x4x7x7xf32>",
             "tensor<?x7x7x4xf32>"}}) {
    Operation *op =
        parse("%x: tensor<?x4x8x9xf32>, %w: tensor<4x2x3x3xf32>", c.op);
    auto interface = cast<ChannelsLastOpInterface>(op);
    EXPECT_FALSE(interface.isChannelsLast());
    OpBuilder builder(op);
    Value data = createTranspose(builder, op->getLoc(), op->getOperand(0),
                                 getChannelsLastPermutation(4));
    SmallVector<Value> results = interface.buildChannelsLast(builder, data);
    ASSERT_EQ(results.size(), 1u);
    EXPECT_TRUE(
        results[0].getDefiningOp<ChannelsLastOpInterface>().isChannelsLast());
    EXPECT_THAT(print(), HasSubstr(("-> " + c.resultType).str()));
  }
}

} // namespace
} // namespace mlir::tessera::graph
