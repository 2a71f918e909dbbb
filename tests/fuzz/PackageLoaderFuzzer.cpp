// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any bytes as a package: what the loader checks before it maps a file.

#include "runtime/Package.h"
#include "runtime/PackageFooter.h"
#include "tests/fuzz/FuzzTarget.h"

#include <cstring>
#include <string>

using namespace tessera;

namespace {

void check(const std::string &bytes) {
  const ByteSource file =
      ByteSource::view(bytes.data(), bytes.size(), "package");
  for (const bool requireHost : {false, true}) {
    const Status status = checkPackageBytes(file, requireHost);
    fuzz::expect(status.ok() || !status.message().empty(),
                 "expected a message");
    fuzz::expect(status.message().find('\n') == std::string::npos,
                 "expected a message of one line");
  }
  const Result<PackageFooter> footer = readPackageFooter(file);
  if (footer.ok()) {
    (void)checkPackageContents(file, *footer);
  }
}

/// Corrects a footer's hash and lengths: else no change of a byte in it would
/// get beyond the first check.
void repairFooter(std::string &bytes) {
  char *footer = bytes.data() + bytes.size() - kPackageFooterBytes;
  std::memcpy(footer, kPackageMagic, sizeof kPackageMagic);
  const uint64_t fileBytes = bytes.size();
  std::memcpy(footer + 16, &fileBytes, sizeof fileBytes);
  constexpr size_t hashedBytes = 48;
  const uint64_t hash = hashContents(footer, hashedBytes);
  std::memcpy(footer + hashedBytes, &hash, sizeof hash);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string bytes(reinterpret_cast<const char *>(data), size);
  check(bytes);
  if (size >= kPackageFooterBytes) {
    std::string repaired = bytes;
    repairFooter(repaired);
    check(repaired);
  }
  // As the ELF part of a package whose footer is right.
  Result<std::string> trailer = buildPackageTrailer(
      ByteSource::view(bytes.data(), bytes.size(), "object"), {});
  if (trailer.ok()) {
    check(bytes + *trailer);
  }
  return 0;
}
