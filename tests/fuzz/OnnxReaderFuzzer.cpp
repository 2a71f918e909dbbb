// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any bytes as a model: the ONNX reader gives a module that verifies, or at
// least one error, each on one line.

#include "conversion/onnx_to_graph/OnnxToGraph.h"
#include "tests/fuzz/FuzzTarget.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

using namespace mlir;
using namespace mlir::tessera::onnx_to_graph;

namespace {

/// A folder that holds the model under test and one external data file.
class ModelFolder {
public:
  ModelFolder() {
    const char *parent = std::getenv("TMPDIR");
    path = std::string(parent ? parent : "/tmp") + "/onnx_reader.XXXXXX";
    require(::mkdtemp(path.data()) != nullptr, "cannot make a folder");
    write("weights.bin", std::string(64, '\1'));
  }
  ~ModelFolder() {
    for (const char *name : {"weights.bin", "model.onnx", "model.onnxtxt"}) {
      ::unlink((path + "/" + name).c_str());
    }
    ::rmdir(path.c_str());
  }

  std::string write(const std::string &name, const std::string &bytes) const {
    std::string file = path + "/" + name;
    std::FILE *stream = std::fopen(file.c_str(), "wb");
    require(stream != nullptr, "cannot write the model");
    require(std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size(),
            "cannot write the model");
    std::fclose(stream);
    return file;
  }

private:
  static void require(bool condition, const char *message) {
    if (!condition) {
      std::perror(message);
      std::exit(1);
    }
  }

  std::string path;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static ModelFolder folder;
  // Text starts with a field's name or a comment, a binary model with a tag
  // below 32.
  bool isText = size > 0 && (std::isalpha(data[0]) || data[0] == '#');
  std::string file =
      folder.write(isText ? "model.onnxtxt" : "model.onnx",
                   std::string(reinterpret_cast<const char *>(data), size));

  MLIRContext context(MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler handler(&context,
                                  [](Diagnostic &) { return success(); });
  std::vector<std::string> errors;
  OwningOpRef<ModuleOp> module = importOnnxModel(&context, file, {}, errors);
  ::tessera::fuzz::expect(!module == !errors.empty(),
                          "expected a module or errors");
  ::tessera::fuzz::expect(!module || succeeded(verify(*module)),
                          "expected a module that verifies");
  for (const std::string &error : errors) {
    ::tessera::fuzz::expect(!error.empty() &&
                                error.find('\n') == std::string::npos,
                            "expected errors of one line");
  }
  errors.clear();
  std::vector<ModelInput> inputs = listInputs(file, errors);
  ::tessera::fuzz::expect(inputs.empty() || errors.empty(),
                          "expected inputs or errors");
  return 0;
}
