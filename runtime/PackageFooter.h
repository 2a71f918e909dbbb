// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The footer at the end of a package file, which a loader checks before it
// lets the dynamic loader near the file.
//
// A package file is, in this order and little endian:
//
//   ELF bytes       the shared object, elf_bytes long
//   feature text    CPU features it needs, in LLVM's spelling, comma separated
//                   and sorted ("avx2,fma"), feature_bytes long
//   footer          56 bytes, the last of the file:
//      0  magic         8 bytes, "TESSERA" and the byte 1
//      8  u32 footer_bytes   56
//     12  u32 abi_version    TESSERA_ABI_VERSION of the writer
//     16  u64 file_bytes     elf_bytes + feature_bytes + footer_bytes
//     24  u64 elf_bytes
//     32  u32 feature_bytes
//     36  u32 machine        the ELF header's e_machine
//     40  u64 content_hash   XXH64 (seed 0) of everything before the footer
//     48  u64 footer_hash    XXH64 (seed 0) of the 48 bytes before it
//
// The trailing bytes are no part of the ELF: the dynamic loader ignores them.
//
// Errors: one line each, starting with the file's name, ending in what to do.
// No function here crashes on any bytes.
// Thread safety: pure functions over the file.
//
// Example, for the writer:
//   Status status = appendPackageTrailer("model.so.tmp", {"avx2", "fma"});
// Example, for the loader:
//   Result<ByteSource> file = ByteSource::open("model.so");
//   Result<PackageFooter> footer = readPackageFooter(*file);
#ifndef TESSERA_RUNTIME_PACKAGE_FOOTER_H
#define TESSERA_RUNTIME_PACKAGE_FOOTER_H

#include "runtime/Status.h"
#include "runtime/io/ByteSource.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

/// Bytes of the footer itself.
constexpr uint32_t kPackageFooterBytes = 56;

/// The first eight bytes of the footer.
constexpr char kPackageMagic[8] = {'T', 'E', 'S', 'S', 'E', 'R', 'A', 1};

/// No feature text is longer; all features of LLVM's X86 take 2 KiB.
constexpr uint32_t kMaxFeatureBytes = 64 * 1024;

struct PackageFooter {
  uint32_t abiVersion = 0;
  uint64_t fileBytes = 0;
  uint64_t elfBytes = 0;
  uint32_t machine = 0;
  uint64_t contentHash = 0;
  /// Sorted, without duplicates.
  std::vector<std::string> features;
};

/// Reads and checks the footer: magic, hash, lengths against the file's and
/// each other, the feature text's form. Does not compare the ABI version, the
/// machine or the features with this process (see Package::load).
Result<PackageFooter> readPackageFooter(const ByteSource &file);

/// The content hash of bytes in memory.
uint64_t hashContents(const void *data, size_t bytes);

/// Compares the content hash with the file's bytes; reads the whole file.
Status checkPackageContents(const ByteSource &file,
                            const PackageFooter &footer);

/// The feature text and the footer for `elf`, to be appended to it. `machine`
/// is read from the ELF header. Features are sorted here; an empty, repeated
/// or unprintable one is an error. `abiVersion` 0 is TESSERA_ABI_VERSION.
Result<std::string> buildPackageTrailer(const ByteSource &elf,
                                        std::vector<std::string> features,
                                        uint32_t abiVersion = 0);

/// Appends the trailer to the ELF file at `path`. On an error the file may
/// end in a part of it: write to a temporary file and rename that.
Status appendPackageTrailer(const std::string &path,
                            std::vector<std::string> features,
                            uint32_t abiVersion = 0);

} // namespace tessera

#endif // TESSERA_RUNTIME_PACKAGE_FOOTER_H
