//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/TileEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "transforms/loop/NestAccess.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::tessera::loop;

//===----------------------------------------------------------------------===//
// Questions about a nest
//===----------------------------------------------------------------------===//

std::optional<vector::CombiningKind>
mlir::tessera::loop::getCombiningKind(NestOp nest) {
  using vector::CombiningKind;
  Block &block = nest.getCombine().front();
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() != 1) {
    return std::nullopt;
  }
  Value accumulator = block.getArgument(nest.getInputs().size());
  Operation *op = yield->getOperand(0).getDefiningOp();
  if (!op || op->getBlock() != &block || op->getNumOperands() != 2 ||
      !accumulator.hasOneUse() || *accumulator.user_begin() != op) {
    return std::nullopt;
  }
  return llvm::TypeSwitch<Operation *, std::optional<CombiningKind>>(op)
      .Case<arith::AddFOp, arith::AddIOp>(
          [](auto) { return CombiningKind::ADD; })
      .Case<arith::MulFOp, arith::MulIOp>(
          [](auto) { return CombiningKind::MUL; })
      .Case<arith::MaximumFOp>([](auto) { return CombiningKind::MAXIMUMF; })
      .Case<arith::MinimumFOp>([](auto) { return CombiningKind::MINIMUMF; })
      .Case<arith::MaxSIOp>([](auto) { return CombiningKind::MAXSI; })
      .Case<arith::MinSIOp>([](auto) { return CombiningKind::MINSI; })
      .Case<arith::MaxUIOp>([](auto) { return CombiningKind::MAXUI; })
      .Case<arith::MinUIOp>([](auto) { return CombiningKind::MINUI; })
      .Case<arith::AndIOp>([](auto) { return CombiningKind::AND; })
      .Case<arith::OrIOp>([](auto) { return CombiningKind::OR; })
      .Case<arith::XOrIOp>([](auto) { return CombiningKind::XOR; })
      .Default([](Operation *) { return std::nullopt; });
}

bool mlir::tessera::loop::isVectorizable(NestOp nest) {
  for (Region &region : nest->getRegions()) {
    for (Operation &op : region.front()) {
      if (isa<YieldOp, IndexOp, memref::LoadOp>(op) ||
          op.hasTrait<OpTrait::ConstantLike>() ||
          OpTrait::hasElementwiseMappableTraits(&op)) {
        continue;
      }
      // A gather from a captured tensor becomes loads of single elements.
      if (op.getName().getStringRef() == "tensor.extract") {
        continue;
      }
      return false;
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Set-up
//===----------------------------------------------------------------------===//

TileEmitter::TileEmitter(NestOp tile, OpBuilder &builder)
    : nest(tile), schedule(cast<ScheduleInterface>(*tile.getSchedule())),
      builder(builder), loc(tile.getLoc()),
      vectorDim(schedule.getLanes() > 1 ? schedule.getVectorDim() : -1),
      lanes(schedule.getLanes()) {
  base = llvm::to_vector(nest.getOffsets());
  bounds = llvm::to_vector(nest.getBounds());
  if (vectorDim >= 0 && lanes > 1 && nest.isParallel(vectorDim)) {
    vectorUnit = schedule.getRegisterTile()[vectorDim] * lanes;
  }
  isHorizontal = lanes > 1 && vectorDim >= 0 && nest.isReduction(vectorDim);
  for (int64_t d : schedule.getOrder()) {
    if (nest.isReduction(d) && !(isHorizontal && d == vectorDim)) {
      reductionOrder.push_back(d);
    }
  }
  accumulatorTypes = llvm::to_vector(
      nest.getInit().front().getTerminator()->getOperandTypes());
  numAccumulators = accumulatorTypes.size();
  auto addOperands = [&](ValueRange values) {
    for (Value value : values) {
      operands.push_back(flatten(value, nest.getInputMap(operands.size())));
    }
  };
  addOperands(nest.getInputs());
  addOperands(nest.getEpilogueInputs());
  addOperands(nest.getOutputs());
  points = makePoints(vectorDim < 0 ? 1 : bounds[vectorDim]);
  if (schedule.getPrefetch()) {
    findPanel();
  }
}

/// All points of the tile with `extent` elements of the vector dimension, in
/// pieces: full vectors, then powers of two.
SmallVector<TileEmitter::Point> TileEmitter::makePoints(int64_t extent) {
  SmallVector<Piece> pieces;
  SmallVector<Point> points;
  bool hasVectors = vectorDim >= 0 && !isHorizontal;
  extent = hasVectors ? extent : 1;
  int64_t width = hasVectors ? lanes : 1;
  for (int64_t offset = 0; offset < extent;) {
    while (width > extent - offset) {
      width /= 2;
    }
    pieces.push_back({offset, width});
    offset += width;
  }
  SmallVector<int64_t, 8> shift(nest.getNumDims(), 0);
  while (true) {
    for (Piece piece : pieces) {
      Point point{shift, piece.width};
      if (hasVectors) {
        point.shift[vectorDim] = piece.offset;
      }
      points.push_back(std::move(point));
    }
    int64_t d = int64_t(nest.getNumDims()) - 1;
    for (; d >= 0; --d) {
      if (nest.isReduction(d) || (hasVectors && d == vectorDim)) {
        continue;
      }
      if (++shift[d] < bounds[d]) {
        break;
      }
      shift[d] = 0;
    }
    if (d < 0) {
      return points;
    }
  }
}

std::optional<unsigned> TileEmitter::findPanelInput() {
  if (vectorDim < 0 || isHorizontal || !nest.isContraction()) {
    return std::nullopt;
  }
  return findVaryingInput(operands[0].linear, operands[1].linear, vectorDim);
}

bool TileEmitter::isPanelPadded() {
  std::optional<unsigned> index = findPanelInput();
  if (!index) {
    return false;
  }
  // Packed: [...][panel][step][lane] with whole panels (PackedLayout.h).
  AffineMap map = nest.getInputMap(*index);
  auto type = cast<MemRefType>(nest.getInputs()[*index].getType());
  unsigned numDims = nest.getNumDims();
  AffineExpr lane = getAffineDimExpr(vectorDim, map.getContext()) % vectorUnit;
  return type.getRank() > 0 && type.getShape().back() == vectorUnit &&
         simplifyAffineExpr(map.getResults().back(), numDims, 0) ==
             simplifyAffineExpr(lane, numDims, 0);
}

/// The parts of whole vectors that the tile's points are.
TileEmitter::Accumulators TileEmitter::narrow(ValueRange accumulators) {
  Accumulators parts;
  size_t wholes = llvm::divideCeil(bounds[vectorDim], lanes);
  size_t pieces = points.size() * wholes / accumulators.size();
  for (size_t p = 0; p < points.size(); ++p) {
    int64_t offset = points[p].shift[vectorDim];
    int64_t width = points[p].width;
    Value whole = accumulators[p / pieces * wholes + offset / lanes];
    if (width == 1) {
      parts.push_back(
          builder.create<vector::ExtractOp>(loc, whole, offset % lanes));
    } else if (width == lanes) {
      parts.push_back(whole);
    } else {
      parts.push_back(builder.create<vector::ExtractStridedSliceOp>(
          loc, whole, offset % lanes, width, 1));
    }
  }
  return parts;
}

TileEmitter::FlatOperand TileEmitter::flatten(Value operand, AffineMap map) {
  auto type = cast<MemRefType>(operand.getType());
  FlatOperand flat;
  flat.element = type.getElementType();
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  // Programs have static shapes, so strides are static.
  if (failed(getStridesAndOffset(type, strides, offset))) {
    llvm::report_fatal_error("loop.nest on a buffer without strides");
  }
  Value buffer = operand;
  flat.linear = builder.getAffineConstantExpr(0);
  for (auto [i, stride] : llvm::enumerate(strides)) {
    flat.linear = flat.linear + map.getResult(i) * stride;
  }
  if (!type.getLayout().isIdentity() || ShapedType::isDynamic(offset)) {
    auto metadata =
        builder.create<memref::ExtractStridedMetadataOp>(loc, operand);
    buffer = metadata.getBaseBuffer();
    if (ShapedType::isDynamic(offset)) {
      flat.offset = metadata.getOffset();
    } else {
      flat.linear = flat.linear + offset;
    }
  }
  auto flatType =
      MemRefType::get({ShapedType::kDynamic}, type.getElementType(),
                      StridedLayoutAttr::get(builder.getContext(), 0, {1}));
  // The size is never looked at: accesses are in bounds by construction.
  Value size = builder.create<arith::ConstantIndexOp>(loc, INT64_MAX / 64);
  flat.buffer = builder.create<memref::ReinterpretCastOp>(
      loc, flatType, buffer, OpFoldResult(builder.getIndexAttr(0)),
      SmallVector<OpFoldResult>{size},
      SmallVector<OpFoldResult>{builder.getIndexAttr(1)});
  flat.linear = simplifyAffineExpr(flat.linear, nest.getNumDims(), 0);
  flat.linear.walk([&](AffineExpr expr) {
    flat.hasDivision |= expr.getKind() == AffineExprKind::FloorDiv ||
                        expr.getKind() == AffineExprKind::CeilDiv ||
                        expr.getKind() == AffineExprKind::Mod;
  });
  return flat;
}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

AffineExpr TileEmitter::addressAt(unsigned index, const Point &point) {
  SmallVector<AffineExpr> dims;
  for (auto [d, shift] : llvm::enumerate(point.shift)) {
    AffineExpr dim = builder.getAffineDimExpr(d);
    // The vector dimension's base counts whole tiles, so that panel numbers
    // (d floordiv width) and lanes (d mod width) come out constant.
    dims.push_back((int64_t(d) == vectorDim ? dim * vectorUnit : dim) + shift);
  }
  AffineExpr expr = operands[index].linear.replaceDimsAndSymbols(dims, {});
  return simplifyAffineExpr(expr, nest.getNumDims(), 0);
}

std::optional<int64_t> TileEmitter::vectorStride(unsigned index,
                                                 const Point &point) {
  AffineExpr first = addressAt(index, point);
  Point lane = point;
  std::optional<int64_t> stride;
  // One step tells all only where the address is linear: o floordiv 2 stands
  // still for a step and then moves on.
  int64_t last = operands[index].hasDivision ? point.width - 1 : 1;
  for (int64_t i = 1; i <= last; ++i) {
    lane.shift[vectorDim] = point.shift[vectorDim] + i;
    auto distance = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
        addressAt(index, lane) - first, nest.getNumDims(), 0));
    if (!distance || (i > 1 && distance.getValue() != *stride * i)) {
      return std::nullopt;
    }
    stride = i == 1 ? distance.getValue() : *stride;
  }
  return stride;
}

/// The part of an address without its constant, shared by neighbours.
Value TileEmitter::materializeBase(AffineExpr expr, unsigned index) {
  Value &cached = addressCache[{expr.getAsOpaquePointer(), index}];
  if (cached) {
    return cached;
  }
  SmallVector<OpFoldResult> dims(base.begin(), base.end());
  if (vectorUnit != 1) {
    dims[vectorDim] = affine::makeComposedFoldedAffineApply(
        builder, loc, builder.getAffineDimExpr(0).floorDiv(vectorUnit),
        {OpFoldResult(base[vectorDim])});
  }
  OpFoldResult folded = affine::makeComposedFoldedAffineApply(
      builder, loc, AffineMap::get(nest.getNumDims(), 0, expr), dims);
  Value value = getValueOrCreateConstantIndexOp(builder, loc, folded);
  if (operands[index].offset) {
    value = builder.create<arith::AddIOp>(loc, value, operands[index].offset);
  }
  cached = value;
  return value;
}

Value TileEmitter::materialize(AffineExpr expr, unsigned index) {
  int64_t constant = 0;
  if (auto sum = dyn_cast<AffineBinaryOpExpr>(expr)) {
    auto right = dyn_cast<AffineConstantExpr>(sum.getRHS());
    if (sum.getKind() == AffineExprKind::Add && right) {
      constant = right.getValue();
      expr = sum.getLHS();
    }
  } else if (auto only = dyn_cast<AffineConstantExpr>(expr)) {
    constant = only.getValue();
    expr = builder.getAffineConstantExpr(0);
  }
  Value value = materializeBase(expr, index);
  if (constant == 0) {
    return value;
  }
  Value offset = builder.create<arith::ConstantIndexOp>(loc, constant);
  return builder.create<arith::AddIOp>(loc, value, offset);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

void TileEmitter::clearCaches() {
  loadCache.clear();
  addressCache.clear();
  broadcastCache.clear();
}

Value TileEmitter::load(unsigned index, const Point &point) {
  AffineExpr expr = addressAt(index, point);
  FlatOperand &operand = operands[index];
  std::optional<int64_t> stride = 0;
  if (point.width > 1) {
    stride = vectorStride(index, point);
  }
  int64_t width = stride == 0 ? 1 : point.width;
  Value &cached = loadCache[{index, expr.getAsOpaquePointer(), width}];
  if (cached) {
    return cached;
  }
  Value value;
  if (width == 1) {
    value = builder.create<memref::LoadOp>(loc, operand.buffer,
                                           materialize(expr, index));
  } else if (stride == 1) {
    value = builder.create<vector::LoadOp>(
        loc, VectorType::get(width, operand.element), operand.buffer,
        materialize(expr, index));
  } else {
    auto type = VectorType::get(width, operand.element);
    value = builder.create<arith::ConstantOp>(loc, builder.getZeroAttr(type));
    Point lane = point;
    lane.width = 1;
    for (int64_t i = 0; i < width; ++i) {
      lane.shift[vectorDim] = point.shift[vectorDim] + i;
      Value element = builder.create<memref::LoadOp>(
          loc, operand.buffer, materialize(addressAt(index, lane), index));
      value = builder.create<vector::InsertOp>(loc, element, value, i);
    }
  }
  loadCache[{index, expr.getAsOpaquePointer(), width}] = value;
  return value;
}

void TileEmitter::store(unsigned index, const Point &point, Value value) {
  FlatOperand &operand = operands[index];
  if (point.width == 1) {
    builder.create<memref::StoreOp>(
        loc, value, operand.buffer,
        materialize(addressAt(index, point), index));
    return;
  }
  value = broadcast(value, point.width);
  if (vectorStride(index, point) == 1) {
    builder.create<vector::StoreOp>(
        loc, value, operand.buffer,
        materialize(addressAt(index, point), index));
    return;
  }
  Point lane = point;
  lane.width = 1;
  for (int64_t i = 0; i < point.width; ++i) {
    lane.shift[vectorDim] = point.shift[vectorDim] + i;
    Value element = builder.create<vector::ExtractOp>(loc, value, i);
    builder.create<memref::StoreOp>(loc, element, operand.buffer,
                                    materialize(addressAt(index, lane), index));
  }
}

Value TileEmitter::broadcast(Value value, int64_t width) {
  if (width == 1 || isa<VectorType>(value.getType())) {
    return value;
  }
  Value &cached = broadcastCache[{value.getAsOpaquePointer(), width}];
  if (!cached) {
    cached = builder.create<vector::BroadcastOp>(
        loc, VectorType::get(width, value.getType()), value);
  }
  return cached;
}

Value TileEmitter::indexAt(int64_t dim, const Point &point) {
  Value value = base[dim];
  if (point.shift[dim] != 0) {
    Value shift = builder.create<arith::ConstantIndexOp>(loc, point.shift[dim]);
    value = builder.create<arith::AddIOp>(loc, value, shift);
  }
  if (dim != vectorDim || point.width == 1) {
    return value;
  }
  SmallVector<int64_t> steps =
      llvm::to_vector(llvm::seq<int64_t>(0, point.width));
  auto type = VectorType::get(point.width, builder.getIndexType());
  Value step = builder.create<arith::ConstantOp>(
      loc, DenseIntElementsAttr::get(type, steps));
  return builder.create<arith::AddIOp>(loc, broadcast(value, point.width),
                                       step);
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

/// An op that has no vector form, once for each lane.
Value TileEmitter::perLane(Operation &op, const Point &point,
                           IRMapping &mapping) {
  auto type = VectorType::get(point.width, op.getResult(0).getType());
  Value result =
      builder.create<arith::ConstantOp>(loc, builder.getZeroAttr(type));
  for (int64_t i = 0; i < point.width; ++i) {
    IRMapping lane;
    for (Value operand : op.getOperands()) {
      Value value = mapping.lookupOrDefault(operand);
      if (isa<VectorType>(value.getType())) {
        value = builder.create<vector::ExtractOp>(loc, value, i);
      }
      lane.map(operand, value);
    }
    Value element = builder.clone(op, lane)->getResult(0);
    result = builder.create<vector::InsertOp>(loc, element, result, i);
  }
  return result;
}

void TileEmitter::evaluateOp(Operation &op, const Point &point,
                             IRMapping &mapping) {
  if (auto index = dyn_cast<IndexOp>(op)) {
    mapping.map(index.getResult(), indexAt(index.getDim(), point));
    return;
  }
  bool isVector = llvm::any_of(op.getOperands(), [&](Value operand) {
    return isa<VectorType>(mapping.lookupOrDefault(operand).getType());
  });
  if (!isVector) {
    builder.clone(op, mapping);
    return;
  }
  if (!OpTrait::hasElementwiseMappableTraits(&op)) {
    mapping.map(op.getResult(0), perLane(op, point, mapping));
    return;
  }
  SmallVector<Value> values;
  for (Value operand : op.getOperands()) {
    values.push_back(broadcast(mapping.lookupOrDefault(operand), point.width));
  }
  OperationState state(loc, op.getName());
  state.addOperands(values);
  state.addAttributes(op.getAttrs());
  for (Type type : op.getResultTypes()) {
    state.addTypes(VectorType::get(point.width, type));
  }
  Operation *vectorized = builder.create(state);
  mapping.map(op.getResults(), vectorized->getResults());
}

SmallVector<Value> TileEmitter::evaluate(Region &region, ValueRange arguments,
                                         const Point &point) {
  Block &block = region.front();
  IRMapping mapping;
  mapping.map(block.getArguments(), arguments);
  for (Operation &op : block.without_terminator()) {
    evaluateOp(op, point, mapping);
  }
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands()) {
    results.push_back(mapping.lookupOrDefault(value));
  }
  return results;
}

TileEmitter::Accumulators TileEmitter::emitInit() {
  Accumulators accumulators;
  for (const Point &point : points) {
    for (Value value : evaluate(nest.getInit(), {}, point)) {
      accumulators.push_back(broadcast(value, point.width));
    }
  }
  return accumulators;
}

void TileEmitter::emitCombine(MutableArrayRef<Value> accumulators,
                              const Step &step) {
  SmallVector<Value> arguments;
  for (size_t i = 0, e = nest.getInputs().size(); i < e; ++i) {
    arguments.push_back(load(i, step.point));
  }
  MutableArrayRef<Value> own =
      accumulators.slice(step.index * numAccumulators, numAccumulators);
  llvm::append_range(arguments, own);
  for (auto [i, value] :
       llvm::enumerate(evaluate(nest.getCombine(), arguments, step.point))) {
    own[i] = broadcast(value, step.point.width);
  }
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Runs `body` for dimension `dim` at start, start + step, ..., `count` times,
/// counted from `origin` if there is one.
TileEmitter::Accumulators
TileEmitter::emitLoop(int64_t count, int64_t step, int64_t dim, int64_t start,
                      Accumulators accumulators,
                      llvm::function_ref<Accumulators(Accumulators)> body,
                      Value origin) {
  Value saved = base[dim];
  Value lower = builder.create<arith::ConstantIndexOp>(loc, start);
  Value upper =
      builder.create<arith::ConstantIndexOp>(loc, start + count * step);
  Value stride = builder.create<arith::ConstantIndexOp>(loc, step);
  clearCaches();
  auto loop = builder.create<scf::ForOp>(
      loc, lower, upper, stride, accumulators,
      [&](OpBuilder &, Location, Value index, ValueRange carried) {
        base[dim] =
            origin ? builder.create<arith::AddIOp>(loc, origin, index) : index;
        Accumulators next = body(Accumulators(carried));
        builder.create<scf::YieldOp>(loc, next);
      });
  clearCaches();
  base[dim] = saved;
  return Accumulators(loop.getResults());
}

/// Whether a loop of `count` additions is to be cut into chunks: the error of a
/// floating-point sum grows with the length of its chain. The accumulators of a
/// contraction fill the registers, so that its chunks must be long to hide what
/// keeping the totals elsewhere costs.
bool TileEmitter::needsChunks(int64_t count) {
  return count > (nest.isContraction() ? kContractionChunk : kSumChunk) &&
         getCombiningKind(nest) == vector::CombiningKind::ADD &&
         isa<FloatType>(accumulatorTypes[0]);
}

/// Adds up chunks from zero and then the chunks: a chain of n additions becomes
/// two of about sqrt(n).
TileEmitter::Accumulators
TileEmitter::emitChunkedSum(size_t level, Accumulators accumulators,
                            SmallVectorImpl<int64_t> &shift) {
  int64_t d = reductionOrder[level];
  auto sumChunk = [&](int64_t size, Accumulators carried) {
    Accumulators partial;
    for (Value value : carried) {
      partial.push_back(builder.create<arith::ConstantOp>(
          loc, builder.getZeroAttr(value.getType())));
    }
    partial = emitSteps(level, size, std::move(partial), shift);
    for (auto [total, value] : llvm::zip(carried, partial)) {
      total = builder.create<arith::AddFOp>(loc, total, value);
    }
    return carried;
  };
  int64_t longest = nest.isContraction() ? kContractionChunk : kSumChunk;
  int64_t chunk =
      llvm::divideCeil(bounds[d], llvm::divideCeil(bounds[d], longest));
  chunk = llvm::alignTo(chunk, kPrefetchSteps);
  int64_t full = bounds[d] / chunk;
  Value origin = base[d];
  accumulators = emitLoop(
      full, chunk, d, 0, std::move(accumulators),
      [&](Accumulators carried) { return sumChunk(chunk, std::move(carried)); },
      origin);
  if (int64_t rest = bounds[d] % chunk) {
    accumulators = emitLoop(
        1, 1, d, full * chunk, std::move(accumulators),
        [&](Accumulators carried) {
          return sumChunk(rest, std::move(carried));
        },
        origin);
  }
  return accumulators;
}

/// Runs `count` steps of the reduction at `level` from its base on, unrolled as
/// the schedule says, and those inside of it.
TileEmitter::Accumulators
TileEmitter::emitSteps(size_t level, int64_t count, Accumulators accumulators,
                       SmallVectorImpl<int64_t> &shift) {
  int64_t d = reductionOrder[level];
  int64_t unroll = std::min(schedule.getRegisterTile()[d], count);
  auto body = [&](int64_t steps) {
    return [&, steps](Accumulators carried) {
      for (int64_t i = 0; i < steps; ++i) {
        shift[d] = i;
        carried = emitReductions(level + 1, std::move(carried), shift);
      }
      shift[d] = 0;
      return carried;
    };
  };
  Value origin = base[d];
  int64_t done = 0;
  int64_t group = std::max<int64_t>(1, kPrefetchSteps / unroll) * unroll;
  if (panel && level + 1 == reductionOrder.size() && count >= group) {
    done = count / group * group;
    accumulators = emitLoop(
        count / group, group, d, 0, std::move(accumulators),
        [&](Accumulators carried) {
          emitPrefetch();
          return emitLoop(group / unroll, unroll, d, 0, std::move(carried),
                          body(unroll), base[d]);
        },
        origin);
  } else if (int64_t full = count / unroll) {
    done = full * unroll;
    accumulators = emitLoop(full, unroll, d, 0, std::move(accumulators),
                            body(unroll), origin);
  }
  if (done < count) {
    accumulators = emitLoop(count - done, 1, d, done, std::move(accumulators),
                            body(1), origin);
  }
  return accumulators;
}

TileEmitter::Accumulators
TileEmitter::emitReductions(size_t level, Accumulators accumulators,
                            SmallVectorImpl<int64_t> &shift) {
  auto isUnrolled = [&](int64_t d) {
    return schedule.getRegisterTile()[d] >= bounds[d];
  };
  if (llvm::all_of(ArrayRef<int64_t>(reductionOrder).drop_front(level),
                   isUnrolled)) {
    return emitUnrolled(level, std::move(accumulators), shift);
  }
  int64_t d = reductionOrder[level];
  if (isUnrolled(d)) {
    for (int64_t i = 0; i < bounds[d]; ++i) {
      shift[d] = i;
      accumulators = emitReductions(level + 1, std::move(accumulators), shift);
    }
    shift[d] = 0;
    return accumulators;
  }
  if (needsChunks(bounds[d])) {
    return emitChunkedSum(level, std::move(accumulators), shift);
  }
  return emitSteps(level, bounds[d], std::move(accumulators), shift);
}

void TileEmitter::run() {
  OpBuilder::InsertionGuard guard(builder);
  // scf.for's body builders move the insertion point of this same builder.
  if (isHorizontal) {
    runHorizontal();
    return;
  }
  // Narrow vectors would double the instructions of a panel's rest, and LLVM 19
  // copies registers where one factor has two widths.
  bool isPadded = isPanelPadded() && bounds[vectorDim] % lanes != 0;
  SmallVector<Point> narrowPoints = points;
  if (isPadded) {
    points = makePoints(llvm::alignTo(bounds[vectorDim], lanes));
  }
  Accumulators accumulators = emitInit();
  SmallVector<int64_t> shift(nest.getNumDims(), 0);
  accumulators = emitReductions(0, std::move(accumulators), shift);
  if (isPadded) {
    points = std::move(narrowPoints);
    accumulators = narrow(accumulators);
  }
  clearCaches();
  if (!getPartialDims().empty()) {
    emitPartialSum(std::move(accumulators));
  } else {
    emitEpilogue(accumulators);
  }
}

//===----------------------------------------------------------------------===//
// Reductions along the vector dimension
//===----------------------------------------------------------------------===//

/// Combines `vectors` vectors of `width` elements, the first at `firstShift`
/// behind the vector dimension's base, into the accumulators: `vectors` for
/// each point.
TileEmitter::Accumulators
TileEmitter::emitHorizontalCombine(Accumulators accumulators, int64_t vectors,
                                   int64_t width, int64_t firstShift) {
  for (auto [p, tilePoint] : llvm::enumerate(points)) {
    for (int64_t v = 0; v < vectors; ++v) {
      Point point = tilePoint;
      point.width = width;
      point.shift[vectorDim] = firstShift + v * width;
      SmallVector<Value> arguments;
      for (size_t i = 0, e = nest.getInputs().size(); i < e; ++i) {
        arguments.push_back(load(i, point));
      }
      Value &own = accumulators[p * vectors + v];
      arguments.push_back(own);
      own = broadcast(evaluate(nest.getCombine(), arguments, point)[0], width);
    }
  }
  return accumulators;
}

/// Runs the other reduction loops, then the vector dimension's.
TileEmitter::Accumulators
TileEmitter::emitHorizontalLoops(size_t level, Accumulators accumulators) {
  if (level < reductionOrder.size()) {
    int64_t d = reductionOrder[level];
    return emitLoop(bounds[d], 1, d, 0, std::move(accumulators),
                    [&](Accumulators carried) {
                      return emitHorizontalLoops(level + 1, std::move(carried));
                    });
  }
  int64_t vectors = accumulators.size() / points.size();
  bool isScalar = !isa<VectorType>(accumulators[0].getType());
  int64_t width = isScalar ? 1 : lanes;
  int64_t chunk = schedule.getRegisterTile()[vectorDim] * lanes;
  int64_t full = bounds[vectorDim] / chunk;
  if (isScalar) {
    int64_t rest = bounds[vectorDim] % chunk;
    return emitLoop(rest, 1, vectorDim, full * chunk, std::move(accumulators),
                    [&](Accumulators carried) {
                      return emitHorizontalCombine(std::move(carried), vectors,
                                                   width, 0);
                    });
  }
  return emitLoop(full, chunk, vectorDim, 0, std::move(accumulators),
                  [&](Accumulators carried) {
                    return emitHorizontalCombine(std::move(carried), vectors,
                                                 width, 0);
                  });
}

void TileEmitter::runHorizontal() {
  vector::CombiningKind kind = *getCombiningKind(nest);
  int64_t vectors = schedule.getRegisterTile()[vectorDim];
  int64_t chunk = vectors * lanes;
  Accumulators scalars = emitInit(); // one for each point
  if (bounds[vectorDim] >= chunk) {
    // Lanes start neutral: `init` itself for idempotent kinds.
    auto type = VectorType::get(lanes, accumulatorTypes[0]);
    Accumulators accumulators;
    for (Value scalar : scalars) {
      Value start = broadcast(scalar, lanes);
      if (kind == vector::CombiningKind::ADD ||
          kind == vector::CombiningKind::XOR) {
        start =
            builder.create<arith::ConstantOp>(loc, builder.getZeroAttr(type));
      } else if (kind == vector::CombiningKind::MUL) {
        Type element = accumulatorTypes[0];
        TypedAttr one = isa<FloatType>(element)
                            ? TypedAttr(builder.getFloatAttr(element, 1.0))
                            : TypedAttr(builder.getIntegerAttr(element, 1));
        start = builder.create<arith::ConstantOp>(
            loc, DenseElementsAttr::get(type, Attribute(one)));
      }
      accumulators.append(vectors, start);
    }
    accumulators = emitHorizontalLoops(0, std::move(accumulators));
    for (size_t p = 0; p < scalars.size(); ++p) {
      Value sum = accumulators[p * vectors];
      for (int64_t v = 1; v < vectors; ++v) {
        sum = vector::makeArithReduction(builder, loc, kind, sum,
                                         accumulators[p * vectors + v]);
      }
      Value reduced = builder.create<vector::ReductionOp>(loc, kind, sum);
      scalars[p] =
          vector::makeArithReduction(builder, loc, kind, scalars[p], reduced);
    }
  }
  if (bounds[vectorDim] % chunk != 0) {
    scalars = emitHorizontalLoops(0, std::move(scalars));
  }
  clearCaches();
  emitEpilogue(scalars);
}
