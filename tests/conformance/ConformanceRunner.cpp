// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// conformance-runner: runs ONNX's tests of ops, each in a process of its own.
//
//   conformance-runner --data DIR --list FILE
//       runs the tests that FILE names; fails if one does not pass
//   conformance-runner --data DIR --list FILE --all [--update]
//       runs all tests of DIR; --update adds those that pass to FILE
//   conformance-runner --data DIR NAME...
//       runs these
//
// Prints one line for each test and a summary by reason. Without data it says
// so and passes, unless TESSERA_FAIL_ON_SKIP is set.

#include "runtime/Printable.h"
#include "tests/conformance/IsolatedTests.h"
#include "tests/conformance/ModelCase.h"
#include "tools/tessera/OptionParser.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace tessera;
using namespace tessera::conformance;

namespace {

/// Name of a test, and whether it passes with shape operands bound.
using PassingList = std::map<std::string, bool>;

/// Tests for which ONNX Runtime itself allows more.
constexpr const char *looseTests[] = {"test_dft", "test_dft_axis"};
constexpr tool::Tolerance nodeTolerance{1e-3, 1e-5};
constexpr double looseAbsolute = 1e-4;

struct Runner {
  std::string data, listFile;
  std::vector<std::string> names;
  bool all = false, update = false;
  int shard = 0, numShards = 1, level = 2;
  IsolationOptions isolation;

  PassingList listed;
  std::vector<std::string> header;
  std::map<std::string, std::string> outcomes;

  bool readList();
  bool writeList() const;
  void selectTests();
  void runTests();
  int summarize();
};

bool Runner::readList() {
  std::ifstream file(listFile);
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') {
      header.push_back(line);
      continue;
    }
    std::istringstream words(line);
    std::string name, mark;
    words >> name >> mark;
    if (!mark.empty() && mark != "bound") {
      std::fprintf(stderr,
                   "error: %s: expected 'NAME' or 'NAME bound', but "
                   "got '%s'\n",
                   listFile.c_str(), line.c_str());
      return false;
    }
    listed[name] = mark == "bound";
  }
  if (!file.eof()) {
    std::fprintf(stderr, "error: %s: cannot be read\n", listFile.c_str());
    return false;
  }
  return true;
}

bool Runner::writeList() const {
  PassingList grown = listed;
  for (const auto &[name, outcome] : outcomes) {
    if (outcome == "pass") {
      grown[name] = false;
    } else if (outcome == "bound-pass") {
      grown.emplace(name, true);
    }
  }
  std::ofstream file(listFile);
  for (const std::string &line : header) {
    file << line << "\n";
  }
  for (const auto &[name, isBound] : grown) {
    file << name << (isBound ? " bound" : "") << "\n";
  }
  file.close();
  if (!file) {
    std::fprintf(stderr, "error: %s: cannot be written\n", listFile.c_str());
    return false;
  }
  std::printf("%s: %zu tests, %zu of them new\n", listFile.c_str(),
              grown.size(), grown.size() - listed.size());
  return true;
}

void Runner::selectTests() {
  if (all) {
    std::error_code code;
    for (std::filesystem::directory_iterator entry(data, code), end;
         !code && entry != end; entry.increment(code)) {
      names.push_back(entry->path().filename());
    }
  } else if (names.empty()) {
    for (const auto &entry : listed) {
      names.push_back(entry.first);
    }
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> mine;
  for (size_t i = 0; i < names.size(); ++i) {
    if (static_cast<int>(i % numShards) == shard) {
      mine.push_back(names[i]);
    }
  }
  names = std::move(mine);
}

void Runner::runTests() {
  auto test = [&](size_t index) {
    CaseOptions options;
    options.level = static_cast<unsigned>(level);
    options.tolerance = nodeTolerance;
    for (const char *loose : looseTests) {
      if (names[index] == loose) {
        options.tolerance.absolute = looseAbsolute;
      }
    }
    return runOnnxFolder(data + "/" + names[index], options);
  };
  auto report = [&](size_t index, const std::string &outcome) {
    outcomes[names[index]] = outcome;
    std::printf("%s: %s\n", names[index].c_str(), printable(outcome).c_str());
    std::fflush(stdout);
  };
  runIsolated(names.size(), isolation, test, report);
}

int Runner::summarize() {
  std::map<std::string, unsigned> reasons;
  std::vector<std::string> lost;
  for (const auto &[name, outcome] : outcomes) {
    ++reasons[generalizeOutcome(outcome)];
    auto entry = listed.find(name);
    const bool isExpected = entry != listed.end();
    const bool isLess =
        !isPass(outcome) ||
        (isExpected && outcome == "bound-pass" && !entry->second);
    if (isLess && (isExpected || (!all && listed.empty()))) {
      lost.push_back(name);
    }
  }
  std::vector<std::pair<std::string, unsigned>> sorted(reasons.begin(),
                                                       reasons.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::printf("\n%zu tests\n", outcomes.size());
  for (const auto &[reason, count] : sorted) {
    std::printf("%6u  %s\n", count, printable(reason).c_str());
  }
  for (const std::string &name : lost) {
    std::printf("FAILED: %s: expected %s, but got %s\n", name.c_str(),
                listed.count(name) && listed[name] ? "bound-pass" : "pass",
                printable(outcomes[name]).c_str());
  }
  return lost.empty() ? 0 : 1;
}

int intFromEnvironment(const char *name, int otherwise) {
  const char *text = std::getenv(name);
  return text ? std::atoi(text) : otherwise;
}

/// Takes part in Bazel's sharding.
void readShard(Runner &runner) {
  runner.numShards = std::max(1, intFromEnvironment("TEST_TOTAL_SHARDS", 1));
  runner.shard = intFromEnvironment("TEST_SHARD_INDEX", 0);
  if (const char *file = std::getenv("TEST_SHARD_STATUS_FILE")) {
    std::ofstream touch(file);
  }
}

} // namespace

int main(int argc, char **argv) {
  Runner runner;
  tool::OptionParser parser("conformance-runner", "[options] [NAME...]",
                            "Runs ONNX's node tests.");
  int jobs = 2, seconds = 20;
  parser.addText("--data", "DIR", runner.data, "folder with a folder per test");
  parser.addText("--list", "FILE", runner.listFile, "tests that pass");
  parser.addFlag("--all", runner.all, "run what is not in the list too");
  parser.addFlag("--update", runner.update, "add what passes to the list");
  parser.addInt("--jobs", "N", jobs, 1, 256, "tests at a time");
  parser.addInt("--seconds", "S", seconds, 1, 3600, "limit of one test");
  parser.addInt("--level", "N", runner.level, 0, 3,
                "optimisation, 2 unless given");
  parser.addFlag("--verbose", runner.isolation.verbose, "keep stderr of tests");
  parser.addRest(runner.names);
  const Result<bool> help = parser.parse({argv + 1, argv + argc});
  if (!help.ok() || *help || runner.data.empty()) {
    std::fprintf(stderr, "%s\n%s", help.message().c_str(),
                 parser.help().c_str());
    return help.ok() && *help ? 0 : 2;
  }
  runner.isolation.jobs = static_cast<unsigned>(jobs);
  runner.isolation.seconds = static_cast<unsigned>(seconds);
  readShard(runner);
  std::error_code code;
  if (!std::filesystem::is_directory(runner.data, code)) {
    std::printf("SKIPPED: ONNX's tests: there is no %s; set "
                "TESSERA_TEST_DATA\n",
                runner.data.c_str());
    return std::getenv("TESSERA_FAIL_ON_SKIP") ? 1 : 0;
  }
  if (!runner.listFile.empty() && !runner.readList()) {
    return 1;
  }
  runner.selectTests();
  runner.runTests();
  if (runner.update && !runner.writeList()) {
    return 1;
  }
  return runner.summarize();
}
