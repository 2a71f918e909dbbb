//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
/// What Tessera's tools know: its own dialects and passes, and those of
/// upstream that it uses. Call both once, before options are parsed.

#ifndef TESSERA_TOOLS_GRAPH_OPT_REGISTRATION_H
#define TESSERA_TOOLS_GRAPH_OPT_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlir::tessera {

/// Adds every dialect, with the external models that the pipelines need.
void registerDialects(DialectRegistry &registry);

/// Registers every pass and pipeline with the global registry.
void registerPasses();

} // namespace mlir::tessera

#endif // TESSERA_TOOLS_GRAPH_OPT_REGISTRATION_H
