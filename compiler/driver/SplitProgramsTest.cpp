//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/SplitPrograms.h"

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>
#include <set>

using namespace mlir;
using namespace mlir::tessera;

namespace {

class SplitProgramsTest : public ::testing::Test {
protected:
  SplitProgramsTest() {
    context.loadDialect<arith::ArithDialect, loop::LoopDialect,
                        memref::MemRefDialect>();
  }

  /// Program i has i constants.
  OwningOpRef<ModuleOp> makeModule(int numPrograms) {
    std::string text = "module attributes {test.mark = 7 : i64} {\n";
    for (int i = 0; i < numPrograms; ++i) {
      text += "loop.program @p" + std::to_string(i) + "(%a: memref<1xf32>) {\n";
      for (int c = 0; c < i; ++c) {
        text += "%c" + std::to_string(c) + " = arith.constant " +
                std::to_string(c) + " : index\n";
      }
      text += "loop.return\n}\n";
    }
    return parseSourceString<ModuleOp>(text + "}\n", &context);
  }

  MLIRContext context;
};

TEST_F(SplitProgramsTest, EveryProgramIsInOnePart) {
  OwningOpRef<ModuleOp> module = makeModule(21);
  splitPrograms(*module);
  std::set<std::string> names;
  int numParts = 0;
  for (Operation &op : *module->getBody()) {
    auto part = dyn_cast<ModuleOp>(op);
    ASSERT_TRUE(part);
    ++numParts;
    EXPECT_EQ(part->getAttr("test.mark"),
              module->getOperation()->getAttr("test.mark"));
    for (auto program : part.getOps<loop::ProgramOp>()) {
      EXPECT_TRUE(names.insert(program.getSymName().str()).second);
    }
  }
  EXPECT_EQ(numParts, 5);
  EXPECT_EQ(names.size(), 21u);
}

TEST_F(SplitProgramsTest, PartsAreOfEqualSize) {
  OwningOpRef<ModuleOp> module = makeModule(80);
  splitPrograms(*module);
  int numParts = 0;
  for (auto part : module->getOps<ModuleOp>()) {
    int size = 0;
    part.walk([&](Operation *) { ++size; });
    // 80 * 79 / 2 constants and two ops more in each program.
    EXPECT_NEAR(size, (80 * 79 / 2 + 160) / 8, 12);
    ++numParts;
  }
  EXPECT_EQ(numParts, 8);
}

TEST_F(SplitProgramsTest, FewProgramsStayTogether) {
  for (int numPrograms : {0, 1, 7}) {
    OwningOpRef<ModuleOp> module = makeModule(numPrograms);
    splitPrograms(*module);
    EXPECT_EQ(llvm::to_vector(module->getOps<ModuleOp>()).size(), 1u);
  }
}

TEST_F(SplitProgramsTest, GlobalsGoWithTheProgramsThatReadThem) {
  std::string text = "memref.global \"private\" constant @table : "
                     "memref<2xf32> = dense<1.0>\n";
  for (int i = 0; i < 9; ++i) {
    text += "loop.program @p" + std::to_string(i) + "() {\n";
    text += "%0 = memref.get_global @table : memref<2xf32>\n";
    text += "loop.return\n}\n";
  }
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  splitPrograms(*module);
  EXPECT_TRUE(module->getOps<memref::GlobalOp>().empty());
  int numParts = 0;
  for (auto part : module->getOps<ModuleOp>()) {
    EXPECT_EQ(std::distance(part.getOps<memref::GlobalOp>().begin(),
                            part.getOps<memref::GlobalOp>().end()),
              1);
    ++numParts;
  }
  EXPECT_EQ(numParts, 2);
  EXPECT_TRUE(succeeded(verify(*module)));
}

} // namespace
