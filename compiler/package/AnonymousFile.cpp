// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/AnonymousFile.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

using namespace mlir::tessera;
using llvm::Error;
using llvm::Expected;

Error mlir::tessera::lastSystemError() {
  return llvm::errorCodeToError(
      std::error_code(errno, std::generic_category()));
}

Error mlir::tessera::writeAll(int descriptor, llvm::StringRef bytes) {
  // Linux writes at most 2 GiB at once.
  constexpr size_t maxWrite = size_t(1) << 30;
  while (!bytes.empty()) {
    const ssize_t written =
        ::write(descriptor, bytes.data(), std::min(bytes.size(), maxWrite));
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return lastSystemError();
    }
    bytes = bytes.drop_front(written);
  }
  return Error::success();
}

Expected<AnonymousFile> AnonymousFile::inMemory(const char *name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) {
    return lastSystemError();
  }
  return AnonymousFile(fd);
}

Expected<AnonymousFile> AnonymousFile::onDisk(const std::string &folder) {
  std::string path = folder + "/.tessera.XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    return lastSystemError();
  }
  // O_TMPFILE would do this in one step, on the file systems that have it.
  ::unlink(path.c_str());
  return AnonymousFile(fd);
}

AnonymousFile::AnonymousFile(AnonymousFile &&other) noexcept
    : fd(std::exchange(other.fd, -1)) {}

AnonymousFile::~AnonymousFile() {
  if (fd >= 0) {
    ::close(fd);
  }
}
