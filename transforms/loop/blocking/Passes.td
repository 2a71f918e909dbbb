//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TRANSFORMS_LOOP_BLOCKING_PASSES_TD
#define TESSERA_TRANSFORMS_LOOP_BLOCKING_PASSES_TD

include "mlir/Pass/PassBase.td"

def LoopBlockBatchesPass
    : Pass<"loop-block-batches", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Run a program of contractions a few rows at a time";
  let description = [{
    **Requires** programs on buffers, dimensions not collapsed, no schedules, and
    a module attribute `loop.target`. **Produces**, for programs of two or more
    contractions whose nests share dimensions, one loop over the elements of the
    batch and blocks of rows around all nests, the rows being the innermost
    shared dimension: in attention the scores of a block stay in L2 between the
    product that makes them and the one that uses them. What some nests read
    without the rows (keys, values) stays whole. **Does not handle** code that
    reads indices, or rows so long that eight do not fit in half of L2.

    Example: tests/transforms/loop/blocking/block-batches.mlir
  }];
  let statistics = [Statistic<"numBlocked", "blocked", "Programs blocked">];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

def LoopBlockRowsPass
    : Pass<"loop-block-rows", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Run the nests of a program a block of rows at a time";
  let description = [{
    **Requires** programs on buffers, dimensions collapsed, no schedules, and a
    module attribute `loop.target`. **Produces**, where the outermost dimension
    of all nests counts the same rows, one loop over blocks of rows around all
    nests, with temporary buffers of a block's size: softmax and normalisations
    read each row from the cache after the first time. **Does not handle** rows
    that overlap, or code that reads row numbers.

    Example: tests/transforms/loop/blocking/block-rows.mlir
  }];
  let statistics = [Statistic<"numBlocked", "blocked", "Programs blocked">];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

#endif // TESSERA_TRANSFORMS_LOOP_BLOCKING_PASSES_TD
