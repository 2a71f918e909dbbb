//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/LoweringTestFixture.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

using GraphToLoopTest = LoweringTest;

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

} // namespace
