// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/TensorComparison.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

namespace tessera::tool {

namespace {

double halfToDouble(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  double value = 0;
  if (exponent == 31) {
    value = mantissa ? std::numeric_limits<double>::quiet_NaN()
                     : std::numeric_limits<double>::infinity();
  } else if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else {
    value = std::ldexp(1024 + mantissa, exponent - 25);
  }
  return bits & 0x8000 ? -value : value;
}

double bfloatToDouble(uint16_t bits) {
  const uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

bool isFloat(DType dtype) {
  return dtype == DType::F16 || dtype == DType::BF16 || dtype == DType::F32 ||
         dtype == DType::F64;
}

std::string numberText(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.9g", value);
  return buffer;
}

/// How far beyond what is allowed: positive when wrong, infinite for NaN or an
/// infinity against anything else.
double excess(double got, double expected, Tolerance tolerance) {
  if (got == expected || (std::isnan(got) && std::isnan(expected))) {
    return -1;
  }
  if (!std::isfinite(got) || !std::isfinite(expected)) {
    return std::numeric_limits<double>::infinity();
  }
  const double allowed =
      tolerance.absolute + tolerance.relative * std::fabs(expected);
  const double over = std::fabs(got - expected) - allowed;
  return over > 0 ? over : -1;
}

Status describe(const Tensor &got, const Tensor &expected, int64_t numWrong,
                int64_t worst, const std::string &rule) {
  return Status::error(
      std::to_string(numWrong) + " of " + std::to_string(got.numElements()) +
      " elements differ; the worst at " + positionText(got, worst) + ": got " +
      elementText(got, worst) + ", expected " + elementText(expected, worst) +
      rule);
}

} // namespace

double floatElement(const Tensor &tensor, int64_t index) {
  switch (tensor.dtype()) {
  case DType::F16:
    return halfToDouble(tensor.data<uint16_t>()[index]);
  case DType::BF16:
    return bfloatToDouble(tensor.data<uint16_t>()[index]);
  case DType::F32:
    return tensor.data<float>()[index];
  default:
    return tensor.data<double>()[index];
  }
}

std::string elementText(const Tensor &tensor, int64_t index) {
  switch (tensor.dtype()) {
  case DType::I8:
    return std::to_string(tensor.data<int8_t>()[index]);
  case DType::I16:
    return std::to_string(tensor.data<int16_t>()[index]);
  case DType::I32:
    return std::to_string(tensor.data<int32_t>()[index]);
  case DType::I64:
    return std::to_string(tensor.data<int64_t>()[index]);
  case DType::U8:
    return std::to_string(tensor.data<uint8_t>()[index]);
  case DType::U16:
    return std::to_string(tensor.data<uint16_t>()[index]);
  case DType::U32:
    return std::to_string(tensor.data<uint32_t>()[index]);
  case DType::U64:
    return std::to_string(tensor.data<uint64_t>()[index]);
  case DType::Bool:
    return tensor.data<uint8_t>()[index] ? "true" : "false";
  default:
    return numberText(floatElement(tensor, index));
  }
}

std::string positionText(const Tensor &tensor, int64_t index) {
  std::string text;
  const std::vector<int64_t> &dims = tensor.dims();
  for (size_t d = dims.size(); d-- > 0;) {
    text = std::to_string(index % dims[d]) + (text.empty() ? "" : ",") + text;
    index /= dims[d];
  }
  return "[" + text + "]";
}

Status compareTensors(const Tensor &got, const Tensor &expected,
                      Tolerance tolerance, double *maxDifference) {
  if (got.dtype() != expected.dtype() || got.dims() != expected.dims()) {
    return Status::error("expected " + expected.typeText() + ", but got " +
                         got.typeText());
  }
  int64_t numWrong = 0, worst = 0;
  if (!isFloat(got.dtype())) {
    const size_t width = dtypeBytes(got.dtype());
    for (int64_t i = 0; i < got.numElements(); ++i) {
      if (std::memcmp(got.data<char>() + i * width,
                      expected.data<char>() + i * width, width) != 0) {
        worst = numWrong++ == 0 ? i : worst;
      }
    }
    if (maxDifference) {
      *maxDifference = 0;
    }
    return numWrong == 0
               ? Status()
               : describe(got, expected, numWrong, worst, " (must be equal)");
  }
  double worstExcess = -1, largest = 0;
  for (int64_t i = 0; i < got.numElements(); ++i) {
    const double a = floatElement(got, i), b = floatElement(expected, i);
    if (std::isfinite(a) && std::isfinite(b)) {
      largest = std::max(largest, std::fabs(a - b));
    }
    const double over = excess(a, b, tolerance);
    if (over > 0) {
      ++numWrong;
      if (over > worstExcess) {
        worstExcess = over;
        worst = i;
      }
    }
  }
  if (maxDifference) {
    *maxDifference = largest;
  }
  return numWrong == 0
             ? Status()
             : describe(got, expected, numWrong, worst,
                        " (allowed: " + numberText(tolerance.absolute) + " + " +
                            numberText(tolerance.relative) + " * |expected|)");
}

} // namespace tessera::tool
