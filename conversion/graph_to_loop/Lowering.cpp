//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::tessera;

ArrayRef<int64_t> mlir::tessera::getShape(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

Type mlir::tessera::getElement(Value tensor) {
  return getElementTypeOrSelf(tensor.getType());
}

static SmallVector<OpFoldResult> getIndexAttrs(OpBuilder &builder,
                                               ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

Value OpLowering::constant(TypedAttr value) {
  return builder.create<arith::ConstantOp>(loc, value);
}

Value OpLowering::indexConstant(int64_t value) {
  return builder.create<arith::ConstantIndexOp>(loc, value);
}

Value OpLowering::empty(ArrayRef<int64_t> shape, Type storage) {
  return builder.create<tensor::EmptyOp>(loc, shape, storage);
}

Value OpLowering::fill(TypedAttr value, Value destination) {
  NestBuilder nest = this->nest();
  nest.output(destination, nest.parallel(getShape(destination)));
  return nest.elementwise([&](ValueRange) { return constant(value); });
}

Value OpLowering::copy(Value source, Value destination) {
  NestBuilder nest = this->nest();
  SmallVector<AffineExpr> dims = nest.parallel(getShape(destination));
  nest.input(source, dims);
  nest.output(destination, dims);
  return nest.elementwise([](ValueRange values) { return values.front(); });
}

Value OpLowering::crop(Value source, ArrayRef<int64_t> offsets,
                       ArrayRef<int64_t> sizes) {
  if (sizes == getShape(source)) {
    return source;
  }
  SmallVector<int64_t> steps(sizes.size(), 1);
  return builder.create<tensor::ExtractSliceOp>(
      loc, source, getIndexAttrs(builder, offsets),
      getIndexAttrs(builder, sizes), getIndexAttrs(builder, steps));
}

Value OpLowering::insert(Value source, Value destination,
                         ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps) {
  SmallVector<int64_t> ones(offsets.size(), 1);
  return builder.create<tensor::InsertSliceOp>(
      loc, source, destination, getIndexAttrs(builder, offsets),
      getIndexAttrs(builder, getShape(source)),
      getIndexAttrs(builder, steps.empty() ? ones : steps));
}

Value OpLowering::surround(Value source, Value destination,
                           ArrayRef<int64_t> low,
                           llvm::function_ref<Value(Value)> fill) {
  // The interior comes first: what computes `source` can then write it in
  // place, as the destination is there before.
  Value result = insert(source, destination, low);
  ArrayRef<int64_t> inner = getShape(source);
  SmallVector<int64_t> offsets(inner.size(), 0);
  SmallVector<int64_t> sizes(getShape(destination));
  auto fillStrip = [&](size_t d, int64_t offset, int64_t size) {
    offsets[d] = offset;
    sizes[d] = size;
    if (!llvm::is_contained(sizes, 0)) {
      result = insert(fill(crop(result, offsets, sizes)), result, offsets);
    }
  };
  // The first strips are whole rows, the later ones lie between them.
  for (size_t d = 0; d < inner.size(); ++d) {
    int64_t end = low[d] + inner[d];
    int64_t high = sizes[d] - end;
    fillStrip(d, 0, low[d]);
    fillStrip(d, end, high);
    offsets[d] = low[d];
    sizes[d] = inner[d];
  }
  return result;
}

Value OpLowering::pad(Value source, ArrayRef<int64_t> low,
                      ArrayRef<int64_t> high, TypedAttr value) {
  SmallVector<int64_t> shape(getShape(source));
  for (size_t d = 0; d < shape.size(); ++d) {
    shape[d] += low[d] + high[d];
  }
  if (ArrayRef<int64_t>(shape) == getShape(source)) {
    return source;
  }
  return surround(source, empty(shape, getElement(source)), low,
                  [&](Value part) { return fill(value, part); });
}

Value OpLowering::reshape(Value source, ArrayRef<int64_t> shape) {
  auto from = cast<RankedTensorType>(source.getType());
  auto to = RankedTensorType::get(shape, from.getElementType());
  if (from == to) {
    return source;
  }
  if (std::optional<SmallVector<ReassociationIndices>> reassociation =
          getReassociationIndicesForReshape(from, to)) {
    if (from.getRank() > to.getRank()) {
      return builder.create<tensor::CollapseShapeOp>(loc, to, source,
                                                     *reassociation);
    }
    return builder.create<tensor::ExpandShapeOp>(loc, to, source,
                                                 *reassociation);
  }
  // Through one dimension.
  SmallVector<ReassociationIndices> all(1);
  all[0] = llvm::to_vector<2>(llvm::seq<int64_t>(0, from.getRank()));
  auto flat =
      RankedTensorType::get(from.getNumElements(), from.getElementType());
  Value collapsed =
      builder.create<tensor::CollapseShapeOp>(loc, flat, source, all);
  all[0] = llvm::to_vector<2>(llvm::seq<int64_t>(0, to.getRank()));
  return builder.create<tensor::ExpandShapeOp>(loc, to, collapsed, all);
}

Value OpLowering::wrapIndex(Value element, int64_t size) {
  Type type = element.getType();
  auto integer = [&](int64_t value) {
    return constant(builder.getIntegerAttr(type, value));
  };
  Value zero = integer(0);
  Value isNegative = builder.create<arith::CmpIOp>(
      loc, arith::CmpIPredicate::slt, element, zero);
  Value fromEnd = builder.create<arith::AddIOp>(loc, element, integer(size));
  Value index =
      builder.create<arith::SelectOp>(loc, isNegative, fromEnd, element);
  index = builder.create<arith::MaxSIOp>(loc, index, zero);
  index = builder.create<arith::MinSIOp>(loc, index, integer(size - 1));
  return builder.create<arith::IndexCastOp>(loc, builder.getIndexType(), index);
}

Value OpLowering::extract(Value tensor, ValueRange indices) {
  return builder.create<tensor::ExtractOp>(loc, tensor, indices);
}

LoweringTable::Lowering LoweringTable::lookup(Operation *op) const {
  auto found = table.find(op->getName());
  if (found != table.end()) {
    return found->second;
  }
  if (isa<graph::ElementwiseOpInterface>(op)) {
    return lowerElementwise;
  }
  return nullptr;
}
