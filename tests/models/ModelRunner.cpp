// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// model-runner: runs trained models on inputs whose outputs are known, each in
// a process of its own.
//
//   model-runner --data DIR yunet ultraface
//
// DIR/expected/onnx/NAME/*/*/io.json names a model below DIR and the files of
// its inputs and outputs. Prints one line for each; fails if one does not pass.
// Without data it says so and passes, unless TESSERA_FAIL_ON_SKIP is set.

#include "runtime/Printable.h"
#include "tests/conformance/IsolatedTests.h"
#include "tests/conformance/ModelCase.h"
#include "tools/tessera/OptionParser.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace tessera;
using namespace tessera::conformance;

namespace {

constexpr uint64_t memoryBytes = uint64_t(8) << 30;

/// The folders below `root` that hold io.json, sorted.
std::vector<std::string> listCases(const std::string &root) {
  std::vector<std::string> folders;
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator entry(
           root, std::filesystem::directory_options::follow_directory_symlink,
           code),
       end;
       !code && entry != end; entry.increment(code)) {
    if (entry->path().filename() == "io.json") {
      folders.push_back(entry->path().parent_path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

} // namespace

int main(int argc, char **argv) {
  std::string data;
  std::vector<std::string> names;
  int jobs = 1, seconds = 300, level = 2;
  bool verbose = false;
  CaseOptions options;
  tool::OptionParser parser("model-runner", "--data DIR NAME...",
                            "Runs trained models on known inputs.");
  parser.addText("--data", "DIR", data, "folder of the test data");
  parser.addInt("--jobs", "N", jobs, 1, 256, "models at a time");
  parser.addInt("--seconds", "S", seconds, 1, 3600, "limit of one model");
  parser.addInt("--level", "N", level, 0, 3, "optimisation, 2 unless given");
  parser.addFlag("--verbose", verbose, "keep stderr of tests");
  parser.addRest(names);
  const Result<bool> help = parser.parse({argv + 1, argv + argc});
  if (!help.ok() || *help || data.empty() || names.empty()) {
    std::fprintf(stderr, "%s\n%s", help.message().c_str(),
                 parser.help().c_str());
    return help.ok() && *help ? 0 : 2;
  }
  options.level = static_cast<unsigned>(level);
  std::vector<std::string> folders;
  bool isSkipped = false;
  for (const std::string &name : names) {
    const std::vector<std::string> cases =
        listCases(data + "/expected/onnx/" + name);
    if (cases.empty()) {
      std::printf("SKIPPED: model %s: no expected outputs in %s; set "
                  "TESSERA_TEST_DATA\n",
                  name.c_str(), data.c_str());
      isSkipped = true;
    }
    folders.insert(folders.end(), cases.begin(), cases.end());
  }
  unsigned numFailed = 0;
  IsolationOptions isolation;
  isolation.jobs = static_cast<unsigned>(jobs);
  isolation.seconds = static_cast<unsigned>(seconds);
  isolation.memoryBytes = memoryBytes;
  isolation.verbose = verbose;
  runIsolated(
      folders.size(), isolation,
      [&](size_t index) {
        return runExpectedFolder(data, folders[index], options);
      },
      [&](size_t index, const std::string &outcome) {
        numFailed += !isPass(outcome);
        std::printf("%s: %s\n", folders[index].substr(data.size() + 1).c_str(),
                    printable(outcome).c_str());
        std::fflush(stdout);
      });
  std::printf("%zu passed, %u failed\n", folders.size() - numFailed, numFailed);
  if (isSkipped && std::getenv("TESSERA_FAIL_ON_SKIP")) {
    return 1;
  }
  return numFailed == 0 ? 0 : 1;
}
