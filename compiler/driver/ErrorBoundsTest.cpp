//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Compiled code stays within the bounds that ops state, on operands that are
// not exact: the check runs with no values given.

#include "compiler/driver/CompileModel.h"
#include "compiler/driver/TensorValues.h"
#include "runtime/Package.h"
#include "runtime/Session.h"

#include "gtest/gtest.h"
#include <fstream>
#include <regex>

using namespace mlir::tessera;
using tessera::Tensor;

namespace {

/// An op on %x and %y, tensor<2x4x6x6xf32>, neither of which is exact, and the
/// shape of its result; the ops' attributes are between.
struct OpCase {
  std::string name, attributes, result;
};

const OpCase cases[] = {
    {"transpose", "permutation = array<i64: 0, 2, 3, 1>", "2x6x6x4"},
    {"slice",
     "starts = array<i64: 0, 3, 0, 5>, sizes = array<i64: 2, 2, 6, 3>, "
     "steps = array<i64: 1, -2, 1, -2>",
     "2x2x6x3"},
    {"pad",
     "low = array<i64: 0, 1, 0, -1>, high = array<i64: 0, 0, 2, 0>, "
     "mode = #graph.pad_mode<edge>",
     "2x5x8x5"},
    {"resize",
     "sizes = array<i64: 2, 4, 9, 9>, scales = array<f64: 1., 1., 1.5, 1.5>, "
     "mode = #graph.resize_mode<cubic>, "
     "coordinate_mode = #graph.coordinate_mode<half_pixel>",
     "2x4x9x9"},
    {"resize",
     "sizes = array<i64: 2, 4, 9, 9>, scales = array<f64: 1., 1., 1.5, 1.5>, "
     "mode = #graph.resize_mode<nearest>, "
     "coordinate_mode = #graph.coordinate_mode<asymmetric>",
     "2x4x9x9"},
    {"max_pool",
     "kernel = array<i64: 3, 3>, strides = array<i64: 2, 1>, "
     "dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>",
     "2x4x3x6"},
    {"avg_pool",
     "kernel = array<i64: 3, 3>, strides = array<i64: 2, 1>, "
     "dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>",
     "2x4x3x6"},
    {"reduce", "axes = array<i64: 1, 3>, kind = #graph.reduce_kind<sum>",
     "2x6"},
    {"reduce",
     "axes = array<i64: 2>, kind = #graph.reduce_kind<mean>, keep_dims",
     "2x4x1x6"},
    {"reduce", "axes = array<i64: 3>, kind = #graph.reduce_kind<max>", "2x4x6"},
    {"reduce", "axes = array<i64: 3>, kind = #graph.reduce_kind<min>", "2x4x6"},
    {"cumsum", "axis = 3 : i64, exclusive", "2x4x6x6"},
    {"softmax", "axis = 1 : i64", "2x4x6x6"},
    {"softmax", "axis = 3 : i64, log", "2x4x6x6"},
    {"layer_norm", "axis = 2 : i64, epsilon = 1.0e-05 : f64", "2x4x6x6"},
    {"layer_norm", "axis = 3 : i64, epsilon = 1.0e-05 : f64, rms", "2x4x6x6"},
    {"leaky_relu", "alpha = 0.1 : f64", "2x4x6x6"},
    {"elu", "alpha = 1.5 : f64", "2x4x6x6"},
    {"hard_sigmoid", "alpha = 0.2 : f64, beta = 0.5 : f64", "2x4x6x6"},
    {"silu", "alpha = 1.0 : f64", "2x4x6x6"},
    {"gelu", "", "2x4x6x6"},
    {"gelu", "tanh_approximation", "2x4x6x6"},
    {"clamp", "min = -0.5 : f64, max = 0.7 : f64", "2x4x6x6"},
    {"matmul", "", "2x4x6x6"},
    {"concat", "axis = 1 : i64", "2x8x6x6"},
    {"mod", "fmod", "2x4x6x6"}};

const char *const unaryOps[] = {
    "abs",     "neg",   "sign",     "floor",    "ceil",       "round",
    "sqrt",    "rsqrt", "exp",      "log",      "erf",        "sin",
    "cos",     "tan",   "asin",     "acos",     "atan",       "sinh",
    "cosh",    "tanh",  "asinh",    "acosh",    "atanh",      "relu",
    "sigmoid", "mish",  "softplus", "softsign", "hard_swish", "reciprocal"};

const char *const binaryOps[] = {"add", "sub", "mul",   "div",
                                 "min", "max", "prelu", "pow"};

class ErrorBoundsTest : public ::testing::TestWithParam<const char *> {
protected:
  struct Model {
    std::shared_ptr<const tessera::Package> package;
    std::vector<Tensor> outputs;
  };

  /// Compiles and runs one form of the model; inputs are made by the first.
  Model execute(const std::string &path, CompileOptions::Form form) {
    CompileOptions options;
    options.target = CpuTarget::host();
    options.form = form;
    std::string file = path + std::to_string(int(form)) + ".so";
    llvm::cantFail(compileModel(path, file, options));
    Model model;
    model.package = *tessera::Package::load(file);
    auto session = tessera::Session::create(model.package, {});
    std::mt19937 random(7);
    for (size_t i = inputs.size(); i < model.package->inputs().size(); ++i) {
      const auto &spec = model.package->inputs()[i];
      auto tensor = Tensor::zeros(spec.dtype, spec.dims);
      inputs.push_back(std::move(*tensor));
      fillRandom(inputs.back(), random);
    }
    auto outputs = (*session)->allocateOutputs();
    model.outputs = std::move(*outputs);
    EXPECT_TRUE((*session)->run(inputs, model.outputs).ok());
    return model;
  }

  /// Checks functions of %x and %y, one for each of `lines`.
  void check(const std::vector<std::pair<std::string, std::string>> &lines) {
    std::string x = "tensor<2x4x6x6xf32>";
    std::string body, results, types;
    for (size_t i = 0; i < lines.size(); ++i) {
      std::string name = "%r" + std::to_string(i), comma = i ? ", " : "";
      body += name + " = " + lines[i].first + " -> tensor<" + lines[i].second +
              ">\n";
      results += comma + name;
      types += comma + "tensor<" + lines[i].second + ">";
    }
    std::string text = "func.func @main(%a: " + x + ", %b: " + x + ") -> (" +
                       types + ") {\n%x = graph.mul %a, %b : (" + x + ", " + x +
                       ") -> " + x + "\n%y = graph.sub %x, %b : (" + x + ", " +
                       x + ") -> " + x + "\n" + body + "return " + results +
                       " : " + types + "\n}\n";
    text = std::regex_replace(text, std::regex("xf32"),
                              std::string("x") + GetParam());
    std::string path = ::testing::TempDir() + "/" + GetParam() + ".mlir";
    std::ofstream(path) << text;
    Model got = execute(path, CompileOptions::Form::package);
    Model expected = execute(path, CompileOptions::Form::check);
    for (size_t i = 0; i < lines.size(); ++i) {
      const Tensor *bound = nullptr;
      for (size_t j = lines.size(); j < expected.outputs.size(); ++j) {
        if (expected.package->outputs()[j].name ==
            "bound:#" + std::to_string(i)) {
          bound = &expected.outputs[j];
        }
      }
      TensorDifference difference =
          compareTensors(got.outputs[i], expected.outputs[i], bound);
      EXPECT_EQ(difference.element, -1)
          << lines[i].first << ": " << difference.got << " instead of "
          << difference.expected << " within " << difference.allowed;
      EXPECT_TRUE(bound) << lines[i].first;
      // Where a function is not defined there is nothing to compare.
      EXPECT_LT(difference.numUnbounded, got.outputs[i].numElements())
          << lines[i].first;
      RecordProperty("worst_" + std::to_string(i),
                     std::to_string(difference.worst));
    }
  }

  std::vector<Tensor> inputs;
};

TEST_P(ErrorBoundsTest, UnaryOps) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (std::string name : unaryOps) {
    lines.emplace_back("graph." + name + " %y : (tensor<2x4x6x6xf32>)",
                       "2x4x6x6xf32");
  }
  check(lines);
}

TEST_P(ErrorBoundsTest, BinaryOps) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (std::string name : binaryOps) {
    lines.emplace_back("graph." + name +
                           " %x, %y : (tensor<2x4x6x6xf32>, "
                           "tensor<2x4x6x6xf32>)",
                       "2x4x6x6xf32");
  }
  check(lines);
}

TEST_P(ErrorBoundsTest, OtherOps) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const OpCase &op : cases) {
    bool isBinary =
        op.name == "matmul" || op.name == "concat" || op.name == "mod";
    std::string x = "tensor<2x4x6x6xf32>";
    lines.emplace_back("graph." + op.name + (isBinary ? " %x, %y {" : " %y {") +
                           op.attributes + "} : (" + x +
                           (isBinary ? ", " + x : "") + ")",
                       op.result + "xf32");
  }
  check(lines);
}

INSTANTIATE_TEST_SUITE_P(Types, ErrorBoundsTest,
                         ::testing::Values("f32", "f64", "f16", "bf16"),
                         [](const auto &info) {
                           return std::string(info.param);
                         });

} // namespace
