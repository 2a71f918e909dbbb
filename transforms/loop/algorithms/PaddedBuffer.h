//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Buffers that are a copy with zeros around its elements, or between them.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_TRANSFORMS_LOOP_ALGORITHMS_PADDEDBUFFER_H
#define TESSERA_TRANSFORMS_LOOP_ALGORITHMS_PADDEDBUFFER_H

#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <optional>

namespace mlir::tessera::loop {

/// A temporary buffer whose elements are those of a source or zero, and which
/// one contraction reads: source[i] is buffer[i * step + offset], in each
/// dimension.
struct PaddedBuffer {
  memref::AllocOp buffer;
  /// What `copy` writes: a part of the buffer, every `step`-th element.
  memref::SubViewOp inside;
  NestOp copy, reader;
  SmallVector<NestOp> fills;
  /// Position of the buffer among the reader's inputs.
  unsigned operand = 0;

  Value getSource() { return copy.getInputs()[0]; }
  MemRefType getSourceType() { return cast<MemRefType>(getSource().getType()); }
  int64_t getOffset(unsigned dim) { return inside.getStaticOffset(dim); }
  int64_t getStep(unsigned dim) { return inside.getStaticStride(dim); }

  /// Erases the reader and all that it alone needed.
  void erase();
};

/// The padded buffers of `program` whose source still is what was copied when
/// the reader runs, and whose reader is a contraction that has neither a
/// schedule nor an algorithm and asks for no index: one that zeros leave alone.
SmallVector<PaddedBuffer> findPaddedBuffers(ProgramOp program);

} // namespace mlir::tessera::loop

#endif // TESSERA_TRANSFORMS_LOOP_ALGORITHMS_PADDEDBUFFER_H
