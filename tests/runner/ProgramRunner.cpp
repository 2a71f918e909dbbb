//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/ProgramRunner.h"

#include "compiler/driver/Stages.h"
#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "runtime/tessera_package.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace mlir::tessera;

static llvm::Error makeError(const Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

class ProgramRunner::Buffer {
public:
  explicit Buffer(ShapedType type)
      : element(type.getElementType()), count(type.getNumElements()),
        bytes(count * elementBytes() + 2 * kGuard, kUnwritten) {}

  char *data() { return bytes.data() + kGuard; }

  bool isIntact() const {
    auto isGuard = [](char byte) { return byte == kUnwritten; };
    return std::all_of(bytes.begin(), bytes.begin() + kGuard, isGuard) &&
           std::all_of(bytes.end() - kGuard, bytes.end(), isGuard);
  }

  void write(ArrayRef<Element> elements) {
    char *at = data();
    for (const Element &value : elements) {
      if (element.isF32()) {
        put(at, static_cast<float>(value.real));
      } else if (element.isF64()) {
        put(at, value.real);
      } else {
        std::memcpy(at, &value.integer, elementBytes());
      }
      at += elementBytes();
    }
  }

  std::vector<Element> read() {
    std::vector<Element> elements(count);
    const char *at = data();
    for (Element &value : elements) {
      if (element.isF32()) {
        value.real = get<float>(at);
      } else if (element.isF64()) {
        value.real = get<double>(at);
      } else {
        unsigned shift = 64 - 8 * elementBytes();
        uint64_t raw = 0;
        std::memcpy(&raw, at, elementBytes());
        value.integer = static_cast<int64_t>(raw << shift) >> shift;
      }
      at += elementBytes();
    }
    return elements;
  }

private:
  static constexpr size_t kGuard = 256;
  /// Makes NaNs of floats.
  static constexpr char kUnwritten = static_cast<char>(0xff);

  unsigned elementBytes() const {
    return element.isIndex() ? 8 : element.getIntOrFloatBitWidth() / 8;
  }
  template <typename T> static void put(char *at, T value) {
    std::memcpy(at, &value, sizeof value);
  }
  template <typename T> static T get(const char *at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }

  Type element;
  int64_t count;
  std::vector<char> bytes;
};

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

ProgramRunner::ProgramRunner(ModuleOp module, JitModule jit)
    : module(module), jit(std::move(jit)) {}

llvm::Expected<ProgramRunner> ProgramRunner::compile(ModuleOp module,
                                                     const CpuTarget &target) {
  llvm::Expected<JitModule> jit = compileModule(module, target);
  if (!jit) {
    return jit.takeError();
  }
  return ProgramRunner(module, std::move(*jit));
}

llvm::Expected<JitModule>
ProgramRunner::compileModule(ModuleOp module, const CpuTarget &target) {
  OwningOpRef<ModuleOp> copy = module.clone();
  SmallVector<std::string> names;
  for (Operation &op : llvm::make_early_inc_range(copy->getOps())) {
    if (auto program = dyn_cast<loop::ProgramOp>(op)) {
      names.push_back(program.getSymName().str());
    } else {
      op.erase();
    }
  }
  MLIRContext *context = module.getContext();
  (*copy)->setAttr(loop::kTargetAttrName, getTargetAttr(context, target));
  PassManager manager(context);
  buildEmissionPipeline(manager);
  loop::buildLoopToLlvmPipeline(manager);
  if (failed(manager.run(*copy))) {
    return makeError("the pipeline failed");
  }
  for (const std::string &name : names) {
    copy->lookupSymbol<LLVM::LLVMFuncOp>(name).setVisibility_(
        LLVM::Visibility::Default);
  }
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(*copy, llvmContext);
  if (!llvmModule) {
    return makeError("the translation to LLVM IR failed");
  }
  return JitModule::load(*llvmModule, target);
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// `pool` points to the number of shares.
static void runShares(void *pool, tessera_loop_body body, void *context,
                      int64_t count) {
  int64_t shares = *static_cast<unsigned *>(pool);
  for (int64_t share = shares - 1; share >= 0; --share) {
    int64_t begin = count * share / shares;
    int64_t end = count * (share + 1) / shares;
    if (begin < end) {
      body(context, begin, end);
    }
  }
}

/// Calls `function` on pointers, of which the ABI knows up to eight here.
static llvm::Error callFunction(void *function, ArrayRef<void *> pointers) {
  auto call = [&](auto... pointer) {
    reinterpret_cast<void (*)(decltype(pointer)...)>(function)(pointer...);
    return llvm::Error::success();
  };
  auto p = pointers.begin();
  switch (pointers.size()) {
  case 3:
    return call(p[0], p[1], p[2]);
  case 4:
    return call(p[0], p[1], p[2], p[3]);
  case 5:
    return call(p[0], p[1], p[2], p[3], p[4]);
  case 6:
    return call(p[0], p[1], p[2], p[3], p[4], p[5]);
  case 7:
    return call(p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
  case 8:
    return call(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
  default:
    return makeError("no call with so many arguments");
  }
}

llvm::Error ProgramRunner::call(loop::CallOp call, unsigned threads) {
  auto program = module.lookupSymbol<loop::ProgramOp>(call.getCallee());
  for (Value output : call.getOutputs()) {
    values[output] =
        std::make_shared<Buffer>(cast<ShapedType>(output.getType()));
  }
  SmallVector<Shared> operands;
  for (Value operand : call->getOperands()) {
    operands.push_back(values.lookup(operand));
  }
  for (Value output : call.getOutputs()) {
    operands.push_back(values.lookup(output));
  }
  if (program->hasAttr(loop::kScratchBytesAttrName)) {
    operands.push_back(std::make_shared<Buffer>(
        cast<ShapedType>(program.getArgumentTypes().back())));
  }
  SmallVector<void *> pointers;
  for (const Shared &operand : operands) {
    pointers.push_back(operand->data());
  }
  pointers.push_back(threads ? reinterpret_cast<void *>(&runShares) : nullptr);
  pointers.push_back(&threads);
  llvm::Expected<void *> function = jit.lookup(call.getCallee());
  if (!function) {
    return function.takeError();
  }
  if (llvm::Error error = callFunction(*function, pointers)) {
    return error;
  }
  for (auto [i, operand] : llvm::enumerate(operands)) {
    if (!operand->isIntact()) {
      return makeError(call.getCallee() + " writes outside of operand " +
                       Twine(i));
    }
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<InterpretedValue>>
ProgramRunner::run(func::FuncOp function, ArrayRef<InterpretedValue> arguments,
                   unsigned threads) {
  values.clear();
  for (auto [argument, value] :
       llvm::zip_equal(function.getArguments(), arguments)) {
    auto buffer =
        std::make_shared<Buffer>(cast<ShapedType>(argument.getType()));
    buffer->write(value.elements);
    values[argument] = buffer;
  }
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (auto view = dyn_cast<loop::ViewOp>(op)) {
      Shared viewed = values.lookup(view.getInput());
      values[view] = viewed;
    } else if (auto program = dyn_cast<loop::CallOp>(op)) {
      if (llvm::Error error = call(program, threads)) {
        return std::move(error);
      }
    } else {
      return makeError("no rule for " + op.getName().getStringRef());
    }
  }
  std::vector<InterpretedValue> results;
  for (Value value :
       function.getBody().front().getTerminator()->getOperands()) {
    results.push_back({value.getType(), values.lookup(value)->read()});
  }
  return results;
}
