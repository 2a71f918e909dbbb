//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Math ops against libm in long double, for the baseline target and for this
// machine, on scalars and on vectors: over all exponents, densely where the
// function does something, and at special values.

#include "conversion/loop_to_llvm/CompiledOp.h"

#include "gtest/gtest.h"
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace mlir::tessera;
using namespace mlir::tessera::loop;

namespace {

using LongUnary = long double (*)(long double);
using LongBinary = long double (*)(long double, long double);

struct UnaryCase {
  const char *op;
  LongUnary reference;
  /// Where to look closely.
  double low, high;
  /// The bounds in f32 and f64, in units in the last place.
  double ulp32, ulp64;
  /// Greater arguments are not checked.
  double limit = INFINITY;
};

void PrintTo(const UnaryCase &unary, std::ostream *stream) {
  *stream << unary.op;
}

/// What lies between neighbouring numbers of T around `value`.
template <typename T> long double getUlp(long double value) {
  int exponent;
  std::frexp(value, &exponent);
  int least = std::numeric_limits<T>::min_exponent;
  return std::ldexp(1.0L,
                    std::max(exponent, least) - std::numeric_limits<T>::digits);
}

/// How far off `actual` is, in ulp; inf when it is another kind of number.
template <typename T> double getError(T actual, long double expected) {
  T rounded = T(expected);
  if (std::isnan(expected) || std::isnan(actual)) {
    return std::isnan(expected) && std::isnan(actual) ? 0 : INFINITY;
  }
  if (rounded == actual &&
      (actual != 0 || std::signbit(actual) == std::signbit(rounded))) {
    return std::isinf(actual)
               ? 0
               : double(std::fabs(actual - expected) / getUlp<T>(expected));
  }
  if (std::isinf(expected) || (actual == 0 && rounded == 0)) {
    return INFINITY;
  }
  long double number = actual;
  if (std::isinf(actual)) {
    number = std::copysign(
        std::ldexp(1.0L, std::numeric_limits<T>::max_exponent), actual);
  }
  long double bounded = std::min<long double>(
      std::fabs(expected),
      std::ldexp(1.0L, std::numeric_limits<T>::max_exponent));
  return double(
      std::fabs(number - std::copysign(bounded, expected)) /
      getUlp<T>(std::min<long double>(bounded, std::numeric_limits<T>::max())));
}

template <typename T> std::vector<T> getSpecialValues() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (T value : {T(0),
                  T(0.5),
                  T(1),
                  T(1.5),
                  T(2),
                  T(2.5),
                  T(3),
                  T(4),
                  T(10),
                  T(64),
                  T(100),
                  T(1 << 20),
                  T(M_PI),
                  T(M_PI_2),
                  T(M_PI_4),
                  T(M_E),
                  Limits::denorm_min(),
                  Limits::min(),
                  Limits::max(),
                  Limits::infinity(),
                  Limits::epsilon()}) {
    for (T near : {value, std::nextafter(value, T(0)),
                   std::nextafter(value, Limits::infinity())}) {
      values.push_back(near);
      values.push_back(-near);
    }
  }
  values.push_back(Limits::quiet_NaN());
  return values;
}

/// Any bit pattern: all exponents alike.
template <typename T> T getRandomBits(std::mt19937_64 &random) {
  T value;
  uint64_t bits = random();
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T> const char *getTypeName() {
  return sizeof(T) == 4 ? "f32" : "f64";
}

/// Arguments in whole blocks.
template <typename T>
std::vector<T> makeArguments(double low, double high, double limit) {
  std::mt19937_64 random(2024);
  std::vector<T> values = getSpecialValues<T>();
  constexpr int64_t dense = 40 * CompiledOp::kBlock;
  for (int64_t i = 0; i < dense; ++i) {
    values.push_back(T(low + (high - low) * (double(i) / dense)));
    // Twice as dense towards 0.
    values.push_back(getRandomBits<T>(random));
  }
  values.resize(values.size() / CompiledOp::kBlock * CompiledOp::kBlock);
  for (T &value : values) {
    if (std::fabs(value) > limit && !std::isinf(value)) {
      value = T(random() % 100000) / 7;
    }
  }
  return values;
}

const std::vector<CpuTarget> &getTargets() {
  static const std::vector<CpuTarget> targets = {CpuTarget::baseline(),
                                                 CpuTarget::host()};
  return targets;
}

std::string describe(const std::string &op, const char *type, int lanes,
                     const CpuTarget &target) {
  return op + " of " + std::to_string(lanes) + " x " + type + " for " +
         target.str();
}

/// Reports the greatest error, and fails where it is over the bound.
template <typename T>
void expectWithin(const std::string &name, const std::vector<T> &actual,
                  const std::vector<long double> &expected, double bound,
                  const std::function<std::string(size_t)> &describeArgument) {
  double worst = 0;
  size_t where = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    double error = getError(actual[i], expected[i]);
    if (error > worst) {
      worst = error;
      where = i;
    }
  }
  if (std::getenv("SHOW_ULP")) {
    std::printf("%-60s %8.2f at %s\n", name.c_str(), worst,
                describeArgument(where).c_str());
  }
  EXPECT_LE(worst, bound) << name << ": (" << describeArgument(where) << ") is "
                          << actual[where] << ", expected "
                          << double(expected[where]);
}

template <typename T> void checkUnary(const UnaryCase &unary, double bound) {
  std::vector<T> arguments =
      makeArguments<T>(unary.low, unary.high, unary.limit);
  std::vector<long double> expected;
  for (T argument : arguments) {
    expected.push_back(unary.reference(argument));
  }
  for (const CpuTarget &target : getTargets()) {
    for (int lanes : {1, 8}) {
      CompiledOp compiled("%r = " + std::string(unary.op) + " %a : TA",
                          {getTypeName<T>()}, getTypeName<T>(), lanes, target);
      ASSERT_TRUE(compiled.isValid());
      std::vector<T> actual(arguments.size());
      for (size_t i = 0; i < actual.size(); i += CompiledOp::kBlock) {
        compiled.run({&arguments[i]}, &actual[i]);
      }
      expectWithin(describe(unary.op, getTypeName<T>(), lanes, target), actual,
                   expected, bound, [&](size_t i) {
                     char text[64];
                     std::snprintf(text, sizeof text, "%a = %g",
                                   double(arguments[i]), double(arguments[i]));
                     return std::string(text);
                   });
    }
  }
}

class UnaryMathTest : public testing::TestWithParam<UnaryCase> {};

TEST_P(UnaryMathTest, Float32) {
  checkUnary<float>(GetParam(), GetParam().ulp32);
}
TEST_P(UnaryMathTest, Float64) {
  checkUnary<double>(GetParam(), GetParam().ulp64);
}

constexpr double kAngleLimit = 0x1p40;

const UnaryCase unaryCases[] = {
    {"math.exp", std::exp, -110, 100, 1.5, 1.5},
    {"math.exp2", std::exp2, -155, 135, 1.5, 1.5},
    {"math.expm1", std::expm1, -20, 95, 2, 2},
    {"math.log", std::log, 0, 4, 1.5, 1.5},
    {"math.log2", std::log2, 0, 4, 2, 2},
    {"math.log10", std::log10, 0, 4, 2, 2},
    {"math.log1p", std::log1p, -1, 4, 2, 2},
    {"math.sin", std::sin, -100000, 100000, 2, 2, kAngleLimit},
    {"math.cos", std::cos, -100000, 100000, 2, 2, kAngleLimit},
    {"math.tan", std::tan, -1000, 1000, 4, 3, kAngleLimit},
    {"math.asin", std::asin, -1, 1, 2.5, 2.5},
    {"math.acos", std::acos, -1, 1, 2, 2},
    {"math.atan", std::atan, -10, 10, 2, 2},
    {"math.erf", std::erf, -6.5, 6.5, 1.5, 2},
    {"math.cbrt", std::cbrt, -10, 10, 1.5, 1.5},
    {"math.sinh", std::sinh, -20, 20, 2.5, 2.5},
    {"math.cosh", std::cosh, -20, 20, 2.5, 2.5},
    {"math.tanh", std::tanh, -10, 10, 6.5, 3},
    {"math.asinh", std::asinh, -10, 10, 3, 3},
    {"math.acosh", std::acosh, 1, 10, 3, 3},
    {"math.atanh", std::atanh, -1, 1, 3, 3},
    {"math.floor", std::floor, -10, 10, 0, 0},
    {"math.ceil", std::ceil, -10, 10, 0, 0},
    {"math.trunc", std::trunc, -10, 10, 0, 0},
    {"math.round", std::round, -10, 10, 0, 0},
    {"math.roundeven", std::nearbyint, -10, 10, 0, 0},
};

INSTANTIATE_TEST_SUITE_P(
    All, UnaryMathTest, testing::ValuesIn(unaryCases),
    [](const testing::TestParamInfo<UnaryCase> &info) {
      return std::string(info.param.op).substr(std::strlen("math."));
    });

struct BinaryCase {
  const char *op;
  LongBinary reference;
  double low, high;
  double ulp32, ulp64;
};

void PrintTo(const BinaryCase &binary, std::ostream *stream) {
  *stream << binary.op;
}

template <typename T> void checkBinary(const BinaryCase &binary, double bound) {
  std::vector<T> first, second;
  for (T a : getSpecialValues<T>()) {
    for (T b : getSpecialValues<T>()) {
      first.push_back(a);
      second.push_back(b);
    }
  }
  std::mt19937_64 random(2025);
  std::uniform_real_distribution<double> inside(binary.low, binary.high);
  while (first.size() < 40 * CompiledOp::kBlock) {
    first.push_back(getRandomBits<T>(random));
    second.push_back(random() % 2 ? getRandomBits<T>(random)
                                  : T(inside(random)));
    first.push_back(T(inside(random)));
    second.push_back(random() % 4 ? T(inside(random))
                                  : std::nearbyint(T(inside(random))));
  }
  first.resize(40 * CompiledOp::kBlock);
  second.resize(first.size());
  std::vector<long double> expected;
  for (size_t i = 0; i < first.size(); ++i) {
    expected.push_back(binary.reference(first[i], second[i]));
  }
  for (const CpuTarget &target : getTargets()) {
    for (int lanes : {1, 8}) {
      CompiledOp compiled("%r = " + std::string(binary.op) + " %a, %b : TA",
                          {getTypeName<T>(), getTypeName<T>()},
                          getTypeName<T>(), lanes, target);
      ASSERT_TRUE(compiled.isValid());
      std::vector<T> actual(first.size());
      for (size_t i = 0; i < actual.size(); i += CompiledOp::kBlock) {
        compiled.run({&first[i], &second[i]}, &actual[i]);
      }
      expectWithin(describe(binary.op, getTypeName<T>(), lanes, target), actual,
                   expected, bound, [&](size_t i) {
                     char text[128];
                     std::snprintf(text, sizeof text, "%a = %g, %a = %g",
                                   double(first[i]), double(first[i]),
                                   double(second[i]), double(second[i]));
                     return std::string(text);
                   });
    }
  }
}

class BinaryMathTest : public testing::TestWithParam<BinaryCase> {};

TEST_P(BinaryMathTest, Float32) {
  checkBinary<float>(GetParam(), GetParam().ulp32);
}
TEST_P(BinaryMathTest, Float64) {
  checkBinary<double>(GetParam(), GetParam().ulp64);
}

const BinaryCase binaryCases[] = {
    {"math.atan2", std::atan2, -10, 10, 2.5, 2.5},
    {"math.powf", std::pow, -10, 10, 0.75, 1.5},
    {"arith.remf", std::fmod, -1000, 1000, 0, 0},
};

INSTANTIATE_TEST_SUITE_P(All, BinaryMathTest, testing::ValuesIn(binaryCases),
                         [](const testing::TestParamInfo<BinaryCase> &info) {
                           return std::string(info.param.op)
                               .substr(std::string(info.param.op).find('.') +
                                       1);
                         });

} // namespace
