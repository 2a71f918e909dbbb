//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/HostPlan.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "runtime/tessera_package.h"
#include "transforms/loop/ArenaPlanner.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

#include <cstddef>

using namespace mlir;
using namespace mlir::tessera;

//===----------------------------------------------------------------------===//
// Copies of results
//===----------------------------------------------------------------------===//

namespace {
/// The value whose bytes `value` is.
Value findRoot(Value value) {
  while (auto view = value.getDefiningOp<loop::ViewOp>()) {
    value = view.getInput();
  }
  return value;
}

/// A program that copies one tensor.
loop::ProgramOp makeCopyProgram(ModuleOp module, RankedTensorType type,
                                unsigned number, Location loc) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto program = builder.create<loop::ProgramOp>(
      loc, "copy_result_" + std::to_string(number),
      builder.getFunctionType({type, type}, {type}));
  SymbolTable(module).insert(program);
  builder.setInsertionPointToStart(&program.getBody().front());
  int64_t rank = type.getRank();
  AffineMap map = builder.getMultiDimIdentityMap(rank);
  SmallVector<Attribute> iterators(
      rank, loop::IteratorKindAttr::get(builder.getContext(),
                                        loop::IteratorKind::parallel));
  auto nest = builder.create<loop::NestOp>(
      loc, TypeRange{type}, ValueRange{program.getArgument(0)}, ValueRange{},
      ValueRange{program.getArgument(1)},
      builder.getAffineMapArrayAttr({map, map}),
      builder.getArrayAttr(iterators),
      builder.getDenseI64ArrayAttr(type.getShape()));
  buildCopyRegions(builder, nest);
  builder.create<loop::ReturnOp>(loc, nest.getResults());
  return program;
}
} // namespace

void mlir::tessera::insertResultCopies(ModuleOp module, func::FuncOp main) {
  Operation *terminator = main.getBody().front().getTerminator();
  DenseSet<Value> taken;
  OpBuilder builder(terminator);
  for (OpOperand &result : terminator->getOpOperands()) {
    Value root = findRoot(result.get());
    bool isOwn =
        root.getDefiningOp<loop::CallOp>() && taken.insert(root).second;
    if (isOwn) {
      continue;
    }
    auto type = cast<RankedTensorType>(result.get().getType());
    loop::ProgramOp program = makeCopyProgram(
        module, type, result.getOperandNumber(), terminator->getLoc());
    auto copy = builder.create<loop::CallOp>(
        result.get().getLoc(), TypeRange{type},
        FlatSymbolRefAttr::get(program.getSymNameAttr()),
        ValueRange{result.get()});
    result.set(copy.getResult(0));
    taken.insert(copy.getResult(0));
  }
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

namespace {
uint64_t countBytes(Type type) {
  auto shaped = cast<ShapedType>(type);
  return shaped.getNumElements() *
         llvm::divideCeil(shaped.getElementTypeBitWidth(), 8);
}

/// Names of the source nodes in a location, in order, each once.
void collectNames(Location loc, llvm::SetVector<StringRef> &names) {
  if (auto name = dyn_cast<NameLoc>(loc)) {
    names.insert(name.getName().strref());
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location inner : fused.getLocations()) {
      collectNames(inner, names);
    }
  } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    collectNames(call.getCallee(), names);
  }
}

class HostPlanner {
public:
  HostPlanner(ModuleOp module, func::FuncOp main)
      : module(module), main(main), symbols(module) {}

  FailureOr<HostPlan> run() {
    Block &block = main.getBody().front();
    plan.numInputs = block.getNumArguments();
    for (BlockArgument argument : block.getArguments()) {
      places[argument] = {HostPlan::Place::input,
                          int64_t(argument.getArgNumber())};
    }
    Operation *terminator = block.getTerminator();
    plan.numOutputs = terminator->getNumOperands();
    for (OpOperand &result : terminator->getOpOperands()) {
      places[findRoot(result.get())] = {HostPlan::Place::output,
                                        int64_t(result.getOperandNumber())};
    }
    for (Operation &op : block.without_terminator()) {
      if (auto call = dyn_cast<loop::CallOp>(op)) {
        calls.push_back(call);
      } else if (op.hasTrait<OpTrait::ConstantLike>()) {
        placeConstant(op);
      } else if (!isa<loop::ViewOp>(op)) {
        return op.emitError() << "expected calls, views and constants in the "
                                 "host function, but got '"
                              << op.getName() << "'";
      }
    }
    planArena();
    for (auto [i, call] : llvm::enumerate(calls)) {
      addStep(i, call);
    }
    return std::move(plan);
  }

private:
  void placeConstant(Operation &op) {
    auto value = cast<ElementsAttr>(op.getAttr("value"));
    auto [it, isNew] = constants.try_emplace(value, plan.constants.size());
    if (isNew) {
      plan.constants.push_back(value);
    }
    places[op.getResult(0)] = {HostPlan::Place::constant, it->second};
  }

  int64_t getScratchBytes(loop::CallOp call) {
    auto program = symbols.lookup<loop::ProgramOp>(call.getCallee());
    auto bytes =
        program->getAttrOfType<IntegerAttr>(loop::kScratchBytesAttrName);
    return bytes ? bytes.getInt() : -1;
  }

  /// Lifetimes are in steps.
  void planArena() {
    std::vector<loop::ArenaBuffer> buffers;
    llvm::MapVector<Value, size_t> tensors;
    scratch.assign(calls.size(), SIZE_MAX);
    for (auto [i, call] : llvm::enumerate(calls)) {
      for (Value input : call.getInputs()) {
        auto it = tensors.find(findRoot(input));
        if (it != tensors.end()) {
          buffers[it->second].lastUse = i;
        }
      }
      for (Value output : call.getOutputs()) {
        if (!places.contains(output)) {
          tensors[output] = buffers.size();
          buffers.push_back(
              {int64_t(countBytes(output.getType())), int64_t(i), int64_t(i)});
        }
      }
      if (int64_t bytes = getScratchBytes(call); bytes > 0) {
        scratch[i] = buffers.size();
        buffers.push_back({bytes, int64_t(i), int64_t(i)});
        buffers.back().isSparse = symbols.lookup(call.getCallee())
                                      ->hasAttr(loop::kSparseScratchAttrName);
      }
    }
    plan.arenaBytes = loop::planArena(buffers);
    for (auto [value, index] : tensors) {
      places[value] = {HostPlan::Place::arena, buffers[index].offset};
    }
    for (size_t &index : scratch) {
      index = index == SIZE_MAX ? 0 : size_t(buffers[index].offset);
    }
  }

  void addStep(size_t index, loop::CallOp call) {
    HostPlan::Step step;
    step.callee = call.getCallee().str();
    step.notes = DictionaryAttr::get(
        call.getContext(), llvm::to_vector(call->getDiscardableAttrs()));
    auto add = [&](Value value) {
      step.operands.push_back(places.lookup(findRoot(value)));
      step.bytes += countBytes(value.getType());
    };
    llvm::for_each(call.getInputs(), add);
    llvm::for_each(call.getOutputs(), add);
    if (getScratchBytes(call) >= 0) {
      step.operands.push_back(
          {HostPlan::Place::arena, int64_t(scratch[index])});
    }
    llvm::SetVector<StringRef> names;
    collectNames(call.getLoc(), names);
    step.sources.assign(names.begin(), names.end());
    plan.steps.push_back(std::move(step));
  }

  ModuleOp module;
  func::FuncOp main;
  SymbolTable symbols;
  HostPlan plan;
  SmallVector<loop::CallOp> calls;
  DenseMap<Value, HostPlan::Place> places;
  DenseMap<Attribute, int64_t> constants;
  std::vector<size_t> scratch;
};
} // namespace

FailureOr<HostPlan> mlir::tessera::planHost(ModuleOp module,
                                            func::FuncOp main) {
  return HostPlanner(module, main).run();
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

namespace {
class HostEmitter {
public:
  HostEmitter(ModuleOp module, const HostPlan &plan,
              ArrayRef<uint64_t> constantOffsets)
      : plan(plan), constantOffsets(constantOffsets),
        builder(OpBuilder::atBlockEnd(module.getBody())), loc(module.getLoc()),
        pointer(LLVM::LLVMPointerType::get(module.getContext())),
        int32(builder.getI32Type()) {}

  void run() {
    declareKernels();
    LLVM::LLVMFuncOp hook = emitProfileHook();
    auto function = builder.create<LLVM::LLVMFuncOp>(
        loc, "tessera_run", LLVM::LLVMFunctionType::get(int32, {pointer}));
    function.setVisibility_(LLVM::Visibility::Hidden);
    Block *entry = function.addEntryBlock(builder);
    Block *body = builder.createBlock(&function.getBody());
    Block *tooSmall = builder.createBlock(&function.getBody());
    args = function.getArgument(0);
    builder.setInsertionPointToEnd(entry);
    Value size = loadField(builder.getI64Type(),
                           offsetof(tessera_run_args, struct_bytes));
    Value wanted = builder.create<LLVM::ConstantOp>(
        loc, builder.getI64Type(), int64_t(sizeof(tessera_run_args)));
    Value isGood = builder.create<LLVM::ICmpOp>(loc, LLVM::ICmpPredicate::uge,
                                                size, wanted);
    builder.create<LLVM::CondBrOp>(loc, isGood, body, tooSmall);
    builder.setInsertionPointToEnd(tooSmall);
    builder.create<LLVM::ReturnOp>(loc, makeInt(1));

    builder.setInsertionPointToEnd(body);
    inputs = loadField(pointer, offsetof(tessera_run_args, inputs));
    outputs = loadField(pointer, offsetof(tessera_run_args, outputs));
    arena = loadField(pointer, offsetof(tessera_run_args, arena));
    weights = loadField(pointer, offsetof(tessera_run_args, weights));
    Value parallelFor =
        loadField(pointer, offsetof(tessera_run_args, parallel_for));
    Value pool = loadField(pointer, offsetof(tessera_run_args, pool));
    for (auto [i, step] : llvm::enumerate(plan.steps)) {
      SmallVector<Value> operands;
      for (const HostPlan::Place &place : step.operands) {
        operands.push_back(getAddress(place));
      }
      operands.append({parallelFor, pool});
      builder.create<LLVM::CallOp>(loc, hook,
                                   ValueRange{args, makeInt(i), makeInt(1)});
      builder.create<LLVM::CallOp>(loc, TypeRange{}, step.callee, operands);
      builder.create<LLVM::CallOp>(loc, hook,
                                   ValueRange{args, makeInt(i), makeInt(0)});
    }
    builder.create<LLVM::ReturnOp>(loc, makeInt(0));
  }

private:
  /// Declares the kernels that are in other modules.
  void declareKernels() {
    Operation *module = builder.getInsertionBlock()->getParentOp();
    for (const HostPlan::Step &step : plan.steps) {
      if (SymbolTable::lookupSymbolIn(module, step.callee)) {
        continue;
      }
      SmallVector<Type> types(step.operands.size() + 2, pointer);
      auto none = LLVM::LLVMVoidType::get(builder.getContext());
      builder
          .create<LLVM::LLVMFuncOp>(loc, step.callee,
                                    LLVM::LLVMFunctionType::get(none, types))
          .setVisibility_(LLVM::Visibility::Hidden);
    }
  }

  Value makeInt(int64_t value) {
    return builder.create<LLVM::ConstantOp>(loc, int32, value);
  }

  Value addBytes(Value base, int64_t bytes) {
    if (bytes == 0) {
      return base;
    }
    Value offset =
        builder.create<LLVM::ConstantOp>(loc, builder.getI64Type(), bytes);
    return builder.create<LLVM::GEPOp>(loc, pointer, builder.getI8Type(), base,
                                       ArrayRef<LLVM::GEPArg>{offset});
  }

  Value loadField(Type type, size_t offset) {
    return builder.create<LLVM::LoadOp>(loc, type, addBytes(args, offset));
  }

  Value getAddress(const HostPlan::Place &place) {
    switch (place.kind) {
    case HostPlan::Place::input:
      return builder.create<LLVM::LoadOp>(loc, pointer,
                                          addBytes(inputs, place.value * 8));
    case HostPlan::Place::output:
      return builder.create<LLVM::LoadOp>(loc, pointer,
                                          addBytes(outputs, place.value * 8));
    case HostPlan::Place::arena:
      return addBytes(arena, place.value);
    case HostPlan::Place::constant:
      return addBytes(weights, constantOffsets[place.value]);
    }
    llvm_unreachable("all kinds handled");
  }

  /// void tessera_profile(args, index, begin): calls args->profile if set.
  LLVM::LLVMFuncOp emitProfileHook() {
    auto none = LLVM::LLVMVoidType::get(builder.getContext());
    auto hook = builder.create<LLVM::LLVMFuncOp>(
        loc, "tessera_profile",
        LLVM::LLVMFunctionType::get(none, {pointer, int32, int32}));
    hook.setVisibility_(LLVM::Visibility::Hidden);
    OpBuilder::InsertionGuard guard(builder);
    Block *entry = hook.addEntryBlock(builder);
    Block *call = builder.createBlock(&hook.getBody());
    Block *done = builder.createBlock(&hook.getBody());
    args = hook.getArgument(0);
    builder.setInsertionPointToEnd(entry);
    Value profile = loadField(pointer, offsetof(tessera_run_args, profile));
    Value null = builder.create<LLVM::ZeroOp>(loc, pointer);
    Value isSet = builder.create<LLVM::ICmpOp>(loc, LLVM::ICmpPredicate::ne,
                                               profile, null);
    builder.create<LLVM::CondBrOp>(loc, isSet, call, done);
    builder.setInsertionPointToEnd(call);
    Value context =
        loadField(pointer, offsetof(tessera_run_args, profile_context));
    auto type = LLVM::LLVMFunctionType::get(none, {pointer, int32, int32});
    builder.create<LLVM::CallOp>(
        loc, type,
        ValueRange{profile, context, hook.getArgument(1), hook.getArgument(2)});
    builder.create<LLVM::BrOp>(loc, done);
    builder.setInsertionPointToEnd(done);
    builder.create<LLVM::ReturnOp>(loc, ValueRange{});
    return hook;
  }

  const HostPlan &plan;
  ArrayRef<uint64_t> constantOffsets;
  OpBuilder builder;
  Location loc;
  Type pointer, int32;
  Value args, inputs, outputs, arena, weights;
};
} // namespace

void mlir::tessera::emitHostFunction(ModuleOp module, const HostPlan &plan,
                                     ArrayRef<uint64_t> constantOffsets) {
  HostEmitter(module, plan, constantOffsets).run();
}
