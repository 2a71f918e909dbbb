// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/ElfImage.h"

#include "runtime/tessera_package.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <map>
#include <string>
#include <utility>

namespace tessera {

// Older headers lack some of these.
static constexpr uint32_t kPropertySegment = 0x6474e553; // PT_GNU_PROPERTY
static constexpr int64_t kAarch64BtiPlt = 0x70000001;
static constexpr int64_t kAarch64PacPlt = 0x70000003;

/// Tables larger than this do not occur: a package has a symbol and a few
/// relocations for each kernel.
static constexpr uint64_t kMaxTableBytes = 64 << 20;
static constexpr uint64_t kMaxSymbols = 1 << 20;
static constexpr uint64_t kMaxImageBytes = uint64_t{1} << 46;
static constexpr uint64_t kPageBytes = 4096;

const ElfSegment *ElfImage::segmentOf(uint64_t address, uint64_t bytes) const {
  for (const ElfSegment &segment : segments) {
    if (address >= segment.address &&
        address - segment.address <= segment.memoryBytes &&
        bytes <= segment.memoryBytes - (address - segment.address)) {
      return &segment;
    }
  }
  return nullptr;
}

namespace {
/// One check of one file. Each step returns the first error it finds.
class ElfChecker {
public:
  ElfChecker(const ByteSource &file, uint64_t elfBytes)
      : file(file), elfBytes(elfBytes) {}

  Status check();
  ElfImage takeImage() { return std::move(image); }

private:
  Status checkHeader();
  Status readSegments();
  Status checkLoadSegment(const Elf64_Phdr &entry);
  Status checkOtherSegment(const Elf64_Phdr &entry);
  Status readDynamic();
  Status checkDynamicEntry(const Elf64_Dyn &entry);
  Status checkDynamicRanges();
  Status readHashTable();
  Status checkSymbols();
  Status checkRelocations(int64_t table, int64_t sizeTag);
  Status checkRelocation(const Elf64_Rela &entry, bool mustBeRelative);
  bool isRelative(uint32_t type) const;
  bool isSymbolic(uint32_t type) const;

  Status damaged(const std::string &detail) const {
    return file.error("damaged: " + detail + "; copy or compile it again");
  }
  Status unexpected(const std::string &detail) const {
    return file.error("not a package: " + detail +
                      "; give a file made by 'tessera compile'");
  }

  bool insideFile(uint64_t offset, uint64_t bytes) const {
    return offset <= elfBytes && bytes <= elfBytes - offset;
  }

  /// Reads memory as the loader would map it; the range must be in the file.
  bool readMapped(uint64_t address, void *destination, uint64_t bytes) const;
  template <typename T>
  bool readTable(uint64_t address, uint64_t count, std::vector<T> &table) const;

  bool has(int64_t tag) const { return dynamic.count(tag) != 0; }
  uint64_t get(int64_t tag) const {
    auto found = dynamic.find(tag);
    return found == dynamic.end() ? 0 : found->second;
  }

  const ByteSource &file;
  uint64_t elfBytes;
  Elf64_Ehdr header = {};
  ElfImage image;
  Elf64_Phdr dynamicSegment = {};
  std::map<int64_t, uint64_t> dynamic;
  uint64_t numSymbols = 0;
};
} // namespace

static bool isPowerOfTwo(uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

static std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx",
                static_cast<unsigned long long>(value));
  return text;
}

bool ElfChecker::readMapped(uint64_t address, void *destination,
                            uint64_t bytes) const {
  const ElfSegment *segment = image.segmentOf(address, bytes);
  if (!segment) {
    return false;
  }
  uint64_t within = address - segment->address;
  return within <= segment->fileBytes && bytes <= segment->fileBytes - within &&
         file.read(segment->offset + within, destination,
                   static_cast<size_t>(bytes));
}

template <typename T>
bool ElfChecker::readTable(uint64_t address, uint64_t count,
                           std::vector<T> &table) const {
  if (count > kMaxTableBytes / sizeof(T) ||
      !image.segmentOf(address, count * sizeof(T))) {
    return false;
  }
  table.resize(static_cast<size_t>(count));
  return readMapped(address, table.data(), count * sizeof(T));
}

Status ElfChecker::checkHeader() {
  if (elfBytes > file.size() || elfBytes < sizeof header ||
      !file.readObject(0, header)) {
    return damaged("too short for an ELF header");
  }
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return damaged("expected an ELF header at the start");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_ident[EI_VERSION] != EV_CURRENT ||
      header.e_version != EV_CURRENT || header.e_type != ET_DYN) {
    return damaged("expected the ELF header of a 64-bit little-endian shared "
                   "object");
  }
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
      !insideFile(header.e_phoff,
                  uint64_t{header.e_phnum} * sizeof(Elf64_Phdr))) {
    return damaged("expected its program headers inside of the file");
  }
  image.machine = header.e_machine;
  return Status();
}

Status ElfChecker::checkLoadSegment(const Elf64_Phdr &entry) {
  if (!insideFile(entry.p_offset, entry.p_filesz)) {
    return damaged("segment at " + hex(entry.p_vaddr) +
                   " lies outside of the file");
  }
  uint64_t previousEnd = 0;
  if (!image.segments.empty()) {
    const ElfSegment &last = image.segments.back();
    previousEnd = last.address + last.memoryBytes;
  }
  if (entry.p_filesz > entry.p_memsz || entry.p_vaddr > kMaxImageBytes ||
      entry.p_memsz > kMaxImageBytes || entry.p_vaddr < previousEnd ||
      !isPowerOfTwo(entry.p_align) || entry.p_align < kPageBytes ||
      (entry.p_vaddr - entry.p_offset) % entry.p_align != 0) {
    return damaged("segment at " + hex(entry.p_vaddr) +
                   " has impossible sizes");
  }
  image.segments.push_back({entry.p_vaddr, entry.p_memsz, entry.p_offset,
                            entry.p_filesz, entry.p_flags});
  return Status();
}

/// Headers of what lies inside the loaded segments.
Status ElfChecker::checkOtherSegment(const Elf64_Phdr &entry) {
  switch (entry.p_type) {
  case PT_TLS:
  case PT_INTERP:
    return unexpected("program header of type " + hex(entry.p_type));
  case PT_GNU_STACK:
    if (entry.p_flags & PF_X) {
      return unexpected("it asks for an executable stack");
    }
    return Status();
  case PT_DYNAMIC:
    dynamicSegment = entry;
    break;
  case PT_PHDR:
  case PT_NOTE:
  case PT_GNU_RELRO:
  case PT_GNU_EH_FRAME:
  case kPropertySegment:
    break;
  default:
    // The loader does not look at these.
    return Status();
  }
  const ElfSegment *segment = image.segmentOf(entry.p_vaddr, entry.p_filesz);
  bool good =
      segment && insideFile(entry.p_offset, entry.p_filesz) &&
      entry.p_vaddr - segment->address == entry.p_offset - segment->offset;
  if (good && entry.p_type == PT_PHDR) {
    good = entry.p_offset == header.e_phoff;
  }
  if (good && entry.p_type == PT_GNU_RELRO) {
    uint64_t end = segment->address + segment->memoryBytes;
    good = (segment->flags & PF_W) && entry.p_memsz <= kMaxImageBytes &&
           entry.p_vaddr + entry.p_memsz <= end + kPageBytes - 1;
  } else if (good) {
    good = entry.p_memsz == entry.p_filesz;
  }
  if (good && entry.p_type == PT_DYNAMIC && (entry.p_flags & PF_W)) {
    // The loader writes into it if this header says that it may.
    good = (segment->flags & PF_W) != 0;
  }
  return good ? Status()
              : damaged("program header of type " + hex(entry.p_type) +
                        " lies outside of its segment");
}

Status ElfChecker::readSegments() {
  std::vector<Elf64_Phdr> entries(header.e_phnum);
  if (!file.read(header.e_phoff, entries.data(),
                 entries.size() * sizeof(Elf64_Phdr))) {
    return file.error("cannot be read; check the disk");
  }
  for (const Elf64_Phdr &entry : entries) {
    if (entry.p_type == PT_LOAD) {
      Status status = checkLoadSegment(entry);
      if (!status.ok()) {
        return status;
      }
    }
  }
  for (const Elf64_Phdr &entry : entries) {
    if (entry.p_type != PT_LOAD) {
      Status status = checkOtherSegment(entry);
      if (!status.ok()) {
        return status;
      }
    }
  }
  if (dynamicSegment.p_filesz == 0) {
    return damaged("expected a dynamic section");
  }
  return Status();
}

Status ElfChecker::checkDynamicEntry(const Elf64_Dyn &entry) {
  switch (entry.d_tag) {
  case DT_NEEDED:
    return unexpected("it needs another library");
  case DT_FLAGS:
    if (entry.d_un.d_val & (DF_TEXTREL | DF_STATIC_TLS)) {
      return unexpected("dynamic flags " + hex(entry.d_un.d_val));
    }
    return Status();
  case DT_FLAGS_1:
    // Others change where the loader looks for symbols or libraries.
    if (entry.d_un.d_val & ~uint64_t{DF_1_NOW | DF_1_NODELETE}) {
      return unexpected("dynamic flags_1 " + hex(entry.d_un.d_val));
    }
    return Status();
  case DT_SONAME:
  case DT_HASH:
  case DT_GNU_HASH:
  case DT_STRTAB:
  case DT_STRSZ:
  case DT_SYMTAB:
  case DT_SYMENT:
  case DT_RELA:
  case DT_RELASZ:
  case DT_RELAENT:
  case DT_RELACOUNT:
  case DT_JMPREL:
  case DT_PLTREL:
  case DT_PLTRELSZ:
  case DT_PLTGOT:
  case DT_INIT:
  case DT_FINI:
  case DT_INIT_ARRAY:
  case DT_INIT_ARRAYSZ:
  case DT_FINI_ARRAY:
  case DT_FINI_ARRAYSZ:
  case DT_SYMBOLIC:
  case DT_BIND_NOW:
    return Status();
  default:
    if (header.e_machine == EM_AARCH64 && entry.d_tag >= kAarch64BtiPlt &&
        entry.d_tag <= kAarch64PacPlt) {
      return Status();
    }
    return unexpected("dynamic entry " +
                      hex(static_cast<uint64_t>(entry.d_tag)));
  }
}

Status ElfChecker::readDynamic() {
  std::vector<Elf64_Dyn> entries;
  if (!readTable(dynamicSegment.p_vaddr,
                 dynamicSegment.p_filesz / sizeof(Elf64_Dyn), entries)) {
    return damaged("expected the dynamic section inside of the file");
  }
  for (const Elf64_Dyn &entry : entries) {
    if (entry.d_tag == DT_NULL) {
      return Status();
    }
    Status status = checkDynamicEntry(entry);
    if (!status.ok()) {
      return status;
    }
    dynamic[entry.d_tag] = entry.d_un.d_val;
  }
  return damaged("expected an end of the dynamic section");
}

Status ElfChecker::checkDynamicRanges() {
  for (int64_t tag : {DT_STRTAB, DT_SYMTAB, DT_GNU_HASH}) {
    if (!has(tag)) {
      return damaged("expected dynamic entry " +
                     hex(static_cast<uint64_t>(tag)));
    }
  }
  if ((has(DT_SYMENT) && get(DT_SYMENT) != sizeof(Elf64_Sym)) ||
      (has(DT_RELA) && get(DT_RELAENT) != sizeof(Elf64_Rela)) ||
      (has(DT_JMPREL) && get(DT_PLTREL) != DT_RELA)) {
    return damaged("dynamic tables of an unknown form");
  }
  char last = 1;
  if (get(DT_STRSZ) == 0 || get(DT_STRSZ) > kMaxTableBytes ||
      !image.segmentOf(get(DT_STRTAB), get(DT_STRSZ)) ||
      !readMapped(get(DT_STRTAB) + get(DT_STRSZ) - 1, &last, 1) || last != 0 ||
      get(DT_SONAME) >= get(DT_STRSZ)) {
    return damaged("expected its string table inside of the file");
  }
  for (int64_t tag : {DT_INIT, DT_FINI}) {
    const ElfSegment *segment = image.segmentOf(get(tag), 1);
    if (has(tag) && (!segment || !(segment->flags & PF_X))) {
      return damaged("expected its functions inside of the file");
    }
  }
  for (auto [array, size] :
       {std::pair<int64_t, int64_t>{DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
        {DT_FINI_ARRAY, DT_FINI_ARRAYSZ}}) {
    if (has(array) &&
        (get(size) % 8 != 0 || !image.segmentOf(get(array), get(size)))) {
      return damaged("expected its functions inside of the file");
    }
  }
  return Status();
}

/// Finds the number of symbols, which no field states: it is one more than
/// the last entry of the last chain.
Status ElfChecker::readHashTable() {
  Status broken = damaged("expected its symbol hash inside of the file");
  struct {
    uint32_t numBuckets;
    uint32_t firstSymbol;
    uint32_t numFilterWords;
    uint32_t filterShift;
  } hash;
  uint64_t address = get(DT_GNU_HASH);
  if (!readMapped(address, &hash, sizeof hash) || hash.numBuckets == 0 ||
      !isPowerOfTwo(hash.numFilterWords) || hash.filterShift >= 32) {
    return broken;
  }
  std::vector<uint64_t> filter;
  std::vector<uint32_t> buckets;
  uint64_t filterAddress = address + sizeof hash;
  uint64_t bucketAddress = filterAddress + uint64_t{8} * hash.numFilterWords;
  if (!readTable(filterAddress, hash.numFilterWords, filter) ||
      !readTable(bucketAddress, hash.numBuckets, buckets)) {
    return broken;
  }
  uint32_t last = 0;
  for (uint32_t bucket : buckets) {
    if (bucket != 0 && bucket < hash.firstSymbol) {
      return broken;
    }
    last = std::max(last, bucket);
  }
  if (last == 0) {
    return unexpected("it exports no '" TESSERA_GET_PACKAGE_SYMBOL "'");
  }
  uint64_t chains = bucketAddress + uint64_t{4} * hash.numBuckets;
  for (uint64_t symbol = last;; ++symbol) {
    uint32_t chain = 0;
    if (symbol > kMaxSymbols ||
        !readMapped(chains + 4 * (symbol - hash.firstSymbol), &chain,
                    sizeof chain)) {
      return broken;
    }
    if (chain & 1) {
      numSymbols = symbol + 1;
      return Status();
    }
  }
}

Status ElfChecker::checkSymbols() {
  std::vector<Elf64_Sym> symbols;
  std::vector<char> strings;
  if (!readTable(get(DT_SYMTAB), numSymbols, symbols) ||
      !readTable(get(DT_STRTAB), get(DT_STRSZ), strings)) {
    return damaged("expected its symbols inside of the file");
  }
  bool found = false;
  for (const Elf64_Sym &symbol : symbols) {
    if (symbol.st_name >= strings.size()) {
      return damaged("a symbol's name lies outside of the string table");
    }
    unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_TLS || type == STT_GNU_IFUNC) {
      return unexpected("a symbol of type " + std::to_string(type));
    }
    if (symbol.st_shndx == SHN_UNDEF) {
      continue;
    }
    const ElfSegment *segment = image.segmentOf(symbol.st_value, 1);
    if (std::strcmp(&strings[symbol.st_name], TESSERA_GET_PACKAGE_SYMBOL) !=
        0) {
      continue;
    }
    found = true;
    if (type != STT_FUNC || !segment || !(segment->flags & PF_X)) {
      return damaged("'" TESSERA_GET_PACKAGE_SYMBOL "' is no function");
    }
  }
  return found ? Status()
               : unexpected("it exports no '" TESSERA_GET_PACKAGE_SYMBOL "'");
}

bool ElfChecker::isRelative(uint32_t type) const {
  return type == (header.e_machine == EM_AARCH64 ? R_AARCH64_RELATIVE
                                                 : R_X86_64_RELATIVE);
}

bool ElfChecker::isSymbolic(uint32_t type) const {
  if (header.e_machine == EM_AARCH64) {
    return type == R_AARCH64_ABS64 || type == R_AARCH64_GLOB_DAT ||
           type == R_AARCH64_JUMP_SLOT;
  }
  return type == R_X86_64_64 || type == R_X86_64_GLOB_DAT ||
         type == R_X86_64_JUMP_SLOT;
}

Status ElfChecker::checkRelocation(const Elf64_Rela &entry,
                                   bool mustBeRelative) {
  uint32_t type = ELF64_R_TYPE(entry.r_info);
  bool relative = isRelative(type);
  if (!relative && (mustBeRelative || !isSymbolic(type))) {
    return unexpected("a relocation of type " + std::to_string(type));
  }
  const ElfSegment *segment = image.segmentOf(entry.r_offset, 8);
  if (!segment || !(segment->flags & PF_W) ||
      ELF64_R_SYM(entry.r_info) >= numSymbols ||
      (relative &&
       !image.segmentOf(static_cast<uint64_t>(entry.r_addend), 0))) {
    return damaged("the relocation at " + hex(entry.r_offset) +
                   " points outside of the file");
  }
  return Status();
}

Status ElfChecker::checkRelocations(int64_t table, int64_t sizeTag) {
  if (!has(table)) {
    return Status();
  }
  std::vector<Elf64_Rela> entries;
  uint64_t bytes = get(sizeTag);
  if (bytes % sizeof(Elf64_Rela) != 0 ||
      !readTable(get(table), bytes / sizeof(Elf64_Rela), entries)) {
    return damaged("expected its relocations inside of the file");
  }
  // The loader aborts the process if one of the first DT_RELACOUNT entries is
  // of another type.
  uint64_t numRelative = table == DT_RELA ? get(DT_RELACOUNT) : 0;
  if (numRelative > entries.size()) {
    return damaged("more relative relocations than relocations");
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    Status status = checkRelocation(entries[i], i < numRelative);
    if (!status.ok()) {
      return status;
    }
  }
  return Status();
}

Status ElfChecker::check() {
  for (auto step : {&ElfChecker::checkHeader, &ElfChecker::readSegments,
                    &ElfChecker::readDynamic, &ElfChecker::checkDynamicRanges,
                    &ElfChecker::readHashTable, &ElfChecker::checkSymbols}) {
    Status status = (this->*step)();
    if (!status.ok()) {
      return status;
    }
  }
  Status status = checkRelocations(DT_RELA, DT_RELASZ);
  return status.ok() ? checkRelocations(DT_JMPREL, DT_PLTRELSZ) : status;
}

Result<ElfImage> checkElfImage(const ByteSource &file, uint64_t elfBytes) {
  ElfChecker checker(file, elfBytes);
  Status status = checker.check();
  if (!status.ok()) {
    return status;
  }
  return checker.takeImage();
}

} // namespace tessera
