// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/ModelLoader.h"

#include "conversion/onnx_to_graph/OnnxToGraph.h"
#include "runtime/Printable.h"
#include "runtime/Session.h"
#include "runtime/io/ByteSource.h"
#include "tools/tessera/CompileArguments.h"
#include "tools/tessera/TemporaryFolder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cstring>

namespace tessera::tool {

using mlir::tessera::CompileOptions;
using mlir::tessera::CompileReport;
using mlir::tessera::onnx_to_graph::ModelInput;

namespace {

/// What outputs hold before a run, so that an element that a package does not
/// write is seen, and is the same in every call.
constexpr int fillByte = 0xa5;

bool isMlirFile(llvm::StringRef path) {
  return path.ends_with(".mlir") || path.ends_with(".mlirbc");
}

Result<std::vector<ModelInput>> inputsOf(const std::string &model) {
  if (isMlirFile(model)) {
    return std::vector<ModelInput>();
  }
  std::vector<std::string> errors;
  std::vector<ModelInput> inputs =
      mlir::tessera::onnx_to_graph::listInputs(model, errors);
  if (!errors.empty()) {
    return Status::error(llvm::join(errors, "\n"));
  }
  return inputs;
}

std::string shapeText(const ModelInput &input) {
  std::string text;
  for (size_t d = 0; d < input.shape.size(); ++d) {
    text += (d ? "x" : "") +
            (input.shape[d] >= 0        ? std::to_string(input.shape[d])
             : input.symbols[d].empty() ? "?"
                                        : printable(input.symbols[d]));
  }
  return text;
}

/// Gives `input` the sizes of `value` where the model leaves some open.
Status bindShape(const ModelInput &input, const std::string &file,
                 const Tensor &value, CompileOptions &options) {
  // No sizes: a scalar, or any shape.
  bool isOpen = input.shape.empty() && value.numElements() != 1;
  bool fits = input.shape.empty() || input.shape.size() == value.dims().size();
  for (size_t d = 0; fits && d < input.shape.size(); ++d) {
    isOpen |= input.shape[d] < 0;
    fits = input.shape[d] < 0 || input.shape[d] == value.dims()[d];
  }
  if (!fits) {
    return Status::error("input '" + printable(input.name) + "': '" +
                         printable(file) + "' is " + value.typeText() +
                         ", but the model has sizes " + shapeText(input));
  }
  if (isOpen) {
    options.inputShapes.emplace(input.name, value.dims());
  }
  return Status();
}

/// One element as a scalar: files tend to hold [1], as ONNX Runtime allows.
Result<Tensor> asScalar(const Tensor &value) {
  Result<Tensor> scalar = Tensor::allocate(value.dtype(), {});
  if (scalar.ok()) {
    std::memcpy(scalar->rawData(), value.rawData(), value.numBytes());
  }
  return scalar;
}

/// The error for an input `name` that is none of `inputs`.
template <typename Inputs>
Status unknownInput(const std::string &name, const Inputs &inputs) {
  std::string known;
  for (const auto &input : inputs) {
    known += (known.empty() ? "'" : ", '") + printable(input.name) + "'";
  }
  return Status::error("there is no input '" + printable(name) +
                       "'; the inputs are " + (known.empty() ? "none" : known));
}

} // namespace

Result<bool> isPackageFile(const std::string &path) {
  Result<ByteSource> file = ByteSource::open(path);
  if (!file.ok()) {
    return file.status();
  }
  char magic[4] = {};
  if (file->size() < sizeof magic) {
    return false;
  }
  if (!file->read(0, magic, sizeof magic)) {
    return file->error("cannot be read");
  }
  return std::memcmp(magic,
                     "\x7f"
                     "ELF",
                     sizeof magic) == 0;
}

Result<std::shared_ptr<const Package>>
compileAndLoad(const std::string &model, const CompileOptions &options,
               CompileReport *report) {
  Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder.ok()) {
    return folder.status();
  }
  const std::string path = folder->file();
  Result<CompileReport> compiled = compileWithProgress(model, path, options);
  if (!compiled.ok()) {
    return compiled.status();
  }
  if (report) {
    *report = *compiled;
  }
  return Package::load(path);
}

Result<GivenInputs>
bindInputFiles(const std::string &model,
               const std::vector<std::pair<std::string, std::string>> &files,
               CompileOptions &options) {
  GivenInputs result;
  Result<std::vector<ModelInput>> inputs = inputsOf(model);
  if (!inputs.ok()) {
    return inputs.status();
  }
  for (const auto &entry : files) {
    const auto &[name, file] = entry;
    auto input = llvm::find_if(*inputs, [&](const ModelInput &candidate) {
      return candidate.name == entry.first;
    });
    // A .mlir file's inputs are known once it is compiled.
    const bool isKnown = !isMlirFile(model);
    if (isKnown && input == inputs->end()) {
      return Status::error(printable(model) + ": " +
                           unknownInput(name, *inputs).message());
    }
    if (isKnown && input->isShapeOperand) {
      options.boundInputs.emplace(name, file);
      ++result.numBound;
      continue;
    }
    Result<Tensor> value = readTensor(file);
    if (!value.ok()) {
      return value.status();
    }
    const Status status =
        isKnown ? bindShape(*input, file, *value, options) : Status();
    if (!status.ok()) {
      return Status::error(printable(model) + ": " + status.message());
    }
    result.values.emplace(name, std::move(*value));
  }
  return result;
}

Result<GivenInputs> bindTestData(const std::string &model,
                                 const TestDataFiles &files,
                                 CompileOptions &options) {
  Result<std::vector<ModelInput>> inputs = inputsOf(model);
  if (!inputs.ok()) {
    return inputs.status();
  }
  GivenInputs result;
  for (const ModelInput &input : *inputs) {
    auto file = files.inputs.find(input.index);
    if (file == files.inputs.end()) {
      return Status::error(printable(model) + ": input '" +
                           printable(input.name) + "': expected its value in " +
                           "input_" + std::to_string(input.index) +
                           ".pb of the test data, but there is no such file");
    }
    if (input.isShapeOperand) {
      options.boundInputs.emplace(input.name, file->second);
      ++result.numBound;
      continue;
    }
    Result<Tensor> value = readTensor(file->second);
    if (!value.ok()) {
      return value.status();
    }
    Status status = bindShape(input, file->second, *value, options);
    if (!status.ok()) {
      return Status::error(printable(model) + ": " + status.message());
    }
    result.values.emplace(input.name, std::move(*value));
  }
  return result;
}

Result<NamedTensors> readTestInputs(const Package &package,
                                    const TestDataFiles &files) {
  const size_t numInputs = package.inputs().size();
  if (files.inputs.size() != numInputs ||
      (numInputs > 0 &&
       files.inputs.rbegin()->first != static_cast<int>(numInputs) - 1)) {
    return Status::error(
        package.name() +
        ": expected a file input_N.pb for each of its inputs (" +
        std::to_string(numInputs) + "), but the test data has " +
        std::to_string(files.inputs.size()) +
        "; run the model itself where it has shape operands or initializers "
        "among its inputs");
  }
  NamedTensors values;
  for (const auto &[number, file] : files.inputs) {
    Result<Tensor> value = readTensor(file);
    if (!value.ok()) {
      return value.status();
    }
    values.emplace(package.inputs()[number].name, std::move(*value));
  }
  return values;
}

Result<std::vector<Tensor>> orderInputs(const Package &package,
                                        NamedTensors &values) {
  for (const auto &entry : values) {
    const std::string &name = entry.first;
    if (llvm::none_of(package.inputs(), [&](const TensorSpec &spec) {
          return spec.name == name;
        })) {
      return unknownInput(name, package.inputs());
    }
  }
  std::vector<Tensor> inputs;
  for (const TensorSpec &spec : package.inputs()) {
    auto value = values.find(spec.name);
    if (value == values.end()) {
      return Status::error("input '" + printable(spec.name) + "' (" +
                           spec.typeText() + ") has no value; give --input " +
                           printable(spec.name) + "=FILE.npy");
    }
    if (spec.dtype == DType::BF16 && value->second.dtype() == DType::U16) {
      Result<Tensor> cast = value->second.bitcast(DType::BF16);
      if (!cast.ok()) {
        return cast.status();
      }
      value->second = std::move(*cast);
    }
    if (spec.dims.empty() && value->second.numElements() == 1) {
      Result<Tensor> scalar = asScalar(value->second);
      if (!scalar.ok()) {
        return scalar.status();
      }
      value->second = std::move(*scalar);
    }
    inputs.push_back(std::move(value->second));
    values.erase(value);
  }
  return inputs;
}

Result<std::vector<Tensor>> runOnce(std::shared_ptr<const Package> package,
                                    const std::vector<Tensor> &inputs,
                                    ThreadPool *pool, Profiler *profiler) {
  SessionOptions options;
  options.pool = pool;
  options.profiler = profiler;
  Result<std::unique_ptr<Session>> session =
      Session::create(std::move(package), options);
  if (!session.ok()) {
    return session.status();
  }
  Result<std::vector<Tensor>> outputs = (*session)->allocateOutputs();
  if (!outputs.ok()) {
    return outputs.status();
  }
  for (Tensor &output : *outputs) {
    std::memset(output.rawData(), fillByte, output.numBytes());
  }
  Status status = (*session)->run(inputs, *outputs);
  if (!status.ok()) {
    return status;
  }
  return outputs;
}

} // namespace tessera::tool
