//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "transforms/loop/ConstantOperands.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/Passes.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPMARKCONSTANTSPASS
#define GEN_PASS_DEF_LOOPPACKOPERANDSPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Whether `value` is computed from constants alone.
bool isConstantAtCompileTime(Value value, DenseMap<Value, bool> &known) {
  auto [it, isNew] = known.try_emplace(value, false);
  if (!isNew) {
    return it->second;
  }
  Operation *op = value.getDefiningOp();
  bool result = false;
  if (op && op->hasTrait<OpTrait::ConstantLike>()) {
    result = true;
  } else if (op && isa<CallOp, ViewOp>(op) && op->getNumOperands() > 0) {
    result = llvm::all_of(op->getOperands(), [&](Value operand) {
      return isConstantAtCompileTime(operand, known);
    });
  }
  known[value] = result;
  return result;
}

struct MarkConstants
    : public mlir::tessera::loop::impl::LoopMarkConstantsPassBase<
          MarkConstants> {
  void runOnOperation() override {
    DenseMap<Value, bool> known;
    ConstantOperands operands(getOperation());
    for (ProgramOp program : operands.getCalledPrograms()) {
      SmallVector<CallOp> calls(operands.getCalls(program));
      size_t numInputs = calls[0].getInputs().size();
      for (size_t i = 0; i < numInputs; ++i) {
        if (llvm::all_of(calls, [&](CallOp call) {
              return isConstantAtCompileTime(call.getInputs()[i], known);
            })) {
          program.setArgAttr(i, kConstantArgAttrName,
                             UnitAttr::get(&getContext()));
        }
      }
    }
  }
};

/// How one operand of a contraction is packed: [other dimensions][panel]
/// [reductions][lane], panel and lane splitting the vector dimension.
struct PackedLayout {
  SmallVector<int64_t> dims; // of the nest, outermost first, vectorDim apart
  int64_t vectorDim, lanes, width;

  PackedLayout(NestOp nest, AffineExpr linear, ScheduleInterface schedule)
      : vectorDim(schedule.getVectorDim()), lanes(schedule.getLanes()),
        width(schedule.getRegisterTile()[vectorDim] * lanes) {
    for (int64_t d : schedule.getOrder()) {
      if (d != vectorDim && nest.isParallel(d) && linear.isFunctionOfDim(d)) {
        dims.push_back(d);
      }
    }
    numOuter = dims.size();
    for (int64_t d : schedule.getOrder()) {
      if (nest.isReduction(d) && linear.isFunctionOfDim(d)) {
        dims.push_back(d);
      }
    }
  }

  SmallVector<int64_t> getShape(ArrayRef<int64_t> bounds) const {
    SmallVector<int64_t> shape;
    for (size_t i = 0; i < dims.size(); ++i) {
      if (i == numOuter) {
        shape.push_back(llvm::divideCeil(bounds[vectorDim], width));
      }
      shape.push_back(bounds[dims[i]]);
    }
    if (numOuter == dims.size()) {
      shape.push_back(llvm::divideCeil(bounds[vectorDim], width));
    }
    shape.push_back(width);
    return shape;
  }

  /// The map to the packed operand, `position[d]` standing for dimension d.
  AffineMap getMap(MLIRContext *context, ArrayRef<AffineExpr> position,
                   unsigned numDims) const {
    SmallVector<AffineExpr> results;
    AffineExpr vector = position[vectorDim];
    for (size_t i = 0; i < dims.size(); ++i) {
      if (i == numOuter) {
        results.push_back(vector.floorDiv(width));
      }
      results.push_back(position[dims[i]]);
    }
    if (numOuter == dims.size()) {
      results.push_back(vector.floorDiv(width));
    }
    results.push_back(vector % width);
    return AffineMap::get(numDims, 0, results, context);
  }

  size_t numOuter = 0;
};

struct PackOperands
    : public mlir::tessera::loop::impl::LoopPackOperandsPassBase<PackOperands> {
  using LoopPackOperandsPassBase::LoopPackOperandsPassBase;

  void runOnOperation() override {
    ConstantOperands constants(getOperation());
    for (ProgramOp program : constants.getCalledPrograms()) {
      SmallVector<NestOp> nests;
      program.walk([&](NestOp nest) { nests.push_back(nest); });
      for (NestOp nest : nests) {
        for (unsigned i = 0; i < 2 && i < nest.getInputs().size(); ++i) {
          packOperand(nest, i, constants);
        }
      }
    }
  }

private:
  void packOperand(NestOp nest, unsigned index,
                   const ConstantOperands &constants) {
    auto schedule =
        dyn_cast_or_null<ContractionScheduleAttr>(nest.getScheduleAttr());
    BlockArgument argument =
        constants.findOnlyReadConstant(nest.getInputs()[index]);
    if (!schedule || schedule.getLanes() == 1 || !argument) {
      return;
    }
    auto type = cast<MemRefType>(nest.getInputs()[index].getType());
    AffineExpr linear = linearize(type, nest.getInputMap(index));
    if (!linear.isFunctionOfDim(schedule.getVectorDim()) ||
        !linear.isPureAffine() || !type.getLayout().isIdentity()) {
      return;
    }
    PackedLayout layout(nest, linear, schedule);
    if (layout.dims.size() == layout.numOuter) {
      return; // no reduction runs along it
    }
    SmallVector<int64_t> shape = layout.getShape(nest.getBounds());
    auto packedType = MemRefType::get(shape, type.getElementType());
    ProgramOp packer = getPacker(nest, index, layout, packedType);
    constants.replace(nest, index, argument, packer, packedType);
    setPackedMap(nest, index, layout);
    ++numPacked;
  }

  /// Makes the nest read its operand as it is packed.
  void setPackedMap(NestOp nest, unsigned index, const PackedLayout &layout) {
    MLIRContext *context = nest.getContext();
    SmallVector<AffineExpr> position;
    for (unsigned d = 0; d < nest.getNumDims(); ++d) {
      position.push_back(getAffineDimExpr(d, context));
    }
    SmallVector<Attribute> maps(nest.getMaps().getValue());
    maps[index] =
        AffineMapAttr::get(layout.getMap(context, position, nest.getNumDims()));
    nest.setMapsAttr(ArrayAttr::get(context, maps));
  }

  /// The program that packs such an operand, shared by all that are alike.
  ProgramOp getPacker(NestOp nest, unsigned index, const PackedLayout &layout,
                      MemRefType packedType) {
    MLIRContext *context = nest.getContext();
    auto type = cast<MemRefType>(nest.getInputs()[index].getType());
    // The packing nest runs over the dimensions that the operand depends on.
    SmallVector<int64_t> dims(layout.dims);
    dims.insert(dims.begin() + layout.numOuter, layout.vectorDim);
    SmallVector<int64_t> bounds;
    SmallVector<AffineExpr> position(nest.getNumDims(),
                                     getAffineConstantExpr(0, context));
    for (auto [i, d] : llvm::enumerate(dims)) {
      bounds.push_back(nest.getBounds()[d]);
      position[d] = getAffineDimExpr(i, context);
    }
    AffineMap read =
        simplifyAffineMap(nest.getInputMap(index).replaceDimsAndSymbols(
            position, {}, dims.size(), 0));
    AffineMap write = layout.getMap(context, position, dims.size());
    std::string key;
    llvm::raw_string_ostream(key) << type << packedType << read << write;
    ProgramOp &packer = packers[key];
    if (packer) {
      return packer;
    }
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    Location loc = nest.getLoc();
    packer = builder.create<ProgramOp>(
        loc, "pack_" + std::to_string(packers.size()),
        builder.getFunctionType({type, packedType}, {}));
    SymbolTable(getOperation()).insert(packer);
    builder.setInsertionPointToStart(&packer.getBody().front());
    buildPackingNest(builder, loc, packer, layout, bounds, {read, write});
    builder.create<ReturnOp>(loc);
    return packer;
  }

  void buildPackingNest(OpBuilder &builder, Location loc, ProgramOp packer,
                        const PackedLayout &layout, ArrayRef<int64_t> bounds,
                        ArrayRef<AffineMap> maps) {
    size_t rank = bounds.size();
    SmallVector<Attribute> iterators(
        rank,
        IteratorKindAttr::get(builder.getContext(), IteratorKind::parallel));
    SmallVector<int64_t> ones(rank, 1), order, cache(rank, 0);
    llvm::append_range(order, llvm::seq<int64_t>(0, rank));
    ones[layout.numOuter] = layout.width / layout.lanes;
    auto schedule =
        ElementwiseScheduleAttr::get(builder.getContext(), layout.numOuter,
                                     layout.lanes, ones, order, cache, 0,
                                     /*prefetchPanels=*/false);
    auto nest = builder.create<NestOp>(
        loc, TypeRange{}, ValueRange{packer.getBody().getArgument(0)},
        ValueRange{}, ValueRange{packer.getBody().getArgument(1)},
        builder.getAffineMapArrayAttr(maps), builder.getArrayAttr(iterators),
        builder.getDenseI64ArrayAttr(bounds), schedule);
    buildCopyRegions(builder, nest);
  }
  llvm::StringMap<ProgramOp> packers;
};
} // namespace
