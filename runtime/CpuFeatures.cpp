// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/CpuFeatures.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <elf.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tessera {

namespace {
/// The words of CPUID that hold feature bits.
enum Word {
  kLeaf1Ecx,
  kLeaf1Edx,
  kLeaf7Ebx,
  kLeaf7Ecx,
  kLeaf7Edx,
  kLeaf7Sub1Eax,
  kLeaf7Sub1Edx,
  kLeaf13Sub1Eax,
  kExtended1Ecx,
  kExtended1Edx,
  kNumWords
};

/// The register state that the operating system must save for a feature.
enum State { kNone, kXsave, kAvx, kAvx512, kAmx };

struct Feature {
  const char *name;
  Word word;
  int bit;
  State state;
};

struct WordPlace {
  uint32_t leaf, subleaf;
  unsigned reg; // 0 to 3: EAX, EBX, ECX, EDX
};
} // namespace

/// In the order of Word.
static constexpr WordPlace kWordPlaces[kNumWords] = {
    {1, 0, 2}, {1, 0, 3}, {7, 0, 1},   {7, 0, 2},          {7, 0, 3},
    {7, 1, 0}, {7, 1, 3}, {0xd, 1, 0}, {0x80000001, 0, 2}, {0x80000001, 0, 3}};

/// In the order of State. Bits of XCR0: 0 x87, always set, 1 SSE, 2 AVX, 5 to 7
/// AVX-512, 17 and 18 AMX.
static constexpr uint64_t kSavedBits[] = {0, 0x1, 0x6, 0xe6, 0x60000};

// Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E. Names are those of
// LLVM's X86 target.
static constexpr Feature kFeatures[] = {
    {"sse3", kLeaf1Ecx, 0, kNone},
    {"pclmul", kLeaf1Ecx, 1, kNone},
    {"ssse3", kLeaf1Ecx, 9, kNone},
    {"fma", kLeaf1Ecx, 12, kAvx},
    {"cx16", kLeaf1Ecx, 13, kNone},
    {"sse4.1", kLeaf1Ecx, 19, kNone},
    {"sse4.2", kLeaf1Ecx, 20, kNone},
    {"crc32", kLeaf1Ecx, 20, kNone},
    {"movbe", kLeaf1Ecx, 22, kNone},
    {"popcnt", kLeaf1Ecx, 23, kNone},
    {"aes", kLeaf1Ecx, 25, kNone},
    {"xsave", kLeaf1Ecx, 26, kXsave},
    {"avx", kLeaf1Ecx, 28, kAvx},
    {"f16c", kLeaf1Ecx, 29, kAvx},
    {"rdrnd", kLeaf1Ecx, 30, kNone},
    {"x87", kLeaf1Edx, 0, kNone},
    {"cx8", kLeaf1Edx, 8, kNone},
    {"cmov", kLeaf1Edx, 15, kNone},
    {"mmx", kLeaf1Edx, 23, kNone},
    {"fxsr", kLeaf1Edx, 24, kNone},
    {"sse", kLeaf1Edx, 25, kNone},
    {"sse2", kLeaf1Edx, 26, kNone},
    {"fsgsbase", kLeaf7Ebx, 0, kNone},
    {"sgx", kLeaf7Ebx, 2, kNone},
    {"bmi", kLeaf7Ebx, 3, kNone},
    {"avx2", kLeaf7Ebx, 5, kAvx},
    {"bmi2", kLeaf7Ebx, 8, kNone},
    {"invpcid", kLeaf7Ebx, 10, kNone},
    {"rtm", kLeaf7Ebx, 11, kNone},
    {"avx512f", kLeaf7Ebx, 16, kAvx512},
    {"evex512", kLeaf7Ebx, 16, kAvx512},
    {"avx512dq", kLeaf7Ebx, 17, kAvx512},
    {"rdseed", kLeaf7Ebx, 18, kNone},
    {"adx", kLeaf7Ebx, 19, kNone},
    {"avx512ifma", kLeaf7Ebx, 21, kAvx512},
    {"clflushopt", kLeaf7Ebx, 23, kNone},
    {"clwb", kLeaf7Ebx, 24, kNone},
    {"avx512cd", kLeaf7Ebx, 28, kAvx512},
    {"sha", kLeaf7Ebx, 29, kNone},
    {"avx512bw", kLeaf7Ebx, 30, kAvx512},
    {"avx512vl", kLeaf7Ebx, 31, kAvx512},
    {"avx512vbmi", kLeaf7Ecx, 1, kAvx512},
    {"pku", kLeaf7Ecx, 4, kNone},
    {"waitpkg", kLeaf7Ecx, 5, kNone},
    {"avx512vbmi2", kLeaf7Ecx, 6, kAvx512},
    {"shstk", kLeaf7Ecx, 7, kNone},
    {"gfni", kLeaf7Ecx, 8, kNone},
    {"vaes", kLeaf7Ecx, 9, kAvx},
    {"vpclmulqdq", kLeaf7Ecx, 10, kAvx},
    {"avx512vnni", kLeaf7Ecx, 11, kAvx512},
    {"avx512bitalg", kLeaf7Ecx, 12, kAvx512},
    {"avx512vpopcntdq", kLeaf7Ecx, 14, kAvx512},
    {"rdpid", kLeaf7Ecx, 22, kNone},
    {"kl", kLeaf7Ecx, 23, kNone},
    {"cldemote", kLeaf7Ecx, 25, kNone},
    {"movdiri", kLeaf7Ecx, 27, kNone},
    {"movdir64b", kLeaf7Ecx, 28, kNone},
    {"enqcmd", kLeaf7Ecx, 29, kNone},
    {"uintr", kLeaf7Edx, 5, kNone},
    {"avx512vp2intersect", kLeaf7Edx, 8, kAvx512},
    {"serialize", kLeaf7Edx, 14, kNone},
    {"tsxldtrk", kLeaf7Edx, 16, kNone},
    {"pconfig", kLeaf7Edx, 18, kNone},
    {"amx-bf16", kLeaf7Edx, 22, kAmx},
    {"avx512fp16", kLeaf7Edx, 23, kAvx512},
    {"amx-tile", kLeaf7Edx, 24, kAmx},
    {"amx-int8", kLeaf7Edx, 25, kAmx},
    {"sha512", kLeaf7Sub1Eax, 0, kAvx},
    {"sm3", kLeaf7Sub1Eax, 1, kAvx},
    {"sm4", kLeaf7Sub1Eax, 2, kAvx},
    {"raoint", kLeaf7Sub1Eax, 3, kNone},
    {"avxvnni", kLeaf7Sub1Eax, 4, kAvx},
    {"avx512bf16", kLeaf7Sub1Eax, 5, kAvx512},
    {"cmpccxadd", kLeaf7Sub1Eax, 7, kNone},
    {"amx-fp16", kLeaf7Sub1Eax, 21, kAmx},
    {"hreset", kLeaf7Sub1Eax, 22, kNone},
    {"avxifma", kLeaf7Sub1Eax, 23, kAvx},
    {"avxvnniint8", kLeaf7Sub1Edx, 4, kAvx},
    {"avxneconvert", kLeaf7Sub1Edx, 5, kAvx},
    {"amx-complex", kLeaf7Sub1Edx, 8, kAmx},
    {"avxvnniint16", kLeaf7Sub1Edx, 10, kAvx},
    {"prefetchi", kLeaf7Sub1Edx, 14, kNone},
    {"xsaveopt", kLeaf13Sub1Eax, 0, kXsave},
    {"xsavec", kLeaf13Sub1Eax, 1, kXsave},
    {"xsaves", kLeaf13Sub1Eax, 3, kXsave},
    {"sahf", kExtended1Ecx, 0, kNone},
    {"lzcnt", kExtended1Ecx, 5, kNone},
    {"sse4a", kExtended1Ecx, 6, kNone},
    {"prfchw", kExtended1Ecx, 8, kNone},
    {"xop", kExtended1Ecx, 11, kAvx},
    {"fma4", kExtended1Ecx, 16, kAvx},
    {"tbm", kExtended1Ecx, 21, kNone},
    {"mwaitx", kExtended1Ecx, 29, kNone},
    {"64bit", kExtended1Edx, 29, kNone},
};

std::optional<CpuidBit> findCpuidBit(std::string_view feature) {
  for (const Feature &known : kFeatures) {
    if (feature == known.name) {
      const WordPlace &place = kWordPlaces[known.word];
      return CpuidBit{place.leaf, place.subleaf, place.reg,
                      static_cast<unsigned>(known.bit),
                      kSavedBits[known.state]};
    }
  }
  return std::nullopt;
}

#if defined(__x86_64__)

static uint64_t readXcr0() {
  uint32_t low = 0;
  uint32_t high = 0;
  // The mnemonic needs -mxsave; the bytes are xgetbv.
  __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t{high} << 32) | low;
}

/// 0 where the CPU has no such word.
static uint32_t readWord(const WordPlace &place) {
  uint32_t regs[4] = {};
  auto read = [&](uint32_t subleaf) {
    return __get_cpuid_count(place.leaf, subleaf, &regs[0], &regs[1], &regs[2],
                             &regs[3]) != 0;
  };
  // EAX of leaf 7 is its last subleaf.
  if (place.leaf == 7 && (!read(0) || regs[0] < place.subleaf)) {
    return 0;
  }
  return read(place.subleaf) ? regs[place.reg] : 0;
}

static std::vector<std::string> detectFeatures() {
  uint32_t words[kNumWords] = {};
  for (int word = 0; word < kNumWords; ++word) {
    words[word] = readWord(kWordPlaces[word]);
  }
  constexpr uint32_t osxsaveBit = 1u << 27;
  bool saves = (words[kLeaf1Ecx] & osxsaveBit) != 0;
  uint64_t xcr0 = saves ? readXcr0() : 0;
  std::vector<std::string> features;
  for (const Feature &feature : kFeatures) {
    bool present = (words[feature.word] >> feature.bit) & 1;
    uint64_t needed = kSavedBits[feature.state];
    if (present && (xcr0 & needed) == needed) {
      features.push_back(feature.name);
    }
  }
  return features;
}

Status enableCpuFeatures(const std::vector<std::string> &required) {
  bool needsTiles =
      std::any_of(required.begin(), required.end(), [](const auto &feature) {
        return feature.compare(0, 4, "amx-") == 0;
      });
  if (!needsTiles) {
    return Status();
  }
  // ARCH_REQ_XCOMP_PERM and XFEATURE_XTILE_DATA, which older headers lack.
  constexpr int requestPermission = 0x1023;
  constexpr int tileData = 18;
  if (::syscall(SYS_arch_prctl, requestPermission, tileData) != 0) {
    return Status::error("the operating system does not grant AMX tiles: " +
                         std::string(std::strerror(errno)) +
                         "; compile for this machine without AMX");
  }
  return Status();
}

uint32_t hostElfMachine() { return EM_X86_64; }

#else

static std::vector<std::string> detectFeatures() {
#if defined(__aarch64__)
  return {"neon"};
#else
  return {};
#endif
}

Status enableCpuFeatures(const std::vector<std::string> &) { return Status(); }

uint32_t hostElfMachine() {
#if defined(__aarch64__)
  return EM_AARCH64;
#else
  return EM_NONE;
#endif
}

#endif

const std::vector<std::string> &hostCpuFeatures() {
  static const std::vector<std::string> features = [] {
    std::vector<std::string> found = detectFeatures();
    std::sort(found.begin(), found.end());
    return found;
  }();
  return features;
}

bool hostHasCpuFeature(std::string_view feature) {
  const std::vector<std::string> &features = hostCpuFeatures();
  return std::binary_search(features.begin(), features.end(), feature);
}

std::vector<std::string>
missingCpuFeatures(const std::vector<std::string> &required) {
  std::vector<std::string> missing;
  for (const std::string &feature : required) {
    if (!hostHasCpuFeature(feature)) {
      missing.push_back(feature);
    }
  }
  return missing;
}

std::string elfMachineName(uint32_t machine) {
  switch (machine) {
  case EM_X86_64:
    return "x86-64";
  case EM_AARCH64:
    return "aarch64";
  default:
    return "ELF machine " + std::to_string(machine);
  }
}

} // namespace tessera
