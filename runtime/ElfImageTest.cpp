// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/ElfImage.h"

#include "runtime/testing/PackageFixture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <elf.h>
#include <functional>

namespace tessera {
namespace {

using testing::fakeElf;

Result<ElfImage> check(const std::string &bytes) {
  return checkElfImage(ByteSource::view(bytes.data(), bytes.size(), "m.so"),
                       bytes.size());
}

/// The error after `edit` has changed the ELF header.
std::string withHeader(const std::function<void(Elf64_Ehdr &)> &edit) {
  std::string bytes = fakeElf();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  edit(header);
  std::memcpy(bytes.data(), &header, sizeof header);
  return check(bytes).message();
}

/// The error after `edit` has changed the first program header of that type,
/// or the last one that the loader does not look at.
std::string withSegment(uint32_t type,
                        const std::function<void(Elf64_Phdr &)> &edit) {
  std::string bytes = fakeElf();
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (size_t i = 0; i < header.e_phnum; ++i) {
    char *at = &bytes[header.e_phoff + i * sizeof(Elf64_Phdr)];
    Elf64_Phdr segment;
    std::memcpy(&segment, at, sizeof segment);
    if (segment.p_type == type) {
      edit(segment);
      std::memcpy(at, &segment, sizeof segment);
      return check(bytes).message();
    }
  }
  return "no such segment";
}

/// The error after `edit` has changed the dynamic entry of that tag.
std::string withDynamic(int64_t tag,
                        const std::function<void(Elf64_Dyn &)> &edit) {
  std::string bytes = fakeElf();
  std::string error = "no such entry";
  withSegment(PT_DYNAMIC, [&](Elf64_Phdr &segment) {
    for (uint64_t at = 0; at < segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      Elf64_Dyn entry;
      std::memcpy(&entry, &bytes[segment.p_offset + at], sizeof entry);
      if (entry.d_tag == tag) {
        edit(entry);
        std::memcpy(&bytes[segment.p_offset + at], &entry, sizeof entry);
        error = check(bytes).message();
        return;
      }
    }
  });
  return error;
}

std::string damaged(const std::string &detail) {
  return "m.so: damaged: " + detail + "; copy or compile it again";
}

std::string notAPackage(const std::string &detail) {
  return "m.so: not a package: " + detail +
         "; give a file made by 'tessera compile'";
}

TEST(ElfImageTest, AcceptsAPackage) {
  Result<ElfImage> image = check(fakeElf());
  ASSERT_TRUE(image.ok()) << image.message();
  EXPECT_GE(image->segments.size(), 3u);
  const ElfSegment &first = image->segments[0];
  EXPECT_EQ(image->segmentOf(first.address, first.memoryBytes), &first);
  EXPECT_EQ(image->segmentOf(first.address, first.memoryBytes + 1), nullptr);
  EXPECT_EQ(image->segmentOf(~0ull, 1), nullptr);
  EXPECT_EQ(image->segmentOf(first.address + 1, ~0ull), nullptr);
}

TEST(ElfImageTest, ChecksTheHeader) {
  EXPECT_EQ(check("").message(), damaged("too short for an ELF header"));
  EXPECT_EQ(withHeader([](auto &header) { header.e_ident[0] = 0; }),
            damaged("expected an ELF header at the start"));
  std::string kind = damaged("expected the ELF header of a 64-bit "
                             "little-endian shared object");
  EXPECT_EQ(withHeader([](auto &header) { header.e_ident[EI_CLASS] = 1; }),
            kind);
  EXPECT_EQ(withHeader([](auto &header) { header.e_ident[EI_DATA] = 2; }),
            kind);
  EXPECT_EQ(withHeader([](auto &header) { header.e_type = ET_EXEC; }), kind);
  std::string headers = damaged("expected its program headers inside of the "
                                "file");
  EXPECT_EQ(withHeader([](auto &header) { header.e_phoff = ~0ull; }), headers);
  EXPECT_EQ(withHeader([](auto &header) { header.e_phnum = 0xffff; }), headers);
  EXPECT_EQ(withHeader([](auto &header) { header.e_phentsize = 1; }), headers);
}

TEST(ElfImageTest, ChecksLoadedSegments) {
  EXPECT_EQ(withSegment(PT_LOAD, [](auto &entry) { entry.p_offset = ~0ull; }),
            damaged("segment at 0x0 lies outside of the file"));
  EXPECT_EQ(withSegment(PT_LOAD, [](auto &entry) { entry.p_filesz = 1 << 30; }),
            damaged("segment at 0x0 lies outside of the file"));
  std::string sizes = damaged("segment at 0x0 has impossible sizes");
  EXPECT_EQ(withSegment(PT_LOAD, [](auto &entry) { entry.p_memsz = 1; }),
            sizes);
  EXPECT_EQ(withSegment(PT_LOAD, [](auto &entry) { entry.p_memsz = ~0ull; }),
            sizes);
  EXPECT_EQ(withSegment(PT_LOAD, [](auto &entry) { entry.p_align = 3; }),
            sizes);
}

TEST(ElfImageTest, ChecksOtherSegments) {
  EXPECT_EQ(withSegment(PT_GNU_STACK, [](auto &entry) { entry.p_flags = 7; }),
            notAPackage("it asks for an executable stack"));
  EXPECT_EQ(withSegment(PT_GNU_STACK, [](auto &entry) { entry.p_type = 7; }),
            notAPackage("program header of type 0x7"));
  EXPECT_EQ(withSegment(PT_DYNAMIC, [](auto &entry) { entry.p_vaddr += 8; }),
            damaged("program header of type 0x2 lies outside of its segment"));
  EXPECT_EQ(withSegment(PT_DYNAMIC, [](auto &entry) { entry.p_type = 99; }),
            damaged("expected a dynamic section"));
  EXPECT_EQ(withSegment(PT_GNU_RELRO, [](auto &entry) { entry.p_memsz = ~0; }),
            damaged("program header of type 0x6474e552 lies outside of its "
                    "segment"));
}

TEST(ElfImageTest, ChecksTheDynamicSection) {
  EXPECT_EQ(withDynamic(DT_SYMENT, [](auto &entry) { entry.d_tag = 1; }),
            notAPackage("it needs another library"));
  EXPECT_EQ(withDynamic(DT_SYMENT, [](auto &entry) { entry.d_tag = 0x1234; }),
            notAPackage("dynamic entry 0x1234"));
  EXPECT_EQ(withDynamic(DT_SYMENT,
                        [](auto &entry) {
                          entry.d_tag = DT_FLAGS;
                          entry.d_un.d_val = DF_TEXTREL;
                        }),
            notAPackage("dynamic flags 0x4"));
  EXPECT_EQ(withDynamic(DT_SYMENT,
                        [](auto &entry) {
                          entry.d_tag = DT_FLAGS_1;
                          entry.d_un.d_val = DF_1_GLOBAL;
                        }),
            notAPackage("dynamic flags_1 0x2"));
  EXPECT_EQ(
      withDynamic(DT_GNU_HASH, [](auto &entry) { entry.d_tag = DT_HASH; }),
      damaged("expected dynamic entry 0x6ffffef5"));
  std::string form = damaged("dynamic tables of an unknown form");
  EXPECT_EQ(withDynamic(DT_SYMENT, [](auto &entry) { entry.d_un.d_val = 1; }),
            form);
  EXPECT_EQ(withDynamic(DT_RELAENT, [](auto &entry) { entry.d_un.d_val = 1; }),
            form);
  EXPECT_EQ(withDynamic(DT_STRSZ, [](auto &entry) { entry.d_un.d_val = ~0; }),
            damaged("expected its string table inside of the file"));
  EXPECT_EQ(withDynamic(DT_STRSZ, [](auto &entry) { entry.d_un.d_val -= 1; }),
            damaged("expected its string table inside of the file"));
  EXPECT_EQ(withDynamic(DT_SYMENT,
                        [](auto &entry) {
                          entry.d_tag = DT_INIT;
                          entry.d_un.d_val = 0;
                        }),
            damaged("expected its functions inside of the file"));
  EXPECT_EQ(withDynamic(DT_SYMENT,
                        [](auto &entry) {
                          entry.d_tag = DT_FINI_ARRAY;
                          entry.d_un.d_val = ~0ull;
                        }),
            damaged("expected its functions inside of the file"));
}

TEST(ElfImageTest, ChecksSymbolsAndRelocations) {
  EXPECT_EQ(
      withDynamic(DT_GNU_HASH, [](auto &entry) { entry.d_un.d_val = ~0; }),
      damaged("expected its symbol hash inside of the file"));
  EXPECT_EQ(withDynamic(DT_SYMTAB, [](auto &entry) { entry.d_un.d_val = ~0; }),
            damaged("expected its symbols inside of the file"));
  EXPECT_EQ(withDynamic(DT_RELA, [](auto &entry) { entry.d_un.d_val = ~0; }),
            damaged("expected its relocations inside of the file"));
  EXPECT_EQ(withDynamic(DT_RELASZ, [](auto &entry) { entry.d_un.d_val -= 1; }),
            damaged("expected its relocations inside of the file"));
  EXPECT_EQ(
      withDynamic(DT_RELACOUNT, [](auto &entry) { entry.d_un.d_val = 1000; }),
      damaged("more relative relocations than relocations"));
}

TEST(ElfImageTest, NeedsThePackageFunction) {
  std::string bytes = fakeElf();
  size_t at = bytes.find("tessera_get_package");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'T';
  EXPECT_EQ(check(bytes).message(),
            notAPackage("it exports no 'tessera_get_package'"));
}

/// Edits the tables behind a dynamic entry, whose addresses equal offsets in
/// the first segment.
std::string withTable(int64_t tag, size_t offset, uint8_t value) {
  std::string bytes = fakeElf();
  uint64_t table = 0;
  withDynamic(tag, [&](Elf64_Dyn &entry) { table = entry.d_un.d_val; });
  bytes[table + offset] = static_cast<char>(value);
  return check(bytes).message();
}

TEST(ElfImageTest, ChecksTheContentsOfTables) {
  // Symbol 1: name, then info.
  EXPECT_EQ(withTable(DT_SYMTAB, sizeof(Elf64_Sym) + 3, 0x7f),
            damaged("a symbol's name lies outside of the string table"));
  EXPECT_EQ(withTable(DT_SYMTAB, sizeof(Elf64_Sym) + 4, STT_TLS),
            notAPackage("a symbol of type 6"));
  EXPECT_EQ(withTable(DT_SYMTAB, sizeof(Elf64_Sym) + 4, STT_OBJECT),
            damaged("'tessera_get_package' is no function"));
  // The first relocation: offset, then type.
  EXPECT_EQ(withTable(DT_RELA, 8, 5), notAPackage("a relocation of type 5"));
  EXPECT_NE(withTable(DT_RELA, 7, 0x70).find("points outside of the file"),
            std::string::npos);
  // The hash: number of buckets, of filter words.
  EXPECT_EQ(withTable(DT_GNU_HASH, 0, 0),
            damaged("expected its symbol hash inside of the file"));
  EXPECT_EQ(withTable(DT_GNU_HASH, 8, 3),
            damaged("expected its symbol hash inside of the file"));
}

TEST(ElfImageTest, NoTruncationAndNoFlippedByteCrashes) {
  const std::string &good = fakeElf();
  for (size_t length = 0; length < good.size(); length += 7) {
    Result<ElfImage> image = check(good.substr(0, length));
    ASSERT_EQ(image.message().find('\n'), std::string::npos);
  }
  std::string bytes = good;
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (char flip : {'\x01', '\x80', '\xff'}) {
      bytes[at] ^= flip;
      Result<ElfImage> image = check(bytes);
      ASSERT_EQ(image.message().find('\n'), std::string::npos);
      bytes[at] ^= flip;
    }
  }
}

} // namespace
} // namespace tessera
