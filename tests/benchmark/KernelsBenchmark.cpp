// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kernels-benchmark FILE [--benchmark_...]: times the kernels of kernels.txt
// beside oneDNN and OpenBLAS and prints the Markdown table of README.md.
//
// An iteration is a round: the FMA peak, then each contender for about a
// millisecond. So a share of the peak compares times that lie side by side.
// Times are CPU times of the thread, which other work on the machine hardly
// changes. The exit code is 1 if an answer was wrong.

#include "tests/benchmark/Contender.h"
#include "tests/benchmark/FmaPeak.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace tessera::benchmarks {

namespace {

constexpr double turnSeconds = 1e-3;

struct Maker {
  const char *name;
  ContenderResult (*make)(const KernelShape &, const KernelData &);
};
constexpr Maker makers[] = {{"Tessera", makeTessera},
                            {"oneDNN", makeOneDnn},
                            {"OpenBLAS", makeOpenBlas}};

/// One contender on one kernel.
struct Entry {
  std::string name;
  /// Why there is none; empty for one that does not do this kind of kernel.
  std::string absence;
  std::unique_ptr<Contender> contender;
  int64_t runsPerTurn = 1;
  std::vector<double> seconds;
};

/// A kernel, its contenders and their times.
struct KernelRun {
  explicit KernelRun(const KernelShape &shape)
      : shape(shape), data(shape, std::random_device()()) {}

  const KernelShape shape;
  const KernelData data;
  std::vector<Entry> entries;
  std::vector<double> peaks;
};

double best(const std::vector<double> &values) {
  return *std::min_element(values.begin(), values.end());
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Makes the contenders and checks their answers. Returns an error's text.
std::string prepare(KernelRun &run) {
  for (const Maker &maker : makers) {
    Entry entry;
    entry.name = maker.name;
    ContenderResult made = maker.make(run.shape, run.data);
    if (!made.ok()) {
      if (maker.make == makeTessera) {
        return made.message();
      }
      entry.absence = made.message();
    } else if (*made) {
      entry.contender = std::move(*made);
      const double begin = threadSeconds();
      entry.contender->run();
      const double once = threadSeconds() - begin;
      entry.runsPerTurn =
          1 + static_cast<int64_t>(turnSeconds / std::max(once, 1e-7));
      const std::string wrong =
          findWrongOutput(run.shape, run.data, entry.contender->fetch());
      if (!wrong.empty()) {
        return entry.name + ": " + wrong;
      }
    }
    run.entries.push_back(std::move(entry));
  }
  return "";
}

/// Seconds of one run.
double takeTurn(Entry &entry) {
  const double begin = threadSeconds();
  for (int64_t i = 0; i < entry.runsPerTurn; ++i) {
    entry.contender->run();
  }
  return (threadSeconds() - begin) / static_cast<double>(entry.runsPerTurn);
}

/// Google Benchmark calls this several times, until the rounds take long
/// enough: all rounds count.
void runRounds(benchmark::State &state, KernelRun &run) {
  if (run.entries.empty()) {
    const std::string problem = prepare(run);
    if (!problem.empty()) {
      state.SkipWithError(problem.c_str());
      return;
    }
  }
  for ([[maybe_unused]] auto _ : state) {
    const double begin = threadSeconds();
    run.peaks.push_back(measureFmaPeak());
    for (Entry &entry : run.entries) {
      if (entry.contender) {
        // A virtual machine's thread clock may stand still for a turn.
        const double seconds = takeTurn(entry);
        if (seconds > 0) {
          entry.seconds.push_back(seconds);
        }
      }
    }
    state.SetIterationTime(threadSeconds() - begin);
  }
}

void printCell(const KernelRun &run, const Entry &entry) {
  if (entry.seconds.empty()) {
    std::printf(" %s |", entry.absence.empty() ? "-" : entry.absence.c_str());
    return;
  }
  const double flops = run.shape.flops();
  std::printf(" %.1f, %.1f us", best(entry.seconds) * 1e6,
              median(entry.seconds) * 1e6);
  if (run.peaks[0] > 0) {
    const double bestPeak =
        *std::max_element(run.peaks.begin(), run.peaks.end());
    std::printf(": %.1f, %.1f %%", flops / best(entry.seconds) / bestPeak * 100,
                flops / median(entry.seconds) / median(run.peaks) * 100);
  }
  std::printf(" |");
}

void printRow(const KernelRun &run) {
  std::printf(" %.1f | %.2f | %.0f |", run.shape.flops() * 1e-6,
              run.shape.bytes() * 1e-6, median(run.peaks) * 1e-9);
  double fastest = 0;
  for (const Entry &entry : run.entries) {
    printCell(run, entry);
    if (&entry != &run.entries[0] && !entry.seconds.empty()) {
      const double seconds = median(entry.seconds);
      fastest = fastest > 0 ? std::min(fastest, seconds) : seconds;
    }
  }
  if (fastest > 0 && !run.entries[0].seconds.empty()) {
    std::printf(" %.2f |\n", median(run.entries[0].seconds) / fastest);
  } else {
    std::printf(" - |\n");
  }
}

/// Prints a row of the table as soon as a kernel is done.
class TableReporter : public benchmark::BenchmarkReporter {
public:
  explicit TableReporter(std::map<std::string, KernelRun> &runs)
      : kernels(runs) {}

  bool ReportContext(const Context &) override {
    std::printf("One thread, vectors of the FMA peak: %s. Cells: best, median "
                "time: best, median share of the peak.\n\n"
                "| kernel | MFLOP | MB | FMA peak GFLOP/s |",
                peakClass());
    for (const Maker &maker : makers) {
      std::printf(" %s |", maker.name);
    }
    std::printf(" ratio to the better |\n|---|---|---|---|");
    for (size_t i = 0; i < std::size(makers); ++i) {
      std::printf("---|");
    }
    std::printf("---|\n");
    return true;
  }

  void ReportRuns(const std::vector<Run> &reports) override {
    for (const Run &report : reports) {
      const std::string &name = report.run_name.function_name;
      std::printf("| %s |", name.c_str());
      if (report.error_occurred) {
        std::printf(" FAILED: %s |\n", report.error_message.c_str());
        ++numFailed;
      } else {
        printRow(kernels.at(name));
      }
      std::fflush(stdout);
      kernels.erase(name);
    }
  }

  int numFailed = 0;

private:
  std::map<std::string, KernelRun> &kernels;
};

/// The kernels of a file, by name.
Result<std::vector<KernelShape>> readShapes(const char *path) {
  std::ifstream file(path);
  if (!file) {
    return Status::error(std::string(path) + ": cannot be read");
  }
  std::vector<KernelShape> shapes;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') {
      continue;
    }
    Result<KernelShape> shape = KernelShape::parse(line);
    if (!shape.ok()) {
      return Status::error(std::string(path) + ": " + shape.message());
    }
    shapes.push_back(*shape);
  }
  return shapes;
}

int run(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: kernels-benchmark FILE [--benchmark_...]\n");
    return 2;
  }
  const Result<std::vector<KernelShape>> shapes = readShapes(argv[1]);
  if (!shapes.ok()) {
    std::fprintf(stderr, "%s\n", shapes.message().c_str());
    return 2;
  }
  std::map<std::string, KernelRun> kernels;
  for (const KernelShape &shape : *shapes) {
    const std::string name = shape.name();
    benchmark::RegisterBenchmark(name.c_str(), [&kernels, shape,
                                                name](benchmark::State &state) {
      runRounds(state, kernels.try_emplace(name, shape).first->second);
    })->UseManualTime();
  }
  TableReporter reporter(kernels);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.numFailed == 0 ? 0 : 1;
}

} // namespace
} // namespace tessera::benchmarks

int main(int argc, char **argv) { return tessera::benchmarks::run(argc, argv); }
