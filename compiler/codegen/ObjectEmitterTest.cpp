// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/ObjectEmitter.h"

#include "compiler/codegen/ModuleSplitter.h"
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

/// Twenty functions that call each other, a local variable, a large table.
std::unique_ptr<llvm::Module> largeModule(llvm::LLVMContext &context) {
  std::string text = R"(
    @counter = internal global i32 0
    @small = internal constant [4 x i32] [i32 1, i32 2, i32 3, i32 4]
    @large = internal constant [4096 x i32] zeroinitializer
    define internal i32 @inlined(i32 %x) alwaysinline {
      %r = mul i32 %x, %x
      ret i32 %r
    }
    define internal i32 @f0(i32 %x) {
      %c = load i32, ptr @counter
      %n = add i32 %c, 1
      store i32 %n, ptr @counter
      ret i32 %x
    })";
  for (int i = 1; i < 20; ++i) {
    const std::string number = std::to_string(i);
    text += "define " + std::string(i == 19 ? "" : "internal") + " i32 @f" +
            number + "(i32 %x) {\n  %y = call i32 @f" + std::to_string(i - 1) +
            "(i32 %x)\n" +
            "  %q = call i32 @inlined(i32 %y)\n"
            "  %i = and i32 %y, 3\n"
            "  %p = getelementptr i32, ptr @small, i32 %i\n"
            "  %l = getelementptr i32, ptr @large, i32 %i\n"
            "  %v = load i32, ptr %p\n  %w = load i32, ptr %l\n"
            "  %a = add i32 %q, %v\n  %b = add i32 %a, %w\n"
            "  %d = add i32 %b, " +
            number + "\n  ret i32 %d\n}\n";
  }
  return parseTestModule(text, context);
}

std::vector<ObjectCode> emitInParts(unsigned parts, unsigned threads) {
  llvm::LLVMContext context;
  auto module = largeModule(context);
  return llvm::cantFail(emitObjects(splitModule(*module, parts),
                                    parseTestTarget("cpu:x86-64-v3"), threads));
}

TEST(ModuleSplitterTest, ThreadsDoNotChangeTheBytes) {
  const std::vector<ObjectCode> objects = emitInParts(4, 1);
  EXPECT_EQ(objects.size(), 4u);
  EXPECT_EQ(objects, emitInParts(4, 2));
  EXPECT_EQ(objects, emitInParts(4, 7));
}

TEST(ModuleSplitterTest, PartsDefineEverythingOnce) {
  std::multiset<std::string> defined;
  std::set<std::string> undefined;
  for (const ObjectCode &object : emitInParts(4, 2)) {
    for (const std::string &name : symbols(object)) {
      if (name.size() > 1 && name[0] == '?') {
        undefined.insert(name.substr(1));
      } else {
        defined.insert(name);
      }
    }
  }
  for (const std::string &name : undefined) {
    EXPECT_EQ(defined.count(name), 1u) << name;
  }
  EXPECT_EQ(defined.count("f19"), 1u);
  EXPECT_EQ(defined.count("f0.local"), 1u);
  EXPECT_EQ(defined.count("large.local"), 1u);
  EXPECT_EQ(defined.count("counter.local"), 1u);
  EXPECT_EQ(defined.count("inlined.local"), 0u);
}

TEST(ModuleSplitterTest, OnePartKeepsLocalSymbols) {
  const std::vector<ObjectCode> objects = emitInParts(1, 2);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_FALSE(symbols(objects[0]).count("f0.local"));
}

TEST(ModuleSplitterTest, MorePartsThanFunctionsAreNotMade) {
  llvm::LLVMContext context;
  auto module = parseTestModule(multiplyAdd, context);
  EXPECT_EQ(splitModule(*module, 64).size(), 3u);
}

TEST(ModuleSplitterTest, TheFirstPartsErrorIsReturned) {
  const char garbage[] = "not bitcode";
  const ObjectCode part(garbage, garbage + sizeof garbage);
  auto objects =
      emitObjects({part, part}, CpuTarget::baseline(), /*threads=*/2);
  ASSERT_FALSE(bool(objects));
  EXPECT_TRUE(contains(llvm::toString(objects.takeError()), "internal: "));
}

} // namespace
