//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/ExposeValues.h"
#include "dialects/graph/GraphOps.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::tessera;

namespace {
/// The last source node that a location names.
StringAttr findLastName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc)) {
    return name.getName();
  }
  if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location inner : llvm::reverse(fused.getLocations())) {
      if (StringAttr name = findLastName(inner)) {
        return name;
      }
    }
  }
  return nullptr;
}

/// What computes result `index` of `op`, inside of a fused region if there is
/// one.
Operation *findSource(Operation &op, unsigned index) {
  if (auto fused = dyn_cast<graph::FusedOp>(op)) {
    Value yielded = fused.getBody().front().getTerminator()->getOperand(index);
    if (Operation *inner = yielded.getDefiningOp()) {
      return inner;
    }
  }
  return &op;
}

/// `value` without the padding that `source`, which computes it, adds to a
/// value of the same node for its users.
Value dropPadding(Value value, Operation *source) {
  auto pad = dyn_cast<graph::PadOp>(source);
  Operation *producer = pad ? pad.getInput().getDefiningOp() : nullptr;
  if (!producer ||
      findLastName(producer->getLoc()) != findLastName(pad.getLoc())) {
    return value;
  }
  if (value == pad.getResult()) {
    return pad.getInput();
  }
  ArrayRef<int64_t> shape = pad.getInput().getType().getShape();
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  return builder.create<graph::SliceOp>(pad.getLoc(), value, pad.getLow(),
                                        shape,
                                        SmallVector<int64_t>(shape.size(), 1));
}
} // namespace

void mlir::tessera::exposeValues(func::FuncOp main) {
  Block &block = main.getBody().front();
  Operation *terminator = block.getTerminator();
  llvm::MapVector<StringAttr, Value> last;
  for (Operation &op : llvm::make_early_inc_range(block.without_terminator())) {
    if (op.hasTrait<OpTrait::ConstantLike>()) {
      continue;
    }
    for (OpResult result : op.getResults()) {
      Operation *source = findSource(op, result.getResultNumber());
      StringAttr name = findLastName(source->getLoc());
      if (name && !name.empty()) {
        last.erase(name);
        last[name] = dropPadding(result, source);
      }
    }
  }
  unsigned number = terminator->getNumOperands();
  SmallVector<Value> results(terminator->getOperands());
  for (auto &[name, value] : last) {
    results.push_back(value);
  }
  terminator->setOperands(results);
  main.setFunctionType(FunctionType::get(main.getContext(),
                                         main.getArgumentTypes(),
                                         ValueRange(results).getTypes()));
  SmallVector<Attribute> attributes;
  for (unsigned i = 0; i < number; ++i) {
    DictionaryAttr old = main.getResultAttrDict(i);
    attributes.push_back(old ? old : DictionaryAttr::get(main.getContext()));
  }
  Builder builder(main.getContext());
  for (auto &[name, value] : last) {
    attributes.push_back(
        builder.getDictionaryAttr(builder.getNamedAttr("graph.name", name)));
  }
  main.setAllResultAttrs(attributes);
}
