//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Every function of this folder's .mlir files computes the same before and
/// after the passes, on random data. Functions of dynamic shapes and modules
/// with resources that stand for weights are left out.
///
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/graph_to_loop/ProgramInterpreter.h"
#include "dialects/graph/GraphOps.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "transforms/graph/Pipelines.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace mlir::tessera;

namespace {

struct NamedPass {
  const char *name;
  std::function<void(OpPassManager &)> add;
};

std::vector<NamedPass> getPasses() {
  auto nested = [](auto create) {
    return [create](OpPassManager &manager) {
      manager.addNestedPass<func::FuncOp>(create());
    };
  };
  return {{"graph-simplify",
           nested([] { return graph::createGraphSimplifyPass(); })},
          {"graph-convert-layout",
           nested([] { return graph::createGraphConvertLayoutPass(); })},
          {"graph-hoist-padding",
           nested([] { return graph::createGraphHoistPaddingPass(); })},
          {"graph-fuse-regions",
           nested([] { return graph::createGraphFuseRegionsPass(); })},
          {"graph-optimize-pipeline", [](OpPassManager &manager) {
             graph::buildGraphPipeline(manager, graph::GraphPipelineOptions());
           }}};
}

class NumericsTest : public ::testing::Test {
protected:
  NumericsTest() : context(MLIRContext::Threading::DISABLED) {
    context
        .loadDialect<arith::ArithDialect, func::FuncDialect,
                     graph::GraphDialect, loop::LoopDialect, math::MathDialect,
                     scf::SCFDialect, tensor::TensorDialect>();
    // The passes remark that no evaluator folds constants.
    context.getDiagEngine().registerHandler([](Diagnostic &diagnostic) {
      return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark);
    });
  }

  void check(StringRef file, StringRef text);
  void checkFunction(StringRef where, StringRef text, StringRef name);
  std::vector<InterpretedValue> run(StringRef text, StringRef name,
                                    const NamedPass *pass,
                                    ArrayRef<InterpretedValue> arguments);

  MLIRContext context;
  std::mt19937 random{20240229};
  unsigned numChecked = 0;
};

} // namespace

static InterpretedValue makeRandom(Type type, std::mt19937 &random) {
  auto shaped = cast<ShapedType>(type);
  std::uniform_real_distribution<double> reals(-2.0, 2.0);
  InterpretedValue value;
  value.type = type;
  for (int64_t i = 0; i < shaped.getNumElements(); ++i) {
    if (isa<FloatType>(shaped.getElementType())) {
      value.elements.push_back({std::round(reals(random) * 64) / 64, 0});
    } else {
      value.elements.push_back({0.0, static_cast<int64_t>(random() % 2)});
    }
  }
  return value;
}

std::vector<InterpretedValue>
NumericsTest::run(StringRef text, StringRef name, const NamedPass *pass,
                  ArrayRef<InterpretedValue> arguments) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  PassManager manager(&context);
  if (pass) {
    pass->add(manager);
  }
  manager.addPass(createConvertGraphToLoopPass());
  if (failed(manager.run(*module))) {
    ADD_FAILURE() << "a pass failed on @" << name.str();
    return {};
  }
  return ProgramInterpreter().run(module->lookupSymbol<func::FuncOp>(name),
                                  arguments);
}

static double getNumber(const InterpretedValue &value, size_t i) {
  return isa<FloatType>(getElementTypeOrSelf(value.type))
             ? value.elements[i].real
             : static_cast<double>(value.elements[i].integer);
}

void NumericsTest::checkFunction(StringRef where, StringRef text,
                                 StringRef name) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  auto function = module->lookupSymbol<func::FuncOp>(name);
  bool narrow = false;
  std::vector<InterpretedValue> arguments;
  for (Type type : function.getArgumentTypes()) {
    if (!cast<ShapedType>(type).hasStaticShape()) {
      return;
    }
    narrow |= getElementTypeOrSelf(type).isF16();
    arguments.push_back(makeRandom(type, random));
  }
  narrow |= llvm::any_of(function.getResultTypes(), [](Type type) {
    return getElementTypeOrSelf(type).isF16();
  });
  double tolerance = narrow ? 1e-2 : 2e-4;
  std::vector<InterpretedValue> expected = run(text, name, nullptr, arguments);
  ++numChecked;
  for (const NamedPass &pass : getPasses()) {
    SCOPED_TRACE((where + " @" + name + " " + pass.name).str());
    std::vector<InterpretedValue> actual = run(text, name, &pass, arguments);
    ASSERT_EQ(actual.size(), expected.size());
    for (auto [a, e] : llvm::zip(actual, expected)) {
      ASSERT_EQ(a.elements.size(), e.elements.size());
      for (size_t i = 0; i < e.elements.size(); ++i) {
        double want = getNumber(e, i);
        double got = getNumber(a, i);
        if (std::isnan(want) && std::isnan(got)) {
          continue;
        }
        ASSERT_NEAR(got, want, tolerance * (1 + std::abs(want)))
            << "element " << i;
      }
    }
  }
}

void NumericsTest::check(StringRef file, StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, "\n// -----\n");
  for (StringRef piece : parts) {
    if (piece.contains("dense_resource")) {
      continue;
    }
    std::string part = piece.str(); // the parser wants a terminator
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(part, &context);
    ASSERT_TRUE(module) << file.str();
    for (func::FuncOp function : module->getOps<func::FuncOp>()) {
      checkFunction(file, part, function.getName());
    }
  }
}

TEST_F(NumericsTest, PassesKeepWhatFunctionsCompute) {
  std::error_code error;
  SmallVector<std::string> files;
  for (llvm::sys::fs::directory_iterator it("tests/transforms/graph", error),
       end;
       it != end && !error; it.increment(error)) {
    if (StringRef(it->path()).ends_with(".mlir")) {
      files.push_back(it->path());
    }
  }
  llvm::sort(files);
  for (const std::string &file : files) {
    auto buffer = llvm::MemoryBuffer::getFile(file);
    ASSERT_TRUE(buffer) << file;
    check(file, (*buffer)->getBuffer());
  }
  EXPECT_GT(numChecked, 40u);
}
