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
using Terms = SmallVector<ErrorTerm>;

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

/// What `value` is a copy of, seen from outside of a fused region.
static Value findCopied(Value value) {
  while (true) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      auto fused = dyn_cast<FusedOp>(argument.getOwner()->getParentOp());
      if (!fused) {
        return value;
      }
      value = fused.getInputs()[argument.getArgNumber()];
    } else if (isa<ReshapeOp, TransposeOp, BroadcastOp, CastOp>(
                   value.getDefiningOp())) {
      value = value.getDefiningOp()->getOperand(0);
    } else {
      return value;
    }
  }
}

/// Of `terms` products with the elements of `weights`.
static double getProductError(double terms, Type type, Value weights) {
  SplatElementsAttr equal;
  return matchPattern(findCopied(weights), m_Constant(&equal))
             ? (terms / 2 + 2) * getEpsilon(type)
             : getSumError(terms, type);
}

/// One term, or none of an op whose result is whole.
static Terms makeTerm(Type element, double factor, StringRef relativeTo) {
  return isa<FloatType>(element) ? Terms{{factor, relativeTo.str()}} : Terms();
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

Terms ResizeOp::getErrorTerms() {
  Type element = getElement(getResult());
  return getMode() == ResizeMode::nearest
             ? Terms()
             : makeTerm(element, 16 * getEpsilon(element), "largest |input|");
}

/// Interpolation's weights add up to 1 and are at most 4 in magnitude together
/// (cubic, in three dimensions); a tap in each dimension rounds.
Bounds ResizeOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  Terms terms = getErrorTerms();
  if (terms.empty()) {
    return moveBounds(*this, builder, bounds, 1);
  }
  BoundBuilder b(builder, getLoc());
  auto all = llvm::to_vector(
      llvm::seq<int64_t>(0, cast<ShapedType>(getType()).getRank()));
  Value magnitude = b.largest(b.abs(b.toDouble(getInput())), all);
  Value bound = b.scale(magnitude, terms.front().factor);
  if (bounds[0]) {
    bound = b.add(bound, b.scale(b.largest(bounds[0], all), 4));
  }
  return SmallVector<Value>{b.add(bound, b.orZeros(Value(), getResult()))};
}

/// Of an op whose rounding is one term, relative to its result's magnitude.
static Bounds buildFactorBounds(Operation *op, OpBuilder &builder,
                                ArrayRef<Value> bounds, const Terms &terms) {
  if (terms.empty() || !areExact(bounds)) {
    return exactIfOperandsAre(op, bounds);
  }
  BoundBuilder b(builder, op->getLoc());
  return SmallVector<Value>{
      b.scale(b.abs(b.toDouble(op->getResult(0))), terms.front().factor)};
}

/// Of an op that multiplies up to `count` elements.
static Terms getFactorTerms(Value result, double count) {
  Type element = getElement(result);
  return makeTerm(element, getSumError(count, element), "|result|");
}

/// Of an op that adds up to `count` elements.
static Terms getSumTerms(Value result, double count) {
  Type element = getElement(result);
  return makeTerm(element, getSumError(count, element), "sum of |terms|");
}

static Terms getScatterTerms(Value result, Value updates, ScatterKind kind) {
  switch (kind) {
  case ScatterKind::mul:
    return getFactorTerms(result, countElements(updates));
  case ScatterKind::add:
    return getSumTerms(result, countElements(updates));
  default:
    return {};
  }
}

/// How many updates meet in one element is known at run time only: all might.
static Bounds buildScatterBounds(Operation *op, OpBuilder &builder,
                                 ArrayRef<Value> bounds, ScatterKind kind,
                                 const Terms &terms) {
  Value input = op->getOperand(0), indices = op->getOperand(1),
        updates = op->getOperand(2);
  bool isFloat = isa<FloatType>(getElement(input));
  if (bounds[1]) {
    return failure();
  }
  if (kind == ScatterKind::mul) {
    return buildFactorBounds(op, builder, bounds, terms);
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
    bound = b.add(bound, b.scale(magnitudes, terms.front().factor));
  }
  return SmallVector<Value>{bound};
}

Terms ScatterElementsOp::getErrorTerms() {
  return getScatterTerms(getResult(), getUpdates(), getKind());
}

Bounds ScatterElementsOp::buildErrorBounds(OpBuilder &builder,
                                           ArrayRef<Value> bounds) {
  return buildScatterBounds(*this, builder, bounds, getKind(), getErrorTerms());
}

Terms ScatterNdOp::getErrorTerms() {
  return getScatterTerms(getResult(), getUpdates(), getKind());
}

Bounds ScatterNdOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  return buildScatterBounds(*this, builder, bounds, getKind(), getErrorTerms());
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

/// Of an op that adds `count` products of its operands' elements.
static Terms getProductTerms(Operation *op, double count) {
  Type element = getElement(op->getResult(0));
  return makeTerm(element, getProductError(count, element, op->getOperand(1)),
                  "sum of |products|");
}

/// Of an op that adds products of its operands' elements. `own` is what its
/// rounding does if that is not what a sum's does.
static Bounds buildProductBounds(Operation *op, OpBuilder &builder,
                                 ArrayRef<Value> bounds, const Terms &terms,
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
  Value bound = own ? own : b.scale(product(lhs, rhs), terms.front().factor);
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

Terms MatmulOp::getErrorTerms() {
  return getProductTerms(
      *this, cast<ShapedType>(getLhs().getType()).getShape().back());
}

Bounds MatmulOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return buildProductBounds(*this, builder, bounds, getErrorTerms());
}

Terms ConvOp::getErrorTerms() {
  auto filter = cast<ShapedType>(getFilter().getType());
  ArrayRef<int64_t> shape = filter.getShape();
  if (isWinograd(*this)) {
    int64_t channels = getChannelsLast() ? shape[shape.size() - 2] : shape[1];
    double sumError =
        getProductError(channels, filter.getElementType(), getFilter());
    return {getWinogradTerm(*this, sumError)};
  }
  int64_t results = getChannelsLast() ? shape.back() : shape.front();
  return getProductTerms(*this, double(filter.getNumElements()) /
                                    std::max<int64_t>(1, results));
}

Bounds ConvOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  Terms terms = getErrorTerms();
  Value own;
  if (isWinograd(*this)) {
    if (getChannelsLast()) {
      return failure();
    }
    BoundBuilder b(builder, getLoc());
    own = buildWinogradBound(b, *this, terms.front());
  }
  return buildProductBounds(*this, builder, bounds, terms, own);
}

Terms ConvTransposeOp::getErrorTerms() {
  auto filter = cast<ShapedType>(getFilter().getType());
  int64_t results =
      filter.getDimSize(getChannelsLast() ? filter.getRank() - 2 : 1);
  return getProductTerms(*this,
                         double(filter.getNumElements()) /
                             std::max<int64_t>(1, results * getGroups()));
}

Bounds ConvTransposeOp::buildErrorBounds(OpBuilder &builder,
                                         ArrayRef<Value> bounds) {
  return buildProductBounds(*this, builder, bounds, getErrorTerms());
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

/// Of an op that adds elements of its operand with positive weights.
static Bounds buildSumBounds(Operation *op, OpBuilder &builder,
                             ArrayRef<Value> bounds, const Terms &terms) {
  if (terms.empty()) {
    return exactIfOperandsAre(op, bounds);
  }
  BoundBuilder b(builder, op->getLoc());
  Type f64 = builder.getF64Type();
  Value magnitudes =
      recompute(builder, op, b.abs(b.toDouble(op->getOperand(0))), f64);
  Value bound = b.scale(magnitudes, terms.front().factor);
  if (bounds[0]) {
    bound = b.add(bound, recompute(builder, op, bounds[0], f64));
  }
  return SmallVector<Value>{bound};
}

/// Of an op that divides the sum of up to `count` elements by their number.
static Terms getMeanTerms(Value result, double count) {
  Type element = getElement(result);
  return makeTerm(element, getSumError(count, element), "mean of |terms|");
}

Terms AvgPoolOp::getErrorTerms() {
  double count = 1;
  for (int64_t size : getKernel()) {
    count *= size;
  }
  return getMeanTerms(getResult(), count);
}

Bounds AvgPoolOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return buildSumBounds(*this, builder, bounds, getErrorTerms());
}

Terms ReduceOp::getErrorTerms() {
  double count = double(countElements(getInput())) /
                 std::max<int64_t>(1, countElements(getResult()));
  switch (getKind()) {
  case ReduceKind::sum:
    return getSumTerms(getResult(), count);
  case ReduceKind::mean:
    return getMeanTerms(getResult(), count);
  case ReduceKind::prod:
    return getFactorTerms(getResult(), count);
  default:
    return {};
  }
}

Bounds ReduceOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  switch (getKind()) {
  case ReduceKind::sum:
  case ReduceKind::mean:
    return buildSumBounds(*this, builder, bounds, getErrorTerms());
  case ReduceKind::prod:
    return buildFactorBounds(*this, builder, bounds, getErrorTerms());
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

Terms CumsumOp::getErrorTerms() {
  double count = cast<ShapedType>(getType()).getDimSize(getAxis());
  return getProduct() ? getFactorTerms(getResult(), count)
                      : getSumTerms(getResult(), count);
}

Bounds CumsumOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return getProduct()
             ? buildFactorBounds(*this, builder, bounds, getErrorTerms())
             : buildSumBounds(*this, builder, bounds, getErrorTerms());
}

//===----------------------------------------------------------------------===//
// Normalisations
//===----------------------------------------------------------------------===//

Terms SoftmaxOp::getErrorTerms() {
  double epsilon = getEpsilon(getElement(getResult()));
  double terms = cast<ShapedType>(getType()).getDimSize(getAxis());
  double steps = (2 * std::sqrt(terms) + 16) * epsilon;
  if (getLog()) {
    return {{steps, ""},
            {epsilon, "|result| + D + mean D, D = largest - input"}};
  }
  return {{steps, "|result|"},
          {epsilon, "|result| * (D + mean D), D = largest - input"}};
}

/// With D = max - x, the argument of exp is rounded by D epsilons, which is a
/// relative error of the result; so are the exponentials' and the sum's.
Bounds SoftmaxOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  BoundBuilder b(builder, getLoc());
  int64_t axis = getAxis();
  Terms terms = getErrorTerms();
  Value x = b.toDouble(getInput());
  Value y = b.toDouble(getResult());
  // Masked elements are infinitely far off, and zero.
  Value depth = b.clamp(b.sub(b.largest(x, axis), x), 0, 1000);
  Value probabilities = getLog() ? b.exp(y) : y;
  // Means have the results as weights.
  Value depths = b.add(depth, b.sum(b.mul(probabilities, depth), axis));
  if (getLog()) {
    depths = b.add(depths, b.clamp(b.abs(y), 0, 1000));
  }
  Value own =
      b.add(b.scale(depths, terms[1].factor), b.constant(terms[0].factor));
  Value shift;
  if (bounds[0]) {
    shift = b.clamp(b.scale(b.largest(bounds[0], axis), 2), 0, 100);
  }
  if (getLog()) {
    return SmallVector<Value>{b.add(own, shift)};
  }
  own = b.mul(y, own);
  if (shift) {
    own = b.add(own, b.mul(y, b.sub(b.exp(shift), b.constant(1))));
  }
  return SmallVector<Value>{own};
}

Terms LayerNormOp::getErrorTerms() {
  auto type = cast<ShapedType>(getType());
  Type element = type.getElementType();
  double count = 1;
  for (int64_t size : type.getShape().drop_front(getAxis())) {
    count *= size;
  }
  double sumError = getSumError(count, element);
  Terms terms{{sumError + 12 * graph::getEpsilon(element), "|result|"}};
  if (!getRms()) {
    terms.push_back({sumError, "mean of |input| / deviation"});
  }
  return terms;
}

/// The mean is off by `offset`, which moves each element by as much, and the
/// deviation by its square; the deviation's other error is relative.
Bounds LayerNormOp::buildErrorBounds(OpBuilder &builder,
                                     ArrayRef<Value> bounds) {
  BoundBuilder b(builder, getLoc());
  auto type = cast<ShapedType>(getType());
  auto axes = llvm::to_vector(llvm::seq<int64_t>(getAxis(), type.getRank()));
  Terms terms = getErrorTerms();
  Value x = b.toDouble(getInput());
  Value size = b.abs(b.toDouble(getResult()));
  Value centred = getRms() ? x : b.sub(x, b.mean(x, axes));
  Value deviation = b.sqrt(b.add(b.mean(b.mul(centred, centred), axes),
                                 b.constant(getEpsilon().convertToDouble())));
  Value bound = b.scale(size, terms[0].factor);
  if (!getRms()) {
    Value offset =
        b.div(b.scale(b.mean(b.abs(x), axes), terms[1].factor), deviation);
    bound = b.add(b.add(bound, offset), b.mul(size, b.mul(offset, offset)));
  }
  if (bounds[0]) {
    Value moved = b.add(bounds[0], b.mean(bounds[0], axes));
    Value spread = b.sqrt(b.mean(b.mul(moved, moved), axes));
    bound = b.add(bound, b.div(b.add(moved, b.mul(size, spread)), deviation));
  }
  return SmallVector<Value>{bound};
}

Terms BatchNormOp::getErrorTerms() {
  return {{8 * graph::getEpsilon(getElement(getResult())),
           "(|input| + |mean|) * |scale| / deviation + |bias|"}};
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
                        getErrorTerms().front().factor);
  return SmallVector<Value>{b.add(bound, b.mul(bounds[0], factor))};
}

Terms LrnOp::getErrorTerms() {
  double power = std::max(1.0, std::fabs(getBeta().convertToDouble()));
  double epsilons = (2 * std::sqrt(double(getSize())) + 8) * power + 8;
  return {{epsilons * graph::getEpsilon(getElement(getResult())), "|result|"}};
}

Bounds LrnOp::buildErrorBounds(OpBuilder &builder, ArrayRef<Value> bounds) {
  return buildFactorBounds(*this, builder, bounds, getErrorTerms());
}
