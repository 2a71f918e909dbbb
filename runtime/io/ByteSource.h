// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bytes to parse, from a file or from memory, read only where asked.
//
// Parsers of packages and .npy files read through it, so that the same code
// runs on a file of hundreds of megabytes without reading it whole, and on a
// fuzzer's buffer.
//
// Errors: `open` says in one line what the path is instead of a regular file.
// `read` returns false outside of the source or when the disk fails; it never
// reads beyond the size at the time of opening.
// Thread safety: reads may run on several threads.
//
// Example:
//   Result<ByteSource> file = ByteSource::open("model.so");
//   uint8_t header[64];
//   if (!file->read(0, header, sizeof header)) { ... }
#ifndef TESSERA_RUNTIME_IO_BYTE_SOURCE_H
#define TESSERA_RUNTIME_IO_BYTE_SOURCE_H

#include "runtime/Status.h"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>

namespace tessera {

/// Which file it was, and in which state, when it was opened.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t bytes = 0;
  int64_t changedSeconds = 0;
  int64_t changedNanoseconds = 0;

  bool operator==(const FileIdentity &other) const;
};

class ByteSource {
public:
  /// Opens a regular file for reading. Does not wait on pipes and devices.
  static Result<ByteSource> open(const std::string &path);

  /// Borrows `bytes` bytes at `data`; `name` stands for it in messages.
  static ByteSource view(const void *data, size_t bytes, std::string name);

  ByteSource(ByteSource &&other) noexcept;
  ByteSource &operator=(ByteSource &&other) = delete;
  ~ByteSource();

  uint64_t size() const { return identity.bytes; }

  /// The path, made fit for a message.
  const std::string &name() const { return label; }

  /// An error that starts with the name: "<name>: <text>".
  Status error(const std::string &text) const;

  /// All zero for memory.
  const FileIdentity &fileIdentity() const { return identity; }

  /// Reads exactly `count` bytes at `offset`, or returns false.
  bool read(uint64_t offset, void *destination, size_t count) const;

  /// Reads one object of a plain type.
  template <typename T> bool readObject(uint64_t offset, T &object) const {
    return read(offset, &object, sizeof object);
  }

private:
  ByteSource() = default;

  int descriptor = -1;
  const uint8_t *memory = nullptr;
  FileIdentity identity;
  std::string label;
};

} // namespace tessera

#endif // TESSERA_RUNTIME_IO_BYTE_SOURCE_H
