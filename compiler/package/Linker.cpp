// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Linker.h"

#include "compiler/package/AnonymousFile.h"
#include "runtime/ElfImage.h"
#include "runtime/io/ByteSource.h"
#include "runtime/tessera_package.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace mlir::tessera;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;

namespace {

/// A link takes milliseconds, with gigabytes of weights seconds.
constexpr unsigned maxLinkSeconds = 600;
constexpr size_t maxMessageBytes = 1 << 20;

Error linkError(const Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

std::vector<std::string> linkerArguments(llvm::ArrayRef<std::string> objects,
                                         const std::string &output,
                                         const std::string &versionScript) {
  std::vector<std::string> arguments = {
      "ld.lld",
      "-shared",
      "-soname",
      "model.so",
      "-o",
      output,
      "-nostdlib",
      "--build-id=sha1",
      "-z",
      "noexecstack",
      "-z",
      "now",
      "-z",
      "defs",
      "--hash-style=gnu",
      "--gc-sections",
      "--threads=1",
      "--version-script=" + versionScript,
  };
  arguments.insert(arguments.end(), objects.begin(), objects.end());
  return arguments;
}

/// The child: never returns.
[[noreturn]] void runLinker(llvm::ArrayRef<std::string> arguments,
                            int messages) {
  // Whatever the parent does on these, here they end the child.
  for (int signal : {SIGALRM, SIGBUS, SIGSEGV, SIGABRT, SIGINT, SIGTERM}) {
    ::signal(signal, SIG_DFL);
  }
  ::alarm(maxLinkSeconds);
  llvm::SmallVector<const char *> pointers;
  for (const std::string &argument : arguments) {
    pointers.push_back(argument.c_str());
  }
  bool linked = false;
  {
    llvm::raw_fd_ostream stream(messages, /*shouldClose=*/false,
                                /*unbuffered=*/true);
    linked = lld::elf::link(pointers, stream, stream, /*exitEarly=*/false,
                            /*disableOutput=*/false);
  }
  // Not exit(): handlers and buffers belong to the parent.
  ::_exit(linked ? 0 : 1);
}

std::string readAll(int descriptor) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t bytes = ::read(descriptor, buffer, sizeof buffer);
    if (bytes < 0 && errno == EINTR) {
      continue;
    }
    if (bytes <= 0) {
      return text;
    }
    // Read on, so that the child is not blocked.
    if (text.size() < maxMessageBytes) {
      text.append(buffer, bytes);
    }
  }
}

Error describeFailure(int status, StringRef messages) {
  if (WIFSIGNALED(status)) {
    switch (WTERMSIG(status)) {
    case SIGBUS:
      // lld writes through a mapping of the file.
      return llvm::errorCodeToError(
          std::make_error_code(std::errc::no_space_on_device));
    case SIGALRM:
      return linkError("internal: the linker did not finish in " +
                       Twine(maxLinkSeconds) + " s");
    case SIGKILL:
      return linkError("the linker was killed, perhaps for lack of memory");
    default:
      return linkError("internal: the linker ended with signal " +
                       Twine(WTERMSIG(status)));
    }
  }
  const StringRef noSpace = "No space left on device";
  if (messages.contains(noSpace)) {
    return llvm::errorCodeToError(
        std::make_error_code(std::errc::no_space_on_device));
  }
  return linkError(summarizeLinkErrors(messages));
}

Error runInChild(llvm::ArrayRef<std::string> arguments) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) {
    return lastSystemError();
  }
  const pid_t child = ::fork();
  if (child < 0) {
    Error error = lastSystemError();
    ::close(pipe[0]);
    ::close(pipe[1]);
    return error;
  }
  if (child == 0) {
    ::close(pipe[0]);
    runLinker(arguments, pipe[1]);
  }
  ::close(pipe[1]);
  const std::string messages = readAll(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      return lastSystemError();
    }
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return Error::success();
  }
  return describeFailure(status, messages);
}

/// What the runtime demands of a package before it loads it, DT_NEEDED among
/// it.
Error checkLinked(const std::string &output) {
  ::tessera::Result<::tessera::ByteSource> file =
      ::tessera::ByteSource::open(output);
  if (!file.ok()) {
    return linkError("internal: " + file.message());
  }
  ::tessera::Result<::tessera::ElfImage> image =
      ::tessera::checkElfImage(*file, file->size());
  if (image.ok()) {
    return Error::success();
  }
  StringRef message = image.message();
  message.consume_front(file->name() + ": ");
  return linkError("internal: " + message);
}

} // namespace

std::string mlir::tessera::summarizeLinkErrors(StringRef text) {
  std::vector<std::string> missing;
  StringRef first;
  for (StringRef line : llvm::split(text, '\n')) {
    const auto [before, message] = line.split("error: ");
    if (message.empty()) {
      continue;
    }
    if (first.empty()) {
      first = message;
    }
    const auto [kind, symbol] = message.split(": ");
    if (kind.starts_with("undefined") && kind.ends_with("symbol")) {
      const std::string quoted = "'" + symbol.str() + "'";
      if (!llvm::is_contained(missing, quoted)) {
        missing.push_back(quoted);
      }
    }
  }
  if (!missing.empty()) {
    return "internal: the package would need " + llvm::join(missing, ", ");
  }
  return "internal: the linker failed: " +
         (first.empty() ? StringRef("it does not say why") : first).str();
}

Error mlir::tessera::linkSharedObject(llvm::ArrayRef<std::string> objects,
                                      const std::string &output) {
  llvm::Expected<AnonymousFile> script = AnonymousFile::inMemory("exports");
  if (!script) {
    return script.takeError();
  }
  if (Error error = script->write("{ global: " TESSERA_GET_PACKAGE_SYMBOL
                                  "; local: *; };\n")) {
    return error;
  }
  Error error = runInChild(linkerArguments(objects, output, script->path()));
  if (!error) {
    error = checkLinked(output);
  }
  if (error) {
    ::unlink(output.c_str());
  }
  return error;
}
