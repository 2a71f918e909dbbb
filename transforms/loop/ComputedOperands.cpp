//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/ComputedOperands.h"
#include "transforms/loop/ConstantOperands.h"
#include "transforms/loop/NestAccess.h"
#include "transforms/loop/ProgramFacts.h"

using namespace mlir;
using namespace mlir::tessera::loop;

/// Rows that read a panel from which on packing pays: it takes about as long as
/// one row's products with elements that it gathers.
static constexpr int64_t kMinRows = 8;

/// Bytes between the steps of a reduction from which on an operand is packed
/// although its vectors are contiguous: each step is in a page of its own, and
/// few sets of the cache hold them all.
static constexpr int64_t kMaxPitch = 1024;

/// How often `nest` reads each element of operand `index`.
static int64_t countReads(NestOp nest, unsigned index) {
  AffineMap map = nest.getInputMap(index);
  int64_t reads = 1;
  for (unsigned d = 0; d < nest.getNumDims(); ++d) {
    if (!map.isFunctionOfDim(d)) {
      reads *= nest.getBounds()[d];
    }
  }
  return reads;
}

/// Whether each index is a dimension or constant, so that the operand's indices
/// say which of its elements the nest reads.
static bool isPlain(AffineMap map) {
  return llvm::all_of(map.getResults(), [](AffineExpr result) {
    return isa<AffineDimExpr, AffineConstantExpr>(result);
  });
}

/// Sets whole, cuts and offsets from the view that `value` is.
static bool readView(Value value, ComputedOperand &operand) {
  operand.whole = value;
  auto view = value.getDefiningOp<memref::SubViewOp>();
  if (!view) {
    return true;
  }
  operand.whole = view.getSource();
  if (view.getSourceType().getRank() != view.getType().getRank() ||
      !view.hasUnitStride()) {
    return false;
  }
  for (int64_t p = 0; p < view.getType().getRank(); ++p) {
    OpFoldResult offset = view.getMixedOffsets()[p];
    if (getConstantIntValue(offset) == 0 &&
        view.getType().getDimSize(p) == view.getSourceType().getDimSize(p)) {
      continue;
    }
    auto value = dyn_cast<Value>(offset);
    if (!value || view.getType().getDimSize(p) != 1) {
      return false;
    }
    operand.cuts.push_back(p);
    operand.offsets.push_back(value);
  }
  return true;
}

std::optional<ComputedOperand>
mlir::tessera::loop::findComputedOperand(NestOp nest, unsigned index) {
  if (index > 1 || !nest.isContraction() || !nest.hasPureBufferSemantics() ||
      isMarkedConstant(nest.getInputs()[0]) ||
      isMarkedConstant(nest.getInputs()[1]) ||
      countReads(nest, index) < kMinRows || !isPlain(nest.getInputMap(index))) {
    return std::nullopt;
  }
  ComputedOperand operand;
  if (!readView(nest.getInputs()[index], operand) ||
      !cast<MemRefType>(operand.whole.getType()).getLayout().isIdentity()) {
    return std::nullopt;
  }
  auto program = nest->getParentOfType<ProgramOp>();
  Block &body = program.getBody().front();
  operand.site = body.findAncestorOpInBlock(*nest);
  if (operand.whole.getParentBlock() != &body) {
    return std::nullopt;
  }
  Value buffer = findBuffer(operand.whole);
  bool isWritten =
      operand.site
          ->walk([&](NestOp inner) {
            bool writes = llvm::any_of(inner.getOutputs(), [&](Value output) {
              return findBuffer(output) == buffer;
            });
            return writes ? WalkResult::interrupt() : WalkResult::advance();
          })
          .wasInterrupted();
  return isWritten ? std::nullopt : std::optional(operand);
}

bool mlir::tessera::loop::isReadInOrder(NestOp nest, unsigned index,
                                        int64_t vectorDim) {
  unsigned numDims = nest.getNumDims();
  auto type = cast<MemRefType>(nest.getInputs()[index].getType());
  AffineExpr linear = linearize(type, nest.getInputMap(index));
  int64_t bytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (unsigned d = 0; d < numDims; ++d) {
    if (nest.isReduction(d)) {
      std::optional<int64_t> pitch = strideAlong(linear, d, numDims);
      if (!pitch || std::abs(*pitch) * bytes > kMaxPitch) {
        return false;
      }
    }
  }
  return strideAlong(linear, vectorDim, numDims) == 1;
}
