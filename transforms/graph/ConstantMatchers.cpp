//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/ConstantMatchers.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/SmallPtrSet.h"

#include <cmath>

using namespace mlir;
using namespace mlir::tessera::graph;

// A broadcast constant larger than this is not folded, so no constant.
static constexpr int64_t kMaxBroadcastElements = 16384;
// More ops are taken for data until they are folded: the question stays cheap.
static constexpr unsigned kMaxExpressionOps = 64;

bool mlir::tessera::graph::isConstantExpression(Value value) {
  SmallVector<Value> worklist{value};
  llvm::SmallPtrSet<Operation *, 16> seen;
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (!op) {
      return false;
    }
    if (isa<ConstantOp>(op) || !seen.insert(op).second) {
      continue;
    }
    if (seen.size() > kMaxExpressionOps) {
      return false;
    }
    if (!isa_and_nonnull<GraphDialect>(op->getDialect()) ||
        op->getNumRegions() != 0 || op->getNumOperands() == 0) {
      return false;
    }
    if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
      if (!hasStaticShape(broadcast.getResult()) ||
          broadcast.getType().getNumElements() > kMaxBroadcastElements) {
        return false;
      }
    }
    llvm::append_range(worklist, op->getOperands());
  }
  return true;
}

std::optional<double> mlir::tessera::graph::getSplatNumber(Value value) {
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements.isSplat()) {
    return std::nullopt;
  }
  Type type = elements.getElementType();
  if (isa<FloatType>(type)) {
    APFloat number = elements.getSplatValue<APFloat>();
    bool losesInfo = false;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return number.convertToDouble();
  }
  APInt number = elements.getSplatValue<APInt>();
  bool isUnsigned = type.isUnsignedInteger() || type.isInteger(1);
  return number.roundToDouble(/*isSigned=*/!isUnsigned);
}

bool mlir::tessera::graph::isNear(double value, double expected) {
  return std::abs(value - expected) <= 5e-4 * std::abs(expected);
}

bool mlir::tessera::graph::isSplatNear(Value value, double expected) {
  std::optional<double> number = getSplatNumber(value);
  return number && isNear(*number, expected);
}

static TypedAttr getNumberAttr(Type type, double value) {
  if (isa<FloatType>(type)) {
    return FloatAttr::get(type, value);
  }
  return IntegerAttr::get(type, static_cast<int64_t>(value));
}

Value mlir::tessera::graph::createScalar(OpBuilder &builder, Location loc,
                                         Type elementType, double value) {
  auto type = RankedTensorType::get({}, elementType);
  return builder.create<ConstantOp>(
      loc, DenseElementsAttr::get(type, getNumberAttr(elementType, value)));
}

Value mlir::tessera::graph::createNegated(OpBuilder &builder, Location loc,
                                          Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  std::optional<double> number = getSplatNumber(value);
  if (!number || !isa<FloatType>(type.getElementType())) {
    return builder.create<NegOp>(loc, value);
  }
  return builder.create<ConstantOp>(
      loc, DenseElementsAttr::get(type, Attribute(getNumberAttr(
                                            type.getElementType(), -*number))));
}

std::optional<VariableAndConstant>
mlir::tessera::graph::splitConstant(Operation *op, bool commutative) {
  Value lhs = op->getOperand(0);
  Value rhs = op->getOperand(1);
  bool lhsConstant = isConstantExpression(lhs);
  bool rhsConstant = isConstantExpression(rhs);
  if (lhsConstant == rhsConstant || (lhsConstant && !commutative)) {
    return std::nullopt;
  }
  return rhsConstant ? VariableAndConstant{lhs, rhs}
                     : VariableAndConstant{rhs, lhs};
}

bool mlir::tessera::graph::variesAlongOnly(ArrayRef<int64_t> shape,
                                           int64_t rank, int64_t axis) {
  int64_t missing = rank - static_cast<int64_t>(shape.size());
  if (missing < 0) {
    return false;
  }
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size != 1 && static_cast<int64_t>(i) + missing != axis) {
      return false;
    }
  }
  return true;
}

ArrayRef<int64_t> mlir::tessera::graph::getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

bool mlir::tessera::graph::hasStaticShape(Value value) {
  return cast<ShapedType>(value.getType()).hasStaticShape();
}
