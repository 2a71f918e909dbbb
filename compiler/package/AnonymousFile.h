// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file without a name: gone with its descriptor, however the process ends.
//
// Other code opens it by `path()`, which names the descriptor in /proc; a
// forked child can use the same path.
//
// Ownership: the object owns the descriptor. Thread safety: one thread at a
// time.
//
// Example:
//   auto file = AnonymousFile::inMemory("script");
//   llvm::Error error = file->write("{ local: *; };");
//   link(file->path());
#ifndef COMPILER_PACKAGE_ANONYMOUSFILE_H
#define COMPILER_PACKAGE_ANONYMOUSFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace mlir::tessera {

/// The error that `errno` says, without any name.
llvm::Error lastSystemError();

/// Writes all of `bytes` to `descriptor`; the error is the system's reason.
llvm::Error writeAll(int descriptor, llvm::StringRef bytes);

class AnonymousFile {
public:
  /// In memory. `name` is seen in debuggers alone.
  static llvm::Expected<AnonymousFile> inMemory(const char *name);

  /// On the disk of `folder`, for what memory should not hold.
  static llvm::Expected<AnonymousFile> onDisk(const std::string &folder);

  AnonymousFile(AnonymousFile &&other) noexcept;
  AnonymousFile &operator=(AnonymousFile &&) = delete;
  ~AnonymousFile();

  int descriptor() const { return fd; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd); }

  llvm::Error write(llvm::StringRef bytes) { return writeAll(fd, bytes); }

private:
  explicit AnonymousFile(int fd) : fd(fd) {}

  int fd;
};

} // namespace mlir::tessera

#endif // COMPILER_PACKAGE_ANONYMOUSFILE_H
