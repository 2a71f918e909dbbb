//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/ExposeValues.h"
#include "dialects/graph/WinogradBounds.h"
#include "transforms/graph/AuxiliaryLocation.h"

using namespace mlir;
using namespace mlir::tessera;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

namespace {
/// The last source node that a location names; null if what it locates computes
/// no node's value.
StringAttr findLastName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc)) {
    return name.getName();
  }
  auto fused = dyn_cast<FusedLoc>(loc);
  if (!fused || graph::isAuxiliary(loc) || fused.getLocations().empty()) {
    return nullptr;
  }
  return findLastName(fused.getLocations().back());
}

/// What computes result `index` of `op`, inside of a fused region if that is
/// one.
Value findSource(Operation &op, unsigned index) {
  if (auto fused = dyn_cast<graph::FusedOp>(op)) {
    return fused.getBody().front().getTerminator()->getOperand(index);
  }
  return op.getResult(index);
}

/// `value`, whose kernel ends in `source`, without the padding that `source`
/// adds for its readers to a value of the same node.
Value dropPadding(Value value, Value source) {
  auto pad = source.getDefiningOp<graph::PadOp>();
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

/// The name of a value whose op has `name`.
StringAttr nameResult(StringAttr name, Value value) {
  unsigned number = cast<OpResult>(value).getResultNumber();
  return number == 0 ? name
                     : StringAttr::get(name.getContext(),
                                       name.strref() + "/" + Twine(number));
}
} // namespace

void mlir::tessera::nameValues(func::FuncOp main) {
  unsigned number = 0;
  for (Operation &op : main.getBody().front().without_terminator()) {
    StringAttr node = findLastName(op.getLoc());
    std::string name =
        std::to_string(number++) + ":" +
        (node ? node.strref() : op.getName().getStringRef()).str();
    op.setLoc(NameLoc::get(StringAttr::get(main.getContext(), name)));
  }
}

llvm::StringRef mlir::tessera::getNodeName(llvm::StringRef valueName) {
  return valueName.split(':').second;
}

llvm::MapVector<StringAttr, Value>
mlir::tessera::findNamedValues(func::FuncOp main) {
  DenseMap<StringAttr, Operation *> last;
  main.walk<WalkOrder::PreOrder>([&](Operation *op) {
    StringAttr name = findLastName(op->getLoc());
    if (name && !isa<graph::FusedOp, graph::YieldOp>(op)) {
      last[name] = op;
    }
  });
  llvm::MapVector<StringAttr, Value> values;
  for (Operation &op : llvm::make_early_inc_range(
           main.getBody().front().without_terminator())) {
    if (op.hasTrait<OpTrait::ConstantLike>()) {
      continue;
    }
    for (OpResult result : op.getResults()) {
      Value source = findSource(op, result.getResultNumber());
      Operation *definition = source.getDefiningOp();
      StringAttr name =
          definition ? findLastName(definition->getLoc()) : nullptr;
      if (name && last.lookup(name) == definition) {
        values.insert({nameResult(name, source), dropPadding(result, source)});
      }
    }
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

void mlir::tessera::appendResults(
    func::FuncOp main, ArrayRef<std::pair<std::string, Value>> named) {
  Operation *terminator = main.getBody().front().getTerminator();
  SmallVector<Value> results(terminator->getOperands());
  SmallVector<Attribute> attributes;
  Builder builder(main.getContext());
  for (unsigned i = 0; i < results.size(); ++i) {
    DictionaryAttr old = main.getResultAttrDict(i);
    attributes.push_back(old ? old : builder.getDictionaryAttr({}));
  }
  for (const auto &[name, value] : named) {
    results.push_back(value);
    attributes.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr("graph.name", builder.getStringAttr(name))));
  }
  terminator->setOperands(results);
  main.setFunctionType(builder.getFunctionType(main.getArgumentTypes(),
                                               ValueRange(results).getTypes()));
  main.setAllResultAttrs(attributes);
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

namespace {
class CheckBuilder {
public:
  CheckBuilder(func::FuncOp main, ArrayRef<std::string> names)
      : main(main), block(main.getBody().front()), builder(main.getContext()) {
    llvm::MapVector<StringAttr, Value> all = findNamedValues(main);
    for (const std::string &name : names) {
      if (Value value = all.lookup(builder.getStringAttr(name))) {
        cuts[value] = {name, addInput(name, value)};
      }
    }
  }

  void run() {
    SmallVector<Operation *> ops;
    for (Operation &op : block.without_terminator()) {
      ops.push_back(&op);
    }
    for (Operation *op : ops) {
      visit(op);
    }
    Operation *terminator = block.getTerminator();
    builder.setInsertionPoint(terminator);
    for (OpOperand &operand : terminator->getOpOperands()) {
      if (Value computed = givenFor.lookup(operand.get())) {
        operand.set(computed);
      }
      addBound("#" + std::to_string(operand.getOperandNumber()), operand.get());
    }
    std::vector<std::pair<std::string, Value>> results = std::move(values);
    llvm::append_range(results, boundResults);
    appendResults(main, results);
  }

private:
  void visit(Operation *op) {
    SmallVector<Value> operandBounds;
    bool isBounded = true;
    for (Value operand : op->getOperands()) {
      isBounded &= !unbounded.contains(operand);
      operandBounds.push_back(bounds.lookup(operand));
    }
    builder.setInsertionPointAfter(op);
    for (OpResult result : op->getResults()) {
      if (Value given = cuts.lookup(result).given) {
        result.replaceAllUsesWith(given);
        givenFor[given] = result;
      }
    }
    FailureOr<SmallVector<Value>> resultBounds = failure();
    if (op->hasTrait<OpTrait::ConstantLike>()) {
      resultBounds = SmallVector<Value>(op->getNumResults());
    } else if (auto bounded = dyn_cast<graph::ErrorBoundOpInterface>(op)) {
      if (isBounded) {
        resultBounds = bounded.buildErrorBounds(builder, operandBounds);
      }
    }
    for (OpResult result : op->getResults()) {
      if (failed(resultBounds)) {
        unbounded.insert(result);
      } else {
        bounds[result] = (*resultBounds)[result.getResultNumber()];
      }
      if (cuts.contains(result)) {
        values.emplace_back("value:" + cuts[result].name, result);
        addBound(cuts[result].name, result);
      }
    }
  }

  Value addInput(const std::string &name, Value like) {
    unsigned number = main.getNumArguments();
    main.insertArgument(
        number, like.getType(),
        builder.getDictionaryAttr(builder.getNamedAttr(
            "graph.name", builder.getStringAttr("given:" + name))),
        like.getLoc());
    return main.getArgument(number);
  }

  void addBound(const std::string &name, Value value) {
    Value bound = bounds.lookup(value);
    if (unbounded.contains(value)) {
      graph::BoundBuilder b(builder, value.getLoc());
      auto shape = cast<ShapedType>(value.getType()).getShape();
      bound = builder.create<graph::BroadcastOp>(
          value.getLoc(), RankedTensorType::get(shape, builder.getF64Type()),
          b.constant(std::numeric_limits<double>::infinity()));
    }
    if (bound) {
      boundResults.emplace_back("bound:" + name, bound);
    }
  }

  struct Cut {
    std::string name;
    /// The input that stands for the value.
    Value given;
  };

  func::FuncOp main;
  Block &block;
  OpBuilder builder;
  DenseMap<Value, Cut> cuts;
  DenseMap<Value, Value> bounds, givenFor;
  DenseSet<Value> unbounded;
  std::vector<std::pair<std::string, Value>> values, boundResults;
};
} // namespace

void mlir::tessera::buildCheck(
    func::FuncOp main, ArrayRef<std::string> names,
    const std::map<std::string, int64_t> &winogradNodes) {
  Builder builder(main.getContext());
  main.walk([&](graph::ConvOp conv) {
    StringAttr name = findLastName(conv.getLoc());
    auto found = name ? winogradNodes.find(name.str()) : winogradNodes.end();
    if (found != winogradNodes.end()) {
      conv->setAttr(graph::kWinogradOutputsAttrName,
                    builder.getI64IntegerAttr(found->second));
    }
  });
  CheckBuilder(main, names).run();
}
