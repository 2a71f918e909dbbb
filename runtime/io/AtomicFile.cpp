// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/AtomicFile.h"

#include "runtime/Printable.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tessera {

static Status systemError(const std::string &path) {
  return Status::error(printable(path) +
                       ": cannot be written: " + std::strerror(errno));
}

static bool writeAll(int descriptor,
                     std::initializer_list<std::string_view> pieces) {
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      ssize_t written = ::write(descriptor, piece.data(), piece.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written < 0) {
        return false;
      }
      piece.remove_prefix(static_cast<size_t>(written));
    }
  }
  return true;
}

static Status writeDirectly(const std::string &path,
                            std::initializer_list<std::string_view> pieces) {
  int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return systemError(path);
  }
  bool written = writeAll(descriptor, pieces);
  Status status = written ? Status() : systemError(path);
  if (::close(descriptor) != 0 && status.ok()) {
    status = systemError(path);
  }
  return status;
}

/// The path with symbolic links followed, or the path where there is no file.
static std::string followLinks(const std::string &path) {
  char *resolved = ::realpath(path.c_str(), nullptr);
  std::string target = resolved ? resolved : path;
  std::free(resolved);
  return target;
}

Status writeFileAtomically(const std::string &path,
                           std::initializer_list<std::string_view> pieces) {
  std::string target = followLinks(path);
  struct stat info;
  bool exists = ::stat(target.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) {
    errno = EISDIR;
    return systemError(path);
  }
  if (exists && !S_ISREG(info.st_mode)) {
    return writeDirectly(target, pieces);
  }
  std::string temporary = target + ".tmp-XXXXXX";
  int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return systemError(path);
  }
  // mkostemp makes files for the owner alone; give what open would have given.
  // The umask can only be read by setting it, which other threads would see.
  mode_t mode = 0644;
  if (exists) {
    mode = info.st_mode & 07777;
  }
  bool good = writeAll(descriptor, pieces) && ::fchmod(descriptor, mode) == 0;
  Status status = good ? Status() : systemError(path);
  if (::close(descriptor) != 0 && status.ok()) {
    status = systemError(path);
  }
  if (status.ok() && std::rename(temporary.c_str(), target.c_str()) != 0) {
    status = systemError(path);
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
  }
  return status;
}

} // namespace tessera
