//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Depthwise convolutions whose windows leave the image, in compiled packages,
/// against the reference.
///
//===----------------------------------------------------------------------===//

#include "compiler/driver/VerifyModel.h"

#include "gtest/gtest.h"
#include <fstream>

using namespace mlir;
using namespace mlir::tessera;

namespace {

struct Depthwise {
  int64_t height, width, channels;
  /// Of rows, then of columns.
  int64_t kernel[2], stride[2], dilation[2];
  /// Low rows, low columns, high rows, high columns.
  int64_t pads[4];
  /// Whether another image is added to the result.
  bool hasResidual = false;

  int64_t size(int64_t extent, int d) const {
    return (extent + pads[d] + pads[d + 2] - (kernel[d] - 1) * dilation[d] -
            1) /
               stride[d] +
           1;
  }

  std::string str() const {
    auto list = [](llvm::ArrayRef<int64_t> values) {
      std::string text = "array<i64";
      for (size_t i = 0; i < values.size(); ++i) {
        text += (i == 0 ? ": " : ", ") + std::to_string(values[i]);
      }
      return text + ">";
    };
    auto type = [](llvm::ArrayRef<int64_t> dims) {
      std::string text = "tensor<";
      for (int64_t dim : dims) {
        text += std::to_string(dim) + "x";
      }
      return text + "f32>";
    };
    std::string image = type({2, height, width, channels});
    std::string filter = type({kernel[0], kernel[1], 1, channels});
    std::string result = type({2, size(height, 0), size(width, 1), channels});
    std::string text =
        "func.func @main(%x: " + image + ", %w: " + filter + ", %r: " + result +
        ") -> " + result +
        " {\n%0 = graph.conv %x, %w {channels_last, groups = " +
        std::to_string(channels) + " : i64, strides = " + list(stride) +
        ", dilations = " + list(dilation) + ", pads = " + list(pads) + "} : (" +
        image + ", " + filter + ") -> " + result + "\n";
    text += "%1 = graph." +
            std::string(hasResidual ? "add %0, %r : (" + result + ", " +
                                          result + ") -> "
                                    : "relu %0 : (" + result + ") -> ") +
            result + "\nreturn %1 : " + result + "\n}\n";
    return text;
  }
};

TEST(WindowsTest, DepthwiseAtTheEdges) {
  const Depthwise cases[] = {
      {9, 11, 19, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {9, 11, 19, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, true},
      {12, 12, 32, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, true},
      {13, 10, 16, {3, 3}, {2, 1}, {1, 1}, {0, 1, 1, 0}},
      {11, 17, 5, {5, 3}, {3, 2}, {1, 1}, {2, 1, 2, 1}},
      {16, 15, 33, {3, 3}, {1, 1}, {2, 3}, {2, 3, 2, 3}, true},
      {1, 40, 24, {1, 7}, {1, 1}, {1, 1}, {0, 3, 0, 3}},
      {40, 6, 24, {5, 1}, {1, 1}, {1, 1}, {2, 0, 2, 0}, true},
      // Too many different windows, mostly edge, and a window without a tap.
      {11, 11, 8, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
      {3, 3, 20, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, true},
      {9, 9, 16, {3, 3}, {1, 1}, {1, 1}, {3, 1, 1, 1}},
  };
  for (const Depthwise &depthwise : cases) {
    std::string path = ::testing::TempDir() + "/windows.mlir";
    std::ofstream(path) << depthwise.str();
    llvm::Expected<VerifyReport> report =
        verifyModel(path, {CpuTarget::host()});
    ASSERT_TRUE(static_cast<bool>(report))
        << llvm::toString(report.takeError()) << depthwise.str();
    EXPECT_EQ(report->difference, "") << depthwise.str();
    EXPECT_EQ(report->numOutputs, 1u);
    EXPECT_EQ(report->numUnbounded, 0u);
  }
}

} // namespace
