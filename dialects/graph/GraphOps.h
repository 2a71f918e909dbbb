//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// The graph dialect's ops and interfaces, and what their definitions share.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHOPS_H
#define TESSERA_DIALECTS_GRAPH_GRAPHOPS_H

#include "dialects/graph/ErrorBounds.h"
#include "dialects/graph/GraphDialect.h"
#include "dialects/graph/ScalarContext.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <optional>

namespace mlir::tessera::graph {
class OpChecker;

/// Elements equal to `value`, of the tensor's element type, around a tensor:
/// so many before and behind it in each dimension.
struct Padding {
  SmallVector<int64_t> low, high;
  TypedAttr value;

  bool operator==(const Padding &other) const {
    return low == other.low && high == other.high && value == other.value;
  }
};
} // namespace mlir::tessera::graph

#include "dialects/graph/GraphInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/graph/GraphOps.h.inc"

namespace mlir::tessera::graph {

/// Infers the one result of an op that computes each element from its operands'
/// elements, broadcast by NumPy's rule: dimensions are aligned at the end, and
/// a dimension of size 1 is repeated. A dynamic dimension against a static one
/// other than 1 gives the static one.
LogicalResult inferElementwise(const OpChecker &check, ValueRange operands,
                               Type elementType,
                               SmallVectorImpl<Type> &inferred);

/// The shape to which all of `shapes` broadcast by NumPy's rule, or failure.
FailureOr<SmallVector<int64_t>>
inferBroadcastShape(ArrayRef<ArrayRef<int64_t>> shapes);

/// Verifies an op by inferring its result types, by InferTypeOpInterface.
LogicalResult verifyInferredTypes(Operation *op);

/// Whether types agree but for dimensions that one of them leaves dynamic.
bool areCompatibleTypes(TypeRange inferred, TypeRange actual);

/// TransposableOpInterface::buildTransposed of every elementwise op.
FailureOr<Value> buildTransposedElementwise(Operation *op, OpBuilder &builder,
                                            ArrayRef<int64_t> permutation);

/// Creates `value` transposed by `permutation`; `value` itself if that is the
/// identity.
Value createTranspose(OpBuilder &builder, Location loc, Value value,
                      ArrayRef<int64_t> permutation);

/// Creates `value` in `shape`; `value` itself if that is its shape.
Value createReshape(OpBuilder &builder, Location loc, Value value,
                    ArrayRef<int64_t> shape);

/// (N, channels, spatial...) -> (N, spatial..., channels): 0, 2, ...,
/// rank-1, 1.
SmallVector<int64_t> getChannelsLastPermutation(int64_t rank);

} // namespace mlir::tessera::graph

#endif // TESSERA_DIALECTS_GRAPH_GRAPHOPS_H
