//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/VerifyModel.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/IR/BuiltinOps.h"

#include "gtest/gtest.h"
#include <fstream>

using namespace mlir;
using namespace mlir::tessera;

namespace {

const char *const model = R"(
func.func @main(%image: tensor<2x3x9x9xf32> {graph.name = "image"})
    -> (tensor<2x5xf32> {graph.name = "scores"}) {
  %filter = graph.constant dense<0.25> : tensor<4x3x3x3xf32>
  %bias = graph.constant dense<[[[0.5]], [[-0.5]], [[0.0]], [[1.0]]]>
      : tensor<4x1x1xf32>
  %weights = graph.constant dense<0.125> : tensor<16x5xf32>
  %0 = graph.conv %image, %filter {strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<2x3x9x9xf32>, tensor<4x3x3x3xf32>) -> tensor<2x4x9x9xf32>
      loc("conv")
  %1 = graph.add %0, %bias : (tensor<2x4x9x9xf32>, tensor<4x1x1xf32>)
      -> tensor<2x4x9x9xf32> loc("bias")
  %2 = graph.relu %1 : (tensor<2x4x9x9xf32>) -> tensor<2x4x9x9xf32> loc("relu")
  %3 = graph.max_pool %2 {kernel = array<i64: 3, 3>, strides = array<i64: 4, 4>,
      dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<2x4x9x9xf32>) -> tensor<2x4x2x2xf32> loc("pool")
  %4 = graph.reshape %3 : tensor<2x4x2x2xf32> to tensor<2x16xf32> loc("flat")
  %5 = graph.matmul %4, %weights : (tensor<2x16xf32>, tensor<16x5xf32>)
      -> tensor<2x5xf32> loc("dense")
  %6 = graph.softmax %5 {axis = 1 : i64} : (tensor<2x5xf32>) -> tensor<2x5xf32>
      loc("softmax")
  return %6 : tensor<2x5xf32>
}
)";

class VerifyModelTest : public ::testing::Test {
protected:
  /// Verifies `text` as a model on which `adjust` has worked.
  VerifyReport verify(const char *text,
                      std::function<void(ModuleOp)> adjust = nullptr) {
    std::string path = ::testing::TempDir() + "/model.mlir";
    std::ofstream(path) << text;
    CompileOptions options;
    options.target = CpuTarget::host();
    options.adjustGraph = std::move(adjust);
    llvm::Expected<VerifyReport> report = verifyModel(path, options);
    if (!report) {
      ADD_FAILURE() << llvm::toString(report.takeError());
      return VerifyReport();
    }
    return *report;
  }

  /// Multiplies the result of each op of a kind by `factor`.
  template <typename OpTy> static auto scaleResultsOf(float factor) {
    return [factor](ModuleOp module) {
      module.walk([&](OpTy op) {
        OpBuilder builder(op->getContext());
        builder.setInsertionPointAfter(op);
        auto type = RankedTensorType::get({}, builder.getF32Type());
        Value constant = builder.create<graph::ConstantOp>(
            op.getLoc(), DenseElementsAttr::get(type, factor));
        Value scaled =
            builder.create<graph::MulOp>(op.getLoc(), op.getResult(), constant);
        op.getResult().replaceAllUsesExcept(scaled, scaled.getDefiningOp());
      });
    };
  }
};

TEST_F(VerifyModelTest, Agrees) {
  VerifyReport report = verify(model);
  EXPECT_EQ(report.difference, "");
  EXPECT_EQ(report.numOutputs, 1u);
  EXPECT_GE(report.numValues, 3u);
  EXPECT_EQ(report.numUnbounded, 0u);
  EXPECT_GT(report.worst, 0);
  EXPECT_LE(report.worst, 1);
}

TEST_F(VerifyModelTest, NamesTheFaultyNode) {
  VerifyReport report = verify(model, scaleResultsOf<graph::MatmulOp>(1.0001f));
  EXPECT_NE(report.difference.find("node 'dense': element [0, 0] is "),
            std::string::npos)
      << report.difference;
}

/// What follows a wrong value is right, given that value.
TEST_F(VerifyModelTest, NamesTheFirstFaultyNode) {
  VerifyReport report = verify(model, scaleResultsOf<graph::ConvOp>(1.0001f));
  EXPECT_NE(report.difference.find("node 'relu': element [0, "),
            std::string::npos)
      << report.difference;
}

/// Moving elements is exact: the least change is an error.
TEST_F(VerifyModelTest, PoolingIsExact) {
  VerifyReport report =
      verify(model, scaleResultsOf<graph::MaxPoolOp>(1 + 0x1p-23f));
  EXPECT_NE(report.difference.find("node 'pool': element"), std::string::npos)
      << report.difference;
  EXPECT_NE(report.difference.find("at most 0 of difference is rounding"),
            std::string::npos)
      << report.difference;
}

TEST_F(VerifyModelTest, FaultInWhatOnlyTheOutputShows) {
  VerifyReport report =
      verify(model, scaleResultsOf<graph::SoftmaxOp>(1.0001f));
  EXPECT_NE(report.difference.find("'softmax': element [0, 0] is "),
            std::string::npos)
      << report.difference;
}

/// An index of the largest of numbers that are not exact has no bound.
TEST_F(VerifyModelTest, SaysWhatHasNoBound) {
  VerifyReport report = verify(R"(
func.func @main(%x: tensor<4x8xf32>) -> tensor<4xi64> {
  %0 = graph.mul %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = graph.arg_reduce %0 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
  return %1 : tensor<4xi64>
}
)");
  EXPECT_EQ(report.difference, "");
  EXPECT_GE(report.numUnbounded, 1u);
}

} // namespace
