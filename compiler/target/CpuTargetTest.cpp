// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/target/CpuTarget.h"

#include "compiler/target/LlvmTargets.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"

#include "gtest/gtest.h"

#include <filesystem>
#include <fstream>

using namespace mlir::tessera;

namespace {

CpuTarget parseOk(llvm::StringRef text) {
  llvm::Expected<CpuTarget> target = CpuTarget::parse(text);
  if (!target) {
    ADD_FAILURE() << text.str() << ": " << llvm::toString(target.takeError());
    return CpuTarget();
  }
  return *target;
}

std::string parseError(llvm::StringRef text) {
  llvm::Expected<CpuTarget> target = CpuTarget::parse(text);
  if (target) {
    ADD_FAILURE() << text.str() << " was accepted";
    return "";
  }
  return llvm::toString(target.takeError());
}

TEST(CpuTargetTest, LevelsHaveTheirVectorShape) {
  const CpuTarget v2 = parseOk("cpu:x86-64-v2");
  EXPECT_EQ(v2.vectorBits, 128u);
  EXPECT_FALSE(v2.hasFma());
  const CpuTarget v3 = parseOk("cpu:x86-64-v3");
  EXPECT_EQ(v3.vectorBits, 256u);
  EXPECT_EQ(v3.numVectorRegisters, 16u);
  EXPECT_EQ(v3.vectorLanes(32), 8u);
  EXPECT_TRUE(v3.hasFma());
  const CpuTarget v4 = parseOk("cpu:x86-64-v4");
  EXPECT_EQ(v4.vectorBits, 512u);
  EXPECT_EQ(v4.numVectorRegisters, 32u);
  EXPECT_TRUE(v4.hasAvx512());
  EXPECT_FALSE(v4.hasVnni());
  const CpuTarget arm = parseOk("cpu:aarch64");
  EXPECT_EQ(arm.vectorBits, 128u);
  EXPECT_EQ(arm.numVectorRegisters, 32u);
  EXPECT_TRUE(arm.has("neon"));
  EXPECT_TRUE(arm.hasFma());
}

TEST(CpuTargetTest, BaselineHasSse2Alone) {
  const CpuTarget baseline = CpuTarget::baseline();
  EXPECT_EQ(baseline.features, std::vector<std::string>{"sse2"});
  EXPECT_EQ(baseline.vectorBits, 128u);
  EXPECT_EQ(baseline.str(), "cpu:x86-64");
}

TEST(CpuTargetTest, AddingAddsWhatAFeatureImplies) {
  const CpuTarget target = parseOk("cpu:x86-64-v2+amx-int8+avx512vnni");
  EXPECT_TRUE(target.has("amx-tile"));
  EXPECT_TRUE(target.has("avx512f"));
  EXPECT_TRUE(target.has("avx2"));
  EXPECT_TRUE(target.hasAmxInt8());
  // Without VL, BW and DQ vectors stay at 256 bits.
  EXPECT_EQ(target.vectorBits, 256u);
}

TEST(CpuTargetTest, RemovingRemovesWhatNeedsAFeature) {
  const CpuTarget target = parseOk("cpu:x86-64-v4-avx512dq-fma");
  EXPECT_FALSE(target.has("avx512dq"));
  EXPECT_FALSE(target.has("fma"));
  EXPECT_FALSE(target.has("avx512f"));
  EXPECT_TRUE(target.has("avx2"));
  EXPECT_EQ(target.vectorBits, 256u);
}

TEST(CpuTargetTest, CommasMayStandBetweenFeatures) {
  EXPECT_EQ(parseOk("cpu:x86-64-v3+avx512f,+amx-tile,-avxvnni"),
            parseOk("cpu:x86-64-v3+avx512f+amx-tile"));
}

TEST(CpuTargetTest, TextRoundTrips) {
  for (llvm::StringRef text :
       {"cpu:x86-64", "cpu:x86-64-v2", "cpu:x86-64-v3", "cpu:x86-64-v4",
        "cpu:aarch64", "cpu:aarch64+dotprod",
        "cpu:x86-64-v3,l1=48K,l2=1280K,l3=30M", "cpu:x86-64-v3,l2=786433"}) {
    EXPECT_EQ(parseOk(text).str(), text.str());
  }
  for (llvm::StringRef text :
       {"cpu:x86-64-v2+avx2", "cpu:x86-64-v4-avx512cd-bmi",
        "cpu:x86-64-v4+amx-tile+amx-bf16+avx512vnni-lzcnt,l3=1G",
        "cpu:x86-64-v2-ssse3", "cpu:aarch64+i8mm+bf16+fullfp16"}) {
    const CpuTarget target = parseOk(text);
    EXPECT_EQ(parseOk(target.str()), target) << text.str();
  }
}

TEST(CpuTargetTest, HostRoundTripsAndIsStable) {
  const CpuTarget host = CpuTarget::host();
  EXPECT_TRUE(llvm::is_sorted(host.features));
  EXPECT_GT(host.l1Bytes, 0);
  EXPECT_GT(host.l2Bytes, 0);
  EXPECT_GT(host.l3Bytes, 0);
  EXPECT_EQ(parseOk("cpu"), host);
  EXPECT_EQ(parseOk(host.str()), host) << host.str();
  EXPECT_TRUE(host.runsOn(host));
}

TEST(CpuTargetTest, RunsOnComparesFeatures) {
  const CpuTarget v2 = parseOk("cpu:x86-64-v2");
  const CpuTarget v3 = parseOk("cpu:x86-64-v3");
  EXPECT_TRUE(v2.runsOn(v3));
  EXPECT_FALSE(v3.runsOn(v2));
  EXPECT_FALSE(v2.runsOn(parseOk("cpu:aarch64")));
}

TEST(CpuTargetTest, UnknownTargetsSayWhatIsValid) {
  for (llvm::StringRef text :
       {"", "gpu", "cpu:", "cpu:skylake", "cpu:x86-64-v5", "cpu:x86-64-v33",
        "cpu:aarch64v8", "CPU"}) {
    const std::string error = parseError(text);
    EXPECT_NE(error.find("unknown target '" + text.str() +
                         "'; valid targets: cpu, cpu:x86-64-v2|v3|v4"),
              std::string::npos)
        << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(CpuTargetTest, UnknownFeaturesSayWhatIsValid) {
  EXPECT_NE(parseError("cpu:x86-64-v3+axv512f")
                .find("unknown feature 'axv512f' for x86-64; valid features: "
                      "amx-bf16, "),
            std::string::npos);
  EXPECT_NE(parseError("cpu:x86-64-v3+sse4a+avx512f")
                .find("unused feature 'sse4a' for x86-64"),
            std::string::npos);
  EXPECT_NE(parseError("cpu:aarch64+avx2")
                .find("unknown feature 'avx2' for aarch64; valid features: "
                      "bf16, dotprod"),
            std::string::npos);
  EXPECT_NE(parseError("cpu:x86-64-v3+").find("unknown feature ''"),
            std::string::npos);
  EXPECT_NE(
      parseError("cpu:x86-64-v3-sse2").find("feature 'sse2' cannot be removed"),
      std::string::npos);
}

TEST(CpuTargetTest, WrongCachesAreRefused) {
  for (llvm::StringRef item :
       {"l4=32K", "l12=32K", "x1=32K", "", "l1", "1=32K", "l=32K"}) {
    EXPECT_NE(
        parseError("cpu:x86-64-v3," + item.str())
            .find(item == "l1" ? "expected a cache size" : "expected l1=SIZE"),
        std::string::npos)
        << item.str();
  }
  for (llvm::StringRef size : {"", "0", "-1", "32KB", "99999999999999G"}) {
    EXPECT_NE(parseError("cpu:x86-64-v3,l1=" + size.str())
                  .find("expected a cache size such as 48K or 2M, but got '" +
                        size.str() + "'"),
              std::string::npos);
  }
}

TEST(CpuTargetTest, EveryFeatureIsInLlvmsTable) {
  initializeLlvmTargets();
  for (const char *text : {"cpu:x86-64", "cpu:aarch64"}) {
    const CpuTarget target = parseOk(text);
    std::string error;
    const llvm::Target *llvmTarget =
        llvm::TargetRegistry::lookupTarget(target.triple, error);
    ASSERT_TRUE(llvmTarget) << error;
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget(
        llvmTarget->createMCSubtargetInfo(target.triple, "", ""));
    EXPECT_TRUE(llvm::is_sorted(codegenFeatures(target.arch)));
    for (llvm::StringRef feature : codegenFeatures(target.arch)) {
      EXPECT_TRUE(llvm::any_of(subtarget->getAllProcessorFeatures(),
                               [&](const llvm::SubtargetFeatureKV &kv) {
                                 return kv.Key == feature;
                               }))
          << feature.str();
    }
  }
}

TEST(CpuTargetTest, CachesAreReadFromSysfs) {
  const std::filesystem::path root =
      std::filesystem::path(testing::TempDir()) / "cpu-target-caches";
  auto write = [&](int index, const char *level, const char *type,
                   const char *size) {
    const auto folder = root / ("index" + std::to_string(index));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "level") << level << "\n";
    std::ofstream(folder / "type") << type << "\n";
    std::ofstream(folder / "size") << size << "\n";
  };
  write(0, "1", "Data", "48K");
  write(1, "1", "Instruction", "32K");
  write(2, "2", "Unified", "2048K");
  const CacheSizes sizes = readCacheSizes(root.string());
  EXPECT_EQ(sizes.bytes[0], 48 * 1024);
  EXPECT_EQ(sizes.bytes[1], 2048 * 1024);
  EXPECT_EQ(sizes.bytes[2], 0);
  std::filesystem::remove_all(root);
}

TEST(CacheSizes, AreReadFromSysfs) {
  const std::string folder = "/sys/devices/system/cpu/cpu0/cache";
  std::ifstream file(folder + "/index0/size");
  std::string text;
  if (!(file >> text) || text.back() != 'K') {
    GTEST_SKIP() << "this system does not say how large its caches are";
  }
  EXPECT_EQ(readCacheSizes(folder).bytes[0], std::stoll(text) * 1024);
}

} // namespace
