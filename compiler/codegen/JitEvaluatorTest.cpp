// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/JitEvaluator.h"

#include "compiler/codegen/ParseTestModule.h"

#include <cstring>
#include <random>

using namespace mlir::tessera;

namespace {

JitModule loadOk(llvm::StringRef text,
                 const CpuTarget &target = CpuTarget::baseline()) {
  llvm::LLVMContext context;
  auto module = parseTestModule(text, context);
  return llvm::cantFail(JitModule::load(*module, target));
}

TEST(JitEvaluatorTest, RunsAFunction) {
  const JitModule jit = loadOk(R"(
    define i32 @add(i32 %a, i32 %b) {
      %s = add i32 %a, %b
      ret i32 %s
    })");
  auto add = jit.function<int32_t(int32_t, int32_t)>("add");
  ASSERT_TRUE(bool(add));
  EXPECT_EQ((*add)(40, 2), 42);
}

TEST(JitEvaluatorTest, CodeOutlivesAMove) {
  JitModule first = loadOk("define i32 @one() { ret i32 1 }");
  JitModule second = loadOk("define i32 @two() { ret i32 2 }");
  auto one = llvm::cantFail(first.function<int32_t()>("one"));
  second = std::move(first);
  EXPECT_EQ(one(), 1);
  EXPECT_EQ(llvm::cantFail(second.function<int32_t()>("one"))(), 1);
}

TEST(JitEvaluatorTest, UnknownNamesAreOneLineErrors) {
  const JitModule jit = loadOk("define void @f() { ret void }");
  auto missing = jit.lookup("g");
  ASSERT_FALSE(bool(missing));
  const std::string error = llvm::toString(missing.takeError());
  EXPECT_EQ(error, "internal: Symbols not found: [ g ]");
}

TEST(JitEvaluatorTest, SeesNothingOfTheProcess) {
  const JitModule jit = loadOk(R"(
    declare float @expf(float)
    define float @f(float %x) {
      %y = call float @expf(float %x)
      ret float %y
    })");
  auto function = jit.lookup("f");
  ASSERT_FALSE(bool(function));
  const std::string error = llvm::toString(function.takeError());
  EXPECT_NE(error.find("expf"), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

TEST(JitEvaluatorTest, RefusesWhatTheMachineCannotRun) {
  llvm::LLVMContext context;
  auto module = parseTestModule("define void @f() { ret void }", context);
  const char *other = CpuTarget::host().isX86() ? "cpu:aarch64" : "cpu:x86-64";
  auto jit = JitModule::load(*module, parseTestTarget(other));
  ASSERT_FALSE(bool(jit));
  EXPECT_NE(llvm::toString(jit.takeError())
                .find("cannot run code for " + std::string(other)),
            std::string::npos);
}

TEST(JitEvaluatorTest, RefusesWhatIsNoObject) {
  auto jit = JitModule::loadObject(llvm::ArrayRef<char>("garbage", 7));
  ASSERT_FALSE(bool(jit));
  EXPECT_NE(llvm::toString(jit.takeError()).find("internal: "),
            std::string::npos);
}

/// Our memory functions under other names would be no test of the real ones:
/// call them through wrappers, from one object that brings them.
TEST(MemoryFunctionsTest, DoWhatLibcDoes) {
  constexpr llvm::StringRef text = R"(
    declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
    declare ptr @memcpy(ptr, ptr, i64)
    declare ptr @memmove(ptr, ptr, i64)
    define ptr @copy(ptr %to, ptr %from, i64 %n) {
      %r = call ptr @memcpy(ptr %to, ptr %from, i64 %n)
      ret ptr %r
    }
    define ptr @move(ptr %to, ptr %from, i64 %n) {
      %r = call ptr @memmove(ptr %to, ptr %from, i64 %n)
      ret ptr %r
    }
    define void @set(ptr %to, i8 %byte, i64 %n) {
      call void @llvm.memset.p0.i64(ptr %to, i8 %byte, i64 %n, i1 false)
      ret void
    })";
  std::mt19937 random(1);
  for (const CpuTarget &target : {CpuTarget::baseline(), CpuTarget::host()}) {
    const JitModule jit = loadOk(text, target);
    using Copy = char *(char *, const char *, int64_t);
    auto copy = llvm::cantFail(jit.function<Copy>("copy"));
    auto move = llvm::cantFail(jit.function<Copy>("move"));
    auto set = llvm::cantFail(jit.function<void(char *, char, int64_t)>("set"));
    ASSERT_NE(llvm::cantFail(jit.lookup("memcpy")),
              reinterpret_cast<void *>(&std::memcpy));
    std::vector<char> actual(4096);
    for (char &byte : actual) {
      byte = random();
    }
    std::vector<char> expected = actual;
    for (int i = 0; i < 3000; ++i) {
      const int64_t size = i < 600 ? i : random() % 1400;
      const int64_t from = 1400 + random() % 70;
      const int64_t to = i % 3 ? 1300 + random() % 270 : random() % 4;
      if (i % 4 == 0) {
        set(&actual[to], char(i), size);
        std::memset(&expected[to], char(i), size);
      } else if (i % 3 == 0 && to + size <= from) {
        EXPECT_EQ(copy(&actual[to], &actual[from], size), &actual[to]);
        std::memcpy(&expected[to], &expected[from], size);
      } else {
        EXPECT_EQ(move(&actual[to], &actual[from], size), &actual[to]);
        std::memmove(&expected[to], &expected[from], size);
      }
      ASSERT_EQ(actual, expected) << "call " << i << " of " << size;
    }
  }
}

} // namespace
