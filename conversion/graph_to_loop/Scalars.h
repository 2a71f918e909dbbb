//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Element types of the graph and how memory and registers hold them.
///
/// The graph spells unsigned integers and booleans (`ui8`, `i1`); memory holds
/// signless integers, booleans as bytes 0 and 1. An "element type" below is the
/// graph's, a "storage type" is memory's.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_SCALARS_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_SCALARS_H

#include "dialects/graph/ScalarContext.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::tessera {

/// The type that memory holds elements or tensors of `type` in: ui8 -> i8,
/// i1 -> i8, tensor<2xui8> -> tensor<2xi8>; others unchanged.
Type getStorageType(Type type);

/// `value` with its storage type. Resource blobs keep their handle; only dense
/// booleans are copied, from bits to bytes.
ElementsAttr getStorageAttr(ElementsAttr value);

/// A scalar of the storage type as arithmetic wants it: bytes of booleans
/// become i1.
Value loadScalar(OpBuilder &builder, Location loc, Value stored, Type element);
/// The reverse of loadScalar.
Value storeScalar(OpBuilder &builder, Location loc, Value scalar, Type element);

/// Whether comparisons of elements in memory are unsigned: ui8 to ui64, and
/// booleans.
bool isUnsignedElement(Type element);

/// The type that sums are formed in: f32 for f16 and bf16, else the storage
/// type.
Type getAccumulatorType(Type element);

/// Converts between float types; integers stay as they are.
Value convertFloat(OpBuilder &builder, Location loc, Value value, Type type);

/// `value` as an attribute of the storage type `type`.
TypedAttr getNumberAttr(Type type, double value);
/// The neutral elements of maximum and minimum, of the element's storage type.
TypedAttr getLowestAttr(Type element);
TypedAttr getHighestAttr(Type element);

/// Arithmetic on scalars of one element type. `operands` are as loadScalar
/// returns them.
graph::ScalarContext getScalarContext(OpBuilder &builder, Location loc,
                                      ValueRange operands, Type element);

/// acc + x * y, fused where the target can; x and y are widened to acc's type.
Value buildMultiplyAdd(OpBuilder &builder, Location loc, Value x, Value y,
                       Value acc);

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_SCALARS_H
