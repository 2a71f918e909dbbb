//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/algorithms/PaddedBuffer.h"
#include "mlir/IR/Matchers.h"
#include "transforms/loop/ProgramFacts.h"

using namespace mlir;
using namespace mlir::tessera::loop;

/// Whether the nest writes what `combine` yields, and is no reduction.
static bool storesCombined(NestOp nest) {
  Block &epilogue = nest.getEpilogue().front();
  return nest.getOutputs().size() == 1 && nest.getEpilogueInputs().empty() &&
         nest.getNumReductions() == 0 && nest.getOutputMap(0).isIdentity() &&
         epilogue.getTerminator()->getOperand(0) == epilogue.getArgument(0);
}

/// Whether the nest hands its input on, each element to its own place.
static bool isCopy(NestOp nest) {
  if (!storesCombined(nest) || nest.getInputs().size() != 1) {
    return false;
  }
  Block &combine = nest.getCombine().front();
  return combine.getTerminator()->getOperand(0) == combine.getArgument(0) &&
         nest.getInputMap(0).isIdentity();
}

/// Whether the nest writes nothing but zeros.
static bool isZeroFill(NestOp nest) {
  if (!storesCombined(nest) || !nest.getInputs().empty()) {
    return false;
  }
  Value written = nest.getCombine().front().getTerminator()->getOperand(0);
  return matchPattern(written, m_AnyZeroFloat()) ||
         matchPattern(written, m_Zero());
}

/// Adds what `nest` does to `target`, the buffer or a view of it; fails if it
/// is none of a padded buffer's nests.
static LogicalResult addNest(PaddedBuffer &padded, NestOp nest, Value target) {
  if (llvm::count(nest->getOperands(), target) != 1) {
    return failure();
  }
  auto view = target.getDefiningOp<memref::SubViewOp>();
  if (llvm::is_contained(nest.getOutputs(), target)) {
    if (isZeroFill(nest)) {
      padded.fills.push_back(nest);
      return success();
    }
    if (isCopy(nest) && view && !padded.copy) {
      padded.copy = nest;
      padded.inside = view;
      return success();
    }
    return failure();
  }
  if (view || padded.reader || !llvm::is_contained(nest.getInputs(), target)) {
    return failure();
  }
  padded.reader = nest;
  padded.operand =
      llvm::find(nest->getOperands(), target) - nest->operand_begin();
  return success();
}

static bool isStatic(memref::SubViewOp view) {
  auto hasDynamic = [](ArrayRef<int64_t> values) {
    return llvm::any_of(values, ShapedType::isDynamic);
  };
  return !hasDynamic(view.getStaticOffsets()) &&
         !hasDynamic(view.getStaticStrides()) &&
         view.getType().getRank() == view.getSourceType().getRank();
}

static std::optional<PaddedBuffer> match(memref::AllocOp buffer) {
  PaddedBuffer padded;
  padded.buffer = buffer;
  for (Operation *user : buffer->getUsers()) {
    if (auto nest = dyn_cast<NestOp>(user)) {
      if (failed(addNest(padded, nest, buffer))) {
        return std::nullopt;
      }
      continue;
    }
    auto view = dyn_cast<memref::SubViewOp>(user);
    if (!view || !isStatic(view)) {
      return std::nullopt;
    }
    for (Operation *writer : view->getUsers()) {
      auto nest = dyn_cast<NestOp>(writer);
      if (!nest || failed(addNest(padded, nest, view))) {
        return std::nullopt;
      }
    }
  }
  if (!padded.copy || !padded.reader ||
      padded.copy->getBlock() != padded.reader->getBlock() ||
      !padded.copy->isBeforeInBlock(padded.reader)) {
    return std::nullopt;
  }
  return padded;
}

/// Whether nothing between the copy and the reader writes the source, and
/// whether the reader's outputs are other buffers.
static bool isSourceKept(PaddedBuffer &padded) {
  Value source = findBuffer(padded.getSource());
  auto writesSource = [&](NestOp nest) {
    return llvm::any_of(nest.getOutputs(), [&](Value output) {
      return findBuffer(output) == source;
    });
  };
  for (Operation *op = padded.copy->getNextNode();
       op != padded.reader.getOperation(); op = op->getNextNode()) {
    auto nest = dyn_cast<NestOp>(op);
    if (nest ? writesSource(nest) : op->getNumRegions() != 0) {
      return false;
    }
  }
  return !writesSource(padded.reader);
}

SmallVector<PaddedBuffer>
mlir::tessera::loop::findPaddedBuffers(ProgramOp program) {
  SmallVector<PaddedBuffer> found;
  program.walk([&](memref::AllocOp buffer) {
    std::optional<PaddedBuffer> padded = match(buffer);
    if (!padded) {
      return;
    }
    NestOp reader = padded->reader;
    if (reader.isContraction() && !hasOtherAccess(reader) &&
        !reader.getSchedule() && !reader->hasAttr(kAlgorithmAttrName) &&
        isSourceKept(*padded)) {
      found.push_back(*padded);
    }
  });
  return found;
}

void PaddedBuffer::erase() {
  reader.erase();
  copy.erase();
  for (NestOp fill : fills) {
    fill.erase();
  }
  for (Operation *view : llvm::make_early_inc_range(buffer->getUsers())) {
    view->erase();
  }
  buffer.erase();
}
