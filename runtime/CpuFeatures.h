// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What this CPU and operating system can execute.
//
// Features are read from CPUID and XGETBV bits, never derived from the CPU's
// name: virtual machines lie about the name. A feature whose registers the
// operating system does not save (AVX, AVX-512, AMX) counts as absent. Names
// are LLVM's: avx2, fma, sse4.2, avx512vl, amx-int8. On aarch64 the list is
// neon.
//
// Thread safety: all functions may be called from any thread.
//
// Example:
//   std::vector<std::string> missing = missingCpuFeatures({"avx2", "fma"});
#ifndef TESSERA_RUNTIME_CPU_FEATURES_H
#define TESSERA_RUNTIME_CPU_FEATURES_H

#include "runtime/Status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// Sorted names; the same list for the life of the process.
const std::vector<std::string> &hostCpuFeatures();

bool hostHasCpuFeature(std::string_view feature);

/// Those of `required` that the host lacks, or that no one here has heard of.
std::vector<std::string>
missingCpuFeatures(const std::vector<std::string> &required);

/// How code asks an x86-64 CPU for a feature.
struct CpuidBit {
  uint32_t leaf = 0, subleaf = 0;
  /// 0 to 3: EAX, EBX, ECX, EDX.
  unsigned reg = 0, bit = 0;
  /// Bits of XCR0, all set where the operating system saves the feature's
  /// registers; 0 if there are none to save.
  uint64_t savedState = 0;
};

/// Empty for a feature that no one here has heard of. The same on any machine.
std::optional<CpuidBit> findCpuidBit(std::string_view feature);

/// Asks the operating system for what it grants on request only, as far as
/// `required` needs it: on Linux, AMX tile registers, for the whole process.
/// The error is one line without a file name.
Status enableCpuFeatures(const std::vector<std::string> &required);

/// The ELF e_machine of this process.
uint32_t hostElfMachine();

/// "x86-64", "aarch64", or "ELF machine 8".
std::string elfMachineName(uint32_t machine);

} // namespace tessera

#endif // TESSERA_RUNTIME_CPU_FEATURES_H
