//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/GraphToLoop.h"

#include "conversion/graph_to_loop/ProgramOutliner.h"
#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::tessera {
#define GEN_PASS_DEF_CONVERTGRAPHTOLOOPPASS
#include "conversion/graph_to_loop/GraphToLoop.h.inc"
} // namespace mlir::tessera

using namespace mlir;
using namespace mlir::tessera;

/// Emits an error if a value of `types` has a dynamic dimension. `name` says
/// whose it is.
static LogicalResult checkStatic(Operation *op, TypeRange types,
                                 const Twine &name) {
  for (Type type : types) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.hasStaticShape()) {
      continue;
    }
    const auto *dynamic =
        llvm::find_if(tensor.getShape(), ShapedType::isDynamic);
    return op->emitError() << "dynamic shapes are not supported yet: " << name
                           << " has dynamic dimension "
                           << dynamic - tensor.getShape().begin() << " in "
                           << tensor << "; bind it by --input-shape";
  }
  return success();
}

/// Checks all types of `function`, its arguments first.
static LogicalResult checkStatic(func::FuncOp function) {
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto name = function.getArgAttrOfType<StringAttr>(index, "graph.name");
    if (failed(checkStatic(function, type,
                           name ? "input '" + name.getValue() + "'"
                                : "argument " + Twine(index)))) {
      return failure();
    }
  }
  WalkResult result = function.walk([](Operation *op) {
    StringRef name = op->getName().getStringRef();
    bool isStatic = succeeded(checkStatic(op, op->getOperandTypes(), name)) &&
                    succeeded(checkStatic(op, op->getResultTypes(), name));
    return isStatic ? WalkResult::advance() : WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// The element type to be told by `graph.type`, or null.
static TypeAttr getGraphType(Type type) {
  if (getStorageType(type) == type) {
    return {};
  }
  return TypeAttr::get(getElementTypeOrSelf(type));
}

/// Gives the function's arguments and results storage types.
static void convertSignature(func::FuncOp function) {
  FunctionType type = function.getFunctionType();
  auto convert = [](ArrayRef<Type> types) {
    return llvm::map_to_vector(types, getStorageType);
  };
  for (auto [index, input] : llvm::enumerate(type.getInputs())) {
    if (TypeAttr graphType = getGraphType(input)) {
      function.setArgAttr(index, graphTypeAttrName, graphType);
    }
  }
  for (auto [index, result] : llvm::enumerate(type.getResults())) {
    if (TypeAttr graphType = getGraphType(result)) {
      function.setResultAttr(index, graphTypeAttrName, graphType);
    }
  }
  function.setFunctionType(FunctionType::get(function.getContext(),
                                             convert(type.getInputs()),
                                             convert(type.getResults())));
}

/// Lets control flow read a boolean from memory.
static void convertExtract(tensor::ExtractOp op) {
  Type element = op.getType();
  if (getStorageType(element) == element) {
    return;
  }
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  op.getResult().setType(getStorageType(element));
  Value scalar = loadScalar(builder, op.getLoc(), op.getResult(), element);
  if (scalar != op.getResult()) {
    op.getResult().replaceAllUsesExcept(scalar, scalar.getDefiningOp());
  }
}

/// Gives every tensor in `function` its storage type.
static void convertTypes(func::FuncOp function) {
  convertSignature(function);
  auto convert = [](Value value) {
    if (isa<RankedTensorType>(value.getType())) {
      value.setType(getStorageType(value.getType()));
    }
  };
  function.walk([&](Operation *op) {
    llvm::for_each(op->getResults(), convert);
    for (Region &region : op->getRegions()) {
      for (Block &block : region) {
        llvm::for_each(block.getArguments(), convert);
      }
    }
    if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
      convertExtract(extract);
    }
  });
}

namespace {

struct ConvertGraphToLoopPass
    : public tessera::impl::ConvertGraphToLoopPassBase<ConvertGraphToLoopPass> {
  void runOnOperation() override {
    LoweringTable table(&getContext());
    populateElementwiseLowerings(table);
    populateContractionLowerings(table);
    populatePoolingLowerings(table);
    populateReductionLowerings(table);
    populateMovementLowerings(table);
    populateIndexingLowerings(table);
    populateResizeLowerings(table);
    ProgramOutliner outliner(getOperation(), table);
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (failed(convert(function, outliner))) {
        return signalPassFailure();
      }
    }
  }

private:
  LogicalResult convert(func::FuncOp function, ProgramOutliner &outliner);
  /// What `op` becomes; its results have storage types.
  FailureOr<Operation *> convert(Operation *op, ProgramOutliner &outliner);
};

} // namespace

FailureOr<Operation *>
ConvertGraphToLoopPass::convert(Operation *op, ProgramOutliner &outliner) {
  OpBuilder builder(op);
  if (auto constant = dyn_cast<graph::ConstantOp>(op)) {
    return builder
        .create<arith::ConstantOp>(op->getLoc(),
                                   getStorageAttr(constant.getValue()))
        .getOperation();
  }
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op)) {
    return builder
        .create<loop::ViewOp>(op->getLoc(), getStorageType(reshape.getType()),
                              reshape.getInput())
        .getOperation();
  }
  FailureOr<loop::CallOp> call = outliner.outline(op);
  if (failed(call)) {
    return failure();
  }
  ++numPrograms;
  return call->getOperation();
}

LogicalResult ConvertGraphToLoopPass::convert(func::FuncOp function,
                                              ProgramOutliner &outliner) {
  if (failed(checkStatic(function))) {
    return failure();
  }
  SmallVector<Operation *> ops;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isa_and_present<graph::GraphDialect>(op->getDialect())) {
      return WalkResult::advance();
    }
    ops.push_back(op);
    return WalkResult::skip();
  });
  // Lowerings read types of the graph, so that values are replaced only when
  // all ops are lowered.
  SmallVector<Operation *> replacements;
  for (Operation *op : ops) {
    FailureOr<Operation *> replacement = convert(op, outliner);
    if (failed(replacement)) {
      return failure();
    }
    replacements.push_back(*replacement);
  }
  for (auto [op, replacement] : llvm::zip_equal(ops, replacements)) {
    op->replaceAllUsesWith(replacement->getResults());
  }
  for (Operation *op : llvm::reverse(ops)) {
    op->erase();
  }
  // Constants that programs have copies of.
  for (Operation *replacement : replacements) {
    if (isa<arith::ConstantOp>(replacement) && replacement->use_empty()) {
      replacement->erase();
    }
  }
  convertTypes(function);
  return success();
}
