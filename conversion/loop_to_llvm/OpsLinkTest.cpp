//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Every op that computes, of every type, becomes code that links with nothing:
// LLVM makes calls of what a target lacks.

#include "conversion/loop_to_llvm/CompiledOp.h"

#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace mlir::tessera;
using namespace mlir::tessera::loop;

namespace {

class OpsLinkTest : public testing::TestWithParam<const char *> {
protected:
  void expectLinks(const std::string &body, std::vector<std::string> operands,
                   const std::string &result) {
    for (int lanes : {1, 8}) {
      CompiledOp compiled(body, operands, result, lanes,
                          llvm::cantFail(CpuTarget::parse(GetParam())));
      EXPECT_TRUE(compiled.isValid());
    }
  }

  void SetUp() override {
    auto target = llvm::cantFail(CpuTarget::parse(GetParam()));
    if (!target.runsOn(CpuTarget::host())) {
      GTEST_SKIP() << "this machine is no " << GetParam();
    }
  }
};

const char *const floatTypes[] = {"f16", "bf16", "f32", "f64"};
const char *const integerTypes[] = {"i8", "i16", "i32", "i64"};

TEST_P(OpsLinkTest, FloatOps) {
  for (std::string type : floatTypes) {
    for (std::string op :
         {"math.absf",  "math.acos",  "math.acosh", "math.asin",
          "math.asinh", "math.atan",  "math.atanh", "math.cbrt",
          "math.ceil",  "math.cos",   "math.cosh",  "math.erf",
          "math.exp",   "math.exp2",  "math.expm1", "math.floor",
          "math.log",   "math.log10", "math.log1p", "math.log2",
          "math.round", "math.rsqrt", "math.sin",   "math.sinh",
          "math.sqrt",  "math.tan",   "math.tanh",  "math.roundeven",
          "math.trunc", "arith.negf"}) {
      expectLinks("%r = " + op + " %a : TA", {type}, type);
    }
    for (std::string op :
         {"arith.addf", "arith.subf", "arith.mulf", "arith.divf", "arith.remf",
          "arith.maximumf", "arith.minimumf", "arith.maxnumf", "arith.minnumf",
          "math.atan2", "math.copysign", "math.powf"}) {
      expectLinks("%r = " + op + " %a, %b : TA", {type, type}, type);
    }
    expectLinks("%r = math.fma %a, %b, %a : TA", {type, type}, type);
    expectLinks("%r = math.fpowi %a, %b : TA, TB", {type, "i32"}, type);
  }
}

TEST_P(OpsLinkTest, IntegerOps) {
  for (std::string type : integerTypes) {
    for (std::string op :
         {"math.absi", "math.ctlz", "math.cttz", "math.ctpop"}) {
      expectLinks("%r = " + op + " %a : TA", {type}, type);
    }
    for (std::string op : {"arith.divsi", "arith.divui", "arith.remsi",
                           "arith.remui", "arith.ceildivsi", "arith.ceildivui",
                           "arith.floordivsi", "arith.muli", "arith.maxsi",
                           "arith.minui", "arith.shrsi", "math.ipowi"}) {
      expectLinks("%r = " + op + " %a, %b : TA", {type, type}, type);
    }
    expectLinks("%h, %r = arith.mulsi_extended %a, %b : TA", {type, type},
                type);
    expectLinks("%h, %r = arith.mului_extended %a, %b : TA", {type, type},
                type);
  }
}

TEST_P(OpsLinkTest, Conversions) {
  for (std::string floatType : floatTypes) {
    for (std::string integer : integerTypes) {
      for (std::string op : {"arith.fptosi", "arith.fptoui"}) {
        expectLinks("%r = " + op + " %a : TA to TR", {floatType}, integer);
      }
      for (std::string op : {"arith.sitofp", "arith.uitofp"}) {
        expectLinks("%r = " + op + " %a : TA to TR", {integer}, floatType);
      }
    }
  }
  expectLinks("%r = arith.truncf %a : TA to TR", {"f64"}, "f32");
  expectLinks("%r = arith.extf %a : TA to TR", {"f32"}, "f64");
}

INSTANTIATE_TEST_SUITE_P(All, OpsLinkTest,
                         testing::Values("cpu:x86-64", "cpu:x86-64-v2",
                                         "cpu:x86-64-v3", "cpu"),
                         [](const auto &info) {
                           return "Target" + std::to_string(info.index);
                         });

TEST(WholePowersTest, OfFloats) {
  for (int lanes : {1, 8}) {
    CompiledOp compiled("%r = math.fpowi %a, %b : TA, TB", {"f32", "i32"},
                        "f32", lanes, CpuTarget::baseline());
    ASSERT_TRUE(compiled.isValid());
    std::vector<float> bases(CompiledOp::kBlock), actual(bases.size());
    std::vector<int32_t> exponents(bases.size());
    for (size_t i = 0; i < bases.size(); ++i) {
      bases[i] = (int(i % 61) - 30) * 0.25f;
      exponents[i] = int(i / 61) - 30;
    }
    compiled.run({bases.data(), exponents.data()}, actual.data());
    for (size_t i = 0; i < bases.size(); ++i) {
      EXPECT_EQ(actual[i], float(std::pow(double(bases[i]), exponents[i])))
          << bases[i] << " to " << exponents[i];
    }
  }
}

TEST(WholePowersTest, OfIntegers) {
  for (int lanes : {1, 8}) {
    CompiledOp compiled("%r = math.ipowi %a, %b : TA", {"i32", "i32"}, "i32",
                        lanes, CpuTarget::baseline());
    ASSERT_TRUE(compiled.isValid());
    std::vector<int32_t> bases(CompiledOp::kBlock), exponents(bases.size());
    std::vector<int32_t> actual(bases.size());
    for (size_t i = 0; i < bases.size(); ++i) {
      bases[i] = int(i % 61) - 30;
      exponents[i] = int(i / 61) - 30;
    }
    compiled.run({bases.data(), exponents.data()}, actual.data());
    for (size_t i = 0; i < bases.size(); ++i) {
      uint32_t expected = 1;
      for (int n = 0; n < std::abs(exponents[i]); ++n) {
        expected *= uint32_t(bases[i]);
      }
      if (exponents[i] < 0 && std::abs(bases[i]) != 1) {
        expected = 0;
      }
      EXPECT_EQ(actual[i], int32_t(expected))
          << bases[i] << " to " << exponents[i];
    }
  }
}

} // namespace
