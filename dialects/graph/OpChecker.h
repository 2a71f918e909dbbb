//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What shape inference and verification say when an op is wrong, and the
/// checks that many ops share.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_OPCHECKER_H
#define TESSERA_DIALECTS_GRAPH_OPCHECKER_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include <optional>
#include <string>

namespace mlir::tessera::graph {

/// "2x?x3" of a shape, "scalar" of a 0-D one.
std::string formatShape(ArrayRef<int64_t> shape);

/// Whether two sizes may be the same number.
inline bool mayEqual(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

/// The one of two sizes that says more.
inline int64_t mergeSizes(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) ? b : a;
}

/// Whether two shapes may be the same.
bool mayEqual(ArrayRef<int64_t> a, ArrayRef<int64_t> b);

/// Emits the errors of one op, at its location if there is one.
class OpChecker {
public:
  OpChecker(std::optional<Location> location, StringRef opName)
      : location(location), opName(opName) {}

  /// Emits "'op' op <what>"; `what` reads "expected X, but got Y".
  template <typename... Args> LogicalResult error(Args &&...what) const {
    return emitOptionalError(location, "'", opName, "' op ",
                             std::forward<Args>(what)...);
  }

  /// axis lies in [0, rank).
  LogicalResult axis(int64_t axis, int64_t rank) const {
    if (axis >= 0 && axis < rank) {
      return success();
    }
    return error("expected axis in [0, ", rank, "), but got ", axis);
  }

  /// The attribute `name` has `expected` entries.
  LogicalResult entries(StringRef name, int64_t actual,
                        int64_t expected) const {
    if (actual == expected) {
      return success();
    }
    return error("expected ", expected, " ", name, ", but got ", actual);
  }

  /// All `values` are at least `minimum`.
  LogicalResult atLeast(StringRef name, ArrayRef<int64_t> values,
                        int64_t minimum) const {
    for (int64_t value : values) {
      if (value < minimum) {
        return error("expected ", name, " of at least ", minimum, ", but got ",
                     value);
      }
    }
    return success();
  }

private:
  std::optional<Location> location;
  StringRef opName;
};

} // namespace mlir::tessera::graph

#endif // TESSERA_DIALECTS_GRAPH_OPCHECKER_H
