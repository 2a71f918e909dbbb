// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/WeightsObject.h"

#include "compiler/codegen/ObjectEmitter.h"
#include "compiler/codegen/ParseTestModule.h"
#include "compiler/package/Linker.h"
#include "runtime/testing/TemporaryFolder.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"

#include "gtest/gtest.h"

#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

using namespace mlir::tessera;
using tessera::testing::TemporaryFolder;

namespace {

WeightBlob blobOf(const std::string &bytes, uint64_t alignment = 1) {
  return {bytes.data(), bytes.size(), alignment};
}

void write(const std::string &path, const WeightsPlan &plan,
           const CpuTarget &target) {
  const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0666);
  ASSERT_GE(fd, 0);
  llvm::Error error = writeWeightsObject(fd, plan, target);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  ::close(fd);
}

TEST(PlanWeightsTest, AlignsAndStoresOnce) {
  const std::string a(100, 'a'), b(64, 'b'), c(1, 'c'), again(100, 'a'), none;
  const auto plan = llvm::cantFail(
      planWeights({blobOf(a), blobOf(b), blobOf(c), blobOf(again), blobOf(none),
                   blobOf(c, 4096)}));
  EXPECT_EQ(plan.offsets, (std::vector<uint64_t>{0, 128, 192, 0, 256, 4096}));
  EXPECT_EQ(plan.chunks.size(), 4u);
  EXPECT_EQ(plan.totalBytes, 4160u);
  EXPECT_EQ(plan.alignment, 4096u);
}

TEST(PlanWeightsTest, GoesOnBehindAnotherPlan) {
  const std::string a(100, 'a'), b(64, 'b'), again(100, 'a'), c(10, 'c');
  const auto first = llvm::cantFail(planWeights({blobOf(a), blobOf(b)}));
  const auto both =
      llvm::cantFail(planWeights({blobOf(c), blobOf(again)}, first));
  EXPECT_EQ(both.offsets, (std::vector<uint64_t>{192, 0}));
  EXPECT_EQ(both.chunks.size(), 3u);
  EXPECT_EQ(both.totalBytes, 256u);
}

TEST(PlanWeightsTest, NoWeightsTakeNoSpace) {
  EXPECT_EQ(llvm::cantFail(planWeights({})).totalBytes, 0u);
  const std::string none;
  const auto plan = llvm::cantFail(planWeights({blobOf(none)}));
  EXPECT_EQ(plan.totalBytes, 0u);
  EXPECT_EQ(plan.offsets.size(), 1u);
}

TEST(PlanWeightsTest, OverTwoGigabytesIsAnError) {
  auto plan = planWeights({{nullptr, 3'200'000'000, 64}});
  ASSERT_FALSE(bool(plan));
  EXPECT_EQ(llvm::toString(plan.takeError()),
            "the weights take 3.2 GB, but a package holds at most 2 GB of "
            "them; quantize the model or split it");
}

TEST(WeightsObjectTest, IsAnObjectForItsMachine) {
  const TemporaryFolder folder;
  const std::string data = "weights";
  const auto plan = llvm::cantFail(planWeights({blobOf(data)}));
  for (const auto &[text, machine] :
       {std::pair("cpu:x86-64", llvm::ELF::EM_X86_64),
        std::pair("cpu:aarch64", llvm::ELF::EM_AARCH64)}) {
    const std::string path = folder.path("weights.o");
    write(path, plan, parseTestTarget(text));
    auto buffer = llvm::MemoryBuffer::getFile(path);
    ASSERT_TRUE(bool(buffer));
    auto object = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(
        (*buffer)->getMemBufferRef()));
    const auto &elf = llvm::cast<llvm::object::ELF64LEObjectFile>(*object);
    EXPECT_EQ(elf.getELFFile().getHeader().e_machine, machine);
    ASSERT_EQ(std::distance(elf.symbol_begin(), elf.symbol_end()), 1);
    const llvm::object::ELFSymbolRef symbol(*elf.symbol_begin());
    EXPECT_EQ(llvm::cantFail(symbol.getName()), weightsSymbol);
    EXPECT_EQ(symbol.getSize(), 64u);
    auto section = *llvm::cantFail(symbol.getSection());
    EXPECT_EQ(llvm::cantFail(section.getName()), weightsSection);
    EXPECT_EQ(section.getAlignment().value(), weightsPageBytes);
    EXPECT_TRUE(llvm::cantFail(section.getContents()).starts_with("weights"));
  }
}

TEST(WeightsObjectTest, IsReadBackAfterLinking) {
  if (!CpuTarget::host().isX86()) {
    GTEST_SKIP() << "needs an x86-64 machine";
  }
  const TemporaryFolder folder;
  std::string large(3 << 20, 0);
  for (size_t i = 0; i < large.size(); ++i) {
    large[i] = char(i * 2654435761u >> 13);
  }
  const std::string small = "small";
  const auto plan =
      llvm::cantFail(planWeights({blobOf(small), blobOf(large, 256)}));
  write(folder.path("weights.o"), plan, CpuTarget::baseline());

  // A getter, as the symbol itself is hidden.
  llvm::LLVMContext context;
  auto module = parseTestModule(R"(
    @tessera_weights = external hidden constant i8
    define ptr @tessera_get_package() { ret ptr @tessera_weights })",
                                context);
  const ObjectCode getter =
      llvm::cantFail(emitObject(*module, CpuTarget::baseline()));
  folder.write("getter.o", std::string_view(getter.data(), getter.size()));
  llvm::cantFail(
      linkSharedObject({folder.path("getter.o"), folder.path("weights.o")},
                       folder.path("weights.so")));

  void *library = ::dlopen(folder.path("weights.so").c_str(), RTLD_NOW);
  ASSERT_TRUE(library) << ::dlerror();
  EXPECT_FALSE(::dlsym(library, "tessera_weights"));
  auto *get = reinterpret_cast<const char *(*)()>(
      ::dlsym(library, "tessera_get_package"));
  ASSERT_TRUE(get);
  const char *weights = get();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(weights) % weightsPageBytes, 0u);
  EXPECT_EQ(std::memcmp(weights + plan.offsets[0], "small", 5), 0);
  EXPECT_EQ(std::memcmp(weights + plan.offsets[1], large.data(), large.size()),
            0);
  // The gaps and the end are zero.
  EXPECT_EQ(weights[5], 0);
  EXPECT_EQ(weights[plan.totalBytes - 1], large.back());
  ::dlclose(library);
}

TEST(WeightsObjectTest, SaysWhatTheSystemSays) {
  const std::string data = "weights";
  const auto plan = llvm::cantFail(planWeights({blobOf(data)}));
  const int fd = ::open("/dev/null", O_RDONLY);
  llvm::Error error = writeWeightsObject(fd, plan, CpuTarget::baseline());
  ::close(fd);
  EXPECT_EQ(llvm::toString(std::move(error)), "Bad file descriptor");
}

} // namespace
