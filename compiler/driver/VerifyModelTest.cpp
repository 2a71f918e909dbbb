//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/VerifyModel.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"

#include "gtest/gtest.h"
#include <fstream>
#include <random>

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
  static std::string write(const std::string &text) {
    std::string path = ::testing::TempDir() + "/model.mlir";
    std::ofstream(path) << text;
    return path;
  }

  /// Verifies `text` as a model on which `adjust` has worked.
  VerifyReport verify(const std::string &text,
                      std::function<void(ModuleOp)> adjust = nullptr,
                      CompileOptions options = {CpuTarget::host()}) {
    options.adjustGraph = std::move(adjust);
    std::string path = write(text);
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

/// The reshape behind the product moves behind "mul", whose other operand is
/// reshaped for it: no value of "sigmoid" is left.
TEST_F(VerifyModelTest, HelpersAreNoValuesOfTheModel) {
  VerifyReport report = verify(R"(
func.func @main(%x: tensor<2x4x16xf32>) -> tensor<2x4x16xf32> {
  %w = graph.constant dense<0.25> : tensor<16x16xf32>
  %0 = graph.matmul %x, %w : (tensor<2x4x16xf32>, tensor<16x16xf32>)
      -> tensor<2x4x16xf32> loc("matmul")
  %1 = graph.sigmoid %0 : (tensor<2x4x16xf32>) -> tensor<2x4x16xf32>
      loc("sigmoid")
  %2 = graph.mul %x, %1 : (tensor<2x4x16xf32>, tensor<2x4x16xf32>)
      -> tensor<2x4x16xf32> loc("mul")
  return %2 : tensor<2x4x16xf32>
}
)");
  EXPECT_EQ(report.difference, "");
  EXPECT_GT(report.worst, 0);
}

/// One tap of one filter: far less than the filter's magnitude.
TEST_F(VerifyModelTest, FindsOneWrongTap) {
  VerifyReport report = verify(model, [](ModuleOp module) {
    module.walk([](graph::ConvOp conv) {
      DenseElementsAttr taps;
      ASSERT_TRUE(matchPattern(conv.getFilter(), m_Constant(&taps)));
      std::vector<float> values(taps.value_begin<float>(),
                                taps.value_end<float>());
      values[values.size() / 2] *= 1.001f;
      OpBuilder builder(conv);
      conv->setOperand(
          1, builder.create<graph::ConstantOp>(
                 conv.getLoc(),
                 DenseElementsAttr::get(cast<ShapedType>(taps.getType()),
                                        ArrayRef<float>(values))));
    });
  });
  EXPECT_NE(report.difference.find("node 'relu': element"), std::string::npos)
      << report.difference;
}

/// A value between kernels may have any layout, but an output has its own.
TEST_F(VerifyModelTest, FindsTransposedOutputs) {
  VerifyReport report = verify(
      R"(
func.func @main(%x: tensor<6x6xf32>) -> (tensor<6x6xf32> {graph.name = "y"}) {
  %0 = graph.sin %x : (tensor<6x6xf32>) -> tensor<6x6xf32> loc("sin")
  return %0 : tensor<6x6xf32>
}
)",
      [](ModuleOp module) {
        module.walk([](graph::SinOp op) {
          OpBuilder builder(op);
          op->setOperand(0, graph::createTranspose(builder, op.getLoc(),
                                                   op->getOperand(0), {1, 0}));
        });
      });
  EXPECT_NE(report.difference.find("output 'y': element [0, 1] is "),
            std::string::npos)
      << report.difference;
}

/// What the package computes must not depend on other values being kept: here
/// only its own compilation is at fault.
TEST_F(VerifyModelTest, PackageDiffersFromWhatIsCompared) {
  bool isFirst = true;
  auto scale = scaleResultsOf<graph::SoftmaxOp>(1.0001f);
  VerifyReport report = verify(model, [&](ModuleOp module) {
    if (std::exchange(isFirst, false)) {
      scale(module);
    }
  });
  EXPECT_NE(report.difference.find("output 'scores' depends on whether inner "
                                   "values are kept: the memory plan is wrong"),
            std::string::npos)
      << report.difference;
}

/// A convolution of 3x3 taps on an image, which Winograd's algorithm computes
/// in squares of some size.
std::string makeConvolution(int64_t size, int64_t channels) {
  std::string image = "tensor<1x" + std::to_string(channels) + "x" +
                      std::to_string(size) + "x" + std::to_string(size) +
                      "xf32>";
  std::string filter = "tensor<" + std::to_string(channels) + "x" +
                       std::to_string(channels) + "x3x3xf32>";
  std::vector<float> taps(channels * channels * 9);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "func.func @main(%x: " << image << ") -> " << image
         << " {\n%w = graph.constant dense<\"0x";
  for (float &tap : taps) {
    tap = normal(random);
  }
  stream << llvm::toHex(StringRef(reinterpret_cast<const char *>(taps.data()),
                                  taps.size() * sizeof(float)))
         << "\"> : " << filter
         << "\n%0 = graph.conv %x, %w {strides = array<i64: 1, 1>, dilations = "
            "array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : ("
         << image << ", " << filter << ") -> " << image
         << " loc(\"conv\")\n%1 = graph.relu %0 : (" << image << ") -> "
         << image << " loc(\"relu\")\nreturn %1 : " << image << "\n}\n";
  return text;
}

/// Squares of 4x4 and of 2x2 outputs, with ragged edges.
TEST_F(VerifyModelTest, WinogradHasItsOwnBound) {
  for (auto [size, channels, outputs] :
       {std::tuple(30, 64, 4), std::tuple(10, 64, 2)}) {
    std::string text = makeConvolution(size, channels);
    // The algorithm depends on the target, but not on this machine.
    CompileOptions options{CpuTarget::baseline()};
    options.form = CompileOptions::Form::exposed;
    llvm::Expected<CompileReport> compiled =
        compileModel(write(text), ::testing::TempDir() + "/conv.so", options);
    ASSERT_TRUE(bool(compiled));
    EXPECT_EQ(compiled->winogradNodes["1:conv"], outputs);
    options.form = CompileOptions::Form::package;
    VerifyReport report = verify(text, nullptr, options);
    EXPECT_EQ(report.difference, "");
    EXPECT_GT(report.worst, 0);
    options.exact = true;
    VerifyReport exact = verify(text, nullptr, options);
    EXPECT_EQ(exact.difference, "");
    // Its roundings are more, and their bound is wider.
    EXPECT_NE(exact.worst, report.worst);
    RecordProperty("worst", std::to_string(report.worst));
  }
}

TEST_F(VerifyModelTest, FindsFaultsInWinogradKernels) {
  VerifyReport report =
      verify(makeConvolution(30, 64), scaleResultsOf<graph::ConvOp>(1.001f),
             {CpuTarget::baseline()});
  EXPECT_NE(report.difference.find("node 'relu': element"), std::string::npos)
      << report.difference;
}

/// Roundings of equal terms add up: ten thousand are beyond the bound of a sum
/// whose roundings are independent.
TEST_F(VerifyModelTest, EqualWeightsHaveTheirOwnBound) {
  VerifyReport report = verify(R"(
func.func @main(%x: tensor<4xf32>) -> tensor<4x3xf32> {
  %w = graph.constant dense<0.3> : tensor<10000x3xf32>
  %shape = graph.reshape %x : tensor<4xf32> to tensor<4x1xf32>
  %0 = graph.broadcast %shape : tensor<4x1xf32> to tensor<4x10000xf32>
  %1 = graph.matmul %0, %w : (tensor<4x10000xf32>, tensor<10000x3xf32>)
      -> tensor<4x3xf32> loc("matmul")
  return %1 : tensor<4x3xf32>
}
)");
  EXPECT_EQ(report.difference, "");
  EXPECT_GT(report.worst, 0);
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
