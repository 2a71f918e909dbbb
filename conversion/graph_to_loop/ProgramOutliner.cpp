//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/ProgramOutliner.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::tessera;

/// Names of at most this many ops make a program's name.
static constexpr size_t maxNamedOps = 4;

//===----------------------------------------------------------------------===//
// BodyWriter
//===----------------------------------------------------------------------===//

namespace {

/// Writes the body of one program.
class BodyWriter {
public:
  BodyWriter(loop::ProgramOp program, const LoweringTable &table)
      : program(program), table(table),
        builder(OpBuilder::atBlockEnd(&program.getBody().front())) {}

  /// Lets `graphValue` be `value` inside of the program.
  void map(Value graphValue, Value value) { values.map(graphValue, value); }
  /// Copies a constant into the program.
  void addConstant(Value graphValue, ElementsAttr value) {
    map(graphValue, builder.create<arith::ConstantOp>(graphValue.getLoc(),
                                                      getStorageAttr(value)));
  }
  /// Lets the region's arguments be what its operands were mapped to.
  void mapArguments(graph::FusedOp fused) {
    for (auto [argument, operand] :
         llvm::zip_equal(fused.getBody().getArguments(), fused.getInputs())) {
      map(argument, values.lookup(operand));
    }
  }
  /// Emits the code of `ops`, whose values `results` the program returns.
  LogicalResult write(llvm::iterator_range<Block::iterator> ops,
                      ValueRange results);

private:
  LogicalResult lower(Operation *op);
  Value getDestination(unsigned index) {
    return program.getArgument(program.getNumInputs() + index);
  }

  loop::ProgramOp program;
  const LoweringTable &table;
  OpBuilder builder;
  IRMapping values;
  /// The destinations that values are computed into, by their index. A value
  /// that is reshaped before it is returned is computed into the destination
  /// reshaped.
  llvm::DenseMap<Value, unsigned> destinations;
};

} // namespace

static Value stripReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<graph::ReshapeOp>()) {
    value = reshape.getInput();
  }
  return value;
}

LogicalResult BodyWriter::write(llvm::iterator_range<Block::iterator> ops,
                                ValueRange results) {
  // Arguments and constants are copied to their destinations, and so is a
  // value that is returned twice.
  SmallVector<bool> isCopied;
  for (auto [index, result] : llvm::enumerate(results)) {
    Value source = stripReshapes(result);
    bool isComputed =
        !values.contains(source) && !source.getDefiningOp<graph::ConstantOp>();
    isCopied.push_back(!isComputed ||
                       !destinations.try_emplace(source, index).second);
  }
  for (Operation &op : ops) {
    if (failed(lower(&op))) {
      return failure();
    }
  }
  SmallVector<Value> returned;
  for (auto [index, result] : llvm::enumerate(results)) {
    Value value = values.lookup(result);
    if (isCopied[index]) {
      OpLowering lowering(builder, result.getLoc(), value, {});
      value = lowering.copy(value, getDestination(index));
    }
    returned.push_back(value);
  }
  builder.create<loop::ReturnOp>(program.getLoc(), returned);
  // Splats that became scalars.
  for (auto constant : llvm::make_early_inc_range(
           program.getBody().front().getOps<arith::ConstantOp>())) {
    if (constant->use_empty()) {
      constant->erase();
    }
  }
  return success();
}

LogicalResult BodyWriter::lower(Operation *op) {
  if (auto constant = dyn_cast<graph::ConstantOp>(op)) {
    addConstant(constant.getResult(), constant.getValue());
    return success();
  }
  SmallVector<Value> operands = llvm::map_to_vector(
      op->getOperands(), [&](Value value) { return values.lookup(value); });
  OpLowering lowering(builder, op->getLoc(), operands, {});
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op)) {
    map(reshape.getResult(),
        lowering.reshape(operands.front(), getShape(reshape.getResult())));
    return success();
  }
  LoweringTable::Lowering lower = table.lookup(op);
  if (!lower) {
    return op->emitOpError("has no lowering to loops");
  }
  for (Value result : op->getResults()) {
    ArrayRef<int64_t> shape = getShape(result);
    auto found = destinations.find(result);
    lowering.destinations.push_back(
        found == destinations.end()
            ? lowering.empty(shape, getStorageType(getElement(result)))
            : lowering.reshape(getDestination(found->second), shape));
  }
  values.map(op->getResults(), lower(op, lowering));
  return success();
}

//===----------------------------------------------------------------------===//
// ProgramOutliner
//===----------------------------------------------------------------------===//

/// The ops that `op` computes with, in order, without constants and views.
static SmallVector<Operation *> getComputingOps(Operation *op) {
  auto fused = dyn_cast<graph::FusedOp>(op);
  if (!fused) {
    return {op};
  }
  SmallVector<Operation *> ops;
  for (Operation &inner : fused.getBody().front().without_terminator()) {
    if (!isa<graph::ConstantOp, graph::ReshapeOp>(inner)) {
      ops.push_back(&inner);
    }
  }
  return ops;
}

static Location getFusedLocation(Operation *op, ArrayRef<Operation *> ops) {
  if (ops.empty()) {
    return op->getLoc();
  }
  SmallVector<Location> locations = llvm::map_to_vector(
      ops, [](Operation *inner) { return inner->getLoc(); });
  return FusedLoc::get(op->getContext(), locations);
}

std::string ProgramOutliner::makeName(ArrayRef<Operation *> ops) {
  std::string prefix;
  for (Operation *op : ops.take_front(maxNamedOps)) {
    prefix += op->getName().stripDialect();
    prefix += '_';
  }
  if (ops.empty() || ops.size() > maxNamedOps) {
    prefix += ops.empty() ? "copy_" : "etc_";
  }
  std::string name;
  do {
    name = prefix + std::to_string(count++);
  } while (symbols.lookup(name));
  return name;
}

/// Whether operand `index` of `op`, a splat constant, is copied into the
/// program: what reads it must see a scalar, not a filter of equal weights.
static bool isCopiedSplat(Operation *op, unsigned index) {
  if (getShape(op->getOperand(index)).empty()) {
    return true;
  }
  auto fused = dyn_cast<graph::FusedOp>(op);
  if (!fused) {
    return isa<graph::ElementwiseOpInterface>(op);
  }
  return llvm::all_of(
      fused.getBody().getArgument(index).getUsers(),
      [](Operation *user) { return isa<graph::ElementwiseOpInterface>(user); });
}

FailureOr<loop::CallOp> ProgramOutliner::outline(Operation *op) {
  SmallVector<Operation *> ops = getComputingOps(op);
  Location loc = getFusedLocation(op, ops);
  llvm::SetVector<Value> inputs;
  llvm::SmallMapVector<Value, ElementsAttr, 4> splats;
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    ElementsAttr value;
    if (matchPattern(operand, m_Constant(&value)) && value.isSplat() &&
        isCopiedSplat(op, index)) {
      splats.insert({operand, value});
    } else {
      inputs.insert(operand);
    }
  }
  SmallVector<Type> types, results;
  for (Value input : inputs) {
    types.push_back(getStorageType(input.getType()));
  }
  for (Type result : op->getResultTypes()) {
    results.push_back(getStorageType(result));
  }
  llvm::append_range(types, results);

  OpBuilder moduleBuilder(op->getParentOfType<func::FuncOp>());
  auto program = moduleBuilder.create<loop::ProgramOp>(
      loc, makeName(ops), moduleBuilder.getFunctionType(types, results));
  symbols.insert(program);

  BodyWriter writer(program, table);
  for (auto [input, argument] :
       llvm::zip(inputs, program.getBody().front().getArguments())) {
    writer.map(input, argument);
  }
  for (auto &[value, splat] : splats) {
    writer.addConstant(value, splat);
  }
  auto fused = dyn_cast<graph::FusedOp>(op);
  if (fused) {
    writer.mapArguments(fused);
    Block &body = fused.getBody().front();
    if (failed(writer.write(body.without_terminator(),
                            body.getTerminator()->getOperands()))) {
      return failure();
    }
  } else if (failed(
                 writer.write({op->getIterator(), std::next(op->getIterator())},
                              op->getResults()))) {
    return failure();
  }
  OpBuilder builder(op);
  auto call = builder.create<loop::CallOp>(loc, results, program.getSymName(),
                                           inputs.getArrayRef());
  // At the call, not at the program: equal programs stay equal.
  for (NamedAttribute note : op->getDiscardableAttrs()) {
    call->setAttr(note.getName(), note.getValue());
  }
  return call;
}
