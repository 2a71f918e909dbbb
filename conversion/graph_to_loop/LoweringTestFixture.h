//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What tests of lowerings share: running one graph op through loop programs.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_LOWERINGTESTFIXTURE_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_LOWERINGTESTFIXTURE_H

#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/graph_to_loop/ProgramInterpreter.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

namespace mlir::tessera {

using Reals = std::vector<double>;
using Integers = std::vector<int64_t>;

/// Numbers of the quarter grid in [-2, 2], which sums and products of floats
/// hold exactly.
inline Reals makeReals(size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  Reals reals(count);
  for (double &real : reals) {
    real = (static_cast<int>(generator() % 17) - 8) / 4.0;
  }
  return reals;
}

/// Lowers one op at a time, runs the loop programs by the interpreter and
/// compares with plain C++.
class LoweringTest : public ::testing::Test {
protected:
  LoweringTest() {
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
inline std::string makeFunction(const std::string &op,
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

inline std::string join(ArrayRef<int64_t> values, const char *separator) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    text += (i ? separator : "") + std::to_string(values[i]);
  }
  return text;
}

inline std::string makeArray(ArrayRef<int64_t> values) {
  return "array<i64: " + join(values, ", ") + ">";
}

inline int64_t product(ArrayRef<int64_t> values) {
  int64_t result = 1;
  for (int64_t value : values) {
    result *= value;
  }
  return result;
}

/// Row-major elements of `shape` transposed: result dimension i is dimension
/// permutation[i].
inline Reals transpose(const Reals &data, ArrayRef<int64_t> shape,
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

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_LOWERINGTESTFIXTURE_H
