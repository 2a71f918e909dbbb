// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/PackageTable.h"

#include "compiler/codegen/ParseTestModule.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/Verifier.h"

#include "gtest/gtest.h"

using namespace mlir::tessera;

namespace {

TEST(PackageTableTest, ExportsOneFunction) {
  llvm::LLVMContext context;
  auto module = parseTestModule(R"(
    @table = constant i32 1
    @local = internal constant i32 1
    declare void @elsewhere()
    define void @kernel() { ret void }
    define i32 @tessera_run(ptr %args) { ret i32 0 })",
                                context);
  hideDefinitions(*module);
  PackageDescription description;
  description.inputs.push_back({"x", TESSERA_F32, {2, 3}});
  description.weightsBytes = 64;
  addPackageTable(*module, description);
  EXPECT_FALSE(llvm::verifyModule(*module, nullptr));
  for (const llvm::GlobalValue &value : module->global_values()) {
    const bool open = value.hasDefaultVisibility() &&
                      !value.hasLocalLinkage() && !value.isDeclaration();
    EXPECT_EQ(open, value.getName() == TESSERA_GET_PACKAGE_SYMBOL)
        << value.getName().str();
  }
  EXPECT_TRUE(module->getNamedGlobal("tessera_weights")->hasHiddenVisibility());
}

TEST(PackageTableTest, DeclaresARunFunctionOfAnotherObject) {
  llvm::LLVMContext context;
  llvm::Module module("table", context);
  PackageDescription description;
  description.runFunction = "elsewhere";
  addPackageTable(module, description);
  EXPECT_FALSE(llvm::verifyModule(module, nullptr));
  const llvm::Function *run = module.getFunction("elsewhere");
  ASSERT_TRUE(run);
  EXPECT_TRUE(run->isDeclaration());
  EXPECT_TRUE(run->hasHiddenVisibility());
  EXPECT_FALSE(module.getNamedGlobal("tessera_weights"));
}

TEST(PackageTableTest, AsksForEachVariantButTheLast) {
  llvm::LLVMContext context;
  llvm::Module module("table", context);
  std::vector<TableVariant> variants(3);
  const char *names[] = {"run.0", "run.1", "run.2"};
  for (size_t i = 0; i < variants.size(); ++i) {
    variants[i].description.runFunction = names[i];
  }
  variants[0].features = {"avx512f"};
  variants[1].features = {"avx2"};
  addPackageTables(module, variants);
  EXPECT_FALSE(llvm::verifyModule(module, nullptr));
  const llvm::Function *get = module.getFunction(TESSERA_GET_PACKAGE_SYMBOL);
  size_t numCalls = 0, numReturns = 0;
  for (const llvm::BasicBlock &block : *get) {
    for (const llvm::Instruction &instruction : block) {
      numCalls += llvm::isa<llvm::CallInst>(instruction);
      numReturns += llvm::isa<llvm::ReturnInst>(instruction);
    }
  }
  EXPECT_EQ(numCalls, 2u);
  EXPECT_EQ(numReturns, 3u);
  for (const char *name : names) {
    EXPECT_TRUE(module.getFunction(name)) << name;
  }
}

} // namespace
