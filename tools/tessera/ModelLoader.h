// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a model or a package to a package in memory, and what to run it on.
//
// A model is compiled to a package in $TMPDIR that is removed as soon as it is
// loaded, also when the process is interrupted.
//
// Errors: one or several lines, each naming the file.
// Thread safety: one thread at a time.
//
// Example:
//   CompileOptions options;
//   Result<NamedTensors> inputs = bindTestData("m.onnx", *files, options);
//   auto package = compileAndLoad("m.onnx", options);
#ifndef TESSERA_TOOLS_TESSERA_MODEL_LOADER_H
#define TESSERA_TOOLS_TESSERA_MODEL_LOADER_H

#include "compiler/driver/CompileModel.h"
#include "runtime/Package.h"
#include "runtime/Profiler.h"
#include "runtime/ThreadPool.h"
#include "tools/tessera/TensorFiles.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tessera::tool {

/// Input or output values by name.
using NamedTensors = std::map<std::string, Tensor>;

/// Whether the file is an ELF object and so not a model. Fails when it can't be
/// read.
Result<bool> isPackageFile(const std::string &path);

/// Compiles the model and loads the result.
Result<std::shared_ptr<const Package>>
compileAndLoad(const std::string &model,
               const mlir::tessera::CompileOptions &options,
               mlir::tessera::CompileReport *report = nullptr);

struct GivenInputs {
  /// Data inputs.
  NamedTensors values;
  /// Shape operands that were added to `boundInputs`.
  unsigned numBound = 0;
};

/// The inputs of `model` from `files`, pairs of an input's name and a file:
/// shape operands become bound inputs of `options`, the rest is read, and
/// shapes that the model leaves open are set. For .mlir models nothing is open.
Result<GivenInputs>
bindInputFiles(const std::string &model,
               const std::vector<std::pair<std::string, std::string>> &files,
               mlir::tessera::CompileOptions &options);

/// As bindInputFiles, from ONNX's test data.
Result<GivenInputs> bindTestData(const std::string &model,
                                 const TestDataFiles &files,
                                 mlir::tessera::CompileOptions &options);

/// As bindTestData for a package, whose inputs are counted from 0.
Result<NamedTensors> readTestInputs(const Package &package,
                                    const TestDataFiles &files);

/// The package's inputs in its order, taken out of `values`; a missing or
/// unknown name is an error.
Result<std::vector<Tensor>> orderInputs(const Package &package,
                                        NamedTensors &values);

/// Runs once.
Result<std::vector<Tensor>> runOnce(std::shared_ptr<const Package> package,
                                    const std::vector<Tensor> &inputs,
                                    ThreadPool *pool, Profiler *profiler);

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_MODEL_LOADER_H
