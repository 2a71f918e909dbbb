// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks that a shared object is one that the dynamic loader can be given.
//
// dlopen trusts what it reads: on a cut-off or damaged file it crashes or
// aborts the process. This checks everything that it follows, without mapping
// the file and without reading more than its tables: the ELF header, program
// headers, dynamic section, symbols, symbol hash and relocations. It expects
// what a package is made of and refuses the rest by name: other libraries,
// symbol versions, thread-local storage, relocations that call functions.
//
// It is a check against damage, not a sandbox: bytes of the code itself are
// not looked at (see checkPackageContents for that).
//
// Errors: one line each, starting with the file's name.
// Thread safety: pure functions over the file.
//
// Example:
//   Result<ElfImage> image = checkElfImage(*file, footer->elfBytes);
#ifndef TESSERA_RUNTIME_ELF_IMAGE_H
#define TESSERA_RUNTIME_ELF_IMAGE_H

#include "runtime/Status.h"
#include "runtime/io/ByteSource.h"

#include <cstdint>
#include <vector>

namespace tessera {

/// A part of the file that is mapped into memory.
struct ElfSegment {
  uint64_t address = 0;
  uint64_t memoryBytes = 0;
  uint64_t offset = 0;
  uint64_t fileBytes = 0;
  /// PF_R, PF_W, PF_X.
  uint32_t flags = 0;
};

struct ElfImage {
  uint32_t machine = 0;
  /// By ascending address, without overlap.
  std::vector<ElfSegment> segments;

  /// The segment that holds [address, address + bytes) in memory, or null.
  const ElfSegment *segmentOf(uint64_t address, uint64_t bytes) const;
};

/// Checks the first `elfBytes` bytes of `file`, at most the file's size.
Result<ElfImage> checkElfImage(const ByteSource &file, uint64_t elfBytes);

} // namespace tessera

#endif // TESSERA_RUNTIME_ELF_IMAGE_H
