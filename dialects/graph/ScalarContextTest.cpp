//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// What elementwise ops compute: buildScalar on constants, folded by arith and
/// math, against numbers from their definitions.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "gtest/gtest.h"
#include <cmath>

namespace mlir::tessera::graph {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class ScalarContextTest : public ::testing::Test {
protected:
  ScalarContextTest() {
    context.loadDialect<GraphDialect, arith::ArithDialect, func::FuncDialect,
                        math::MathDialect>();
  }

  /// The element that `op` (mnemonic and attributes) gives for `inputs`, whose
  /// element types are `types`; integers by their signedness.
  double evaluate(StringRef op, ArrayRef<StringRef> types, StringRef resultType,
                  ArrayRef<double> inputs) {
    OwningOpRef<ModuleOp> module = parse(op, types, resultType);
    if (!module) {
      ADD_FAILURE() << "can't parse " << op.str();
      return kNan;
    }
    auto function = *module->getOps<func::FuncOp>().begin();
    Operation *source = &function.front().front();
    OpBuilder builder(source);
    Location loc = source->getLoc();

    SmallVector<Type> elements;
    for (Value operand : source->getOperands()) {
      elements.push_back(getElementTypeOrSelf(operand));
    }
    Type resultElement = getElementTypeOrSelf(source->getResult(0));
    SmallVector<Value> scalars;
    for (auto [type, input] : llvm::zip_equal(elements, inputs)) {
      scalars.push_back(makeConstant(builder, loc, type, input));
    }
    ScalarContext scalarContext(builder, loc, scalars, elements, resultElement);
    Value result =
        cast<ElementwiseOpInterface>(source).buildScalar(scalarContext);
    EXPECT_EQ(result.getType(), getSignlessType(resultElement));
    auto user = builder.create<func::ReturnOp>(loc, result);
    source->erase();
    function.front().back().erase();
    function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                             {result.getType()}));
    EXPECT_TRUE(succeeded(verify(*module)));
    (void)applyPatternsAndFoldGreedily(function, RewritePatternSet(&context));
    return readConstant(user.getOperand(0), resultElement);
  }

  double real(StringRef op, ArrayRef<double> inputs, StringRef type = "f64") {
    SmallVector<StringRef> types(inputs.size(), type);
    return evaluate(op, types, type, inputs);
  }

private:
  OwningOpRef<ModuleOp> parse(StringRef op, ArrayRef<StringRef> types,
                              StringRef resultType) {
    std::string arguments, operands, operandTypes;
    for (auto [i, type] : llvm::enumerate(types)) {
      std::string comma = i ? ", " : "";
      std::string name = "%a" + std::to_string(i);
      std::string tensor = "tensor<" + type.str() + ">";
      arguments += comma + name + ": " + tensor;
      operands += comma + name;
      operandTypes += comma + tensor;
    }
    auto [mnemonic, attributes] = op.split(' ');
    std::string text = "func.func @f(" + arguments + ") {\n%r = graph." +
                       mnemonic.str() + " " + operands + " " +
                       attributes.str() + " : (" + operandTypes +
                       ") -> tensor<" + resultType.str() + ">\nreturn\n}";
    return parseSourceString<ModuleOp>(text, &context);
  }

  Value makeConstant(OpBuilder &builder, Location loc, Type type,
                     double value) {
    if (isa<FloatType>(type)) {
      return builder.create<arith::ConstantOp>(
          loc, builder.getFloatAttr(type, value));
    }
    Type signless = getSignlessType(type);
    APInt bits(64, type.isUnsignedInteger() ? static_cast<uint64_t>(value)
                                            : static_cast<int64_t>(value));
    return builder.create<arith::ConstantOp>(
        loc,
        IntegerAttr::get(signless, bits.trunc(type.getIntOrFloatBitWidth())));
  }

  double readConstant(Value value, Type type) {
    // Folds only if nothing is lost.
    if (auto truncation = value.getDefiningOp<arith::TruncFOp>()) {
      APFloat number(readConstant(truncation.getIn(), type));
      bool losesInfo;
      number.convert(cast<FloatType>(type).getFloatSemantics(),
                     APFloat::rmNearestTiesToEven, &losesInfo);
      return number.convertToDouble();
    }
    auto constant = value.getDefiningOp<arith::ConstantOp>();
    if (!constant) {
      std::string text;
      llvm::raw_string_ostream(text) << value;
      ADD_FAILURE() << "not folded: " << text;
      return kNan;
    }
    if (auto real = dyn_cast<FloatAttr>(constant.getValue())) {
      return real.getValueAsDouble();
    }
    APInt bits = cast<IntegerAttr>(constant.getValue()).getValue();
    bool isUnsigned = type.isUnsignedInteger() || type.isInteger(1);
    return bits.roundToDouble(/*isSigned=*/!isUnsigned);
  }

  MLIRContext context;
};

TEST_F(ScalarContextTest, NearlyExactFunctions) {
  for (double x : {-3.0, -1.0, -0.3, -1e-9, 0.0, 1e-9, 0.4, 1.0, 2.5, 20.0}) {
    double tolerance = 4e-15;
    EXPECT_NEAR(real("sinh", x) / (x ? std::sinh(x) : 1), x != 0, tolerance);
    EXPECT_NEAR(real("cosh", x) / std::cosh(x), 1, tolerance);
    EXPECT_NEAR(real("asinh", x) / (x ? std::asinh(x) : 1), x != 0, tolerance);
    EXPECT_NEAR(real("tan", x), std::tan(x), 1e-12);
    EXPECT_NEAR(real("sigmoid", x), 1 / (1 + std::exp(-x)), tolerance);
    EXPECT_NEAR(real("softplus", x) / std::log1p(std::exp(x)), 1, tolerance);
    EXPECT_NEAR(real("softsign", x), x / (1 + std::fabs(x)), tolerance);
    EXPECT_NEAR(real("mish", x), x * std::tanh(std::log1p(std::exp(x))), 1e-12);
    EXPECT_NEAR(real("gelu", x), x * std::erfc(-x / std::sqrt(2.0)) / 2, 1e-12);
    EXPECT_NEAR(real("elu {alpha = 0.5 : f64}", x),
                x < 0 ? 0.5 * std::expm1(x) : x, 1e-20);
    EXPECT_NEAR(real("hard_swish", x),
                x * std::fmin(std::fmax(x / 6 + 0.5, 0), 1), 1e-12);
  }
  for (double x : {1.0, 1.0 + 1e-9, 1.5, 20.0, 1e6}) {
    EXPECT_NEAR(real("acosh", x), std::acosh(x), 1e-14 * x);
  }
  for (double x : {-0.99, -0.1, -1e-9, 0.0, 0.5, 0.999}) {
    EXPECT_NEAR(real("atanh", x), std::atanh(x), 1e-14);
  }
}

TEST_F(ScalarContextTest, NothingOverflowsEarly) {
  EXPECT_NEAR(real("sinh", 710.0) / std::sinh(710.0), 1, 1e-12);
  EXPECT_NEAR(real("cosh", -710.0) / std::cosh(710.0), 1, 1e-12);
  EXPECT_EQ(real("sinh", -kInf), -kInf);
  EXPECT_EQ(real("cosh", kInf), kInf);
  EXPECT_NEAR(real("asinh", -1e300) / std::asinh(-1e300), 1, 1e-14);
  EXPECT_NEAR(real("acosh", 1e300) / std::acosh(1e300), 1, 1e-14);
  EXPECT_EQ(real("sigmoid", -1e4), 0.0);
  EXPECT_EQ(real("sigmoid", 1e4), 1.0);
  EXPECT_EQ(real("softplus", 1e4), 1e4);
  EXPECT_EQ(real("softplus", -1e4), 0.0);
}

TEST_F(ScalarContextTest, NanStays) {
  // Not the functions by logarithms and roots: those of NaN don't fold.
  for (StringRef op :
       {"relu", "sign", "abs", "sigmoid", "sinh", "cosh", "gelu", "hard_swish",
        "elu {alpha = 1.0 : f64}", "leaky_relu {alpha = 1.0 : f64}",
        "clamp {min = 0.0 : f64, max = 6.0 : f64}"}) {
    EXPECT_TRUE(std::isnan(real(op, kNan))) << op.str();
  }
  for (StringRef op : {"min", "max", "add", "mod {fmod}", "mod"}) {
    EXPECT_TRUE(std::isnan(real(op, {kNan, 1.0}))) << op.str();
  }
  EXPECT_TRUE(std::isnan(real("max", {1.0, kNan})));
}

TEST_F(ScalarContextTest, FloatRemainders) {
  EXPECT_EQ(real("mod {fmod}", {-7.0, 3.0}), -1.0);
  EXPECT_EQ(real("mod {fmod}", {7.0, -3.0}), 1.0);
  EXPECT_EQ(real("mod", {-7.0, 3.0}), 2.0);
  EXPECT_EQ(real("mod", {7.0, -3.0}), -2.0);
  EXPECT_TRUE(std::signbit(real("mod", {6.0, -3.0})));
}

TEST_F(ScalarContextTest, IntegerDivision) {
  EXPECT_EQ(real("div", {-7, 2}, "i32"), -3);
  EXPECT_EQ(real("div", {7, 0}, "i32"), 0);
  EXPECT_EQ(real("div", {-128, -1}, "i8"), -128);
  EXPECT_EQ(real("div", {200, 3}, "ui8"), 66);
  EXPECT_EQ(real("div", {200, 0}, "ui8"), 0);
  EXPECT_EQ(real("mod", {-7, 3}, "i32"), 2);
  EXPECT_EQ(real("mod", {7, -3}, "i32"), -2);
  EXPECT_EQ(real("mod", {-6, 3}, "i32"), 0);
  EXPECT_EQ(real("mod", {-128, -1}, "i8"), 0);
  EXPECT_EQ(real("mod", {7, 0}, "i32"), 0);
  EXPECT_EQ(real("mod {fmod}", {-7, 3}, "i32"), -1);
  EXPECT_EQ(real("mod", {200, 7}, "ui8"), 4);
}

TEST_F(ScalarContextTest, IntegersBySign) {
  EXPECT_EQ(real("max", {200, 100}, "ui8"), 200);
  EXPECT_EQ(real("max", {-56, 100}, "i8"), 100);
  EXPECT_EQ(real("abs", {-5}, "i16"), 5);
  EXPECT_EQ(real("abs", {200}, "ui8"), 200);
  EXPECT_EQ(real("sign", {200}, "ui8"), 1);
  EXPECT_EQ(real("sign", {-3}, "i64"), -1);
  EXPECT_EQ(real("relu", {200}, "ui8"), 200);
  EXPECT_EQ(evaluate("less", {"ui8", "ui8"}, "i1", {100, 200}), 1);
  EXPECT_EQ(evaluate("less", {"i8", "i8"}, "i1", {100, -56}), 0);
  EXPECT_EQ(real("clamp {min = 0xFFF0000000000000 : f64, max = 6.0 : f64}",
                 {-128}, "i8"),
            -128);
}

TEST_F(ScalarContextTest, Shifts) {
  EXPECT_EQ(real("shift_left", {1, 7}, "ui8"), 128);
  EXPECT_EQ(real("shift_left", {1, 8}, "ui8"), 0);
  EXPECT_EQ(real("shift_right", {128, 7}, "ui8"), 1);
  EXPECT_EQ(real("shift_right", {128, 9}, "ui8"), 0);
  EXPECT_EQ(real("shift_right", {-8, 1}, "i32"), -4);
  EXPECT_EQ(real("shift_right", {-8, 40}, "i32"), -1);
}

TEST_F(ScalarContextTest, Powers) {
  EXPECT_EQ(real("pow", {3, 13}, "i32"), 1594323);
  EXPECT_EQ(real("pow", {-2, 31}, "i32"), -2147483648.0);
  EXPECT_EQ(real("pow", {2, 32}, "i32"), 0);
  EXPECT_EQ(real("pow", {0, 0}, "i32"), 1);
  EXPECT_EQ(real("pow", {3, -1}, "i32"), 0);
  EXPECT_EQ(real("pow", {-1, -3}, "i32"), -1);
  EXPECT_EQ(real("pow", {1, -3}, "i32"), 1);
  EXPECT_EQ(evaluate("pow", {"i8", "i64"}, "i8", {2, 256}), 0);
  EXPECT_EQ(evaluate("pow", {"i8", "i64"}, "i8", {3, 4}), 81);
  EXPECT_EQ(evaluate("pow", {"i64", "f32"}, "i64", {3, 6}), 729);
  EXPECT_EQ(evaluate("pow", {"i64", "f32"}, "i64", {9, 0.5}), 3);
  EXPECT_EQ(evaluate("pow", {"f32", "i64"}, "f32", {2.5, 2}), 6.25);
  EXPECT_EQ(evaluate("pow", {"f32", "ui8"}, "f32", {1, 200}), 1);
}

TEST_F(ScalarContextTest, Casts) {
  auto cast = [&](StringRef from, StringRef to, double input) {
    return evaluate("cast {to = " + to.str() + "}", from, to, input);
  };
  EXPECT_EQ(cast("f32", "i32", -2.7), -2);
  EXPECT_EQ(cast("f32", "ui8", 200.5), 200);
  EXPECT_EQ(cast("f16", "i8", -3.5), -3);
  EXPECT_EQ(cast("f64", "ui32", 4294967295.0), 4294967295.0);
  EXPECT_EQ(cast("f64", "ui64", 1e19), 1e19);
  EXPECT_EQ(cast("f32", "i1", 0.5), 1);
  EXPECT_EQ(cast("f32", "i1", -0.0), 0);
  EXPECT_EQ(cast("f32", "i1", kNan), 1);
  EXPECT_EQ(cast("i32", "i1", 256), 1);
  EXPECT_EQ(cast("i1", "f32", 1), 1);
  EXPECT_EQ(cast("i1", "i8", 1), 1);
  EXPECT_EQ(cast("ui8", "i32", 200), 200);
  EXPECT_EQ(cast("i8", "i32", -56), -56);
  EXPECT_EQ(cast("i8", "ui32", -1), 4294967295.0);
  EXPECT_EQ(cast("i32", "i8", 300), 44);
  EXPECT_EQ(cast("ui8", "f16", 200), 200);
  EXPECT_EQ(cast("i64", "bf16", -3), -3);
  EXPECT_EQ(cast("f16", "bf16", 1.5), 1.5);
  EXPECT_EQ(cast("f64", "f16", 65504), 65504);
  EXPECT_EQ(cast("ui8", "i8", 200), -56);
}

TEST_F(ScalarContextTest, HalfComputesInSingle) {
  EXPECT_EQ(real("softsign", 3.0, "f16"), 0.75);
  EXPECT_EQ(real("sqrt", 4.0, "bf16"), 2.0);
  EXPECT_NEAR(real("cosh", 11.0, "f16"), std::cosh(11.0), 16);
}

TEST_F(ScalarContextTest, Predicates) {
  auto isInf = [&](StringRef attributes, double x) {
    return evaluate("is_inf " + attributes.str(), {"f32"}, "i1", x);
  };
  EXPECT_EQ(isInf("", -kInf), 1);
  EXPECT_EQ(isInf("", 3), 0);
  EXPECT_EQ(isInf("{negative = false}", -kInf), 0);
  EXPECT_EQ(isInf("{negative = false}", kInf), 1);
  EXPECT_EQ(isInf("{negative = false, positive = false}", kInf), 0);
  EXPECT_EQ(evaluate("is_nan", {"bf16"}, "i1", kNan), 1);
  EXPECT_EQ(evaluate("equal", {"f32", "f32"}, "i1", {kNan, kNan}), 0);
  EXPECT_EQ(evaluate("not", {"i1"}, "i1", 1), 0);
  EXPECT_EQ(evaluate("bitwise_not", {"ui8"}, "ui8", 1), 254);
  EXPECT_EQ(evaluate("where", {"i1", "f32", "f32"}, "f32", {0, 1, 2}), 2);
}

} // namespace
} // namespace mlir::tessera::graph
