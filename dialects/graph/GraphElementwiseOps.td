//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHELEMENTWISEOPS_TD
#define TESSERA_DIALECTS_GRAPH_GRAPHELEMENTWISEOPS_TD

include "dialects/graph/GraphDialect.td"
include "dialects/graph/GraphInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// Element type of the result, as a C++ expression over `operands`.
defvar sameElement = "getElementTypeOrSelf(operands[0])";
defvar boolElement = "::mlir::IntegerType::get(context, 1)";

// An op that computes each element from its operands' elements, broadcast by
// NumPy's rule. `scalar` is the C++ expression of one element over `s`, a
// ScalarContext (dialects/graph/ScalarContext.h). `error` initializes an
// ElementwiseError (dialects/graph/ErrorBounds.h); nothing rounds unless it says
// so.
class Graph_ElementwiseOp<string mnemonic, dag args, string scalar,
                          string element = sameElement,
                          list<Trait> traits = []>
    : Graph_Op<mnemonic, traits # [Pure,
        DeclareOpInterfaceMethods<InferTypeOpInterface, ["refineReturnTypes"]>,
        DeclareOpInterfaceMethods<Graph_ElementwiseOpInterface>,
        DeclareOpInterfaceMethods<Graph_ErrorBoundOpInterface, ["getErrorTerms"]>,
        DeclareOpInterfaceMethods<Graph_FusionOpInterface>,
        DeclareOpInterfaceMethods<Graph_TransposableOpInterface>]> {
  string error = "";
  let arguments = args;
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred,
                                        ::mlir::TypeRange actual);
  }];
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      Adaptor adaptor(operands, attributes, properties, regions);
      (void)adaptor;
      return inferElementwise(OpChecker(location, getOperationName()), operands,
                              }] #
                              element # [{, inferred);
    }
    // Inference would add an error of its own to ours: verify() infers instead.
    ::llvm::LogicalResult $cppClass::refineReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location>,
        ::mlir::ValueRange, ::mlir::DictionaryAttr, ::mlir::OpaqueProperties,
        ::mlir::RegionRange, ::llvm::SmallVectorImpl<::mlir::Type> &) {
      return ::mlir::success();
    }
    ::llvm::LogicalResult $cppClass::verify() {
      return verifyInferredTypes(*this);
    }
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred,
                                            ::mlir::TypeRange actual) {
      return areCompatibleTypes(inferred, actual);
    }
    ::mlir::Value $cppClass::buildScalar(ScalarContext &s) {
      return }] # scalar # [{;
    }
    FusionKind $cppClass::getFusionKind() { return FusionKind::elementwise; }
    ::mlir::FailureOr<::mlir::Value> $cppClass::buildTransposed(
        ::mlir::OpBuilder &builder, ::llvm::ArrayRef<int64_t> permutation) {
      return buildTransposedElementwise(*this, builder, permutation);
    }
    ::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>
    $cppClass::buildErrorBounds(::mlir::OpBuilder &builder,
                                ::llvm::ArrayRef<::mlir::Value> bounds) {
      return buildElementwiseBounds(*this, builder, bounds, }] # "{" # error #
      "}" # [{);
    }
    ::llvm::SmallVector<ErrorTerm> $cppClass::getErrorTerms() {
      return getElementwiseErrorTerms(*this, }] # "{" # error # "}" # [{);
    }
  }];
}

class Graph_UnaryOp<string mnemonic, Type type, string scalar>
    : Graph_ElementwiseOp<mnemonic, (ins type:$input), scalar>;
class Graph_BinaryOp<string mnemonic, Type type, string scalar,
                     list<Trait> traits = []>
    : Graph_ElementwiseOp<mnemonic, (ins type:$lhs, type:$rhs), scalar,
                          sameElement, traits # [SameOperandsElementType]>;
class Graph_CompareOp<string mnemonic, Type type, string scalar,
                      list<Trait> traits = []>
    : Graph_ElementwiseOp<mnemonic, (ins type:$lhs, type:$rhs), scalar,
                          boolElement, traits # [SameOperandsElementType]>;

//===-- Unary -------------------------------------------------------------===//

def Graph_AbsOp : Graph_UnaryOp<"abs", Graph_NumberTensor, "s.abs(s[0])"> {
  let summary = "Absolute value (ONNX Abs)";
}
def Graph_NegOp : Graph_UnaryOp<"neg", Graph_NumberTensor, "s.neg(s[0])"> {
  let summary = "Negation (ONNX Neg)";
}
def Graph_SignOp : Graph_UnaryOp<"sign", Graph_NumberTensor, "s.sign(s[0])"> {
  let summary = "-1, 0 or 1 by sign; NaN stays NaN (ONNX Sign)";
}
def Graph_FloorOp : Graph_UnaryOp<"floor", Graph_FloatTensor, "s.unary<math::FloorOp>()"> {
  let summary = "Rounds down (ONNX Floor)";
}
def Graph_CeilOp : Graph_UnaryOp<"ceil", Graph_FloatTensor, "s.unary<math::CeilOp>()"> {
  let summary = "Rounds up (ONNX Ceil)";
}
def Graph_RoundOp : Graph_UnaryOp<"round", Graph_FloatTensor, "s.unary<math::RoundEvenOp>()"> {
  let summary = "Rounds to nearest, ties to even (ONNX Round)";
}
def Graph_SqrtOp : Graph_UnaryOp<"sqrt", Graph_FloatTensor, "s.unary<math::SqrtOp>()"> {
  let error = "1";
  let summary = "Square root (ONNX Sqrt)";
}
def Graph_RsqrtOp : Graph_UnaryOp<"rsqrt", Graph_FloatTensor, "s.div(s.constant(1.0), s.sqrt(s[0]))"> {
  let error = "2";
  let summary = "One over the square root";
}
def Graph_ReciprocalOp : Graph_UnaryOp<"reciprocal", Graph_FloatTensor, "s.div(s.constant(1.0), s[0])"> {
  let error = "1";
  let summary = "One over x (ONNX Reciprocal)";
}
def Graph_ExpOp : Graph_UnaryOp<"exp", Graph_FloatTensor, "s.unary<math::ExpOp>()"> {
  let error = "5";
  let summary = "e to the x (ONNX Exp)";
}
def Graph_LogOp : Graph_UnaryOp<"log", Graph_FloatTensor, "s.unary<math::LogOp>()"> {
  let error = "5";
  let summary = "Natural logarithm (ONNX Log)";
}
def Graph_ErfOp : Graph_UnaryOp<"erf", Graph_FloatTensor, "s.unary<math::ErfOp>()"> {
  let error = "5";
  let summary = "Error function (ONNX Erf)";
}
def Graph_SinOp : Graph_UnaryOp<"sin", Graph_FloatTensor, "s.unary<math::SinOp>()"> {
  let error = "5";
  let summary = "Sine of radians (ONNX Sin)";
}
def Graph_CosOp : Graph_UnaryOp<"cos", Graph_FloatTensor, "s.unary<math::CosOp>()"> {
  let error = "5";
  let summary = "Cosine of radians (ONNX Cos)";
}
def Graph_TanOp : Graph_UnaryOp<"tan", Graph_FloatTensor, "s.tan(s[0])"> {
  let error = "12";
  let summary = "Tangent of radians (ONNX Tan)";
}
def Graph_AsinOp : Graph_UnaryOp<"asin", Graph_FloatTensor, "s.unary<math::AsinOp>()"> {
  let error = "5";
  let summary = "Arc sine (ONNX Asin)";
}
def Graph_AcosOp : Graph_UnaryOp<"acos", Graph_FloatTensor, "s.unary<math::AcosOp>()"> {
  let error = "5";
  let summary = "Arc cosine (ONNX Acos)";
}
def Graph_AtanOp : Graph_UnaryOp<"atan", Graph_FloatTensor, "s.unary<math::AtanOp>()"> {
  let error = "5";
  let summary = "Arc tangent (ONNX Atan)";
}
def Graph_SinhOp : Graph_UnaryOp<"sinh", Graph_FloatTensor, "s.sinh(s[0])"> {
  let error = "16";
  let summary = "Hyperbolic sine (ONNX Sinh)";
}
def Graph_CoshOp : Graph_UnaryOp<"cosh", Graph_FloatTensor, "s.cosh(s[0])"> {
  let error = "16";
  let summary = "Hyperbolic cosine (ONNX Cosh)";
}
def Graph_TanhOp : Graph_UnaryOp<"tanh", Graph_FloatTensor, "s.unary<math::TanhOp>()"> {
  let error = "8";
  let summary = "Hyperbolic tangent (ONNX Tanh)";
}
def Graph_AsinhOp : Graph_UnaryOp<"asinh", Graph_FloatTensor, "s.asinh(s[0])"> {
  let error = "16";
  let summary = "Inverse hyperbolic sine (ONNX Asinh)";
}
def Graph_AcoshOp : Graph_UnaryOp<"acosh", Graph_FloatTensor, "s.acosh(s[0])"> {
  let error = "16";
  let summary = "Inverse hyperbolic cosine (ONNX Acosh)";
}
def Graph_AtanhOp : Graph_UnaryOp<"atanh", Graph_FloatTensor, "s.atanh(s[0])"> {
  let error = "16";
  let summary = "Inverse hyperbolic tangent (ONNX Atanh)";
}
def Graph_ReluOp : Graph_UnaryOp<"relu", Graph_NumberTensor, "s.max(s[0], s.constant(0.0))"> {
  let summary = "max(x, 0); NaN stays NaN (ONNX Relu)";
}
def Graph_SigmoidOp : Graph_UnaryOp<"sigmoid", Graph_FloatTensor, "s.sigmoid(s[0])"> {
  let error = "8, 0, 1"; // exp(-x) overflows where the result is subnormal
  let summary = "1 / (1 + exp(-x)) (ONNX Sigmoid)";
}
def Graph_SoftplusOp : Graph_UnaryOp<"softplus", Graph_FloatTensor, "s.softplus(s[0])"> {
  let error = "10, 1";
  let summary = "log(1 + exp(x)) without overflow (ONNX Softplus)";
}
def Graph_SoftsignOp : Graph_UnaryOp<"softsign", Graph_FloatTensor, "s.div(s[0], s.add(s.constant(1.0), s.abs(s[0])))"> {
  let error = "3";
  let summary = "x / (1 + |x|) (ONNX Softsign)";
}
def Graph_HardSwishOp : Graph_UnaryOp<"hard_swish", Graph_FloatTensor, "s.mul(s[0], s.hardSigmoid(s[0], 1.0 / 6.0, 0.5))"> {
  let error = "4, 2";
  let summary = "x * clamp(x / 6 + 0.5, 0, 1) (ONNX HardSwish)";
}
def Graph_MishOp : Graph_UnaryOp<"mish", Graph_FloatTensor, "s.mul(s[0], s.tanh(s.softplus(s[0])))"> {
  let error = "24, 1";
  let summary = "x * tanh(softplus(x)) (ONNX Mish)";
}
def Graph_NotOp : Graph_UnaryOp<"not", Graph_BoolTensor, "s.bitNot(s[0])"> {
  let summary = "Logical not (ONNX Not)";
}
def Graph_BitwiseNotOp
    : Graph_UnaryOp<"bitwise_not", Graph_IntTensor, "s.bitNot(s[0])"> {
  let summary = "Inverts every bit (ONNX BitwiseNot)";
}
def Graph_LeakyReluOp : Graph_ElementwiseOp<"leaky_relu",
    (ins Graph_FloatTensor:$input, F64Attr:$alpha),
    "s.select(s.less(s[0], s.constant(0.0)), "
    "s.mul(s[0], s.constant(getAlpha().convertToDouble())), s[0])"> {
  let error = "2";
  let summary = "x, or alpha * x where x < 0 (ONNX LeakyRelu)";
}
def Graph_EluOp : Graph_ElementwiseOp<"elu",
    (ins Graph_FloatTensor:$input, F64Attr:$alpha),
    "s.elu(s[0], getAlpha().convertToDouble())"> {
  let error = "8";
  let summary = "x, or alpha * (exp(x) - 1) where x < 0 (ONNX Elu)";
}
def Graph_HardSigmoidOp : Graph_ElementwiseOp<"hard_sigmoid",
    (ins Graph_FloatTensor:$input, F64Attr:$alpha, F64Attr:$beta),
    "s.hardSigmoid(s[0], getAlpha().convertToDouble(), "
    "getBeta().convertToDouble())"> {
  let error = "2, 2 * std::fabs(getAlpha().convertToDouble())";
  let summary = "clamp(alpha * x + beta, 0, 1) (ONNX HardSigmoid)";
}
def Graph_SiluOp : Graph_ElementwiseOp<"silu",
    (ins Graph_FloatTensor:$input, F64Attr:$alpha),
    "s.mul(s[0], s.sigmoid(s.mul(s[0], "
    "s.constant(getAlpha().convertToDouble()))))"> {
  let error = "10, 1";
  let summary = "x * sigmoid(alpha * x) (ONNX Swish)";
}
def Graph_GeluOp : Graph_ElementwiseOp<"gelu",
    (ins Graph_FloatTensor:$input, UnitAttr:$tanh_approximation),
    "s.gelu(s[0], getTanhApproximation())"> {
  let error = "6, 6";
  let summary = "x * Phi(x), by erf or by the tanh approximation (ONNX Gelu)";
}
def Graph_IsNanOp : Graph_ElementwiseOp<"is_nan",
    (ins Graph_FloatTensor:$input), "s.isNan(s[0])", boolElement> {
  let summary = "Whether x is NaN (ONNX IsNaN)";
}
def Graph_IsInfOp : Graph_ElementwiseOp<"is_inf",
    (ins Graph_FloatTensor:$input, DefaultValuedAttr<BoolAttr, "true">:$negative,
         DefaultValuedAttr<BoolAttr, "true">:$positive),
    "s.isInf(s[0], getNegative(), getPositive())", boolElement> {
  let summary = "Whether x is an infinity of a wanted sign (ONNX IsInf)";
}
def Graph_CastOp : Graph_ElementwiseOp<"cast",
    (ins Graph_Tensor:$input, TypeAttr:$to),
    "s.cast(s[0], s.type(0), getTo())", "adaptor.getTo()"> {
  let hasFolder = 1;
  let summary = "Converts to element type `to` (ONNX Cast)";
  let description = [{
    Float to integer truncates towards zero; a value outside of the integer's
    range, or NaN, is undefined. Integer to integer drops high bits. To i1 means
    non-zero.
  }];
}

//===-- Binary ------------------------------------------------------------===//

def Graph_AddOp : Graph_BinaryOp<"add", Graph_NumberTensor, "s.add(s[0], s[1])", [Commutative]> {
  let hasFolder = 1;
  let error = "1";
  let summary = "Sum (ONNX Add)";
}
def Graph_SubOp : Graph_BinaryOp<"sub", Graph_NumberTensor, "s.sub(s[0], s[1])"> {
  let hasFolder = 1;
  let error = "1";
  let summary = "Difference (ONNX Sub)";
}
def Graph_MulOp : Graph_BinaryOp<"mul", Graph_NumberTensor, "s.mul(s[0], s[1])", [Commutative]> {
  let hasFolder = 1;
  let error = "1";
  let summary = "Product (ONNX Mul)";
}
def Graph_DivOp : Graph_BinaryOp<"div", Graph_NumberTensor, "s.div(s[0], s[1])"> {
  let hasFolder = 1;
  let error = "1";
  let summary = "Quotient; integers truncate towards zero (ONNX Div)";
}
def Graph_MinOp : Graph_BinaryOp<"min", Graph_NumberTensor, "s.min(s[0], s[1])", [Commutative]> {
  let summary = "The smaller; NaN wins (ONNX Min)";
}
def Graph_MaxOp : Graph_BinaryOp<"max", Graph_NumberTensor, "s.max(s[0], s[1])", [Commutative]> {
  let summary = "The larger; NaN wins (ONNX Max)";
}
def Graph_AndOp : Graph_BinaryOp<"and", Graph_BoolTensor, "s.bitAnd(s[0], s[1])", [Commutative]> {
  let summary = "Logical and (ONNX And)";
}
def Graph_OrOp : Graph_BinaryOp<"or", Graph_BoolTensor, "s.bitOr(s[0], s[1])", [Commutative]> {
  let summary = "Logical or (ONNX Or)";
}
def Graph_XorOp : Graph_BinaryOp<"xor", Graph_BoolTensor, "s.bitXor(s[0], s[1])", [Commutative]> {
  let summary = "Logical exclusive or (ONNX Xor)";
}
def Graph_BitwiseAndOp : Graph_BinaryOp<"bitwise_and", Graph_IntTensor, "s.bitAnd(s[0], s[1])", [Commutative]> {
  let summary = "Bitwise and (ONNX BitwiseAnd)";
}
def Graph_BitwiseOrOp : Graph_BinaryOp<"bitwise_or", Graph_IntTensor, "s.bitOr(s[0], s[1])", [Commutative]> {
  let summary = "Bitwise or (ONNX BitwiseOr)";
}
def Graph_BitwiseXorOp : Graph_BinaryOp<"bitwise_xor", Graph_IntTensor, "s.bitXor(s[0], s[1])", [Commutative]> {
  let summary = "Bitwise exclusive or (ONNX BitwiseXor)";
}
def Graph_ShiftLeftOp : Graph_BinaryOp<"shift_left", Graph_IntTensor, "s.shiftLeft(s[0], s[1])"> {
  let summary = "Left shift; 0 once all bits are out (ONNX BitShift)";
}
def Graph_ShiftRightOp : Graph_BinaryOp<"shift_right", Graph_IntTensor, "s.shiftRight(s[0], s[1])"> {
  let summary = "Right shift, logical on unsigned types (ONNX BitShift)";
}
def Graph_PReluOp : Graph_BinaryOp<"prelu", Graph_NumberTensor, "s.select(s.less(s[0], s.constant(0.0)), s.mul(s[0], s[1]), s[0])"> {
  let error = "1";
  let summary = "x, or slope * x where x < 0 (ONNX PRelu)";
}
def Graph_PowOp : Graph_ElementwiseOp<"pow",
    (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs),
    "s.pow(s[0], s[1], s.type(1))"> {
  let error = "6";
  let summary = "lhs to the rhs; the operands' types may differ (ONNX Pow)";
}
def Graph_ModOp : Graph_ElementwiseOp<"mod",
    (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs, UnitAttr:$fmod),
    "s.mod(s[0], s[1], getFmod())", sameElement, [SameOperandsElementType]> {
  let error = "2, 2";
  let summary = "Remainder (ONNX Mod)";
  let description = [{
    Takes the divisor's sign, or with `fmod` the dividend's, as C's fmod.
  }];
}
def Graph_EqualOp : Graph_CompareOp<"equal", Graph_Tensor, "s.equal(s[0], s[1])"> {
  let summary = "Whether equal; NaN equals nothing (ONNX Equal)";
}
def Graph_LessOp : Graph_CompareOp<"less", Graph_NumberTensor, "s.less(s[0], s[1])"> {
  let summary = "Whether lhs < rhs (ONNX Less)";
}
def Graph_LessEqualOp : Graph_CompareOp<"less_equal", Graph_NumberTensor, "s.lessEqual(s[0], s[1])"> {
  let summary = "Whether lhs <= rhs (ONNX LessOrEqual)";
}
def Graph_GreaterOp : Graph_CompareOp<"greater", Graph_NumberTensor, "s.less(s[1], s[0])"> {
  let summary = "Whether lhs > rhs (ONNX Greater)";
}
def Graph_GreaterEqualOp : Graph_CompareOp<"greater_equal", Graph_NumberTensor, "s.lessEqual(s[1], s[0])"> {
  let summary = "Whether lhs >= rhs (ONNX GreaterOrEqual)";
}

//===-- Ternary -----------------------------------------------------------===//

def Graph_WhereOp : Graph_ElementwiseOp<"where",
    (ins Graph_BoolTensor:$condition, Graph_Tensor:$on_true,
         Graph_Tensor:$on_false),
    "s.select(s[0], s[1], s[2])", "getElementTypeOrSelf(operands[1])",
    [AllElementTypesMatch<["on_true", "on_false"]>]> {
  let summary = "on_true where the condition holds, else on_false (ONNX Where)";
}
def Graph_ClampOp : Graph_ElementwiseOp<"clamp",
    (ins Graph_NumberTensor:$input, F64Attr:$min, F64Attr:$max),
    "s.min(s.max(s[0], s.constant(getMin().convertToDouble())), "
    "s.constant(getMax().convertToDouble()))"> {
  let summary = "min(max(x, min), max), the bounds being constants (ONNX Clip)";
  let description = [{
    The bounds may be infinite; for integers, whose bounds must be exact in f64,
    one outside of the type's range means the nearest number in it. If min > max
    the result is max.
  }];
}

#endif // TESSERA_DIALECTS_GRAPH_GRAPHELEMENTWISEOPS_TD
