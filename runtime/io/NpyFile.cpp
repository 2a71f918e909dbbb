// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/io/NpyFile.h"

#include "runtime/Printable.h"
#include "runtime/io/AtomicFile.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace tessera {

/// NumPy itself refuses headers over 10,000 bytes unless told otherwise.
static constexpr uint32_t kMaxHeaderBytes = 1 << 20;
static constexpr size_t kMaxRank = 64;
static constexpr std::string_view kMagic("\x93NUMPY", 6);

namespace {
struct NpyHeader {
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> dims;
  uint64_t dataOffset = 0;
};

/// Reads the header: a Python dictionary with the keys 'descr',
/// 'fortran_order' and 'shape', in any order.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  /// False with `problem` set if the text is anything else.
  bool parse(NpyHeader &header);

  std::string problem;

private:
  bool fail(std::string what) {
    problem = std::move(what);
    return false;
  }
  void skipSpace() {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t' ||
                             text[0] == '\n' || text[0] == '\r')) {
      text.remove_prefix(1);
    }
  }
  bool accept(std::string_view token) {
    skipSpace();
    if (text.substr(0, token.size()) != token) {
      return false;
    }
    text.remove_prefix(token.size());
    return true;
  }
  bool parseValue(const std::string &key, NpyHeader &header);
  bool parseString(std::string &value);
  bool parseShape(std::vector<int64_t> &dims);
  bool parseSize(int64_t &size);

  std::string_view text;
};
} // namespace

bool HeaderParser::parseString(std::string &value) {
  skipSpace();
  if (text.empty() || (text[0] != '\'' && text[0] != '"')) {
    return fail("expected a quoted text");
  }
  size_t end = text.find(text[0], 1);
  if (end == std::string_view::npos) {
    return fail("expected an end of a quoted text");
  }
  value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return true;
}

bool HeaderParser::parseSize(int64_t &size) {
  skipSpace();
  size_t digits = 0;
  size = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
       ++digits) {
    if (__builtin_mul_overflow(size, 10, &size) ||
        __builtin_add_overflow(size, text[digits] - '0', &size)) {
      return fail("a size exceeds 64 bits");
    }
  }
  if (digits == 0) {
    return fail("expected sizes of 0 or more in the shape");
  }
  text.remove_prefix(digits);
  // Python 2 wrote long integers with an L.
  if (!text.empty() && text[0] == 'L') {
    text.remove_prefix(1);
  }
  return true;
}

bool HeaderParser::parseShape(std::vector<int64_t> &dims) {
  if (!accept("(")) {
    return fail("expected a shape in parentheses");
  }
  while (!accept(")")) {
    int64_t size = 0;
    if (!parseSize(size)) {
      return false;
    }
    dims.push_back(size);
    if (dims.size() > kMaxRank) {
      return fail("expected at most " + std::to_string(kMaxRank) +
                  " dimensions");
    }
    if (!accept(",")) {
      return accept(")") || fail("expected ')' after the shape");
    }
  }
  return true;
}

bool HeaderParser::parseValue(const std::string &key, NpyHeader &header) {
  if (key == "descr") {
    skipSpace();
    if (!text.empty() && text[0] == '[') {
      return fail("structured arrays are not supported; save one field");
    }
    return parseString(header.descr);
  }
  if (key == "fortran_order") {
    if (accept("True")) {
      header.fortranOrder = true;
      return true;
    }
    header.fortranOrder = false;
    return accept("False") || fail("expected True or False as fortran_order");
  }
  if (key == "shape") {
    header.dims.clear();
    return parseShape(header.dims);
  }
  return fail("unexpected key '" + printable(key) + "'");
}

bool HeaderParser::parse(NpyHeader &header) {
  if (!accept("{")) {
    return fail("expected a dictionary");
  }
  std::vector<std::string> keys;
  while (!accept("}")) {
    std::string key;
    if (!parseString(key)) {
      return false;
    }
    if (!accept(":")) {
      return fail("expected ':' after a key");
    }
    if (!parseValue(key, header)) {
      return false;
    }
    keys.push_back(key);
    if (!accept(",")) {
      if (!accept("}")) {
        return fail("expected '}' at the end");
      }
      break;
    }
  }
  std::sort(keys.begin(), keys.end());
  if (keys != std::vector<std::string>{"descr", "fortran_order", "shape"}) {
    return fail("expected the keys descr, fortran_order and shape, each once");
  }
  skipSpace();
  return text.empty() || fail("expected nothing after the dictionary");
}

/// The type of a descr such as "<f4"; only little endian gets here.
static std::optional<DType> dtypeOfDescr(std::string_view kind) {
  static constexpr std::pair<std::string_view, DType> kinds[] = {
      {"b1", DType::Bool}, {"i1", DType::I8},  {"i2", DType::I16},
      {"i4", DType::I32},  {"i8", DType::I64}, {"u1", DType::U8},
      {"u2", DType::U16},  {"u4", DType::U32}, {"u8", DType::U64},
      {"f2", DType::F16},  {"f4", DType::F32}, {"f8", DType::F64},
      {"V2", DType::BF16}};
  for (const auto &[name, dtype] : kinds) {
    if (name == kind) {
      return dtype;
    }
  }
  return std::nullopt;
}

/// The descr of a type; bf16 as the bits of u16.
static std::string descrOfDType(DType dtype) {
  switch (dtype) {
  case DType::Bool:
    return "|b1";
  case DType::I8:
    return "|i1";
  case DType::U8:
    return "|u1";
  case DType::BF16:
    return "<u2";
  default:
    return std::string("<") + dtypeName(dtype)[0] +
           std::to_string(dtypeBytes(dtype));
  }
}

static Result<NpyHeader> readHeader(const ByteSource &file) {
  char start[8];
  if (!file.read(0, start, sizeof start) ||
      std::string_view(start, kMagic.size()) != kMagic) {
    return file.error("expected a .npy file, but its first bytes are not "
                      "NumPy's");
  }
  auto major = static_cast<unsigned char>(start[6]);
  auto minor = static_cast<unsigned char>(start[7]);
  if (major < 1 || major > 3 || minor != 0) {
    return file.error("expected .npy version 1.0, 2.0 or 3.0, but got " +
                      std::to_string(major) + "." + std::to_string(minor));
  }
  uint32_t headerBytes = 0;
  uint64_t lengthBytes = major == 1 ? 2 : 4;
  if (!file.read(sizeof start, &headerBytes, lengthBytes)) {
    return file.error("cut off inside of the .npy header");
  }
  if (headerBytes > kMaxHeaderBytes) {
    return file.error("expected a .npy header of at most " +
                      std::to_string(kMaxHeaderBytes) + " bytes, but got " +
                      std::to_string(headerBytes));
  }
  // `file.size()` first: nothing is allocated for bytes that do not exist.
  NpyHeader header;
  header.dataOffset = sizeof start + lengthBytes + headerBytes;
  if (header.dataOffset > file.size()) {
    return file.error("cut off inside of the .npy header");
  }
  std::string text(headerBytes, '\0');
  if (!file.read(sizeof start + lengthBytes, text.data(), text.size())) {
    return file.error("cannot be read; check the disk");
  }
  HeaderParser parser(text);
  if (!parser.parse(header)) {
    return file.error("broken .npy header: " + parser.problem);
  }
  return header;
}

static Result<DType> headerDType(const ByteSource &file,
                                 const NpyHeader &header) {
  std::string_view descr = header.descr;
  char order = descr.empty() ? '\0' : descr[0];
  std::string_view kind = descr.substr(descr.empty() ? 0 : 1);
  std::optional<DType> dtype = dtypeOfDescr(kind);
  bool oneByte = dtype && dtypeBytes(*dtype) == 1;
  if (dtype && order == '>' && !oneByte) {
    return file.error("expected little-endian data, but got '" +
                      printable(descr) + "'; save it with x.astype('<" +
                      std::string(kind) + "')");
  }
  bool goodOrder =
      order == '<' || order == '=' || order == '|' || (order == '>' && oneByte);
  if (!dtype || !goodOrder) {
    return file.error("no element type for '" + printable(descr) +
                      "'; expected bool, integers, f16, f32 or f64");
  }
  return *dtype;
}

/// Copies from Fortran order (first index fastest) to C order.
static void transpose(const Tensor &source, Tensor &target) {
  const std::vector<int64_t> &dims = target.dims();
  size_t elementBytes = dtypeBytes(target.dtype());
  std::vector<int64_t> strides(dims.size());
  int64_t stride = 1;
  for (size_t i = 0; i < dims.size(); ++i) {
    strides[i] = stride;
    stride *= dims[i];
  }
  std::vector<int64_t> index(dims.size(), 0);
  const char *from = source.data<char>();
  char *to = target.data<char>();
  int64_t position = 0;
  for (int64_t n = 0; n < target.numElements(); ++n) {
    std::memcpy(to + static_cast<size_t>(n) * elementBytes,
                from + static_cast<size_t>(position) * elementBytes,
                elementBytes);
    for (size_t i = dims.size(); i-- > 0;) {
      position += strides[i];
      if (++index[i] < dims[i]) {
        break;
      }
      position -= strides[i] * dims[i];
      index[i] = 0;
    }
  }
}

static Status checkBools(const ByteSource &file, const Tensor &tensor) {
  const uint8_t *data = tensor.data<uint8_t>();
  for (int64_t i = 0; i < tensor.numElements(); ++i) {
    if (data[i] > 1) {
      return file.error("expected bools of 0 or 1, but element " +
                        std::to_string(i) + " is " + std::to_string(data[i]));
    }
  }
  return Status();
}

Result<Tensor> parseNpy(const ByteSource &file) {
  Result<NpyHeader> header = readHeader(file);
  if (!header.ok()) {
    return header.status();
  }
  Result<DType> dtype = headerDType(file, *header);
  if (!dtype.ok()) {
    return dtype.status();
  }
  Result<size_t> bytes = countBytes(*dtype, header->dims);
  if (!bytes.ok()) {
    return file.error(bytes.message());
  }
  uint64_t available = file.size() - header->dataOffset;
  if (*bytes > available) {
    return file.error("cut off: " + formatTensorType(*dtype, header->dims) +
                      " takes " + std::to_string(*bytes) +
                      " bytes, the file has " + std::to_string(available));
  }
  if (*bytes < available) {
    return file.error("has " + std::to_string(available - *bytes) +
                      " bytes after the data of " +
                      formatTensorType(*dtype, header->dims) +
                      "; save one array in a file");
  }
  Result<Tensor> tensor = Tensor::allocate(*dtype, header->dims);
  if (!tensor.ok()) {
    return file.error(tensor.message());
  }
  if (!file.read(header->dataOffset, tensor->rawData(), *bytes)) {
    return file.error("cannot be read; check the disk");
  }
  if (*dtype == DType::Bool) {
    Status bools = checkBools(file, *tensor);
    if (!bools.ok()) {
      return bools;
    }
  }
  if (!header->fortranOrder || header->dims.size() < 2) {
    return tensor;
  }
  Result<Tensor> transposed = Tensor::allocate(*dtype, header->dims);
  if (!transposed.ok()) {
    return file.error(transposed.message());
  }
  transpose(*tensor, *transposed);
  return transposed;
}

Result<Tensor> readNpy(const std::string &path) {
  Result<ByteSource> file = ByteSource::open(path);
  return file.ok() ? parseNpy(*file) : file.status();
}

Status writeNpy(const std::string &path, const Tensor &tensor) {
  if (!tensor.valid()) {
    return Status::error(printable(path) +
                         ": expected a tensor, but got an empty handle");
  }
  std::string header = "{'descr': '" + descrOfDType(tensor.dtype()) +
                       "', 'fortran_order': False, 'shape': (";
  // As Python prints a tuple: "()", "(3,)", "(2, 3)".
  const std::vector<int64_t> &dims = tensor.dims();
  for (size_t i = 0; i < dims.size(); ++i) {
    header += (i ? ", " : "") + std::to_string(dims[i]);
  }
  header += dims.size() == 1 ? "," : "";
  header += "), }";
  // NumPy pads with spaces and ends with a line break, so that the data starts
  // at a multiple of 64.
  bool longHeader = header.size() > 65000;
  size_t prefix = kMagic.size() + 2 + (longHeader ? 4 : 2);
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  std::string start(kMagic);
  start += longHeader ? '\2' : '\1';
  start += '\0';
  auto length = static_cast<uint32_t>(header.size());
  start.append(reinterpret_cast<const char *>(&length), longHeader ? 4 : 2);
  return writeFileAtomically(
      path, {start, header,
             std::string_view(tensor.data<char>(), tensor.numBytes())});
}

std::string_view npyNote(DType dtype) {
  return dtype == DType::BF16
             ? "bf16 has no type in .npy files: written as the bits of u16"
             : std::string_view();
}

} // namespace tessera
