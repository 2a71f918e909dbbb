//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A sum of n terms is off by up to 2 sqrt(n) + 2 epsilons of the sum of their
// magnitudes: roundings are as likely up as down (N. Higham and T. Mary, "A new
// approach to probabilistic rounding error analysis", 2019, with lambda = 4).
// The bound that holds for certain is n / 2 epsilons, by which a product of a
// thousand terms could lose a term unnoticed. It is taken where all weights are
// equal: equal terms are rounded alike, again and again.

#include "dialects/graph/ErrorBounds.h"
#include "dialects/graph/GraphOps.h"
#include "dialects/graph/WinogradBounds.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace mlir::tessera::graph;

using Bounds = FailureOr<SmallVector<Value>>;

static Bounds exact(unsigned numResults = 1) {
  return SmallVector<Value>(numResults);
}

static bool areExact(ArrayRef<Value> bounds) {
  return llvm::none_of(bounds, [](Value bound) { return bool(bound); });
}

/// For ops that have no bound unless their operands are exact.
static Bounds exactIfOperandsAre(Operation *op, ArrayRef<Value> bounds) {
  return areExact(bounds) ? exact(op->getNumResults()) : Bounds(failure());
}

static double getSumError(double terms, Type type) {
  return (2 * std::sqrt(terms) + 2) * getEpsilon(type);
}

/// Of `terms` products with the elements of `weights`.
static double getProductError(double terms, Type type, Value weights) {
  while (Operation *op = weights.getDefiningOp()) {
    if (!isa<ReshapeOp, TransposeOp, BroadcastOp, CastOp>(op)) {
      break;
    }
    weights = op->getOperand(0);
  }
  SplatElementsAttr equal;
  return matchPattern(weights, m_Constant(&equal))
             ? (terms / 2 + 2) * getEpsilon(type)
             : getSumError(terms, type);
}

static Type getElement(Value value) { return getElementTypeOrSelf(value); }

static int64_t countElements(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

/// The op on other operands, all of whose float results have `element`.
static Value recompute(OpBuilder &builder, Operation *op, ValueRange operands,
                       Type element) {
  Operation *copy = builder.clone(*op);
  copy->setOperands(operands);
  Value result = copy->getResult(0);
  result.setType(cast<RankedTensorType>(result.getType()).clone(element));
  return result;
}

/// What an op that only moves elements makes of the bounds of its first `count`
/// operands; the others say where to.
static Bounds moveBounds(Operation *op, OpBuilder &builder,
                         ArrayRef<Value> bounds, size_t count) {
  if (!areExact(bounds.drop_front(count))) {
    return failure();
  }
  if (areExact(bounds)) {
    return exact();
  }
  BoundBuilder b(builder, op->getLoc());
  SmallVector<Value> operands(op->getOperands());
  for (size_t i = 0; i < count; ++i) {
    operands[i] = b.orZeros(bounds[i], operands[i]);
  }
  return SmallVector<Value>{
      recompute(builder, op, operands, builder.getF64Type())};
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

Bounds ReshapeOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds TransposeOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds BroadcastOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds ConcatOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, bounds.size());
}

Bounds SliceOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds PadOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, bounds.size());
}

Bounds GatherOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds GatherElementsOp::buildErrorBounds(OpBuilder &builder,
                                          ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds GatherNdOp::buildErrorBounds(OpBuilder &builder,
                                    ArrayRef<Value> bounds) {
  return moveBounds(*this, builder, bounds, 1);
}

Bounds IotaOp::buildErrorBounds(OpBuilder &, ArrayRef<Value>) {
  return exact();
}

/// Interpolation's weights add up to 1 and are at most 4 in magnitude together
/// (cubic, in three dimensions); a tap in each dimension rounds.
Bounds ResizeOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  if (getMode() == ResizeMode::nearest ||
      !isa<FloatType>(getElement(getResult()))) {
    return moveBounds(*this, builder, bounds, 1);
  }
  BoundBuilder b(builder, getLoc());
  auto all = llvm::to_vector(
      llvm::seq<int64_t>(0, cast<ShapedType>(getType()).getRank()));
  Value magnitude = b.largest(b.abs(b.toDouble(getInput())), all);
  Value bound = b.scale(magnitude, 16 * getEpsilon(getElement(getResult())));
  if (bounds[0]) {
    bound = b.add(bound, b.scale(b.largest(bounds[0], all), 4));
  }
  return SmallVector<Value>{b.add(bound, b.orZeros(Value(), getResult()))};
}

/// Of an op that multiplies up to `terms` elements.
static Bounds buildFactorBounds(Operation *op, OpBuilder &builder,
                                ArrayRef<Value> bounds, double terms) {
  Type element = getElement(op->getResult(0));
  if (!isa<FloatType>(element) || !areExact(bounds)) {
    return exactIfOperandsAre(op, bounds);
  }
  BoundBuilder b(builder, op->getLoc());
  return SmallVector<Value>{b.scale(b.abs(b.toDouble(op->getResult(0))),
                                    getSumError(terms, element))};
}

/// How many updates meet in one element is known at run time only: all might.
static Bounds buildScatterBounds(Operation *op, OpBuilder &builder,
                                 ArrayRef<Value> bounds, ScatterKind kind) {
  Value input = op->getOperand(0), indices = op->getOperand(1),
        updates = op->getOperand(2);
  bool isFloat = isa<FloatType>(getElement(input));
  if (bounds[1]) {
    return failure();
  }
  if (kind == ScatterKind::mul) {
    return buildFactorBounds(op, builder, bounds, countElements(updates));
  }
  if (kind == ScatterKind::none ? areExact(bounds)
                                : kind != ScatterKind::add || !isFloat) {
    return exactIfOperandsAre(op, bounds);
  }
  BoundBuilder b(builder, op->getLoc());
  Type f64 = builder.getF64Type();
  Value bound;
  if (!areExact(bounds)) {
    bound = recompute(
        builder, op,
        {b.orZeros(bounds[0], input), indices, b.orZeros(bounds[2], updates)},
        f64);
  }
  if (kind == ScatterKind::add) {
    Value magnitudes = recompute(
        builder, op,
        {b.abs(b.toDouble(input)), indices, b.abs(b.toDouble(updates))}, f64);
    bound = b.add(bound, b.scale(magnitudes, getSumError(countElements(updates),
                                                         getElement(input))));
  }
  return SmallVector<Value>{bound};
}

Bounds ScatterElementsOp::buildErrorBounds(OpBuilder &builder,
                                           ArrayRef<Value> bounds) {
  return buildScatterBounds(*this, builder, bounds, getKind());
}

Bounds ScatterNdOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  return buildScatterBounds(*this, builder, bounds, getKind());
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// Of an op that adds `terms` products of its operands' elements. `own` is what
/// its rounding does if that is not what a sum's does.
static Bounds buildProductBounds(Operation *op, OpBuilder &builder,
                                 ArrayRef<Value> bounds, double terms,
                                 Value own = nullptr) {
  Type element = getElement(op->getResult(0));
  if (!isa<FloatType>(element)) {
    return exactIfOperandsAre(op, bounds);
  }
  BoundBuilder b(builder, op->getLoc());
  // In f32 unless the op is in f64, so that weights are not doubled.
  Type type = element.isF64() ? element : builder.getF32Type();
  auto convert = [&](Value value) -> Value {
    return getElement(value) == type
               ? value
               : builder.create<CastOp>(b.loc, value, TypeAttr::get(type));
  };
  auto product = [&](Value lhs, Value rhs) {
    return b.toDouble(recompute(builder, op, {lhs, rhs}, type));
  };
  Value lhs = b.abs(convert(op->getOperand(0)));
  Value rhs = b.abs(convert(op->getOperand(1)));
  Value bound =
      own ? own
          : b.scale(product(lhs, rhs),
                    getProductError(terms, element, op->getOperand(1)));
  if (bounds[1]) {
    Value error = convert(bounds[1]);
    bound = b.add(bound, product(lhs, error));
    rhs = builder.create<AddOp>(b.loc, rhs, error);
  }
  if (bounds[0]) {
    bound = b.add(bound, product(convert(bounds[0]), rhs));
  }
  return SmallVector<Value>{bound};
}

Bounds MatmulOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return buildProductBounds(
      *this, builder, bounds,
      cast<ShapedType>(getLhs().getType()).getShape().back());
}

Bounds ConvOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  auto filter = cast<ShapedType>(getFilter().getType());
  int64_t results =
      getChannelsLast() ? filter.getShape().back() : filter.getShape().front();
  double terms =
      double(filter.getNumElements()) / std::max<int64_t>(1, results);
  Value own;
  if (isWinograd(*this)) {
    BoundBuilder b(builder, getLoc());
    own = buildWinogradBound(b, *this,
                             getProductError(filter.getDimSize(1),
                                             filter.getElementType(),
                                             getFilter()));
  }
  return buildProductBounds(*this, builder, bounds, terms, own);
}

Bounds ConvTransposeOp::buildErrorBounds(OpBuilder &builder,
                                         ArrayRef<Value> bounds) {
  auto filter = cast<ShapedType>(getFilter().getType());
  int64_t results =
      filter.getDimSize(getChannelsLast() ? filter.getRank() - 2 : 1);
  return buildProductBounds(*this, builder, bounds,
                            double(filter.getNumElements()) /
                                std::max<int64_t>(1, results * getGroups()));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Bounds MaxPoolOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  Bounds moved = moveBounds(*this, builder, bounds, 1);
  if (succeeded(moved) && moved->front()) {
    BoundBuilder b(builder, getLoc());
    // A window that is padding alone holds the least number.
    moved->front() = b.max(moved->front(), b.constant(0));
  }
  return moved;
}

/// Of an op that adds up to `terms` elements of its operand with positive
/// weights.
static Bounds buildSumBounds(Operation *op, OpBuilder &builder,
                             ArrayRef<Value> bounds, double terms) {
  Type element = getElement(op->getResult(0));
  if (!isa<FloatType>(element)) {
    return exactIfOperandsAre(op, bounds);
  }
  BoundBuilder b(builder, op->getLoc());
  Type f64 = builder.getF64Type();
  Value magnitudes =
      recompute(builder, op, b.abs(b.toDouble(op->getOperand(0))), f64);
  Value bound = b.scale(magnitudes, getSumError(terms, element));
  if (bounds[0]) {
    bound = b.add(bound, recompute(builder, op, bounds[0], f64));
  }
  return SmallVector<Value>{bound};
}

Bounds AvgPoolOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  double terms = 1;
  for (int64_t size : getKernel()) {
    terms *= size;
  }
  return buildSumBounds(*this, builder, bounds, terms);
}

Bounds ReduceOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  double terms = double(countElements(getInput())) /
                 std::max<int64_t>(1, countElements(getResult()));
  switch (getKind()) {
  case ReduceKind::sum:
  case ReduceKind::mean:
    return buildSumBounds(*this, builder, bounds, terms);
  case ReduceKind::prod:
    return buildFactorBounds(*this, builder, bounds, terms);
  case ReduceKind::max:
  case ReduceKind::min: {
    if (areExact(bounds)) {
      return exact();
    }
    auto largest = cast<ReduceOp>(builder.clone(*getOperation()));
    largest.setKind(ReduceKind::max);
    Value bound = recompute(builder, largest, bounds[0], builder.getF64Type());
    largest.erase();
    return SmallVector<Value>{bound};
  }
  case ReduceKind::all:
  case ReduceKind::any:
    return exactIfOperandsAre(*this, bounds);
  }
  llvm_unreachable("all kinds handled");
}

Bounds ArgReduceOp::buildErrorBounds(OpBuilder &, ArrayRef<Value> bounds) {
  return exactIfOperandsAre(*this, bounds);
}

Bounds TopKOp::buildErrorBounds(OpBuilder &, ArrayRef<Value> bounds) {
  return exactIfOperandsAre(*this, bounds);
}

Bounds CumsumOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  double terms = cast<ShapedType>(getType()).getDimSize(getAxis());
  return getProduct() ? buildFactorBounds(*this, builder, bounds, terms)
                      : buildSumBounds(*this, builder, bounds, terms);
}

//===----------------------------------------------------------------------===//
// Normalisations
//===----------------------------------------------------------------------===//

/// With D = max - x, the argument of exp is rounded by D epsilons, which is a
/// relative error of the result; so are the exponentials' and the sum's.
Bounds SoftmaxOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  BoundBuilder b(builder, getLoc());
  int64_t axis = getAxis();
  double terms = cast<ShapedType>(getType()).getDimSize(axis);
  Value x = b.toDouble(getInput());
  Value y = b.toDouble(getResult());
  // Masked elements are infinitely far off, and zero.
  Value depth = b.clamp(b.sub(b.largest(x, axis), x), 0, 1000);
  Value probabilities = getLog() ? b.exp(y) : y;
  Value steps = b.add(b.add(depth, b.sum(b.mul(probabilities, depth), axis)),
                      b.constant(2 * std::sqrt(terms) + 16));
  double epsilon = getEpsilon(getElement(getResult()));
  Value shift;
  if (bounds[0]) {
    shift = b.clamp(b.scale(b.largest(bounds[0], axis), 2), 0, 100);
  }
  if (getLog()) {
    Value own = b.scale(b.add(steps, b.clamp(b.abs(y), 0, 1000)), epsilon);
    return SmallVector<Value>{b.add(own, shift)};
  }
  Value own = b.mul(y, b.scale(steps, epsilon));
  if (shift) {
    own = b.add(own, b.mul(y, b.sub(b.exp(shift), b.constant(1))));
  }
  return SmallVector<Value>{own};
}

/// The mean is off by `offset`, which moves each element by as much, and the
/// deviation by its square; the deviation's other error is relative.
Bounds LayerNormOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  BoundBuilder b(builder, getLoc());
  auto type = cast<ShapedType>(getType());
  auto axes = llvm::to_vector(llvm::seq<int64_t>(getAxis(), type.getRank()));
  double terms = 1;
  for (int64_t axis : axes) {
    terms *= type.getDimSize(axis);
  }
  double sumError = getSumError(terms, type.getElementType());
  Value x = b.toDouble(getInput());
  Value size = b.abs(b.toDouble(getResult()));
  Value centred = getRms() ? x : b.sub(x, b.mean(x, axes));
  Value deviation = b.sqrt(b.add(b.mean(b.mul(centred, centred), axes),
                                 b.constant(getEpsilon().convertToDouble())));
  double ownError = sumError + 12 * graph::getEpsilon(type.getElementType());
  Value bound = b.scale(size, ownError);
  if (!getRms()) {
    Value offset = b.div(b.scale(b.mean(b.abs(x), axes), sumError), deviation);
    bound = b.add(b.add(bound, offset), b.mul(size, b.mul(offset, offset)));
  }
  if (bounds[0]) {
    Value moved = b.add(bounds[0], b.mean(bounds[0], axes));
    Value spread = b.sqrt(b.mean(b.mul(moved, moved), axes));
    bound = b.add(bound, b.div(b.add(moved, b.mul(size, spread)), deviation));
  }
  return SmallVector<Value>{bound};
}

Bounds BatchNormOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  if (!areExact(bounds.drop_front())) {
    return failure();
  }
  BoundBuilder b(builder, getLoc());
  SmallVector<int64_t> shape(cast<ShapedType>(getType()).getRank(), 1);
  shape[getAxis()] = cast<ShapedType>(getScale().getType()).getNumElements();
  auto channels = [&](Value vector) {
    return b.toDouble(createReshape(builder, b.loc, vector, shape));
  };
  Value deviation = b.sqrt(b.add(channels(getVariance()),
                                 b.constant(getEpsilon().convertToDouble())));
  Value factor = b.div(b.abs(channels(getScale())), deviation);
  Value size = b.add(b.abs(b.toDouble(getInput())), b.abs(channels(getMean())));
  Value bound = b.scale(b.add(b.mul(size, factor), b.abs(channels(getBias()))),
                        8 * graph::getEpsilon(getElement(getResult())));
  return SmallVector<Value>{b.add(bound, b.mul(bounds[0], factor))};
}

Bounds LrnOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  if (!areExact(bounds)) {
    return failure();
  }
  BoundBuilder b(builder, getLoc());
  double power = std::max(1.0, std::fabs(getBeta().convertToDouble()));
  double epsilons = (2 * std::sqrt(double(getSize())) + 8) * power + 8;
  return SmallVector<Value>{
      b.scale(b.abs(b.toDouble(getResult())),
              epsilons * graph::getEpsilon(getElement(getResult())))};
}
