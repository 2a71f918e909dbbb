// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/ObjectEmitter.h"

#include "compiler/codegen/ParseTestModule.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"

#include <set>

using namespace mlir::tessera;

namespace {

constexpr llvm::StringLiteral multiplyAdd = R"(
  source_filename = "/somebody/model.onnx"
  define void @contracted(ptr %p, float %a, float %b) {
    %x = load float, ptr %p
    %m = fmul contract float %a, %b
    %s = fadd contract float %m, %x
    store float %s, ptr %p
    ret void
  }
  define void @strict(ptr %p, float %a, float %b) {
    %x = load float, ptr %p
    %m = fmul float %a, %b
    %s = fadd float %m, %x
    store float %s, ptr %p
    ret void
  }
  define void @wide(ptr %p, ptr %q) {
    %x = load <16 x float>, ptr %p
    %y = load <16 x float>, ptr %q
    %s = fadd <16 x float> %x, %y
    store <16 x float> %s, ptr %p
    ret void
  }
)";

std::string assembly(llvm::StringRef text, llvm::StringRef target) {
  llvm::LLVMContext context;
  auto module = parseTestModule(text, context);
  auto result = emitAssembly(*module, parseTestTarget(target));
  if (!result) {
    ADD_FAILURE() << llvm::toString(result.takeError());
    return "";
  }
  return *result;
}

/// The lines of one function.
std::string bodyOf(const std::string &text, const std::string &name) {
  const size_t begin = text.find("\n" + name + ":");
  const size_t end = text.find(".size\t" + name, begin);
  EXPECT_NE(end, std::string::npos) << name;
  return begin == std::string::npos ? "" : text.substr(begin, end - begin);
}

bool contains(const std::string &text, llvm::StringRef part) {
  return llvm::StringRef(text).contains(part);
}

/// Symbol names of an object: defined ones as they are, undefined ones with a
/// '?' in front.
std::set<std::string> symbols(llvm::ArrayRef<char> object) {
  auto file = llvm::cantFail(
      llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(
          llvm::StringRef(object.data(), object.size()), "object")));
  std::set<std::string> names;
  for (const llvm::object::SymbolRef &symbol : file->symbols()) {
    const uint32_t flags = llvm::cantFail(symbol.getFlags());
    const std::string name = llvm::cantFail(symbol.getName()).str();
    const bool undefined = flags & llvm::object::SymbolRef::SF_Undefined;
    names.insert((undefined ? "?" : "") + name);
  }
  return names;
}

TEST(ObjectEmitterTest, FusesOnlyWhatIsContracted) {
  for (llvm::StringRef target :
       {"cpu:x86-64-v3", "cpu:x86-64-v4", "cpu:aarch64"}) {
    const std::string text = assembly(multiplyAdd, target);
    const llvm::StringRef fused = target == "cpu:aarch64" ? "fmadd" : "vfmadd";
    EXPECT_TRUE(contains(bodyOf(text, "contracted"), fused)) << target.str();
    EXPECT_FALSE(contains(bodyOf(text, "strict"), fused)) << target.str();
  }
  EXPECT_FALSE(contains(assembly(multiplyAdd, "cpu:x86-64-v2"), "fmadd"));
}

TEST(ObjectEmitterTest, VectorsHaveTheTargetsWidth) {
  EXPECT_TRUE(contains(assembly(multiplyAdd, "cpu:x86-64-v4"), "zmm"));
  const std::string v3 = assembly(multiplyAdd, "cpu:x86-64-v3");
  EXPECT_FALSE(contains(v3, "zmm"));
  EXPECT_TRUE(contains(v3, "ymm"));
  EXPECT_FALSE(contains(assembly(multiplyAdd, "cpu:x86-64-v2"), "ymm"));
}

TEST(ObjectEmitterTest, HasNoUnwindTablesAndNoPaths) {
  for (llvm::StringRef target : {"cpu:x86-64-v3", "cpu:aarch64"}) {
    const std::string text = assembly(multiplyAdd, target);
    EXPECT_FALSE(contains(text, ".cfi_"));
    EXPECT_FALSE(contains(text, "somebody"));
  }
}

TEST(ObjectEmitterTest, LoopsDoNotBecomeLibraryCalls) {
  const std::string text = assembly(R"(
    define void @zero(ptr %p, i64 %n) {
    entry:
      br label %loop
    loop:
      %i = phi i64 [0, %entry], [%next, %loop]
      %at = getelementptr float, ptr %p, i64 %i
      store float 0.0, ptr %at
      %next = add nuw nsw i64 %i, 1
      %done = icmp uge i64 %next, %n
      br i1 %done, label %exit, label %loop
    exit:
      ret void
    }
    define void @copy(ptr noalias %p, ptr noalias %q, i64 %n) {
    entry:
      br label %loop
    loop:
      %i = phi i64 [0, %entry], [%next, %loop]
      %from = getelementptr float, ptr %q, i64 %i
      %to = getelementptr float, ptr %p, i64 %i
      %x = load float, ptr %from
      store float %x, ptr %to
      %next = add nuw nsw i64 %i, 1
      %done = icmp uge i64 %next, %n
      br i1 %done, label %exit, label %loop
    exit:
      ret void
    })",
                                    "cpu:x86-64-v3");
  EXPECT_FALSE(contains(text, "memset"));
  EXPECT_FALSE(contains(text, "memcpy"));
}

TEST(ObjectEmitterTest, BringsTheMemoryFunctionsItCalls) {
  for (llvm::StringRef target :
       {"cpu:x86-64", "cpu:x86-64-v4", "cpu:aarch64"}) {
    llvm::LLVMContext context;
    auto module = parseTestModule(R"(
      declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
      declare ptr @memset(ptr, i32, i64)
      define void @f(ptr %p, ptr %q, i64 %n) {
        call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr %q, i64 %n, i1 false)
        %r = call ptr @memset(ptr %q, i32 7, i64 %n)
        ret void
      })",
                                  context);
    auto object = emitObject(*module, parseTestTarget(target));
    ASSERT_TRUE(bool(object));
    const std::set<std::string> names = symbols(*object);
    EXPECT_TRUE(names.count("memcpy"));
    EXPECT_TRUE(names.count("memset"));
    EXPECT_FALSE(names.count("memmove"));
    for (const std::string &name : names) {
      EXPECT_NE(name.substr(0, 2), "?m") << name;
    }
  }
}

TEST(ObjectEmitterTest, EmitsForEachTarget) {
  const std::pair<llvm::StringRef, unsigned> targets[] = {
      {"cpu", llvm::ELF::EM_NONE},
      {"cpu:x86-64-v2", llvm::ELF::EM_X86_64},
      {"cpu:x86-64-v3", llvm::ELF::EM_X86_64},
      {"cpu:x86-64-v4+amx-tile", llvm::ELF::EM_X86_64},
      {"cpu:aarch64+dotprod", llvm::ELF::EM_AARCH64}};
  for (const auto &[target, machine] : targets) {
    llvm::LLVMContext context;
    auto module = parseTestModule(multiplyAdd, context);
    auto object = emitObject(*module, parseTestTarget(target));
    ASSERT_TRUE(bool(object)) << target.str();
    auto file = llvm::cantFail(
        llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(
            llvm::StringRef(object->data(), object->size()), "object")));
    const auto *elf = llvm::dyn_cast<llvm::object::ELF64LEObjectFile>(&*file);
    ASSERT_TRUE(elf) << target.str();
    if (machine != llvm::ELF::EM_NONE) {
      EXPECT_EQ(elf->getELFFile().getHeader().e_machine, machine);
    }
    EXPECT_TRUE(symbols(*object).count("strict"));
  }
}

TEST(ObjectEmitterTest, InvalidModulesAreOneLineErrors) {
  llvm::LLVMContext context;
  llvm::Module module("bad", context);
  auto *type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), false);
  auto *function = llvm::Function::Create(type, llvm::Function::ExternalLinkage,
                                          "f", module);
  llvm::BasicBlock::Create(context, "entry", function);
  auto object = emitObject(module, CpuTarget::baseline());
  ASSERT_FALSE(bool(object));
  const std::string error = llvm::toString(object.takeError());
  EXPECT_TRUE(contains(error, "internal: invalid LLVM module: ")) << error;
  EXPECT_FALSE(contains(error, "\n")) << error;
}

TEST(ObjectEmitterTest, BackEndComplaintsAreOneLineErrors) {
  llvm::LLVMContext context;
  auto module = parseTestModule(R"(
    define void @f() {
      call void asm sideeffect "no_such_instruction", ""()
      ret void
    })",
                                context);
  auto object = emitObject(*module, CpuTarget::baseline());
  ASSERT_FALSE(bool(object));
  const std::string error = llvm::toString(object.takeError());
  EXPECT_TRUE(contains(error, "internal: ")) << error;
  EXPECT_TRUE(contains(error, "no_such_instruction")) << error;
  EXPECT_FALSE(contains(error, "\n")) << error;
}

TEST(ObjectEmitterTest, SameModuleSameBytes) {
  auto emit = [] {
    llvm::LLVMContext context;
    auto module = parseTestModule(multiplyAdd, context);
    return llvm::cantFail(
        emitObject(*module, parseTestTarget("cpu:x86-64-v3")));
  };
  EXPECT_EQ(emit(), emit());
}

/// Four parts of one function each.
std::vector<ObjectCode> makeParts() {
  std::vector<ObjectCode> parts;
  for (int i = 0; i < 4; ++i) {
    llvm::LLVMContext context;
    const std::string number = std::to_string(i);
    parts.push_back(
        writeBitcode(*parseTestModule("define i32 @f" + number +
                                          "(i32 %x) {\n  %y = add "
                                          "i32 %x, " +
                                          number + "\n  ret i32 %y\n}\n",
                                      context)));
  }
  return parts;
}

TEST(ObjectEmitterTest, ThreadsDoNotChangeTheBytes) {
  auto emit = [](unsigned threads) {
    return llvm::cantFail(
        emitObjects(makeParts(), parseTestTarget("cpu:x86-64-v3"), threads));
  };
  const std::vector<ObjectCode> objects = emit(1);
  ASSERT_EQ(objects.size(), 4u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(symbols(objects[i]).count("f" + std::to_string(i)), 1u);
  }
  EXPECT_EQ(objects, emit(2));
  EXPECT_EQ(objects, emit(7));
}

TEST(ObjectEmitterTest, TheFirstPartsErrorIsReturned) {
  const char garbage[] = "not bitcode";
  const ObjectCode part(garbage, garbage + sizeof garbage);
  auto objects =
      emitObjects({part, part}, CpuTarget::baseline(), /*threads=*/2);
  ASSERT_FALSE(bool(objects));
  EXPECT_TRUE(contains(llvm::toString(objects.takeError()), "internal: "));
}

} // namespace
