// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/PackageFooter.h"

#include "runtime/testing/PackageFixture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <elf.h>

namespace tessera {
namespace {

using testing::fakeElf;
using testing::FooterFields;
using testing::PackageFixture;
using testing::withEditedFooter;
using testing::withFooter;

Result<PackageFooter> parse(const std::string &bytes) {
  return readPackageFooter(
      ByteSource::view(bytes.data(), bytes.size(), "m.so"));
}

std::string errorOf(const std::string &bytes) { return parse(bytes).message(); }

TEST(PackageFooterTest, RoundTrip) {
  std::string bytes = withFooter(fakeElf(), {"fma", "avx2"});
  Result<PackageFooter> footer = parse(bytes);
  ASSERT_TRUE(footer.ok()) << footer.message();
  EXPECT_EQ(footer->abiVersion, 1u);
  EXPECT_EQ(footer->fileBytes, bytes.size());
  EXPECT_EQ(footer->elfBytes, fakeElf().size());
  EXPECT_EQ(footer->features, (std::vector<std::string>{"avx2", "fma"}));
  EXPECT_EQ(bytes.substr(fakeElf().size(), 8), "avx2,fma");
  EXPECT_EQ(footer->contentHash,
            hashContents(bytes.data(), bytes.size() - kPackageFooterBytes));
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  EXPECT_EQ(footer->machine, header.e_machine);
}

TEST(PackageFooterTest, NoFeatures) {
  Result<PackageFooter> footer = parse(withFooter(fakeElf(), {}));
  ASSERT_TRUE(footer.ok());
  EXPECT_TRUE(footer->features.empty());
}

TEST(PackageFooterTest, SaysWhatAFileWithoutAFooterIs) {
  EXPECT_EQ(errorOf(""), "m.so: expected a package, but the file is empty; "
                         "compile the model again");
  EXPECT_EQ(errorOf("not an ELF file at all, but long enough to hold a footer"),
            "m.so: expected a package, but this is no 64-bit ELF file; give a "
            "file made by 'tessera compile'");
  EXPECT_EQ(errorOf(fakeElf()),
            "m.so: expected a package footer at the end of the file, but there "
            "is none: cut off, or not made by 'tessera compile'; compile it "
            "again");
  std::string half = fakeElf().substr(0, fakeElf().size() / 2);
  EXPECT_EQ(errorOf(half),
            "m.so: cut off: its header speaks of " +
                std::to_string(fakeElf().size()) + " bytes, the file has " +
                std::to_string(half.size()) + "; copy or compile it again");
}

TEST(PackageFooterTest, EveryTruncationIsRefused) {
  std::string bytes = withFooter(fakeElf(), {"avx2"});
  for (size_t length = 0; length < bytes.size(); ++length) {
    Result<PackageFooter> footer = parse(bytes.substr(0, length));
    ASSERT_FALSE(footer.ok()) << length;
    ASSERT_EQ(footer.message().find('\n'), std::string::npos);
  }
}

TEST(PackageFooterTest, EveryFlippedFooterBitIsRefused) {
  std::string bytes = withFooter(fakeElf(), {"avx2"});
  for (size_t at = bytes.size() - kPackageFooterBytes; at < bytes.size();
       ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = bytes;
      broken[at] ^= static_cast<char>(1 << bit);
      ASSERT_FALSE(parse(broken).ok()) << "byte " << at << " bit " << bit;
    }
  }
  bytes[bytes.size() - kPackageFooterBytes + 12] ^= 1;
  EXPECT_EQ(errorOf(bytes), "m.so: damaged: the footer's checksum is wrong; "
                            "copy or compile it again");
}

TEST(PackageFooterTest, ComparesLengths) {
  std::string size = std::to_string(fakeElf().size() + kPackageFooterBytes);
  EXPECT_EQ(errorOf(withEditedFooter(
                fakeElf(), "",
                [](FooterFields &fields) { fields.fileBytes = 1 << 30; })),
            "m.so: cut off: the footer says 1073741824 bytes, the file has " +
                size + "; copy or compile it again");
  EXPECT_EQ(
      errorOf(withEditedFooter(
          fakeElf(), "", [](FooterFields &fields) { fields.fileBytes = 100; })),
      "m.so: expected 100 bytes as the footer says, but the file has " + size +
          "; copy or compile it again");
  const char *lengths = "m.so: damaged: the footer's lengths do not add up; "
                        "compile it again";
  EXPECT_EQ(errorOf(withEditedFooter(
                fakeElf(), "",
                [](FooterFields &fields) { fields.elfBytes = ~0ull; })),
            lengths);
  EXPECT_EQ(errorOf(withEditedFooter(
                fakeElf(), "",
                [](FooterFields &fields) { fields.featureBytes = ~0u; })),
            lengths);
  EXPECT_EQ(
      errorOf(withEditedFooter(
          fakeElf(), "", [](FooterFields &fields) { fields.elfBytes -= 1; })),
      lengths);
  EXPECT_EQ(errorOf(withEditedFooter(
                fakeElf(), "",
                [](FooterFields &fields) { fields.footerBytes = 64; })),
            "m.so: expected a footer of 56 bytes, but got 64: made by another "
            "version of Tessera; compile it again");
}

TEST(PackageFooterTest, WantsSortedFeatureNames) {
  const char *message = "m.so: damaged: the list of CPU features is not "
                        "sorted names; compile it again";
  auto same = [](FooterFields &) {};
  EXPECT_TRUE(parse(withEditedFooter(fakeElf(), "avx2,fma", same)).ok());
  for (const char *features : {"fma,avx2", "avx2,avx2", "avx2,", ",avx2", ",",
                               "AVX2", "avx 2", "avx2\nfma"}) {
    EXPECT_EQ(errorOf(withEditedFooter(fakeElf(), features, same)), message)
        << features;
  }
}

TEST(PackageFooterTest, ContentHashFindsEveryFlippedBit) {
  std::string bytes = withFooter(fakeElf(), {"avx2"});
  PackageFooter footer = *parse(bytes);
  auto check = [&] {
    return checkPackageContents(
        ByteSource::view(bytes.data(), bytes.size(), "m.so"), footer);
  };
  EXPECT_TRUE(check().ok());
  for (size_t at = 0; at < bytes.size() - kPackageFooterBytes; at += 97) {
    bytes[at] ^= 0x10;
    EXPECT_EQ(check().message(), "m.so: damaged: the checksum of its contents "
                                 "is wrong; copy or compile it again");
    bytes[at] ^= 0x10;
  }
  footer.fileBytes = 10;
  EXPECT_EQ(check().message(), "m.so: cannot be read; check the disk");
  footer.fileBytes = bytes.size() + 1000;
  EXPECT_EQ(check().message(), "m.so: cannot be read; check the disk");
}

TEST(PackageFooterTest, TheWriterRefusesBadFeatures) {
  auto build = [](std::vector<std::string> features) {
    return buildPackageTrailer(
               ByteSource::view(fakeElf().data(), fakeElf().size(), "m.so"),
               std::move(features))
        .message();
  };
  EXPECT_EQ(build({"+avx2"}),
            "m.so: expected CPU feature names, each once, but got '+avx2'");
  EXPECT_EQ(build({"avx2", "avx2"}), "m.so: expected CPU feature names, each "
                                     "once, but got 'avx2,avx2'");
  EXPECT_EQ(build({"avx2,fma"}),
            "m.so: expected CPU feature names, each once, but got 'avx2,fma'");
  EXPECT_EQ(build({""}),
            "m.so: expected CPU feature names, each once, but got ''");
  std::string text = "no ELF";
  EXPECT_EQ(buildPackageTrailer(
                ByteSource::view(text.data(), text.size(), "m.so"), {})
                .message(),
            "m.so: expected a 64-bit ELF file");
}

TEST(PackageFooterTest, AppendsToAFile) {
  PackageFixture fixture;
  std::string path = fixture.write("m.so", fakeElf());
  ASSERT_TRUE(appendPackageTrailer(path, {"avx2"}).ok());
  EXPECT_EQ(testing::readWholeFile(path), withFooter(fakeElf(), {"avx2"}));
  EXPECT_EQ(appendPackageTrailer(fixture.path("none"), {}).message(),
            fixture.path("none") + ": cannot be opened: No such file or "
                                   "directory; check the path and its "
                                   "permissions");
}

} // namespace
} // namespace tessera
