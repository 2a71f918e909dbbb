//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::tessera;

using graph::ScatterKind;

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

static Value lowerGather(graph::GatherOp op, graph::GatherOp::Adaptor operands,
                         OpLowering &lowering) {
  size_t axis = op.getAxis();
  ArrayRef<int64_t> shape = getShape(operands.getInput());
  size_t indexRank = getShape(operands.getIndices()).size();
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  nest.input(operands.getIndices(),
             ArrayRef<AffineExpr>(dims).slice(axis, indexRank));
  nest.output(lowering.destination(), dims);
  return nest.elementwise([&](ValueRange v) {
    SmallVector<Value> indices;
    for (size_t d = 0; d < shape.size(); ++d) {
      indices.push_back(
          d == axis ? lowering.wrapIndex(v[0], shape[d])
                    : nest.index(dims[d < axis ? d : d + indexRank - 1]));
    }
    return lowering.extract(operands.getInput(), indices);
  });
}

static Value lowerGatherElements(graph::GatherElementsOp op,
                                 graph::GatherElementsOp::Adaptor operands,
                                 OpLowering &lowering) {
  size_t axis = op.getAxis();
  ArrayRef<int64_t> shape = getShape(operands.getInput());
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  nest.input(operands.getIndices(), dims);
  nest.output(lowering.destination(), dims);
  return nest.elementwise([&](ValueRange v) {
    SmallVector<Value> indices;
    for (size_t d = 0; d < shape.size(); ++d) {
      indices.push_back(d == axis ? lowering.wrapIndex(v[0], shape[d])
                                  : nest.index(dims[d]));
    }
    return lowering.extract(operands.getInput(), indices);
  });
}

static Value lowerGatherNd(graph::GatherNdOp op,
                           graph::GatherNdOp::Adaptor operands,
                           OpLowering &lowering) {
  size_t batch = op.getBatchDims();
  ArrayRef<int64_t> shape = getShape(operands.getInput());
  ArrayRef<int64_t> indexShape = getShape(operands.getIndices());
  size_t tuple = indexShape.back();
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  SmallVector<AffineExpr> tupleIndices(dims.begin(),
                                       dims.begin() + indexShape.size() - 1);
  for (size_t component = 0; component < tuple; ++component) {
    tupleIndices.push_back(nest.constant(component));
    nest.input(operands.getIndices(), tupleIndices);
    tupleIndices.pop_back();
  }
  nest.output(lowering.destination(), dims);
  return nest.elementwise([&](ValueRange v) {
    SmallVector<Value> indices;
    for (size_t d = 0; d < shape.size(); ++d) {
      if (d >= batch && d < batch + tuple) {
        indices.push_back(lowering.wrapIndex(v[d - batch], shape[d]));
        continue;
      }
      // Slice dimensions follow those of the tuples.
      size_t at = d < batch ? d : indexShape.size() - 1 + d - batch - tuple;
      indices.push_back(nest.index(dims[at]));
    }
    return lowering.extract(operands.getInput(), indices);
  });
}

//===----------------------------------------------------------------------===//
// Loops over a destination
//===----------------------------------------------------------------------===//

/// Loops over `bounds`, outermost first, with `carried` handed from iteration
/// to iteration; `body` emits by the lowering's builder and returns their next
/// values.
static SmallVector<Value>
buildLoops(OpLowering &lowering, ArrayRef<Value> bounds, ValueRange carried,
           llvm::function_ref<SmallVector<Value>(ValueRange indices,
                                                 ValueRange carried)>
               body) {
  OpBuilder &builder = lowering.builder;
  SmallVector<Value> lower(bounds.size(), lowering.indexConstant(0));
  SmallVector<Value> steps(bounds.size(), lowering.indexConstant(1));
  scf::LoopNest nest = scf::buildLoopNest(
      builder, lowering.loc, lower, bounds, steps, carried,
      [&](OpBuilder &, Location, ValueRange indices, ValueRange values) {
        SmallVector<Value> next = body(indices, values);
        return scf::ValueVector(next.begin(), next.end());
      });
  return SmallVector<Value>(nest.results.begin(), nest.results.end());
}

static SmallVector<Value> getIndexConstants(OpLowering &lowering,
                                            ArrayRef<int64_t> values) {
  return llvm::map_to_vector(
      values, [&](int64_t value) { return lowering.indexConstant(value); });
}

static Value insertElement(OpLowering &lowering, Value element, Value tensor,
                           ValueRange indices) {
  return lowering.builder.create<tensor::InsertOp>(lowering.loc, element,
                                                   tensor, indices);
}

static Value buildCompare(OpLowering &lowering, arith::CmpIPredicate predicate,
                          Value a, Value b) {
  return lowering.builder.create<arith::CmpIOp>(lowering.loc, predicate, a, b);
}

/// scf.if with results; both functions return what they yield.
static SmallVector<Value>
buildIf(OpLowering &lowering, Value condition,
        llvm::function_ref<SmallVector<Value>()> onTrue,
        llvm::function_ref<SmallVector<Value>()> onFalse) {
  OpBuilder &builder = lowering.builder;
  auto branch = [&](llvm::function_ref<SmallVector<Value>()> build) {
    return [build](OpBuilder &inner, Location loc) {
      inner.create<scf::YieldOp>(loc, build());
    };
  };
  return builder
      .create<scf::IfOp>(lowering.loc, condition, branch(onTrue),
                         branch(onFalse))
      .getResults();
}

static Value lowerCumsum(graph::CumsumOp op, graph::CumsumOp::Adaptor operands,
                         OpLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  size_t axis = op.getAxis();
  Type element = getElement(op.getInput());
  Type type = getAccumulatorType(element);
  Type sumType = isa<FloatType>(element) ? type : element;
  SmallVector<int64_t> outer(getShape(operands.getInput()));
  int64_t size = outer[axis];
  outer.erase(outer.begin() + axis);
  TypedAttr init = getNumberAttr(type, op.getProduct() ? 1.0 : 0.0);

  auto step = [&](ValueRange outerIndices, Value i,
                  ValueRange carried) -> SmallVector<Value> {
    Value position = i;
    if (op.getReverse()) {
      position = builder.create<arith::SubIOp>(
          loc, lowering.indexConstant(size - 1), i);
    }
    SmallVector<Value> indices(outerIndices);
    indices.insert(indices.begin() + axis, position);
    Value x = convertFloat(
        builder, loc, lowering.extract(operands.getInput(), indices), type);
    Value acc = carried[0];
    graph::ScalarContext s = getScalarContext(builder, loc, {acc, x}, sumType);
    Value next = op.getProduct() ? s.mul(acc, x) : s.add(acc, x);
    Value stored = convertFloat(builder, loc, op.getExclusive() ? acc : next,
                                getStorageType(element));
    return {next, insertElement(lowering, stored, carried[1], indices)};
  };
  return buildLoops(lowering, getIndexConstants(lowering, outer),
                    lowering.destination(),
                    [&](ValueRange outerIndices, ValueRange carried) {
                      Value start = lowering.constant(init);
                      SmallVector<Value> results = buildLoops(
                          lowering, lowering.indexConstant(size),
                          {start, carried.front()},
                          [&](ValueRange i, ValueRange inner) {
                            return step(outerIndices, i.front(), inner);
                          });
                      return SmallVector<Value>{results[1]};
                    })
      .front();
}

//===----------------------------------------------------------------------===//
// TopK
//===----------------------------------------------------------------------===//

namespace {

/// Insertion into the sorted best k of one row. `carried` below are the values'
/// and the indices' tensors.
struct TopKRow {
  graph::TopKOp op;
  OpLowering &lowering;
  Value input;
  ValueRange outer;

  SmallVector<Value> at(Value position) {
    SmallVector<Value> indices(outer);
    indices.insert(indices.begin() + op.getAxis(), position);
    return indices;
  }
  Value offset(Value position, int64_t by) {
    return lowering.builder.create<arith::AddIOp>(lowering.loc, position,
                                                  lowering.indexConstant(by));
  }
  /// Whether `x` stands strictly before `y`.
  Value isBetter(Value x, Value y) {
    graph::ScalarContext s = getScalarContext(
        lowering.builder, lowering.loc, {x, y}, getElement(op.getInput()));
    return op.getSmallest() ? s.less(x, y) : s.less(y, x);
  }
  SmallVector<Value> write(Value value, Value index, Value position,
                           ValueRange carried) {
    return {insertElement(lowering, value, carried[0], at(position)),
            insertElement(lowering, index, carried[1], at(position))};
  }
  /// Elements that stand at or before `x` among the first `filled`.
  Value findPosition(Value x, Value filled, ValueRange carried);
  /// Moves elements from `position` to `last` one place on, dropping the last.
  SmallVector<Value> shift(Value position, Value last, ValueRange carried);
  /// Handles element `i` of the row.
  SmallVector<Value> insert(Value i, ValueRange carried);
};

} // namespace

Value TopKRow::findPosition(Value x, Value filled, ValueRange carried) {
  Value values = carried[0];
  Value zero = lowering.indexConstant(0);
  return buildLoops(lowering, filled, zero,
                    [&](ValueRange j, ValueRange position) {
                      Value y = lowering.extract(values, at(j.front()));
                      Value next = offset(position.front(), 1);
                      Value result = lowering.builder.create<arith::SelectOp>(
                          lowering.loc, isBetter(x, y), position.front(), next);
                      return SmallVector<Value>{result};
                    })
      .front();
}

SmallVector<Value> TopKRow::shift(Value position, Value last,
                                  ValueRange carried) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value count = builder.create<arith::SubIOp>(loc, last, position);
  return buildLoops(
      lowering, count, carried, [&](ValueRange t, ValueRange inner) {
        Value to = builder.create<arith::SubIOp>(loc, last, t.front());
        Value from = offset(to, -1);
        Value value = lowering.extract(inner[0], at(from));
        Value index = lowering.extract(inner[1], at(from));
        return write(value, index, to, inner);
      });
}

SmallVector<Value> TopKRow::insert(Value i, ValueRange carried) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value k = lowering.indexConstant(op.getK());
  Value filled = builder.create<arith::MinUIOp>(loc, i, k);
  Value x = lowering.extract(input, at(i));
  // A full row takes only what is better than its last.
  Value isFull = buildCompare(lowering, arith::CmpIPredicate::eq, filled, k);
  Value isTaken =
      buildIf(
          lowering, isFull,
          [&]() -> SmallVector<Value> {
            Value worst = lowering.extract(
                carried[0], at(lowering.indexConstant(op.getK() - 1)));
            return {isBetter(x, worst)};
          },
          [&]() -> SmallVector<Value> {
            return {lowering.constant(builder.getBoolAttr(true))};
          })
          .front();
  return buildIf(
      lowering, isTaken,
      [&]() -> SmallVector<Value> {
        Value position = findPosition(x, filled, carried);
        Value last = builder.create<arith::MinUIOp>(
            loc, filled, lowering.indexConstant(op.getK() - 1));
        SmallVector<Value> shifted = shift(position, last, carried);
        Value index =
            builder.create<arith::IndexCastOp>(loc, getElement(carried[1]), i);
        return write(x, index, position, shifted);
      },
      [&]() { return SmallVector<Value>(carried); });
}

static SmallVector<Value> lowerTopK(graph::TopKOp op,
                                    graph::TopKOp::Adaptor operands,
                                    OpLowering &lowering) {
  if (op.getK() == 0) {
    return lowering.destinations;
  }
  SmallVector<int64_t> outer(getShape(operands.getInput()));
  int64_t size = outer[op.getAxis()];
  outer.erase(outer.begin() + op.getAxis());
  return buildLoops(
      lowering, getIndexConstants(lowering, outer), lowering.destinations,
      [&](ValueRange outerIndices, ValueRange carried) {
        TopKRow row{op, lowering, operands.getInput(), outerIndices};
        return buildLoops(lowering, lowering.indexConstant(size), carried,
                          [&](ValueRange i, ValueRange inner) {
                            return row.insert(i.front(), inner);
                          });
      });
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

/// Combines `update` into the element of `tensor` at `indices`.
static Value buildUpdate(OpLowering &lowering, ScatterKind kind, Type element,
                         Value update, Value tensor, ValueRange indices) {
  if (kind == ScatterKind::none) {
    return insertElement(lowering, update, tensor, indices);
  }
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Value old =
      loadScalar(builder, loc, lowering.extract(tensor, indices), element);
  update = loadScalar(builder, loc, update, element);
  graph::ScalarContext s =
      getScalarContext(builder, loc, {old, update}, element);
  Value combined;
  switch (kind) {
  case ScatterKind::add:
    combined = s.add(old, update);
    break;
  case ScatterKind::mul:
    combined = s.mul(old, update);
    break;
  case ScatterKind::max:
    combined = s.max(old, update);
    break;
  case ScatterKind::min:
    combined = s.min(old, update);
    break;
  case ScatterKind::none:
    llvm_unreachable("handled above");
  }
  return insertElement(lowering, storeScalar(builder, loc, combined, element),
                       tensor, indices);
}

static Value lowerScatterElements(graph::ScatterElementsOp op,
                                  graph::ScatterElementsOp::Adaptor operands,
                                  OpLowering &lowering) {
  int64_t size = getShape(operands.getInput())[op.getAxis()];
  Value copy = lowering.copy(operands.getInput(), lowering.destination());
  return buildLoops(
             lowering,
             getIndexConstants(lowering, getShape(operands.getIndices())), copy,
             [&](ValueRange loops, ValueRange carried) {
               SmallVector<Value> target(loops);
               Value index = lowering.extract(operands.getIndices(), loops);
               target[op.getAxis()] = lowering.wrapIndex(index, size);
               Value update = lowering.extract(operands.getUpdates(), loops);
               return SmallVector<Value>{buildUpdate(
                   lowering, op.getKind(), getElement(op.getInput()), update,
                   carried.front(), target)};
             })
      .front();
}

static Value lowerScatterNd(graph::ScatterNdOp op,
                            graph::ScatterNdOp::Adaptor operands,
                            OpLowering &lowering) {
  ArrayRef<int64_t> shape = getShape(operands.getInput());
  ArrayRef<int64_t> indexShape = getShape(operands.getIndices());
  size_t tuple = indexShape.back();
  size_t tuples = indexShape.size() - 1;
  Value copy = lowering.copy(operands.getInput(), lowering.destination());
  return buildLoops(
             lowering,
             getIndexConstants(lowering, getShape(operands.getUpdates())), copy,
             [&](ValueRange loops, ValueRange carried) {
               SmallVector<Value> target;
               for (size_t component = 0; component < tuple; ++component) {
                 SmallVector<Value> at(loops.take_front(tuples));
                 at.push_back(lowering.indexConstant(component));
                 Value index = lowering.extract(operands.getIndices(), at);
                 target.push_back(lowering.wrapIndex(index, shape[component]));
               }
               llvm::append_range(target, loops.drop_front(tuples));
               Value update = lowering.extract(operands.getUpdates(), loops);
               return SmallVector<Value>{buildUpdate(
                   lowering, op.getKind(), getElement(op.getInput()), update,
                   carried.front(), target)};
             })
      .front();
}

void mlir::tessera::populateIndexingLowerings(LoweringTable &table) {
  table.add<graph::GatherOp>(lowerGather);
  table.add<graph::GatherElementsOp>(lowerGatherElements);
  table.add<graph::GatherNdOp>(lowerGatherNd);
  table.add<graph::CumsumOp>(lowerCumsum);
  table.add<graph::TopKOp>(lowerTopK);
  table.add<graph::ScatterElementsOp>(lowerScatterElements);
  table.add<graph::ScatterNdOp>(lowerScatterNd);
}
