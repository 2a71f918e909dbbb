//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/codegen/JitEvaluator.h"
#include "compiler/driver/HostPlan.h"
#include "compiler/driver/Stages.h"
#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "runtime/tessera_package.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {

/// Elements up to which a folded value is a dense attribute that folders read.
constexpr int64_t kMaxDenseElements = 64;

uint64_t countBytes(ShapedType type) {
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

/// The bytes of a constant in storage layout; `owned` keeps them where they had
/// to be made.
const void *getBytes(ElementsAttr value,
                     std::vector<std::unique_ptr<char[]>> &owned) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    return resource.getRawHandle().getBlob()->getData().data();
  }
  auto dense = cast<DenseElementsAttr>(value);
  ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat() || dense.getNumElements() == 1) {
    return raw.data();
  }
  uint64_t bytes = countBytes(dense.getType());
  owned.push_back(std::make_unique<char[]>(bytes));
  for (uint64_t at = 0; at < bytes; at += raw.size()) {
    std::memcpy(owned.back().get() + at, raw.data(), raw.size());
  }
  return owned.back().get();
}

/// A constant of `type` from storage bytes. Small ones are copied.
ElementsAttr makeConstant(ShapedType type, AsmResourceBlob blob) {
  ArrayRef<char> bytes = blob.getData();
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes) {
      values.push_back(byte != 0);
    }
    return DenseElementsAttr::get(type, values);
  }
  if (type.getNumElements() <= kMaxDenseElements) {
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  }
  return DenseResourceElementsAttr::get(type, "folded", std::move(blob));
}

/// Makes constants of the function arguments, so that they are passed by
/// address without a copy.
std::vector<ElementsAttr> turnConstantsIntoArguments(func::FuncOp main) {
  std::vector<ElementsAttr> values;
  Block &block = main.getBody().front();
  for (auto constant :
       llvm::make_early_inc_range(block.getOps<arith::ConstantOp>())) {
    values.push_back(cast<ElementsAttr>(constant.getValue()));
    constant.replaceAllUsesWith(
        block.addArgument(constant.getType(), constant.getLoc()));
    constant.erase();
  }
  main.setFunctionType(FunctionType::get(main.getContext(),
                                         block.getArgumentTypes(),
                                         main.getFunctionType().getResults()));
  return values;
}

/// Calls the compiled `tessera_run` of a module.
FailureOr<std::vector<AsmResourceBlob>>
callCompiled(JitModule &jit, const HostPlan &plan,
             ArrayRef<ElementsAttr> inputs, ArrayRef<ShapedType> results,
             Location loc) {
  llvm::Expected<int32_t (*)(const tessera_run_args *)> run =
      jit.function<int32_t(const tessera_run_args *)>("tessera_run");
  if (!run) {
    return emitError(loc) << "constant folding: "
                          << llvm::toString(run.takeError());
  }
  std::vector<std::unique_ptr<char[]>> owned;
  std::vector<const void *> inputPointers;
  for (ElementsAttr input : inputs) {
    inputPointers.push_back(getBytes(input, owned));
  }
  std::vector<AsmResourceBlob> blobs;
  std::vector<void *> outputPointers;
  for (ShapedType result : results) {
    uint64_t bytes = countBytes(result);
    auto blob = HeapAsmResourceBlob::allocate(bytes, 64,
                                              /*dataIsMutable=*/true);
    // Padding of packed operands is never written: the same bytes every time.
    std::memset(blob.getMutableData().data(), 0, bytes);
    outputPointers.push_back(blob.getMutableData().data());
    blobs.push_back(std::move(blob));
  }
  AsmResourceBlob arena =
      HeapAsmResourceBlob::allocate(plan.arenaBytes + 64, 64, true);
  tessera_run_args args = {};
  args.struct_bytes = sizeof args;
  args.inputs = inputPointers.data();
  args.outputs = outputPointers.data();
  args.arena = arena.getMutableData().data();
  (*run)(&args);
  return blobs;
}

/// Compiles and runs `main`, made of loop.calls on programs that are scheduled
/// and on buffers. Consumes the module.
FailureOr<std::vector<AsmResourceBlob>>
runLoopModule(ModuleOp module, func::FuncOp main,
              SmallVectorImpl<ShapedType> &results) {
  MLIRContext *context = module.getContext();
  for (Type type : main.getFunctionType().getResults()) {
    results.push_back(cast<ShapedType>(type));
  }
  std::vector<ElementsAttr> inputs = turnConstantsIntoArguments(main);
  FailureOr<HostPlan> plan = planHost(module, main);
  if (failed(plan)) {
    return failure();
  }
  main.erase();
  PassManager manager(context);
  buildEmissionPipeline(manager);
  loop::buildLoopToLlvmPipeline(manager);
  if (failed(manager.run(module))) {
    return failure();
  }
  emitHostFunction(module, *plan, {});
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(module, llvmContext);
  if (!llvmModule) {
    return failure();
  }
  llvm::Expected<JitModule> jit = JitModule::load(*llvmModule);
  if (!jit) {
    return emitError(module.getLoc())
           << "constant folding: " << llvm::toString(jit.takeError());
  }
  return callCompiled(*jit, *plan, inputs, results, module.getLoc());
}

/// Whether all operands of a call or view are constants, or such calls.
bool isFoldable(Operation *op, const llvm::SetVector<Operation *> &foldable) {
  // What is returned must be written by a program at run time.
  bool isReturned = llvm::any_of(op->getUsers(), [](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>();
  });
  return isa<loop::CallOp, loop::ViewOp>(op) && !isReturned &&
         op->getNumOperands() > 0 &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           Operation *def = operand.getDefiningOp();
           return def && (isa<arith::ConstantOp>(def) || foldable.count(def));
         });
}

/// Views of constants are constants of another type.
void foldViews(func::FuncOp main) {
  for (auto view : llvm::make_early_inc_range(
           main.getBody().front().getOps<loop::ViewOp>())) {
    auto constant = view.getInput().getDefiningOp<arith::ConstantOp>();
    if (!constant) {
      continue;
    }
    auto type = cast<ShapedType>(view.getType());
    TypedAttr value;
    if (auto resource =
            dyn_cast<DenseResourceElementsAttr>(constant.getValue())) {
      value = DenseResourceElementsAttr::get(type, resource.getRawHandle());
    } else {
      value = cast<DenseElementsAttr>(constant.getValue()).reshape(type);
    }
    OpBuilder builder(view);
    view.replaceAllUsesWith(
        builder.create<arith::ConstantOp>(view.getLoc(), value).getResult());
    view.erase();
  }
}

void eraseUnused(ModuleOp module, func::FuncOp main) {
  SmallVector<Operation *> ops;
  for (Operation &op : main.getBody().front().without_terminator()) {
    ops.push_back(&op);
  }
  for (Operation *op : llvm::reverse(ops)) {
    if (isMemoryEffectFree(op) && op->use_empty()) {
      op->erase();
    }
  }
  for (auto program :
       llvm::make_early_inc_range(module.getOps<loop::ProgramOp>())) {
    if (SymbolTable::symbolKnownUseEmpty(program, module)) {
      program.erase();
    }
  }
}
} // namespace

LogicalResult mlir::tessera::foldConstantCalls(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  foldViews(main);
  llvm::SetVector<Operation *> foldable;
  for (Operation &op : main.getBody().front().without_terminator()) {
    if (isFoldable(&op, foldable)) {
      foldable.insert(&op);
    }
  }
  // Only what something else reads is computed.
  SmallVector<Value> wanted;
  for (Operation *op : foldable) {
    for (Value result : op->getResults()) {
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !foldable.count(user);
          })) {
        wanted.push_back(result);
      }
    }
  }
  if (wanted.empty()) {
    return success();
  }
  OpBuilder builder(module.getContext());
  OwningOpRef<ModuleOp> part = ModuleOp::create(module.getLoc());
  (*part)->setAttrs(module->getAttrDictionary());
  builder.setInsertionPointToEnd(part->getBody());
  auto partMain = builder.create<func::FuncOp>(
      module.getLoc(), "main",
      builder.getFunctionType({}, ValueRange(wanted).getTypes()));
  builder.setInsertionPointToStart(partMain.addEntryBlock());
  IRMapping mapping;
  llvm::SetVector<StringRef> callees;
  for (Operation *op : foldable) {
    for (Value operand : op->getOperands()) {
      if (!mapping.contains(operand)) {
        builder.clone(*operand.getDefiningOp(), mapping);
      }
    }
    builder.clone(*op, mapping);
    if (auto call = dyn_cast<loop::CallOp>(op)) {
      callees.insert(call.getCallee());
    }
  }
  SmallVector<Value> results;
  for (Value value : wanted) {
    results.push_back(mapping.lookup(value));
  }
  builder.create<func::ReturnOp>(module.getLoc(), results);
  builder.setInsertionPointToEnd(part->getBody());
  for (StringRef callee : callees) {
    builder.clone(*module.lookupSymbol(callee));
  }
  SmallVector<ShapedType> types;
  FailureOr<std::vector<AsmResourceBlob>> blobs =
      runLoopModule(*part, partMain, types);
  if (failed(blobs)) {
    return failure();
  }
  for (auto [value, type, blob] : llvm::zip(wanted, types, *blobs)) {
    builder.setInsertionPointAfterValue(value);
    Value constant = builder.create<arith::ConstantOp>(
        value.getLoc(), cast<TypedAttr>(makeConstant(type, std::move(blob))));
    value.replaceAllUsesWith(constant);
  }
  eraseUnused(module, main);
  return success();
}

FailureOr<SmallVector<ElementsAttr>>
mlir::tessera::evaluateGraph(ModuleOp module) {
  MLIRContext *context = module.getContext();
  auto main = module.lookupSymbol<func::FuncOp>("main");
  SmallVector<ShapedType> graphTypes;
  for (Type type : main.getFunctionType().getResults()) {
    graphTypes.push_back(cast<ShapedType>(type));
  }
  module->setAttr(loop::kTargetAttrName,
                  getTargetAttr(context, CpuTarget::baseline()));
  PassManager lower(context);
  lower.addPass(createConvertGraphToLoopPass());
  if (failed(lower.run(module))) {
    return failure();
  }
  insertResultCopies(module, main);
  PassManager schedule(context);
  buildSchedulingPipeline(schedule, /*fuse=*/true, /*exact=*/true, nullptr);
  if (failed(schedule.run(module))) {
    return failure();
  }
  SmallVector<ShapedType> types;
  FailureOr<std::vector<AsmResourceBlob>> blobs =
      runLoopModule(module, main, types);
  if (failed(blobs)) {
    return failure();
  }
  SmallVector<ElementsAttr> values;
  for (auto [type, blob] : llvm::zip(graphTypes, *blobs)) {
    values.push_back(makeConstant(type, std::move(blob)));
  }
  return values;
}
