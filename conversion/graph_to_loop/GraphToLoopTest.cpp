//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Lowers one op at a time, runs the loop programs by the interpreter and
/// compares with plain C++ on random numbers.
///
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/graph_to_loop/ProgramInterpreter.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <cmath>
#include <functional>
#include <random>

using namespace mlir;
using namespace mlir::tessera;

namespace {

using Reals = std::vector<double>;
using Integers = std::vector<int64_t>;

/// Numbers of the quarter grid in [-2, 2], which sums and products of floats
/// hold exactly.
Reals makeReals(size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  Reals reals(count);
  for (double &real : reals) {
    real = (static_cast<int>(generator() % 17) - 8) / 4.0;
  }
  return reals;
}

class GraphToLoopTest : public ::testing::Test {
protected:
  GraphToLoopTest() {
    DialectRegistry registry;
    registry.insert<func::FuncDialect, graph::GraphDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Runs function @f of `text` after the conversion.
  std::vector<InterpretedValue>
  run(const std::string &text, const std::vector<Reals> &reals,
      const std::vector<Integers> &integers = {}) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
    if (!module) {
      return {};
    }
    PassManager manager(&context);
    manager.addPass(createConvertGraphToLoopPass());
    bool isConverted = succeeded(manager.run(*module));
    EXPECT_TRUE(isConverted) << text;
    if (!isConverted) {
      return {};
    }
    auto function = module->lookupSymbol<func::FuncOp>("f");
    std::vector<InterpretedValue> arguments;
    size_t nextReal = 0, nextInteger = 0;
    for (Type type : function.getArgumentTypes()) {
      InterpretedValue argument{type, {}};
      if (isa<FloatType>(cast<RankedTensorType>(type).getElementType())) {
        for (double real : reals.at(nextReal++)) {
          argument.elements.push_back({real, 0});
        }
      } else {
        for (int64_t integer : integers.at(nextInteger++)) {
          argument.elements.push_back({0.0, integer});
        }
      }
      arguments.push_back(std::move(argument));
    }
    return ProgramInterpreter().run(function, arguments);
  }

  void expectReals(const InterpretedValue &value, const Reals &expected,
                   double tolerance = 1e-5) {
    ASSERT_EQ(value.elements.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      if (std::isinf(expected[i])) {
        ASSERT_EQ(value.elements[i].real, expected[i]) << "at " << i;
        continue;
      }
      double allowed = tolerance * (1.0 + std::fabs(expected[i]));
      ASSERT_NEAR(value.elements[i].real, expected[i], allowed) << "at " << i;
    }
  }

  MLIRContext context;
};

/// `op` on arguments %0, %1, ... as function @f.
std::string makeFunction(const std::string &op,
                         const std::vector<std::string> &arguments,
                         const std::string &result) {
  std::string text = "func.func @f(";
  std::string operands, types;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string separator = i ? ", " : "";
    text +=
        separator + "%a" + std::to_string(i) + ": tensor<" + arguments[i] + ">";
    operands += separator + "%a" + std::to_string(i);
    types += separator + "tensor<" + arguments[i] + ">";
  }
  size_t space = op.find(' ');
  std::string name = op.substr(0, space);
  std::string attributes = space == std::string::npos ? "" : op.substr(space);
  return text + ") -> tensor<" + result + "> {\n  %r = " + name + " " +
         operands + attributes + " : (" + types + ") -> tensor<" + result +
         ">\n  return %r : tensor<" + result + ">\n}\n";
}

std::string join(ArrayRef<int64_t> values, const char *separator) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    text += (i ? separator : "") + std::to_string(values[i]);
  }
  return text;
}

std::string makeArray(ArrayRef<int64_t> values) {
  return "array<i64: " + join(values, ", ") + ">";
}

int64_t product(ArrayRef<int64_t> values) {
  int64_t result = 1;
  for (int64_t value : values) {
    result *= value;
  }
  return result;
}

/// Row-major elements of `shape` transposed: result dimension i is dimension
/// permutation[i].
Reals transpose(const Reals &data, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> permutation) {
  Reals result(data.size());
  for (size_t from = 0; from < data.size(); ++from) {
    std::vector<int64_t> index(shape.size());
    int64_t rest = from;
    for (int64_t d = shape.size() - 1; d >= 0; --d) {
      index[d] = rest % shape[d];
      rest /= shape[d];
    }
    int64_t to = 0;
    for (int64_t p : permutation) {
      to = to * shape[p] + index[p];
    }
    result[to] = data[from];
  }
  return result;
}

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

TEST_F(GraphToLoopTest, Conv) {
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

TEST_F(GraphToLoopTest, ConvTranspose) {
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

TEST_F(GraphToLoopTest, Matmul) {
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

TEST_F(GraphToLoopTest, Pool) {
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

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

TEST_F(GraphToLoopTest, Reduce) {
  auto reduce = [&](const std::string &kind, const std::string &rest,
                    const std::string &in, const std::string &out) {
    return makeFunction("graph.reduce {kind = #graph.reduce_kind<" + kind +
                            ">, " + rest + "}",
                        {in}, out);
  };
  Reals x = {1, 2, 3, 4, 5, 6};
  expectReals(
      run(reduce("sum", "axes = array<i64: 0>", "2x3xf32", "3xf32"), {x}).at(0),
      {5, 7, 9});
  expectReals(run(reduce("mean", "axes = array<i64: 1>, keep_dims", "2x3xf16",
                         "2x1xf16"),
                  {x})
                  .at(0),
              {2, 5});
  expectReals(
      run(reduce("prod", "axes = array<i64: 0, 1>", "2x3xf32", "f32"), {x})
          .at(0),
      {720});
  expectReals(
      run(reduce("min", "axes = array<i64: 1>", "2x0xf32", "2xf32"), {{}})
          .at(0),
      {INFINITY, INFINITY});
  EXPECT_EQ(run(reduce("mean", "axes = array<i64: 0>", "3xi32", "i32"), {},
                {{-4, -3, 0}})
                .at(0)
                .getIntegers(),
            (Integers{-2}));
  EXPECT_EQ(run(reduce("max", "axes = array<i64: 0>", "3xui8", "ui8"), {},
                {{-1, 3, 7}})
                .at(0)
                .getIntegers(),
            (Integers{-1}));
  EXPECT_EQ(run(reduce("all", "axes = array<i64: 1>", "2x2xi1", "2xi1"), {},
                {{1, 1, 1, 0}})
                .at(0)
                .getIntegers(),
            (Integers{1, 0}));
}

TEST_F(GraphToLoopTest, ArgReduce) {
  auto argReduce = [&](const std::string &rest) {
    return run(makeFunction("graph.arg_reduce {axis = 1 : i64" + rest + "}",
                            {"2x4xf32"}, "2xi64"),
               {{1, 3, 3, 0, -1, -5, -1, -5}})
        .at(0)
        .getIntegers();
  };
  EXPECT_EQ(argReduce(""), (Integers{1, 0}));
  EXPECT_EQ(argReduce(", select_last"), (Integers{2, 2}));
  EXPECT_EQ(argReduce(", minimum"), (Integers{3, 1}));
  EXPECT_EQ(argReduce(", minimum, select_last"), (Integers{3, 3}));
}

TEST_F(GraphToLoopTest, Softmax) {
  Reals x = makeReals(2 * 3 * 4, 9);
  Reals y(x.size()), logs(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    double sum = 0.0;
    for (int64_t k = 0; k < 3; ++k) {
      sum += std::exp(x[i / 12 * 12 + k * 4 + i % 4]);
    }
    y[i] = std::exp(x[i]) / sum;
    logs[i] = x[i] - std::log(sum);
  }
  expectReals(run(makeFunction("graph.softmax {axis = 1 : i64}", {"2x3x4xf32"},
                               "2x3x4xf32"),
                  {x})
                  .at(0),
              y);
  expectReals(run(makeFunction("graph.softmax {axis = 1 : i64, log}",
                               {"2x3x4xf32"}, "2x3x4xf32"),
                  {x})
                  .at(0),
              logs);
}

TEST_F(GraphToLoopTest, Normalisation) {
  Reals x = makeReals(2 * 6, 11);
  Reals normal(12), rms(12), local(12);
  for (size_t i = 0; i < 12; ++i) {
    double sum = 0.0, squares = 0.0, window = 0.0, variance = 0.0;
    for (int64_t k = 0; k < 6; ++k) {
      double value = x[i / 6 * 6 + k];
      sum += value;
      squares += value * value;
      // Size 4: one element before, two after.
      int64_t distance = k - static_cast<int64_t>(i % 6);
      window += distance >= -1 && distance <= 2 ? value * value : 0.0;
    }
    for (int64_t k = 0; k < 6; ++k) {
      variance += std::pow(x[i / 6 * 6 + k] - sum / 6.0, 2.0) / 6.0;
    }
    normal[i] = (x[i] - sum / 6.0) / std::sqrt(variance + 0.01);
    rms[i] = x[i] / std::sqrt(squares / 6.0 + 0.01);
    local[i] = x[i] / std::pow(2.0 + 0.5 / 4.0 * window, 0.75);
  }
  std::string norm = "graph.layer_norm {axis = 1 : i64, epsilon = 0.01 : f64";
  expectReals(
      run(makeFunction(norm + "}", {"2x2x3xf32"}, "2x2x3xf32"), {x}).at(0),
      normal);
  expectReals(
      run(makeFunction(norm + ", rms}", {"2x2x3xf32"}, "2x2x3xf32"), {x}).at(0),
      rms);
  expectReals(run(makeFunction("graph.lrn {axis = 1 : i64, size = 4 : i64, "
                               "alpha = 0.5 : f64, beta = 0.75 : f64, "
                               "bias = 2.0 : f64}",
                               {"2x6x1xf32"}, "2x6x1xf32"),
                  {x})
                  .at(0),
              local);
}

TEST_F(GraphToLoopTest, BatchNorm) {
  expectReals(
      run(makeFunction("graph.batch_norm {axis = 1 : i64, epsilon = 0.0 : f64}",
                       {"1x2x2xf32", "2xf32", "2xf32", "2xf32", "2xf32"},
                       "1x2x2xf32"),
          {{1, 2, 3, 4}, {1, 2}, {10, 20}, {1, 2}, {4, 0.25}})
          .at(0),
      {10, 10.5, 24, 28});
}

//===----------------------------------------------------------------------===//
// Elementwise and movement
//===----------------------------------------------------------------------===//

TEST_F(GraphToLoopTest, Elementwise) {
  expectReals(run(makeFunction("graph.sub", {"2x1xf32", "3xf32"}, "2x3xf32"),
                  {{10, 20}, {1, 2, 3}})
                  .at(0),
              {9, 8, 7, 19, 18, 17});
  EXPECT_EQ(run(makeFunction("graph.less", {"3xui8", "ui8"}, "3xi1"), {},
                {{1, -1, 5}, {5}})
                .at(0)
                .getIntegers(),
            (Integers{1, 0, 0}));
  expectReals(
      run(makeFunction("graph.where", {"2xi1", "2xf32", "2xf32"}, "2xf32"),
          {{1, 2}, {3, 4}}, {{0, 1}})
          .at(0),
      {3, 2});
}

TEST_F(GraphToLoopTest, Fused) {
  const char *text = R"(
    func.func @f(%a: tensor<2x3xf32>) -> (tensor<6xf32>, tensor<2x3xf32>,
                                          tensor<2x3xf32>) {
      %c = graph.constant dense<2.0> : tensor<f32>
      %r:3 = graph.fused (%x = %a : tensor<2x3xf32>, %k = %c : tensor<f32>)
          -> (tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
        %0 = graph.mul %x, %k : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
        %1 = graph.reshape %0 : tensor<2x3xf32> to tensor<6xf32>
        graph.yield %1, %x, %0 : tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>
      }
      return %r#0, %r#1, %r#2 : tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>
    })";
  Reals x = makeReals(6, 5), doubled;
  for (double value : x) {
    doubled.push_back(2.0 * value);
  }
  auto results = run(text, {x});
  expectReals(results.at(0), doubled);
  expectReals(results.at(1), x);
  expectReals(results.at(2), doubled);
}

TEST_F(GraphToLoopTest, Movement) {
  Reals x = {1, 2, 3, 4, 5, 6};
  expectReals(
      run(makeFunction("graph.slice {starts = array<i64: 1, 2>, sizes "
                       "= array<i64: 2, 2>, steps = array<i64: -1, -2>}",
                       {"2x3xf32"}, "2x2xf32"),
          {x})
          .at(0),
      {6, 4, 3, 1});
  expectReals(run(makeFunction("graph.concat {axis = 1 : i64}",
                               {"2x1xf32", "2x2xf32"}, "2x3xf32"),
                  {{1, 2}, {3, 4, 5, 6}})
                  .at(0),
              {1, 3, 4, 2, 5, 6});
  expectReals(run(makeFunction("graph.transpose {permutation = array<i64: 2, "
                               "0, 1>}",
                               {"1x2x3xf32"}, "3x1x2xf32"),
                  {x})
                  .at(0),
              {1, 4, 2, 5, 3, 6});
}

TEST_F(GraphToLoopTest, Pad) {
  auto pad = [&](const std::string &mode, int64_t low, int64_t high,
                 const std::string &size) {
    return run(makeFunction("graph.pad {low = " + makeArray({low}) +
                                ", high = " + makeArray({high}) +
                                ", mode = #graph.pad_mode<" + mode + ">}",
                            {"4xf32"}, size + "xf32"),
               {{1, 2, 3, 4}})
        .at(0);
  };
  expectReals(pad("constant", 1, 2, "7"), {0, 1, 2, 3, 4, 0, 0});
  expectReals(pad("constant", -1, 1, "4"), {2, 3, 4, 0});
  expectReals(pad("reflect", 5, 4, "13"),
              {2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1, 2}, 0.0);
  expectReals(pad("reflect", 2, -1, "5"), {3, 2, 1, 2, 3});
  expectReals(pad("edge", 2, 1, "7"), {1, 1, 1, 2, 3, 4, 4});
  expectReals(pad("wrap", 5, 5, "14"),
              {4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1});
}

//===----------------------------------------------------------------------===//
// Indexing
//===----------------------------------------------------------------------===//

TEST_F(GraphToLoopTest, Gather) {
  Reals x = {1, 2, 3, 4, 5, 6};
  expectReals(run(makeFunction("graph.gather {axis = 1 : i64}",
                               {"2x3xf32", "2x2xi64"}, "2x2x2xf32"),
                  {x}, {{0, -1, 9, 1}})
                  .at(0),
              {1, 3, 3, 2, 4, 6, 6, 5});
  expectReals(run(makeFunction("graph.gather_elements {axis = 0 : i64}",
                               {"2x3xf32", "1x3xi64"}, "1x3xf32"),
                  {x}, {{1, 0, -1}})
                  .at(0),
              {4, 2, 6});
  expectReals(
      run(makeFunction("graph.gather_nd", {"2x3xf32", "2x1xi64"}, "2x3xf32"),
          {x}, {{1, 0}})
          .at(0),
      {4, 5, 6, 1, 2, 3});
  expectReals(run(makeFunction("graph.gather_nd {batch_dims = 1 : i64}",
                               {"2x3xf32", "2x2x1xi64"}, "2x2xf32"),
                  {x}, {{2, 0, 1, -1}})
                  .at(0),
              {3, 1, 5, 6});
}

TEST_F(GraphToLoopTest, Scatter) {
  Reals x = {1, 2, 3, 4, 5, 6};
  expectReals(run(makeFunction("graph.scatter_elements {axis = 1 : i64}",
                               {"2x3xf32", "2x1xi64", "2x1xf32"}, "2x3xf32"),
                  {x, {10, 20}}, {{-1, 0}})
                  .at(0),
              {1, 2, 10, 20, 5, 6});
  expectReals(run(makeFunction("graph.scatter_elements {axis = 0 : i64, kind = "
                               "#graph.scatter_kind<add>}",
                               {"6xf32", "3xi64", "3xf32"}, "6xf32"),
                  {x, {10, 20, 30}}, {{1, 1, 4}})
                  .at(0),
              {1, 32, 3, 4, 35, 6});
  expectReals(run(makeFunction("graph.scatter_nd {kind = "
                               "#graph.scatter_kind<max>}",
                               {"2x3xf32", "1x1xi64", "1x3xf32"}, "2x3xf32"),
                  {x, {9, 0, 9}}, {{1}})
                  .at(0),
              {1, 2, 3, 9, 5, 9});
}

TEST_F(GraphToLoopTest, Cumsum) {
  auto cumsum = [&](const std::string &rest) {
    return run(makeFunction("graph.cumsum {axis = 1 : i64" + rest + "}",
                            {"1x3x1xf32"}, "1x3x1xf32"),
               {{2, 3, 4}})
        .at(0);
  };
  expectReals(cumsum(""), {2, 5, 9});
  expectReals(cumsum(", exclusive"), {0, 2, 5});
  expectReals(cumsum(", reverse"), {9, 7, 4});
  expectReals(cumsum(", exclusive, reverse, product"), {12, 4, 1});
}

TEST_F(GraphToLoopTest, TopK) {
  const char *text = R"(
    func.func @f(%a: tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>) {
      %v, %i = graph.topk %a {axis = 1 : i64, k = 3 : i64 SMALLEST}
          : (tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
      return %v, %i : tensor<2x3xf32>, tensor<2x3xi64>
    })";
  auto topK = [&](const std::string &smallest) {
    std::string source = text;
    source.replace(source.find(" SMALLEST"), 9, smallest);
    return run(source, {{1, 3, 3, 2, 5, 4, 4, 4, 4, 4}});
  };
  auto largest = topK("");
  expectReals(largest.at(0), {5, 3, 3, 4, 4, 4});
  EXPECT_EQ(largest.at(1).getIntegers(), (Integers{4, 1, 2, 0, 1, 2}));
  auto smallest = topK(", smallest");
  expectReals(smallest.at(0), {1, 2, 3, 4, 4, 4});
  EXPECT_EQ(smallest.at(1).getIntegers(), (Integers{0, 3, 1, 0, 1, 2}));
}

//===----------------------------------------------------------------------===//
// Resize: expected values are those of ONNX's operator documentation.
//===----------------------------------------------------------------------===//

class ResizeTest : public GraphToLoopTest {
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

TEST_F(ResizeTest, Nearest) {
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

TEST_F(ResizeTest, Linear) {
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

TEST_F(ResizeTest, Cubic) {
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

TEST_F(ResizeTest, Crop) {
  expectReals(resize(4, 4, 3, 3, 0.75, 0.75, "linear", "tf_crop_and_resize",
                     ", roi = array<f64: 0.0, 0.4, 0.6, 1.0, 0.6, 0.8>"),
              {7.6000004, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6});
  expectReals(resize(4, 4, 3, 3, 0.75, 0.75, "linear", "tf_crop_and_resize",
                     ", extrapolation_value = 10.0 : f64, roi = array<f64: "
                     "0.0, 0.4, 0.6, 1.0, 1.2, 1.7>"),
              {7.6000004, 10, 10, 12.400001, 10, 10, 10, 10, 10});
}

} // namespace
