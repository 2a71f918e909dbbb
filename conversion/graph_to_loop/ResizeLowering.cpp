//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/Lowering.h"
#include "conversion/graph_to_loop/ResizeTables.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::tessera;

using graph::CoordinateMode;
using graph::ResizeMode;

namespace {

/// Tables of the dimensions that change.
using Tables = SmallVector<std::pair<size_t, ResizeTable>>;

} // namespace

static Tables computeTables(graph::ResizeOp op, ArrayRef<int64_t> input,
                            ArrayRef<int64_t> output) {
  Tables tables;
  bool isCrop = op.getCoordinateMode() == CoordinateMode::tf_crop_and_resize;
  for (size_t d = 0; d < input.size(); ++d) {
    if (input[d] == output[d] && op.getScales()[d] == 1.0) {
      bool isWhole =
          !isCrop || op.getRoi().empty() ||
          (op.getRoi()[d] == 0.0 && op.getRoi()[input.size() + d] == 1.0);
      if (isWhole) {
        continue;
      }
    }
    ResizeTable table = computeResizeTable(op, d, input[d], output[d]);
    if (!table.isIdentity()) {
      tables.emplace_back(d, std::move(table));
    }
  }
  return tables;
}

//===----------------------------------------------------------------------===//
// Nearest
//===----------------------------------------------------------------------===//

/// The index as an affine function of the output's, or null: o floordiv n, or
/// o * n + c.
static AffineExpr matchAffineIndex(const ResizeTable &table, AffineExpr dim) {
  if (table.hasOutside() || table.outputSize == 0 || table.inputSize == 0) {
    return {};
  }
  auto matches = [&](llvm::function_ref<int64_t(int64_t)> index) {
    for (int64_t o = 0; o < table.outputSize; ++o) {
      if (table.indices[o] != index(o)) {
        return false;
      }
    }
    return true;
  };
  int64_t repeat = table.outputSize / table.inputSize;
  if (repeat > 0 && matches([&](int64_t o) { return o / repeat; })) {
    return dim.floorDiv(repeat);
  }
  int64_t first = table.indices[0];
  int64_t step = table.outputSize > 1 ? table.indices[1] - first : 1;
  if (matches([&](int64_t o) { return first + o * step; })) {
    return dim * step + first;
  }
  return {};
}

/// Index tables as i64 tensors; -1 where the extrapolation value stands.
static Value buildIndexTable(OpLowering &lowering, const ResizeTable &table) {
  std::vector<int64_t> indices = table.indices;
  for (int64_t o = 0; o < table.outputSize; ++o) {
    if (table.outside[o]) {
      std::fill_n(indices.begin() + o * table.taps, table.taps, -1);
    }
  }
  SmallVector<int64_t> shape = {table.outputSize};
  if (table.taps > 1) {
    shape.push_back(table.taps);
  }
  return lowering.constant(DenseElementsAttr::get(
      RankedTensorType::get(shape, lowering.builder.getI64Type()),
      ArrayRef<int64_t>(indices)));
}

/// An element of an index table as index, 0 for -1.
static Value buildTableIndex(OpLowering &lowering, Value element,
                             const ResizeTable &table) {
  if (table.hasOutside()) {
    Value zero =
        lowering.constant(lowering.builder.getZeroAttr(element.getType()));
    element =
        lowering.builder.create<arith::MaxSIOp>(lowering.loc, element, zero);
  }
  return lowering.builder.create<arith::IndexCastOp>(
      lowering.loc, lowering.builder.getIndexType(), element);
}

/// `inside`, or the extrapolation value where `element` of an index table is
/// -1.
static Value selectInside(OpLowering &lowering, graph::ResizeOp op,
                          Value element, Value inside) {
  OpBuilder &builder = lowering.builder;
  Value zero = lowering.constant(builder.getZeroAttr(element.getType()));
  Value isOutside = builder.create<arith::CmpIOp>(
      lowering.loc, arith::CmpIPredicate::slt, element, zero);
  Value value = lowering.constant(getNumberAttr(
      inside.getType(), op.getExtrapolationValue().convertToDouble()));
  return builder.create<arith::SelectOp>(lowering.loc, isOutside, value,
                                         inside);
}

static Value lowerNearest(graph::ResizeOp op, OpLowering &lowering,
                          const Tables &tables) {
  Value source = lowering.operands.front();
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims =
      nest.parallel(getShape(lowering.destination()));
  SmallVector<AffineExpr> affine = dims;
  for (auto &[d, table] : tables) {
    affine[d] = matchAffineIndex(table, dims[d]);
  }
  nest.output(lowering.destination(), dims);
  if (llvm::all_of(affine, [](AffineExpr index) { return bool(index); })) {
    nest.input(source, affine);
    return nest.elementwise([](ValueRange v) { return v[0]; });
  }
  for (auto &[d, table] : tables) {
    nest.input(buildIndexTable(lowering, table), dims[d]);
  }
  return nest.elementwise([&](ValueRange v) {
    SmallVector<Value> indices(dims.size());
    for (auto [entry, element] : llvm::zip_equal(tables, v)) {
      indices[entry.first] = buildTableIndex(lowering, element, entry.second);
    }
    for (auto [index, dim] : llvm::zip_equal(indices, dims)) {
      index = index ? index : nest.index(dim);
    }
    Value result = lowering.extract(source, indices);
    for (auto [entry, element] : llvm::zip_equal(tables, v)) {
      if (entry.second.hasOutside()) {
        result = selectInside(lowering, op, element, result);
      }
    }
    return result;
  });
}

//===----------------------------------------------------------------------===//
// Linear and cubic
//===----------------------------------------------------------------------===//

/// f32, or f64 for elements that f32 can't hold.
static Type getComputeType(Type element) {
  bool isWide = element.getIntOrFloatBitWidth() >= 32 && !element.isF32();
  Builder builder(element.getContext());
  return isWide ? builder.getF64Type() : builder.getF32Type();
}

/// An interpolated value as an element of the result: integers are clamped to
/// their range and truncated.
static Value buildResult(OpLowering &lowering, Value value, Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  Type type = value.getType();
  graph::ScalarContext s =
      getScalarContext(lowering.builder, lowering.loc, value, type);
  if (integer && integer.getWidth() < 32) {
    unsigned width = integer.getWidth();
    bool isUnsigned = integer.isUnsigned();
    double low = isUnsigned ? 0.0 : -std::ldexp(1.0, width - 1);
    double high = std::ldexp(1.0, isUnsigned ? width : width - 1) - 1.0;
    value = s.max(value, lowering.constant(getNumberAttr(type, low)));
    value = s.min(value, lowering.constant(getNumberAttr(type, high)));
  }
  return s.cast(value, type, element);
}

static Value buildWeightTable(OpLowering &lowering, const ResizeTable &table,
                              Type type) {
  auto tensor = RankedTensorType::get({table.outputSize, table.taps}, type);
  SmallVector<Attribute> weights =
      llvm::map_to_vector(table.weights, [&](double weight) -> Attribute {
        return FloatAttr::get(type, weight);
      });
  return lowering.constant(DenseElementsAttr::get(tensor, weights));
}

/// Interpolates along dimension `dim`. `from` and `to` are the graph's element
/// types of source and destination.
static Value interpolate(graph::ResizeOp op, OpLowering &lowering, size_t dim,
                         const ResizeTable &table, Value source, Type from,
                         Value destination, Type to) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.loc;
  Type type = getComputeType(getElement(op.getInput()));
  NestBuilder nest = lowering.nest();
  SmallVector<AffineExpr> dims = nest.parallel(getShape(destination));
  AffineExpr tap = nest.reduction(table.taps);
  Value indexTable = buildIndexTable(lowering, table);
  nest.input(indexTable, {dims[dim], tap});
  nest.input(buildWeightTable(lowering, table, type), {dims[dim], tap});
  if (table.hasOutside()) {
    nest.epilogueInput(indexTable, {dims[dim], nest.constant(0)});
  }
  nest.output(destination, dims);
  return nest.reduce(
      builder.getZeroAttr(type),
      [&](ValueRange v) {
        SmallVector<Value> indices;
        for (size_t d = 0; d < dims.size(); ++d) {
          indices.push_back(d == dim ? buildTableIndex(lowering, v[0], table)
                                     : nest.index(dims[d]));
        }
        Value x = lowering.extract(source, indices);
        x = getScalarContext(builder, loc, x, from).cast(x, from, type);
        return buildMultiplyAdd(builder, loc, x, v[1], v[2]);
      },
      [&](ValueRange v) {
        Value value = v[0];
        if (table.hasOutside()) {
          value = selectInside(lowering, op, v[1], value);
        }
        return buildResult(lowering, value, to);
      });
}

static Value lowerResize(graph::ResizeOp op, graph::ResizeOp::Adaptor operands,
                         OpLowering &lowering) {
  Value source = operands.getInput();
  ArrayRef<int64_t> output = getShape(lowering.destination());
  Tables tables = computeTables(op, getShape(source), output);
  if (tables.empty()) {
    return lowering.copy(source, lowering.destination());
  }
  if (op.getMode() == ResizeMode::nearest) {
    return lowerNearest(op, lowering, tables);
  }
  Type element = getElement(op.getInput());
  Type type = getComputeType(element);
  Type from = element;
  for (auto &[d, table] : tables) {
    bool isLast = d == tables.back().first;
    SmallVector<int64_t> shape(getShape(source));
    shape[d] = table.outputSize;
    Value destination =
        isLast ? lowering.destination() : lowering.empty(shape, type);
    source = interpolate(op, lowering, d, table, source, from, destination,
                         isLast ? element : type);
    from = type;
  }
  return source;
}

void mlir::tessera::populateResizeLowerings(LoweringTable &table) {
  table.add<graph::ResizeOp>(lowerResize);
}
