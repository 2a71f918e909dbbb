// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options that verbs which compile have in common.
//
// Thread safety: one thread at a time.
#ifndef TESSERA_TOOLS_TESSERA_COMPILE_ARGUMENTS_H
#define TESSERA_TOOLS_TESSERA_COMPILE_ARGUMENTS_H

#include "compiler/driver/CompileModel.h"
#include "tools/tessera/OptionParser.h"

#include <string>
#include <utility>
#include <vector>

namespace tessera::tool {

class CompileArguments {
public:
  /// Adds --target, --input-shape, --bind-input, -O and what is refused.
  void addTo(OptionParser &parser);

  /// The options as parsed; files of bound inputs are not looked at yet.
  const mlir::tessera::CompileOptions &options() const { return compile; }

  /// The first of these options that was given, or "": they mean nothing for
  /// a package.
  std::string firstGiven(const OptionParser &parser) const;

private:
  Status setTarget(const std::string &text);
  Status addShape(const std::string &text);

  mlir::tessera::CompileOptions compile{mlir::tessera::CpuTarget::host()};
};

/// Compiles, and shows progress on a terminal. The error may have several
/// lines, one for each problem; each names the model.
Result<mlir::tessera::CompileReport>
compileWithProgress(const std::string &model, const std::string &package,
                    const mlir::tessera::CompileOptions &options);

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_COMPILE_ARGUMENTS_H
