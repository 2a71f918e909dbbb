//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Scalars.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::tessera;

Type mlir::tessera::getStorageType(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type)) {
    return tensor.clone(getStorageType(tensor.getElementType()));
  }
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer) {
    return type;
  }
  if (integer.getWidth() == 1) {
    return IntegerType::get(type.getContext(), 8);
  }
  return IntegerType::get(type.getContext(), integer.getWidth());
}

ElementsAttr mlir::tessera::getStorageAttr(ElementsAttr value) {
  auto type = cast<RankedTensorType>(value.getShapedType());
  auto storage = cast<RankedTensorType>(getStorageType(type));
  if (storage == type) {
    return value;
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    return DenseResourceElementsAttr::get(storage, resource.getRawHandle());
  }
  if (!type.getElementType().isInteger(1)) {
    auto dense = cast<DenseIntOrFPElementsAttr>(value);
    return DenseElementsAttr::getFromRawBuffer(storage, dense.getRawData());
  }
  if (value.isSplat()) {
    return DenseElementsAttr::get(
        storage, APInt(8, value.getSplatValue<bool>() ? 1 : 0));
  }
  SmallVector<int8_t> bytes;
  bytes.reserve(type.getNumElements());
  for (bool bit : value.getValues<bool>()) {
    bytes.push_back(bit ? 1 : 0);
  }
  return DenseElementsAttr::get(storage, ArrayRef<int8_t>(bytes));
}

Value mlir::tessera::loadScalar(OpBuilder &builder, Location loc, Value stored,
                                Type element) {
  if (!element.isInteger(1)) {
    return stored;
  }
  Value zero = builder.create<arith::ConstantOp>(
      loc, builder.getZeroAttr(stored.getType()));
  return builder.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, stored,
                                       zero);
}

Value mlir::tessera::storeScalar(OpBuilder &builder, Location loc, Value scalar,
                                 Type element) {
  if (!element.isInteger(1)) {
    return scalar;
  }
  return builder.create<arith::ExtUIOp>(loc, getStorageType(element), scalar);
}

bool mlir::tessera::isUnsignedElement(Type element) {
  return element.isUnsignedInteger() || element.isInteger(1);
}

Type mlir::tessera::getAccumulatorType(Type element) {
  if (element.isF16() || element.isBF16()) {
    return Float32Type::get(element.getContext());
  }
  return getStorageType(element);
}

Value mlir::tessera::convertFloat(OpBuilder &builder, Location loc, Value value,
                                  Type type) {
  auto from = dyn_cast<FloatType>(value.getType());
  if (!from || from == type) {
    return value;
  }
  if (from.getWidth() < cast<FloatType>(type).getWidth()) {
    return builder.create<arith::ExtFOp>(loc, type, value);
  }
  return builder.create<arith::TruncFOp>(loc, type, value);
}

TypedAttr mlir::tessera::getNumberAttr(Type type, double value) {
  if (isa<FloatType>(type)) {
    return FloatAttr::get(type, value);
  }
  return IntegerAttr::get(type, static_cast<int64_t>(value));
}

TypedAttr mlir::tessera::getLowestAttr(Type element) {
  if (auto type = dyn_cast<FloatType>(element)) {
    return FloatAttr::get(
        type, APFloat::getInf(type.getFloatSemantics(), /*Negative=*/true));
  }
  Type storage = getStorageType(element);
  unsigned width = storage.getIntOrFloatBitWidth();
  return IntegerAttr::get(storage, isUnsignedElement(element)
                                       ? APInt::getZero(width)
                                       : APInt::getSignedMinValue(width));
}

TypedAttr mlir::tessera::getHighestAttr(Type element) {
  if (auto type = dyn_cast<FloatType>(element)) {
    return FloatAttr::get(type, APFloat::getInf(type.getFloatSemantics()));
  }
  Type storage = getStorageType(element);
  unsigned width = storage.getIntOrFloatBitWidth();
  if (element.isInteger(1)) {
    return IntegerAttr::get(storage, 1);
  }
  return IntegerAttr::get(storage, isUnsignedElement(element)
                                       ? APInt::getMaxValue(width)
                                       : APInt::getSignedMaxValue(width));
}

graph::ScalarContext mlir::tessera::getScalarContext(OpBuilder &builder,
                                                     Location loc,
                                                     ValueRange operands,
                                                     Type element) {
  SmallVector<Type> types(operands.size(), element);
  return graph::ScalarContext(builder, loc, operands, types, element);
}

Value mlir::tessera::buildMultiplyAdd(OpBuilder &builder, Location loc, Value x,
                                      Value y, Value acc) {
  if (!isa<FloatType>(acc.getType())) {
    Value product = builder.create<arith::MulIOp>(loc, x, y);
    return builder.create<arith::AddIOp>(loc, acc, product);
  }
  x = convertFloat(builder, loc, x, acc.getType());
  y = convertFloat(builder, loc, y, acc.getType());
  auto contract = arith::FastMathFlags::contract;
  Value product = builder.create<arith::MulFOp>(loc, x, y, contract);
  return builder.create<arith::AddFOp>(loc, acc, product, contract);
}
