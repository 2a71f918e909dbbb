// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/CpuCheck.h"

#include "compiler/codegen/ObjectEmitter.h"
#include "runtime/CpuFeatures.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"

#include "gtest/gtest.h"

using namespace mlir::tessera;

namespace {

/// What the check answers on this machine.
bool ask(const std::vector<std::string> &features) {
  auto context = std::make_unique<llvm::LLVMContext>();
  auto module = std::make_unique<llvm::Module>("check", *context);
  llvm::Function *check = defineCpuCheck(*module, features);
  check->setLinkage(llvm::GlobalValue::ExternalLinkage);
  llvm::cantFail(prepareModule(*module, CpuTarget::baseline()));
  auto jit = llvm::cantFail(llvm::orc::LLJITBuilder().create());
  llvm::cantFail(jit->addIRModule(
      llvm::orc::ThreadSafeModule(std::move(module), std::move(context))));
  auto address = llvm::cantFail(jit->lookup("cpu_check"));
  return address.toPtr<bool (*)()>()();
}

TEST(CpuCheckTest, AgreesWithTheRuntimeOnEveryFeature) {
  if (!CpuTarget::host().isX86()) {
    GTEST_SKIP() << "x86-64 only";
  }
  int numPresent = 0;
  for (llvm::StringRef feature : codegenFeatures("x86-64")) {
    const bool present = ::tessera::hostHasCpuFeature(feature.str());
    EXPECT_EQ(ask({feature.str()}), present) << feature.str();
    numPresent += present;
  }
  EXPECT_GT(numPresent, 1);
}

TEST(CpuCheckTest, AsksForAll) {
  if (!CpuTarget::host().isX86()) {
    GTEST_SKIP() << "x86-64 only";
  }
  EXPECT_TRUE(ask({}));
  const std::vector<std::string> &host = ::tessera::hostCpuFeatures();
  EXPECT_TRUE(ask(host));
  std::vector<std::string> more = host;
  more.push_back("avx9000");
  EXPECT_FALSE(ask(more));
  // No CPU has both.
  EXPECT_FALSE(ask({"sse2", "fma4", "avx512fp16"}));
}

} // namespace
