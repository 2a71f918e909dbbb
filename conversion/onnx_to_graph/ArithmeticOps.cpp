//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"
#include "conversion/onnx_to_graph/TensorReader.h"

#include <cmath>

namespace mlir::tessera::onnx_to_graph {

namespace {

template <typename OpTy> LogicalResult importUnary(NodeContext &node) {
  Value x = node.input(0);
  return x ? node.result(node.emit().create<OpTy>({x})) : failure();
}

/// Before version 7 operands broadcast only if the attribute `broadcast` says
/// so, the right one from `axis` on.
Value alignOldBroadcast(NodeContext &node, Value lhs, Value rhs) {
  GraphEmitter &emit = node.emit();
  if (node.opset() >= 7 || !node.hasAttr("axis") ||
      node.intAttr("broadcast", 0) == 0) {
    return rhs;
  }
  int64_t rank = GraphEmitter::rankOf(lhs);
  FailureOr<int64_t> axis = node.axisAttr(0, rank);
  if (failed(axis)) {
    return {};
  }
  return emit.appendDims(rhs, rank - *axis);
}

template <typename OpTy> LogicalResult importBinary(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  if (!lhs || !rhs) {
    return failure();
  }
  rhs = alignOldBroadcast(node, lhs, rhs);
  return rhs ? node.result(node.emit().create<OpTy>({lhs, rhs})) : failure();
}

LogicalResult importEqual(NodeContext &node) {
  return importBinary<graph::EqualOp>(node);
}

/// Sum, Max, Min: any number of operands.
template <typename OpTy> Value foldOperands(NodeContext &node) {
  SmallVector<Value> values;
  if (failed(node.inputs(values))) {
    return {};
  }
  Value result = values.front();
  for (Value value : ArrayRef<Value>(values).drop_front()) {
    result = node.emit().create<OpTy>({result, value});
  }
  return result;
}

template <typename OpTy> LogicalResult importVariadic(NodeContext &node) {
  return node.result(foldOperands<OpTy>(node));
}

LogicalResult importMean(NodeContext &node) {
  Value sum = foldOperands<graph::AddOp>(node);
  return node.result(node.emit().div(sum, node.numInputs()));
}

LogicalResult importMod(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  if (!lhs || !rhs) {
    return failure();
  }
  GraphEmitter &emit = node.emit();
  bool fmod = node.intAttr("fmod", 0) != 0;
  return node.result(emit.create<graph::ModOp>(
      {lhs, rhs}, fmod ? SmallVector<NamedAttribute>{emit.unit("fmod")}
                       : SmallVector<NamedAttribute>{}));
}

LogicalResult importBitShift(NodeContext &node) {
  Value lhs = node.input(0), rhs = node.input(1);
  if (!lhs || !rhs) {
    return failure();
  }
  std::string direction = node.stringAttr("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    return node.invalid("direction is '" + direction +
                        "', expected LEFT or RIGHT");
  }
  return node.result(direction == "LEFT"
                         ? node.emit().create<graph::ShiftLeftOp>({lhs, rhs})
                         : node.emit().create<graph::ShiftRightOp>({lhs, rhs}));
}

LogicalResult importWhere(NodeContext &node) {
  Value condition = node.input(0), lhs = node.input(1), rhs = node.input(2);
  if (!condition || !lhs || !rhs) {
    return failure();
  }
  return node.result(node.emit().where(condition, lhs, rhs));
}

LogicalResult importIsInf(NodeContext &node) {
  Value x = node.input(0);
  if (!x) {
    return failure();
  }
  GraphEmitter &emit = node.emit();
  Builder &b = emit.builder();
  return node.result(emit.create<graph::IsInfOp>(
      {x}, {emit.named("negative",
                       b.getBoolAttr(node.intAttr("detect_negative", 1) != 0)),
            emit.named("positive", b.getBoolAttr(node.intAttr("detect_positive",
                                                              1) != 0))}));
}

//===-- Conversions -------------------------------------------------------===//

LogicalResult convertTo(NodeContext &node, Type target) {
  Value x = node.input(0);
  if (!x || !target) {
    return failure();
  }
  return node.result(node.emit().convert(x, target));
}

LogicalResult importCast(NodeContext &node) {
  if (!node.hasAttr("to")) {
    return node.invalid("attribute 'to' is missing");
  }
  return convertTo(node, node.typeAttr("to", {}));
}

LogicalResult importCastLike(NodeContext &node) {
  Value like = node.input(1);
  return like ? convertTo(node, GraphEmitter::elementOf(like)) : failure();
}

//===-- Clip --------------------------------------------------------------===//

struct Bound {
  bool given = false;
  std::optional<double> number;
  Value value;
};

/// Bounds are attributes before version 11, then operands.
FailureOr<Bound> readBound(NodeContext &node, StringRef name, unsigned index) {
  Bound bound;
  if (node.opset() < 11) {
    bound.given = node.hasAttr(name);
    bound.number = node.realAttr(name, 0);
    return bound;
  }
  bound.value = node.optionalInput(index);
  bound.given = static_cast<bool>(bound.value);
  if (!bound.given) {
    return bound;
  }
  const HostTensor *tensor = node.emit().hostTensor(bound.value, 1);
  if (!tensor) {
    bound.value = node.emit().reshape(bound.value, {});
    return bound;
  }
  if (tensor->size() != 1) {
    return node.invalid("input " + Twine(index) + " (" + name +
                        ") has no element");
  }
  if (tensor->isFloat()) {
    bound.number = tensor->floats[0];
  } else if (std::abs(tensor->ints[0]) < (int64_t(1) << 53)) {
    bound.number = static_cast<double>(tensor->ints[0]);
  }
  return bound;
}

LogicalResult importClip(NodeContext &node) {
  Value x = node.input(0);
  if (!x) {
    return failure();
  }
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(low, readBound(node, "min", 1));
  ONNX_ASSIGN_OR_FAIL(high, readBound(node, "max", 2));
  bool isFloat = GraphEmitter::isFloat(x);
  bool constant = (!low.given || low.number) && (!high.given || high.number);
  if (constant && isFloat) {
    double infinity = std::numeric_limits<double>::infinity();
    return node.result(emit.clamp(x, low.given ? *low.number : -infinity,
                                  high.given ? *high.number : infinity));
  }
  auto valueOf = [&](const Bound &bound) {
    return bound.value ? bound.value : emit.scalarLike(x, *bound.number);
  };
  if (low.given) {
    x = emit.max(x, valueOf(low));
  }
  if (high.given) {
    x = emit.min(x, valueOf(high));
  }
  return node.result(x);
}

void addOldBroadcast(OpRow &row) {
  row.attributes.push_back(integer("axis", 1, 7));
  row.attributes.push_back(integer("broadcast", 1, 7));
  row.attributes.push_back(integers("consumed_inputs", 1, 6));
}

void registerUnary(OpTable &table) {
  auto add = [&](StringRef name, SmallVector<int64_t, 8> versions,
                 ImportFunction import) {
    table.add({name, versions, import, {integers("consumed_inputs", 1, 6)}});
  };
  add("Abs", {1, 6, 13}, importUnary<graph::AbsOp>);
  add("Acos", {7, 22}, importUnary<graph::AcosOp>);
  add("Acosh", {9, 22}, importUnary<graph::AcoshOp>);
  add("Asin", {7, 22}, importUnary<graph::AsinOp>);
  add("Asinh", {9, 22}, importUnary<graph::AsinhOp>);
  add("Atan", {7, 22}, importUnary<graph::AtanOp>);
  add("Atanh", {9, 22}, importUnary<graph::AtanhOp>);
  add("BitwiseNot", {18}, importUnary<graph::BitwiseNotOp>);
  add("Ceil", {1, 6, 13}, importUnary<graph::CeilOp>);
  add("Cos", {7, 22}, importUnary<graph::CosOp>);
  add("Cosh", {9, 22}, importUnary<graph::CoshOp>);
  add("Erf", {9, 13}, importUnary<graph::ErfOp>);
  add("Exp", {1, 6, 13}, importUnary<graph::ExpOp>);
  add("Floor", {1, 6, 13}, importUnary<graph::FloorOp>);
  add("IsNaN", {9, 13, 20}, importUnary<graph::IsNanOp>);
  add("Log", {1, 6, 13}, importUnary<graph::LogOp>);
  add("Neg", {1, 6, 13}, importUnary<graph::NegOp>);
  add("Not", {1}, importUnary<graph::NotOp>);
  add("Reciprocal", {1, 6, 13}, importUnary<graph::ReciprocalOp>);
  add("Round", {11, 22}, importUnary<graph::RoundOp>);
  add("Sign", {9, 13}, importUnary<graph::SignOp>);
  add("Sin", {7, 22}, importUnary<graph::SinOp>);
  add("Sinh", {9, 22}, importUnary<graph::SinhOp>);
  add("Sqrt", {1, 6, 13}, importUnary<graph::SqrtOp>);
  add("Tan", {7, 22}, importUnary<graph::TanOp>);
  add("Tanh", {1, 6, 13}, importUnary<graph::TanhOp>);
}

void registerBinary(OpTable &table) {
  auto add = [&](StringRef name, SmallVector<int64_t, 8> versions,
                 ImportFunction import) {
    OpRow row = {name, versions, import};
    addOldBroadcast(row);
    table.add(row);
  };
  add("Add", {1, 6, 7, 13, 14}, importBinary<graph::AddOp>);
  add("And", {1, 7}, importBinary<graph::AndOp>);
  add("BitwiseAnd", {18}, importBinary<graph::BitwiseAndOp>);
  add("BitwiseOr", {18}, importBinary<graph::BitwiseOrOp>);
  add("BitwiseXor", {18}, importBinary<graph::BitwiseXorOp>);
  add("Div", {1, 6, 7, 13, 14}, importBinary<graph::DivOp>);
  add("Equal", {1, 7, 11, 13, 19}, importEqual);
  add("Greater", {1, 7, 9, 13}, importBinary<graph::GreaterOp>);
  add("GreaterOrEqual", {12, 16}, importBinary<graph::GreaterEqualOp>);
  add("Less", {1, 7, 9, 13}, importBinary<graph::LessOp>);
  add("LessOrEqual", {12, 16}, importBinary<graph::LessEqualOp>);
  add("Mul", {1, 6, 7, 13, 14}, importBinary<graph::MulOp>);
  add("Or", {1, 7}, importBinary<graph::OrOp>);
  add("Pow", {1, 7, 12, 13, 15}, importBinary<graph::PowOp>);
  add("Sub", {1, 6, 7, 13, 14}, importBinary<graph::SubOp>);
  add("Xor", {1, 7}, importBinary<graph::XorOp>);
}

} // namespace

void registerArithmeticOps(OpTable &table) {
  registerUnary(table);
  registerBinary(table);
  AttrSpec consumed = integers("consumed_inputs", 1, 6);
  table.add(
      {"Max", {1, 6, 8, 12, 13}, importVariadic<graph::MaxOp>, {consumed}});
  table.add(
      {"Min", {1, 6, 8, 12, 13}, importVariadic<graph::MinOp>, {consumed}});
  table.add({"Sum", {1, 6, 8, 13}, importVariadic<graph::AddOp>, {consumed}});
  table.add({"Mean", {1, 6, 8, 13}, importMean, {consumed}});
  table.add({"Mod", {10, 13, 28}, importMod, {integer("fmod")}});
  table.add({"BitShift", {11, 28}, importBitShift, {string("direction")}});
  table.add({"Where", {9, 16}, importWhere});
  table.add({"IsInf",
             {10, 20},
             importIsInf,
             {integer("detect_negative"), integer("detect_positive")}});
  table.add(
      {"Cast",
       {1, 6, 9, 13, 19, 21, 23, 24, 25, 28},
       importCast,
       {integer("to"), integer("saturate", 19), string("round_mode", 24)}});
  table.add({"CastLike",
             {15, 19, 21, 23, 24, 25},
             importCastLike,
             {integer("saturate", 19), string("round_mode", 24)},
             {},
             {{1}}});
  table.add({"Clip",
             {1, 6, 11, 12, 13},
             importClip,
             {consumed, real("min", 1, 11), real("max", 1, 11)}});
}

} // namespace mlir::tessera::onnx_to_graph
