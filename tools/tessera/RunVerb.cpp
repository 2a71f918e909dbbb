// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Printable.h"
#include "runtime/io/NpyFile.h"
#include "tools/tessera/CompileArguments.h"
#include "tools/tessera/ModelLoader.h"
#include "tools/tessera/TensorComparison.h"
#include "tools/tessera/Verbs.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

namespace tessera::tool {

namespace {

constexpr uint64_t inputSeed = 1;

/// One call of `tessera run`.
class RunVerb {
public:
  RunVerb();
  int run(const std::vector<std::string> &arguments);

private:
  using Files = std::vector<std::pair<std::string, std::string>>;

  std::string findMisuse();
  Status prepare();
  Status prepareModel();
  Status preparePackage();
  Status makeRandomInputs();
  Status compute();
  Status writeOutputs() const;
  Status compareOutputs();
  Status compareOutput(size_t index, const std::string &file);
  void printOutputs() const;
  void printProfile() const;

  OptionParser parser;
  CompileArguments compile;
  std::string path, testFolder, outputFolder, tracePath;
  Files inputFiles, expectFiles;
  Tolerance tolerance;
  int threads = availableCpus();

  bool isPackage = false;
  TestDataFiles testData;
  std::shared_ptr<const Package> package;
  NamedTensors values;
  std::vector<Tensor> outputs;
  Profiler profiler;
};

RunVerb::RunVerb()
    : parser("run", "MODEL|PACKAGE [options]",
             "Runs a model or a package once and prints its outputs. Without "
             "--input and\n--test-data, inputs are random numbers, the same in "
             "every call.") {
  parser.addPositional("MODEL or PACKAGE", path);
  parser.addNamed("--input", "NAME=FILE", inputFiles,
                  "an input's value (.npy or .pb); repeatable");
  parser.addNamed("--expect", "NAME=FILE", expectFiles,
                  "compare an output with a file; repeatable");
  parser.addNumber("--rtol", "R", tolerance.relative,
                   "relative tolerance, 1e-3 unless given");
  parser.addNumber("--atol", "A", tolerance.absolute,
                   "absolute tolerance, 1e-4 unless given");
  parser.addText("--test-data", "DIR", testFolder,
                 "run on input_N.pb and compare with output_N.pb");
  parser.addText("--output-dir", "DIR", outputFolder,
                 "write each output to DIR/NAME.npy");
  parser.addInt("--threads", "N", threads, 1, 1024,
                "threads that run; all available CPUs unless given");
  parser.addText("--profile", "TRACE.json", tracePath,
                 "write a Chrome trace of the kernels");
  compile.addTo(parser);
}

std::string RunVerb::findMisuse() {
  if (!testFolder.empty() && (!inputFiles.empty() || !expectFiles.empty())) {
    return "--test-data gives all inputs and outputs; leave --input and "
           "--expect out";
  }
  const std::string given = compile.firstGiven(parser);
  if (isPackage && !given.empty()) {
    return given + " is for models, but '" + printable(path) + "' is a package";
  }
  return "";
}

Status RunVerb::prepareModel() {
  mlir::tessera::CompileOptions options = compile.options();
  options.threads = static_cast<unsigned>(threads);
  Result<GivenInputs> inputs = testFolder.empty()
                                   ? bindInputFiles(path, inputFiles, options)
                                   : bindTestData(path, testData, options);
  if (!inputs.ok()) {
    return inputs.status();
  }
  values = std::move(inputs->values);
  if (inputs->numBound > 0) {
    std::printf("bound %s of the %s\n",
                countText(inputs->numBound, "shape operand").c_str(),
                testFolder.empty() ? "inputs" : "test data");
  }
  Result<std::shared_ptr<const Package>> loaded = compileAndLoad(path, options);
  if (!loaded.ok()) {
    return loaded.status();
  }
  package = *loaded;
  return Status();
}

Status RunVerb::preparePackage() {
  Result<std::shared_ptr<const Package>> loaded = Package::load(path);
  if (!loaded.ok()) {
    return loaded.status();
  }
  package = *loaded;
  if (!testFolder.empty()) {
    Result<NamedTensors> inputs = readTestInputs(*package, testData);
    if (!inputs.ok()) {
      return inputs.status();
    }
    values = std::move(*inputs);
    return Status();
  }
  for (const auto &[name, file] : inputFiles) {
    Result<Tensor> value = readTensor(file);
    if (!value.ok()) {
      return value.status();
    }
    values.emplace(name, std::move(*value));
  }
  return Status();
}

Status RunVerb::makeRandomInputs() {
  uint64_t number = 0;
  for (const TensorSpec &spec : package->inputs()) {
    Result<Tensor> value = randomTensor(spec, inputSeed + (number++ << 32));
    if (!value.ok()) {
      return Status::error("input '" + printable(spec.name) +
                           "': " + value.message());
    }
    values.emplace(spec.name, std::move(*value));
    std::printf("input %s: %s of random numbers (seed %llu)\n",
                printable(spec.name).c_str(), spec.typeText().c_str(),
                static_cast<unsigned long long>(inputSeed));
  }
  return Status();
}

Status RunVerb::prepare() {
  if (!testFolder.empty()) {
    Result<TestDataFiles> files = listTestData(testFolder);
    if (!files.ok()) {
      return files.status();
    }
    testData = std::move(*files);
  }
  Status status = isPackage ? preparePackage() : prepareModel();
  if (status.ok() && testFolder.empty() && inputFiles.empty()) {
    status = makeRandomInputs();
  }
  return status;
}

Status RunVerb::compute() {
  Result<std::vector<Tensor>> inputs = orderInputs(*package, values);
  if (!inputs.ok()) {
    return Status::error(printable(path) + ": " + inputs.message());
  }
  ThreadPool pool(threads);
  Result<std::vector<Tensor>> results =
      runOnce(package, *inputs, &pool, tracePath.empty() ? nullptr : &profiler);
  if (!results.ok()) {
    return Status::error(printable(path) + ": " + results.message());
  }
  outputs = std::move(*results);
  return Status();
}

void RunVerb::printOutputs() const {
  constexpr int64_t maxShown = 16;
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string text;
    for (int64_t e = 0; e < std::min(maxShown, outputs[i].numElements()); ++e) {
      text += " " + elementText(outputs[i], e);
    }
    std::printf("output %s: %s =%s%s\n",
                printable(package->outputs()[i].name).c_str(),
                outputs[i].typeText().c_str(), text.c_str(),
                outputs[i].numElements() > maxShown ? " ..." : "");
  }
}

Status RunVerb::writeOutputs() const {
  std::error_code code;
  std::filesystem::create_directories(outputFolder, code);
  if (code) {
    return Status::error("--output-dir '" + printable(outputFolder) +
                         "': " + code.message());
  }
  std::set<std::string> taken;
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string name = fileNameFor(package->outputs()[i].name);
    if (!taken.insert(name).second) {
      name += "_" + std::to_string(i);
      taken.insert(name);
    }
    const std::string file = outputFolder + "/" + name + ".npy";
    Status status = writeNpy(file, outputs[i]);
    if (!status.ok()) {
      return status;
    }
    const std::string note(npyNote(outputs[i].dtype()));
    std::printf("wrote %s%s\n", printable(file).c_str(),
                note.empty() ? "" : (" (" + note + ")").c_str());
  }
  return Status();
}

Status RunVerb::compareOutput(size_t index, const std::string &file) {
  const std::string name = printable(package->outputs()[index].name);
  Result<Tensor> expected = readTensorAs(file, outputs[index].dtype());
  if (!expected.ok()) {
    return expected.status();
  }
  double difference = 0;
  Status status =
      compareTensors(outputs[index], *expected, tolerance, &difference);
  if (!status.ok()) {
    return Status::error(printable(path) + ": output '" + name +
                         "' is not as in '" + printable(file) +
                         "': " + status.message());
  }
  std::printf("output %s: as expected, largest difference %.3g\n", name.c_str(),
              difference);
  return Status();
}

Status RunVerb::compareOutputs() {
  std::string errors;
  auto add = [&](const Status &status) {
    if (!status.ok()) {
      errors += (errors.empty() ? "" : "\n") + status.message();
    }
  };
  for (const auto &[number, file] : testData.outputs) {
    if (static_cast<size_t>(number) >= outputs.size()) {
      add(Status::error("'" + printable(file) + "': the model has only " +
                        countText(outputs.size(), "output")));
      continue;
    }
    add(compareOutput(static_cast<size_t>(number), file));
  }
  for (const auto &[name, file] : expectFiles) {
    size_t index = 0;
    while (index < outputs.size() && package->outputs()[index].name != name) {
      ++index;
    }
    if (index < outputs.size()) {
      add(compareOutput(index, file));
      continue;
    }
    std::string known;
    for (const TensorSpec &spec : package->outputs()) {
      known += (known.empty() ? "'" : ", '") + printable(spec.name) + "'";
    }
    add(Status::error(printable(path) + ": there is no output '" +
                      printable(name) + "'; the outputs are " + known));
  }
  return errors.empty() ? Status() : Status::error(errors);
}

void RunVerb::printProfile() const {
  constexpr size_t maxShown = 10;
  std::vector<KernelTime> kernels = profiler.summarize();
  std::sort(kernels.begin(), kernels.end(),
            [](const KernelTime &a, const KernelTime &b) {
              return a.totalNanoseconds != b.totalNanoseconds
                         ? a.totalNanoseconds > b.totalNanoseconds
                         : a.name < b.name;
            });
  for (size_t i = 0; i < std::min(maxShown, kernels.size()); ++i) {
    const KernelTime &kernel = kernels[i];
    std::printf("kernel %s: %.3f ms", printable(kernel.name).c_str(),
                static_cast<double>(kernel.totalNanoseconds) / 1e6);
    if (kernel.flops > 0 && kernel.totalNanoseconds > 0) {
      std::printf(", %.2f GFLOP/s",
                  static_cast<double>(kernel.flops) /
                      static_cast<double>(kernel.totalNanoseconds));
    }
    std::printf("\n");
  }
  std::printf("wrote %s\n", printable(tracePath).c_str());
}

int RunVerb::run(const std::vector<std::string> &arguments) {
  if (const int code = parseOrReport(parser, arguments); code >= 0) {
    return code;
  }
  const Result<bool> kind = isPackageFile(path);
  if (!kind.ok()) {
    return reportFailure(kind.message());
  }
  isPackage = *kind;
  if (const std::string misuse = findMisuse(); !misuse.empty()) {
    return reportUsage(parser, misuse);
  }
  Status status = prepare();
  if (status.ok()) {
    status = compute();
  }
  if (!status.ok()) {
    return reportFailure(status.message());
  }
  printOutputs();
  if (!tracePath.empty()) {
    status = profiler.writeChromeTrace(tracePath);
    if (!status.ok()) {
      return reportFailure(status.message());
    }
    printProfile();
  }
  if (!outputFolder.empty()) {
    status = writeOutputs();
    if (!status.ok()) {
      return reportFailure(status.message());
    }
  }
  status = compareOutputs();
  return status.ok() ? 0 : reportFailure(status.message());
}

} // namespace

int runRunVerb(const std::vector<std::string> &arguments) {
  return RunVerb().run(arguments);
}

} // namespace tessera::tool
