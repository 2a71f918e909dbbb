//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/NestBuilder.h"

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace mlir::tessera;

AffineExpr NestBuilder::addDimension(int64_t bound, bool isReduction) {
  bounds.push_back(bound);
  reductions.push_back(isReduction);
  return builder.getAffineDimExpr(bounds.size() - 1);
}

SmallVector<AffineExpr> NestBuilder::parallel(ArrayRef<int64_t> bounds) {
  return llvm::map_to_vector(bounds, [&](int64_t b) { return parallel(b); });
}

SmallVector<AffineExpr> NestBuilder::reduction(ArrayRef<int64_t> bounds) {
  return llvm::map_to_vector(bounds, [&](int64_t b) { return reduction(b); });
}

AffineExpr NestBuilder::constant(int64_t value) {
  return builder.getAffineConstantExpr(value);
}

void NestBuilder::input(Value tensor, ArrayRef<AffineExpr> indices) {
  ElementsAttr value;
  if (matchPattern(tensor, m_Constant(&value)) && value.isSplat()) {
    splats.push_back(value.getSplatValue<TypedAttr>());
    return;
  }
  splats.push_back({});
  inputs.push_back(tensor);
  inputIndices.emplace_back(indices);
}

void NestBuilder::epilogueInput(Value tensor, ArrayRef<AffineExpr> indices) {
  epilogueInputs.push_back(tensor);
  epilogueIndices.emplace_back(indices);
}

void NestBuilder::output(Value destination, ArrayRef<AffineExpr> indices) {
  outputs.push_back(destination);
  outputIndices.emplace_back(indices);
}

Value NestBuilder::elementwise(ScalarBody combine) {
  TypedAttr zero =
      builder.getZeroAttr(getElementTypeOrSelf(outputs.front().getType()));
  return reduce(
      zero, [&](ValueRange values) { return combine(values.drop_back()); },
      [](ValueRange values) { return values.front(); });
}

Value NestBuilder::reduce(TypedAttr init, ScalarBody combine,
                          ScalarBody epilogue) {
  return build(
             init,
             [&](ValueRange values) {
               return SmallVector<Value>{combine(values)};
             },
             [&](ValueRange values) {
               return SmallVector<Value>{epilogue(values)};
             })
      .front();
}

SmallVector<Value> NestBuilder::insertSplats(ValueRange elements) {
  SmallVector<Value> values;
  for (TypedAttr splat : splats) {
    if (splat) {
      values.push_back(builder.create<arith::ConstantOp>(loc, splat));
    } else {
      values.push_back(elements.front());
      elements = elements.drop_front();
    }
  }
  llvm::append_range(values, elements);
  return values;
}

SmallVector<Value> NestBuilder::build(ArrayRef<TypedAttr> inits, Body combine,
                                      Body epilogue) {
  SmallVector<AffineMap> maps;
  for (auto *lists : {&inputIndices, &epilogueIndices, &outputIndices}) {
    for (ArrayRef<AffineExpr> list : *lists) {
      maps.push_back(
          AffineMap::get(bounds.size(), 0, list, builder.getContext()));
    }
  }
  SmallVector<Attribute> iterators;
  for (bool isReduction : reductions) {
    iterators.push_back(loop::IteratorKindAttr::get(
        builder.getContext(), isReduction ? loop::IteratorKind::reduction
                                          : loop::IteratorKind::parallel));
  }
  auto nest = builder.create<loop::NestOp>(
      loc, TypeRange(ValueRange(outputs)), inputs, epilogueInputs, outputs,
      builder.getAffineMapArrayAttr(maps), builder.getArrayAttr(iterators),
      builder.getDenseI64ArrayAttr(bounds));

  SmallVector<Type> accumulators =
      llvm::map_to_vector(inits, [](TypedAttr init) { return init.getType(); });
  auto elements = [](ArrayRef<Value> tensors) {
    return llvm::map_to_vector(tensors, [](Value tensor) {
      return getElementTypeOrSelf(tensor.getType());
    });
  };
  loop::buildNestRegion(
      builder, loc, nest.getInit(), {}, [&](OpBuilder &b, ValueRange) {
        return llvm::map_to_vector(inits, [&](TypedAttr init) -> Value {
          return b.create<arith::ConstantOp>(loc, init);
        });
      });
  SmallVector<Type> types = elements(inputs);
  llvm::append_range(types, accumulators);
  loop::buildNestRegion(builder, loc, nest.getCombine(), types,
                        [&](OpBuilder &, ValueRange values) {
                          return combine(insertSplats(values));
                        });
  types = accumulators;
  llvm::append_range(types, elements(epilogueInputs));
  loop::buildNestRegion(
      builder, loc, nest.getEpilogue(), types,
      [&](OpBuilder &, ValueRange values) { return epilogue(values); });
  return nest.getResults();
}

Value NestBuilder::index(AffineExpr dimension) {
  return builder.create<loop::IndexOp>(
      loc, builder.getIndexType(),
      static_cast<uint64_t>(cast<AffineDimExpr>(dimension).getPosition()));
}
