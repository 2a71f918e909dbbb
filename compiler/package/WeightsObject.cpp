// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/WeightsObject.h"

#include "compiler/package/AnonymousFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

#include <cassert>
#include <cstring>
#include <fcntl.h>
#include <unordered_map>

using namespace mlir::tessera;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

namespace ELF = llvm::ELF;

namespace {

/// Offsets in code and tables are 32 bits wide.
constexpr uint64_t maxWeightsBytes = 2'000'000'000;

uint64_t hashBytes(const void *data, uint64_t bytes) {
  return llvm::xxh3_64bits(
      llvm::ArrayRef<uint8_t>(static_cast<const uint8_t *>(data), bytes));
}

bool sameBytes(const WeightBlob &blob, const WeightsPlan::Chunk &chunk) {
  return blob.bytes == chunk.bytes && chunk.offset % blob.alignment == 0 &&
         (blob.data == chunk.data ||
          std::memcmp(blob.data, chunk.data, blob.bytes) == 0);
}

Error tooLarge(uint64_t bytes) {
  std::string message;
  llvm::raw_string_ostream(message)
      << "the weights take " << llvm::format("%.1f", double(bytes) / 1e9)
      << " GB, but a package holds at most 2 GB of them; quantize the model or "
         "split it";
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

template <typename T> StringRef bytesOf(const T &object) {
  return StringRef(reinterpret_cast<const char *>(&object), sizeof object);
}

/// Everything of the object but the weights.
struct ObjectFrame {
  std::string header;
  std::string tail;
};

enum Section { Null, Weights, Symbols, Strings, SectionNames, NumSections };

ELF::Elf64_Shdr section(uint32_t name, uint32_t type, uint64_t flags,
                        uint64_t offset, uint64_t bytes, uint64_t alignment) {
  ELF::Elf64_Shdr header = {};
  header.sh_name = name;
  header.sh_type = type;
  header.sh_flags = flags;
  header.sh_offset = offset;
  header.sh_size = bytes;
  header.sh_addralign = alignment;
  return header;
}

/// The weights lie right behind the ELF header; the tables follow them.
ObjectFrame buildFrame(uint64_t weightsBytes, const CpuTarget &target) {
  const std::string strings = '\0' + weightsSymbol.str() + '\0';
  const std::string names = '\0' + weightsSection.str() + '\0' +
                            std::string(".symtab\0.strtab\0.shstrtab\0", 26);
  auto nameAt = [&](StringRef name) {
    return uint32_t(names.find(name.str() + '\0'));
  };

  ELF::Elf64_Sym symbols[2] = {};
  symbols[1].st_name = 1;
  symbols[1].setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  symbols[1].st_other = ELF::STV_HIDDEN;
  symbols[1].st_shndx = Weights;
  symbols[1].st_size = weightsBytes;

  const uint64_t weightsAt = sizeof(ELF::Elf64_Ehdr);
  const uint64_t symbolsAt = llvm::alignTo(weightsAt + weightsBytes, 8);
  const uint64_t stringsAt = symbolsAt + sizeof symbols;
  const uint64_t namesAt = stringsAt + strings.size();
  const uint64_t sectionsAt = llvm::alignTo(namesAt + names.size(), 8);

  ELF::Elf64_Shdr sections[NumSections] = {};
  sections[Weights] =
      section(nameAt(weightsSection), ELF::SHT_PROGBITS, ELF::SHF_ALLOC,
              weightsAt, weightsBytes, weightsPageBytes);
  sections[Symbols] = section(nameAt(".symtab"), ELF::SHT_SYMTAB, 0, symbolsAt,
                              sizeof symbols, 8);
  sections[Symbols].sh_link = Strings;
  sections[Symbols].sh_info = 1; // the first global symbol
  sections[Symbols].sh_entsize = sizeof symbols[0];
  sections[Strings] = section(nameAt(".strtab"), ELF::SHT_STRTAB, 0, stringsAt,
                              strings.size(), 1);
  sections[SectionNames] = section(nameAt(".shstrtab"), ELF::SHT_STRTAB, 0,
                                   namesAt, names.size(), 1);

  ELF::Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELF::ElfMagic, 4);
  header.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
  header.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
  header.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
  header.e_type = ELF::ET_REL;
  header.e_machine = target.isAArch64() ? ELF::EM_AARCH64 : ELF::EM_X86_64;
  header.e_version = ELF::EV_CURRENT;
  header.e_shoff = sectionsAt;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof sections[0];
  header.e_shnum = NumSections;
  header.e_shstrndx = SectionNames;

  ObjectFrame frame;
  frame.header = bytesOf(header).str();
  frame.tail.append(symbolsAt - weightsAt - weightsBytes, '\0');
  frame.tail += bytesOf(symbols).str() + strings + names;
  frame.tail.append(sectionsAt - namesAt - names.size(), '\0');
  frame.tail += bytesOf(sections);
  return frame;
}

} // namespace

Expected<WeightsPlan>
mlir::tessera::planWeights(llvm::ArrayRef<WeightBlob> blobs,
                           const WeightsPlan &before) {
  WeightsPlan plan = before;
  plan.offsets.clear();
  std::unordered_multimap<uint64_t, size_t> chunkByHash;
  for (const auto [i, chunk] : llvm::enumerate(plan.chunks)) {
    chunkByHash.emplace(hashBytes(chunk.data, chunk.bytes), i);
  }
  for (const WeightBlob &blob : blobs) {
    assert(llvm::isPowerOf2_64(blob.alignment) &&
           blob.alignment <= weightsPageBytes);
    // Before anything is read.
    if (blob.bytes > maxWeightsBytes) {
      return tooLarge(blob.bytes);
    }
    WeightBlob aligned = blob;
    aligned.alignment = std::max(blob.alignment, minWeightAlignment);
    const uint64_t hash = hashBytes(blob.data, blob.bytes);
    const auto [first, last] = chunkByHash.equal_range(hash);
    const auto same = std::find_if(first, last, [&](const auto &entry) {
      return sameBytes(aligned, plan.chunks[entry.second]);
    });
    if (same != last) {
      plan.offsets.push_back(plan.chunks[same->second].offset);
      continue;
    }
    plan.alignment = std::max(plan.alignment, aligned.alignment);
    const uint64_t offset = llvm::alignTo(plan.totalBytes, aligned.alignment);
    plan.offsets.push_back(offset);
    if (blob.bytes == 0) {
      continue;
    }
    chunkByHash.emplace(hash, plan.chunks.size());
    plan.chunks.push_back({blob.data, blob.bytes, offset});
    plan.totalBytes = llvm::alignTo(offset + blob.bytes, minWeightAlignment);
  }
  if (plan.totalBytes > maxWeightsBytes) {
    return tooLarge(plan.totalBytes);
  }
  return plan;
}

Error mlir::tessera::writeWeightsObject(int descriptor, const WeightsPlan &plan,
                                        const CpuTarget &target) {
  const ObjectFrame frame = buildFrame(plan.totalBytes, target);
  const uint64_t fileBytes =
      frame.header.size() + plan.totalBytes + frame.tail.size();
  // A full disk shows here rather than after a minute of writing.
  const int code = ::posix_fallocate(descriptor, 0, off_t(fileBytes));
  if (code != 0 && code != EOPNOTSUPP && code != EINVAL) {
    errno = code;
    return lastSystemError();
  }
  if (Error error = writeAll(descriptor, frame.header)) {
    return error;
  }
  const std::string zeros(weightsPageBytes, '\0');
  uint64_t position = 0;
  auto pad = [&](uint64_t end) {
    const uint64_t gap = end - position;
    position = end;
    return writeAll(descriptor, StringRef(zeros).take_front(gap));
  };
  for (const WeightsPlan::Chunk &chunk : plan.chunks) {
    if (Error error = pad(chunk.offset)) {
      return error;
    }
    const StringRef bytes(static_cast<const char *>(chunk.data), chunk.bytes);
    if (Error error = writeAll(descriptor, bytes)) {
      return error;
    }
    position += chunk.bytes;
  }
  if (Error error = pad(plan.totalBytes)) {
    return error;
  }
  return writeAll(descriptor, frame.tail);
}
