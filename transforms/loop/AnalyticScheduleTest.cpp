//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/AnalyticSchedule.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Makes nests of any shape, on buffers that they stay inside of.
class NestMaker {
public:
  NestMaker(OpBuilder &builder, unsigned seed)
      : builder(builder), random(seed) {}

  NestOp make(Block *programs) {
    numDims = random() % 6;
    bounds.clear();
    iterators.clear();
    for (unsigned d = 0; d < numDims; ++d) {
      const int64_t sizes[] = {0, 1, 2, 3, 5, 7, 8, 16, 17, 33, 64, 100, 1000};
      bounds.push_back(sizes[random() % 13]);
      iterators.push_back(IteratorKindAttr::get(
          builder.getContext(),
          random() % 2 ? IteratorKind::parallel : IteratorKind::reduction));
    }
    const Type elements[] = {builder.getF32Type(), builder.getF32Type(),
                             builder.getF64Type(), builder.getF16Type(),
                             builder.getI8Type(),  builder.getI32Type()};
    element = elements[random() % 6];
    bool isContraction = random() % 2;
    unsigned numInputs = isContraction ? 2 : 1 + random() % 3;
    SmallVector<AffineMap> maps;
    for (unsigned i = 0; i < numInputs; ++i) {
      maps.push_back(makeInputMap());
    }
    maps.push_back(makeOutputMap());
    SmallVector<Type> types;
    for (AffineMap map : maps) {
      types.push_back(makeBufferType(map));
    }
    return build(programs, maps, types, isContraction);
  }

private:
  bool isParallel(unsigned d) {
    return cast<IteratorKindAttr>(iterators[d]).getValue() ==
           IteratorKind::parallel;
  }

  /// Some dimensions in some order; windows, strides and divisions among them.
  AffineMap makeInputMap() {
    SmallVector<AffineExpr> results;
    for (unsigned d = 0; d < numDims; ++d) {
      AffineExpr dim = builder.getAffineDimExpr(d);
      switch (random() % 7) {
      case 0:
        break;
      case 1:
        results.push_back(dim * 2 + 1);
        break;
      case 2:
        results.push_back(dim + builder.getAffineDimExpr(random() % numDims));
        break;
      case 3:
        results.push_back(dim.floorDiv(3));
        break;
      default:
        results.push_back(dim);
      }
    }
    std::shuffle(results.begin(), results.end(), random);
    return AffineMap::get(numDims, 0, results, builder.getContext());
  }

  AffineMap makeOutputMap() {
    SmallVector<AffineExpr> results;
    for (unsigned d = 0; d < numDims; ++d) {
      if (isParallel(d)) {
        results.push_back(builder.getAffineDimExpr(d));
      }
    }
    std::shuffle(results.begin(), results.end(), random);
    return AffineMap::get(numDims, 0, results, builder.getContext());
  }

  MemRefType makeBufferType(AffineMap map) {
    SmallVector<int64_t> last(bounds);
    for (int64_t &index : last) {
      index = std::max<int64_t>(0, index - 1);
    }
    SmallVector<int64_t> shape = map.compose(last);
    for (int64_t &size : shape) {
      size += 1;
    }
    return MemRefType::get(shape, element);
  }

  NestOp build(Block *programs, ArrayRef<AffineMap> maps, ArrayRef<Type> types,
               bool isContraction) {
    OpBuilder::InsertionGuard guard(builder);
    Location loc = builder.getUnknownLoc();
    builder.setInsertionPointToEnd(programs);
    auto program = builder.create<ProgramOp>(
        loc, "program", builder.getFunctionType(types, {}));
    Block &body = program.getBody().front();
    if (random() % 2) {
      program.setArgAttr(types.size() > 2 ? 1 : 0, kConstantArgAttrName,
                         builder.getUnitAttr());
    }
    builder.setInsertionPointToStart(&body);
    auto nest = builder.create<NestOp>(
        loc, TypeRange{}, body.getArguments().drop_back(), ValueRange{},
        body.getArguments().take_back(), builder.getAffineMapArrayAttr(maps),
        builder.getArrayAttr(iterators), builder.getDenseI64ArrayAttr(bounds));
    builder.create<ReturnOp>(loc);
    using Values = SmallVector<Value>;
    buildNestRegion(
        builder, loc, nest.getInit(), {},
        [&](OpBuilder &b, ValueRange) -> Values {
          return {b.create<arith::ConstantOp>(loc, b.getZeroAttr(element))};
        });
    buildNestRegion(builder, loc, nest.getCombine(),
                    SmallVector<Type>(types.size(), element),
                    [&](OpBuilder &b, ValueRange arguments) -> Values {
                      return {combine(b, loc, arguments, isContraction)};
                    });
    buildNestRegion(builder, loc, nest.getEpilogue(), {element},
                    [](OpBuilder &, ValueRange arguments) -> Values {
                      return {arguments[0]};
                    });
    return nest;
  }

  Value combine(OpBuilder &b, Location loc, ValueRange arguments,
                bool isContraction) {
    Value total = arguments.back();
    Value term = arguments[0];
    bool isFloat = isa<FloatType>(element);
    if (isContraction) {
      term = isFloat
                 ? b.create<arith::MulFOp>(loc, term, arguments[1]).getResult()
                 : b.create<arith::MulIOp>(loc, term, arguments[1]).getResult();
    }
    if (random() % 4 == 0) {
      return term; // no combination that lanes could be joined by
    }
    return isFloat ? b.create<arith::AddFOp>(loc, total, term).getResult()
                   : b.create<arith::AddIOp>(loc, total, term).getResult();
  }

  OpBuilder &builder;
  std::mt19937 random;
  unsigned numDims = 0;
  SmallVector<int64_t> bounds;
  SmallVector<Attribute> iterators;
  Type element;
};

TEST(AnalyticScheduleTest, EveryScheduleIsLegal) {
  MLIRContext context;
  context
      .loadDialect<LoopDialect, arith::ArithDialect, memref::MemRefDialect>();
  OpBuilder builder(&context);
  const std::pair<int64_t, int64_t> vectors[] = {
      {128, 16}, {256, 16}, {512, 32}, {128, 32}};
  AnalyticScheduleProvider provider;
  unsigned numVectorized = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    OwningOpRef<ModuleOp> module = ModuleOp::create(builder.getUnknownLoc());
    NestOp nest = NestMaker(builder, seed).make(module->getBody());
    ASSERT_TRUE(succeeded(verify(*module))) << "seed " << seed;
    auto [bits, registers] = vectors[seed % 4];
    auto target = CpuTargetAttr::get(&context, "x86-64", "", bits, registers,
                                     32 << 10, 1 << 20, 32 << 20);
    ScheduleInterface schedule = provider.getSchedule(nest, target);
    ASSERT_TRUE(schedule) << "seed " << seed;
    nest.setScheduleAttr(schedule);
    ASSERT_TRUE(succeeded(verify(nest))) << "seed " << seed;
    numVectorized += schedule.getLanes() > 1;
    // The same question has the same answer.
    nest.removeScheduleAttr();
    EXPECT_EQ(provider.getSchedule(nest, target), schedule);
  }
  EXPECT_GT(numVectorized, 1000u);
}

} // namespace
