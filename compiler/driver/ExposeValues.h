//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Makes a graph's inner values visible as outputs, so that two compiled forms
/// of one model can be compared value by value.
///
/// A value is told by its name, which is the location of the op that computes
/// it. Passes keep to the rule that a rewritten op's location ends in the
/// location of the op whose value it computes, so that the last op of a name
/// computes that value still, in whatever layout.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_EXPOSEVALUES_H
#define TESSERA_COMPILER_DRIVER_EXPOSEVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

#include <map>
#include <string>

namespace mlir::tessera {

/// Gives each op of `main`, a graph as imported, a location of its own: its
/// number and the source node, as in "12:conv1". The same model gives the same
/// names each time.
void nameValues(func::FuncOp main);

/// The source node in such a name.
llvm::StringRef getNodeName(llvm::StringRef valueName);

/// The values between kernels that are those of the model as imported, by name,
/// in the order of the graph. `main` may have been optimized since nameValues;
/// slices are added to it that drop the padding kernels write for their
/// readers.
llvm::MapVector<StringAttr, Value> findNamedValues(func::FuncOp main);

/// Appends values to the results of `main`.
void appendResults(func::FuncOp main,
                   ArrayRef<std::pair<std::string, Value>> named);

/// Turns `main`, a graph as imported whose values have names, into one that
/// checks another form of it, kernel by kernel. Each value of `names` becomes a
/// further input "given:NAME" that all later ops read, so that differences do
/// not add up; results are the outputs, then for each of `names` the value as
/// computed, "value:NAME", then bounds: "bound:NAME", and "bound:#I" of output
/// I. There is no bound where values must be equal; where none is known it is
/// infinite. Convolutions that `winogradNodes` names (CompileReport) get bounds
/// of that algorithm.
void buildCheck(func::FuncOp main, ArrayRef<std::string> names,
                const std::map<std::string, int64_t> &winogradNodes);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_EXPOSEVALUES_H
