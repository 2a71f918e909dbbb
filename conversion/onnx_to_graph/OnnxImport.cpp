//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// onnx-import: prints the graph-dialect module of an ONNX model, or all
/// errors.
///
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OnnxToGraph.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace mlir::tessera;

namespace cl = llvm::cl;

static cl::opt<std::string> modelPath(cl::Positional, cl::Required,
                                      cl::desc("MODEL"));
static cl::list<std::string>
    inputShapes("input-shape", cl::desc("shape of an input: x=1x3x224x224"));
static cl::list<std::string>
    boundInputs("bind-input", cl::desc("value of an input: x=FILE.npy"));
static cl::opt<std::string>
    testData("test-data",
             cl::desc("folder whose input_N.pb bind the shape operands"));
static cl::opt<bool> listOperands("list-shape-operands",
                                  cl::desc("print their names and stop"));
static cl::opt<bool> noOutput("no-output", cl::desc("print errors only"));
static cl::opt<bool> printGeneric("print-generic",
                                  cl::desc("print the generic form"));
static cl::opt<bool> printLocations("print-locations",
                                    cl::desc("print source locations"));

static bool parseShape(StringRef text, std::vector<int64_t> &shape) {
  SmallVector<StringRef> parts;
  text.split(parts, 'x', -1, /*KeepEmpty=*/true);
  for (StringRef part : parts) {
    int64_t size;
    if (text.empty()) {
      return true;
    }
    if (part.getAsInteger(10, size) || size < 0) {
      return false;
    }
    shape.push_back(size);
  }
  return true;
}

static bool fillOptions(MLIRContext &context,
                        onnx_to_graph::ImportOptions &options,
                        std::vector<std::string> &errors) {
  for (StringRef entry : inputShapes) {
    auto [name, sizes] = entry.rsplit('=');
    if (!parseShape(sizes, options.inputShapes[name.str()])) {
      errors.push_back("--input-shape: expected name=SIZExSIZE..., but got '" +
                       entry.str() + "'");
    }
  }
  for (StringRef entry : boundInputs) {
    auto [name, file] = entry.split('=');
    std::string error;
    DenseElementsAttr value =
        onnx_to_graph::readTensorFile(&context, file, error);
    if (!value) {
      errors.push_back("--bind-input: " + error);
      continue;
    }
    options.boundInputs.emplace(name.str(), value);
  }
  if (testData.empty() || !errors.empty()) {
    return errors.empty();
  }
  for (const auto &input : onnx_to_graph::listInputs(modelPath, errors)) {
    if (!input.isShapeOperand) {
      continue;
    }
    std::string error;
    std::string file =
        testData + "/input_" + std::to_string(input.index) + ".pb";
    DenseElementsAttr value =
        onnx_to_graph::readTensorFile(&context, file, error);
    if (!value) {
      errors.push_back("--test-data: " + error);
      continue;
    }
    options.boundInputs.emplace(input.name, value);
  }
  return errors.empty();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Imports an ONNX model\n");
  MLIRContext context(MLIRContext::Threading::DISABLED);
  std::vector<std::string> errors;
  if (listOperands) {
    for (const std::string &name :
         onnx_to_graph::listShapeOperands(modelPath, errors)) {
      llvm::outs() << name << "\n";
    }
  } else {
    onnx_to_graph::ImportOptions options;
    OwningOpRef<ModuleOp> module;
    if (fillOptions(context, options, errors)) {
      module =
          onnx_to_graph::importOnnxModel(&context, modelPath, options, errors);
    }
    if (module && !noOutput) {
      OpPrintingFlags flags;
      if (printLocations) {
        flags.enableDebugInfo(/*enable=*/true, /*prettyForm=*/false);
      }
      if (printGeneric) {
        flags.printGenericOpForm();
      }
      module->print(llvm::outs(), flags);
      llvm::outs() << "\n";
    }
  }
  for (const std::string &error : errors) {
    llvm::errs() << "error: " << error << "\n";
  }
  return errors.empty() ? 0 : 1;
}
