// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/TemporaryFolder.h"

#include "runtime/Printable.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace tessera::tool {

namespace {

constexpr int endingSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGSEGV,
                                 SIGBUS, SIGILL,  SIGFPE, SIGABRT};
struct sigaction formerActions[std::size(endingSignals)];

/// What the signal handler removes, and for which process.
char currentFile[4096];
char currentRoot[4096];
pid_t owner;

void removeAndEnd(int signal) {
  // A forked linker has a copy of this handler, but not the folder.
  if (::getpid() == owner) {
    ::unlink(currentFile);
    ::rmdir(currentRoot);
  }
  ::raise(signal);
}

void setHandlers() {
  for (size_t i = 0; i < std::size(endingSignals); ++i) {
    ::sigaction(endingSignals[i], nullptr, &formerActions[i]);
    if (formerActions[i].sa_handler == SIG_IGN) {
      continue;
    }
    struct sigaction action = {};
    action.sa_handler = removeAndEnd;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(endingSignals[i], &action, nullptr);
  }
}

} // namespace

Result<TemporaryFolder> TemporaryFolder::make() {
  const char *variable = std::getenv("TMPDIR");
  const std::string base = variable && *variable ? variable : "/tmp";
  TemporaryFolder folder(base + "/tessera-XXXXXX");
  if (folder.file().size() >= sizeof currentFile ||
      !::mkdtemp(folder.root.data())) {
    folder.root.clear();
    return Status::error("cannot make a folder in '" + printable(base) +
                         "': " + std::strerror(errno) +
                         "; set TMPDIR to a folder with free space");
  }
  owner = ::getpid();
  std::strcpy(currentRoot, folder.root.c_str());
  std::strcpy(currentFile, folder.file().c_str());
  setHandlers();
  return folder;
}

TemporaryFolder::~TemporaryFolder() {
  if (root.empty()) {
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(root, ignored);
  for (size_t i = 0; i < std::size(endingSignals); ++i) {
    ::sigaction(endingSignals[i], &formerActions[i], nullptr);
  }
}

} // namespace tessera::tool
