// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/ByteSource.h"

#include "runtime/Printable.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tessera {

bool FileIdentity::operator==(const FileIdentity &other) const {
  return device == other.device && inode == other.inode &&
         bytes == other.bytes && changedSeconds == other.changedSeconds &&
         changedNanoseconds == other.changedNanoseconds;
}

static const char *describeFileType(mode_t mode) {
  switch (mode & S_IFMT) {
  case S_IFDIR:
    return "a directory";
  case S_IFIFO:
    return "a pipe";
  case S_IFSOCK:
    return "a socket";
  case S_IFBLK:
  case S_IFCHR:
    return "a device";
  default:
    return "something else";
  }
}

Result<ByteSource> ByteSource::open(const std::string &path) {
  ByteSource source;
  source.label = printable(path);
  // Without O_NONBLOCK, opening a pipe waits for its other end.
  source.descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (source.descriptor < 0) {
    return source.error(
        "cannot be opened: " + std::string(std::strerror(errno)) +
        "; check the path and its permissions");
  }
  struct stat info;
  if (::fstat(source.descriptor, &info) != 0) {
    return source.error("cannot be read: " + std::string(std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) {
    return source.error("expected a regular file, but got " +
                        std::string(describeFileType(info.st_mode)));
  }
  source.identity.device = info.st_dev;
  source.identity.inode = info.st_ino;
  source.identity.bytes = static_cast<uint64_t>(info.st_size);
  source.identity.changedSeconds = info.st_mtim.tv_sec;
  source.identity.changedNanoseconds = info.st_mtim.tv_nsec;
  return source;
}

ByteSource ByteSource::view(const void *data, size_t bytes, std::string name) {
  ByteSource source;
  source.memory = static_cast<const uint8_t *>(data);
  source.identity.bytes = bytes;
  source.label = printable(name);
  return source;
}

ByteSource::ByteSource(ByteSource &&other) noexcept
    : descriptor(std::exchange(other.descriptor, -1)), memory(other.memory),
      identity(other.identity), label(std::move(other.label)) {}

ByteSource::~ByteSource() {
  if (descriptor >= 0) {
    ::close(descriptor);
  }
}

Status ByteSource::error(const std::string &text) const {
  return Status::error(label + ": " + text);
}

bool ByteSource::read(uint64_t offset, void *destination, size_t count) const {
  if (offset > size() || count > size() - offset) {
    return false;
  }
  if (descriptor < 0) {
    if (count > 0) {
      std::memcpy(destination, memory + offset, count);
    }
    return true;
  }
  auto *out = static_cast<uint8_t *>(destination);
  while (count > 0) {
    ssize_t got = ::pread(descriptor, out, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    out += got;
    offset += static_cast<uint64_t>(got);
    count -= static_cast<size_t>(got);
  }
  return true;
}

} // namespace tessera
