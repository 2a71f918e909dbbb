//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What lowers one graph op into the body of a loop.program, and the table that
/// finds it by the op's name.
///
/// A lowering is a function `Value lower(XOp op, XOp::Adaptor operands,
/// OpLowering &lowering)`: `op` is read for its types and attributes,
/// `operands` are its operands as tensors of storage types inside of the
/// program, and the value returned is its result, written to
/// `lowering.destinations`. Shapes are static.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_LOWERING_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_LOWERING_H

#include "conversion/graph_to_loop/NestBuilder.h"
#include "conversion/graph_to_loop/Scalars.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>

namespace mlir::tessera {

/// The shape of a tensor value.
ArrayRef<int64_t> getShape(Value tensor);
/// The element type of a graph value, or of a tensor.
Type getElement(Value tensor);

/// One op being lowered: where code goes and what it reads and writes.
class OpLowering {
public:
  OpLowering(OpBuilder &builder, Location loc, ValueRange operands,
             ValueRange destinations)
      : builder(builder), loc(loc), operands(operands),
        destinations(destinations) {}

  OpBuilder &builder;
  Location loc;
  SmallVector<Value> operands;
  /// A tensor of the storage type for each result; to be written whole.
  SmallVector<Value> destinations;

  Value destination() const { return destinations.front(); }
  NestBuilder nest() { return NestBuilder(builder, loc); }

  Value constant(TypedAttr value);
  Value indexConstant(int64_t value);
  /// An uninitialised tensor.
  Value empty(ArrayRef<int64_t> shape, Type storage);
  /// Writes one value to all of `destination`.
  Value fill(TypedAttr value, Value destination);
  /// Copies a tensor of the same shape.
  Value copy(Value source, Value destination);
  /// The part of `sizes` elements from `offsets`; `source` itself if whole.
  Value crop(Value source, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes);
  /// Writes `source` into `destination` from `offsets`, every `steps`-th.
  Value insert(Value source, Value destination, ArrayRef<int64_t> offsets,
               ArrayRef<int64_t> steps = {});
  /// Writes `source` into `destination` from `low` on, and around it what
  /// `fill` writes to the part that it is given: a strip before and one behind
  /// in each dimension.
  Value surround(Value source, Value destination, ArrayRef<int64_t> low,
                 llvm::function_ref<Value(Value)> fill);
  /// `source` surrounded by `value`; `source` itself without padding.
  Value pad(Value source, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
            TypedAttr value);
  /// `source` in another shape with as many elements, row major.
  Value reshape(Value source, ArrayRef<int64_t> shape);

  /// Converts an index tensor's element to `index`; negative values count from
  /// the end of `size`, values out of range are clamped.
  Value wrapIndex(Value element, int64_t size);
  /// tensor.extract.
  Value extract(Value tensor, ValueRange indices);
};

/// Lowerings by op name; elementwise ops are lowered by their interface.
class LoweringTable {
public:
  using Lowering = std::function<SmallVector<Value>(Operation *, OpLowering &)>;

  explicit LoweringTable(MLIRContext *context) : context(context) {}

  template <typename OpTy>
  void add(Value (*lower)(OpTy, typename OpTy::Adaptor, OpLowering &)) {
    table[OperationName(OpTy::getOperationName(), context)] =
        [lower](Operation *op, OpLowering &lowering) {
          auto typed = cast<OpTy>(op);
          ValueRange operands = lowering.operands;
          return SmallVector<Value>{
              lower(typed, typename OpTy::Adaptor(operands, typed), lowering)};
        };
  }
  template <typename OpTy>
  void add(SmallVector<Value> (*lower)(OpTy, typename OpTy::Adaptor,
                                       OpLowering &)) {
    table[OperationName(OpTy::getOperationName(), context)] =
        [lower](Operation *op, OpLowering &lowering) {
          auto typed = cast<OpTy>(op);
          ValueRange operands = lowering.operands;
          return lower(typed, typename OpTy::Adaptor(operands, typed),
                       lowering);
        };
  }

  /// The lowering of `op`, or null.
  Lowering lookup(Operation *op) const;

private:
  MLIRContext *context;
  llvm::DenseMap<OperationName, Lowering> table;
};

/// Lowers an op with ElementwiseOpInterface.
SmallVector<Value> lowerElementwise(Operation *op, OpLowering &lowering);

void populateElementwiseLowerings(LoweringTable &table);
void populateContractionLowerings(LoweringTable &table);
void populatePoolingLowerings(LoweringTable &table);
void populateReductionLowerings(LoweringTable &table);
void populateMovementLowerings(LoweringTable &table);
void populateIndexingLowerings(LoweringTable &table);
void populateResizeLowerings(LoweringTable &table);

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_LOWERING_H
