//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/GraphEmitter.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

namespace mlir::tessera::onnx_to_graph {

std::optional<int64_t> elementCount(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  bool overflow = false;
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0) {
      return std::nullopt;
    }
    if (size == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(count, size, &count)) {
      overflow = true;
    }
  }
  // A byte count must fit too.
  if (overflow || count > (int64_t(1) << 58)) {
    return std::nullopt;
  }
  return empty ? 0 : count;
}

SmallVector<int64_t> sequence(int64_t count) {
  return llvm::to_vector(llvm::seq<int64_t>(0, count));
}

GraphEmitter::GraphEmitter(MLIRContext *context, Block *block)
    : opBuilder(context), loc(UnknownLoc::get(context)) {
  opBuilder.setInsertionPointToEnd(block);
}

Value GraphEmitter::fail(const Twine &message) {
  if (firstError.empty()) {
    firstError = message.str();
  }
  return {};
}

//===-- Constants ---------------------------------------------------------===//

Value GraphEmitter::constant(ElementsAttr value) {
  return opBuilder.create<graph::ConstantOp>(loc, value);
}

Value GraphEmitter::constant(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    opBuilder.getI64Type());
  return constant(DenseElementsAttr::get(type, values));
}

Value GraphEmitter::constant(ArrayRef<int64_t> shape, Type element,
                             ArrayRef<double> values) {
  HostTensor tensor = HostTensor::zeros(RankedTensorType::get(shape, element));
  for (size_t i = 0; i < values.size(); ++i) {
    if (tensor.isFloat()) {
      tensor.floats[i] = values[i];
    } else {
      tensor.ints[i] = static_cast<int64_t>(values[i]);
    }
  }
  return constant(tensor);
}

Value GraphEmitter::scalar(Type element, double value) {
  return splat({}, element, value);
}

Value GraphEmitter::scalarLike(Value like, double value) {
  return like ? scalar(elementOf(like), value) : Value();
}

Value GraphEmitter::splat(ArrayRef<int64_t> shape, Type element, double value) {
  if (!elementCount(shape)) {
    return fail("the size of a tensor overflows");
  }
  auto type = RankedTensorType::get(shape, element);
  if (auto floatType = dyn_cast<FloatType>(element)) {
    APFloat number(value);
    bool losesInfo;
    number.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return constant(DenseElementsAttr::get(type, number));
  }
  // Bounds of 64-bit integers are not exact in f64.
  int64_t bits = value >= 0x1p63    ? INT64_MAX
                 : value <= -0x1p63 ? INT64_MIN
                                    : static_cast<int64_t>(value);
  APInt number(element.getIntOrFloatBitWidth(), static_cast<uint64_t>(bits),
               /*isSigned=*/true);
  return constant(DenseElementsAttr::get(type, number));
}

Value GraphEmitter::zerosLike(Value like) {
  return like ? splat(shapeOf(like), elementOf(like), 0) : Value();
}

const HostTensor *GraphEmitter::hostTensor(Value value, int64_t limit) {
  if (!isConstant(value)) {
    return nullptr;
  }
  auto found = hostTensors.find(value);
  if (found != hostTensors.end()) {
    return found->second.size() <= limit ? &found->second : nullptr;
  }
  auto tensor = HostTensor::fromAttr(
      value.getDefiningOp<graph::ConstantOp>().getValue(), limit);
  return tensor ? &(hostTensors[value] = std::move(*tensor)) : nullptr;
}

//===-- Any op ------------------------------------------------------------===//

Operation *GraphEmitter::insert(OperationState &state) {
  std::string message;
  ScopedDiagnosticHandler handler(context(), [&](Diagnostic &diagnostic) {
    if (message.empty() &&
        diagnostic.getSeverity() == DiagnosticSeverity::Error) {
      message = diagnostic.str();
    }
    return success();
  });
  for (Type type : state.types) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !elementCount(tensor.getShape())) {
      fail("the size of the result of '" + state.name.getStringRef() +
           "' overflows or is unknown");
      return nullptr;
    }
  }
  Operation *op = opBuilder.create(state);
  if (failed(verify(op, /*verifyRecursively=*/false))) {
    op->erase();
    fail(message);
    return nullptr;
  }
  return op;
}

Operation *GraphEmitter::createInferred(StringRef name, ValueRange operands,
                                        ArrayRef<NamedAttribute> attributes,
                                        Infer infer) {
  if (llvm::any_of(operands, [](Value value) { return !value; })) {
    fail("an operand is missing");
    return nullptr;
  }
  OperationState state(loc, name);
  state.addOperands(operands);
  state.addAttributes(attributes);
  std::string message;
  SmallVector<Type> types;
  {
    ScopedDiagnosticHandler handler(context(), [&](Diagnostic &diagnostic) {
      if (message.empty()) {
        message = diagnostic.str();
      }
      return success();
    });
    if (failed(infer(state, types))) {
      std::string shapes;
      for (Value operand : operands) {
        llvm::raw_string_ostream(shapes)
            << (shapes.empty() ? "" : ", ") << operand.getType();
      }
      fail((message.empty() ? "'" + name.str() + "' does not take " + shapes
                            : message));
      return nullptr;
    }
  }
  // Moved into the properties already.
  state.attributes.clear();
  state.addTypes(types);
  return insert(state);
}

Value GraphEmitter::createTyped(StringRef name, ValueRange operands, Type type,
                                ArrayRef<NamedAttribute> attributes) {
  if (llvm::any_of(operands, [](Value value) { return !value; })) {
    return fail("an operand is missing");
  }
  OperationState state(loc, name);
  state.addOperands(operands);
  state.addAttributes(attributes);
  state.addTypes(type);
  return finish(insert(state));
}

Value GraphEmitter::finish(Operation *op) {
  if (!op) {
    return {};
  }
  Value result = op->getResult(0);
  SmallVector<const HostTensor *, 3> operands;
  // Filled first: the map may move what it holds.
  for (Value operand : op->getOperands()) {
    if (!hostTensor(operand, evaluationLimit)) {
      return result;
    }
  }
  for (Value operand : op->getOperands()) {
    operands.push_back(hostTensor(operand, evaluationLimit));
  }
  if (typeOf(result).getNumElements() > evaluationLimit) {
    return result;
  }
  std::optional<HostTensor> value = evaluateOnHost(op, operands);
  if (!value) {
    return result;
  }
  op->erase();
  return constant(*value);
}

Value GraphEmitter::convert(Value x, Type element) {
  if (!x || elementOf(x) == element) {
    return x;
  }
  return create<graph::CastOp>({x}, {named("to", TypeAttr::get(element))});
}

//===-- Shape and data movement -------------------------------------------===//

Value GraphEmitter::reshape(Value x, ArrayRef<int64_t> shape) {
  if (!x || shapeOf(x) == shape) {
    return x;
  }
  if (elementCount(shape) != elementCount(shapeOf(x))) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    stream << "can't reshape [";
    llvm::interleaveComma(shapeOf(x), stream);
    stream << "] to [";
    llvm::interleaveComma(shape, stream);
    stream << "]: the number of elements differs";
    return fail(text);
  }
  return createTyped(graph::ReshapeOp::getOperationName(), x,
                     RankedTensorType::get(shape, elementOf(x)));
}

bool GraphEmitter::hasAxis(Value x, int64_t axis) {
  if (axis >= 0 && axis < rankOf(x)) {
    return true;
  }
  fail("a tensor of rank " + Twine(rankOf(x)) + " has no dimension " +
       Twine(axis));
  return false;
}

Value GraphEmitter::unsqueeze(Value x, int64_t axis) {
  if (!x || (axis != rankOf(x) && !hasAxis(x, axis))) {
    return {};
  }
  SmallVector<int64_t> shape(shapeOf(x));
  shape.insert(shape.begin() + axis, 1);
  return reshape(x, shape);
}

Value GraphEmitter::appendDims(Value x, int64_t rank) {
  if (!x) {
    return x;
  }
  SmallVector<int64_t> shape(shapeOf(x));
  while (static_cast<int64_t>(shape.size()) < rank) {
    shape.push_back(1);
  }
  return reshape(x, shape);
}

Value GraphEmitter::alongAxis(Value vector, int64_t axis, int64_t rank) {
  if (!vector) {
    return vector;
  }
  if (rankOf(vector) != 1) {
    return fail("expected a 1-D tensor, but got rank " + Twine(rankOf(vector)));
  }
  return appendDims(vector, rank - axis);
}

Value GraphEmitter::transpose(Value x, ArrayRef<int64_t> permutation) {
  if (!x || llvm::equal(permutation, sequence(rankOf(x)))) {
    return x;
  }
  return create<graph::TransposeOp>({x}, {ints("permutation", permutation)});
}

Value GraphEmitter::swapAxes(Value x, int64_t a, int64_t b) {
  if (!x || !hasAxis(x, a) || !hasAxis(x, b)) {
    return {};
  }
  SmallVector<int64_t> permutation = sequence(rankOf(x));
  std::swap(permutation[a], permutation[b]);
  return transpose(x, permutation);
}

Value GraphEmitter::broadcast(Value x, ArrayRef<int64_t> shape) {
  if (!x || shapeOf(x) == shape) {
    return x;
  }
  return createTyped(graph::BroadcastOp::getOperationName(), x,
                     RankedTensorType::get(shape, elementOf(x)));
}

Value GraphEmitter::slice(Value x, ArrayRef<int64_t> starts,
                          ArrayRef<int64_t> sizes, ArrayRef<int64_t> steps) {
  if (!x || (sizes == shapeOf(x) &&
             llvm::all_of(steps, [](int64_t step) { return step == 1; }))) {
    return x;
  }
  return create<graph::SliceOp>(
      {x},
      {ints("starts", starts), ints("sizes", sizes), ints("steps", steps)});
}

Value GraphEmitter::sliceAxis(Value x, int64_t axis, int64_t start,
                              int64_t size, int64_t step) {
  if (!x || !hasAxis(x, axis)) {
    return {};
  }
  SmallVector<int64_t> starts(rankOf(x), 0);
  SmallVector<int64_t> sizes(shapeOf(x));
  SmallVector<int64_t> steps(rankOf(x), 1);
  starts[axis] = start;
  sizes[axis] = size;
  steps[axis] = step;
  return slice(x, starts, sizes, steps);
}

Value GraphEmitter::concat(ArrayRef<Value> values, int64_t axis) {
  if (values.size() == 1) {
    return values.front();
  }
  return create<graph::ConcatOp>(values, {integer("axis", axis)});
}

Value GraphEmitter::pad(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                        Value value, graph::PadMode mode) {
  auto isZero = [](int64_t amount) { return amount == 0; };
  if (!x || (llvm::all_of(low, isZero) && llvm::all_of(high, isZero))) {
    return x;
  }
  SmallVector<Value> operands = {x};
  if (value) {
    operands.push_back(value);
  }
  return create<graph::PadOp>(
      operands, {ints("low", low), ints("high", high),
                 named("mode", graph::PadModeAttr::get(context(), mode))});
}

Value GraphEmitter::iota(ArrayRef<int64_t> shape, Type element, int64_t axis) {
  return createTyped(graph::IotaOp::getOperationName(), {},
                     RankedTensorType::get(shape, element),
                     {integer("axis", axis)});
}

//===-- Contractions, reductions ------------------------------------------===//

Value GraphEmitter::conv(Value x, Value filter, const Window &window,
                         int64_t groups) {
  return create<graph::ConvOp>(
      {x, filter},
      {ints("strides", window.strides), ints("dilations", window.dilations),
       ints("pads", window.pads), integer("groups", groups)});
}

static SmallVector<NamedAttribute> poolAttributes(GraphEmitter &emit,
                                                  const Window &window) {
  SmallVector<NamedAttribute> attributes = {
      emit.ints("kernel", window.kernel), emit.ints("strides", window.strides),
      emit.ints("dilations", window.dilations), emit.ints("pads", window.pads)};
  if (window.ceilMode) {
    attributes.push_back(emit.unit("ceil_mode"));
  }
  return attributes;
}

Value GraphEmitter::maxPool(Value x, const Window &window) {
  return create<graph::MaxPoolOp>({x}, poolAttributes(*this, window));
}

Value GraphEmitter::avgPool(Value x, const Window &window,
                            bool countIncludePad) {
  SmallVector<NamedAttribute> attributes = poolAttributes(*this, window);
  if (countIncludePad) {
    attributes.push_back(unit("count_include_pad"));
  }
  return create<graph::AvgPoolOp>({x}, attributes);
}

Value GraphEmitter::reduce(graph::ReduceKind kind, Value x,
                           ArrayRef<int64_t> axes, bool keepDims) {
  if (axes.empty()) {
    return x;
  }
  SmallVector<NamedAttribute> attributes = {
      named("kind", graph::ReduceKindAttr::get(context(), kind)),
      ints("axes", axes)};
  if (keepDims) {
    attributes.push_back(unit("keep_dims"));
  }
  return create<graph::ReduceOp>({x}, attributes);
}

Value GraphEmitter::softmax(Value x, int64_t axis, bool log) {
  SmallVector<NamedAttribute> attributes = {integer("axis", axis)};
  if (log) {
    attributes.push_back(unit("log"));
  }
  return create<graph::SoftmaxOp>({x}, attributes);
}

Value GraphEmitter::layerNorm(Value x, int64_t axis, double epsilon, bool rms) {
  SmallVector<NamedAttribute> attributes = {integer("axis", axis),
                                            number("epsilon", epsilon)};
  if (rms) {
    attributes.push_back(unit("rms"));
  }
  return create<graph::LayerNormOp>({x}, attributes);
}

} // namespace mlir::tessera::onnx_to_graph
