// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiled package, loaded into this process.
//
// Loading checks the file before it trusts it: that it is a regular file, the
// footer and its lengths, the ABI version, the machine, the CPU features, and
// every ELF table that the dynamic loader follows; then the table that the
// package exports, pointer by pointer. It hashes nothing and does not read the
// weights: milliseconds for hundreds of megabytes. `checkPackageFile` hashes
// all.
//
// Ownership: the package stays loaded as long as a shared pointer to it lives;
// sessions and profilers hold one.
// Errors: one line each: the file's name, what was expected, what to do.
// Thread safety: everything here may be called from several threads.
//
// Example:
//   auto package = Package::load("model.so");
//   if (!package.ok()) { report(package.message()); }
//   for (const TensorSpec &input : (*package)->inputs()) { ... }
#ifndef TESSERA_RUNTIME_PACKAGE_H
#define TESSERA_RUNTIME_PACKAGE_H

#include "runtime/DType.h"
#include "runtime/PackageFooter.h"
#include "runtime/Status.h"
#include "runtime/io/ByteSource.h"
#include "runtime/tessera_package.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// One input or output of a package.
struct TensorSpec {
  /// The model's own name; any bytes.
  std::string name;
  DType dtype = DType::Invalid;
  std::vector<int64_t> dims;
  size_t bytes = 0;

  /// "f32[1x3]".
  std::string typeText() const;
};

class Package {
public:
  /// Loads the package at `path`. Loading a file twice is cheap and gives two
  /// packages that share their memory. It is an error if the file has changed
  /// since this process loaded it from the same path and still holds it: the
  /// dynamic loader would hand out the old one.
  static Result<std::shared_ptr<const Package>> load(const std::string &path);

  Package(const Package &) = delete;
  Package &operator=(const Package &) = delete;
  ~Package();

  /// The path, made fit for a message.
  const std::string &name() const { return label; }
  const PackageFooter &footer() const { return packageFooter; }

  /// The package's own table; checked, so that everything it points to lies
  /// inside of the package and every text ends.
  const tessera_package &table() const { return *packageTable; }

  const std::vector<TensorSpec> &inputs() const { return inputSpecs; }
  const std::vector<TensorSpec> &outputs() const { return outputSpecs; }

  /// JSON text: source model, versions, target, schedules.
  std::string_view buildRecord() const;

private:
  Package() = default;

  std::string label;
  std::string resolvedPath;
  PackageFooter packageFooter;
  void *handle = nullptr;
  const tessera_package *packageTable = nullptr;
  std::vector<TensorSpec> inputSpecs;
  std::vector<TensorSpec> outputSpecs;
};

/// What Package::load checks before it maps anything, for files from anywhere:
/// never crashes on any bytes. `requireHost` compares the machine and the CPU
/// features with this process.
Status checkPackageBytes(const ByteSource &file, bool requireHost);

/// `inspect --check`: checkPackageBytes and the hash of the whole file,
/// whatever machine it is for.
Status checkPackageFile(const std::string &path);

} // namespace tessera

#endif // TESSERA_RUNTIME_PACKAGE_H
