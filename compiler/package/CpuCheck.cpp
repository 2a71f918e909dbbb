// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/CpuCheck.h"

#include "runtime/CpuFeatures.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"

#include <map>
#include <optional>
#include <utility>

using namespace mlir::tessera;
using llvm::Function;
using llvm::Value;

namespace {

using Leaf = std::pair<uint32_t, uint32_t>; // leaf and subleaf

class CheckBuilder {
public:
  explicit CheckBuilder(llvm::Module &module)
      : context(module.getContext()), builder(context),
        i32(builder.getInt32Ty()),
        function(Function::Create(
            llvm::FunctionType::get(builder.getInt1Ty(), /*isVarArg=*/false),
            Function::PrivateLinkage, "cpu_check", module)),
        fails(llvm::BasicBlock::Create(context, "fails", function)) {
    builder.SetInsertPoint(fails);
    builder.CreateRet(builder.getFalse());
    builder.SetInsertPoint(
        llvm::BasicBlock::Create(context, "entry", function, fails));
  }

  Function *build(llvm::ArrayRef<std::string> features) {
    // Masks of the registers of each leaf.
    std::map<Leaf, std::array<uint32_t, 4>> masks;
    uint64_t savedState = 0;
    for (const std::string &feature : features) {
      std::optional<::tessera::CpuidBit> bit = ::tessera::findCpuidBit(feature);
      if (!bit) {
        require(builder.getFalse());
        continue;
      }
      masks[{bit->leaf, bit->subleaf}][bit->reg] |= uint32_t{1} << bit->bit;
      savedState |= bit->savedState;
    }
    if (savedState != 0) {
      constexpr unsigned osxsaveBit = 27;
      masks[{1, 0}][2] |= uint32_t{1} << osxsaveBit;
    }
    for (const auto &[leaf, regs] : masks) {
      requireLeaf(leaf);
      Value *words = cpuid(leaf.first, leaf.second);
      for (unsigned reg = 0; reg < regs.size(); ++reg) {
        if (regs[reg] != 0) {
          requireBits(builder.CreateExtractValue(words, reg), regs[reg]);
        }
      }
    }
    // After the test of OSXSAVE, without which XGETBV traps.
    if (savedState != 0) {
      requireBits(xgetbv(), uint32_t(savedState));
    }
    builder.CreateRet(builder.getTrue());
    return function;
  }

private:
  /// Goes on only where `condition` holds.
  void require(Value *condition) {
    auto *next = llvm::BasicBlock::Create(context, "", function, fails);
    builder.CreateCondBr(condition, next, fails);
    builder.SetInsertPoint(next);
  }

  void requireBits(Value *word, uint32_t mask) {
    Value *bits = builder.getInt32(mask);
    require(builder.CreateICmpEQ(builder.CreateAnd(word, bits), bits));
  }

  /// CPUID answers for its last leaf where a leaf does not exist.
  void requireLeaf(Leaf leaf) {
    const auto [number, subleaf] = leaf;
    Value *last = builder.CreateExtractValue(cpuid(number & 0x80000000, 0), 0);
    require(builder.CreateICmpUGE(last, builder.getInt32(number)));
    if (number == 7 && subleaf > 0) {
      Value *lastSubleaf = builder.CreateExtractValue(cpuid(number, 0), 0);
      require(builder.CreateICmpUGE(lastSubleaf, builder.getInt32(subleaf)));
    }
  }

  /// EAX, EBX, ECX and EDX.
  Value *cpuid(uint32_t leaf, uint32_t subleaf) {
    auto *words = llvm::StructType::get(context, {i32, i32, i32, i32});
    auto *code = llvm::InlineAsm::get(
        llvm::FunctionType::get(words, {i32, i32}, /*isVarArg=*/false), "cpuid",
        "={ax},={bx},={cx},={dx},{ax},{cx},~{dirflag},~{fpsr},~{flags}",
        /*hasSideEffects=*/true);
    return builder.CreateCall(
        code, {builder.getInt32(leaf), builder.getInt32(subleaf)});
  }

  /// The low half of XCR0.
  Value *xgetbv() {
    auto *halves = llvm::StructType::get(context, {i32, i32});
    auto *code = llvm::InlineAsm::get(
        llvm::FunctionType::get(halves, {i32}, /*isVarArg=*/false), "xgetbv",
        "={ax},={dx},{cx},~{dirflag},~{fpsr},~{flags}",
        /*hasSideEffects=*/true);
    return builder.CreateExtractValue(
        builder.CreateCall(code, {builder.getInt32(0)}), 0);
  }

  llvm::LLVMContext &context;
  llvm::IRBuilder<> builder;
  llvm::Type *i32;
  Function *function;
  llvm::BasicBlock *fails;
};

} // namespace

Function *mlir::tessera::defineCpuCheck(llvm::Module &module,
                                        llvm::ArrayRef<std::string> features) {
  return CheckBuilder(module).build(features);
}
