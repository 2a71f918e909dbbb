//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Attention as one program against the interpreter on the ops one by one, and
/// on any number of threads against itself, bit by bit.
///
//===----------------------------------------------------------------------===//

#include "compiler/driver/Stages.h"
#include "conversion/graph_to_loop/GraphToLoop.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "tests/runner/ProgramRunner.h"
#include "transforms/graph/Passes.h"
#include "transforms/loop/Bufferize.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace mlir::tessera;

namespace {

/// What is attended to and how it is written.
struct Attention {
  int64_t heads, queries, keys, size;
  /// Shape of what is added to the scores; empty for nothing.
  std::string mask = "";
  /// Whether a row without any key gives zeros instead of NaN.
  bool isGuarded = false;
  /// Bytes of the L2 cache compiled for: decides the rows of a block.
  int64_t l2Bytes = 1 << 20;

  std::string str() const {
    std::string h = std::to_string(heads), q = std::to_string(queries),
                k = std::to_string(keys), d = std::to_string(size);
    auto type = [](std::string shape, const char *element = "f32") {
      return "tensor<" + shape + "x" + element + ">";
    };
    std::string queryType = type("1x" + q + "x" + h + "x" + d);
    std::string keyType = type("1x" + k + "x" + h + "x" + d);
    std::string outer = type("1x" + h + "x" + q + "x" + d);
    std::string panel = type("1x" + h + "x" + d + "x" + k);
    std::string inner = type("1x" + h + "x" + k + "x" + d);
    std::string scores = type("1x" + h + "x" + q + "x" + k);
    std::string bits = type("1x" + h + "x" + q + "x" + k, "i1");
    std::string text = "func.func @main(%q: " + queryType + ", %k: " + keyType +
                       ", %v: " + keyType;
    if (!mask.empty()) {
      text += ", %m: " + type(mask);
    }
    text += ") -> " + queryType + " {\n";
    auto transpose = [&](const char *to, const char *from, const char *order,
                         const std::string &before, const std::string &after) {
      text += std::string(to) + " = graph.transpose " + from +
              " {permutation = array<i64: " + order + ">} : (" + before +
              ") -> " + after + "\n";
    };
    transpose("%qt", "%q", "0, 2, 1, 3", queryType, outer);
    transpose("%kt", "%k", "0, 2, 3, 1", keyType, panel);
    transpose("%vt", "%v", "0, 2, 1, 3", keyType, inner);
    text += "%scale = graph.constant dense<0.25> : tensor<f32>\n"
            "%zero = graph.constant dense<0.0> : tensor<f32>\n"
            "%s = graph.matmul %qt, %kt : (" +
            outer + ", " + panel + ") -> " + scores +
            "\n%t = graph.mul %s, %scale : (" + scores + ", tensor<f32>) -> " +
            scores + "\n";
    std::string last = "%t";
    if (!mask.empty()) {
      text += "%u = graph.add %t, %m : (" + scores + ", " + type(mask) +
              ") -> " + scores + "\n";
      last = "%u";
    }
    text += "%p = graph.softmax " + last + " {axis = 3 : i64} : (" + scores +
            ") -> " + scores + "\n";
    last = "%p";
    if (isGuarded) {
      text += "%n = graph.is_nan %p : (" + scores + ") -> " + bits +
              "\n%w = graph.where %n, %zero, %p : (" + bits +
              ", tensor<f32>, " + scores + ") -> " + scores + "\n";
      last = "%w";
    }
    text += "%o = graph.matmul " + last + ", %vt : (" + scores + ", " + inner +
            ") -> " + outer + "\n";
    transpose("%r", "%o", "0, 2, 1, 3", outer, queryType);
    return text + "return %r : " + queryType + "\n}\n";
  }
};

class AttentionTest : public ::testing::Test {
protected:
  using Values = std::vector<InterpretedValue>;

  AttentionTest() : context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    registry.insert<affine::AffineDialect, arith::ArithDialect,
                    bufferization::BufferizationDialect, func::FuncDialect,
                    graph::GraphDialect, LLVM::LLVMDialect, loop::LoopDialect,
                    math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                    tensor::TensorDialect>();
    loop::registerBufferization(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Numbers from -2 to 2; in the fourth argument -infinity by one chance in
  /// three, and, where `isGuarded`, for all keys of the first query.
  Values drawArguments(func::FuncOp main, const Attention &attention) {
    std::uniform_real_distribution<float> reals(-2.0f, 2.0f);
    Values arguments;
    for (auto [i, type] : llvm::enumerate(main.getArgumentTypes())) {
      InterpretedValue argument{type, {}};
      argument.elements.resize(cast<ShapedType>(type).getNumElements());
      for (auto [j, element] : llvm::enumerate(argument.elements)) {
        element.real = reals(random);
        bool isMasked = random() % 3 == 0 ||
                        (attention.isGuarded && int64_t(j) < attention.keys);
        // The last key is seen by all but the first query.
        bool isLast = (j + 1) % attention.keys == 0;
        if (i == 3 && isMasked &&
            (!isLast || (attention.isGuarded && int64_t(j) < attention.keys))) {
          element.real = -INFINITY;
        }
      }
      arguments.push_back(std::move(argument));
    }
    return arguments;
  }

  void check(const Attention &attention);

  MLIRContext context;
  std::mt19937 random{7};
};

void AttentionTest::check(const Attention &attention) {
  std::string text = attention.str();
  SCOPED_TRACE(text);
  OwningOpRef<ModuleOp> plain = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(plain);
  PassManager convert(&context);
  convert.addPass(createConvertGraphToLoopPass());
  ASSERT_TRUE(succeeded(convert.run(*plain)));
  auto main = plain->lookupSymbol<func::FuncOp>("main");
  Values arguments = drawArguments(main, attention);
  Values expected = ProgramInterpreter().run(main, arguments);

  CpuTarget target =
      random() % 3 == 0 ? CpuTarget::baseline() : CpuTarget::host();
  target.l2Bytes = attention.l2Bytes;
  OwningOpRef<ModuleOp> fused = parseSourceString<ModuleOp>(text, &context);
  (*fused)->setAttr(loop::kTargetAttrName, getTargetAttr(&context, target));
  PassManager schedule(&context);
  schedule.addNestedPass<func::FuncOp>(graph::createGraphFuseRegionsPass());
  schedule.addPass(createConvertGraphToLoopPass());
  buildSchedulingPipeline(schedule, /*fuse=*/true, /*exact=*/false, nullptr);
  ASSERT_TRUE(succeeded(schedule.run(*fused)));
  auto programs = fused->getOps<loop::ProgramOp>();
  ASSERT_EQ(std::distance(programs.begin(), programs.end()), 1);
  llvm::Expected<ProgramRunner> runner = ProgramRunner::compile(*fused, target);
  ASSERT_TRUE(bool(runner)) << llvm::toString(runner.takeError());
  std::optional<Values> first;
  for (unsigned threads : {0, 1, 2, 3, 7}) {
    llvm::Expected<Values> results = runner->run(
        fused->lookupSymbol<func::FuncOp>("main"), arguments, threads);
    ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
    const std::vector<Element> &got = results->front().elements;
    const std::vector<Element> &wanted = expected.front().elements;
    ASSERT_EQ(got.size(), wanted.size());
    for (size_t i = 0; i < got.size(); ++i) {
      if (std::isnan(wanted[i].real)) {
        ASSERT_TRUE(std::isnan(got[i].real)) << "element " << i;
        continue;
      }
      ASSERT_NEAR(got[i].real, wanted[i].real, 2e-6) << "element " << i;
      if (first) {
        ASSERT_EQ(got[i].real, first->front().elements[i].real)
            << "element " << i << " on " << threads << " threads";
      }
    }
    if (!first) {
      first = *results;
    }
  }
}

TEST_F(AttentionTest, Sizes) {
  check({1, 8, 7, 16});
  check({2, 1, 7, 5});
  check({4, 33, 65, 24});
  check({5, 40, 48, 32});
  check({2, 97, 97, 8});
  check({1, 1, 1, 1});
  // Rows of 1 KiB.
  check({2, 9, 256, 3});
}

TEST_F(AttentionTest, BlocksOfRows) {
  // 8 to 32 rows of 50 keys; 61 rows leave a rest.
  for (int64_t rows : {8, 11, 32}) {
    for (int64_t queries : {61, 96}) {
      check({2, queries, 50, 17, "", false, rows * 50 * 4 * 2});
    }
  }
}

TEST_F(AttentionTest, RowsThatDoNotFit) {
  check({2, 40, 300, 9, "", false, 300 * 4 * 4});
}

TEST_F(AttentionTest, Masks) {
  for (const char *mask :
       {"1x1x33x65", "1x3x33x65", "1x1x1x65", "33x65", "65", "1x3x1x65"}) {
    check({3, 33, 65, 24, mask, false, 1 << 14});
  }
  check({3, 33, 65, 24, "1x1x1x65"});
}

TEST_F(AttentionTest, MaskedRows) {
  check({3, 33, 65, 24, "33x65", true});
  check({3, 33, 65, 24, "33x65", true, 1 << 14});
  check({1, 9, 7, 24, "1x1x9x7", true});
}

} // namespace
