// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/Verbs.h"

#include "llvm/ADT/StringRef.h"

#include <cstdio>

namespace tessera::tool {

int reportFailure(const std::string &message) {
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(message).split(lines, '\n', -1, /*KeepEmpty=*/false);
  // Results come before the error that follows from them.
  std::fflush(stdout);
  for (llvm::StringRef line : lines) {
    std::fprintf(stderr, "error: %s\n", line.str().c_str());
  }
  return 1;
}

int reportUsage(const OptionParser &parser, const std::string &message) {
  std::fprintf(stderr, "error: tessera %s: %s; see 'tessera %s --help'\n",
               parser.verb().c_str(), message.c_str(), parser.verb().c_str());
  return 2;
}

int parseOrReport(OptionParser &parser,
                  const std::vector<std::string> &arguments) {
  const Result<bool> help = parser.parse(arguments);
  if (!help.ok()) {
    return reportUsage(parser, help.message());
  }
  if (*help) {
    std::fputs(parser.help().c_str(), stdout);
    return 0;
  }
  return -1;
}

std::string bytesText(uint64_t bytes) {
  const char *units[] = {"bytes", "KB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(units)) {
    value /= 1000;
    ++unit;
  }
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, unit == 0 ? "%.0f %s" : "%.1f %s", value,
                units[unit]);
  return buffer;
}

std::string countText(uint64_t count, const std::string &noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::optional<llvm::json::Object> readBuildRecord(const Package &package) {
  llvm::Expected<llvm::json::Value> record = llvm::json::parse(llvm::StringRef(
      package.buildRecord().data(), package.buildRecord().size()));
  if (!record) {
    llvm::consumeError(record.takeError());
    return std::nullopt;
  }
  llvm::json::Object *object = record->getAsObject();
  return object ? std::optional(std::move(*object)) : std::nullopt;
}

std::string recordText(const Package &package, const std::string &key) {
  const std::optional<llvm::json::Object> record = readBuildRecord(package);
  const llvm::json::Value *value = record ? record->get(key) : nullptr;
  if (!value) {
    return "";
  }
  if (std::optional<llvm::StringRef> text = value->getAsString()) {
    return text->str();
  }
  if (std::optional<int64_t> number = value->getAsInteger()) {
    return std::to_string(*number);
  }
  return "";
}

} // namespace tessera::tool
