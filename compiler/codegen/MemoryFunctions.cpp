// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/MemoryFunctions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"

#include <functional>

using namespace mlir::tessera;
using llvm::BasicBlock;
using llvm::Function;
using llvm::IRBuilder;
using llvm::StringRef;
using llvm::Value;

namespace {

/// Builds the loops of one memory function.
class LoopBuilder {
public:
  LoopBuilder(Function &function, unsigned vectorBytes)
      : builder(BasicBlock::Create(function.getContext(), "entry", &function)),
        function(function) {
    // From the widest step to single bytes; each is a power of two.
    stages.push_back({vectorBytes, 4});
    stages.push_back({vectorBytes, 1});
    if (vectorBytes > 8) {
      stages.push_back({8, 1});
    }
    stages.push_back({1, 1});
  }

  /// Copies `size` bytes from low to high addresses.
  void copyUpwards(Value *to, Value *from, Value *size) {
    Value *position = builder.getInt64(0);
    for (const Stage &stage : stages) {
      Value *end = builder.CreateAnd(size, -int64_t(stage.step()));
      position = emitLoop(position, end, stage.step(), [&](Value *at) {
        copyBlock(stage, builder.CreatePtrAdd(to, at),
                  builder.CreatePtrAdd(from, at));
      });
    }
  }

  /// Copies `size` bytes from high to low addresses.
  void copyDownwards(Value *to, Value *from, Value *size) {
    Value *position = size;
    for (const Stage &stage : stages) {
      Value *end = builder.CreateAnd(position, stage.step() - 1);
      position = emitLoop(position, end, -int64_t(stage.step()), [&](Value *i) {
        Value *at = builder.CreateSub(i, builder.getInt64(stage.step()));
        copyBlock(stage, builder.CreatePtrAdd(to, at),
                  builder.CreatePtrAdd(from, at));
      });
    }
  }

  void fill(Value *to, Value *byte, Value *size) {
    Value *position = builder.getInt64(0);
    for (const Stage &stage : stages) {
      Value *value = stage.bytes == 1
                         ? byte
                         : builder.CreateVectorSplat(stage.bytes, byte);
      Value *end = builder.CreateAnd(size, -int64_t(stage.step()));
      position = emitLoop(position, end, stage.step(), [&](Value *at) {
        for (unsigned i = 0; i < stage.count; ++i) {
          builder.CreateAlignedStore(value, blockAt(stage, to, at, i),
                                     llvm::Align(1));
        }
      });
    }
  }

  IRBuilder<> builder;

private:
  /// One step of a loop: `count` vectors of `bytes` bytes.
  struct Stage {
    unsigned bytes;
    unsigned count;
    unsigned step() const { return bytes * count; }
  };

  Value *blockAt(const Stage &stage, Value *base, Value *at, unsigned index) {
    return builder.CreateConstGEP1_64(builder.getInt8Ty(),
                                      builder.CreatePtrAdd(base, at),
                                      uint64_t(index) * stage.bytes);
  }

  /// Loads the whole block before it stores, so that the two may overlap.
  void copyBlock(const Stage &stage, Value *to, Value *from) {
    llvm::Type *type = builder.getInt8Ty();
    if (stage.bytes > 1) {
      type = llvm::FixedVectorType::get(type, stage.bytes);
    }
    llvm::SmallVector<Value *> values;
    for (unsigned i = 0; i < stage.count; ++i) {
      Value *address = blockAt(stage, from, builder.getInt64(0), i);
      values.push_back(
          builder.CreateAlignedLoad(type, address, llvm::Align(1)));
    }
    for (unsigned i = 0; i < stage.count; ++i) {
      Value *address = blockAt(stage, to, builder.getInt64(0), i);
      builder.CreateAlignedStore(values[i], address, llvm::Align(1));
    }
  }

  /// for (at = begin; at != end; at += step) body(at); returns `end`.
  Value *emitLoop(Value *begin, Value *end, int64_t step,
                  const std::function<void(Value *)> &body) {
    BasicBlock *before = builder.GetInsertBlock();
    llvm::LLVMContext &context = function.getContext();
    BasicBlock *loop = BasicBlock::Create(context, "loop", &function);
    BasicBlock *after = BasicBlock::Create(context, "after", &function);
    builder.CreateCondBr(builder.CreateICmpEQ(begin, end), after, loop);
    builder.SetInsertPoint(loop);
    llvm::PHINode *at = builder.CreatePHI(begin->getType(), 2);
    body(at);
    Value *next = builder.CreateAdd(at, builder.getInt64(step));
    at->addIncoming(begin, before);
    at->addIncoming(next, loop);
    builder.CreateCondBr(builder.CreateICmpEQ(next, end), after, loop);
    builder.SetInsertPoint(after);
    return end;
  }

  Function &function;
  llvm::SmallVector<Stage> stages;
};

void defineMemcpy(Function &function, unsigned vectorBytes) {
  LoopBuilder loops(function, vectorBytes);
  loops.copyUpwards(function.getArg(0), function.getArg(1), function.getArg(2));
  loops.builder.CreateRet(function.getArg(0));
}

void defineMemmove(Function &function, unsigned vectorBytes) {
  LoopBuilder loops(function, vectorBytes);
  IRBuilder<> &builder = loops.builder;
  Value *to = function.getArg(0);
  Value *from = function.getArg(1);
  Value *size = function.getArg(2);
  BasicBlock *up = BasicBlock::Create(function.getContext(), "up", &function);
  BasicBlock *down =
      BasicBlock::Create(function.getContext(), "down", &function);
  // Upwards is safe unless `to` lies inside the source.
  llvm::Type *i64 = builder.getInt64Ty();
  Value *distance = builder.CreateSub(builder.CreatePtrToInt(to, i64),
                                      builder.CreatePtrToInt(from, i64));
  builder.CreateCondBr(builder.CreateICmpUGE(distance, size), up, down);
  builder.SetInsertPoint(up);
  loops.copyUpwards(to, from, size);
  builder.CreateRet(to);
  builder.SetInsertPoint(down);
  loops.copyDownwards(to, from, size);
  builder.CreateRet(to);
}

void defineMemset(Function &function, unsigned vectorBytes) {
  LoopBuilder loops(function, vectorBytes);
  IRBuilder<> &builder = loops.builder;
  Value *byte = builder.CreateTrunc(function.getArg(1), builder.getInt8Ty());
  loops.fill(function.getArg(0), byte, function.getArg(2));
  builder.CreateRet(function.getArg(0));
}

bool callsIntrinsic(const llvm::Module &module, StringRef name) {
  const std::string prefix = "llvm." + name.str() + ".";
  return llvm::any_of(module, [&](const Function &function) {
    return function.isIntrinsic() && !function.use_empty() &&
           function.getName().starts_with(prefix);
  });
}

} // namespace

void mlir::tessera::addMemoryFunctions(llvm::Module &module,
                                       const CpuTarget &target) {
  llvm::LLVMContext &context = module.getContext();
  auto *ptr = llvm::PointerType::getUnqual(context);
  auto *i32 = llvm::Type::getInt32Ty(context);
  auto *i64 = llvm::Type::getInt64Ty(context);
  const struct {
    StringRef name;
    llvm::FunctionType *type;
    void (*define)(Function &, unsigned);
  } functions[] = {
      {"memcpy", llvm::FunctionType::get(ptr, {ptr, ptr, i64}, false),
       defineMemcpy},
      {"memmove", llvm::FunctionType::get(ptr, {ptr, ptr, i64}, false),
       defineMemmove},
      {"memset", llvm::FunctionType::get(ptr, {ptr, i32, i64}, false),
       defineMemset},
  };
  for (const auto &[name, type, define] : functions) {
    Function *function = module.getFunction(name);
    const bool called =
        function && function->isDeclaration() && !function->use_empty();
    if (!called && (function || !callsIntrinsic(module, name))) {
      continue;
    }
    if (!function) {
      function = Function::Create(type, Function::WeakODRLinkage, name, module);
    } else if (function->getFunctionType() != type) {
      // A declaration of another type: leave it to the linker's error.
      continue;
    }
    function->setLinkage(Function::WeakODRLinkage);
    function->setVisibility(Function::HiddenVisibility);
    function->addFnAttr("no-builtins");
    define(*function, target.vectorBits / 8);
  }
}
