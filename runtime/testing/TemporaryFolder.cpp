// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/testing/TemporaryFolder.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tessera::testing {

TemporaryFolder::TemporaryFolder() {
  const char *parent = std::getenv("TEST_TMPDIR");
  root = std::string(parent ? parent : "/tmp") + "/tessera-XXXXXX";
  if (!::mkdtemp(root.data())) {
    std::perror("mkdtemp");
    std::abort();
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
}

std::string TemporaryFolder::path(const std::string &name) const {
  return root + "/" + name;
}

std::string TemporaryFolder::write(const std::string &name,
                                   std::string_view bytes) const {
  std::ofstream stream(path(name), std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    std::perror(path(name).c_str());
    std::abort();
  }
  return path(name);
}

std::string readWholeFile(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream bytes;
  bytes << stream.rdbuf();
  if (!stream) {
    std::perror(path.c_str());
    std::abort();
  }
  return bytes.str();
}

} // namespace tessera::testing
