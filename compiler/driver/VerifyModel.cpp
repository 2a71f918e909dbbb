//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/VerifyModel.h"
#include "runtime/Package.h"
#include "runtime/Session.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace mlir::tessera;
using tessera::DType;
using tessera::Tensor;

namespace {

constexpr double kRelative = 1e-3, kAbsolute = 1e-4;

llvm::Error makeError(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

/// A folder for packages, removed with all in it.
class ScratchFolder {
public:
  ScratchFolder() {
    llvm::sys::fs::createUniqueDirectory("tessera-verify", path);
  }
  ~ScratchFolder() { llvm::sys::fs::remove_directories(path); }
  std::string file(llvm::StringRef name) const {
    llvm::SmallString<128> result(path);
    llvm::sys::path::append(result, name);
    return std::string(result);
  }

private:
  llvm::SmallString<128> path;
};

template <typename T, typename Generator>
void fill(Tensor &tensor, Generator generate) {
  T *data = static_cast<T *>(tensor.rawData());
  std::generate(data, data + tensor.numElements(), generate);
}

/// Normal floats; integers and bools 0 or 1, valid as indices almost
/// everywhere. Half floats stay zero but for an exponent pattern of small
/// numbers.
void fillRandom(Tensor &tensor, std::mt19937 &random) {
  std::normal_distribution<float> normal;
  auto bit = [&] { return random() & 1; };
  switch (tensor.dtype()) {
  case DType::F32:
    return fill<float>(tensor, [&] { return normal(random); });
  case DType::F64:
    return fill<double>(tensor, [&] { return normal(random); });
  case DType::F16:
    return fill<uint16_t>(tensor, [&] { return 0x3800 | (random() & 0x87ff); });
  case DType::BF16:
    return fill<uint16_t>(tensor, [&] { return 0x3f00 | (random() & 0x80ff); });
  default:
    break;
  }
  size_t bytes = tensor.numBytes() / std::max<size_t>(1, tensor.numElements());
  char *data = static_cast<char *>(tensor.rawData());
  for (size_t i = 0; i < size_t(tensor.numElements()); ++i) {
    data[i * bytes] = bit(); // little endian
  }
}

double half(uint16_t bits) {
  int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  double value = exponent == 31  ? (mantissa ? NAN : INFINITY)
                 : exponent == 0 ? std::ldexp(mantissa, -24)
                                 : std::ldexp(1024 + mantissa, exponent - 25);
  return bits & 0x8000 ? -value : value;
}

double element(const Tensor &tensor, int64_t i) {
  const void *data = tensor.rawData();
  auto at = [&](auto type) -> double {
    return static_cast<const decltype(type) *>(data)[i];
  };
  switch (tensor.dtype()) {
  case DType::F32:
    return at(float());
  case DType::F64:
    return at(double());
  case DType::F16:
    return half(static_cast<const uint16_t *>(data)[i]);
  case DType::BF16: {
    uint32_t bits = uint32_t(static_cast<const uint16_t *>(data)[i]) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  case DType::I8:
    return at(int8_t());
  case DType::I16:
    return at(int16_t());
  case DType::I32:
    return at(int32_t());
  case DType::I64:
    return at(int64_t());
  case DType::U8:
  case DType::Bool:
    return at(uint8_t());
  case DType::U16:
    return at(uint16_t());
  case DType::U32:
    return at(uint32_t());
  case DType::U64:
    return at(uint64_t());
  case DType::Invalid:
    break;
  }
  return 0;
}

bool isFloat(DType dtype) {
  return dtype == DType::F32 || dtype == DType::F64 || dtype == DType::F16 ||
         dtype == DType::BF16;
}

/// The largest error in units of what is allowed; infinite where NaN, infinity
/// or an integer differs. `order[i]` is the expected tensor's index of element
/// i.
double compare(const Tensor &got, const Tensor &expected,
               llvm::ArrayRef<int64_t> order) {
  double squares = 0;
  int64_t count = expected.numElements();
  for (int64_t i = 0; i < count; ++i) {
    double value = element(expected, i);
    squares += std::isfinite(value) ? value * value : 0;
  }
  double scale =
      std::max(1.0, std::sqrt(squares / std::max<int64_t>(1, count)));
  bool isHalf = got.dtype() == DType::F16 || got.dtype() == DType::BF16;
  double worst = 0;
  for (int64_t i = 0; i < count; ++i) {
    double a = element(got, i);
    double b = element(expected, order.empty() ? i : order[i]);
    if (a == b || (std::isnan(a) && std::isnan(b))) {
      continue;
    }
    double allowed =
        isFloat(got.dtype())
            ? (kAbsolute * scale + kRelative * std::fabs(b)) * (isHalf ? 20 : 1)
            : 0;
    double error = std::fabs(a - b) / allowed;
    worst = std::max(worst, std::isnan(error) ? INFINITY : error);
  }
  return worst;
}

/// How a value of shape `got` holds a value of shape `expected`: the same, or
/// channels last. None if neither.
std::optional<std::vector<int64_t>>
matchLayout(const std::vector<int64_t> &got,
            const std::vector<int64_t> &expected) {
  std::vector<int64_t> order;
  if (got == expected) {
    return order;
  }
  size_t rank = expected.size();
  if (rank < 3 || got.size() != rank || got[0] != expected[0] ||
      got[rank - 1] != expected[1] ||
      !std::equal(got.begin() + 1, got.end() - 1, expected.begin() + 2)) {
    return std::nullopt;
  }
  int64_t channels = expected[1], points = 1;
  for (size_t d = 2; d < rank; ++d) {
    points *= expected[d];
  }
  for (int64_t n = 0; n < expected[0]; ++n) {
    for (int64_t p = 0; p < points; ++p) {
      for (int64_t c = 0; c < channels; ++c) {
        order.push_back((n * channels + c) * points + p);
      }
    }
  }
  return order;
}

using Outputs = std::vector<Tensor>;

struct Compiled {
  std::shared_ptr<const tessera::Package> package;
  Outputs outputs;
};

/// Compiles, loads and runs; `inputs` are made by the first call.
llvm::Expected<Compiled> compileAndRun(llvm::StringRef path,
                                       const CompileOptions &options,
                                       const std::string &file,
                                       std::vector<Tensor> &inputs) {
  llvm::Expected<CompileReport> report = compileModel(path, file, options);
  if (!report) {
    return report.takeError();
  }
  auto package = tessera::Package::load(file);
  if (!package.ok()) {
    return makeError(package.message());
  }
  auto session = tessera::Session::create(*package, {});
  if (!session.ok()) {
    return makeError(session.message());
  }
  std::mt19937 random(1);
  for (size_t i = inputs.size(); i < (*package)->inputs().size(); ++i) {
    const auto &spec = (*package)->inputs()[i];
    auto tensor = Tensor::zeros(spec.dtype, spec.dims);
    if (!tensor.ok()) {
      return makeError(tensor.message());
    }
    fillRandom(*tensor, random);
    inputs.push_back(std::move(*tensor));
  }
  auto outputs = (*session)->allocateOutputs();
  if (!outputs.ok()) {
    return makeError(outputs.message());
  }
  tessera::Status status = (*session)->run(inputs, *outputs);
  if (!status.ok()) {
    return makeError(status.message());
  }
  return Compiled{*package, std::move(*outputs)};
}

/// The name of the first node, in the order of the optimized graph, whose value
/// differs from the reference's.
std::string findFirstDifference(const Compiled &got, const Compiled &expected,
                                size_t numOutputs) {
  const auto &names = expected.package->outputs();
  for (size_t i = numOutputs; i < got.outputs.size(); ++i) {
    const auto &spec = got.package->outputs()[i];
    for (size_t j = numOutputs; j < names.size(); ++j) {
      if (names[j].name != spec.name || names[j].dtype != spec.dtype) {
        continue;
      }
      auto order = matchLayout(spec.dims, names[j].dims);
      if (order && compare(got.outputs[i], expected.outputs[j], *order) > 1) {
        return spec.name;
      }
    }
  }
  return "";
}
} // namespace

llvm::Expected<VerifyReport>
mlir::tessera::verifyModel(llvm::StringRef path,
                           const CompileOptions &options) {
  ScratchFolder folder;
  std::vector<Tensor> inputs;
  llvm::Expected<Compiled> got =
      compileAndRun(path, options, folder.file("model.so"), inputs);
  if (!got) {
    return got.takeError();
  }
  CompileOptions plain = options;
  plain.reference = plain.exposeValues = true;
  llvm::Expected<Compiled> expected =
      compileAndRun(path, plain, folder.file("reference.so"), inputs);
  if (!expected) {
    return expected.takeError();
  }
  VerifyReport report;
  report.numOutputs = got->outputs.size();
  std::string output;
  for (size_t i = 0; i < got->outputs.size(); ++i) {
    double worst = compare(got->outputs[i], expected->outputs[i], {});
    if (worst > 1 && output.empty()) {
      output = got->package->outputs()[i].name;
    }
    report.worst = std::max(report.worst, worst);
  }
  if (output.empty()) {
    return report;
  }
  CompileOptions exposed = options;
  exposed.exposeValues = true;
  llvm::Expected<Compiled> inner =
      compileAndRun(path, exposed, folder.file("exposed.so"), inputs);
  if (!inner) {
    return inner.takeError();
  }
  std::string node = findFirstDifference(*inner, *expected, report.numOutputs);
  report.difference = llvm::formatv(
      "{0}: output '{1}' differs from the reference by {2:f1} "
      "times the tolerance{3}",
      path, output, report.worst,
      node.empty() ? "; no value between kernels differs"
                   : "; the first node that differs is '" + node + "'");
  return report;
}
