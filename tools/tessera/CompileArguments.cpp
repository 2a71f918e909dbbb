// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/CompileArguments.h"

#include "compiler/target/TargetList.h"
#include "runtime/Printable.h"
#include "tools/tessera/Progress.h"

#include "llvm/ADT/StringRef.h"

#include <cstdio>

namespace tessera::tool {

using mlir::tessera::CompileOptions;
using mlir::tessera::CompileReport;
using mlir::tessera::CpuTarget;

Status CompileArguments::setTarget(const std::string &text) {
  if (llvm::StringRef(text).starts_with("cuda")) {
    return Status::error("GPU targets are not there yet; expected cpu, "
                         "cpu:x86-64-v3 or the like");
  }
  llvm::Expected<std::vector<CpuTarget>> targets =
      mlir::tessera::parseTargets(text);
  if (!targets) {
    return Status::error(llvm::toString(targets.takeError()));
  }
  if (llvm::Error error = mlir::tessera::orderTargets(*targets)) {
    return Status::error(llvm::toString(std::move(error)));
  }
  compile.target = targets->front();
  compile.moreTargets.assign(targets->begin() + 1, targets->end());
  return Status();
}

Status CompileArguments::addShape(const std::string &text) {
  // A name may hold '=', sizes may not.
  auto [name, sizes] = llvm::StringRef(text).rsplit('=');
  const Status wrong = Status::error(
      "expected NAME=SIZExSIZE..., such as x=1x3x224x224, but got '" +
      printable(text) + "'");
  if (text.find('=') == std::string::npos) {
    return wrong;
  }
  std::vector<int64_t> shape;
  llvm::SmallVector<llvm::StringRef> parts;
  // An empty text is the shape of a scalar.
  if (!sizes.empty()) {
    sizes.split(parts, 'x');
  }
  for (llvm::StringRef part : parts) {
    int64_t size;
    if (part.getAsInteger(10, size) || size < 0) {
      return wrong;
    }
    shape.push_back(size);
  }
  if (!compile.inputShapes.emplace(name.str(), shape).second) {
    return Status::error("'" + printable(name) + "' is given twice");
  }
  return Status();
}

void CompileArguments::addTo(OptionParser &parser) {
  parser.addCustom(
      "--target", "TARGET",
      [this](const std::string &text) { return setTarget(text); },
      "cpu (this machine, the default), cpu:x86-64-v3, cpu:aarch64, ...; "
      "several x86-64 levels, separated by commas, for a package that picks "
      "one when it is loaded");
  parser.addRepeated(
      "--input-shape", "NAME=SIZES",
      [this](const std::string &text) { return addShape(text); },
      "sizes of an input, such as x=1x3x224x224; repeatable");
  parser.addRepeated(
      "--bind-input", "NAME=FILE",
      [this](const std::string &text) {
        auto [name, file] = llvm::StringRef(text).split('=');
        if (file.empty()) {
          return Status::error("expected NAME=FILE.npy, but got '" +
                               printable(text) + "'");
        }
        if (!compile.boundInputs.emplace(name.str(), file.str()).second) {
          return Status::error("'" + printable(name) + "' is given twice");
        }
        return Status();
      },
      "an input's value (.npy or .pb), compiled in; repeatable");
  parser.addPrefix(
      "-O", "0|1|2|3",
      [this](const std::string &text) {
        if (text.size() != 1 || text[0] < '0' || text[0] > '3') {
          return Status::error("expected -O0, -O1, -O2 or -O3, but got '-O" +
                               printable(text) + "'");
        }
        compile.level = static_cast<unsigned>(text[0] - '0');
        return Status();
      },
      "how much to optimise; 2 unless given");
  parser.addCustom(
      "--accuracy", "exact|float",
      [this](const std::string &text) {
        compile.exact = text == "exact";
        if (text == "exact" || text == "float") {
          return Status();
        }
        if (text == "relaxed" || text == "bf16") {
          return Status::error("'" + text +
                               "' is not there yet; expected exact or float");
        }
        return Status::error("expected exact or float, but got '" +
                             printable(text) + "'");
      },
      "how kernels may round: exact, as plain loops do; or float, any "
      "algorithm "
      "with an rms error under 2.5e-6 (Winograd). float unless given");
  parser.addRefused("--database", /*hasValue=*/true,
                    "tuned schedules are not there yet; leave the option out");
}

std::string CompileArguments::firstGiven(const OptionParser &parser) const {
  for (const char *name :
       {"--target", "--input-shape", "--bind-input", "-O", "--accuracy"}) {
    if (parser.given(name)) {
      return name;
    }
  }
  return "";
}

Result<CompileReport> compileWithProgress(const std::string &model,
                                          const std::string &package,
                                          const CompileOptions &options) {
  Progress progress("compiling " + printable(model));
  llvm::Expected<CompileReport> report =
      mlir::tessera::compileModel(model, package, options);
  progress.stop();
  if (report) {
    return *report;
  }
  const std::string text = llvm::toString(report.takeError());
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string message;
  for (llvm::StringRef line : lines) {
    // Lines of the stages after the import name the node, not the file.
    const bool isNamed = line.contains(model) || line.contains(package) ||
                         line.contains(printable(model));
    message += (message.empty() ? "" : "\n") +
               (isNamed ? "" : printable(model) + ": ") + line.str();
  }
  return Status::error(message);
}

} // namespace tessera::tool
