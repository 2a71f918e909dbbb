//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace mlir::tessera::loop;

#define GET_OP_CLASSES
#include "dialects/loop/LoopOps.cpp.inc"

void mlir::tessera::loop::buildNestRegion(
    OpBuilder &builder, Location loc, Region &region, TypeRange types,
    llvm::function_ref<SmallVector<Value>(OpBuilder &, ValueRange)> build) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&region, region.end(), types,
                                     SmallVector<Location>(types.size(), loc));
  SmallVector<Value> values = build(builder, block->getArguments());
  builder.setInsertionPointToEnd(block);
  builder.create<YieldOp>(loc, values);
}

void mlir::tessera::loop::buildCopyRegions(OpBuilder &builder, NestOp nest) {
  Location loc = nest.getLoc();
  Type element =
      cast<ShapedType>(nest.getOutputs()[0].getType()).getElementType();
  buildNestRegion(
      builder, loc, nest.getInit(), {},
      [&](OpBuilder &b, ValueRange) -> SmallVector<Value> {
        return {b.create<arith::ConstantOp>(loc, b.getZeroAttr(element))};
      });
  auto first = [](OpBuilder &, ValueRange arguments) -> SmallVector<Value> {
    return {arguments[0]};
  };
  buildNestRegion(builder, loc, nest.getCombine(), {element, element}, first);
  buildNestRegion(builder, loc, nest.getEpilogue(), {element}, first);
}

//===----------------------------------------------------------------------===//
// ProgramOp
//===----------------------------------------------------------------------===//

void ProgramOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                      FunctionType type) {
  state.addAttribute(SymbolTable::getSymbolAttrName(),
                     builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  Region *body = state.addRegion();
  Block *block = new Block();
  body->push_back(block);
  for (Type input : type.getInputs()) {
    block->addArgument(input, state.location);
  }
}

ParseResult ProgramOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void ProgramOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult ProgramOp::verify() {
  ArrayRef<Type> inputs = getFunctionType().getInputs();
  ArrayRef<Type> results = getFunctionType().getResults();
  // C1
  if (results.size() > inputs.size() ||
      inputs.take_back(results.size()) != results) {
    return emitOpError() << "expected the last arguments' types to equal the "
                            "results' types, but got "
                         << getFunctionType();
  }
  // C2
  if (!getBody().hasOneBlock()) {
    return emitOpError() << "expected a body of one block, but got '"
                         << getBody().getBlocks().size() << "'";
  }
  Block &block = getBody().front();
  auto terminator =
      block.empty() ? ReturnOp() : dyn_cast<ReturnOp>(block.back());
  if (!terminator || terminator.getOperandTypes() != TypeRange(results)) {
    return emitOpError() << "expected to end in a loop.return of (" << results
                         << ")";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// CallOp, ViewOp, IndexOp
//===----------------------------------------------------------------------===//

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto program =
      symbols.lookupNearestSymbolFrom<ProgramOp>(*this, getCalleeAttr());
  // C1
  if (!program) {
    return emitOpError() << "expected a loop.program as the callee, but got '"
                         << getCallee() << "'";
  }
  // Shapes and element types match whether the program is on tensors or on
  // buffers, which may add a scratch argument.
  auto matches = [](Type argument, Type value) {
    auto shaped = dyn_cast<ShapedType>(argument);
    auto tensor = cast<ShapedType>(value);
    return shaped && shaped.getShape() == tensor.getShape() &&
           shaped.getElementType() == tensor.getElementType();
  };
  SmallVector<Type> wanted(getInputs().getTypes());
  llvm::append_range(wanted, getOutputs().getTypes());
  ArrayRef<Type> arguments = program.getArgumentTypes();
  bool hasScratch = program->hasAttr(kScratchBytesAttrName);
  if (arguments.size() != wanted.size() + hasScratch ||
      !llvm::all_of(llvm::zip_first(wanted, arguments), [&](auto pair) {
        return matches(std::get<1>(pair), std::get<0>(pair));
      })) {
    InFlightDiagnostic diagnostic =
        emitOpError() << "expected the callee's types "
                      << program.getFunctionType() << ", but got ("
                      << getInputs().getTypes() << ") to ("
                      << getOutputs().getTypes() << ")";
    diagnostic.attachNote(program.getLoc()) << "callee";
    return diagnostic;
  }
  return success();
}

LogicalResult ViewOp::verify() {
  auto from = cast<RankedTensorType>(getInput().getType());
  auto to = cast<RankedTensorType>(getResult().getType());
  // C1
  if (!from.hasStaticShape() || !to.hasStaticShape() ||
      from.getNumElements() != to.getNumElements()) {
    return emitOpError() << "expected static shapes of equally many elements, "
                            "but got "
                         << from << " and " << to;
  }
  // C2
  if (from.getElementType() != to.getElementType()) {
    return emitOpError() << "expected equal element types, but got " << from
                         << " and " << to;
  }
  return success();
}

OpFoldResult ViewOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType()) {
    return getInput();
  }
  if (auto inner = getInput().getDefiningOp<ViewOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

LogicalResult IndexOp::verify() {
  auto nest = (*this)->getParentOfType<NestOp>();
  // C1
  if (!nest || getDim() >= nest.getNumDims()) {
    return emitOpError() << "expected an enclosing loop.nest with that "
                            "dimension, but got '"
                         << getDim() << "'";
  }
  return success();
}

LogicalResult ShareStartOp::verify() {
  // C1
  if (!(*this)->getParentOfType<ParallelOp>()) {
    return emitOpError() << "expected an enclosing loop.parallel";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// NestOp
//===----------------------------------------------------------------------===//

void NestOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  // On tensors a nest is pure unless its body captures buffers.
  auto add = [&](MutableOperandRange operands, MemoryEffects::Effect *effect) {
    for (OpOperand &operand : operands) {
      if (isa<MemRefType>(operand.get().getType())) {
        effects.emplace_back(effect, &operand);
      }
    }
  };
  add(getInputsMutable(), MemoryEffects::Read::get());
  add(getEpilogueInputsMutable(), MemoryEffects::Read::get());
  add(getOutputsMutable(), MemoryEffects::Write::get());
}

static LogicalResult verifyMaps(NestOp nest) {
  size_t dims = nest.getNumDims();
  SmallVector<Value> operands(nest.getInputs());
  llvm::append_range(operands, nest.getEpilogueInputs());
  llvm::append_range(operands, nest.getOutputs());
  // C1
  if (nest.getMaps().size() != operands.size()) {
    return nest.emitOpError()
           << "expected one map for each of " << operands.size()
           << " operands, but got '" << nest.getMaps().size() << "'";
  }
  for (auto [i, operand] : llvm::enumerate(operands)) {
    AffineMap map = nest.getInputMap(i);
    int64_t rank = cast<ShapedType>(operand.getType()).getRank();
    // C1
    if (map.getNumDims() != dims || map.getNumSymbols() != 0 ||
        map.getNumResults() != rank) {
      return nest.emitOpError()
             << "expected a map from " << dims << " dimensions to rank " << rank
             << " for operand " << i << ", but got '" << AffineMapAttr::get(map)
             << "'";
    }
    // C5
    if (i < nest.getInputs().size()) {
      continue;
    }
    for (size_t d = 0; d < dims; ++d) {
      if (nest.isReduction(d) && map.isFunctionOfDim(d)) {
        return nest.emitOpError()
               << "expected a map without reduction dimensions for operand "
               << i << ", but got '" << AffineMapAttr::get(map) << "'";
      }
    }
  }
  return success();
}

/// Checks that `region`'s block takes elements of `operands` and values of
/// `accumulators`, in the order that `accumulatorsFirst` says.
static LogicalResult verifyRegion(NestOp nest, StringRef name, Region &region,
                                  ValueRange operands, TypeRange accumulators,
                                  bool accumulatorsFirst) {
  SmallVector<Type> expected;
  if (accumulatorsFirst) {
    llvm::append_range(expected, accumulators);
  }
  for (Value operand : operands) {
    expected.push_back(cast<ShapedType>(operand.getType()).getElementType());
  }
  if (!accumulatorsFirst) {
    llvm::append_range(expected, accumulators);
  }
  if (TypeRange(region.getArgumentTypes()) != TypeRange(expected)) {
    return nest.emitOpError()
           << "expected " << name << " to take (" << expected << "), but got ("
           << region.getArgumentTypes() << ")";
  }
  return success();
}

LogicalResult NestOp::verify() {
  size_t dims = getNumDims();
  // C2
  if (getIterators().size() != dims) {
    return emitOpError() << "expected " << dims
                         << " iterators, one for each bound, but got '"
                         << getIterators().size() << "'";
  }
  for (int64_t bound : getBounds()) {
    if (bound < 0) {
      return emitOpError() << "expected bounds of 0 or more, but got '" << bound
                           << "'";
    }
  }
  // C7
  if (!getOffsets().empty() && getOffsets().size() != dims) {
    return emitOpError() << "expected " << dims << " offsets, but got '"
                         << getOffsets().size() << "'";
  }
  if (std::optional<ArrayRef<int64_t>> whole = getWhole();
      whole && (whole->size() != dims || getOffsets().size() != dims)) {
    return emitOpError() << "expected offsets and " << dims
                         << " bounds of the whole, but got '" << whole->size()
                         << "'";
  }
  if (failed(verifyMaps(*this))) {
    return failure();
  }
  TypeRange accumulators = getInit().front().getTerminator()->getOperandTypes();
  if (failed(verifyRegion(*this, "init", getInit(), {}, {}, false)) ||
      // C3
      failed(verifyRegion(*this, "combine", getCombine(), getInputs(),
                          accumulators, false)) ||
      // C4
      failed(verifyRegion(*this, "epilogue", getEpilogue(), getEpilogueInputs(),
                          accumulators, true))) {
    return failure();
  }
  // C3
  if (getCombine().front().getTerminator()->getOperandTypes() != accumulators) {
    return emitOpError() << "expected combine to yield the accumulators' types "
                            "("
                         << accumulators << ")";
  }
  // C4
  SmallVector<Type> elements;
  for (Value output : getOutputs()) {
    elements.push_back(cast<ShapedType>(output.getType()).getElementType());
  }
  if (getEpilogue().front().getTerminator()->getOperandTypes() !=
      TypeRange(elements)) {
    return emitOpError()
           << "expected epilogue to yield (" << elements << "), but got ("
           << getEpilogue().front().getTerminator()->getOperandTypes() << ")";
  }
  // C6
  if (std::optional<Attribute> schedule = getSchedule()) {
    auto interface = dyn_cast<ScheduleInterface>(*schedule);
    if (!interface) {
      return emitOpError() << "expected a schedule attribute, but got '"
                           << *schedule << "'";
    }
    return interface.verifyFor([&] { return emitOpError(); }, *this);
  }
  return success();
}

/// Looks through a widening conversion.
static Value stripWidening(Value value) {
  Operation *op = value.getDefiningOp();
  if (op && isa<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(op)) {
    return op->getOperand(0);
  }
  return value;
}

bool NestOp::isContraction() {
  if (getInputs().size() != 2 || getNumReductions() == 0) {
    return false;
  }
  Block &block = getCombine().front();
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() != 1) {
    return false;
  }
  Operation *add = yield->getOperand(0).getDefiningOp();
  if (!add || !isa<arith::AddFOp, arith::AddIOp>(add)) {
    return false;
  }
  Value accumulator = block.getArgument(2);
  Value product = add->getOperand(0) == accumulator ? add->getOperand(1)
                                                    : add->getOperand(0);
  if (add->getOperand(0) != accumulator && add->getOperand(1) != accumulator) {
    return false;
  }
  Operation *mul = product.getDefiningOp();
  if (!mul || !isa<arith::MulFOp, arith::MulIOp>(mul)) {
    return false;
  }
  Value x = stripWidening(mul->getOperand(0));
  Value y = stripWidening(mul->getOperand(1));
  return (x == block.getArgument(0) && y == block.getArgument(1)) ||
         (x == block.getArgument(1) && y == block.getArgument(0));
}
