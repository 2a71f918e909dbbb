// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler knows about a CPU: feature bits, cache sizes, and the
// vector shape that follows from them. Never a CPU's name: virtual machines
// lie about it.
//
// A target is a value: copy it, compare it, print it. Its text form names
// everything that code generation depends on, so that `parse(str())` is the
// same target on any machine:
//
//   cpu                                  the machine that runs the compiler
//   cpu:x86-64-v3                        a level, with fixed cache sizes
//   cpu:x86-64-v4+avx512vnni-avx512cd    features added and removed
//   cpu:aarch64+dotprod
//   cpu:x86-64-v3,l1=48K,l2=2M,l3=30M    data caches of one core
//
// Adding a feature adds what it implies; removing one removes what needs it,
// both by LLVM's own table. Only features that generated code makes use of are
// kept (`codegenFeatures`), so that a package asks for no more than it needs.
//
// Thread safety: all functions may be called from any thread.
#ifndef COMPILER_TARGET_CPUTARGET_H
#define COMPILER_TARGET_CPUTARGET_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mlir::tessera {

struct CpuTarget {
  /// LLVM's target triple, for example "x86_64-unknown-linux-gnu".
  std::string triple;
  /// "x86-64" or "aarch64".
  std::string arch;
  /// Enabled features in LLVM's spelling, sorted, without duplicates.
  std::vector<std::string> features;
  /// Width of the vectors that code is generated for.
  unsigned vectorBits = 128;
  unsigned numVectorRegisters = 16;
  /// Data cache sizes in bytes. L3 is the whole cache, shared or not.
  int64_t l1Bytes = 0;
  int64_t l2Bytes = 0;
  int64_t l3Bytes = 0;

  /// The machine that this process runs on; detected once.
  static CpuTarget host();

  /// Reads the text form above. The error is one line that says what is valid.
  static llvm::Expected<CpuTarget> parse(llvm::StringRef text);

  /// x86-64 with SSE2 alone: what constants are folded with at compile time,
  /// so that their values do not depend on the machine. It runs on every
  /// x86-64 machine and on no other.
  static CpuTarget baseline();

  /// The text form, never "cpu": a host prints as a level, features and caches.
  std::string str() const;

  bool isX86() const { return arch == "x86-64"; }
  bool isAArch64() const { return arch == "aarch64"; }

  /// Whether `feature` (LLVM's spelling) is enabled.
  bool has(llvm::StringRef feature) const;
  /// Fused multiply-add on the vectors of `vectorBits`.
  bool hasFma() const { return isAArch64() || has("fma") || has("avx512f"); }
  /// AVX-512 as it is generated: F, VL, BW and DQ together.
  bool hasAvx512() const { return isX86() && vectorBits == 512; }
  /// `vpdpbusd` on vectors of `vectorBits`.
  bool hasVnni() const {
    return has(vectorBits == 512 ? "avx512vnni" : "avxvnni") ||
           (has("avx512vnni") && has("avx512vl"));
  }
  bool hasAmxBf16() const { return has("amx-bf16"); }
  bool hasAmxInt8() const { return has("amx-int8"); }

  /// Elements of `elementBits` bits in one native vector.
  unsigned vectorLanes(unsigned elementBits) const {
    return vectorBits / elementBits;
  }

  /// The CPU that LLVM is given: always generic, features say the rest.
  llvm::StringRef llvmCpu() const { return isX86() ? "x86-64" : "generic"; }
  /// The features as LLVM takes them: "+avx,+avx2".
  std::string llvmFeatures() const;

  /// Whether code for this target runs on a CPU with `machine`'s features.
  bool runsOn(const CpuTarget &machine) const;

  bool operator==(const CpuTarget &other) const;
  bool operator!=(const CpuTarget &other) const { return !(*this == other); }
};

/// The features that code generation makes use of for "x86-64" or "aarch64",
/// sorted.
llvm::ArrayRef<llvm::StringRef> codegenFeatures(llvm::StringRef arch);

/// Sizes in bytes of the data caches of levels 1 to 3; 0 where unknown.
struct CacheSizes {
  int64_t bytes[3] = {0, 0, 0};
};

/// Reads a folder laid out as Linux's /sys/devices/system/cpu/cpu0/cache.
CacheSizes readCacheSizes(llvm::StringRef folder);

} // namespace mlir::tessera

#endif // COMPILER_TARGET_CPUTARGET_H
