// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler's command-line tool.

#include "tools/tessera/Verbs.h"

#include "runtime/Printable.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

using namespace tessera::tool;

namespace {

struct Verb {
  const char *name;
  int (*run)(const std::vector<std::string> &arguments);
  const char *summary;
};

constexpr Verb verbs[] = {
    {"check", runCheckVerb, "say what a model needs and what is unsupported"},
    {"compile", runCompileVerb, "compile a model to a package"},
    {"run", runRunVerb, "run a model or a package, and compare its results"},
    {"bench", runBenchVerb, "measure the time of a model or a package"},
    {"inspect", runInspectVerb, "show what is in a package"},
};

std::string overview() {
  std::string text = "usage: tessera VERB ...\n\n"
                     "Compiles neural networks (.onnx) to packages, shared "
                     "objects that need nothing.\n\n";
  for (const Verb &verb : verbs) {
    std::string name = verb.name;
    name.resize(10, ' ');
    text += "  tessera " + name + verb.summary + "\n";
  }
  return text + "\n'tessera VERB --help' lists the options of a verb.\n";
}

int dispatch(const std::vector<std::string> &arguments) {
  std::string names;
  for (const Verb &verb : verbs) {
    names += (names.empty() ? "" : ", ") + std::string(verb.name);
  }
  if (arguments.empty()) {
    std::fprintf(stderr, "error: expected a verb: %s; see 'tessera --help'\n",
                 names.c_str());
    return 2;
  }
  const std::string &name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    std::fputs(overview().c_str(), stdout);
    return 0;
  }
  if (name == "--version") {
    std::puts("tessera 0.1.0");
    return 0;
  }
  for (const Verb &verb : verbs) {
    if (name == verb.name) {
      return verb.run({arguments.begin() + 1, arguments.end()});
    }
  }
  std::fprintf(stderr,
               "error: unknown verb '%s', expected one of: %s; see 'tessera "
               "--help'\n",
               tessera::printable(name).c_str(), names.c_str());
  return 2;
}

} // namespace

int main(int argc, char **argv) {
  const int code = dispatch({argv + (argc > 0), argv + argc});
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fprintf(stderr, "error: standard output: %s\n", std::strerror(errno));
    return code == 0 ? 1 : code;
  }
  return code;
}
