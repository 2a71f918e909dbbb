// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Printable.h"
#include "runtime/Session.h"
#include "tools/tessera/CompileArguments.h"
#include "tools/tessera/ModelLoader.h"
#include "tools/tessera/OutsideTime.h"
#include "tools/tessera/Progress.h"
#include "tools/tessera/Verbs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace tessera::tool {

namespace {

/// Runs before the measurement: caches, pages and clocks settle.
constexpr int minWarmUpRuns = 2;
constexpr double warmUpShare = 0.2;
constexpr size_t minSamples = 5;
constexpr size_t maxSamples = 1'000'000;
/// Runs shorter than this are timed several at once: reading the clock takes
/// 50 ns.
constexpr double minSampleSeconds = 2e-5;
/// Time for what lies outside of kernels, beside that for whole runs.
constexpr double outsideShare = 0.5;
constexpr uint64_t inputSeed = 1;

struct Measurement {
  size_t runs = 0;
  double median = 0, min = 0, mean = 0, stddev = 0;
};

/// Statistics of times in milliseconds.
Measurement summarize(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  Measurement result;
  const size_t n = result.runs = times.size();
  result.min = times.front();
  result.median = n % 2 ? times[n / 2] : (times[n / 2 - 1] + times[n / 2]) / 2;
  for (const double time : times) {
    result.mean += time / static_cast<double>(n);
  }
  double squares = 0;
  for (const double time : times) {
    squares += (time - result.mean) * (time - result.mean);
  }
  result.stddev = n > 1 ? std::sqrt(squares / static_cast<double>(n - 1)) : 0;
  return result;
}

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Result<Measurement> measure(Session &session, const std::vector<Tensor> &inputs,
                            std::vector<Tensor> &outputs, double minSeconds) {
  Clock::time_point begin = Clock::now();
  int numWarmUps = 0;
  while (numWarmUps < minWarmUpRuns ||
         secondsSince(begin) < minSeconds * warmUpShare) {
    Status status = session.run(inputs, outputs);
    if (!status.ok()) {
      return status;
    }
    ++numWarmUps;
  }
  const double estimate = secondsSince(begin) / numWarmUps;
  const size_t batch =
      1 + static_cast<size_t>(minSampleSeconds / std::max(estimate, 1e-9));
  std::vector<double> times;
  begin = Clock::now();
  while (times.size() < maxSamples &&
         (times.size() < minSamples || secondsSince(begin) < minSeconds)) {
    const Clock::time_point before = Clock::now();
    for (size_t i = 0; i < batch; ++i) {
      Status status = session.run(inputs, outputs);
      if (!status.ok()) {
        return status;
      }
    }
    times.push_back(secondsSince(before) * 1e3 / static_cast<double>(batch));
  }
  Measurement result = summarize(std::move(times));
  result.runs *= batch;
  return result;
}

struct Subject {
  std::string path;
  std::shared_ptr<const Package> package;
  int threads;
};

uint64_t peakBytes(const Package &package) {
  uint64_t bytes = package.table().arena_bytes + package.table().weights_bytes;
  for (const std::vector<TensorSpec> *specs :
       {&package.inputs(), &package.outputs()}) {
    for (const TensorSpec &spec : *specs) {
      bytes += spec.bytes;
    }
  }
  return bytes;
}

uint64_t totalFlops(const Package &package) {
  uint64_t flops = 0;
  for (uint32_t i = 0; i < package.table().num_kernels; ++i) {
    flops += package.table().kernels[i].flops;
  }
  return flops;
}

void print(const Subject &subject, const Measurement &time,
           const OutsideTime &outside, bool json) {
  const Package &package = *subject.package;
  const double gflops =
      static_cast<double>(totalFlops(package)) / (time.median * 1e6);
  const std::string target = recordText(package, "target");
  if (json) {
    std::printf("{\"model\": %s, \"target\": %s, \"threads\": %d, "
                "\"runs\": %zu, \"median_ms\": %.6g, \"min_ms\": %.6g, "
                "\"mean_ms\": %.6g, \"stddev_ms\": %.6g, \"gflops\": %.6g, "
                "\"peak_bytes\": %llu, \"outside_us\": %.6g, "
                "\"outside_quartiles_us\": [%.6g, %.6g]}\n",
                jsonString(subject.path).c_str(), jsonString(target).c_str(),
                subject.threads, time.runs, time.median, time.min, time.mean,
                time.stddev, gflops,
                static_cast<unsigned long long>(peakBytes(package)),
                outside.median, outside.lowerQuartile, outside.upperQuartile);
    return;
  }
  std::printf("%s on %s, %s\n", printable(subject.path).c_str(), target.c_str(),
              countText(subject.threads, "thread").c_str());
  std::printf("median %.4g ms, min %.4g ms, mean %.4g ms, standard deviation "
              "%.2g ms over %zu runs\n",
              time.median, time.min, time.mean, time.stddev, time.runs);
  std::printf("%.4g GFLOP/s, %s of memory (weights, arena, inputs, outputs)\n",
              gflops, bytesText(peakBytes(package)).c_str());
  std::printf("outside of kernels: %.3g us a run (median; half of the "
              "measurements between %.3g and %.3g)\n",
              outside.median, outside.lowerQuartile, outside.upperQuartile);
}

Status benchmark(const Subject &subject, double minSeconds, bool json) {
  std::vector<Tensor> inputs;
  for (const TensorSpec &spec : subject.package->inputs()) {
    Result<Tensor> value =
        randomTensor(spec, inputSeed + (uint64_t(inputs.size()) << 32));
    if (!value.ok()) {
      return value.status();
    }
    inputs.push_back(std::move(*value));
  }
  ThreadPool pool(subject.threads);
  SessionOptions options;
  options.pool = &pool;
  Result<std::unique_ptr<Session>> session =
      Session::create(subject.package, options);
  if (!session.ok()) {
    return session.status();
  }
  Result<std::vector<Tensor>> outputs = (*session)->allocateOutputs();
  if (!outputs.ok()) {
    return outputs.status();
  }
  Progress progress("measuring " + printable(subject.path));
  const Result<Measurement> time =
      measure(**session, inputs, *outputs, minSeconds);
  if (!time.ok()) {
    progress.stop();
    return time.status();
  }
  session->reset();
  const Result<OutsideTime> outside = measureOutsideTime(
      subject.package, &pool, inputs, *outputs, minSeconds * outsideShare);
  progress.stop();
  if (!outside.ok()) {
    return outside.status();
  }
  print(subject, *time, *outside, json);
  return Status();
}

} // namespace

int runBenchVerb(const std::vector<std::string> &arguments) {
  OptionParser parser("bench", "MODEL|PACKAGE [options]",
                      "Measures the time of one run, on random inputs.");
  CompileArguments compile;
  Subject subject{"", nullptr, availableCpus()};
  double minSeconds = 1;
  bool json = false;
  parser.addPositional("MODEL or PACKAGE", subject.path);
  parser.addInt("--threads", "N", subject.threads, 1, 1024,
                "threads that run; all available CPUs unless given");
  parser.addNumber("--min-time", "SECONDS", minSeconds,
                   "how long to measure, 1 unless given");
  parser.addFlag("--json", json, "print one JSON object");
  compile.addTo(parser);
  if (const int code = parseOrReport(parser, arguments); code >= 0) {
    return code;
  }
  const Result<bool> isPackage = isPackageFile(subject.path);
  if (!isPackage.ok()) {
    return reportFailure(isPackage.message());
  }
  if (const std::string given = compile.firstGiven(parser);
      *isPackage && !given.empty()) {
    return reportUsage(parser, given + " is for models, but '" +
                                   printable(subject.path) + "' is a package");
  }
  mlir::tessera::CompileOptions options = compile.options();
  options.threads = static_cast<unsigned>(subject.threads);
  Result<std::shared_ptr<const Package>> package =
      *isPackage ? Package::load(subject.path)
                 : compileAndLoad(subject.path, options);
  if (!package.ok()) {
    return reportFailure(package.message());
  }
  subject.package = *package;
  const Status status = benchmark(subject, minSeconds, json);
  return status.ok()
             ? 0
             : reportFailure(printable(subject.path) + ": " + status.message());
}

} // namespace tessera::tool
