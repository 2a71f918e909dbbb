// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A folder of its own for a test, removed with the object.
//
// Example:
//   TemporaryFolder folder;
//   std::string path = folder.write("x.npy", bytes);
#ifndef TESSERA_RUNTIME_TESTING_TEMPORARY_FOLDER_H
#define TESSERA_RUNTIME_TESTING_TEMPORARY_FOLDER_H

#include <string>
#include <string_view>

namespace tessera::testing {

class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  /// The path of `name` inside of the folder.
  std::string path(const std::string &name) const;

  /// Writes a file and returns its path.
  std::string write(const std::string &name, std::string_view bytes) const;

private:
  std::string root;
};

/// The bytes of the file at `path`; ends the process if it can't be read.
std::string readWholeFile(const std::string &path);

} // namespace tessera::testing

#endif // TESSERA_RUNTIME_TESTING_TEMPORARY_FOLDER_H
