// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/conformance/IsolatedTests.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tessera::conformance {

namespace {

struct Child {
  size_t index;
  /// Where it leaves its outcome: an unlinked file, so that it never blocks.
  FILE *outcome;
};

[[noreturn]] void runChild(size_t index, const IsolationOptions &options,
                           const std::function<std::string(size_t)> &test,
                           FILE *outcome) {
  // Its own children end with it: a signal to the group reaches them.
  ::setpgid(0, 0);
  const rlimit memory = {options.memoryBytes, options.memoryBytes};
  ::setrlimit(RLIMIT_AS, &memory);
  const rlimit core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &core);
  if (!options.verbose) {
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDERR_FILENO);
    ::dup2(null, STDOUT_FILENO);
  }
  ::alarm(options.seconds);
  const std::string text = test(index);
  ::alarm(0);
  const bool isWritten =
      std::fwrite(text.data(), 1, text.size(), outcome) == text.size() &&
      std::fflush(outcome) == 0;
  // Not exit(): what the parent had not flushed is the parent's.
  ::_exit(isWritten ? 0 : 1);
}

std::string readOutcome(FILE *file) {
  std::string text;
  char buffer[4096];
  std::rewind(file);
  while (const size_t bytes = std::fread(buffer, 1, sizeof buffer, file)) {
    text.append(buffer, bytes);
  }
  return text;
}

std::string describeEnd(int status, const Child &child,
                        const IsolationOptions &options) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGALRM) {
      return "crash: over " + std::to_string(options.seconds) + " s";
    }
    return "crash: signal " + std::to_string(signal) + " (" +
           ::strsignal(signal) + ")";
  }
  if (WEXITSTATUS(status) != 0) {
    return "crash: exit code " + std::to_string(WEXITSTATUS(status));
  }
  return readOutcome(child.outcome);
}

} // namespace

void runIsolated(
    size_t count, const IsolationOptions &options,
    const std::function<std::string(size_t index)> &test,
    const std::function<void(size_t index, const std::string &outcome)>
        &report) {
  std::map<pid_t, Child> children;
  for (size_t next = 0; next < count || !children.empty();) {
    if (next < count && children.size() < options.jobs) {
      FILE *outcome = std::tmpfile();
      const pid_t pid = outcome ? ::fork() : -1;
      if (pid == 0) {
        runChild(next, options, test, outcome);
      }
      if (pid > 0) {
        children[pid] = {next, outcome};
      } else {
        report(next,
               std::string("crash: no child process: ") + std::strerror(errno));
        if (outcome) {
          std::fclose(outcome);
        }
      }
      ++next;
      continue;
    }
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, 0);
    auto child = children.find(pid);
    if (child == children.end()) {
      if (pid < 0 && errno != EINTR) {
        std::perror("waitpid");
        std::exit(1);
      }
      continue;
    }
    ::kill(-pid, SIGKILL);
    report(child->second.index, describeEnd(status, child->second, options));
    std::fclose(child->second.outcome);
    children.erase(child);
  }
}

} // namespace tessera::conformance
