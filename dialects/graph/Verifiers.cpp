//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Verifiers of the ops whose result types are written, not inferred, and what
/// all verifiers share.
///
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphOps.h"
#include "dialects/graph/OpChecker.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::tessera::graph;

std::string mlir::tessera::graph::formatShape(ArrayRef<int64_t> shape) {
  if (shape.empty()) {
    return "scalar";
  }
  auto toText = [](int64_t size) {
    return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
  };
  return llvm::join(llvm::map_range(shape, toText), "x");
}

bool mlir::tessera::graph::mayEqual(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return a.size() == b.size() &&
         llvm::all_of(llvm::zip_equal(a, b), [](auto pair) {
           return mayEqual(std::get<0>(pair), std::get<1>(pair));
         });
}

LogicalResult mlir::tessera::graph::verifyInferredTypes(Operation *op) {
  auto interface = cast<InferTypeOpInterface>(op);
  SmallVector<Type> inferred;
  if (failed(interface.inferReturnTypes(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getDiscardableAttrDictionary(), op->getPropertiesStorage(),
          op->getRegions(), inferred))) {
    return failure();
  }
  if (!interface.isCompatibleReturnTypes(inferred, op->getResultTypes())) {
    return op->emitOpError("expected to return ")
           << inferred << ", but got " << op->getResultTypes();
  }
  return success();
}

/// C1 of reshape and broadcast.
static LogicalResult verifySameElement(Operation *op) {
  Type input = getElementTypeOrSelf(op->getOperand(0));
  Type result = getElementTypeOrSelf(op->getResult(0));
  if (input == result) {
    return success();
  }
  return op->emitOpError("expected a result of ")
         << input << " elements, but got " << result;
}

LogicalResult ReshapeOp::verify() {
  if (failed(verifySameElement(*this))) { // C1
    return failure();
  }
  RankedTensorType input = getInput().getType(), result = getType();
  if (input.hasStaticShape() && result.hasStaticShape() &&
      input.getNumElements() != result.getNumElements()) { // C2
    return emitOpError("expected a result of ")
           << input.getNumElements() << " elements, but got "
           << result.getNumElements();
  }
  return success();
}

LogicalResult BroadcastOp::verify() {
  if (failed(verifySameElement(*this))) { // C1
    return failure();
  }
  ArrayRef<int64_t> input = getInput().getType().getShape();
  ArrayRef<int64_t> result = getType().getShape();
  bool fits = input.size() <= result.size();
  if (fits) {
    for (auto [from, to] :
         llvm::zip_equal(input, result.take_back(input.size()))) {
      fits &= from == 1 || mayEqual(from, to);
    }
  }
  if (!fits) { // C2
    return emitOpError("expected a shape that broadcasts to ")
           << formatShape(result) << ", but got " << formatShape(input);
  }
  return success();
}

LogicalResult IotaOp::verify() {
  RankedTensorType type = getType();
  if (!type.hasStaticShape()) { // C1
    return emitOpError("expected a static result, but got ") << type;
  }
  return OpChecker(getLoc(), getOperationName())
      .axis(getAxis(), type.getRank()); // C2
}

LogicalResult FusedOp::verifyRegions() {
  Block &block = getBody().front();
  if (block.getArgumentTypes() != getInputs().getTypes()) { // C1
    return emitOpError("expected block arguments of types ")
           << getInputs().getTypes() << ", but got "
           << block.getArgumentTypes();
  }
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield) { // C2
    return emitOpError("expected graph.yield at the end, but got ")
           << block.back().getName();
  }
  if (yield.getValues().getTypes() != getOutputs().getTypes()) { // C2
    return emitOpError("expected to yield ")
           << getOutputs().getTypes() << ", but got "
           << yield.getValues().getTypes();
  }
  for (Operation &op : block) {
    if (!isa_and_nonnull<GraphDialect>(op.getDialect()) ||
        isa<FusedOp>(op)) { // C3
      return emitOpError("expected unfused graph ops inside, but got ")
             << op.getName();
    }
  }
  return success();
}
