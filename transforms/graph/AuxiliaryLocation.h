//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Locations of ops that compute no value of the model as imported.
///
/// A location names the source node whose value an op computes, which is how
/// values of an optimized graph are found again
/// (compiler/driver/ExposeValues.h). A pattern that replaces an op by several
/// gives the last of them the replaced op's location, and the others an
/// auxiliary one.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_GRAPH_AUXILIARYLOCATION_H
#define TESSERA_TRANSFORMS_GRAPH_AUXILIARYLOCATION_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"

namespace mlir::tessera::graph {

/// The location of an op that helps to compute what `loc` names.
inline Location makeAuxiliary(Location loc) {
  MLIRContext *context = loc.getContext();
  return FusedLoc::get(context, {loc}, StringAttr::get(context, "auxiliary"));
}

inline bool isAuxiliary(Location loc) {
  auto fused = dyn_cast<FusedLoc>(loc);
  return fused && fused.getMetadata();
}

} // namespace mlir::tessera::graph

#endif // TESSERA_TRANSFORMS_GRAPH_AUXILIARYLOCATION_H
