//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What ops say of their rounding in words is what they emit for checks.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "dialects/graph/WinogradBounds.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cmath>
#include <set>

namespace mlir::tessera::graph {
namespace {

const double kEpsilon = std::ldexp(1.0, -23);

class ErrorTermsTest : public ::testing::Test {
protected:
  ErrorTermsTest() { context.loadDialect<GraphDialect, func::FuncDialect>(); }

  /// The last op that is no terminator, in a fused region if there is one.
  ErrorBoundOpInterface parse(StringRef arguments, StringRef body) {
    std::string text = "func.func @f(" + arguments.str() + ") {\n" +
                       body.str() + "\nreturn\n}";
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    ErrorBoundOpInterface last;
    module->walk([&](ErrorBoundOpInterface op) { last = op; });
    return last;
  }

  /// The terms, each of whose factors is among the numbers that the op's
  /// bound is computed with.
  SmallVector<ErrorTerm> check(ErrorBoundOpInterface op) {
    SmallVector<ErrorTerm> terms = op.getErrorTerms();
    std::set<Operation *> before;
    op->getBlock()->walk([&](Operation *other) { before.insert(other); });
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    FailureOr<SmallVector<Value>> bounds =
        op.buildErrorBounds(builder, SmallVector<Value>(op->getNumOperands()));
    EXPECT_TRUE(succeeded(bounds));
    EXPECT_EQ(bool(bounds->front()), !terms.empty());
    std::set<double> numbers;
    op->getBlock()->walk([&](ConstantOp constant) {
      auto value = dyn_cast<SplatElementsAttr>(constant.getValue());
      if (value && value.getElementType().isF64() &&
          !before.count(constant.getOperation())) {
        numbers.insert(value.getSplatValue<double>());
      }
    });
    for (const ErrorTerm &term : terms) {
      EXPECT_TRUE(numbers.count(term.factor))
          << op->getName().getStringRef().str() << ": " << term.factor << " of "
          << term.relativeTo;
    }
    return terms;
  }

  SmallVector<ErrorTerm> check(StringRef arguments, StringRef body) {
    return check(parse(arguments, body));
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(ErrorTermsTest, SumsAreRelativeToMagnitudes) {
  auto terms = check("%x: tensor<4x49xf32>, %y: tensor<49x3xf32>",
                     "%0 = graph.matmul %x, %y : (tensor<4x49xf32>, "
                     "tensor<49x3xf32>) -> tensor<4x3xf32>");
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0].factor, 16 * kEpsilon);
  EXPECT_EQ(terms[0].relativeTo, "sum of |products|");
  terms = check("%x: tensor<4x49xf32>",
                "%0 = graph.reduce %x {axes = array<i64: 1>, kind = "
                "#graph.reduce_kind<mean>} : (tensor<4x49xf32>) -> "
                "tensor<4xf32>");
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0].factor, 16 * kEpsilon);
  EXPECT_EQ(terms[0].relativeTo, "mean of |terms|");
}

/// Equal weights round alike; they are seen from inside of a fused region.
TEST_F(ErrorTermsTest, EqualWeightsOfFusedOps) {
  ErrorBoundOpInterface op = parse("%x: tensor<4x40xf32>", R"(
%w = graph.constant dense<0.3> : tensor<3x40xf32>
%t = graph.transpose %w {permutation = array<i64: 1, 0>} : (tensor<3x40xf32>) -> tensor<40x3xf32>
%r = graph.fused (%a = %x : tensor<4x40xf32>, %b = %t : tensor<40x3xf32>) -> (tensor<4x3xf32>) {
  %0 = graph.matmul %a, %b : (tensor<4x40xf32>, tensor<40x3xf32>) -> tensor<4x3xf32>
  graph.yield %0 : tensor<4x3xf32>
})");
  SmallVector<ErrorTerm> terms = op.getErrorTerms();
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0].factor, 22 * kEpsilon);
}

TEST_F(ErrorTermsTest, ConvolutionsByTheirAlgorithm) {
  ErrorBoundOpInterface op = parse(
      "%x: tensor<1x16x8x8xf32>, %w: tensor<4x16x3x3xf32>",
      "%0 = graph.conv %x, %w {strides = array<i64: 1, 1>, dilations = "
      "array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : "
      "(tensor<1x16x8x8xf32>, tensor<4x16x3x3xf32>) -> tensor<1x4x8x8xf32>");
  EXPECT_EQ(check(op)[0].factor, (2 * std::sqrt(144) + 2) * kEpsilon);
  op->setAttr(kWinogradOutputsAttrName,
              OpBuilder(&context).getI64IntegerAttr(4));
  SmallVector<ErrorTerm> terms = check(op);
  ASSERT_EQ(terms.size(), 1u);
  // Sixteen channels, and 13 roundings of half an epsilon.
  EXPECT_EQ(terms[0].factor, 10 * kEpsilon + 6.5 * kEpsilon);
  EXPECT_EQ(terms[0].relativeTo, "Winograd's transforms of magnitudes");
}

/// A check is of the graph as imported. Channels last, there is a term, but
/// nothing to compute the magnitudes with.
TEST_F(ErrorTermsTest, WinogradChannelsLast) {
  ErrorBoundOpInterface op = parse(
      "%x: tensor<1x8x8x16xf32>, %w: tensor<3x3x16x4xf32>",
      "%0 = graph.conv %x, %w {strides = array<i64: 1, 1>, dilations = "
      "array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, channels_last} : "
      "(tensor<1x8x8x16xf32>, tensor<3x3x16x4xf32>) -> tensor<1x8x8x4xf32>");
  op->setAttr(kWinogradOutputsAttrName,
              OpBuilder(&context).getI64IntegerAttr(2));
  EXPECT_EQ(op.getErrorTerms()[0].factor, 16.5 * kEpsilon);
  OpBuilder builder(op);
  EXPECT_TRUE(failed(op.buildErrorBounds(builder, SmallVector<Value>(2))));
}

TEST_F(ErrorTermsTest, OtherOps) {
  const char *type = "(tensor<2x4x6x6xf32>) -> tensor<2x4x6x6xf32>";
  for (auto [op, count] : std::initializer_list<std::pair<const char *, int>>{
           {"tanh %x", 1},
           {"silu %x {alpha = 1.0 : f64}", 2},
           {"relu %x", 0},
           {"softmax %x {axis = 1 : i64}", 2},
           {"softmax %x {axis = 3 : i64, log}", 2},
           {"layer_norm %x {axis = 2 : i64, epsilon = 1.0e-05 : f64}", 2},
           {"layer_norm %x {axis = 3 : i64, epsilon = 1.0e-05 : f64, rms}", 1},
           {"lrn %x {axis = 1 : i64, size = 3 : i64, alpha = 0.1 : f64, beta = "
            "0.75 : f64, "
            "bias = 1.0 : f64}",
            1},
           {"cumsum %x {axis = 3 : i64}", 1},
           {"avg_pool %x {kernel = array<i64: 1, 1>, strides = array<i64: 1, "
            "1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}",
            1},
           {"transpose %x {permutation = array<i64: 0, 1, 3, 2>}", 0},
           {"resize %x {sizes = array<i64: 2, 4, 6, 6>, scales = array<f64: "
            "1., 1., 1., 1.>, mode = #graph.resize_mode<linear>, "
            "coordinate_mode = #graph.coordinate_mode<half_pixel>}",
            1}}) {
    SmallVector<ErrorTerm> terms =
        check("%x: tensor<2x4x6x6xf32>",
              "%0 = graph." + std::string(op) + " : " + type);
    EXPECT_EQ(terms.size(), size_t(count)) << op;
  }
}

/// Whole numbers do not round, nor do casts that widen.
TEST_F(ErrorTermsTest, TypesDecide) {
  EXPECT_TRUE(check("%x: tensor<4x4xi32>",
                    "%0 = graph.add %x, %x : (tensor<4x4xi32>, "
                    "tensor<4x4xi32>) -> tensor<4x4xi32>")
                  .empty());
  EXPECT_TRUE(check("%x: tensor<4xf16>", "%0 = graph.cast %x {to = f32} : "
                                         "(tensor<4xf16>) -> tensor<4xf32>")
                  .empty());
  auto terms = check("%x: tensor<4xf32>", "%0 = graph.cast %x {to = f16} : "
                                          "(tensor<4xf32>) -> tensor<4xf16>");
  ASSERT_EQ(terms.size(), 1u);
  EXPECT_EQ(terms[0].factor, std::ldexp(1.0, -10));
}

} // namespace
} // namespace mlir::tessera::graph
