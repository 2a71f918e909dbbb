//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/TensorValues.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace mlir::tessera;
using tessera::DType;
using tessera::Tensor;

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

namespace {
template <typename T, typename Generator>
void fill(Tensor &tensor, Generator generate) {
  T *data = static_cast<T *>(tensor.rawData());
  std::generate(data, data + tensor.numElements(), generate);
}

} // namespace

void mlir::tessera::fillRandom(Tensor &tensor, std::mt19937 &random) {
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

static double half(uint16_t bits) {
  int exponent = (bits >> 10) & 31, mantissa = bits & 1023;
  double value = exponent == 31  ? (mantissa ? NAN : INFINITY)
                 : exponent == 0 ? std::ldexp(mantissa, -24)
                                 : std::ldexp(1024 + mantissa, exponent - 25);
  return bits & 0x8000 ? -value : value;
}

double mlir::tessera::getNumber(const Tensor &tensor, int64_t i) {
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

double mlir::tessera::getSmallestStep(DType dtype) {
  switch (dtype) {
  case DType::F64:
    return std::ldexp(1.0, -1074);
  case DType::F32:
    return std::ldexp(1.0, -149);
  case DType::BF16:
    return std::ldexp(1.0, -133);
  case DType::F16:
    return std::ldexp(1.0, -24);
  default:
    return 0;
  }
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

/// Where the elements of a tensor whose dimension i is dimension permutation[i]
/// of `like` lie in `like`.
static std::vector<int64_t> makeOrder(const std::vector<int64_t> &like,
                                      llvm::ArrayRef<int64_t> permutation) {
  size_t rank = like.size();
  std::vector<int64_t> strides(rank, 1);
  for (size_t d = rank - 1; d-- > 0;) {
    strides[d] = strides[d + 1] * like[d + 1];
  }
  std::vector<int64_t> order, index(rank, 0);
  int64_t count = 1;
  for (int64_t size : like) {
    count *= size;
  }
  order.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    int64_t at = 0;
    for (size_t d = 0; d < rank; ++d) {
      at += index[d] * strides[permutation[d]];
    }
    order.push_back(at);
    for (size_t d = rank; d-- > 0;) {
      if (++index[d] < like[permutation[d]]) {
        break;
      }
      index[d] = 0;
    }
  }
  return order;
}

/// How far apart values are in an order, on a sample of the elements.
static double getDistance(const Tensor &tensor, const Tensor &like,
                          llvm::ArrayRef<int64_t> order) {
  constexpr int64_t kSample = 4096;
  int64_t count = tensor.numElements();
  int64_t step = std::max<int64_t>(1, count / kSample);
  double distance = 0;
  for (int64_t i = 0; i < count; i += step) {
    double a = getNumber(tensor, i), b = getNumber(like, order[i]);
    if (a != b && !(std::isnan(a) && std::isnan(b))) {
      double apart = std::fabs(a - b) / (std::fabs(a) + std::fabs(b));
      distance += std::isfinite(apart) ? apart : 1;
    }
  }
  return distance;
}

std::vector<int64_t> mlir::tessera::findLayout(const Tensor &tensor,
                                               const Tensor &like) {
  if (tensor.numElements() != like.numElements()) {
    return {};
  }
  std::vector<int64_t> best(tensor.numElements());
  std::iota(best.begin(), best.end(), 0);
  const std::vector<int64_t> &dims = tensor.dims();
  size_t rank = dims.size();
  constexpr size_t kMaxRank = 6;
  if (rank != like.dims().size() || rank < 2 || rank > kMaxRank) {
    return best;
  }
  double distance = getDistance(tensor, like, best);
  std::vector<int64_t> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  while (std::next_permutation(permutation.begin(), permutation.end())) {
    bool fits = true;
    for (size_t d = 0; d < rank; ++d) {
      fits &= dims[d] == like.dims()[permutation[d]];
    }
    if (!fits) {
      continue;
    }
    std::vector<int64_t> order = makeOrder(like.dims(), permutation);
    double other = getDistance(tensor, like, order);
    // Values that hardly change along two dimensions fit in several orders.
    if (2 * other < distance) {
      distance = other;
      best = std::move(order);
    }
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

TensorDifference mlir::tessera::compareTensors(const Tensor &got,
                                               const Tensor &expected,
                                               const Tensor *bound) {
  TensorDifference difference;
  // Near 0 a rounding is no part of the number's size.
  double floor = bound ? 16 * getSmallestStep(got.dtype()) : 0;
  for (int64_t i = 0; i < got.numElements(); ++i) {
    double a = getNumber(got, i), b = getNumber(expected, i);
    // Rewrites round in other places, as often as the model's own ops do.
    double allowed = bound ? 2 * getNumber(*bound, i) + floor : 0;
    if (!std::isfinite(allowed)) {
      ++difference.numUnbounded;
      continue;
    }
    if (a == b || (std::isnan(a) && std::isnan(b))) {
      continue;
    }
    double ratio = std::fabs(a - b) / allowed;
    ratio = std::isnan(ratio) ? INFINITY : ratio;
    difference.worst = std::max(difference.worst, ratio);
    if (ratio > 1 && difference.element < 0) {
      difference.element = i;
      difference.got = a;
      difference.expected = b;
      difference.allowed = allowed;
    }
  }
  return difference;
}
