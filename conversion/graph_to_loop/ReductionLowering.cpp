//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::tessera;

using graph::ReduceKind;

namespace {

/// The dimensions of a reduction: those kept come first.
struct Reduction {
  /// The index lists of a tensor with all dimensions, of one without those
  /// reduced, and of one where those are 1.
  SmallVector<AffineExpr> all, kept, ones;
  SmallVector<int64_t> keptShape;
  int64_t count = 1;

  Reduction(NestBuilder &nest, ArrayRef<int64_t> shape,
            llvm::function_ref<bool(size_t)> isReduced)
      : all(shape.size()) {
    for (size_t d = 0; d < shape.size(); ++d) {
      if (isReduced(d)) {
        ones.push_back(nest.constant(0));
        continue;
      }
      all[d] = nest.parallel(shape[d]);
      kept.push_back(all[d]);
      ones.push_back(all[d]);
      keptShape.push_back(shape[d]);
    }
    for (size_t d = 0; d < shape.size(); ++d) {
      if (isReduced(d)) {
        all[d] = nest.reduction(shape[d]);
        count *= shape[d];
      }
    }
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Reduce
//===----------------------------------------------------------------------===//

/// The type that a reduction accumulates in.
static Type getReduceType(ReduceKind kind, Type element) {
  switch (kind) {
  case ReduceKind::sum:
  case ReduceKind::prod:
    return getAccumulatorType(element);
  case ReduceKind::mean:
    if (isa<FloatType>(element)) {
      return getAccumulatorType(element);
    }
    return IntegerType::get(element.getContext(), 64);
  default:
    return getStorageType(element);
  }
}

static TypedAttr getReduceInit(ReduceKind kind, Type element, Type type) {
  switch (kind) {
  case ReduceKind::sum:
  case ReduceKind::mean:
  case ReduceKind::any:
    return getNumberAttr(type, 0.0);
  case ReduceKind::prod:
  case ReduceKind::all:
    return getNumberAttr(type, 1.0);
  case ReduceKind::max:
    return getLowestAttr(element);
  case ReduceKind::min:
    return getHighestAttr(element);
  }
  llvm_unreachable("unknown reduction");
}

/// acc combined with x, both of type `type`. Booleans are bytes 0 and 1.
static Value buildReduceStep(OpBuilder &builder, Location loc, ReduceKind kind,
                             Type element, Value acc, Value x) {
  bool isFloat = isa<FloatType>(acc.getType());
  bool isUnsigned = isUnsignedElement(element);
  switch (kind) {
  case ReduceKind::sum:
  case ReduceKind::mean:
    if (isFloat) {
      return builder.create<arith::AddFOp>(loc, acc, x);
    }
    return builder.create<arith::AddIOp>(loc, acc, x);
  case ReduceKind::prod:
    if (isFloat) {
      return builder.create<arith::MulFOp>(loc, acc, x);
    }
    return builder.create<arith::MulIOp>(loc, acc, x);
  case ReduceKind::max:
    if (isFloat) {
      return builder.create<arith::MaximumFOp>(loc, acc, x);
    }
    if (isUnsigned) {
      return builder.create<arith::MaxUIOp>(loc, acc, x);
    }
    return builder.create<arith::MaxSIOp>(loc, acc, x);
  case ReduceKind::min:
    if (isFloat) {
      return builder.create<arith::MinimumFOp>(loc, acc, x);
    }
    if (isUnsigned) {
      return builder.create<arith::MinUIOp>(loc, acc, x);
    }
    return builder.create<arith::MinSIOp>(loc, acc, x);
  case ReduceKind::all:
    return builder.create<arith::AndIOp>(loc, acc, x);
  case ReduceKind::any:
    return builder.create<arith::OrIOp>(loc, acc, x);
  }
  llvm_unreachable("unknown reduction");
}

/// Widens an element to the accumulator's type.
static Value widen(OpBuilder &builder, Location loc, Value value, Type element,
                   Type type) {
  if (isa<FloatType>(type) || value.getType() == type) {
    return convertFloat(builder, loc, value, type);
  }
  if (isUnsignedElement(element)) {
    return builder.create<arith::ExtUIOp>(loc, type, value);
  }
  return builder.create<arith::ExtSIOp>(loc, type, value);
}

/// sum / count, in sum's type.
static Value buildMean(OpLowering &lowering, Value sum, int64_t count,
                       Type element) {
  OpBuilder &builder = lowering.builder;
  Type type = sum.getType();
  Value divisor = lowering.constant(getNumberAttr(type, count));
  if (isa<FloatType>(type)) {
    return builder.create<arith::DivFOp>(lowering.loc, sum, divisor);
  }
  if (isUnsignedElement(element)) {
    return builder.create<arith::DivUIOp>(lowering.loc, sum, divisor);
  }
  return builder.create<arith::DivSIOp>(lowering.loc, sum, divisor);
}

static Value lowerReduce(graph::ReduceOp op, graph::ReduceOp::Adaptor operands,
                         OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  ReduceKind kind = op.getKind();
  Type element = getElement(op.getInput());
  Type storage = getStorageType(element);
  Type type = getReduceType(kind, element);

  NestBuilder nest = lowering.nest();
  Reduction dims(nest, getShape(operands.getInput()), [&](size_t d) {
    return llvm::is_contained(op.getAxes(), static_cast<int64_t>(d));
  });
  nest.input(operands.getInput(), dims.all);
  nest.output(lowering.destination(), op.getKeepDims() ? dims.ones : dims.kept);
  return nest.reduce(
      getReduceInit(kind, element, type),
      [&](ValueRange v) {
        Value x = widen(builder, loc, v[0], element, type);
        return buildReduceStep(builder, loc, kind, element, v[1], x);
      },
      [&](ValueRange v) -> Value {
        // An empty range of integers has no mean: 0.
        bool isMean = kind == ReduceKind::mean &&
                      (isa<FloatType>(type) || dims.count != 0);
        Value result =
            isMean ? buildMean(lowering, v[0], dims.count, element) : v[0];
        if (isa<FloatType>(type) || type == storage) {
          return convertFloat(builder, loc, result, storage);
        }
        return builder.create<arith::TruncIOp>(loc, storage, result);
      });
}

static Value lowerArgReduce(graph::ArgReduceOp op,
                            graph::ArgReduceOp::Adaptor operands,
                            OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Type element = getElement(op.getInput());
  Type indexType = getElement(lowering.destination());
  NestBuilder nest = lowering.nest();
  Reduction dims(nest, getShape(operands.getInput()), [&](size_t d) {
    return d == static_cast<size_t>(op.getAxis());
  });
  nest.input(operands.getInput(), dims.all);
  nest.output(lowering.destination(), op.getKeepDims() ? dims.ones : dims.kept);
  TypedAttr worst =
      op.getMinimum() ? getHighestAttr(element) : getLowestAttr(element);
  return nest
      .build(
          {worst, builder.getZeroAttr(indexType)},
          [&](ValueRange v) -> SmallVector<Value> {
            Value x = v[0], best = v[1];
            graph::ScalarContext s =
                getScalarContext(builder, loc, {x, best}, element);
            Value smaller = op.getMinimum() ? x : best;
            Value larger = op.getMinimum() ? best : x;
            Value isBetter = op.getSelectLast() ? s.lessEqual(smaller, larger)
                                                : s.less(smaller, larger);
            Value index = builder.create<arith::IndexCastOp>(
                loc, indexType, nest.index(dims.all[op.getAxis()]));
            Value value =
                builder.create<arith::SelectOp>(loc, isBetter, x, best);
            index = builder.create<arith::SelectOp>(loc, isBetter, index, v[2]);
            return {value, index};
          },
          [](ValueRange v) -> SmallVector<Value> { return {v[1]}; })
      .front();
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

namespace {

/// Steps of a normalisation: reductions and maps along the same dimensions of
/// one input. All scalars are of the accumulator's type.
class Normalisation {
public:
  Normalisation(OpLowering &lowering, Value input,
                llvm::function_ref<bool(size_t)> isReduced)
      : type(getAccumulatorType(getElement(input))), lowering(lowering),
        isReduced(isReduced) {}

  const Type type;

  /// Reduces `map` of the elements of `tensors` to a tensor without the reduced
  /// dimensions. The first tensor has all dimensions, others lack the reduced
  /// ones. `finish` gets the accumulator and how many elements went into it.
  Value reduce(ReduceKind kind, ValueRange tensors, NestBuilder::ScalarBody map,
               llvm::function_ref<Value(Value, int64_t)> finish);

  /// Writes `map` of the elements of `tensors`, as above, to `destination`.
  Value map(ValueRange tensors, Value destination, NestBuilder::ScalarBody map);

private:
  SmallVector<Value> toType(ValueRange elements) {
    return llvm::map_to_vector(elements, [&](Value element) {
      return convertFloat(lowering.builder, lowering.loc, element, type);
    });
  }

  OpLowering &lowering;
  llvm::function_ref<bool(size_t)> isReduced;
};

} // namespace

Value Normalisation::reduce(ReduceKind kind, ValueRange tensors,
                            NestBuilder::ScalarBody map,
                            llvm::function_ref<Value(Value, int64_t)> finish) {
  NestBuilder nest = lowering.nest();
  Reduction dims(nest, getShape(tensors.front()), isReduced);
  for (Value tensor : tensors) {
    nest.input(tensor, tensor == tensors.front() ? dims.all : dims.kept);
  }
  nest.output(lowering.empty(dims.keptShape, type), dims.kept);
  return nest.reduce(
      getReduceInit(kind, type, type),
      [&](ValueRange v) {
        return buildReduceStep(lowering.builder, lowering.loc, kind, type,
                               v.back(), map(toType(v.drop_back())));
      },
      [&](ValueRange v) { return finish(v[0], dims.count); });
}

Value Normalisation::map(ValueRange tensors, Value destination,
                         NestBuilder::ScalarBody map) {
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims = nest.parallel(getShape(destination));
  SmallVector<AffineExpr> kept;
  for (auto [d, dim] : llvm::enumerate(dims)) {
    if (!isReduced(d)) {
      kept.push_back(dim);
    }
  }
  for (Value tensor : tensors) {
    nest.input(tensor, tensor == tensors.front() ? dims : kept);
  }
  nest.output(destination, dims);
  return nest.elementwise([&](ValueRange elements) {
    return convertFloat(lowering.builder, lowering.loc, map(toType(elements)),
                        getElement(destination));
  });
}

static Value lowerSoftmax(graph::SoftmaxOp op,
                          graph::SoftmaxOp::Adaptor operands,
                          OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value input = operands.getInput();
  auto isReduced = [&](size_t d) {
    return d == static_cast<size_t>(op.getAxis());
  };
  Normalisation steps(lowering, input, isReduced);
  auto first = [](ValueRange v) { return v[0]; };
  auto same = [](Value acc, int64_t) { return acc; };
  auto subtract = [&](ValueRange v) -> Value {
    return builder.create<arith::SubFOp>(loc, v[0], v[1]);
  };
  auto subtractExp = [&](ValueRange v) -> Value {
    return builder.create<math::ExpOp>(loc, subtract(v));
  };
  Value largest = steps.reduce(ReduceKind::max, input, first, same);
  if (!op.getLog()) {
    Value exps =
        steps.map({input, largest}, lowering.empty(getShape(input), steps.type),
                  subtractExp);
    // One division for each sum, which is 1 or more: the largest adds 1.
    Value inverse = steps.reduce(
        ReduceKind::sum, exps, first, [&](Value sum, int64_t) -> Value {
          Value one = builder.create<arith::ConstantOp>(
              loc, builder.getFloatAttr(steps.type, 1.0));
          return builder.create<arith::DivFOp>(loc, one, sum);
        });
    return steps.map({exps, inverse}, lowering.destination(),
                     [&](ValueRange v) -> Value {
                       return builder.create<arith::MulFOp>(loc, v[0], v[1]);
                     });
  }
  Value logSum = steps.reduce(ReduceKind::sum, {input, largest}, subtractExp,
                              [&](Value sum, int64_t) -> Value {
                                return builder.create<math::LogOp>(loc, sum);
                              });
  return steps.map({input, largest, logSum}, lowering.destination(),
                   [&](ValueRange v) -> Value {
                     return builder.create<arith::SubFOp>(loc, subtract(v),
                                                          v[2]);
                   });
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

static Value lowerLayerNorm(graph::LayerNormOp op,
                            graph::LayerNormOp::Adaptor operands,
                            OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value input = operands.getInput();
  auto isReduced = [&](size_t d) {
    return d >= static_cast<size_t>(op.getAxis());
  };
  Normalisation steps(lowering, input, isReduced);
  auto mean = [&](Value sum, int64_t count) {
    return buildMean(lowering, sum, count, steps.type);
  };
  // 1 / sqrt(mean + epsilon)
  auto inverseDeviation = [&](Value sum, int64_t count) -> Value {
    Value epsilon = lowering.constant(
        getNumberAttr(steps.type, op.getEpsilon().convertToDouble()));
    Value variance =
        builder.create<arith::AddFOp>(loc, mean(sum, count), epsilon);
    Value deviation = builder.create<math::SqrtOp>(loc, variance);
    Value one = lowering.constant(getNumberAttr(steps.type, 1.0));
    return builder.create<arith::DivFOp>(loc, one, deviation);
  };
  // Element 0, less the mean if there is one.
  auto centre = [&](Value x, ValueRange means) -> Value {
    return op.getRms() ? x
                       : builder.create<arith::SubFOp>(loc, x, means.front());
  };

  SmallVector<Value> tensors = {input};
  if (!op.getRms()) {
    tensors.push_back(steps.reduce(
        ReduceKind::sum, input, [](ValueRange v) { return v[0]; }, mean));
  }
  Value factors = steps.reduce(
      ReduceKind::sum, tensors,
      [&](ValueRange v) -> Value {
        Value x = centre(v[0], v.drop_front());
        return builder.create<arith::MulFOp>(loc, x, x,
                                             arith::FastMathFlags::contract);
      },
      inverseDeviation);
  tensors.push_back(factors);
  return steps.map(tensors, lowering.destination(), [&](ValueRange v) -> Value {
    Value x = centre(v[0], v.drop_front());
    return builder.create<arith::MulFOp>(loc, x, v.back());
  });
}

/// x / (bias + alpha / size * sum of squares)^beta.
static Value lowerLrn(graph::LrnOp op, graph::LrnOp::Adaptor operands,
                      OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value input = operands.getInput();
  ArrayRef<int64_t> shape = getShape(input);
  Type type = getAccumulatorType(getElement(input));
  int64_t size = op.getSize();
  SmallVector<int64_t> low(shape.size(), 0), high(shape.size(), 0);
  low[op.getAxis()] = (size - 1) / 2;
  high[op.getAxis()] = size - 1 - (size - 1) / 2;
  Value padded =
      lowering.pad(input, low, high, builder.getZeroAttr(getElement(input)));

  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims = nest.parallel(shape);
  SmallVector<AffineExpr> window = dims;
  window[op.getAxis()] = window[op.getAxis()] + nest.reduction(size);
  nest.input(padded, window);
  nest.epilogueInput(input, dims);
  nest.output(lowering.destination(), dims);
  return nest.reduce(
      builder.getZeroAttr(type),
      [&](ValueRange v) {
        return buildMultiplyAdd(builder, loc, v[0], v[0], v[1]);
      },
      [&](ValueRange v) {
        auto number = [&](const APFloat &value) {
          return lowering.constant(
              getNumberAttr(type, value.convertToDouble()));
        };
        graph::ScalarContext s = getScalarContext(builder, loc, {v[0]}, type);
        Value count = lowering.constant(getNumberAttr(type, size));
        Value factor = s.div(number(op.getAlpha()), count);
        Value base = s.add(number(op.getBias()), s.mul(factor, v[0]));
        Value divisor = s.pow(base, number(op.getBeta()), type);
        Value x = convertFloat(builder, loc, v[1], type);
        return convertFloat(builder, loc, s.div(x, divisor), getElement(input));
      });
}

void mlir::tessera::populateReductionLowerings(LoweringTable &table) {
  table.add<graph::ReduceOp>(lowerReduce);
  table.add<graph::ArgReduceOp>(lowerArgReduce);
  table.add<graph::SoftmaxOp>(lowerSoftmax);
  table.add<graph::LayerNormOp>(lowerLayerNorm);
  table.add<graph::LrnOp>(lowerLrn);
}
