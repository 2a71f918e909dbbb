// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/testing/PackageFixture.h"

#include "runtime/PackageFooter.h"
#include "runtime/Xxh64.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <unistd.h>

namespace tessera::testing {

/// Tests run in the root of the runfiles, or of the checkout.
static std::string readTestBinary(const char *name) {
  return readWholeFile(std::string("runtime/testing/") + name);
}

const std::string &fakeElf() {
  static const std::string bytes = readTestBinary("fake_package.so");
  return bytes;
}

const std::string &fakeElfOfWrongAbi() {
  static const std::string bytes = readTestBinary("fake_package_wrong_abi.so");
  return bytes;
}

std::string withFooter(const std::string &elf,
                       const std::vector<std::string> &features,
                       uint32_t abiVersion) {
  Result<std::string> trailer =
      buildPackageTrailer(ByteSource::view(elf.data(), elf.size(), "fake.so"),
                          features, abiVersion);
  return elf + *trailer;
}

const std::string &fakeElfWithUndefinedSymbol() {
  static const std::string bytes =
      readTestBinary("fake_package_undefined_symbol.so");
  return bytes;
}

template <typename T> static void append(std::string &bytes, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof raw);
}

std::string withEditedFooter(const std::string &elf, std::string_view features,
                             void (*edit)(FooterFields &fields)) {
  std::string contents = elf + std::string(features);
  Elf64_Half machine = 0;
  if (elf.size() >= sizeof(Elf64_Ehdr)) {
    std::memcpy(&machine, elf.data() + offsetof(Elf64_Ehdr, e_machine),
                sizeof machine);
  }
  FooterFields fields = {kPackageFooterBytes,
                         1,
                         contents.size() + kPackageFooterBytes,
                         elf.size(),
                         static_cast<uint32_t>(features.size()),
                         machine,
                         hashContents(contents.data(), contents.size())};
  edit(fields);
  std::string footer(kPackageMagic, sizeof kPackageMagic);
  append(footer, fields.footerBytes);
  append(footer, fields.abiVersion);
  append(footer, fields.fileBytes);
  append(footer, fields.elfBytes);
  append(footer, fields.featureBytes);
  append(footer, fields.machine);
  append(footer, fields.contentHash);
  append(footer, xxh64(footer.data(), footer.size()));
  return contents + footer;
}

} // namespace tessera::testing
