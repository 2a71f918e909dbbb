//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/LoweringTestFixture.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

/// Expected values are those of ONNX's operator documentation.
class ResizeLoweringTest : public LoweringTest {
protected:
  /// Resizes the numbers 1, 2, ... of shape rows x columns.
  InterpretedValue resize(int64_t rows, int64_t columns, int64_t toRows,
                          int64_t toColumns, double rowScale,
                          double columnScale, const std::string &mode,
                          const std::string &coordinates,
                          const std::string &rest = "") {
    Reals x;
    for (int64_t i = 0; i < rows * columns; ++i) {
      x.push_back(static_cast<double>(i + 1));
    }
    std::string in = "1x" + join({rows, columns}, "x") + "xf32";
    std::string out = "1x" + join({toRows, toColumns}, "x") + "xf32";
    return run(makeFunction("graph.resize {sizes = " +
                                makeArray({1, toRows, toColumns}) +
                                ", scales = array<f64: 1.0, " +
                                std::to_string(rowScale) + ", " +
                                std::to_string(columnScale) +
                                ">, mode = #graph.resize_mode<" + mode +
                                ">, coordinate_mode = #graph.coordinate_mode<" +
                                coordinates + ">" + rest + "}",
                            {in}, out),
               {x})
        .at(0);
  }
};

TEST_F(ResizeLoweringTest, Nearest) {
  expectReals(
      resize(2, 2, 4, 6, 2, 3, "nearest", "half_pixel"),
      {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4});
  expectReals(resize(2, 4, 1, 2, 0.6, 0.6, "nearest", "half_pixel"), {1, 3});
  expectReals(resize(4, 4, 8, 8, 2, 2, "nearest", "half_pixel",
                     ", nearest_mode = #graph.nearest_mode<ceil>"),
              {1,  2,  2,  3,  3,  4,  4,  4,  5,  6,  6,  7,  7,  8,  8,  8,
               5,  6,  6,  7,  7,  8,  8,  8,  9,  10, 10, 11, 11, 12, 12, 12,
               9,  10, 10, 11, 11, 12, 12, 12, 13, 14, 14, 15, 15, 16, 16, 16,
               13, 14, 14, 15, 15, 16, 16, 16, 13, 14, 14, 15, 15, 16, 16, 16});
}

TEST_F(ResizeLoweringTest, Linear) {
  expectReals(resize(2, 2, 4, 4, 2, 2, "linear", "half_pixel"),
              {1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3,
               3.25, 3.75, 4});
  expectReals(resize(2, 4, 1, 2, 0.6, 0.6, "linear", "half_pixel"),
              {2.6666665, 4.3333331});
  expectReals(resize(2, 4, 1, 2, 0.6, 0.6, "linear", "align_corners"),
              {1, 3.142857});
  expectReals(
      resize(2, 4, 1, 2, 0.6, 0.6, "linear", "half_pixel", ", antialias"),
      {2.875, 4.5});
  expectReals(resize(4, 4, 3, 1, 0.75, 0.25, "linear", "pytorch_half_pixel"),
              {1.6666666, 7, 12.333333});
}

TEST_F(ResizeLoweringTest, Cubic) {
  expectReals(resize(4, 4, 3, 3, 0.8, 0.8, "cubic", "half_pixel"),
              {1.47119141, 2.78125, 4.08251953, 6.71142578, 8.02148438,
               9.32275391, 11.91650391, 13.2265625, 14.52783203});
  expectReals(resize(4, 4, 3, 3, 0.8, 0.8, "cubic", "half_pixel",
                     ", cubic_coefficient = -0.5 : f64, exclude_outside"),
              {1.36812675, 2.6695014, 4.0133367, 6.57362535, 7.875, 9.2188353,
               11.94896657, 13.25034122, 14.59417652});
  expectReals(
      resize(4, 4, 2, 2, 0.6, 0.6, "cubic", "half_pixel", ", antialias"),
      {2.5180721, 4.2858863, 9.589329, 11.357142});
}

TEST_F(ResizeLoweringTest, Crop) {
  expectReals(resize(4, 4, 3, 3, 0.75, 0.75, "linear", "tf_crop_and_resize",
                     ", roi = array<f64: 0.0, 0.4, 0.6, 1.0, 0.6, 0.8>"),
              {7.6000004, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6});
  expectReals(resize(4, 4, 3, 3, 0.75, 0.75, "linear", "tf_crop_and_resize",
                     ", extrapolation_value = 10.0 : f64, roi = array<f64: "
                     "0.0, 0.4, 0.6, 1.0, 1.2, 1.7>"),
              {7.6000004, 10, 10, 12.400001, 10, 10, 10, 10, 10});
}

} // namespace
