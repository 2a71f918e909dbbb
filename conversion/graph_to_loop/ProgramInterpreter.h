//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Runs functions that call loop programs, element by element: slow and
/// obvious, for tests.
///
/// Memory that no one has written holds NaN, or for integers a large number.
/// Every access is checked against the tensor's bounds; what is wrong ends the
/// process with a message.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_GRAPH_TO_LOOP_PROGRAMINTERPRETER_H
#define TESSERA_CONVERSION_GRAPH_TO_LOOP_PROGRAMINTERPRETER_H

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include <memory>
#include <vector>

namespace mlir::tessera {

/// One element: `real` of float types, `integer` (sign-extended) of others.
struct Element {
  double real = 0.0;
  int64_t integer = 0;
};

/// A tensor's elements, row major, or one scalar.
struct InterpretedValue {
  Type type;
  std::vector<Element> elements;

  /// The elements of a float tensor.
  std::vector<double> getReals() const;
  /// The elements of an integer tensor.
  std::vector<int64_t> getIntegers() const;
};

class ProgramInterpreter {
public:
  /// Calls `function` with tensors of its argument types.
  std::vector<InterpretedValue> run(func::FuncOp function,
                                    ArrayRef<InterpretedValue> arguments);

private:
  using Shared = std::shared_ptr<const InterpretedValue>;

  /// Runs a block's ops and returns the terminator's operands.
  std::vector<Shared> runBlock(Block &block, ArrayRef<Shared> arguments);
  void runOp(Operation &op);
  bool runStructure(Operation &op);
  bool runTensor(Operation &op);
  void runNest(loop::NestOp nest);
  void runNestPoint(loop::NestOp nest, ArrayRef<Shared> init,
                    std::vector<InterpretedValue> &outputs);
  void runScalar(Operation &op);
  void runIntegerScalar(Operation &op);

  Shared get(Value value) const;
  void set(Value value, InterpretedValue result);
  Element getScalar(Value value) const { return get(value)->elements.front(); }
  void setScalar(Value value, Element element);
  Shared load(const Shared &tensor, ArrayRef<int64_t> indices) const;

  llvm::DenseMap<Value, Shared> values;
  SmallVector<int64_t> point;
};

/// The offset of `indices` in a row-major tensor of `type`; ends the process
/// when out of bounds.
int64_t getCheckedOffset(Type type, ArrayRef<int64_t> indices);

} // namespace mlir::tessera

#endif // TESSERA_CONVERSION_GRAPH_TO_LOOP_PROGRAMINTERPRETER_H
