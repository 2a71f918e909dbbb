// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Printable.h"
#include "runtime/ThreadPool.h"
#include "tools/tessera/CompileArguments.h"
#include "tools/tessera/Verbs.h"

#include <cstdio>
#include <filesystem>

namespace tessera::tool {

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
                 "first compare the model's outputs on generated inputs with a "
                 "plain reference; slow");
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
