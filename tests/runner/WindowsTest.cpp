//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Convolutions whose windows meet zeros, around the image or between its
/// elements, in compiled packages, against the reference.
///
//===----------------------------------------------------------------------===//

#include "compiler/driver/VerifyModel.h"
#include "llvm/ADT/StringExtras.h"

#include "gtest/gtest.h"
#include <fstream>

using namespace mlir;
using namespace mlir::tessera;

namespace {

struct Conv {
  bool isTransposed;
  int64_t height, width, channels, features, groups;
  /// Of rows, then of columns.
  int64_t kernel[2], stride[2], dilation[2];
  /// Low rows, low columns, high rows, high columns.
  int64_t pads[4];
  /// Whether another image is added to the result.
  bool hasResidual = false;

  int64_t size(int64_t extent, int d) const {
    int64_t span = (kernel[d] - 1) * dilation[d] + 1;
    int64_t both = pads[d] + pads[d + 2];
    return isTransposed ? (extent - 1) * stride[d] + span - both
                        : (extent + both - span) / stride[d] + 1;
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
    std::string filter =
        isTransposed
            ? type({kernel[0], kernel[1], features / groups, channels})
            : type({kernel[0], kernel[1], channels / groups, features});
    std::string result = type({2, size(height, 0), size(width, 1), features});
    std::string text =
        "func.func @main(%x: " + image + ", %r: " + result + ") -> " + result +
        " {\n%w = graph.constant " + makeFilter() + " : " + filter +
        "\n%0 = graph.conv" + (isTransposed ? "_transpose" : "") +
        " %x, %w {channels_last, groups = " + std::to_string(groups) +
        " : i64, strides = " + list(stride) +
        ", dilations = " + list(dilation) + ", pads = " + list(pads) +
        (isTransposed ? ", output_pads = array<i64: 0, 0>" : "") + "} : (" +
        image + ", " + filter + ") -> " + result + "\n";
    text += "%1 = graph." +
            std::string(hasResidual ? "add %0, %r : (" + result + ", " +
                                          result + ") -> "
                                    : "relu %0 : (" + result + ") -> ") +
            result + "\nreturn %1 : " + result + "\n}\n";
    return text;
  }

private:
  /// A dense literal of different values.
  std::string makeFilter() const {
    int64_t count = kernel[0] * kernel[1] * channels * features / groups;
    std::vector<float> values(count);
    for (int64_t i = 0; i < count; ++i) {
      values[i] = float((i * 37) % 101 - 50) / 64;
    }
    llvm::StringRef bytes(reinterpret_cast<const char *>(values.data()),
                          values.size() * sizeof(float));
    return "dense<\"0x" + llvm::toHex(bytes) + "\">";
  }
};

void check(llvm::ArrayRef<Conv> cases) {
  for (const Conv &conv : cases) {
    std::string path = ::testing::TempDir() + "/windows.mlir";
    std::ofstream(path) << conv.str();
    llvm::Expected<VerifyReport> report =
        verifyModel(path, {CpuTarget::host()});
    ASSERT_TRUE(static_cast<bool>(report))
        << llvm::toString(report.takeError()) << conv.str();
    EXPECT_EQ(report->difference, "") << conv.str();
    EXPECT_EQ(report->numOutputs, 1u);
    EXPECT_EQ(report->numUnbounded, 0u);
  }
}

TEST(WindowsTest, DepthwiseAtTheEdges) {
  check({
      {false, 9, 11, 19, 19, 19, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
      {false, 9, 11, 19, 19, 19, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, true},
      {false, 12, 12, 32, 32, 32, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, true},
      {false, 13, 10, 16, 16, 16, {3, 3}, {2, 1}, {1, 1}, {0, 1, 1, 0}},
      {false, 11, 17, 5, 5, 5, {5, 3}, {3, 2}, {1, 1}, {2, 1, 2, 1}},
      {false, 16, 15, 33, 33, 33, {3, 3}, {1, 1}, {2, 3}, {2, 3, 2, 3}, true},
      {false, 1, 40, 24, 24, 24, {1, 7}, {1, 1}, {1, 1}, {0, 3, 0, 3}},
      {false, 40, 6, 24, 24, 24, {5, 1}, {1, 1}, {1, 1}, {2, 0, 2, 0}, true},
      // Too many different windows, mostly edge, and a window without a tap.
      {false, 11, 11, 8, 8, 8, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
      {false, 3, 3, 20, 20, 20, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}, true},
      {false, 9, 9, 16, 16, 16, {3, 3}, {1, 1}, {1, 1}, {3, 1, 1, 1}},
  });
}

TEST(WindowsTest, TransposedInPhases) {
  check({
      {true, 5, 6, 16, 24, 1, {4, 4}, {2, 2}, {1, 1}, {1, 1, 1, 1}},
      {true, 5, 6, 16, 24, 1, {4, 4}, {2, 2}, {1, 1}, {1, 1, 1, 1}, true},
      {true, 7, 5, 9, 17, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 0, 0}, true},
      {true, 6, 4, 8, 33, 1, {5, 4}, {3, 2}, {1, 1}, {2, 0, 2, 1}},
      {true, 1, 11, 12, 16, 1, {1, 16}, {1, 8}, {1, 1}, {0, 4, 0, 4}},
      {true, 8, 8, 5, 16, 1, {3, 1}, {2, 1}, {1, 1}, {0, 0, 0, 0}, true},
      {true, 6, 5, 8, 16, 1, {3, 3}, {2, 3}, {2, 2}, {0, 1, 0, 1}},
      {true, 6, 7, 24, 24, 24, {4, 4}, {2, 2}, {1, 1}, {1, 1, 1, 1}, true},
      {true, 5, 5, 12, 20, 4, {4, 2}, {2, 1}, {1, 1}, {1, 0, 1, 0}},
      // Outputs that no tap reaches, and too many phases.
      {true, 4, 5, 8, 16, 1, {2, 2}, {3, 3}, {1, 1}, {0, 0, 0, 0}, true},
      {true, 3, 3, 8, 16, 1, {8, 8}, {5, 5}, {1, 1}, {1, 1, 1, 1}},
  });
}

} // namespace
