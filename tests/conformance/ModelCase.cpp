// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/conformance/ModelCase.h"

#include "runtime/ThreadPool.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cctype>
#include <filesystem>
#include <optional>

namespace tessera::conformance {

using mlir::tessera::CompileOptions;
using mlir::tessera::CpuTarget;

namespace {

/// A file and the output that it is compared with.
using ExpectedFiles = std::map<size_t, std::string>;

CompileOptions compileOptions(const CaseOptions &options) {
  CompileOptions compile{CpuTarget::host()};
  compile.level = options.level;
  compile.threads = 1;
  return compile;
}

std::string refused(const Status &status) {
  // The first of several lines.
  return "refused: " + status.message().substr(0, status.message().find('\n'));
}

std::string wrong(const std::string &text) { return "wrong: " + text; }

/// "pass", or what is not.
std::string compileAndCompare(const std::string &model,
                              const CompileOptions &compile,
                              tool::NamedTensors values,
                              const ExpectedFiles &expected,
                              const tool::Tolerance &tolerance) {
  Result<std::shared_ptr<const Package>> package =
      tool::compileAndLoad(model, compile);
  if (!package.ok()) {
    return refused(package.status());
  }
  Result<std::vector<Tensor>> inputs = tool::orderInputs(**package, values);
  if (!inputs.ok()) {
    return wrong(inputs.message());
  }
  ThreadPool pool(1);
  Result<std::vector<Tensor>> outputs =
      tool::runOnce(*package, *inputs, &pool, /*profiler=*/nullptr);
  if (!outputs.ok()) {
    return wrong(outputs.message());
  }
  for (const auto &[index, file] : expected) {
    if (index >= outputs->size()) {
      return wrong("there is no output " + std::to_string(index));
    }
    const Tensor &output = (*outputs)[index];
    Result<Tensor> value = tool::readTensorAs(file, output.dtype());
    if (!value.ok()) {
      return refused(value.status());
    }
    const Status status = tool::compareTensors(output, *value, tolerance);
    if (!status.ok()) {
      return wrong("output '" + (*package)->outputs()[index].name +
                   "': " + status.message());
    }
  }
  return "pass";
}

std::string runDataSet(const std::string &model, const std::string &folder,
                       const CaseOptions &options) {
  const Result<tool::TestDataFiles> files = tool::listTestData(folder);
  if (!files.ok()) {
    return refused(files.status());
  }
  CompileOptions compile = compileOptions(options);
  Result<tool::GivenInputs> inputs = tool::bindTestData(model, *files, compile);
  if (!inputs.ok()) {
    return refused(inputs.status());
  }
  ExpectedFiles expected;
  for (const auto &[number, file] : files->outputs) {
    expected[static_cast<size_t>(number)] = file;
  }
  const std::string outcome = compileAndCompare(
      model, compile, std::move(inputs->values), expected, options.tolerance);
  return outcome == "pass" && inputs->numBound > 0 ? "bound-pass" : outcome;
}

/// Name and file of each entry of io.json's `key`.
std::vector<std::pair<std::string, std::string>>
listFiles(const llvm::json::Object &io, llvm::StringRef key,
          const std::string &folder) {
  std::vector<std::pair<std::string, std::string>> files;
  if (const llvm::json::Array *entries = io.getArray(key)) {
    for (const llvm::json::Value &entry : *entries) {
      const llvm::json::Object *object = entry.getAsObject();
      std::optional<llvm::StringRef> name, file;
      if (object) {
        name = object->getString("name");
        file = object->getString("file");
      }
      if (name && file) {
        files.emplace_back(name->str(), folder + "/" + file->str());
      }
    }
  }
  return files;
}

} // namespace

std::string runOnnxFolder(const std::string &folder,
                          const CaseOptions &options) {
  std::string result = "refused: no test_data_set_0";
  for (int set = 0;; ++set) {
    const std::string data = folder + "/test_data_set_" + std::to_string(set);
    std::error_code code;
    if (!std::filesystem::is_directory(data, code)) {
      return result;
    }
    const std::string outcome =
        runDataSet(folder + "/model.onnx", data, options);
    if (!isPass(outcome)) {
      return outcome;
    }
    result = set == 0 || result == "pass" ? outcome : result;
  }
}

std::string runExpectedFolder(const std::string &root,
                              const std::string &folder,
                              const CaseOptions &options) {
  auto buffer = llvm::MemoryBuffer::getFile(folder + "/io.json");
  if (!buffer) {
    return "refused: '" + folder + "/io.json': " + buffer.getError().message();
  }
  llvm::Expected<llvm::json::Value> json =
      llvm::json::parse((*buffer)->getBuffer());
  if (!json || !json->getAsObject() ||
      !json->getAsObject()->getString("model")) {
    llvm::consumeError(json.takeError());
    return "refused: '" + folder + "/io.json': expected an object with 'model'";
  }
  const llvm::json::Object &io = *json->getAsObject();
  const std::string model = root + "/" + io.getString("model")->str();
  CompileOptions compile = compileOptions(options);
  Result<tool::GivenInputs> inputs =
      tool::bindInputFiles(model, listFiles(io, "inputs", folder), compile);
  if (!inputs.ok()) {
    return refused(inputs.status());
  }
  ExpectedFiles expected;
  for (const auto &[name, file] : listFiles(io, "outputs", folder)) {
    const size_t index = expected.size();
    expected[index] = file;
  }
  if (expected.empty()) {
    return "refused: '" + folder + "/io.json': no outputs";
  }
  return compileAndCompare(model, compile, std::move(inputs->values), expected,
                           options.tolerance);
}

std::string generalizeOutcome(const std::string &outcome) {
  std::string text;
  const llvm::StringRef kind = llvm::StringRef(outcome).split(": ").first;
  if (kind == "wrong") {
    return "wrong";
  }
  for (size_t i = 0; i < outcome.size(); ++i) {
    const char c = outcome[i];
    if (c == '\'' && outcome.find('\'', i + 1) != std::string::npos) {
      i = outcome.find('\'', i + 1);
      text += "'*'";
    } else if (std::isdigit(static_cast<unsigned char>(c)) && kind != "crash") {
      text += text.empty() || text.back() != 'N' ? "N" : "";
    } else {
      text += c;
    }
  }
  const std::string file = "model.onnx: ";
  const size_t at = text.find(file);
  return at == std::string::npos
             ? text
             : kind.str() + ": " + text.substr(at + file.size());
}

bool isPass(const std::string &outcome) {
  return outcome == "pass" || outcome == "bound-pass";
}

} // namespace tessera::conformance
