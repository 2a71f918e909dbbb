//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/LoweringTestFixture.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

using ContractionLoweringTest = LoweringTest;

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// A 2-D convolution, channels first.
struct ConvCase {
  int64_t n, c, h, w, f, kh, kw;
  std::vector<int64_t> strides, dilations, pads;
  int64_t groups;
  std::vector<int64_t> outputPads = {0, 0};

  int64_t getSize(size_t d) const {
    int64_t in = d ? w : h, k = d ? kw : kh;
    return (in + pads[d] + pads[2 + d] - (k - 1) * dilations[d] - 1) /
               strides[d] +
           1;
  }
  int64_t getTransposedSize(size_t d) const {
    int64_t in = d ? w : h, k = d ? kw : kh;
    return (in - 1) * strides[d] + (k - 1) * dilations[d] + 1 + outputPads[d] -
           pads[d] - pads[2 + d];
  }
  std::string getAttributes() const {
    return "strides = " + makeArray(strides) +
           ", dilations = " + makeArray(dilations) +
           ", pads = " + makeArray(pads) +
           ", groups = " + std::to_string(groups) + " : i64";
  }
};

Reals computeConv(const ConvCase &t, const Reals &x, const Reals &filter) {
  int64_t oh = t.getSize(0), ow = t.getSize(1);
  int64_t groupInputs = t.c / t.groups, groupOutputs = t.f / t.groups;
  Reals y(t.n * t.f * oh * ow, 0.0);
  for (int64_t n = 0; n < t.n; ++n) {
    for (int64_t f = 0; f < t.f; ++f) {
      for (int64_t o = 0; o < oh * ow; ++o) {
        for (int64_t k = 0; k < groupInputs * t.kh * t.kw; ++k) {
          int64_t c = k / (t.kh * t.kw), kh = k / t.kw % t.kh, kw = k % t.kw;
          int64_t h = o / ow * t.strides[0] + kh * t.dilations[0] - t.pads[0];
          int64_t w = o % ow * t.strides[1] + kw * t.dilations[1] - t.pads[1];
          if (h < 0 || h >= t.h || w < 0 || w >= t.w) {
            continue;
          }
          int64_t channel = f / groupOutputs * groupInputs + c;
          y[(n * t.f + f) * oh * ow + o] +=
              x[((n * t.c + channel) * t.h + h) * t.w + w] *
              filter[f * groupInputs * t.kh * t.kw + k];
        }
      }
    }
  }
  return y;
}

/// By its definition: every input element is added to the outputs around it.
Reals computeConvTranspose(const ConvCase &t, const Reals &x,
                           const Reals &filter) {
  int64_t oh = t.getTransposedSize(0), ow = t.getTransposedSize(1);
  int64_t groupInputs = t.c / t.groups, groupOutputs = t.f / t.groups;
  Reals y(t.n * t.f * oh * ow, 0.0);
  for (int64_t i = 0; i < t.n * t.c * t.h * t.w; ++i) {
    int64_t w = i % t.w, h = i / t.w % t.h, c = i / (t.w * t.h) % t.c;
    int64_t n = i / (t.w * t.h * t.c);
    for (int64_t k = 0; k < groupOutputs * t.kh * t.kw; ++k) {
      int64_t fg = k / (t.kh * t.kw), kh = k / t.kw % t.kh, kw = k % t.kw;
      int64_t o = h * t.strides[0] + kh * t.dilations[0] - t.pads[0];
      int64_t p = w * t.strides[1] + kw * t.dilations[1] - t.pads[1];
      if (o < 0 || o >= oh || p < 0 || p >= ow) {
        continue;
      }
      int64_t f = c / groupInputs * groupOutputs + fg;
      y[((n * t.f + f) * oh + o) * ow + p] +=
          x[i] * filter[c * groupOutputs * t.kh * t.kw + k];
    }
  }
  return y;
}

const ConvCase convCases[] = {
    {1, 3, 5, 6, 4, 3, 3, {1, 1}, {1, 1}, {1, 1, 1, 1}, 1},
    {2, 2, 7, 5, 3, 3, 2, {2, 1}, {1, 2}, {0, 1, 2, 0}, 1},
    {1, 4, 6, 6, 6, 2, 3, {1, 2}, {2, 1}, {1, 0, 0, 1}, 2},
    {1, 3, 5, 5, 3, 3, 3, {2, 2}, {1, 1}, {1, 1, 1, 1}, 3},
    {1, 3, 5, 5, 6, 3, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}, 3},
    {1, 5, 4, 3, 2, 1, 1, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1},
    {2, 1, 4, 4, 1, 4, 4, {3, 3}, {1, 1}, {3, 3, 3, 3}, 1},
};

TEST_F(ContractionLoweringTest, Conv) {
  for (const ConvCase &t : convCases) {
    std::vector<int64_t> in = {t.n, t.c, t.h, t.w};
    std::vector<int64_t> filter = {t.f, t.c / t.groups, t.kh, t.kw};
    std::vector<int64_t> out = {t.n, t.f, t.getSize(0), t.getSize(1)};
    Reals x = makeReals(product(in), 1), w = makeReals(product(filter), 2);
    Reals y = computeConv(t, x, w);
    SCOPED_TRACE(t.getAttributes());
    auto first =
        run(makeFunction("graph.conv {" + t.getAttributes() + "}",
                         {join(in, "x") + "xf32", join(filter, "x") + "xf32"},
                         join(out, "x") + "xf32"),
            {x, w});
    expectReals(first.at(0), y);
    auto last = run(
        makeFunction("graph.conv {channels_last, " + t.getAttributes() + "}",
                     {join({t.n, t.h, t.w, t.c}, "x") + "xf32",
                      join({t.kh, t.kw, t.c / t.groups, t.f}, "x") + "xf32"},
                     join({t.n, out[2], out[3], t.f}, "x") + "xf32"),
        {transpose(x, in, {0, 2, 3, 1}), transpose(w, filter, {2, 3, 1, 0})});
    expectReals(last.at(0), transpose(y, out, {0, 2, 3, 1}));
  }
}

const ConvCase convTransposeCases[] = {
    {1, 3, 3, 4, 2, 2, 2, {2, 2}, {1, 1}, {0, 0, 0, 0}, 1},
    {1, 4, 3, 3, 2, 2, 3, {2, 3}, {1, 1}, {0, 0, 0, 0}, 2},
    {1, 3, 3, 3, 3, 2, 2, {2, 2}, {1, 1}, {0, 0, 0, 0}, 3},
    {2, 2, 3, 4, 3, 3, 3, {2, 2}, {1, 1}, {1, 1, 1, 1}, 1, {1, 1}},
    {1, 2, 4, 3, 4, 3, 2, {1, 2}, {2, 1}, {0, 1, 1, 0}, 2, {0, 1}},
    {1, 3, 4, 4, 3, 4, 4, {2, 2}, {1, 1}, {1, 1, 1, 1}, 3},
    {1, 2, 3, 3, 1, 2, 2, {3, 3}, {1, 1}, {-1, -2, -1, 0}, 1},
    {1, 1, 4, 4, 1, 2, 2, {2, 2}, {1, 1}, {3, 2, 1, 3}, 1},
    {1, 2, 3, 3, 2, 1, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
};

TEST_F(ContractionLoweringTest, ConvTranspose) {
  for (const ConvCase &t : convTransposeCases) {
    std::vector<int64_t> in = {t.n, t.c, t.h, t.w};
    std::vector<int64_t> filter = {t.c, t.f / t.groups, t.kh, t.kw};
    std::vector<int64_t> out = {t.n, t.f, t.getTransposedSize(0),
                                t.getTransposedSize(1)};
    Reals x = makeReals(product(in), 3), w = makeReals(product(filter), 4);
    Reals y = computeConvTranspose(t, x, w);
    std::string attributes =
        t.getAttributes() + ", output_pads = " + makeArray(t.outputPads);
    SCOPED_TRACE(attributes);
    auto first =
        run(makeFunction("graph.conv_transpose {" + attributes + "}",
                         {join(in, "x") + "xf32", join(filter, "x") + "xf32"},
                         join(out, "x") + "xf32"),
            {x, w});
    expectReals(first.at(0), y);
    auto last = run(
        makeFunction("graph.conv_transpose {channels_last, " + attributes + "}",
                     {join({t.n, t.h, t.w, t.c}, "x") + "xf32",
                      join({t.kh, t.kw, t.f / t.groups, t.c}, "x") + "xf32"},
                     join({t.n, out[2], out[3], t.f}, "x") + "xf32"),
        {transpose(x, in, {0, 2, 3, 1}), transpose(w, filter, {2, 3, 1, 0})});
    expectReals(last.at(0), transpose(y, out, {0, 2, 3, 1}));
  }
}

TEST_F(ContractionLoweringTest, Matmul) {
  Reals a = makeReals(2 * 1 * 3 * 4, 1), b = makeReals(5 * 4 * 2, 2);
  Reals y;
  for (int64_t i = 0; i < 2 * 5 * 3 * 2; ++i) {
    int64_t n = i % 2, m = i / 2 % 3, inner = i / 6 % 5, outer = i / 30;
    double sum = 0.0;
    for (int64_t k = 0; k < 4; ++k) {
      sum += a[(outer * 3 + m) * 4 + k] * b[(inner * 4 + k) * 2 + n];
    }
    y.push_back(sum);
  }
  expectReals(run(makeFunction("graph.matmul", {"2x1x3x4xf32", "5x4x2xf32"},
                               "2x5x3x2xf32"),
                  {a, b})
                  .at(0),
              y);
  expectReals(run(makeFunction("graph.matmul", {"4xf32", "4xf32"}, "f32"),
                  {{1, 2, 3, 4}, {4, 3, 2, 1}})
                  .at(0),
              {20});
  expectReals(run(makeFunction("graph.matmul", {"2xf16", "2x2xf16"}, "2xf16"),
                  {{1, 2}, {1, 2, 3, 4}})
                  .at(0),
              {7, 10});
  expectReals(run(makeFunction("graph.matmul", {"2x2xf32", "2xf32"}, "2xf32"),
                  {{1, 2, 3, 4}, {1, 10}})
                  .at(0),
              {21, 43});
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

struct PoolCase {
  int64_t size, kernel, stride, dilation, low, high;
  bool ceilMode, countIncludePad;

  int64_t getOutputSize() const {
    int64_t room = size + low + high - (kernel - 1) * dilation - 1;
    int64_t out = (room + (ceilMode ? stride - 1 : 0)) / stride + 1;
    if (ceilMode && (out - 1) * stride >= size + low) {
      --out;
    }
    return out;
  }
  std::string getAttributes() const {
    return "kernel = " + makeArray({kernel}) +
           ", strides = " + makeArray({stride}) +
           ", dilations = " + makeArray({dilation}) +
           ", pads = " + makeArray({low, high}) +
           (ceilMode ? ", ceil_mode" : "");
  }
};

const PoolCase poolCases[] = {
    {7, 3, 1, 1, 0, 0, false, false}, {7, 3, 2, 1, 1, 1, false, false},
    {7, 3, 2, 1, 1, 1, false, true},  {8, 3, 2, 1, 0, 0, true, false},
    {8, 3, 2, 1, 1, 0, true, true},   {9, 3, 1, 2, 2, 2, false, false},
    {9, 3, 2, 3, 2, 1, true, false},  {6, 2, 3, 1, 0, 1, true, true},
    {5, 5, 1, 1, 0, 0, false, false}, {4, 2, 4, 1, 1, 1, true, false},
};

TEST_F(ContractionLoweringTest, Pool) {
  for (const PoolCase &t : poolCases) {
    SCOPED_TRACE(t.getAttributes());
    int64_t out = t.getOutputSize();
    Reals x = makeReals(2 * t.size, 7);
    Reals largest(2 * out, -INFINITY), mean(2 * out);
    for (int64_t i = 0; i < 2 * out; ++i) {
      double sum = 0.0;
      int64_t count = 0;
      for (int64_t k = 0; k < t.kernel; ++k) {
        int64_t at = i % out * t.stride + k * t.dilation - t.low;
        bool isInside = at >= 0 && at < t.size;
        count += isInside || (t.countIncludePad && at < t.size + t.high);
        if (isInside) {
          double value = x[i / out * t.size + at];
          largest[i] = std::max(largest[i], value);
          sum += value;
        }
      }
      mean[i] = sum / static_cast<double>(count);
    }
    std::string in = std::to_string(t.size), to = std::to_string(out);
    std::string include = t.countIncludePad ? ", count_include_pad" : "";
    expectReals(run(makeFunction("graph.max_pool {" + t.getAttributes() + "}",
                                 {"1x2x" + in + "xf32"}, "1x2x" + to + "xf32"),
                    {x})
                    .at(0),
                largest);
    expectReals(
        run(makeFunction("graph.avg_pool {" + t.getAttributes() + include + "}",
                         {"2x1x" + in + "xf32"}, "2x1x" + to + "xf32"),
            {x})
            .at(0),
        mean);
    expectReals(run(makeFunction("graph.avg_pool {channels_last, " +
                                     t.getAttributes() + include + "}",
                                 {"1x" + in + "x2xf32"}, "1x" + to + "x2xf32"),
                    {transpose(x, {2, t.size}, {1, 0})})
                    .at(0),
                transpose(mean, {2, out}, {1, 0}));
  }
}

} // namespace
