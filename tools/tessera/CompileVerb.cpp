// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/driver/VerifyModel.h"
#include "runtime/Printable.h"
#include "runtime/ThreadPool.h"
#include "tools/tessera/CompileArguments.h"
#include "tools/tessera/Progress.h"
#include "tools/tessera/Verbs.h"

#include <cstdio>
#include <filesystem>

namespace tessera::tool {

/// Compares the compiled model with a plain reference and prints one line that
/// says how close they are; a difference is an error.
static Status verifyWithProgress(const std::string &model,
                                 const mlir::tessera::CompileOptions &options) {
  Progress progress("verifying " + printable(model));
  llvm::Expected<mlir::tessera::VerifyReport> report =
      mlir::tessera::verifyModel(model, options);
  progress.stop();
  if (!report) {
    return Status::error(llvm::toString(report.takeError()));
  }
  if (!report->difference.empty()) {
    return Status::error(report->difference);
  }
  std::printf(
      "%s: %s and %s agree with the reference, at most %.2g of the "
      "bound apart",
      printable(model).c_str(), countText(report->numOutputs, "output").c_str(),
      countText(report->numValues, "inner value").c_str(), report->worst);
  if (report->numUnbounded > 0) {
    std::printf("; %u of them have elements without a bound",
                report->numUnbounded);
  }
  std::printf("\n");
  return Status();
}

int runCompileVerb(const std::vector<std::string> &arguments) {
  OptionParser parser(
      "compile", "MODEL -o OUT.so [options]",
      "Compiles a model (.onnx, or .mlir with graph ops) to a package.");
  CompileArguments compile;
  std::string model, output, dumpFolder;
  int threads = availableCpus();
  bool verify = false, verbose = false;
  parser.addPositional("MODEL", model);
  parser.addText("-o", "OUT.so", output, "the package to write");
  compile.addTo(parser);
  parser.addText("--dump-ir", "DIR", dumpFolder,
                 "write the program after each stage to DIR");
  parser.addInt("--threads", "N", threads, 1, 1024,
                "threads that compile; the result is the same");
  parser.addFlag("--verify", verify,
                 "first compare all values that kernels hand on with a plain "
                 "reference, on generated inputs; slow");
  parser.addFlag("-v", verbose, "print the seconds of each stage");
  if (const int code = parseOrReport(parser, arguments); code >= 0) {
    return code;
  }
  if (output.empty()) {
    return reportUsage(parser, "expected -o OUT.so");
  }
  std::error_code ignored;
  if (std::filesystem::equivalent(model, output, ignored)) {
    return reportUsage(parser, "-o: '" + printable(output) +
                                   "' is the model itself; name another file");
  }
  mlir::tessera::CompileOptions options = compile.options();
  options.dumpFolder = dumpFolder;
  options.threads = static_cast<unsigned>(threads);
  if (verify) {
    const Status verified = verifyWithProgress(model, options);
    if (!verified.ok()) {
      return reportFailure(verified.message());
    }
  }
  const Result<mlir::tessera::CompileReport> report =
      compileWithProgress(model, output, options);
  if (!report.ok()) {
    return reportFailure(report.message());
  }
  const uintmax_t bytes = std::filesystem::file_size(output, ignored);
  std::printf("%s: %s, %s, %.2f s", printable(output).c_str(),
              bytesText(ignored ? 0 : bytes).c_str(),
              countText(report->numKernels, "kernel").c_str(), report->seconds);
  if (report->numScalarContractions > 0) {
    std::printf(
        "; %s as scalar loops (see tessera inspect)",
        countText(report->numScalarContractions, "contraction").c_str());
  }
  std::printf("\n");
  if (verbose) {
    for (const auto &[stage, seconds] : report->stages) {
      std::printf("  %-8s %.3f s\n", stage.c_str(), seconds);
    }
  }
  return 0;
}

} // namespace tessera::tool
