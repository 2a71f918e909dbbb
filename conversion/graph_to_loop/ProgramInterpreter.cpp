//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/graph_to_loop/ProgramInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>
#include <functional>

using namespace mlir;
using namespace mlir::tessera;

[[noreturn]] static void stop(const Twine &message) {
  llvm::errs() << "interpreter: " << message << "\n";
  std::abort();
}

std::vector<double> InterpretedValue::getReals() const {
  std::vector<double> reals;
  for (const Element &element : elements) {
    reals.push_back(element.real);
  }
  return reals;
}

std::vector<int64_t> InterpretedValue::getIntegers() const {
  std::vector<int64_t> integers;
  for (const Element &element : elements) {
    integers.push_back(element.integer);
  }
  return integers;
}

static ArrayRef<int64_t> getShape(Type type) {
  return cast<RankedTensorType>(type).getShape();
}

int64_t mlir::tessera::getCheckedOffset(Type type, ArrayRef<int64_t> indices) {
  int64_t offset = 0;
  for (auto [size, index] : llvm::zip_equal(getShape(type), indices)) {
    if (index < 0 || index >= size) {
      stop("index " + Twine(index) + " out of " + Twine(size));
    }
    offset = offset * size + index;
  }
  return offset;
}

/// Calls `body` for each point of `bounds`, in order.
static void forEachPoint(ArrayRef<int64_t> bounds,
                         llvm::function_ref<void(ArrayRef<int64_t>)> body) {
  if (llvm::is_contained(bounds, 0)) {
    return;
  }
  SmallVector<int64_t> point(bounds.size(), 0);
  while (true) {
    body(point);
    int64_t d = static_cast<int64_t>(bounds.size()) - 1;
    while (d >= 0 && ++point[d] == bounds[d]) {
      point[d--] = 0;
    }
    if (d < 0) {
      return;
    }
  }
}

/// Rounds a float, or wraps an integer, to what `type` holds.
static Element normalise(Element element, Type type) {
  if (auto floating = dyn_cast<FloatType>(type)) {
    APFloat value(element.real);
    bool isInexact;
    value.convert(floating.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &isInexact);
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &isInexact);
    element.real = value.convertToDouble();
    return element;
  }
  unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  // i1 is 0 or 1, not -1.
  element.integer =
      width == 1 ? element.integer & 1
                 : APInt(64, element.integer).trunc(width).getSExtValue();
  return element;
}

static Element getElement(Attribute attribute) {
  Element element;
  if (auto real = dyn_cast<FloatAttr>(attribute)) {
    APFloat value = real.getValue();
    bool isInexact;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &isInexact);
    element.real = value.convertToDouble();
  } else {
    APInt value = cast<IntegerAttr>(attribute).getValue();
    element.integer =
        value.getBitWidth() == 1 ? value.getZExtValue() : value.getSExtValue();
  }
  return element;
}

/// Elements of a resource blob, `type` being their storage type.
static std::vector<Element> decode(ArrayRef<char> bytes, Type type) {
  std::vector<Element> elements;
  unsigned width = type.getIntOrFloatBitWidth();
  for (size_t at = 0; at < bytes.size(); at += width / 8) {
    uint64_t bits = 0;
    std::memcpy(&bits, bytes.data() + at, width / 8);
    APInt integer(width, bits);
    auto floating = dyn_cast<FloatType>(type);
    elements.push_back(getElement(
        floating ? Attribute(FloatAttr::get(
                       type, APFloat(floating.getFloatSemantics(), integer)))
                 : Attribute(IntegerAttr::get(type, integer))));
  }
  return elements;
}

static InterpretedValue getConstant(Attribute attribute) {
  InterpretedValue value;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    value.type = resource.getType();
    value.elements = decode(resource.getRawHandle().getBlob()->getData(),
                            resource.getElementType());
    return value;
  }
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    value.type = dense.getType();
    for (Attribute element : dense.getValues<Attribute>()) {
      value.elements.push_back(getElement(element));
    }
    return value;
  }
  value.type = cast<TypedAttr>(attribute).getType();
  value.elements.push_back(getElement(attribute));
  return value;
}

/// A tensor that no one has written.
static InterpretedValue getUnwritten(Type type) {
  Element garbage;
  garbage.real = std::nan("");
  garbage.integer = 0x5eadbeef;
  auto tensor = cast<RankedTensorType>(type);
  return {type,
          std::vector<Element>(tensor.getNumElements(),
                               normalise(garbage, tensor.getElementType()))};
}

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

ProgramInterpreter::Shared ProgramInterpreter::get(Value value) const {
  auto found = values.find(value);
  if (found == values.end()) {
    stop("value without definition");
  }
  return found->second;
}

void ProgramInterpreter::set(Value value, InterpretedValue result) {
  result.type = value.getType();
  values[value] = std::make_shared<const InterpretedValue>(std::move(result));
}

void ProgramInterpreter::setScalar(Value value, Element element) {
  set(value, {value.getType(), {normalise(element, value.getType())}});
}

ProgramInterpreter::Shared
ProgramInterpreter::load(const Shared &tensor,
                         ArrayRef<int64_t> indices) const {
  InterpretedValue scalar;
  scalar.type = getElementTypeOrSelf(tensor->type);
  scalar.elements.push_back(
      tensor->elements[getCheckedOffset(tensor->type, indices)]);
  return std::make_shared<const InterpretedValue>(std::move(scalar));
}

std::vector<InterpretedValue>
ProgramInterpreter::run(func::FuncOp function,
                        ArrayRef<InterpretedValue> arguments) {
  std::vector<Shared> shared;
  for (auto [argument, type] :
       llvm::zip_equal(arguments, function.getArgumentTypes())) {
    if (static_cast<int64_t>(argument.elements.size()) !=
        cast<RankedTensorType>(type).getNumElements()) {
      stop("argument of another size");
    }
    shared.push_back(std::make_shared<const InterpretedValue>(
        InterpretedValue{type, argument.elements}));
  }
  std::vector<InterpretedValue> results;
  for (const Shared &result : runBlock(function.getBody().front(), shared)) {
    results.push_back(*result);
  }
  return results;
}

std::vector<ProgramInterpreter::Shared>
ProgramInterpreter::runBlock(Block &block, ArrayRef<Shared> arguments) {
  for (auto [argument, value] :
       llvm::zip_equal(block.getArguments(), arguments)) {
    values[argument] = value;
  }
  for (Operation &op : block.without_terminator()) {
    runOp(op);
  }
  std::vector<Shared> results;
  for (Value operand : block.getTerminator()->getOperands()) {
    results.push_back(get(operand));
  }
  return results;
}

void ProgramInterpreter::runOp(Operation &op) {
  if (!runStructure(op) && !runTensor(op)) {
    runScalar(op);
  }
}

bool ProgramInterpreter::runStructure(Operation &op) {
  auto setAll = [&](ArrayRef<Shared> results) {
    for (auto [value, result] : llvm::zip_equal(op.getResults(), results)) {
      values[value] = result;
    }
  };
  auto getAll = [&](ValueRange operands) {
    return llvm::map_to_vector(operands, [&](Value v) { return get(v); });
  };
  if (auto call = dyn_cast<loop::CallOp>(op)) {
    auto program = SymbolTable::lookupNearestSymbolFrom<loop::ProgramOp>(
        &op, call.getCalleeAttr());
    SmallVector<Shared> arguments = getAll(call.getInputs());
    for (Type type : call.getResultTypes()) {
      arguments.push_back(
          std::make_shared<const InterpretedValue>(getUnwritten(type)));
    }
    setAll(runBlock(program.getBody().front(), arguments));
    return true;
  }
  if (auto nest = dyn_cast<loop::NestOp>(op)) {
    runNest(nest);
    return true;
  }
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    bool isTrue = getScalar(branch.getCondition()).integer != 0;
    setAll(runBlock(*(isTrue ? branch.thenBlock() : branch.elseBlock()), {}));
    return true;
  }
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    SmallVector<Shared> carried = getAll(loop.getInitArgs());
    int64_t upper = getScalar(loop.getUpperBound()).integer;
    int64_t step = getScalar(loop.getStep()).integer;
    for (int64_t i = getScalar(loop.getLowerBound()).integer; i < upper;
         i += step) {
      SmallVector<Shared> arguments = carried;
      arguments.insert(
          arguments.begin(),
          std::make_shared<const InterpretedValue>(InterpretedValue{
              loop.getInductionVar().getType(), {Element{0.0, i}}}));
      std::vector<Shared> next = runBlock(*loop.getBody(), arguments);
      carried.assign(next.begin(), next.end());
    }
    setAll(carried);
    return true;
  }
  return false;
}

void ProgramInterpreter::runNestPoint(loop::NestOp nest, ArrayRef<Shared> init,
                                      std::vector<InterpretedValue> &outputs) {
  SmallVector<int64_t> reductionBounds(nest.getBounds());
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    reductionBounds[d] = nest.isReduction(d) ? nest.getBounds()[d] : 1;
  }
  SmallVector<int64_t> origin = point;
  SmallVector<Shared> accumulators(init);
  forEachPoint(reductionBounds, [&](ArrayRef<int64_t> offsets) {
    for (unsigned d = 0; d < point.size(); ++d) {
      point[d] = origin[d] + offsets[d];
    }
    SmallVector<Shared> arguments;
    for (auto [i, input] : llvm::enumerate(nest.getInputs())) {
      arguments.push_back(load(get(input), nest.getInputMap(i).compose(point)));
    }
    llvm::append_range(arguments, accumulators);
    std::vector<Shared> next = runBlock(nest.getCombine().front(), arguments);
    accumulators.assign(next.begin(), next.end());
  });
  point = origin;
  for (auto [i, input] : llvm::enumerate(nest.getEpilogueInputs())) {
    accumulators.push_back(
        load(get(input), nest.getEpilogueInputMap(i).compose(point)));
  }
  std::vector<Shared> stored =
      runBlock(nest.getEpilogue().front(), accumulators);
  for (auto [i, element] : llvm::enumerate(stored)) {
    int64_t offset =
        getCheckedOffset(outputs[i].type, nest.getOutputMap(i).compose(point));
    outputs[i].elements[offset] = element->elements.front();
  }
}

void ProgramInterpreter::runNest(loop::NestOp nest) {
  std::vector<InterpretedValue> outputs;
  for (Value output : nest.getOutputs()) {
    outputs.push_back(*get(output));
  }
  SmallVector<int64_t> parallelBounds(nest.getBounds());
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    parallelBounds[d] = nest.isReduction(d) ? 1 : nest.getBounds()[d];
  }
  forEachPoint(parallelBounds, [&](ArrayRef<int64_t> parallelPoint) {
    point.assign(parallelPoint.begin(), parallelPoint.end());
    runNestPoint(nest, runBlock(nest.getInit().front(), {}), outputs);
  });
  for (auto [result, output] : llvm::zip_equal(nest.getResults(), outputs)) {
    set(result, std::move(output));
  }
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// Calls `body` with offsets into the whole and the part of a slice.
static void forEachSliced(
    Type whole, Type part, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
    ArrayRef<int64_t> strides,
    llvm::function_ref<void(int64_t wholeOffset, int64_t partOffset)> body) {
  forEachPoint(sizes, [&](ArrayRef<int64_t> point) {
    SmallVector<int64_t> at;
    for (size_t d = 0; d < point.size(); ++d) {
      at.push_back(offsets[d] + point[d] * strides[d]);
    }
    body(getCheckedOffset(whole, at), getCheckedOffset(part, point));
  });
}

bool ProgramInterpreter::runTensor(Operation &op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    set(constant, getConstant(constant.getValue()));
    return true;
  }
  if (isa<tensor::EmptyOp>(op)) {
    set(op.getResult(0), getUnwritten(op.getResult(0).getType()));
    return true;
  }
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, loop::ViewOp>(op)) {
    set(op.getResult(0), *get(op.getOperand(0)));
    return true;
  }
  auto getIndices = [&](ValueRange indices) {
    return llvm::map_to_vector(
        indices, [&](Value index) { return getScalar(index).integer; });
  };
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    values[extract] =
        load(get(extract.getTensor()), getIndices(extract.getIndices()));
    return true;
  }
  if (auto insert = dyn_cast<tensor::InsertOp>(op)) {
    InterpretedValue result = *get(insert.getDest());
    int64_t offset =
        getCheckedOffset(result.type, getIndices(insert.getIndices()));
    result.elements[offset] = getScalar(insert.getScalar());
    set(insert, std::move(result));
    return true;
  }
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    InterpretedValue result = getUnwritten(slice.getType());
    Shared source = get(slice.getSource());
    forEachSliced(source->type, result.type, slice.getStaticOffsets(),
                  slice.getStaticSizes(), slice.getStaticStrides(),
                  [&](int64_t whole, int64_t part) {
                    result.elements[part] = source->elements[whole];
                  });
    set(slice, std::move(result));
    return true;
  }
  if (auto slice = dyn_cast<tensor::InsertSliceOp>(op)) {
    InterpretedValue result = *get(slice.getDest());
    Shared source = get(slice.getSource());
    forEachSliced(result.type, source->type, slice.getStaticOffsets(),
                  slice.getStaticSizes(), slice.getStaticStrides(),
                  [&](int64_t whole, int64_t part) {
                    result.elements[whole] = source->elements[part];
                  });
    set(slice, std::move(result));
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

using RealFunction = double (*)(double, double);

static RealFunction lookupReal(StringRef name) {
  static const llvm::StringMap<RealFunction> table = {
      {"arith.addf", [](double a, double b) { return a + b; }},
      {"arith.subf", [](double a, double b) { return a - b; }},
      {"arith.mulf", [](double a, double b) { return a * b; }},
      {"arith.divf", [](double a, double b) { return a / b; }},
      {"arith.remf", [](double a, double b) { return std::fmod(a, b); }},
      {"arith.negf", [](double a, double) { return -a; }},
      {"arith.extf", [](double a, double) { return a; }},
      {"arith.truncf", [](double a, double) { return a; }},
      {"arith.maximumf",
       [](double a, double b) {
         return std::isnan(a) || std::isnan(b) ? std::nan("") : std::max(a, b);
       }},
      {"arith.minimumf",
       [](double a, double b) {
         return std::isnan(a) || std::isnan(b) ? std::nan("") : std::min(a, b);
       }},
      {"math.exp", [](double a, double) { return std::exp(a); }},
      {"math.log", [](double a, double) { return std::log(a); }},
      {"math.log1p", [](double a, double) { return std::log1p(a); }},
      {"math.sqrt", [](double a, double) { return std::sqrt(a); }},
      {"math.tanh", [](double a, double) { return std::tanh(a); }},
      {"math.erf", [](double a, double) { return std::erf(a); }},
      {"math.absf", [](double a, double) { return std::fabs(a); }},
      {"math.floor", [](double a, double) { return std::floor(a); }},
      {"math.ceil", [](double a, double) { return std::ceil(a); }},
      {"math.expm1", [](double a, double) { return std::expm1(a); }},
      {"math.sin", [](double a, double) { return std::sin(a); }},
      {"math.cos", [](double a, double) { return std::cos(a); }},
      {"math.asin", [](double a, double) { return std::asin(a); }},
      {"math.acos", [](double a, double) { return std::acos(a); }},
      {"math.atan", [](double a, double) { return std::atan(a); }},
      {"math.roundeven", [](double a, double) { return std::nearbyint(a); }},
      {"math.copysign", [](double a, double b) { return std::copysign(a, b); }},
      {"math.powf", [](double a, double b) { return std::pow(a, b); }},
  };
  return table.lookup(name);
}

using IntegerFunction = int64_t (*)(int64_t, int64_t, unsigned);

static uint64_t asUnsigned(int64_t value, unsigned width) {
  return width == 64 ? value : value & ((uint64_t(1) << width) - 1);
}

static IntegerFunction lookupInteger(StringRef name) {
  using I = int64_t;
  static const llvm::StringMap<IntegerFunction> table = {
      {"arith.addi", [](I a, I b, unsigned) -> I { return a + b; }},
      {"arith.subi", [](I a, I b, unsigned) -> I { return a - b; }},
      {"arith.muli", [](I a, I b, unsigned) -> I { return a * b; }},
      {"arith.divsi", [](I a, I b, unsigned) -> I { return a / b; }},
      {"arith.remsi", [](I a, I b, unsigned) -> I { return a % b; }},
      {"arith.divui",
       [](I a, I b, unsigned w) -> I {
         return asUnsigned(a, w) / asUnsigned(b, w);
       }},
      {"arith.remui",
       [](I a, I b, unsigned w) -> I {
         return asUnsigned(a, w) % asUnsigned(b, w);
       }},
      {"arith.shli",
       [](I a, I b, unsigned) -> I { return static_cast<uint64_t>(a) << b; }},
      {"arith.shrui",
       [](I a, I b, unsigned w) -> I { return asUnsigned(a, w) >> b; }},
      {"arith.shrsi", [](I a, I b, unsigned) -> I { return a >> b; }},
      {"arith.andi", [](I a, I b, unsigned) -> I { return a & b; }},
      {"arith.ori", [](I a, I b, unsigned) -> I { return a | b; }},
      {"arith.xori", [](I a, I b, unsigned) -> I { return a ^ b; }},
      {"arith.maxsi", [](I a, I b, unsigned) -> I { return std::max(a, b); }},
      {"arith.minsi", [](I a, I b, unsigned) -> I { return std::min(a, b); }},
      {"arith.maxui",
       [](I a, I b, unsigned w) -> I {
         return asUnsigned(a, w) > asUnsigned(b, w) ? a : b;
       }},
      {"arith.minui",
       [](I a, I b, unsigned w) -> I {
         return asUnsigned(a, w) < asUnsigned(b, w) ? a : b;
       }},
      {"arith.extsi", [](I a, I, unsigned) -> I { return a; }},
      {"arith.extui", [](I a, I, unsigned w) -> I { return asUnsigned(a, w); }},
      {"arith.trunci", [](I a, I, unsigned) -> I { return a; }},
      {"arith.index_cast", [](I a, I, unsigned) -> I { return a; }},
  };
  return table.lookup(name);
}

static bool compare(arith::CmpIPredicate predicate, const APInt &a,
                    const APInt &b) {
  return arith::applyCmpPredicate(predicate, a, b);
}

void ProgramInterpreter::runIntegerScalar(Operation &op) {
  StringRef name = op.getName().getStringRef();
  Type type = op.getOperand(0).getType();
  unsigned width = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  Element a = getScalar(op.getOperand(0));
  Element b = op.getNumOperands() > 1 ? getScalar(op.getOperand(1)) : Element();
  Element result;
  if (auto cmp = dyn_cast<arith::CmpIOp>(op)) {
    result.integer =
        compare(cmp.getPredicate(), APInt(width, a.integer, /*isSigned=*/true),
                APInt(width, b.integer, /*isSigned=*/true));
  } else if (isa<arith::SIToFPOp>(op)) {
    result.real = static_cast<double>(a.integer);
  } else if (isa<arith::UIToFPOp>(op)) {
    result.real = static_cast<double>(asUnsigned(a.integer, width));
  } else if (IntegerFunction function = lookupInteger(name)) {
    result.integer = function(a.integer, b.integer, width);
  } else {
    stop("no rule for " + name);
  }
  setScalar(op.getResult(0), result);
}

void ProgramInterpreter::runScalar(Operation &op) {
  StringRef name = op.getName().getStringRef();
  if (auto index = dyn_cast<loop::IndexOp>(op)) {
    return setScalar(index, {0.0, point[index.getDim()]});
  }
  if (auto select = dyn_cast<arith::SelectOp>(op)) {
    bool isTrue = getScalar(select.getCondition()).integer != 0;
    values[select] =
        get(isTrue ? select.getTrueValue() : select.getFalseValue());
    return;
  }
  if (op.getNumOperands() == 0) {
    stop("no rule for " + name);
  }
  if (!isa<FloatType>(op.getOperand(0).getType())) {
    return runIntegerScalar(op);
  }
  double a = getScalar(op.getOperand(0)).real;
  double b = op.getNumOperands() > 1 ? getScalar(op.getOperand(1)).real : 0.0;
  Element result;
  if (auto cmp = dyn_cast<arith::CmpFOp>(op)) {
    result.integer =
        arith::applyCmpPredicate(cmp.getPredicate(), APFloat(a), APFloat(b));
  } else if (isa<arith::FPToSIOp>(op)) {
    result.integer = static_cast<int64_t>(a);
  } else if (isa<arith::FPToUIOp>(op)) {
    result.integer = static_cast<int64_t>(static_cast<uint64_t>(a));
  } else if (RealFunction function = lookupReal(name)) {
    result.real = function(a, b);
  } else {
    stop("no rule for " + name);
  }
  setScalar(op.getResult(0), result);
}
