// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/CpuFeatures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <elf.h>
#include <fstream>
#include <map>
#include <sstream>

namespace tessera {
namespace {

TEST(CpuFeaturesTest, ListIsSortedAndUnique) {
  const std::vector<std::string> &features = hostCpuFeatures();
  EXPECT_FALSE(features.empty());
  EXPECT_TRUE(std::is_sorted(features.begin(), features.end()));
  EXPECT_EQ(std::adjacent_find(features.begin(), features.end()),
            features.end());
}

TEST(CpuFeaturesTest, NamesWhatIsMissing) {
  std::vector<std::string> required = hostCpuFeatures();
  EXPECT_TRUE(missingCpuFeatures(required).empty());
  required.push_back("avx9000");
  EXPECT_EQ(missingCpuFeatures(required), std::vector<std::string>{"avx9000"});
  EXPECT_FALSE(hostHasCpuFeature(""));
}

TEST(CpuFeaturesTest, SaysWhereAFeatureIs) {
  std::optional<CpuidBit> fma = findCpuidBit("fma");
  ASSERT_TRUE(fma);
  EXPECT_EQ(fma->leaf, 1u);
  EXPECT_EQ(fma->reg, 2u);
  EXPECT_EQ(fma->bit, 12u);
  EXPECT_EQ(fma->savedState, 0x6u);
  std::optional<CpuidBit> bf16 = findCpuidBit("avx512bf16");
  ASSERT_TRUE(bf16);
  EXPECT_EQ(bf16->leaf, 7u);
  EXPECT_EQ(bf16->subleaf, 1u);
  EXPECT_EQ(bf16->reg, 0u);
  EXPECT_EQ(bf16->savedState, 0xe6u);
  EXPECT_EQ(findCpuidBit("sse4.2")->savedState, 0u);
  EXPECT_FALSE(findCpuidBit("avx9000"));
  EXPECT_FALSE(findCpuidBit("neon"));
}

TEST(CpuFeaturesTest, NamesMachines) {
  EXPECT_EQ(elfMachineName(EM_X86_64), "x86-64");
  EXPECT_EQ(elfMachineName(EM_AARCH64), "aarch64");
  EXPECT_EQ(elfMachineName(8), "ELF machine 8");
}

TEST(CpuFeaturesTest, EnablingNothingSucceeds) {
  EXPECT_TRUE(enableCpuFeatures({"avx2", "fma"}).ok());
}

#if defined(__x86_64__)
/// The kernel's list takes the same bits and the same view of what the
/// operating system saves; its names differ in part.
TEST(CpuFeaturesTest, AgreesWithTheKernel) {
  std::ifstream stream("/proc/cpuinfo");
  std::string line;
  while (std::getline(stream, line) && line.compare(0, 5, "flags") != 0) {
  }
  if (line.empty()) {
    GTEST_SKIP() << "no /proc/cpuinfo";
  }
  std::istringstream words(line);
  std::vector<std::string> flags;
  for (std::string word; words >> word;) {
    flags.push_back(word);
  }
  const std::map<std::string, std::string> names = {
      {"sse2", "sse2"},         {"sse3", "pni"},
      {"ssse3", "ssse3"},       {"sse4.1", "sse4_1"},
      {"sse4.2", "sse4_2"},     {"popcnt", "popcnt"},
      {"avx", "avx"},           {"avx2", "avx2"},
      {"fma", "fma"},           {"f16c", "f16c"},
      {"bmi", "bmi1"},          {"bmi2", "bmi2"},
      {"lzcnt", "abm"},         {"movbe", "movbe"},
      {"avx512f", "avx512f"},   {"avx512bw", "avx512bw"},
      {"avx512vl", "avx512vl"}, {"avx512vnni", "avx512_vnni"},
      {"amx-tile", "amx_tile"}, {"amx-int8", "amx_int8"},
      {"amx-bf16", "amx_bf16"}, {"avxvnni", "avx_vnni"}};
  for (const auto &[feature, flag] : names) {
    bool kernel = std::find(flags.begin(), flags.end(), flag) != flags.end();
    EXPECT_EQ(hostHasCpuFeature(feature), kernel) << feature;
  }
}
#endif

} // namespace
} // namespace tessera
