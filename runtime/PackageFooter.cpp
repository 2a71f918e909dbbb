// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/PackageFooter.h"

#include "runtime/Xxh64.h"
#include "runtime/tessera_package.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace tessera {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "the footer is read and written as it lies in memory");

namespace {
/// The footer as it lies in the file.
struct FooterRecord {
  char magic[8];
  uint32_t footerBytes;
  uint32_t abiVersion;
  uint64_t fileBytes;
  uint64_t elfBytes;
  uint32_t featureBytes;
  uint32_t machine;
  uint64_t contentHash;
  uint64_t footerHash;
};
} // namespace

static_assert(sizeof(FooterRecord) == kPackageFooterBytes, "no padding");

static uint64_t hashFooter(const FooterRecord &record) {
  return xxh64(&record, offsetof(FooterRecord, footerHash));
}

uint64_t hashContents(const void *data, size_t bytes) {
  return xxh64(data, bytes);
}

/// Hashes the first `bytes` bytes. False when they can't be read.
static bool hashPrefix(const ByteSource &file, uint64_t bytes, Xxh64 &hasher) {
  constexpr uint64_t chunk = 1 << 20;
  std::vector<uint8_t> buffer(std::min(bytes, chunk));
  for (uint64_t offset = 0; offset < bytes;) {
    size_t count = static_cast<size_t>(std::min(chunk, bytes - offset));
    if (!file.read(offset, buffer.data(), count)) {
      return false;
    }
    hasher.update(buffer.data(), count);
    offset += count;
  }
  return true;
}

static bool isFeatureCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

/// Splits the feature text. False unless it is sorted, without duplicates and
/// made of feature names.
static bool parseFeatures(std::string_view text,
                          std::vector<std::string> &features) {
  if (text.empty()) {
    return true;
  }
  for (;;) {
    size_t comma = text.find(',');
    std::string_view name = text.substr(0, comma);
    if (name.empty() ||
        !std::all_of(name.begin(), name.end(), isFeatureCharacter) ||
        (!features.empty() && name <= features.back())) {
      return false;
    }
    features.emplace_back(name);
    if (comma == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(comma + 1);
  }
}

/// Where the ELF says that it ends: after the section headers, which linkers
/// put last, or after the last segment. 0 if the file is no 64-bit ELF.
static uint64_t elfExtent(const ByteSource &file) {
  Elf64_Ehdr header;
  if (!file.readObject(0, header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64) {
    return 0;
  }
  uint64_t extent = sizeof header;
  uint64_t end = 0;
  if (header.e_shoff != 0 &&
      !__builtin_add_overflow(header.e_shoff,
                              uint64_t{header.e_shnum} * header.e_shentsize,
                              &end)) {
    extent = std::max(extent, end);
  }
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!__builtin_add_overflow(header.e_phoff, i * sizeof segment, &end) &&
        file.readObject(end, segment) &&
        !__builtin_add_overflow(segment.p_offset, segment.p_filesz, &end)) {
      extent = std::max(extent, end);
    }
  }
  return extent;
}

/// Why there is no magic where it should be.
static Status explainMissingFooter(const ByteSource &file) {
  uint64_t extent = elfExtent(file);
  if (file.size() == 0) {
    return file.error("expected a package, but the file is empty; compile the "
                      "model again");
  }
  if (extent == 0) {
    return file.error("expected a package, but this is no 64-bit ELF file; "
                      "give a file made by 'tessera compile'");
  }
  if (extent > file.size()) {
    return file.error("cut off: its header speaks of " +
                      std::to_string(extent) + " bytes, the file has " +
                      std::to_string(file.size()) +
                      "; copy or compile it again");
  }
  return file.error("expected a package footer at the end of the file, but "
                    "there is none: cut off, or not made by 'tessera "
                    "compile'; compile it again");
}

static Status checkLengths(const ByteSource &file, const FooterRecord &record) {
  if (record.fileBytes > file.size()) {
    return file.error("cut off: the footer says " +
                      std::to_string(record.fileBytes) +
                      " bytes, the file has " + std::to_string(file.size()) +
                      "; copy or compile it again");
  }
  if (record.fileBytes < file.size()) {
    return file.error("expected " + std::to_string(record.fileBytes) +
                      " bytes as the footer says, but the file has " +
                      std::to_string(file.size()) +
                      "; copy or compile it again");
  }
  // No overflow: each term is at most the file's size or 32 bits.
  if (record.elfBytes > record.fileBytes ||
      record.featureBytes > kMaxFeatureBytes ||
      record.elfBytes + record.featureBytes + kPackageFooterBytes !=
          record.fileBytes) {
    return file.error("damaged: the footer's lengths do not add up; compile "
                      "it again");
  }
  return Status();
}

Result<PackageFooter> readPackageFooter(const ByteSource &file) {
  FooterRecord record;
  if (file.size() < sizeof record ||
      !file.readObject(file.size() - sizeof record, record) ||
      std::memcmp(record.magic, kPackageMagic, sizeof kPackageMagic) != 0) {
    return explainMissingFooter(file);
  }
  if (record.footerHash != hashFooter(record)) {
    return file.error("damaged: the footer's checksum is wrong; copy or "
                      "compile it again");
  }
  if (record.footerBytes != sizeof record) {
    return file.error("expected a footer of " + std::to_string(sizeof record) +
                      " bytes, but got " + std::to_string(record.footerBytes) +
                      ": made by another version of Tessera; compile it "
                      "again");
  }
  Status lengths = checkLengths(file, record);
  if (!lengths.ok()) {
    return lengths;
  }
  PackageFooter footer;
  footer.abiVersion = record.abiVersion;
  footer.fileBytes = record.fileBytes;
  footer.elfBytes = record.elfBytes;
  footer.machine = record.machine;
  footer.contentHash = record.contentHash;
  std::string text(record.featureBytes, '\0');
  if (!file.read(record.elfBytes, text.data(), text.size())) {
    return file.error("cannot be read; check the disk");
  }
  if (!parseFeatures(text, footer.features)) {
    return file.error("damaged: the list of CPU features is not sorted names; "
                      "compile it again");
  }
  return footer;
}

Status checkPackageContents(const ByteSource &file,
                            const PackageFooter &footer) {
  Xxh64 hasher;
  if (footer.fileBytes < kPackageFooterBytes ||
      !hashPrefix(file, footer.fileBytes - kPackageFooterBytes, hasher)) {
    return file.error("cannot be read; check the disk");
  }
  if (hasher.digest() != footer.contentHash) {
    return file.error("damaged: the checksum of its contents is wrong; copy or "
                      "compile it again");
  }
  return Status();
}

Result<std::string> buildPackageTrailer(const ByteSource &elf,
                                        std::vector<std::string> features,
                                        uint32_t abiVersion) {
  Elf64_Ehdr header;
  if (elfExtent(elf) == 0 || !elf.readObject(0, header)) {
    return elf.error("expected a 64-bit ELF file");
  }
  std::sort(features.begin(), features.end());
  std::string text;
  for (const std::string &feature : features) {
    text += (text.empty() ? "" : ",") + feature;
  }
  std::vector<std::string> parsed;
  if (!parseFeatures(text, parsed) || parsed != features ||
      text.size() > kMaxFeatureBytes) {
    return elf.error("expected CPU feature names, each once, but got '" + text +
                     "'");
  }
  Xxh64 hasher;
  if (!hashPrefix(elf, elf.size(), hasher)) {
    return elf.error("cannot be read; check the disk");
  }
  hasher.update(text.data(), text.size());

  FooterRecord record = {};
  std::memcpy(record.magic, kPackageMagic, sizeof kPackageMagic);
  record.footerBytes = sizeof record;
  record.abiVersion = abiVersion ? abiVersion : TESSERA_ABI_VERSION;
  record.fileBytes = elf.size() + text.size() + sizeof record;
  record.elfBytes = elf.size();
  record.featureBytes = static_cast<uint32_t>(text.size());
  record.machine = header.e_machine;
  record.contentHash = hasher.digest();
  record.footerHash = hashFooter(record);
  return text +
         std::string(reinterpret_cast<const char *>(&record), sizeof record);
}

Status appendPackageTrailer(const std::string &path,
                            std::vector<std::string> features,
                            uint32_t abiVersion) {
  Result<ByteSource> elf = ByteSource::open(path);
  if (!elf.ok()) {
    return elf.status();
  }
  Result<std::string> trailer =
      buildPackageTrailer(*elf, std::move(features), abiVersion);
  if (!trailer.ok()) {
    return trailer.status();
  }
  int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  bool good = descriptor >= 0;
  for (size_t done = 0; good && done < trailer->size();) {
    ssize_t written =
        ::write(descriptor, trailer->data() + done, trailer->size() - done);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    good = written > 0;
    done += good ? static_cast<size_t>(written) : 0;
  }
  Status status = good ? Status()
                       : elf->error("cannot be written: " +
                                    std::string(std::strerror(errno)));
  if (descriptor >= 0 && ::close(descriptor) != 0 && status.ok()) {
    status =
        elf->error("cannot be written: " + std::string(std::strerror(errno)));
  }
  return status;
}

} // namespace tessera
