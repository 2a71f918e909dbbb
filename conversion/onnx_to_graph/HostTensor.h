//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// A small tensor held by value, for shape arithmetic during import, and the
/// evaluation of graph ops on such tensors.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_HOSTTENSOR_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_HOSTTENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

#include <optional>
#include <vector>

namespace mlir::tessera::onnx_to_graph {

/// Elements are in `ints` for integers and i1 (ui64 by its bits), in `floats`
/// for floating-point types, always already rounded to the element type.
struct HostTensor {
  RankedTensorType type;
  std::vector<int64_t> ints;
  std::vector<double> floats;

  bool isFloat() const { return isa<FloatType>(type.getElementType()); }
  int64_t size() const { return type.getNumElements(); }

  /// The elements of `value`, or nothing if there are more than `limit` or
  /// their type is none of the graph dialect's.
  static std::optional<HostTensor> fromAttr(ElementsAttr value, int64_t limit);

  /// A tensor of zeros.
  static HostTensor zeros(RankedTensorType type);

  DenseElementsAttr toAttr() const;
};

/// Wraps an integer to the width and sign of `type`.
int64_t wrapInteger(Type type, int64_t value);

/// Rounds to the precision of `type`, to nearest, ties to even.
double roundToType(Type type, double value);

/// Evaluates `op`, a graph op whose operands are `operands`. Only what is exact
/// by IEEE 754 is evaluated, so that the result depends on no machine. Nothing
/// if the op has no evaluation here.
std::optional<HostTensor> evaluateOnHost(Operation *op,
                                         ArrayRef<const HostTensor *> operands);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_HOSTTENSOR_H
