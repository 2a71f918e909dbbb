//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Builds graph ops for one source node: never crashes, folds shape arithmetic.
///
/// Every method that takes values returns a null Value when one of its operands
/// is null or the op can't be built, so that a decomposition needs no checks
/// between its steps; the first reason is kept in `error()`. An op whose
/// operands are all small constants is evaluated at once, which is what makes
/// the operands of Reshape, Slice, ... constants.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_GRAPHEMITTER_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_GRAPHEMITTER_H

#include "conversion/onnx_to_graph/HostTensor.h"
#include "dialects/graph/GraphOps.h"

#include "mlir/IR/Builders.h"

#include "llvm/ADT/DenseMap.h"

namespace mlir::tessera::onnx_to_graph {

/// Static row-major element count of `shape`, or nothing on overflow or if a
/// dimension is negative.
std::optional<int64_t> elementCount(ArrayRef<int64_t> shape);

/// Numbers from 0 to `count` - 1.
SmallVector<int64_t> sequence(int64_t count);

/// One window's geometry: an entry of each array for each spatial dimension,
/// `pads` all low ones, then all high ones.
struct Window {
  SmallVector<int64_t> kernel;
  SmallVector<int64_t> strides;
  SmallVector<int64_t> dilations;
  SmallVector<int64_t> pads;
  bool ceilMode = false;
};

class GraphEmitter {
public:
  /// Tensors of up to this many elements are evaluated.
  static constexpr int64_t evaluationLimit = 4096;

  GraphEmitter(MLIRContext *context, Block *block);

  OpBuilder &builder() { return opBuilder; }
  MLIRContext *context() { return opBuilder.getContext(); }
  void setLocation(Location location) { loc = location; }
  Location location() const { return loc; }

  /// The first failure since the last clearError().
  StringRef error() const { return firstError; }
  void clearError() { firstError.clear(); }
  /// Records `message` and returns a null Value.
  Value fail(const Twine &message);

  //===-- Types -----------------------------------------------------------===//

  static RankedTensorType typeOf(Value value) {
    return cast<RankedTensorType>(value.getType());
  }
  static ArrayRef<int64_t> shapeOf(Value value) {
    return typeOf(value).getShape();
  }
  static int64_t rankOf(Value value) { return typeOf(value).getRank(); }
  static Type elementOf(Value value) { return typeOf(value).getElementType(); }
  static bool isFloat(Value value) { return isa<FloatType>(elementOf(value)); }
  Type f32() { return opBuilder.getF32Type(); }
  Type i64() { return opBuilder.getI64Type(); }
  Type i1() { return opBuilder.getI1Type(); }

  //===-- Constants -------------------------------------------------------===//

  Value constant(ElementsAttr value);
  Value constant(const HostTensor &tensor) { return constant(tensor.toAttr()); }
  /// A 1-D i64 tensor.
  Value constant(ArrayRef<int64_t> values);
  /// A tensor of floating-point or integer type with these elements.
  Value constant(ArrayRef<int64_t> shape, Type element,
                 ArrayRef<double> values);
  /// A 0-D tensor; integers by truncation.
  Value scalar(Type element, double value);
  /// A 0-D tensor of `like`'s element type.
  Value scalarLike(Value like, double value);
  /// A tensor full of one value.
  Value splat(ArrayRef<int64_t> shape, Type element, double value);
  Value zerosLike(Value like);
  /// The elements of a constant of at most `limit` elements, else null. Valid
  /// until the next call that creates an op.
  const HostTensor *hostTensor(Value value, int64_t limit = 65536);
  bool isConstant(Value value) {
    return value && value.getDefiningOp<graph::ConstantOp>();
  }

  //===-- Any op ----------------------------------------------------------===//

  /// Infers the types, builds, verifies and evaluates. Null on failure.
  template <typename OpTy>
  Operation *createOp(ValueRange operands,
                      ArrayRef<NamedAttribute> attributes = {}) {
    return createInferred(
        OpTy::getOperationName(), operands, attributes,
        [&](OperationState &state, SmallVectorImpl<Type> &types) {
          auto &properties = state.getOrAddProperties<
              typename OpTy::template InferredProperties<OpTy>>();
          DictionaryAttr dictionary = state.attributes.getDictionary(context());
          auto info = state.name.getRegisteredInfo();
          if (!attributes.empty() && failed(info->setOpPropertiesFromAttribute(
                                         state.name, &properties, dictionary,
                                         [&] { return emitError(loc); }))) {
            return failure();
          }
          OpTy::populateDefaultProperties(state.name, properties);
          return OpTy::inferReturnTypes(context(), loc, state.operands,
                                        dictionary, &properties, {}, types);
        });
  }
  template <typename OpTy>
  Value create(ValueRange operands, ArrayRef<NamedAttribute> attributes = {}) {
    Operation *op = createOp<OpTy>(operands, attributes);
    return finish(op);
  }
  NamedAttribute named(StringRef name, Attribute value) {
    return opBuilder.getNamedAttr(name, value);
  }
  NamedAttribute ints(StringRef name, ArrayRef<int64_t> values) {
    return named(name, opBuilder.getDenseI64ArrayAttr(values));
  }
  NamedAttribute integer(StringRef name, int64_t value) {
    return named(name, opBuilder.getI64IntegerAttr(value));
  }
  NamedAttribute number(StringRef name, double value) {
    return named(name, opBuilder.getF64FloatAttr(value));
  }
  NamedAttribute unit(StringRef name) {
    return named(name, opBuilder.getUnitAttr());
  }

  //===-- Elementwise -----------------------------------------------------===//

  Value add(Value a, Value b) { return create<graph::AddOp>({a, b}); }
  Value sub(Value a, Value b) { return create<graph::SubOp>({a, b}); }
  Value mul(Value a, Value b) { return create<graph::MulOp>({a, b}); }
  Value div(Value a, Value b) { return create<graph::DivOp>({a, b}); }
  Value min(Value a, Value b) { return create<graph::MinOp>({a, b}); }
  Value max(Value a, Value b) { return create<graph::MaxOp>({a, b}); }
  Value add(Value a, double b) { return add(a, scalarLike(a, b)); }
  Value sub(Value a, double b) { return sub(a, scalarLike(a, b)); }
  Value mul(Value a, double b) { return mul(a, scalarLike(a, b)); }
  Value div(Value a, double b) { return div(a, scalarLike(a, b)); }
  Value min(Value a, double b) { return min(a, scalarLike(a, b)); }
  Value max(Value a, double b) { return max(a, scalarLike(a, b)); }
  Value neg(Value x) { return create<graph::NegOp>({x}); }
  Value equal(Value a, Value b) { return create<graph::EqualOp>({a, b}); }
  Value less(Value a, Value b) { return create<graph::LessOp>({a, b}); }
  Value lessEqual(Value a, Value b) {
    return create<graph::LessEqualOp>({a, b});
  }
  Value logicalAnd(Value a, Value b) { return create<graph::AndOp>({a, b}); }
  Value logicalNot(Value a) { return create<graph::NotOp>({a}); }
  Value where(Value condition, Value onTrue, Value onFalse) {
    return create<graph::WhereOp>({condition, onTrue, onFalse});
  }
  Value clamp(Value x, double low, double high) {
    return create<graph::ClampOp>({x},
                                  {number("min", low), number("max", high)});
  }
  /// `x` itself if it has that element type already.
  Value convert(Value x, Type element);

  //===-- Shape and data movement -----------------------------------------===//

  Value reshape(Value x, ArrayRef<int64_t> shape);
  /// Inserts a dimension of size 1.
  Value unsqueeze(Value x, int64_t axis);
  /// Appends dimensions of size 1 until the rank is `rank`.
  Value appendDims(Value x, int64_t rank);
  /// Reshapes a vector so that it lies along `axis` of a tensor of `rank`.
  Value alongAxis(Value vector, int64_t axis, int64_t rank);
  Value transpose(Value x, ArrayRef<int64_t> permutation);
  Value swapAxes(Value x, int64_t a, int64_t b);
  Value broadcast(Value x, ArrayRef<int64_t> shape);
  Value slice(Value x, ArrayRef<int64_t> starts, ArrayRef<int64_t> sizes,
              ArrayRef<int64_t> steps);
  /// `size` elements of one axis.
  Value sliceAxis(Value x, int64_t axis, int64_t start, int64_t size,
                  int64_t step = 1);
  Value concat(ArrayRef<Value> values, int64_t axis);
  /// Pads by `value`, a 0-D tensor; null means zero.
  Value pad(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
            Value value = {}, graph::PadMode mode = graph::PadMode::constant);
  Value gather(Value x, Value indices, int64_t axis) {
    return create<graph::GatherOp>({x, indices}, {integer("axis", axis)});
  }
  /// The index along `axis` of `shape`.
  Value iota(ArrayRef<int64_t> shape, Type element, int64_t axis);

  //===-- Contractions, reductions ----------------------------------------===//

  Value matmul(Value a, Value b) { return create<graph::MatmulOp>({a, b}); }
  Value conv(Value x, Value filter, const Window &window, int64_t groups);
  Value maxPool(Value x, const Window &window);
  Value avgPool(Value x, const Window &window, bool countIncludePad);
  /// Reduces over sorted, non-negative axes; the value itself over none.
  Value reduce(graph::ReduceKind kind, Value x, ArrayRef<int64_t> axes,
               bool keepDims);
  Value softmax(Value x, int64_t axis, bool log = false);
  Value layerNorm(Value x, int64_t axis, double epsilon, bool rms = false);

private:
  using Infer = llvm::function_ref<LogicalResult(OperationState &,
                                                 SmallVectorImpl<Type> &)>;
  Operation *createInferred(StringRef name, ValueRange operands,
                            ArrayRef<NamedAttribute> attributes, Infer infer);
  /// An op whose one result type is stated.
  Value createTyped(StringRef name, ValueRange operands, Type type,
                    ArrayRef<NamedAttribute> attributes = {});
  Operation *insert(OperationState &state);
  /// Whether `x` has that dimension; records a failure if not.
  bool hasAxis(Value x, int64_t axis);
  /// The result, or the constant to which the op evaluates.
  Value finish(Operation *op);

  OpBuilder opBuilder;
  Location loc;
  std::string firstError;
  llvm::DenseMap<Value, HostTensor> hostTensors;
};

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_GRAPHEMITTER_H
