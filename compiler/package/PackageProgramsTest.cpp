// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/PackageWriter.h"

#include "compiler/codegen/ParseTestModule.h"
#include "runtime/Package.h"
#include "runtime/testing/TemporaryFolder.h"

#include "gtest/gtest.h"

using namespace mlir::tessera;
using tessera::testing::TemporaryFolder;

namespace {

/// Programs whose run functions return their numbers.
class PackageProgramsTest : public testing::Test {
protected:
  /// `compiled` is what the code is for, `declared` what it is said to need.
  void add(const CpuTarget &compiled, const CpuTarget &declared) {
    const std::string number = std::to_string(variants.size());
    PackageDescription description;
    description.runFunction = "tessera_run." + number;
    description.arenaBytes = 64 * (variants.size() + 1);
    llvm::LLVMContext context;
    auto module =
        parseTestModule("define hidden i32 @" + description.runFunction +
                            "(ptr %args) { ret i32 " + number + " }",
                        context);
    objects.push_back({llvm::cantFail(emitObject(*module, compiled))});
    variants.push_back({declared, {}, description});
  }

  void write() {
    for (size_t i = 0; i < variants.size(); ++i) {
      variants[i].objects = objects[i];
    }
    llvm::cantFail(writePackage(path, variants, WeightsPlan()));
  }

  const TemporaryFolder folder;
  const std::string path = folder.path("programs.so");
  std::vector<std::vector<ObjectCode>> objects;
  std::vector<PackageVariant> variants;
};

TEST_F(PackageProgramsTest, RunsTheFirstThatTheCpuCan) {
  const CpuTarget host = CpuTarget::host();
  if (!host.isX86()) {
    GTEST_SKIP() << "needs an x86-64 machine";
  }
  CpuTarget none = host;
  none.features.push_back("avx9000");
  add(host, none);
  add(host, host);
  add(CpuTarget::baseline(), CpuTarget::baseline());
  write();
  auto package = tessera::Package::load(path);
  ASSERT_TRUE(package.ok()) << package.message();
  tessera_run_args args = {};
  EXPECT_EQ((*package)->table().run(&args), 1);
  EXPECT_EQ((*package)->table().arena_bytes, 128u);
  EXPECT_EQ((*package)->footer().features, CpuTarget::baseline().features);
}

TEST_F(PackageProgramsTest, RunsTheLastWhereNoOtherCan) {
  const CpuTarget baseline = CpuTarget::baseline();
  if (!CpuTarget::host().isX86()) {
    GTEST_SKIP() << "needs an x86-64 machine";
  }
  CpuTarget none = baseline;
  none.features.push_back("avx9000");
  add(baseline, none);
  add(baseline, baseline);
  write();
  auto package = tessera::Package::load(path);
  ASSERT_TRUE(package.ok()) << package.message();
  tessera_run_args args = {};
  EXPECT_EQ((*package)->table().run(&args), 1);
}

} // namespace
