// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/target/TargetList.h"

#include "gtest/gtest.h"

using namespace mlir::tessera;

namespace {

std::vector<std::string> textsOf(llvm::ArrayRef<CpuTarget> targets) {
  std::vector<std::string> texts;
  for (const CpuTarget &target : targets) {
    texts.push_back(target.str());
  }
  return texts;
}

std::vector<CpuTarget> order(llvm::StringRef text) {
  std::vector<CpuTarget> targets = llvm::cantFail(parseTargets(text));
  llvm::cantFail(orderTargets(targets));
  return targets;
}

std::string orderError(llvm::StringRef text) {
  std::vector<CpuTarget> targets = llvm::cantFail(parseTargets(text));
  return llvm::toString(orderTargets(targets));
}

TEST(TargetListTest, ReadsCommasOfTargetsAndBetweenThem) {
  EXPECT_EQ(
      textsOf(llvm::cantFail(parseTargets(
          "cpu:x86-64-v2,cpu:x86-64-v3+avxvnni,l2=1M,cpu:x86-64-v4"))),
      (std::vector<std::string>{"cpu:x86-64-v2", "cpu:x86-64-v3+avxvnni,l2=1M",
                                "cpu:x86-64-v4"}));
  EXPECT_EQ(llvm::cantFail(parseTargets("cpu")).front(), CpuTarget::host());
}

TEST(TargetListTest, RefusesWhatIsNoTarget) {
  for (llvm::StringRef text :
       {"", "cpu:x86-64-v2,", "cpu:x86-64-v2,cpu:", "cpu:x86-64-v2,,cpu"}) {
    EXPECT_NE(llvm::toString(parseTargets(text).takeError()), "") << text.str();
  }
}

TEST(TargetListTest, TheMostCapableComesFirst) {
  EXPECT_EQ(textsOf(order("cpu:x86-64-v2,cpu:x86-64-v4,cpu:x86-64-v3")),
            (std::vector<std::string>{"cpu:x86-64-v4", "cpu:x86-64-v3",
                                      "cpu:x86-64-v2"}));
}

TEST(TargetListTest, SeveralTargetsHaveNoTiles) {
  EXPECT_FALSE(order("cpu:x86-64-v2,cpu:x86-64-v4+amx-int8")[0].hasAmxInt8());
  EXPECT_TRUE(order("cpu:x86-64-v4+amx-int8")[0].hasAmxInt8());
}

TEST(TargetListTest, RefusesTargetsThatDoNotGoTogether) {
  EXPECT_EQ(orderError("cpu:x86-64-v2,cpu:aarch64"),
            "expected x86-64 levels where a package has several targets, but "
            "got 'cpu:aarch64'; compile a package of its own for it");
  EXPECT_EQ(orderError("cpu:x86-64-v3,l2=1M,cpu:x86-64-v3"),
            "expected targets of different features, but "
            "'cpu:x86-64-v3' and 'cpu:x86-64-v3,l2=1M' have the same");
  EXPECT_EQ(orderError("cpu:x86-64-v2+fma,cpu:x86-64-v3-fma"),
            "expected a target that runs wherever the others do, but "
            "'cpu:x86-64-v2+avx+fma' does not run on 'cpu:x86-64-v2+avx+avx2+"
            "bmi+bmi2+f16c+lzcnt,l2=512K,l3=16M'; add cpu:x86-64-v2");
}

TEST(TargetListTest, PicksWhatAMachineRuns) {
  const std::vector<CpuTarget> targets =
      order("cpu:x86-64-v2,cpu:x86-64-v3,cpu:x86-64-v4");
  auto pick = [&](llvm::StringRef machine) {
    return pickTarget(targets, llvm::cantFail(CpuTarget::parse(machine))).str();
  };
  EXPECT_EQ(pick("cpu:x86-64-v4+avx512vnni"), "cpu:x86-64-v4");
  EXPECT_EQ(pick("cpu:x86-64-v4-avx512dq"), "cpu:x86-64-v3");
  EXPECT_EQ(pick("cpu:x86-64-v2+avx"), "cpu:x86-64-v2");
  EXPECT_EQ(pick("cpu:x86-64"), "cpu:x86-64-v2");
}

} // namespace
