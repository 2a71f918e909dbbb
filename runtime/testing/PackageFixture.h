// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Packages for tests, made from testing/FakePackage.c.
//
// The fake package computes sum = (x + y) * {1, 2, 3, 4, 5, 6} on f32[2x3] and
// count = the number of negative x, an i64 scalar.
//
// Example:
//   PackageFixture fixture;
//   std::string path = fixture.package("model.so", {});
#ifndef TESSERA_RUNTIME_TESTING_PACKAGE_FIXTURE_H
#define TESSERA_RUNTIME_TESTING_PACKAGE_FIXTURE_H

#include "runtime/testing/TemporaryFolder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::testing {

/// The bytes of the shared object, without a footer.
const std::string &fakeElf();

/// As fakeElf, with another ABI version in its table.
const std::string &fakeElfOfWrongAbi();

/// As fakeElf, with a symbol that nobody defines.
const std::string &fakeElfWithUndefinedSymbol();

/// `elf` with a good footer for those features.
std::string withFooter(const std::string &elf,
                       const std::vector<std::string> &features,
                       uint32_t abiVersion = 0);

/// What a footer says, apart from its own hash.
struct FooterFields {
  uint32_t footerBytes;
  uint32_t abiVersion;
  uint64_t fileBytes;
  uint64_t elfBytes;
  uint32_t featureBytes;
  uint32_t machine;
  uint64_t contentHash;
};

/// `elf` with feature text and a footer, whatever they say. The fields are
/// those of a good footer unless `edit` changes them; the footer's own hash is
/// computed last.
std::string withEditedFooter(const std::string &elf, std::string_view features,
                             void (*edit)(FooterFields &fields));

/// A folder to put packages into.
class PackageFixture {
public:
  /// A good package in that folder.
  std::string package(const std::string &name,
                      const std::vector<std::string> &features = {}) const {
    return folder.write(name, withFooter(fakeElf(), features));
  }

  std::string write(const std::string &name, std::string_view bytes) const {
    return folder.write(name, bytes);
  }

  std::string path(const std::string &name) const { return folder.path(name); }

private:
  TemporaryFolder folder;
};

} // namespace tessera::testing

#endif // TESSERA_RUNTIME_TESTING_PACKAGE_FIXTURE_H
