// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "conversion/onnx_to_graph/OnnxToGraph.h"
#include "runtime/Printable.h"
#include "runtime/ThreadPool.h"
#include "tools/tessera/CompileArguments.h"
#include "tools/tessera/ModelLoader.h"
#include "tools/tessera/Verbs.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"

#include <cstdio>

namespace tessera::tool {

namespace {

using mlir::tessera::CompileOptions;
namespace onnx_to_graph = mlir::tessera::onnx_to_graph;

/// The model's graph; null with one line for each problem in `errors`.
mlir::OwningOpRef<mlir::ModuleOp> import(mlir::MLIRContext &context,
                                         const std::string &path,
                                         const CompileOptions &options,
                                         std::vector<std::string> &errors) {
  if (llvm::StringRef(path).ends_with(".mlir")) {
    mlir::ScopedDiagnosticHandler handler(
        &context, [&](mlir::Diagnostic &diagnostic) {
          auto line =
              diagnostic.getLocation()->findInstanceOf<mlir::FileLineColLoc>();
          errors.push_back(
              printable(path) + ": " +
              (line ? "line " + std::to_string(line.getLine()) + ": " : "") +
              diagnostic.str());
          return mlir::success();
        });
    return mlir::parseSourceFile<mlir::ModuleOp>(path, &context);
  }
  onnx_to_graph::ImportOptions importOptions;
  importOptions.inputShapes = options.inputShapes;
  for (const auto &[name, file] : options.boundInputs) {
    std::string error;
    mlir::DenseElementsAttr value =
        onnx_to_graph::readTensorFile(&context, file, error);
    if (!value) {
      errors.push_back(printable(path) + ": " + error);
      continue;
    }
    importOptions.boundInputs.emplace(name, value);
  }
  if (!errors.empty()) {
    return {};
  }
  return onnx_to_graph::importOnnxModel(&context, path, importOptions, errors);
}

/// "conv2d 3, relu 2": the graph's ops, the most frequent first.
std::string opCounts(mlir::ModuleOp module, unsigned &total) {
  std::map<std::string, unsigned> counts;
  total = 0;
  module.walk([&](mlir::Operation *op) {
    if (op->getName().getDialectNamespace() == "graph" &&
        op->getNumOperands() > 0 && op->getNumResults() > 0) {
      ++counts[op->getName().stripDialect().str()];
      ++total;
    }
  });
  std::vector<std::pair<std::string, unsigned>> sorted(counts.begin(),
                                                       counts.end());
  llvm::sort(sorted, [](const auto &a, const auto &b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::string text;
  for (const auto &[name, count] : sorted) {
    text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
  }
  return text;
}

void printPackage(const Package &package) {
  for (const TensorSpec &spec : package.inputs()) {
    std::printf("input %s: %s\n", printable(spec.name).c_str(),
                spec.typeText().c_str());
  }
  for (const TensorSpec &spec : package.outputs()) {
    std::printf("output %s: %s\n", printable(spec.name).c_str(),
                spec.typeText().c_str());
  }
  std::printf("memory: weights %s, arena %s\n",
              bytesText(package.table().weights_bytes).c_str(),
              bytesText(package.table().arena_bytes).c_str());
}

} // namespace

int runCheckVerb(const std::vector<std::string> &arguments) {
  OptionParser parser(
      "check", "MODEL [options]",
      "Says what a model is made of, which memory it needs, and "
      "all that is unsupported,\nby the nodes' names. Compiles "
      "it, but writes nothing.");
  CompileArguments compile;
  std::string path;
  parser.addPositional("MODEL", path);
  compile.addTo(parser);
  if (const int code = parseOrReport(parser, arguments); code >= 0) {
    return code;
  }
  mlir::DialectRegistry registry;
  mlir::tessera::registerCompilerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  std::vector<std::string> errors;
  mlir::OwningOpRef<mlir::ModuleOp> module =
      import(context, path, compile.options(), errors);
  if (!module) {
    return reportFailure(llvm::join(errors, "\n"));
  }
  unsigned total = 0;
  const std::string counts = opCounts(*module, total);
  std::printf("%s: %s: %s\n", printable(path).c_str(),
              countText(total, "op").c_str(), counts.c_str());
  CompileOptions options = compile.options();
  options.threads = static_cast<unsigned>(availableCpus());
  // Only code for this machine can be loaded, and memory differs little.
  options.target = mlir::tessera::CpuTarget::host();
  Result<std::shared_ptr<const Package>> package =
      compileAndLoad(path, options);
  if (!package.ok()) {
    return reportFailure(package.message());
  }
  printPackage(**package);
  std::printf("everything is supported\n");
  return 0;
}

} // namespace tessera::tool
