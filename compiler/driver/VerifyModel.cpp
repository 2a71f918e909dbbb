//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/VerifyModel.h"
#include "compiler/driver/ExposeValues.h"
#include "compiler/driver/TensorValues.h"
#include "compiler/target/TargetList.h"
#include "runtime/Package.h"
#include "runtime/Session.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cstring>

using namespace mlir::tessera;
using tessera::Tensor;

namespace {

using Form = CompileOptions::Form;

llvm::Error makeError(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// A folder for packages, removed with all in it.
class ScratchFolder {
public:
  ScratchFolder() {
    llvm::sys::fs::createUniqueDirectory("tessera-verify", path);
  }
  ~ScratchFolder() { llvm::sys::fs::remove_directories(path); }
  std::string file(llvm::StringRef name) const {
    llvm::SmallString<128> result(path);
    llvm::sys::path::append(result, name);
    return std::string(result);
  }

private:
  llvm::SmallString<128> path;
};

class Verification {
public:
  Verification(llvm::StringRef path, const CompileOptions &options)
      : path(path), options(options) {}

  llvm::Expected<VerifyReport> run() {
    if (llvm::Error error = pickProgram()) {
      return std::move(error);
    }
    llvm::Expected<Executed> package = execute(Form::package);
    if (!package) {
      return package.takeError();
    }
    llvm::Expected<Executed> exposed = execute(Form::exposed);
    if (!exposed) {
      return exposed.takeError();
    }
    report.numOutputs = package->outputs.size();
    compareForms(*package, *exposed);
    if (!report.difference.empty()) {
      return report;
    }
    std::vector<std::string> names;
    for (size_t i = report.numOutputs; i < exposed->outputs.size(); ++i) {
      names.push_back(exposed->name(i));
    }
    llvm::Expected<Executed> reference = execute(Form::reference, names);
    if (!reference) {
      return reference.takeError();
    }
    std::vector<std::string> given = giveValues(*exposed, *reference);
    llvm::Expected<Executed> check = execute(Form::check, given);
    if (!check) {
      return check.takeError();
    }
    compareWithCheck(*package, *check, given);
    return report;
  }

private:
  /// A form of the model and what it computed.
  struct Executed {
    std::shared_ptr<const tessera::Package> package;
    std::vector<Tensor> outputs;

    const std::string &name(size_t i) const {
      return package->outputs()[i].name;
    }
  };

  /// Of several programs the one that runs here.
  llvm::Error pickProgram() {
    std::vector<CpuTarget> targets = {options.target};
    llvm::append_range(targets, options.moreTargets);
    if (llvm::Error error = orderTargets(targets)) {
      return error;
    }
    options.target = pickTarget(targets, CpuTarget::host());
    options.moreTargets.clear();
    return llvm::Error::success();
  }

  static llvm::StringRef getName(Form form) {
    switch (form) {
    case Form::package:
      return "package";
    case Form::exposed:
      return "exposed";
    case Form::reference:
      return "reference";
    case Form::check:
      return "check";
    }
    llvm_unreachable("all forms handled");
  }

  /// Compiles, loads and runs. Inputs that are missing yet are made.
  llvm::Expected<Executed> execute(Form form,
                                   std::vector<std::string> values = {}) {
    CompileOptions formOptions = options;
    formOptions.form = form;
    formOptions.values = std::move(values);
    formOptions.winogradNodes = winogradNodes;
    if (!options.dumpFolder.empty()) {
      formOptions.dumpFolder += ("/" + getName(form)).str();
    }
    std::string file = folder.file((getName(form) + ".so").str());
    llvm::Expected<CompileReport> compiled =
        compileModel(path, file, formOptions);
    if (!compiled) {
      return compiled.takeError();
    }
    if (form == Form::exposed) {
      winogradNodes = compiled->winogradNodes;
    }
    auto package = tessera::Package::load(file);
    if (!package.ok()) {
      return makeError(package.message());
    }
    auto session = tessera::Session::create(*package, {});
    if (!session.ok()) {
      return makeError(session.message());
    }
    std::mt19937 random(1);
    for (size_t i = inputs.size(); i < (*package)->inputs().size(); ++i) {
      const auto &spec = (*package)->inputs()[i];
      auto tensor = Tensor::zeros(spec.dtype, spec.dims);
      if (!tensor.ok()) {
        return makeError(tensor.message());
      }
      fillRandom(*tensor, random);
      inputs.push_back(std::move(*tensor));
    }
    auto outputs = (*session)->allocateOutputs();
    if (!outputs.ok()) {
      return makeError(outputs.message());
    }
    tessera::Status status = (*session)->run(inputs, *outputs);
    if (!status.ok()) {
      return makeError(status.message());
    }
    return Executed{*package, std::move(*outputs)};
  }

  /// Inner values that are outputs too must not change what is computed. If
  /// they do, memory was shared that should not have been.
  void compareForms(const Executed &package, const Executed &exposed) {
    for (size_t i = 0; i < package.outputs.size(); ++i) {
      const Tensor &a = package.outputs[i], &b = exposed.outputs[i];
      if (std::memcmp(a.rawData(), b.rawData(), a.numBytes()) != 0) {
        report.difference = llvm::formatv(
            "{0}: output '{1}' depends on whether inner values are kept: the "
            "memory plan is wrong",
            path, package.name(i));
        return;
      }
    }
  }

  /// Makes inputs of the values that both have, in the reference's layout;
  /// returns their names.
  std::vector<std::string> giveValues(const Executed &exposed,
                                      const Executed &reference) {
    llvm::StringMap<const Tensor *> known;
    for (size_t i = report.numOutputs; i < reference.outputs.size(); ++i) {
      known[reference.name(i)] = &reference.outputs[i];
    }
    std::vector<std::string> names;
    for (size_t i = report.numOutputs; i < exposed.outputs.size(); ++i) {
      const Tensor &value = exposed.outputs[i];
      const Tensor *like = known.lookup(exposed.name(i));
      if (!like || like->dtype() != value.dtype()) {
        continue;
      }
      std::vector<int64_t> order = findLayout(value, *like);
      if (order.empty()) {
        continue;
      }
      auto allocated = Tensor::allocate(like->dtype(), like->dims());
      Tensor given = std::move(*allocated);
      size_t bytes = value.numBytes() / value.numElements();
      const char *from = static_cast<const char *>(value.rawData());
      char *to = static_cast<char *>(given.rawData());
      for (size_t e = 0; e < order.size(); ++e) {
        std::memcpy(to + order[e] * bytes, from + e * bytes, bytes);
      }
      names.push_back(exposed.name(i));
      inputs.push_back(std::move(given));
    }
    return names;
  }

  void compareWithCheck(const Executed &package, const Executed &check,
                        const std::vector<std::string> &given) {
    llvm::StringMap<const Tensor *> results;
    for (size_t i = report.numOutputs; i < check.outputs.size(); ++i) {
      results[check.name(i)] = &check.outputs[i];
    }
    size_t firstGiven = inputs.size() - given.size();
    for (size_t i = 0; i < given.size(); ++i) {
      // The check's inputs are in the graph's order, as `given` is.
      compare(("node '" + getNodeName(given[i]) + "'").str(),
              inputs[firstGiven + i], *results.lookup("value:" + given[i]),
              results.lookup("bound:" + given[i]));
    }
    report.numValues = given.size();
    for (size_t i = 0; i < report.numOutputs; ++i) {
      compare("output '" + package.name(i) + "'", package.outputs[i],
              check.outputs[i], results.lookup("bound:#" + std::to_string(i)));
    }
  }

  void compare(const std::string &what, const Tensor &got,
               const Tensor &expected, const Tensor *bound) {
    TensorDifference difference = compareTensors(got, expected, bound);
    report.worst = std::max(report.worst, difference.worst);
    report.numUnbounded += difference.numUnbounded > 0;
    if (difference.element >= 0 && report.difference.empty()) {
      report.difference = llvm::formatv(
          "{0}: {1}: element {2} is {3}, but the reference has {4}, and at "
          "most {5} of difference is rounding",
          path, what, printIndex(difference.element, got.dims()),
          print(difference.got), print(difference.expected),
          print(difference.allowed));
    }
  }

  static std::string print(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
  }

  static std::string printIndex(int64_t element,
                                const std::vector<int64_t> &dims) {
    std::string text;
    for (size_t d = dims.size(); d-- > 0;) {
      text =
          std::to_string(element % dims[d]) + (text.empty() ? "" : ", ") + text;
      element /= dims[d];
    }
    return "[" + text + "]";
  }

  llvm::StringRef path;
  CompileOptions options;
  ScratchFolder folder;
  std::vector<Tensor> inputs;
  /// Of the exposed form.
  std::map<std::string, int64_t> winogradNodes;
  VerifyReport report;
};
} // namespace

llvm::Expected<VerifyReport>
mlir::tessera::verifyModel(llvm::StringRef path,
                           const CompileOptions &options) {
  return Verification(path, options).run();
}
