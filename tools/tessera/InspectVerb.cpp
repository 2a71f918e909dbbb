// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/CpuFeatures.h"
#include "runtime/PackageFooter.h"
#include "runtime/Printable.h"
#include "runtime/io/ByteSource.h"
#include "tools/tessera/Verbs.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cstdio>

namespace tessera::tool {

namespace {

std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts) {
    text += (text.empty() ? "" : ",") + printable(part);
  }
  return text;
}

void printTensors(const char *kind, const std::vector<TensorSpec> &specs) {
  for (const TensorSpec &spec : specs) {
    std::printf("%s %s: %s\n", kind, printable(spec.name).c_str(),
                spec.typeText().c_str());
  }
}

void printHead(const std::string &path, const PackageFooter &footer) {
  std::printf("%s: package for %s%s%s, ABI %u, %s\n", printable(path).c_str(),
              elfMachineName(footer.machine).c_str(),
              footer.features.empty() ? "" : " with ",
              join(footer.features).c_str(), footer.abiVersion,
              bytesText(footer.fileBytes).c_str());
}

/// What the build record says of each kernel (compiler/driver's
/// KernelExplainer), and the rest of it.
class Record {
public:
  explicit Record(const Package &package) {
    const std::optional<llvm::json::Object> record = readBuildRecord(package);
    if (!record) {
      return;
    }
    rest.emplace();
    for (const auto &[key, value] : *record) {
      const llvm::json::Array *array = value.getAsArray();
      if (array && llvm::StringRef(key) == "explanations") {
        explanations = *array;
      } else if (array && llvm::StringRef(key) == "kernel_explanations") {
        places = *array;
      } else {
        rest->insert({key, value});
      }
    }
  }

  /// Lines of `key`, for example "algorithm", for kernel `index`.
  std::vector<std::string> lines(size_t index, llvm::StringRef key) const {
    const std::optional<int64_t> place =
        index < places.size() ? places[index].getAsInteger() : std::nullopt;
    if (!place || *place < 0 || size_t(*place) >= explanations.size()) {
      return {};
    }
    const llvm::json::Object *kernel = explanations[*place].getAsObject();
    return readTexts(kernel ? kernel->getArray(key) : nullptr);
  }

  /// The targets of a package of several programs; none for one of one.
  std::vector<std::string> targets() const {
    return readTexts(rest ? rest->getArray("targets") : nullptr);
  }

  std::string restText() const {
    return rest ? llvm::formatv("{0:2}",
                                llvm::json::Value(llvm::json::Object(*rest)))
                      .str()
                : "";
  }

private:
  static std::vector<std::string> readTexts(const llvm::json::Array *texts) {
    std::vector<std::string> found;
    for (size_t i = 0; texts && i < texts->size(); ++i) {
      found.push_back((*texts)[i].getAsString().value_or("").str());
    }
    return found;
  }

  llvm::json::Array explanations, places;
  std::optional<llvm::json::Object> rest;
};

/// The keys of a kernel's explanation, and what the text calls them.
constexpr std::pair<const char *, const char *> explanationKeys[] = {
    {"algorithm", "algorithm"},
    {"error_bound", "error bound"},
    {"not_fused", "not fused"}};

void printText(const std::string &path, const Package &package) {
  const Record record(package);
  const tessera_package &table = package.table();
  printHead(path, package.footer());
  const std::vector<std::string> targets = record.targets();
  if (!targets.empty()) {
    std::printf("programs: %s\non this machine: %s\n",
                printable(llvm::join(targets, "; ")).c_str(),
                printable(recordText(package, "target")).c_str());
  }
  printTensors("input", package.inputs());
  printTensors("output", package.outputs());
  std::printf("memory: weights %s, arena %s\n",
              bytesText(table.weights_bytes).c_str(),
              bytesText(table.arena_bytes).c_str());
  std::printf("kernels: %u\n", table.num_kernels);
  for (uint32_t i = 0; i < table.num_kernels; ++i) {
    const tessera_kernel_info &kernel = table.kernels[i];
    std::printf("  %s: %llu flops, %llu bytes\n    sources: %s\n"
                "    schedule: %s\n",
                printable(kernel.name).c_str(),
                static_cast<unsigned long long>(kernel.flops),
                static_cast<unsigned long long>(kernel.bytes),
                printable(kernel.sources).c_str(),
                printable(kernel.schedule).c_str());
    for (const auto &[key, name] : explanationKeys) {
      const std::vector<std::string> lines = record.lines(i, key);
      if (!lines.empty()) {
        std::printf("    %s: %s\n", name,
                    printable(llvm::join(lines, "; ")).c_str());
      }
    }
  }
  auto count = [&](const char *key) {
    const std::string text = recordText(package, key);
    return text.empty() ? std::string("unknown") : text;
  };
  std::printf("default schedules: %s\nscalar loops: %s, contractions among "
              "them: %s\n",
              count("default_schedules").c_str(), count("scalar_loops").c_str(),
              count("scalar_contractions").c_str());
  std::printf("build record: %s\n", record.restText().c_str());
}

std::string tensorsJson(const std::vector<TensorSpec> &specs) {
  std::string text;
  for (const TensorSpec &spec : specs) {
    text += text.empty() ? "" : ", ";
    text += "{\"name\": " + jsonString(spec.name) +
            ", \"dtype\": " + jsonString(dtypeName(spec.dtype)) +
            ", \"dims\": [";
    for (size_t d = 0; d < spec.dims.size(); ++d) {
      text += (d ? ", " : "") + std::to_string(spec.dims[d]);
    }
    text += "]}";
  }
  return "[" + text + "]";
}

std::string footerJson(const std::string &path, const PackageFooter &footer) {
  std::string features;
  for (const std::string &feature : footer.features) {
    features += (features.empty() ? "" : ", ") + jsonString(feature);
  }
  return "\"package\": " + jsonString(path) +
         ", \"machine\": " + jsonString(elfMachineName(footer.machine)) +
         ", \"features\": [" + features +
         "], \"abi_version\": " + std::to_string(footer.abiVersion) +
         ", \"file_bytes\": " + std::to_string(footer.fileBytes);
}

void printJson(const std::string &path, const Package &package) {
  const Record record(package);
  const tessera_package &table = package.table();
  std::string text = "{" + footerJson(path, package.footer());
  text += ", \"inputs\": " + tensorsJson(package.inputs());
  text += ", \"outputs\": " + tensorsJson(package.outputs());
  text += ", \"weights_bytes\": " + std::to_string(table.weights_bytes);
  text += ", \"arena_bytes\": " + std::to_string(table.arena_bytes);
  text += ", \"kernels\": [";
  for (uint32_t i = 0; i < table.num_kernels; ++i) {
    const tessera_kernel_info &kernel = table.kernels[i];
    text += std::string(i ? ", " : "") +
            "{\"name\": " + jsonString(kernel.name) +
            ", \"sources\": " + jsonString(kernel.sources) +
            ", \"schedule\": " + jsonString(kernel.schedule) +
            ", \"flops\": " + std::to_string(kernel.flops) +
            ", \"bytes\": " + std::to_string(kernel.bytes);
    for (const auto &[key, name] : explanationKeys) {
      const std::vector<std::string> lines = record.lines(i, key);
      text += ", " + jsonString(key) + ": " +
              llvm::formatv("{0}", llvm::json::Value(llvm::json::Array(lines)))
                  .str();
    }
    text += "}";
  }
  text += "]";
  for (const char *key :
       {"default_schedules", "scalar_loops", "scalar_contractions"}) {
    const std::string count = recordText(package, key);
    text +=
        ", \"" + std::string(key) + "\": " + (count.empty() ? "null" : count);
  }
  const std::string rest = record.restText();
  text += ", \"build_record\": " + (rest.empty() ? "null" : rest) + "}\n";
  std::fputs(text.c_str(), stdout);
}

/// What can be said of a package that this machine can't load.
int inspectForeign(const std::string &path, const PackageFooter &footer,
                   bool json, const std::string &reason) {
  if (json) {
    std::printf("{%s, \"not_loaded\": %s}\n", footerJson(path, footer).c_str(),
                jsonString(reason).c_str());
  } else {
    printHead(path, footer);
    std::printf("signature and kernels can't be read on this machine\n");
  }
  return 0;
}

bool runsHere(const PackageFooter &footer) {
  return footer.machine == hostElfMachine() &&
         missingCpuFeatures(footer.features).empty();
}

} // namespace

int runInspectVerb(const std::vector<std::string> &arguments) {
  OptionParser parser(
      "inspect", "PACKAGE [options]",
      "Shows a package's signature, memory, kernels with their schedules, and "
      "build record.\n"
      "A kernel's error bound lists the ops that round. Each may be off by "
      "that "
      "factor of the\n"
      "magnitude named, element by element, if its operands are exact; "
      "--verify "
      "carries the\n"
      "bounds through a kernel and allows twice as much.");
  std::string path;
  bool json = false, check = false;
  parser.addPositional("PACKAGE", path);
  parser.addFlag("--json", json, "print one JSON object");
  parser.addFlag("--check", check,
                 "first compare the whole file with its hash");
  if (const int code = parseOrReport(parser, arguments); code >= 0) {
    return code;
  }
  if (check) {
    const Status status = checkPackageFile(path);
    if (!status.ok()) {
      return reportFailure(status.message());
    }
  }
  Result<ByteSource> file = ByteSource::open(path);
  if (!file.ok()) {
    return reportFailure(file.message());
  }
  const Result<PackageFooter> footer = readPackageFooter(*file);
  if (!footer.ok()) {
    return reportFailure(footer.message());
  }
  const Result<std::shared_ptr<const Package>> package = Package::load(path);
  if (!package.ok()) {
    return runsHere(*footer)
               ? reportFailure(package.message())
               : inspectForeign(path, *footer, json, package.message());
  }
  if (json) {
    printJson(path, **package);
  } else {
    printText(path, **package);
  }
  return 0;
}

} // namespace tessera::tool
