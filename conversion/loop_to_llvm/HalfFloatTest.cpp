//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// f16 and bf16 against APFloat, on targets with and without instructions for
// them: conversions over all numbers, arithmetic at random.

#include "conversion/loop_to_llvm/CompiledOp.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "gtest/gtest.h"
#include <cstring>
#include <random>

using namespace mlir::tessera;
using namespace mlir::tessera::loop;
using llvm::APFloat;

namespace {

const llvm::fltSemantics &getSemantics(const std::string &type) {
  return type == "f16"    ? APFloat::IEEEhalf()
         : type == "bf16" ? APFloat::BFloat()
         : type == "f32"  ? APFloat::IEEEsingle()
                          : APFloat::IEEEdouble();
}

unsigned getBits(const std::string &type) {
  return APFloat::getSizeInBits(getSemantics(type));
}

APFloat getNumber(uint64_t bits, const std::string &type) {
  return APFloat(getSemantics(type), llvm::APInt(getBits(type), bits));
}

APFloat convert(APFloat number, const std::string &type) {
  bool losesInfo;
  number.convert(getSemantics(type), APFloat::rmNearestTiesToEven, &losesInfo);
  return number;
}

/// Arrays of numbers of any type, as their bits.
class Numbers {
public:
  Numbers(const std::string &type, const std::vector<uint64_t> &values)
      : bytes(getBits(type) / 8), data(values.size() * bytes) {
    for (size_t i = 0; i < values.size(); ++i) {
      std::memcpy(&data[i * bytes], &values[i], bytes);
    }
  }
  uint64_t operator[](size_t i) const {
    uint64_t bits = 0;
    std::memcpy(&bits, &data[i * bytes], bytes);
    return bits;
  }
  char *at(size_t i) { return &data[i * bytes]; }

private:
  size_t bytes;
  std::vector<char> data;
};

const std::vector<CpuTarget> &getTargets() {
  static const std::vector<CpuTarget> targets = {
      CpuTarget::baseline(), CpuTarget::host(),
      llvm::cantFail(CpuTarget::parse("cpu:x86-64-v2"))};
  return targets;
}

/// Runs `body` on all operands everywhere and compares with `expected`; NaN
/// equals NaN.
void expectExactly(const std::string &body,
                   const std::vector<std::string> &types,
                   std::vector<std::vector<uint64_t>> operands,
                   const std::string &resultType,
                   const std::vector<APFloat> &expected) {
  size_t count = (operands[0].size() + CompiledOp::kBlock - 1) /
                 CompiledOp::kBlock * CompiledOp::kBlock;
  std::vector<Numbers> inputs;
  for (auto [type, values] : llvm::zip(types, operands)) {
    values.resize(count);
    inputs.emplace_back(type, values);
  }
  for (const CpuTarget &target : getTargets()) {
    if (!target.runsOn(CpuTarget::host())) {
      continue;
    }
    for (int lanes : {1, 8}) {
      CompiledOp compiled(body, types, resultType, lanes, target);
      ASSERT_TRUE(compiled.isValid());
      Numbers actual(resultType, std::vector<uint64_t>(count));
      for (size_t i = 0; i < count; i += CompiledOp::kBlock) {
        std::vector<const void *> pointers;
        for (Numbers &input : inputs) {
          pointers.push_back(input.at(i));
        }
        compiled.run(pointers, actual.at(i));
      }
      int failures = 0;
      for (size_t i = 0; i < expected.size() && failures < 5; ++i) {
        APFloat number = getNumber(actual[i], resultType);
        if (number.isNaN() && expected[i].isNaN()) {
          continue;
        }
        if (!number.bitwiseIsEqual(expected[i])) {
          ++failures;
          ADD_FAILURE() << body << " for " << target.str() << " x " << lanes
                        << " of bits " << inputs[0][i] << ": "
                        << number.convertToDouble() << ", expected "
                        << expected[i].convertToDouble();
        }
      }
    }
  }
}

/// Numbers of `type` around those that `narrow` has, and halfway between them;
/// and any.
std::vector<uint64_t> getTies(const std::string &narrow,
                              const std::string &type) {
  std::mt19937_64 random(7);
  std::vector<uint64_t> values;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    APFloat number = convert(getNumber(bits, narrow), type);
    APFloat next = number;
    if (number.isFinite()) {
      next = convert(getNumber(bits + 1, narrow), type);
    }
    APFloat middle = number;
    middle.add(next, APFloat::rmNearestTiesToEven);
    middle.multiply(convert(APFloat(0.5), type), APFloat::rmNearestTiesToEven);
    for (const APFloat &base : {number, middle}) {
      uint64_t exact = base.bitcastToAPInt().getZExtValue();
      for (int step : {-1, 0, 1}) {
        values.push_back(exact + step);
      }
    }
    values.push_back(random());
  }
  return values;
}

class ConversionTest
    : public testing::TestWithParam<std::pair<const char *, const char *>> {};

TEST_P(ConversionTest, Truncates) {
  auto [narrow, wide] = GetParam();
  std::vector<uint64_t> values = getTies(narrow, wide);
  std::vector<APFloat> expected;
  for (uint64_t bits : values) {
    uint64_t low = getBits(wide) == 32 ? uint32_t(bits) : bits;
    expected.push_back(convert(getNumber(low, wide), narrow));
  }
  expectExactly("%r = arith.truncf %a : TA to TR", {wide}, {values}, narrow,
                expected);
}

TEST_P(ConversionTest, Extends) {
  auto [narrow, wide] = GetParam();
  std::vector<uint64_t> values;
  std::vector<APFloat> expected;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    values.push_back(bits);
    expected.push_back(convert(getNumber(bits, narrow), wide));
  }
  expectExactly("%r = arith.extf %a : TA to TR", {narrow}, {values}, wide,
                expected);
}

INSTANTIATE_TEST_SUITE_P(All, ConversionTest,
                         testing::Values(std::make_pair("f16", "f32"),
                                         std::make_pair("f16", "f64"),
                                         std::make_pair("bf16", "f32"),
                                         std::make_pair("bf16", "f64")),
                         [](const auto &info) {
                           return std::string(info.param.first) + "_" +
                                  info.param.second;
                         });

using Arithmetic = void (*)(APFloat &, const APFloat &);

void checkArithmetic(const std::string &op, Arithmetic arithmetic) {
  for (std::string type : {"f16", "bf16"}) {
    std::mt19937_64 random(11);
    std::vector<uint64_t> first, second;
    std::vector<APFloat> expected;
    for (int i = 0; i < 20000; ++i) {
      uint64_t a = random() & 0xffff;
      // Mostly of like size.
      uint64_t b = i % 4 ? a ^ (random() & 0x83ff) : random() & 0xffff;
      APFloat result = getNumber(a, type);
      arithmetic(result, getNumber(b, type));
      first.push_back(a);
      second.push_back(b);
      expected.push_back(result);
    }
    expectExactly("%r = " + op + " %a, %b : TA", {type, type}, {first, second},
                  type, expected);
  }
}

constexpr auto kNearest = APFloat::rmNearestTiesToEven;

TEST(HalfArithmeticTest, Adds) {
  checkArithmetic("arith.addf",
                  [](APFloat &a, const APFloat &b) { a.add(b, kNearest); });
}

TEST(HalfArithmeticTest, Multiplies) {
  checkArithmetic("arith.mulf", [](APFloat &a, const APFloat &b) {
    a.multiply(b, kNearest);
  });
}

TEST(HalfArithmeticTest, Divides) {
  checkArithmetic("arith.divf",
                  [](APFloat &a, const APFloat &b) { a.divide(b, kNearest); });
}

TEST(HalfArithmeticTest, TakesRemainders) {
  checkArithmetic("arith.remf", [](APFloat &a, const APFloat &b) { a.mod(b); });
}

} // namespace
