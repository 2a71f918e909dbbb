// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder in $TMPDIR for one file, removed with the object.
//
// It is also removed when a signal such as SIGINT or SIGSEGV ends the process.
// There is one at a time.
//
// Errors: one line that names the folder and what to do.
// Thread safety: one thread at a time.
#ifndef TESSERA_TOOLS_TESSERA_TEMPORARY_FOLDER_H
#define TESSERA_TOOLS_TESSERA_TEMPORARY_FOLDER_H

#include "runtime/Status.h"

#include <string>
#include <utility>

namespace tessera::tool {

class TemporaryFolder {
public:
  static Result<TemporaryFolder> make();

  TemporaryFolder(TemporaryFolder &&other) noexcept
      : root(std::exchange(other.root, "")) {}
  TemporaryFolder &operator=(TemporaryFolder &&) = delete;
  ~TemporaryFolder();

  /// The path of the file, which is not there yet.
  std::string file() const { return root + "/model.so"; }

private:
  explicit TemporaryFolder(std::string root) : root(std::move(root)) {}

  std::string root;
};

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_TEMPORARY_FOLDER_H
