//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/graph/ErrorBounds.h"
#include "dialects/graph/GraphOps.h"

using namespace mlir;
using namespace mlir::tessera::graph;

double mlir::tessera::graph::getEpsilon(Type type) {
  auto real = dyn_cast<FloatType>(type);
  return real ? std::ldexp(1.0, 1 - int(real.getFPMantissaWidth())) : 0;
}

//===----------------------------------------------------------------------===//
// BoundBuilder
//===----------------------------------------------------------------------===//

Value BoundBuilder::constant(double value) {
  auto type = RankedTensorType::get({}, builder.getF64Type());
  return builder.create<ConstantOp>(loc, DenseElementsAttr::get(type, value));
}

Value BoundBuilder::toDouble(Value value) {
  Type f64 = builder.getF64Type();
  return getElementTypeOrSelf(value) == f64
             ? value
             : builder.create<CastOp>(loc, value, TypeAttr::get(f64));
}

Value BoundBuilder::abs(Value value) {
  return builder.create<AbsOp>(loc, value);
}

Value BoundBuilder::add(Value a, Value b) {
  return !a ? b : !b ? a : Value(builder.create<AddOp>(loc, a, b));
}

Value BoundBuilder::sub(Value a, Value b) {
  return builder.create<SubOp>(loc, a, b);
}

Value BoundBuilder::mul(Value a, Value b) {
  return a && b ? Value(builder.create<MulOp>(loc, a, b)) : Value();
}

Value BoundBuilder::div(Value a, Value b) {
  return builder.create<DivOp>(loc, a, b);
}

Value BoundBuilder::max(Value a, Value b) {
  return !a ? b : !b ? a : Value(builder.create<MaxOp>(loc, a, b));
}

Value BoundBuilder::sqrt(Value value) {
  return builder.create<SqrtOp>(loc, value);
}

Value BoundBuilder::exp(Value value) {
  return builder.create<ExpOp>(loc, value);
}

Value BoundBuilder::scale(Value value, double factor) {
  return mul(value, constant(factor));
}

Value BoundBuilder::clamp(Value value, double least, double most) {
  return builder.create<ClampOp>(loc, value, builder.getF64FloatAttr(least),
                                 builder.getF64FloatAttr(most));
}

static Value createReduce(BoundBuilder &b, Value value, ReduceKind kind,
                          ArrayRef<int64_t> axes) {
  return b.builder.create<ReduceOp>(
      b.loc, value, ReduceKindAttr::get(b.builder.getContext(), kind),
      b.builder.getDenseI64ArrayAttr(axes), b.builder.getUnitAttr());
}

Value BoundBuilder::sum(Value value, ArrayRef<int64_t> axes) {
  return createReduce(*this, value, ReduceKind::sum, axes);
}

Value BoundBuilder::mean(Value value, ArrayRef<int64_t> axes) {
  return createReduce(*this, value, ReduceKind::mean, axes);
}

Value BoundBuilder::largest(Value value, ArrayRef<int64_t> axes) {
  return createReduce(*this, value, ReduceKind::max, axes);
}

Value BoundBuilder::orZeros(Value bound, Value like) {
  if (bound) {
    return bound;
  }
  auto shape = cast<RankedTensorType>(like.getType()).getShape();
  return builder.create<BroadcastOp>(
      loc, RankedTensorType::get(shape, builder.getF64Type()), constant(0));
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

namespace {

bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value));
}

/// Computes an elementwise op in f64 wherever it has floats.
class CornerEvaluator {
public:
  CornerEvaluator(Operation *op, BoundBuilder &b, ArrayRef<Value> bounds)
      : op(op), b(b), bounds(bounds) {}

  /// The largest distance of a corner from the middle.
  Value run() {
    SmallVector<Value> middle;
    for (Value operand : op->getOperands()) {
      middle.push_back(isFloat(operand) ? b.toDouble(operand) : operand);
    }
    centre = compute(middle);
    visit(middle, 0);
    return distance;
  }

private:
  Value compute(ValueRange operands) {
    if (isa<CastOp>(op) && isFloat(op->getResult(0))) {
      return b.toDouble(operands.front());
    }
    Operation *copy = b.builder.clone(*op);
    copy->setOperands(operands);
    Value result = copy->getResult(0);
    if (isFloat(result)) {
      auto type = cast<RankedTensorType>(result.getType());
      result.setType(type.clone(b.builder.getF64Type()));
    }
    return b.toDouble(result);
  }

  void visit(MutableArrayRef<Value> corner, size_t index) {
    if (index == corner.size()) {
      distance = b.max(distance, b.abs(b.sub(compute(corner), centre)));
      return;
    }
    if (!bounds[index]) {
      visit(corner, index + 1);
      return;
    }
    Value middle = corner[index];
    for (Value end : getEnds(middle, bounds[index])) {
      corner[index] = end;
      visit(corner, index + 1);
    }
    corner[index] = middle;
  }

  SmallVector<Value> getEnds(Value middle, Value bound) {
    OpBuilder &builder = b.builder;
    if (isFloat(middle)) {
      return {b.sub(middle, bound), b.add(middle, bound)};
    }
    auto to = TypeAttr::get(getElementTypeOrSelf(middle));
    Value whole = builder.create<CastOp>(b.loc, bound, to);
    if (getElementTypeOrSelf(middle).isInteger(1)) {
      return {middle, builder.create<XorOp>(b.loc, middle, whole)};
    }
    return {builder.create<SubOp>(b.loc, middle, whole),
            builder.create<AddOp>(b.loc, middle, whole)};
  }

  Operation *op;
  BoundBuilder &b;
  ArrayRef<Value> bounds;
  Value centre, distance;
};

} // namespace

/// What `own` is for the op's types, in epsilons of its result.
static ElementwiseError adaptToTypes(Operation *op, ElementwiseError own) {
  if (auto conversion = dyn_cast<CastOp>(op)) {
    Type from = getElementTypeOrSelf(conversion.getInput());
    Type to = getElementTypeOrSelf(conversion.getResult());
    bool isExact = isa<FloatType>(from) && getEpsilon(from) >= getEpsilon(to);
    own.ofResult = isExact || from.isInteger(1) ? 0 : 1;
  }
  return own;
}

SmallVector<ErrorTerm>
mlir::tessera::graph::getElementwiseErrorTerms(Operation *op,
                                               ElementwiseError own) {
  own = adaptToTypes(op, own);
  double epsilon = getEpsilon(getElementTypeOrSelf(op->getResult(0)));
  SmallVector<ErrorTerm> terms;
  if (own.ofResult * epsilon > 0) {
    terms.push_back({own.ofResult * epsilon, "|result|"});
  }
  if (own.ofOperands * epsilon > 0 &&
      llvm::any_of(op->getOperands(), isFloat)) {
    terms.push_back({own.ofOperands * epsilon, op->getNumOperands() == 1
                                                   ? "|operand|"
                                                   : "sum of |operands|"});
  }
  return terms;
}

FailureOr<SmallVector<Value>>
mlir::tessera::graph::buildElementwiseBounds(Operation *op, OpBuilder &builder,
                                             ArrayRef<Value> bounds,
                                             ElementwiseError own) {
  BoundBuilder b(builder, op->getLoc());
  Value result = op->getResult(0), bound;
  double epsilon = getEpsilon(getElementTypeOrSelf(result));
  own = adaptToTypes(op, own);
  if (own.ofResult * epsilon > 0) {
    bound = b.scale(b.abs(b.toDouble(result)), own.ofResult * epsilon);
  }
  for (Value operand : op->getOperands()) {
    if (own.ofOperands * epsilon > 0 && isFloat(operand)) {
      bound = b.add(
          bound, b.scale(b.abs(b.toDouble(operand)), own.ofOperands * epsilon));
    }
  }
  if (own.ofSmallest > 0 && isFloat(result)) {
    // 16 bits are computed in 32.
    bool isDouble = getElementTypeOrSelf(result).isF64();
    Value smallest =
        b.constant(std::ldexp(own.ofSmallest, isDouble ? -1022 : -126));
    bound = b.add(b.orZeros(bound, result), smallest);
  }
  if (llvm::any_of(bounds, [](Value operand) { return bool(operand); })) {
    bound = b.add(bound, CornerEvaluator(op, b, bounds).run());
  }
  return SmallVector<Value>{bound};
}
