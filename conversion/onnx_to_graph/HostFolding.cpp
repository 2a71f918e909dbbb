//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/HostTensor.h"
#include "dialects/graph/GraphOps.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <functional>

namespace mlir::tessera::onnx_to_graph {

namespace {

using Operands = ArrayRef<const HostTensor *>;
using Evaluation = std::optional<HostTensor>;
using Evaluator = std::function<Evaluation(Operation *, Operands)>;

/// Row-major strides of `shape`.
SmallVector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t d = static_cast<int64_t>(shape.size()) - 2; d >= 0; --d) {
    strides[d] = strides[d + 1] * shape[d + 1];
  }
  return strides;
}

/// Strides that read a tensor of `shape` at an index of `result`'s shape by
/// NumPy's broadcasting.
SmallVector<int64_t> broadcastStrides(ArrayRef<int64_t> shape,
                                      ArrayRef<int64_t> result) {
  SmallVector<int64_t> own = stridesOf(shape);
  SmallVector<int64_t> strides(result.size(), 0);
  size_t offset = result.size() - shape.size();
  for (size_t d = 0; d < shape.size(); ++d) {
    strides[offset + d] = shape[d] == 1 ? 0 : own[d];
  }
  return strides;
}

/// Calls `visit(linear index, index)` for every index of `shape`.
template <typename Visit>
void forEachIndex(ArrayRef<int64_t> shape, Visit visit) {
  if (llvm::is_contained(shape, 0)) {
    return;
  }
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t linear = 0;; ++linear) {
    visit(linear, index);
    int64_t d = static_cast<int64_t>(shape.size()) - 1;
    while (d >= 0 && ++index[d] == shape[d]) {
      index[d--] = 0;
    }
    if (d < 0) {
      return;
    }
  }
}

int64_t linearIndex(ArrayRef<int64_t> index, ArrayRef<int64_t> strides) {
  int64_t linear = 0;
  for (size_t d = 0; d < index.size(); ++d) {
    linear += index[d] * strides[d];
  }
  return linear;
}

/// The result's type; only static results are evaluated.
std::optional<HostTensor> resultOf(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (op->getNumResults() != 1 || !type || !type.hasStaticShape()) {
    return std::nullopt;
  }
  return HostTensor::zeros(type);
}

/// Copies each element from a place of `source` that `place(index)` names.
template <typename Place>
Evaluation moveElements(Operation *op, const HostTensor &source, Place place) {
  Evaluation result = resultOf(op);
  if (!result) {
    return result;
  }
  bool inside = true;
  forEachIndex(result->type.getShape(),
               [&](int64_t linear, ArrayRef<int64_t> index) {
                 int64_t from = place(index);
                 if (from < 0 || from >= source.size()) {
                   inside = false;
                 } else if (source.isFloat()) {
                   result->floats[linear] = source.floats[from];
                 } else {
                   result->ints[linear] = source.ints[from];
                 }
               });
  return inside ? result : std::nullopt;
}

//===-- Elementwise -------------------------------------------------------===//

/// Reads element `place` of a tensor as T.
template <typename T> T read(const HostTensor &tensor, int64_t place) {
  if constexpr (std::is_same_v<T, double>) {
    return tensor.floats[place];
  } else {
    return tensor.ints[place];
  }
}

void store(HostTensor &tensor, int64_t place, double value) {
  Type element = tensor.type.getElementType();
  if (tensor.isFloat()) {
    tensor.floats[place] = roundToType(element, value);
  } else {
    tensor.ints[place] = wrapInteger(element, static_cast<int64_t>(value));
  }
}

void store(HostTensor &tensor, int64_t place, int64_t value) {
  Type element = tensor.type.getElementType();
  if (tensor.isFloat()) {
    tensor.floats[place] = roundToType(element, static_cast<double>(value));
  } else {
    tensor.ints[place] = wrapInteger(element, value);
  }
}

/// f32 arithmetic is done in f32: f64 and a second rounding is the same for
/// the four operations and the square root, but not in general.
template <typename T, typename Function>
Evaluation mapElements(Operation *op, Operands operands, Function function) {
  Evaluation result = resultOf(op);
  if (!result) {
    return result;
  }
  ArrayRef<int64_t> shape = result->type.getShape();
  SmallVector<SmallVector<int64_t>, 3> strides;
  for (const HostTensor *operand : operands) {
    strides.push_back(broadcastStrides(operand->type.getShape(), shape));
  }
  forEachIndex(shape, [&](int64_t linear, ArrayRef<int64_t> index) {
    T values[3] = {};
    for (size_t i = 0; i < operands.size(); ++i) {
      values[i] = read<T>(*operands[i], linearIndex(index, strides[i]));
    }
    store(*result, linear, function(values));
  });
  return result;
}

using IntFunction = int64_t (*)(int64_t, int64_t, bool isUnsigned);
using FloatFunction = double (*)(double, double);

Evaluator binary(IntFunction onInts, FloatFunction onFloats) {
  return [=](Operation *op, Operands operands) -> Evaluation {
    if (operands[0]->isFloat()) {
      if (!onFloats) {
        return std::nullopt;
      }
      return mapElements<double>(
          op, operands, [=](double *v) { return onFloats(v[0], v[1]); });
    }
    if (!onInts) {
      return std::nullopt;
    }
    bool isUnsigned = operands[0]->type.getElementType().isUnsignedInteger(64);
    return mapElements<int64_t>(op, operands, [=](int64_t *v) {
      return onInts(v[0], v[1], isUnsigned);
    });
  };
}

int64_t divide(int64_t a, int64_t b, bool isUnsigned) {
  if (b == 0 || (b == -1 && !isUnsigned)) {
    return b == 0 ? 0 : static_cast<int64_t>(-static_cast<uint64_t>(a));
  }
  return isUnsigned ? static_cast<int64_t>(static_cast<uint64_t>(a) /
                                           static_cast<uint64_t>(b))
                    : a / b;
}

bool lessThan(int64_t a, int64_t b, bool isUnsigned) {
  return isUnsigned ? static_cast<uint64_t>(a) < static_cast<uint64_t>(b)
                    : a < b;
}

double nanOr(double a, double b, double otherwise) {
  return std::isnan(a) ? a : std::isnan(b) ? b : otherwise;
}

Evaluation evaluateMod(Operation *op, Operands operands) {
  bool fmod = cast<graph::ModOp>(op).getFmod();
  if (operands[0]->isFloat()) {
    if (!fmod) {
      return std::nullopt;
    }
    return mapElements<double>(op, operands,
                               [](double *v) { return std::fmod(v[0], v[1]); });
  }
  bool isUnsigned = operands[0]->type.getElementType().isUnsignedInteger();
  return mapElements<int64_t>(op, operands, [=](int64_t *v) -> int64_t {
    if (v[1] == 0 || v[1] == -1) {
      return 0;
    }
    if (isUnsigned) {
      return static_cast<int64_t>(static_cast<uint64_t>(v[0]) %
                                  static_cast<uint64_t>(v[1]));
    }
    int64_t rest = v[0] % v[1];
    return !fmod && rest != 0 && (rest < 0) != (v[1] < 0) ? rest + v[1] : rest;
  });
}

Evaluation evaluateCast(Operation *op, Operands operands) {
  const HostTensor &input = *operands[0];
  Type target = cast<graph::CastOp>(op).getTo();
  if (input.isFloat()) {
    return mapElements<double>(op, operands, [=](double *v) {
      if (target.isInteger(1)) {
        return v[0] != 0.0 ? 1.0 : 0.0;
      }
      // Out of range is undefined: keep clear of it on the host.
      bool inRange = std::fabs(v[0]) < 9.2e18;
      return isa<FloatType>(target) ? v[0] : inRange ? std::trunc(v[0]) : 0.0;
    });
  }
  bool wide = input.type.getElementType().isUnsignedInteger(64);
  if (wide && isa<FloatType>(target)) {
    return mapElements<int64_t>(op, operands, [](int64_t *v) {
      return static_cast<double>(static_cast<uint64_t>(v[0]));
    });
  }
  return mapElements<int64_t>(op, operands, [=](int64_t *v) -> int64_t {
    return target.isInteger(1) ? v[0] != 0 : v[0];
  });
}

Evaluation evaluateWhere(Operation *op, Operands operands) {
  Evaluation result = resultOf(op);
  if (!result) {
    return result;
  }
  ArrayRef<int64_t> shape = result->type.getShape();
  SmallVector<SmallVector<int64_t>, 3> strides;
  for (const HostTensor *operand : operands) {
    strides.push_back(broadcastStrides(operand->type.getShape(), shape));
  }
  forEachIndex(shape, [&](int64_t linear, ArrayRef<int64_t> index) {
    size_t pick = operands[0]->ints[linearIndex(index, strides[0])] ? 1 : 2;
    int64_t from = linearIndex(index, strides[pick]);
    if (result->isFloat()) {
      result->floats[linear] = operands[pick]->floats[from];
    } else {
      result->ints[linear] = operands[pick]->ints[from];
    }
  });
  return result;
}

Evaluator unary(IntFunction onInts, FloatFunction onFloats) {
  return binary(onInts, onFloats);
}

template <typename OpTy>
void add(llvm::StringMap<Evaluator> &table, Evaluator evaluator) {
  table[OpTy::getOperationName()] = std::move(evaluator);
}

void addUnary(llvm::StringMap<Evaluator> &table) {
  using D = double;
  using I = int64_t;
  add<graph::NegOp>(table, unary([](I a, I, bool) -> I { return 0ull - a; },
                                 [](D a, D) { return -a; }));
  add<graph::AbsOp>(
      table,
      unary([](I a, I, bool u) -> I { return u || a >= 0 ? a : 0ull - a; },
            [](D a, D) { return std::fabs(a); }));
  add<graph::SignOp>(
      table,
      unary([](I a, I, bool u) -> I { return u ? a != 0 : (a > 0) - (a < 0); },
            [](D a, D) { return std::isnan(a) ? a : D((a > 0) - (a < 0)); }));
  add<graph::ReluOp>(table,
                     unary([](I a, I, bool u) { return u || a > 0 ? a : I(0); },
                           [](D a, D) { return a < 0 ? 0.0 : a; }));
  add<graph::FloorOp>(table,
                      unary(nullptr, [](D a, D) { return std::floor(a); }));
  add<graph::CeilOp>(table,
                     unary(nullptr, [](D a, D) { return std::ceil(a); }));
  add<graph::RoundOp>(
      table, unary(nullptr, [](D a, D) { return a - std::remainder(a, 1.0); }));
  add<graph::SqrtOp>(table,
                     unary(nullptr, [](D a, D) { return std::sqrt(a); }));
  add<graph::ReciprocalOp>(table, unary(nullptr, [](D a, D) { return 1 / a; }));
  add<graph::NotOp>(table,
                    unary([](I a, I, bool) -> I { return !a; }, nullptr));
  add<graph::BitwiseNotOp>(
      table, unary([](I a, I, bool) -> I { return ~a; }, nullptr));
  add<graph::IsNanOp>(
      table, unary(nullptr, [](D a, D) -> D { return std::isnan(a); }));
}

void addArithmetic(llvm::StringMap<Evaluator> &table) {
  using D = double;
  using I = int64_t;
  using U = uint64_t;
  add<graph::AddOp>(table,
                    binary([](I a, I b, bool) -> I { return U(a) + U(b); },
                           [](D a, D b) { return a + b; }));
  add<graph::SubOp>(table,
                    binary([](I a, I b, bool) -> I { return U(a) - U(b); },
                           [](D a, D b) { return a - b; }));
  add<graph::MulOp>(table,
                    binary([](I a, I b, bool) -> I { return U(a) * U(b); },
                           [](D a, D b) { return a * b; }));
  add<graph::DivOp>(table, binary(divide, [](D a, D b) { return a / b; }));
  add<graph::MinOp>(
      table, binary([](I a, I b, bool u) { return lessThan(b, a, u) ? b : a; },
                    [](D a, D b) { return nanOr(a, b, std::fmin(a, b)); }));
  add<graph::MaxOp>(
      table, binary([](I a, I b, bool u) { return lessThan(a, b, u) ? b : a; },
                    [](D a, D b) { return nanOr(a, b, std::fmax(a, b)); }));
  IntFunction bitAnd = [](I a, I b, bool) { return a & b; };
  IntFunction bitOr = [](I a, I b, bool) { return a | b; };
  IntFunction bitXor = [](I a, I b, bool) { return a ^ b; };
  add<graph::AndOp>(table, binary(bitAnd, nullptr));
  add<graph::OrOp>(table, binary(bitOr, nullptr));
  add<graph::XorOp>(table, binary(bitXor, nullptr));
  add<graph::BitwiseAndOp>(table, binary(bitAnd, nullptr));
  add<graph::BitwiseOrOp>(table, binary(bitOr, nullptr));
  add<graph::BitwiseXorOp>(table, binary(bitXor, nullptr));
  add<graph::EqualOp>(table, binary([](I a, I b, bool) -> I { return a == b; },
                                    [](D a, D b) -> D { return a == b; }));
  add<graph::LessOp>(
      table, binary([](I a, I b, bool u) -> I { return lessThan(a, b, u); },
                    [](D a, D b) -> D { return a < b; }));
  add<graph::LessEqualOp>(
      table, binary([](I a, I b, bool u) -> I { return !lessThan(b, a, u); },
                    [](D a, D b) -> D { return a <= b; }));
  add<graph::GreaterOp>(
      table, binary([](I a, I b, bool u) -> I { return lessThan(b, a, u); },
                    [](D a, D b) -> D { return a > b; }));
  add<graph::GreaterEqualOp>(
      table, binary([](I a, I b, bool u) -> I { return !lessThan(a, b, u); },
                    [](D a, D b) -> D { return a >= b; }));
  add<graph::ModOp>(table, evaluateMod);
  add<graph::CastOp>(table, evaluateCast);
  add<graph::WhereOp>(table, evaluateWhere);
}

//===-- Data movement -----------------------------------------------------===//

Evaluation evaluateReshape(Operation *op, Operands operands) {
  HostTensor result = *operands[0];
  result.type = cast<RankedTensorType>(op->getResult(0).getType());
  return result;
}

Evaluation evaluateTranspose(Operation *op, Operands operands) {
  auto permutation = cast<graph::TransposeOp>(op).getPermutation();
  SmallVector<int64_t> own = stridesOf(operands[0]->type.getShape());
  SmallVector<int64_t> strides;
  for (int64_t d : permutation) {
    strides.push_back(own[d]);
  }
  return moveElements(op, *operands[0], [&](ArrayRef<int64_t> index) {
    return linearIndex(index, strides);
  });
}

Evaluation evaluateBroadcast(Operation *op, Operands operands) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> strides =
      broadcastStrides(operands[0]->type.getShape(), type.getShape());
  return moveElements(op, *operands[0], [&](ArrayRef<int64_t> index) {
    return linearIndex(index, strides);
  });
}

Evaluation evaluateSlice(Operation *op, Operands operands) {
  auto slice = cast<graph::SliceOp>(op);
  SmallVector<int64_t> own = stridesOf(operands[0]->type.getShape());
  return moveElements(op, *operands[0], [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (size_t d = 0; d < index.size(); ++d) {
      from += (slice.getStarts()[d] + index[d] * slice.getSteps()[d]) * own[d];
    }
    return from;
  });
}

Evaluation evaluateConcat(Operation *op, Operands operands) {
  Evaluation result = resultOf(op);
  if (!result) {
    return result;
  }
  int64_t axis = cast<graph::ConcatOp>(op).getAxis();
  SmallVector<int64_t> strides = stridesOf(result->type.getShape());
  int64_t offset = 0;
  for (const HostTensor *operand : operands) {
    forEachIndex(
        operand->type.getShape(), [&](int64_t linear, ArrayRef<int64_t> index) {
          int64_t to = linearIndex(index, strides) + offset * strides[axis];
          if (result->isFloat()) {
            result->floats[to] = operand->floats[linear];
          } else {
            result->ints[to] = operand->ints[linear];
          }
        });
    offset += operand->type.getDimSize(axis);
  }
  return result;
}

Evaluation evaluateGather(Operation *op, Operands operands) {
  int64_t axis = cast<graph::GatherOp>(op).getAxis();
  ArrayRef<int64_t> shape = operands[0]->type.getShape();
  SmallVector<int64_t> own = stridesOf(shape);
  if (shape[axis] == 0) {
    return std::nullopt;
  }
  ArrayRef<int64_t> pickShape = operands[1]->type.getShape();
  SmallVector<int64_t> pickStrides = stridesOf(pickShape);
  return moveElements(op, *operands[0], [&](ArrayRef<int64_t> index) {
    int64_t from = 0;
    for (int64_t d = 0; d < axis; ++d) {
      from += index[d] * own[d];
    }
    int64_t pick = operands[1]->ints[linearIndex(
        index.slice(axis, pickShape.size()), pickStrides)];
    pick = pick < 0 ? pick + shape[axis] : pick;
    from += std::clamp<int64_t>(pick, 0, shape[axis] - 1) * own[axis];
    for (size_t d = axis + 1; d < shape.size(); ++d) {
      from += index[d + pickShape.size() - 1] * own[d];
    }
    return from;
  });
}

Evaluation evaluateIota(Operation *op, Operands) {
  Evaluation result = resultOf(op);
  if (result) {
    int64_t axis = cast<graph::IotaOp>(op).getAxis();
    forEachIndex(result->type.getShape(),
                 [&](int64_t linear, ArrayRef<int64_t> index) {
                   store(*result, linear, index[axis]);
                 });
  }
  return result;
}

/// Integers and i1; sums of floats are not exact, their extrema are.
Evaluation evaluateReduce(Operation *op, Operands operands) {
  auto reduce = cast<graph::ReduceOp>(op);
  Evaluation result = resultOf(op);
  graph::ReduceKind kind = reduce.getKind();
  const HostTensor &input = *operands[0];
  if (!result || input.isFloat() || kind == graph::ReduceKind::mean ||
      input.size() == 0) {
    return std::nullopt;
  }
  SmallVector<int64_t> kept(input.type.getShape());
  for (int64_t axis : reduce.getAxes()) {
    kept[axis] = 1;
  }
  SmallVector<int64_t> strides = broadcastStrides(kept, input.type.getShape());
  std::vector<bool> seen(result->ints.size(), false);
  forEachIndex(
      input.type.getShape(), [&](int64_t linear, ArrayRef<int64_t> index) {
        int64_t to = linearIndex(index, strides);
        int64_t value = input.ints[linear];
        int64_t &sum = result->ints[to];
        if (!seen[to]) {
          sum = value;
          seen[to] = true;
        } else if (kind == graph::ReduceKind::sum) {
          sum = wrapInteger(result->type.getElementType(), sum + value);
        } else if (kind == graph::ReduceKind::prod) {
          sum = wrapInteger(result->type.getElementType(), sum * value);
        } else if (kind == graph::ReduceKind::max ||
                   kind == graph::ReduceKind::any) {
          sum = std::max(sum, value);
        } else {
          sum = std::min(sum, value);
        }
      });
  return result;
}

const llvm::StringMap<Evaluator> &evaluators() {
  static const llvm::StringMap<Evaluator> *table = [] {
    auto *result = new llvm::StringMap<Evaluator>();
    addUnary(*result);
    addArithmetic(*result);
    add<graph::ReshapeOp>(*result, evaluateReshape);
    add<graph::TransposeOp>(*result, evaluateTranspose);
    add<graph::BroadcastOp>(*result, evaluateBroadcast);
    add<graph::SliceOp>(*result, evaluateSlice);
    add<graph::ConcatOp>(*result, evaluateConcat);
    add<graph::GatherOp>(*result, evaluateGather);
    add<graph::IotaOp>(*result, evaluateIota);
    add<graph::ReduceOp>(*result, evaluateReduce);
    return result;
  }();
  return *table;
}

} // namespace

std::optional<HostTensor>
evaluateOnHost(Operation *op, ArrayRef<const HostTensor *> operands) {
  auto found = evaluators().find(op->getName().getStringRef());
  if (found == evaluators().end()) {
    return std::nullopt;
  }
  return found->second(op, operands);
}

} // namespace mlir::tessera::onnx_to_graph
