// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Linker.h"

#include "compiler/codegen/ObjectEmitter.h"
#include "compiler/codegen/ParseTestModule.h"
#include "runtime/testing/TemporaryFolder.h"

#include "gtest/gtest.h"

#include <csignal>
#include <unistd.h>

using namespace mlir::tessera;
using tessera::testing::readWholeFile;
using tessera::testing::TemporaryFolder;

namespace {

class LinkerTest : public testing::Test {
protected:
  /// Compiles LLVM assembly to an object file.
  std::string object(const std::string &name, llvm::StringRef text,
                     llvm::StringRef target = "cpu:x86-64") {
    llvm::LLVMContext context;
    auto module = parseTestModule(text, context);
    const ObjectCode code =
        llvm::cantFail(emitObject(*module, parseTestTarget(target)));
    return folder.write(name, std::string_view(code.data(), code.size()));
  }

  std::string linkError(llvm::ArrayRef<std::string> objects) {
    llvm::Error error = linkSharedObject(objects, output);
    if (!error) {
      ADD_FAILURE() << "linked";
      return "";
    }
    EXPECT_NE(::access(output.c_str(), F_OK), 0) << "the file is there";
    const std::string text = llvm::toString(std::move(error));
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }

  const TemporaryFolder folder;
  const std::string output = folder.path("out.so");
};

constexpr llvm::StringLiteral trivial =
    "define ptr @tessera_get_package() { ret ptr null }";

TEST_F(LinkerTest, SameInputSameBytesUnderAnyName) {
  for (llvm::StringRef target : {"cpu:x86-64-v3", "cpu:aarch64"}) {
    llvm::cantFail(linkSharedObject({object("a.o", trivial, target)}, output));
    llvm::cantFail(linkSharedObject({object("b.o", trivial, target)},
                                    folder.path("other.so")));
    EXPECT_EQ(readWholeFile(output), readWholeFile(folder.path("other.so")));
    EXPECT_EQ(readWholeFile(output).find(folder.path("")), std::string::npos);
    ::unlink(output.c_str());
  }
}

TEST_F(LinkerTest, UndefinedSymbolsAreNamed) {
  EXPECT_EQ(linkError({object("a.o", R"(
              declare float @expf(float)
              declare hidden float @fmodf(float, float)
              define hidden float @unused(float %x) {
                %y = call float @expf(float %x)
                ret float %y
              }
              define float @tessera_get_package(float %x) {
                %y = call float @expf(float %x)
                %z = call float @expf(float %y)
                %r = call float @fmodf(float %z, float %x)
                ret float %r
              })")}),
            "internal: the package would need 'expf', 'fmodf'");
}

TEST_F(LinkerTest, RemainderIsALibraryCall) {
  EXPECT_EQ(linkError({object("a.o", R"(
              define float @tessera_get_package(float %x, float %y) {
                %r = frem float %x, %y
                ret float %r
              })")}),
            "internal: the package would need 'fmodf'");
}

TEST_F(LinkerTest, OtherErrorsAreOneLine) {
  EXPECT_EQ(linkError({folder.path("missing.o")}),
            "internal: the linker failed: cannot open " +
                folder.path("missing.o") + ": No such file or directory");
  EXPECT_NE(linkError({folder.write("a.o", "no object")})
                .find("internal: the linker failed: "),
            std::string::npos);
  const std::string twice =
      linkError({object("a.o", trivial), object("b.o", trivial)});
  EXPECT_EQ(twice, "internal: the linker failed: duplicate symbol: "
                   "tessera_get_package");
}

TEST_F(LinkerTest, MixedMachinesAreRefused) {
  EXPECT_NE(
      linkError({object("a.o", trivial),
                 object("b.o", "define void @f() { ret void }", "cpu:aarch64")})
          .find("incompatible"),
      std::string::npos);
}

TEST_F(LinkerTest, WhatTheLoaderWouldRefuseIsRefused) {
  EXPECT_NE(linkError({object("a.o", R"(
              @state = thread_local global i32 1
              define ptr @tessera_get_package() { ret ptr @state })")})
                .find("internal: "),
            std::string::npos);
}

TEST_F(LinkerTest, LeavesTheProcessAlone) {
  struct sigaction before, after;
  ::sigaction(SIGINT, nullptr, &before);
  llvm::cantFail(linkSharedObject({object("a.o", trivial)}, output));
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(SummarizeLinkErrorsTest, SaysSomethingInAnyCase) {
  EXPECT_EQ(summarizeLinkErrors(""),
            "internal: the linker failed: it does not say why");
  EXPECT_EQ(summarizeLinkErrors("ld.lld: warning: odd\nld.lld: error: bad\n"
                                "ld.lld: error: worse\n"),
            "internal: the linker failed: bad");
  EXPECT_EQ(summarizeLinkErrors("ld.lld: error: undefined symbol: expf\n>>> "
                                "referenced by x\n\nld.lld: error: undefined "
                                "hidden symbol: g\n"),
            "internal: the package would need 'expf', 'g'");
}

} // namespace
