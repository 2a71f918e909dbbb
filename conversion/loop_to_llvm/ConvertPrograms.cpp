//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_CONVERTLOOPPROGRAMSPASS
#include "conversion/loop_to_llvm/LoopToLlvm.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Converts one program.
class ProgramConverter {
public:
  ProgramConverter(ProgramOp program, LLVMTypeConverter &types)
      : program(program), types(types), builder(program), loc(program.getLoc()),
        pointer(LLVM::LLVMPointerType::get(program.getContext())),
        int64(builder.getI64Type()),
        none(LLVM::LLVMVoidType::get(program.getContext())) {}

  unsigned numParallel = 0, numSerial = 0;

  void run() {
    outlineParallelLoops();
    convertBody();
    program.erase();
  }

private:
  ArrayRef<Type> argumentTypes() { return program.getArgumentTypes(); }

  LLVM::LLVMFuncOp makeFunction(const Twine &name, ArrayRef<Type> arguments) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(program);
    auto function = builder.create<LLVM::LLVMFuncOp>(
        loc, name.str(), LLVM::LLVMFunctionType::get(none, arguments));
    function.setVisibility_(LLVM::Visibility::Hidden);
    for (auto [i, type] : llvm::enumerate(arguments)) {
      if (isa<LLVM::LLVMPointerType>(type)) {
        function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                            builder.getUnitAttr());
      }
    }
    return function;
  }

  /// Moves stack memory out of loops, where every iteration would take more.
  static void hoistAllocas(LLVM::LLVMFuncOp function) {
    SmallVector<memref::AllocaOp> allocas;
    function.walk([&](memref::AllocaOp alloca) { allocas.push_back(alloca); });
    Block &entry = function.getBody().front();
    for (memref::AllocaOp alloca : allocas) {
      // Programs have static shapes: there are no operands.
      alloca->moveBefore(&entry, entry.begin());
    }
  }

  /// The memref of `type` at `address`, a pointer.
  Value makeMemref(MemRefType type, Value address) {
    Value descriptor =
        MemRefDescriptor::fromStaticShape(builder, loc, types, type, address);
    return builder.create<UnrealizedConversionCastOp>(loc, type, descriptor)
        .getResult(0);
  }

  Value makeConstant(int64_t value) {
    return builder.create<LLVM::ConstantOp>(loc, int64, value);
  }

  //===--------------------------------------------------------------------===//
  // Parallel loops
  //===--------------------------------------------------------------------===//

  struct Outlined {
    ParallelOp loop;
    LLVM::LLVMFuncOp entry;
    SmallVector<unsigned> arguments; // of the program, that the worker needs
  };

  void outlineParallelLoops() {
    SmallVector<ParallelOp> loops;
    program.walk([&](ParallelOp loop) { loops.push_back(loop); });
    for (ParallelOp loop : loops) {
      if (loop->getParentOp() != program || !outline(loop)) {
        makeSerial(loop);
        ++numSerial;
      } else {
        ++numParallel;
      }
    }
  }

  /// Collects what must be computed again in a worker; false if something has
  /// side effects.
  bool collectSlice(ParallelOp loop, SetVector<Operation *> &slice,
                    SmallVectorImpl<unsigned> &arguments) {
    SetVector<Value> captured;
    getUsedValuesDefinedAbove(loop.getBody(), captured);
    SmallVector<Value> worklist(captured.begin(), captured.end());
    llvm::SmallSetVector<unsigned, 8> used;
    SetVector<Operation *> ops;
    while (!worklist.empty()) {
      Value value = worklist.pop_back_val();
      if (auto argument = dyn_cast<BlockArgument>(value)) {
        if (argument.getOwner()->getParentOp() != program) {
          return false;
        }
        used.insert(argument.getArgNumber());
        continue;
      }
      Operation *op = value.getDefiningOp();
      if (!isMemoryEffectFree(op) || op->getNumRegions() != 0) {
        return false;
      }
      if (ops.insert(op)) {
        llvm::append_range(worklist, op->getOperands());
      }
    }
    slice = topologicalSort(ops);
    arguments.assign(used.begin(), used.end());
    llvm::sort(arguments);
    return true;
  }

  bool outline(ParallelOp loop) {
    SetVector<Operation *> slice;
    SmallVector<unsigned> arguments;
    if (!collectSlice(loop, slice, arguments)) {
      return false;
    }
    OpBuilder::InsertionGuard guard(builder);
    unsigned number = outlined.size();
    SmallVector<Type> workerTypes(arguments.size(), pointer);
    workerTypes.append({int64, int64});
    LLVM::LLVMFuncOp worker = makeFunction(
        program.getSymName() + "_work" + Twine(number), workerTypes);
    fillWorker(worker, loop, slice, arguments);

    LLVM::LLVMFuncOp entry =
        makeFunction(program.getSymName() + "_part" + Twine(number),
                     {pointer, int64, int64});
    builder.setInsertionPointToStart(entry.addEntryBlock(builder));
    SmallVector<Value> operands;
    for (size_t i = 0; i < arguments.size(); ++i) {
      Value slot = builder.create<LLVM::GEPOp>(
          loc, pointer, pointer, entry.getArgument(0),
          ArrayRef<LLVM::GEPArg>{int32_t(i)});
      operands.push_back(builder.create<LLVM::LoadOp>(loc, pointer, slot));
    }
    operands.append({entry.getArgument(1), entry.getArgument(2)});
    builder.create<LLVM::CallOp>(loc, worker, operands);
    builder.create<LLVM::ReturnOp>(loc, ValueRange{});
    outlined.push_back({loop, entry, arguments});
    return true;
  }

  /// The worker: for index in [begin, end) the loop's body.
  void fillWorker(LLVM::LLVMFuncOp worker, ParallelOp loop,
                  const SetVector<Operation *> &slice,
                  ArrayRef<unsigned> arguments) {
    builder.setInsertionPointToStart(worker.addEntryBlock(builder));
    IRMapping mapping;
    for (auto [i, number] : llvm::enumerate(arguments)) {
      mapping.map(program.getArgument(number),
                  makeMemref(cast<MemRefType>(argumentTypes()[number]),
                             worker.getArgument(i)));
    }
    for (Operation *op : slice) {
      builder.clone(*op, mapping);
    }
    size_t n = arguments.size();
    auto toIndex = [&](Value value) -> Value {
      return builder.create<arith::IndexCastOp>(loc, builder.getIndexType(),
                                                value);
    };
    Value begin = toIndex(worker.getArgument(n));
    Value end = toIndex(worker.getArgument(n + 1));
    Value one = builder.create<arith::ConstantIndexOp>(loc, 1);
    auto serial = builder.create<scf::ForOp>(loc, begin, end, one);
    builder.create<LLVM::ReturnOp>(loc, ValueRange{});
    builder.setInsertionPointToStart(serial.getBody());
    cloneBody(loop, serial.getInductionVar(), begin, mapping);
    hoistAllocas(worker);
  }

  /// Clones the body for one iteration of a share that starts at `begin`.
  void cloneBody(ParallelOp loop, Value index, Value begin,
                 IRMapping &mapping) {
    Block &body = loop.getBody().front();
    mapping.map(body.getArgument(0), index);
    SmallVector<ShareStartOp> starts;
    loop.walk([&](ShareStartOp start) {
      if (start->getParentOfType<ParallelOp>() == loop) {
        starts.push_back(start);
      }
    });
    for (ShareStartOp start : starts) {
      start.replaceAllUsesWith(begin);
      start.erase();
    }
    for (Operation &op : body.without_terminator()) {
      builder.clone(op, mapping);
    }
  }

  void makeSerial(ParallelOp loop) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(loop);
    Value zero = builder.create<arith::ConstantIndexOp>(loc, 0);
    Value one = builder.create<arith::ConstantIndexOp>(loc, 1);
    auto serial = builder.create<scf::ForOp>(loc, zero, loop.getCount(), one);
    builder.setInsertionPointToStart(serial.getBody());
    IRMapping mapping;
    cloneBody(loop, serial.getInductionVar(), zero, mapping);
    loop.erase();
  }

  //===--------------------------------------------------------------------===//
  // The program itself
  //===--------------------------------------------------------------------===//

  void convertBody() {
    SmallVector<Type> functionTypes(argumentTypes().size() + 2, pointer);
    std::string name = program.getSymName().str();
    program.setSymName(name + "__program");
    LLVM::LLVMFuncOp function = makeFunction(name, functionTypes);
    Block *entry = function.addEntryBlock(builder);
    builder.setInsertionPointToStart(entry);
    Block &body = program.getBody().front();
    for (auto [argument, address] :
         llvm::zip(body.getArguments(), entry->getArguments())) {
      argument.replaceAllUsesWith(
          makeMemref(cast<MemRefType>(argument.getType()), address));
    }
    Operation *terminator = body.getTerminator();
    entry->getOperations().splice(entry->end(), body.getOperations());
    builder.setInsertionPoint(terminator);
    builder.create<LLVM::ReturnOp>(loc, ValueRange{});
    terminator->erase();
    for (Outlined &part : outlined) {
      launch(part, function);
    }
    hoistAllocas(function);
  }

  /// Replaces a parallel loop by parallel_for(pool, entry, context, count), or
  /// entry(context, 0, count) where the caller brought no parallel_for.
  void launch(Outlined &part, LLVM::LLVMFuncOp function) {
    size_t n = argumentTypes().size();
    Value parallelFor = function.getArgument(n);
    Value pool = function.getArgument(n + 1);
    builder.setInsertionPointToStart(&function.getBody().front());
    Value slots = makeConstant(std::max<size_t>(1, part.arguments.size()));
    Value context =
        builder.create<LLVM::AllocaOp>(loc, pointer, pointer, slots);
    for (auto [i, number] : llvm::enumerate(part.arguments)) {
      Value slot = builder.create<LLVM::GEPOp>(
          loc, pointer, pointer, context, ArrayRef<LLVM::GEPArg>{int32_t(i)});
      builder.create<LLVM::StoreOp>(loc, function.getArgument(number), slot);
    }
    builder.setInsertionPoint(part.loop);
    Value null = builder.create<LLVM::ZeroOp>(loc, pointer);
    Value hasThreads = builder.create<LLVM::ICmpOp>(
        loc, LLVM::ICmpPredicate::ne, parallelFor, null);
    Value count =
        builder.create<arith::IndexCastOp>(loc, int64, part.loop.getCount());
    auto branch = builder.create<scf::IfOp>(loc, hasThreads, true);
    builder.setInsertionPointToStart(branch.thenBlock());
    Value entry = builder.create<LLVM::AddressOfOp>(loc, pointer,
                                                    part.entry.getSymName());
    auto type =
        LLVM::LLVMFunctionType::get(none, {pointer, pointer, pointer, int64});
    builder.create<LLVM::CallOp>(
        loc, type, ValueRange{parallelFor, pool, entry, context, count});
    builder.setInsertionPointToStart(branch.elseBlock());
    builder.create<LLVM::CallOp>(loc, part.entry,
                                 ValueRange{context, makeConstant(0), count});
    part.loop.erase();
  }

  ProgramOp program;
  LLVMTypeConverter &types;
  OpBuilder builder;
  Location loc;
  Type pointer, int64, none;
  SmallVector<Outlined> outlined;
};

struct ConvertLoopPrograms
    : public mlir::tessera::loop::impl::ConvertLoopProgramsPassBase<
          ConvertLoopPrograms> {
  void runOnOperation() override {
    LLVMTypeConverter types(&getContext());
    SmallVector<ProgramOp> programs(getOperation().getOps<ProgramOp>());
    for (ProgramOp program : programs) {
      if (!llvm::all_of(program.getArgumentTypes(), [](Type type) {
            auto memref = dyn_cast<MemRefType>(type);
            return memref && memref.hasStaticShape() &&
                   memref.getLayout().isIdentity();
          })) {
        program.emitOpError() << "expected arguments that are static memrefs, "
                                 "but got "
                              << program.getFunctionType();
        return signalPassFailure();
      }
      ProgramConverter converter(program, types);
      converter.run();
      numParallel += converter.numParallel;
      numSerial += converter.numSerial;
    }
  }
};
} // namespace
