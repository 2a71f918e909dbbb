// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/benchmark/KernelShape.h"

#include <gtest/gtest.h>

namespace tessera::benchmarks {
namespace {

/// Every output by the definition.
std::vector<float> compute(const KernelShape &shape, const KernelData &data) {
  std::vector<float> output;
  const int64_t depth = shape.inputsPerOutput();
  for (int64_t y = 0; y < shape.outputRows(); ++y) {
    for (int64_t x = 0; x < shape.outputColumns(); ++x) {
      for (int64_t o = 0; o < shape.outputs; ++o) {
        double sum = 0;
        for (int64_t ky = 0; ky < shape.kernel; ++ky) {
          for (int64_t kx = 0; kx < shape.kernel; ++kx) {
            const int64_t row = y * shape.stride + ky - shape.padding();
            const int64_t column = x * shape.stride + kx - shape.padding();
            if (row < 0 || row >= shape.rows || column < 0 ||
                column >= shape.columns) {
              continue;
            }
            for (int64_t c = 0; c < depth; ++c) {
              const int64_t in = depth == 1 && shape.inputs > 1 ? o : c;
              sum +=
                  double(
                      data.input[(row * shape.columns + column) * shape.inputs +
                                 in]) *
                  data.weights[((ky * shape.kernel + kx) * depth + c) *
                                   shape.outputs +
                               o];
            }
          }
        }
        output.push_back(static_cast<float>(sum));
      }
    }
  }
  return output;
}

TEST(KernelShapeTest, ParsesEachKind) {
  const KernelShape gemm = *KernelShape::parse("gemm 4 5 6");
  EXPECT_EQ(gemm.name(), "BM_Gemm/4x5x6");
  EXPECT_EQ(gemm.flops(), 240);
  EXPECT_EQ(gemm.bytes(), 4 * (24 + 30 + 20));
  const KernelShape conv = *KernelShape::parse("conv 8 3 5 3 2");
  EXPECT_EQ(conv.name(), "BM_Conv2D/8x8x3-5k3s2");
  EXPECT_EQ(conv.outputRows(), 4);
  EXPECT_EQ(conv.flops(), 2 * 4 * 4 * 5 * 27);
  const KernelShape depthwise = *KernelShape::parse("depthwise 7 6 3 1");
  EXPECT_EQ(depthwise.name(), "BM_DepthwiseConv2D/7x7x6k3s1");
  EXPECT_EQ(depthwise.flops(), 2 * 7 * 7 * 6 * 9);
}

TEST(KernelShapeTest, RefusesOtherLines) {
  for (const char *line :
       {"", "gemm 4 5", "gemm 4 5 6 7", "gemm 4 5 x", "gemm 0 5 6",
        "conv 8 3 5 3", "depthwise -7 6 3 1", "pool 1 2 3"}) {
    const Result<KernelShape> shape = KernelShape::parse(line);
    ASSERT_FALSE(shape.ok()) << line;
    EXPECT_NE(shape.message().find("expected 'gemm M N K'"), std::string::npos);
  }
}

TEST(KernelShapeTest, FindsWrongOutputs) {
  for (const char *line : {"gemm 7 5 6", "conv 7 3 5 3 1", "conv 8 3 5 3 2",
                           "conv 5 4 3 1 1", "depthwise 7 6 3 2"}) {
    const KernelShape shape = *KernelShape::parse(line);
    const KernelData data(shape, 1);
    std::vector<float> output = compute(shape, data);
    EXPECT_EQ(findWrongOutput(shape, data, output), "") << line;
    output[0] += 0.01f;
    EXPECT_NE(findWrongOutput(shape, data, output).find("but got"),
              std::string::npos)
        << line;
    output.pop_back();
    EXPECT_NE(findWrongOutput(shape, data, output).find("outputs, but got"),
              std::string::npos);
  }
}

} // namespace
} // namespace tessera::benchmarks
