// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verbs of the tool, and how they report.
//
// A verb takes the arguments after its name and returns the exit code: 0 good,
// 1 the input or the answer is at fault, 2 wrong usage.
#ifndef TESSERA_TOOLS_TESSERA_VERBS_H
#define TESSERA_TOOLS_TESSERA_VERBS_H

#include "runtime/Package.h"
#include "runtime/Status.h"
#include "tools/tessera/OptionParser.h"
#include "llvm/Support/JSON.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tessera::tool {

int runCheckVerb(const std::vector<std::string> &arguments);
int runCompileVerb(const std::vector<std::string> &arguments);
int runRunVerb(const std::vector<std::string> &arguments);
int runBenchVerb(const std::vector<std::string> &arguments);
int runInspectVerb(const std::vector<std::string> &arguments);

/// Prints each line of `message` as an error; returns 1.
int reportFailure(const std::string &message);

/// Prints what is wrong with the command line; returns 2.
int reportUsage(const OptionParser &parser, const std::string &message);

/// Parses; the exit code if the verb ends here (help or wrong usage), or -1.
int parseOrReport(OptionParser &parser,
                  const std::vector<std::string> &arguments);

/// "1.5 KB", "12.3 MB".
std::string bytesText(uint64_t bytes);

/// "1 kernel", "2 kernels".
std::string countText(uint64_t count, const std::string &noun);

/// The package's build record; nothing if it has none that can be read.
std::optional<llvm::json::Object> readBuildRecord(const Package &package);

/// What the package's build record says, for example of "target"; "" if it
/// says nothing. Numbers as text.
std::string recordText(const Package &package, const std::string &key);

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_VERBS_H
