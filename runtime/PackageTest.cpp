// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Package.h"

#include "runtime/testing/PackageFixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tessera {
namespace {

using testing::fakeElf;
using testing::fakeElfOfWrongAbi;
using testing::FooterFields;
using testing::PackageFixture;
using testing::withEditedFooter;
using testing::withFooter;

std::string loadError(const std::string &path) {
  return Package::load(path).message();
}

TEST(PackageTest, LoadsASignature) {
  PackageFixture fixture;
  auto package = Package::load(fixture.package("m.so", {"sse2"}));
  ASSERT_TRUE(package.ok()) << package.message();
  const Package &loaded = **package;
  ASSERT_EQ(loaded.inputs().size(), 2u);
  EXPECT_EQ(loaded.inputs()[0].name, "x");
  EXPECT_EQ(loaded.inputs()[0].typeText(), "f32[2x3]");
  EXPECT_EQ(loaded.inputs()[0].bytes, 24u);
  ASSERT_EQ(loaded.outputs().size(), 2u);
  EXPECT_EQ(loaded.outputs()[1].typeText(), "i64[]");
  EXPECT_EQ(loaded.buildRecord(), "{\"source\": \"fake\"}");
  EXPECT_EQ(loaded.footer().features, std::vector<std::string>{"sse2"});
  EXPECT_STREQ(loaded.table().kernels[0].name, "add_0");
}

TEST(PackageTest, RefusesWhatIsNoRegularFile) {
  PackageFixture fixture;
  EXPECT_EQ(loadError(fixture.path("none.so")),
            fixture.path("none.so") + ": cannot be opened: No such file or "
                                      "directory; check the path and its "
                                      "permissions");
  EXPECT_EQ(loadError(fixture.path("")),
            fixture.path("") + ": expected a regular file, but got a "
                               "directory");
  EXPECT_EQ(loadError("/dev/null"),
            "/dev/null: expected a regular file, but got a device");
  std::string pipe = fixture.path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(loadError(pipe), pipe + ": expected a regular file, but got a "
                                    "pipe");
  EXPECT_EQ(loadError("a\nb").find('\n'), std::string::npos);
}

TEST(PackageTest, RefusesAnotherAbi) {
  PackageFixture fixture;
  std::string path = fixture.write("m.so", withFooter(fakeElf(), {}, 9));
  EXPECT_EQ(loadError(path), path + ": expected package ABI 1, but got 9; "
                                    "compile it again with this version of "
                                    "Tessera");
  path = fixture.write("t.so", withFooter(fakeElfOfWrongAbi(), {}));
  EXPECT_EQ(loadError(path), path + ": damaged: expected package ABI 1 in its "
                                    "table, but got 77; copy or compile it "
                                    "again");
}

TEST(PackageTest, RefusesMissingFeatures) {
  PackageFixture fixture;
  std::string path = fixture.package("m.so", {"avx9000", "zfeature"});
  EXPECT_EQ(loadError(path),
            path + ": needs the CPU features avx9000,zfeature, which this "
                   "machine lacks; compile it for this machine (--target cpu) "
                   "or a lower level (--target cpu:x86-64-v2)");
  EXPECT_TRUE(checkPackageFile(path).ok()) << "whatever machine it is for";
}

TEST(PackageTest, RefusesAnotherMachine) {
  PackageFixture fixture;
  std::string path =
      fixture.write("m.so", withEditedFooter(fakeElf(), "", [](auto &fields) {
                      fields.machine = EM_PPC64;
                    }));
  std::string error = loadError(path);
  EXPECT_NE(error.find("compiled for ELF machine 21, but this process runs on"),
            std::string::npos)
      << error;
  error = checkPackageFile(path).message();
  EXPECT_NE(error.find("damaged: the footer says ELF machine 21, the ELF "
                       "header says"),
            std::string::npos)
      << error;
}

TEST(PackageTest, RefusesTruncations) {
  PackageFixture fixture;
  std::string bytes = withFooter(fakeElf(), {"sse2"});
  for (size_t length :
       {size_t{0}, size_t{1}, size_t{55}, size_t{56}, size_t{63}, size_t{64},
        size_t{4096}, fakeElf().size() - 1, fakeElf().size(),
        fakeElf().size() + 4, bytes.size() - 56, bytes.size() - 1}) {
    std::string path =
        fixture.write("cut.so", std::string_view(bytes).substr(0, length));
    std::string error = loadError(path);
    EXPECT_EQ(error.compare(0, path.size() + 2, path + ": "), 0) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
    EXPECT_FALSE(checkPackageFile(path).ok());
  }
  std::string path = fixture.write("long.so", bytes + "x");
  EXPECT_FALSE(Package::load(path).ok());
}

TEST(PackageTest, AFooterDoesNotVouchForACutElf) {
  PackageFixture fixture;
  std::string half = fakeElf().substr(0, fakeElf().size() / 3);
  std::string path =
      fixture.write("m.so", withEditedFooter(half, "", [](auto &) {}));
  std::string error = loadError(path);
  EXPECT_NE(error.find("lies outside of the file; copy or compile it again"),
            std::string::npos)
      << error;
}

TEST(PackageTest, CheckFindsAFlippedByteThatLoadingDoesNot) {
  PackageFixture fixture;
  std::string bytes = withFooter(fakeElf(), {});
  size_t at = bytes.find("#loop.schedule");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = '!';
  std::string path = fixture.write("m.so", bytes);
  EXPECT_TRUE(Package::load(path).ok());
  EXPECT_EQ(checkPackageFile(path).message(),
            path + ": damaged: the checksum of its contents is wrong; copy or "
                   "compile it again");
  EXPECT_TRUE(checkPackageFile(fixture.package("good.so")).ok());
}

/// An undefined symbol passes the checks; only the loader can say that nobody
/// defines it.
TEST(PackageTest, ReportsTheDynamicLoadersReason) {
  PackageFixture fixture;
  std::string path = fixture.write(
      "m.so", withFooter(testing::fakeElfWithUndefinedSymbol(), {}));
  std::string error = loadError(path);
  EXPECT_NE(error.find("refused by the dynamic loader: "), std::string::npos)
      << error;
  EXPECT_NE(error.find("undefined symbol: nobody_has_this"), std::string::npos)
      << error;
  EXPECT_NE(error.find("; compile it again, and check that its file system "
                       "allows execution"),
            std::string::npos)
      << error;
}

TEST(PackageTest, LoadsTwiceAndKnowsAChangedFile) {
  PackageFixture fixture;
  std::string path = fixture.package("m.so");
  auto first = Package::load(path);
  auto second = Package::load(path);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(&(*first)->table(), &(*second)->table());
  fixture.write("new.so", withFooter(fakeElf(), {"sse2"}));
  ASSERT_EQ(::rename(fixture.path("new.so").c_str(), path.c_str()), 0);
  EXPECT_EQ(loadError(path), path + ": the file has changed since this process "
                                    "loaded it; close the old package first, "
                                    "or give the new one another name");
  *first = nullptr;
  EXPECT_FALSE(Package::load(path).ok());
  *second = nullptr;
  auto third = Package::load(path);
  ASSERT_TRUE(third.ok()) << third.message();
  EXPECT_EQ((*third)->footer().features, std::vector<std::string>{"sse2"});
}

TEST(PackageTest, LoadsFromSeveralThreads) {
  PackageFixture fixture;
  std::string path = fixture.package("m.so");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        EXPECT_TRUE(Package::load(path).ok());
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
}

TEST(PackageTest, LoadingDoesNotReadTheWeights) {
  PackageFixture fixture;
  // A sparse gigabyte between the shared object and the footer.
  constexpr uint64_t hole = uint64_t{1} << 30;
  std::string bytes = withEditedFooter(fakeElf(), "", [](auto &fields) {
    fields.elfBytes += uint64_t{1} << 30;
    fields.fileBytes += uint64_t{1} << 30;
  });
  std::string path = fixture.write("m.so", fakeElf());
  ASSERT_EQ(::truncate(path.c_str(), fakeElf().size() + hole), 0);
  int file = ::open(path.c_str(), O_WRONLY | O_APPEND);
  ASSERT_EQ(::write(file, bytes.data() + fakeElf().size(), 56), 56);
  ::close(file);
  auto start = std::chrono::steady_clock::now();
  auto package = Package::load(path);
  auto took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(package.ok()) << package.message();
  EXPECT_LT(took, std::chrono::milliseconds(100)) << "it takes under one";
}

} // namespace
} // namespace tessera
