// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/target/CpuTarget.h"

#include "compiler/target/LlvmTargets.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <memory>
#include <optional>

using namespace mlir::tessera;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

constexpr int64_t KiB = 1024;
constexpr int64_t MiB = 1024 * KiB;

/// A named set of features with the cache sizes that go with it.
struct Level {
  StringRef name;
  StringRef arch;
  /// LLVM's CPU that has the level's features.
  StringRef llvmCpu;
  int64_t cacheBytes[3];
};

/// From the least to the most capable within an architecture: `str` names the
/// last one that a target contains.
const Level levels[] = {
    {"x86-64", "x86-64", "x86-64", {32 * KiB, 256 * KiB, 8 * MiB}},
    {"x86-64-v2", "x86-64", "x86-64-v2", {32 * KiB, 256 * KiB, 8 * MiB}},
    {"x86-64-v3", "x86-64", "x86-64-v3", {32 * KiB, 512 * KiB, 16 * MiB}},
    {"x86-64-v4", "x86-64", "x86-64-v4", {48 * KiB, 2 * MiB, 32 * MiB}},
    {"aarch64", "aarch64", "generic", {64 * KiB, 512 * KiB, 8 * MiB}},
};

const StringRef x86Features[] = {
    "amx-bf16",   "amx-fp16",   "amx-int8",    "amx-tile",    "avx",
    "avx2",       "avx512bf16", "avx512bw",    "avx512cd",    "avx512dq",
    "avx512f",    "avx512fp16", "avx512vbmi",  "avx512vbmi2", "avx512vl",
    "avx512vnni", "avxvnni",    "avxvnniint8", "bmi",         "bmi2",
    "f16c",       "fma",        "lzcnt",       "popcnt",      "sse2",
    "sse3",       "sse4.1",     "sse4.2",      "ssse3"};

const StringRef aarch64Features[] = {"bf16", "dotprod", "fullfp16", "i8mm",
                                     "neon"};

constexpr StringRef validTargets =
    "cpu, cpu:x86-64-v2|v3|v4[+feature][-feature], "
    "cpu:aarch64[+feature][-feature], each with [,l1=SIZE,l2=SIZE,l3=SIZE]";

Error invalid(const Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

const Level *findLevel(StringRef name) {
  const Level *level = llvm::find_if(
      levels, [&](const Level &candidate) { return candidate.name == name; });
  return level == std::end(levels) ? nullptr : level;
}

std::string tripleOf(StringRef arch) {
  return arch == "aarch64" ? "aarch64-unknown-linux-gnu"
                           : "x86_64-unknown-linux-gnu";
}

/// LLVM's feature table, set to a CPU with nothing added.
std::unique_ptr<llvm::MCSubtargetInfo> createSubtarget(StringRef arch,
                                                       StringRef llvmCpu) {
  initializeLlvmTargets();
  std::string error;
  const std::string triple = tripleOf(arch);
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target) {
    llvm::report_fatal_error(Twine(error));
  }
  return std::unique_ptr<llvm::MCSubtargetInfo>(
      target->createMCSubtargetInfo(triple, llvmCpu, /*Features=*/""));
}

/// What is enabled in `subtarget`, of the features that we generate code for.
std::vector<std::string> enabledFeatures(const llvm::MCSubtargetInfo &subtarget,
                                         StringRef arch) {
  std::vector<std::string> features;
  for (const llvm::SubtargetFeatureKV &feature :
       subtarget.getEnabledProcessorFeatures()) {
    if (llvm::is_contained(codegenFeatures(arch), feature.Key)) {
      features.push_back(feature.Key);
    }
  }
  llvm::sort(features);
  return features;
}

/// Fills in what follows from the features.
void deriveVectorShape(CpuTarget &target) {
  if (target.isAArch64()) {
    target.vectorBits = 128;
    target.numVectorRegisters = 32;
    return;
  }
  const bool avx512 = target.has("avx512f") && target.has("avx512vl") &&
                      target.has("avx512bw") && target.has("avx512dq");
  target.vectorBits = avx512 ? 512 : target.has("avx") ? 256 : 128;
  target.numVectorRegisters = avx512 ? 32 : 16;
}

CpuTarget makeTarget(const Level &level, std::vector<std::string> features) {
  CpuTarget target;
  target.arch = level.arch.str();
  target.triple = tripleOf(level.arch);
  target.features = std::move(features);
  target.l1Bytes = level.cacheBytes[0];
  target.l2Bytes = level.cacheBytes[1];
  target.l3Bytes = level.cacheBytes[2];
  deriveVectorShape(target);
  return target;
}

std::vector<std::string> levelFeatures(const Level &level) {
  return enabledFeatures(*createSubtarget(level.arch, level.llvmCpu),
                         level.arch);
}

/// The most capable level that `target` contains.
const Level &highestLevel(const CpuTarget &target) {
  const Level *highest = nullptr;
  for (const Level &level : levels) {
    if (level.arch == target.arch &&
        llvm::all_of(levelFeatures(level), [&](const std::string &feature) {
          return target.has(feature);
        })) {
      highest = &level;
    }
  }
  return highest ? *highest
                 : *findLevel(target.isAArch64() ? "aarch64" : "x86-64");
}

/// Reads "48K", "2M", "1G" or plain bytes.
std::optional<int64_t> parseSize(StringRef text) {
  int64_t unit = 1;
  if (text.consume_back("K")) {
    unit = KiB;
  } else if (text.consume_back("M")) {
    unit = MiB;
  } else if (text.consume_back("G")) {
    unit = KiB * MiB;
  }
  int64_t count = 0;
  if (text.getAsInteger(10, count) || count <= 0 ||
      count > (int64_t(1) << 40) / unit) {
    return std::nullopt;
  }
  return count * unit;
}

std::string printSize(int64_t bytes) {
  if (bytes % MiB == 0) {
    return std::to_string(bytes / MiB) + "M";
  }
  if (bytes % KiB == 0) {
    return std::to_string(bytes / KiB) + "K";
  }
  return std::to_string(bytes);
}

/// Takes the longest of `names` off the front of `text` that ends there, at a
/// comma or at a sign: names hold '-' themselves ("amx-tile").
template <typename Names>
StringRef consumeLongest(StringRef &text, const Names &names) {
  StringRef longest;
  for (StringRef name : names) {
    const StringRef rest = text.drop_front(std::min(name.size(), text.size()));
    if (name.size() > longest.size() && text.starts_with(name) &&
        (rest.empty() || StringRef("+-,").contains(rest.front()))) {
      longest = name;
    }
  }
  text = text.drop_front(longest.size());
  return longest;
}

Error refuseFeature(StringRef name, const Level &level,
                    const llvm::MCSubtargetInfo &subtarget) {
  const bool known = llvm::any_of(subtarget.getAllProcessorFeatures(),
                                  [&](const llvm::SubtargetFeatureKV &feature) {
                                    return feature.Key == name;
                                  });
  return invalid((known ? "unused" : "unknown") + Twine(" feature '") + name +
                 "' for " + level.arch + "; valid features: " +
                 llvm::join(codegenFeatures(level.arch), ", "));
}

/// Applies "+a-b,+c" at the front of `text` to `subtarget` and consumes it.
Error parseFeatures(StringRef &text, const Level &level,
                    llvm::MCSubtargetInfo &subtarget) {
  while (true) {
    StringRef rest = text;
    rest.consume_front(",");
    if (rest.empty() || (rest.front() != '+' && rest.front() != '-')) {
      return Error::success();
    }
    const char sign = rest.front();
    text = rest.drop_front();
    const StringRef name = consumeLongest(text, codegenFeatures(level.arch));
    if (name.empty()) {
      return refuseFeature(
          text.take_until([](char c) { return c == '+' || c == ','; }), level,
          subtarget);
    }
    const std::string flag = std::string(1, sign) + name.str();
    subtarget.ApplyFeatureFlag(flag);
  }
}

/// Applies ",l1=48K,l2=2M" to `target`.
Error parseCaches(StringRef text, CpuTarget &target) {
  int64_t *const sizes[] = {&target.l1Bytes, &target.l2Bytes, &target.l3Bytes};
  llvm::SmallVector<StringRef> items;
  if (text.consume_front(",")) {
    text.split(items, ',');
  }
  for (StringRef item : items) {
    const auto [key, value] = item.split('=');
    const size_t index = StringRef("123").find(key.take_back(1));
    const std::optional<int64_t> size = parseSize(value);
    if (key.size() != 2 || key.front() != 'l' || index == StringRef::npos) {
      return invalid("expected l1=SIZE, l2=SIZE or l3=SIZE in the target, but "
                     "got '" +
                     item + "'");
    }
    if (!size) {
      return invalid("expected a cache size such as 48K or 2M, but got '" +
                     value + "'");
    }
    *sizes[index] = *size;
  }
  return Error::success();
}

CpuTarget detectHost() {
  const llvm::Triple triple(llvm::sys::getProcessTriple());
  const StringRef arch = triple.isAArch64() ? "aarch64" : "x86-64";
  const Level &base = *findLevel(arch);
  std::vector<std::string> features = levelFeatures(base);
  for (const auto &feature : llvm::sys::getHostCPUFeatures()) {
    if (feature.second &&
        llvm::is_contained(codegenFeatures(arch), feature.first())) {
      features.push_back(feature.first().str());
    }
  }
  // LLVM returns them in hash order.
  llvm::sort(features);
  features.erase(std::unique(features.begin(), features.end()), features.end());
  CpuTarget target = makeTarget(base, std::move(features));
  // Where the system does not say, take what the level has.
  const Level &level = highestLevel(target);
  const CacheSizes caches =
      readCacheSizes("/sys/devices/system/cpu/cpu0/cache");
  int64_t *const sizes[] = {&target.l1Bytes, &target.l2Bytes, &target.l3Bytes};
  for (int i = 0; i < 3; ++i) {
    *sizes[i] = caches.bytes[i] ? caches.bytes[i] : level.cacheBytes[i];
  }
  return target;
}

} // namespace

ArrayRef<StringRef> mlir::tessera::codegenFeatures(StringRef arch) {
  return arch == "aarch64" ? ArrayRef<StringRef>(aarch64Features)
                           : ArrayRef<StringRef>(x86Features);
}

CacheSizes mlir::tessera::readCacheSizes(StringRef folder) {
  CacheSizes sizes;
  for (int index = 0; index < 16; ++index) {
    auto read = [&](StringRef file) -> std::string {
      llvm::SmallString<128> path(folder);
      llvm::sys::path::append(path, "index" + Twine(index), file);
      // A file of sysfs says that it has 4,096 bytes: getFile would read that
      // many, zeros after the text.
      auto buffer = llvm::MemoryBuffer::getFileAsStream(path);
      return buffer ? (*buffer)->getBuffer().trim().str() : std::string();
    };
    unsigned level = 0;
    if (StringRef(read("level")).getAsInteger(10, level) || level < 1 ||
        level > 3 || read("type") == "Instruction") {
      continue;
    }
    sizes.bytes[level - 1] = parseSize(read("size")).value_or(0);
  }
  return sizes;
}

CpuTarget CpuTarget::host() {
  static const CpuTarget target = detectHost();
  return target;
}

Expected<CpuTarget> CpuTarget::parse(StringRef text) {
  if (text == "cpu") {
    return host();
  }
  StringRef rest = text;
  const Level *level = nullptr;
  if (rest.consume_front("cpu:")) {
    level = findLevel(consumeLongest(
        rest, llvm::map_range(levels, [](const Level &l) { return l.name; })));
  }
  // "x86-64-v5" is no level, rather than x86-64 without a feature "v5".
  if (!level || rest.starts_with("-v") ||
      !(rest.empty() || StringRef("+-,").contains(rest.front()))) {
    return invalid("unknown target '" + text +
                   "'; valid targets: " + validTargets);
  }
  const auto subtarget = createSubtarget(level->arch, level->llvmCpu);
  if (Error error = parseFeatures(rest, *level, *subtarget)) {
    return std::move(error);
  }
  CpuTarget target =
      makeTarget(*level, enabledFeatures(*subtarget, level->arch));
  for (const std::string &feature : levelFeatures(*findLevel(level->arch))) {
    if (!target.has(feature)) {
      return invalid("feature '" + Twine(feature) +
                     "' cannot be removed: every " + level->arch +
                     " CPU has it");
    }
  }
  if (Error error = parseCaches(rest, target)) {
    return std::move(error);
  }
  return target;
}

CpuTarget CpuTarget::baseline() {
  const Level &level = *findLevel("x86-64");
  return makeTarget(level, levelFeatures(level));
}

std::string CpuTarget::str() const {
  const Level &level = highestLevel(*this);
  const std::vector<std::string> contained = levelFeatures(level);
  std::string text = "cpu:" + level.name.str();
  for (const std::string &feature : features) {
    if (!llvm::is_contained(contained, feature)) {
      text += "+" + feature;
    }
  }
  const int64_t sizes[] = {l1Bytes, l2Bytes, l3Bytes};
  for (int i = 0; i < 3; ++i) {
    if (sizes[i] != level.cacheBytes[i]) {
      text += ",l" + std::to_string(i + 1) + "=" + printSize(sizes[i]);
    }
  }
  return text;
}

bool CpuTarget::has(StringRef feature) const {
  return llvm::binary_search(features, feature,
                             [](StringRef a, StringRef b) { return a < b; });
}

std::string CpuTarget::llvmFeatures() const {
  std::string text;
  for (const std::string &feature : features) {
    text += (text.empty() ? "+" : ",+") + feature;
  }
  return text;
}

bool CpuTarget::runsOn(const CpuTarget &machine) const {
  return arch == machine.arch &&
         llvm::all_of(features, [&](const std::string &feature) {
           return machine.has(feature);
         });
}

bool CpuTarget::operator==(const CpuTarget &other) const {
  return triple == other.triple && features == other.features &&
         l1Bytes == other.l1Bytes && l2Bytes == other.l2Bytes &&
         l3Bytes == other.l3Bytes;
}
