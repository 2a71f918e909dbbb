//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TRANSFORMS_LOOP_PASSES_TD
#define TESSERA_TRANSFORMS_LOOP_PASSES_TD

include "mlir/Pass/PassBase.td"

def LoopFuseNestsPass
    : Pass<"loop-fuse-nests", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Fuse elementwise nests into the nests around them";
  let description = [{
    **Requires** programs on tensors. **Produces** fewer nests: an elementwise
    nest that is the only consumer of another nest's result at the same points
    becomes part of that nest's epilogue; an elementwise nest whose result is
    read by `combine` of another is computed there instead, when it is cheap
    or read once; a contraction reads what is only moved at its place. **Does
    not handle** results read at several points.

    Example: tests/transforms/loop/fuse-nests.mlir
  }];
  let statistics = [
    Statistic<"numEpilogues", "epilogues", "Nests fused into an epilogue">,
    Statistic<"numProducers", "producers", "Nests fused into their reader">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def LoopCollapseDimsPass
    : Pass<"loop-collapse-dims", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Collapse neighbouring dimensions that all operands share";
  let description = [{
    **Requires** programs on buffers. **Produces** nests of fewer dimensions:
    two parallel dimensions that are neighbours, of equal stride ratio, in every
    operand become one, so that a 1x1 convolution is a matrix product and an
    elementwise nest one loop. Dimensions of bound 1 vanish.
    **Does not handle** nests that read loop.index of such a dimension.

    Example: tests/transforms/loop/collapse-dims.mlir
  }];
  let statistics = [Statistic<"numDims", "dims", "Dimensions collapsed">];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def LoopDeduplicateProgramsPass
    : Pass<"loop-deduplicate-programs", "::mlir::ModuleOp"> {
  let summary = "Keep one of the programs that are equal";
  let description = [{
    **Requires** programs. **Produces** a module without two programs of equal
    text; calls go to the first. Networks repeat their layers, so that this
    saves most of the compile time.

    Example: tests/transforms/loop/deduplicate-programs.mlir
  }];
  let statistics = [Statistic<"numRemoved", "removed", "Programs removed">];
}

def LoopWidenFloatsPass
    : Pass<"loop-widen-floats", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Compute in f64 inside of nests";
  let description = [{
    **Requires** programs with nests. **Produces** nests whose accumulators and
    arithmetic are f64; tensors keep their types. Used for the reference that
    `--verify` compares with. **Does not handle** arithmetic outside of nests.

    Example: tests/transforms/loop/widen-floats.mlir
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def LoopMarkConstantsPass
    : Pass<"loop-mark-constants", "::mlir::ModuleOp"> {
  let summary = "Mark arguments of programs that are constants at all calls";
  let description = [{
    **Requires** loop.calls in functions. **Produces** the argument attribute
    `loop.constant` on each program argument that every call gives a constant,
    or a view or another program's result of constants only. A schedule may then
    count on the argument being packed.

    Example: tests/transforms/loop/mark-constants.mlir
  }];
}

def LoopAttachSchedulesPass
    : Pass<"loop-attach-schedules", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Attach a default schedule to each nest that has none";
  let description = [{
    **Requires** a module attribute `loop.target`. **Produces** a legal schedule
    on every nest, by an analytic model of registers, vectors and work.

    Example: tests/transforms/loop/attach-schedules.mlir
  }];
  let statistics = [
    Statistic<"numDefaults", "defaults", "Nests given a default schedule">,
    Statistic<"numScalar", "scalar", "Nests scheduled as scalar loops">
  ];
}

def LoopPackOperandsPass
    : Pass<"loop-pack-operands", "::mlir::ModuleOp"> {
  let summary = "Pack constant operands of contractions into panels";
  let description = [{
    **Requires** programs on buffers, schedules, and `loop.constant` marks.
    **Produces**, for each contraction whose operand along the vector dimension
    is a constant at all calls, a packing program
    applied to that constant (folded later) and a nest that reads panels
    [N/NR][K...][NR]. **Does not handle** operands that are not constant.

    Example: tests/transforms/loop/pack-operands.mlir
  }];
  let statistics = [Statistic<"numPacked", "packed", "Operands packed">];
  let dependentDialects = ["::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

def LoopPackComputedPass
    : Pass<"loop-pack-computed", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Pack computed operands of contractions into panels";
  let description = [{
    **Requires** programs on buffers and schedules. **Produces**, for each
    contraction of two computed operands, of which the one along the vector
    dimension is scattered in memory and read by eight rows or more, a nest
    before the loops around it that copies that operand into panels
    [cuts...][N/NR][K...][NR], and a nest that reads those. **Does not handle**
    operands that change inside of those loops.

    Example: tests/transforms/loop/pack-computed.mlir
  }];
  let statistics = [Statistic<"numPacked", "packed", "Operands packed">];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def LoopBufferizePass : Pass<"loop-bufferize", "::mlir::ModuleOp"> {
  let summary = "Put programs on buffers";
  let description = [{
    **Requires** programs on tensors. **Produces** programs whose arguments are
    memrefs and which return nothing; temporary tensors are memref.alloc,
    constant ones memref.global, and copies are nests.

    Example: tests/transforms/loop/bufferize.mlir
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect"];
}

def LoopPlanScratchPass
    : Pass<"loop-plan-scratch", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Turn a program's allocations into views of one argument";
  let description = [{
    **Requires** programs on buffers. **Produces** a last argument
    memref<Nxi8>, `loop.scratch_bytes` saying N, with every memref.alloc at a
    64-byte aligned offset in it and no alloc or dealloc left. Allocations in a
    loop.parallel have memory for each share; `loop.sparse_scratch` says that
    one share leaves more than half of N alone. **Does not handle** dynamic
    allocations: an error.

    Example: tests/transforms/loop/plan-scratch.mlir
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

def LoopApplySchedulesPass
    : Pass<"loop-apply-schedules", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Emit loops around register tiles as schedules say";
  let description = [{
    **Requires** nests on buffers with schedules. **Produces** loop.parallel and
    scf.for around nests with offsets whose bounds are one register tile, split
    statically into full tiles and one-smaller ones.

    Example: tests/transforms/loop/apply-schedules.mlir
  }];
  let statistics = [Statistic<"numNests", "nests", "Schedules applied">];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect"];
}

def LoopEmitTilesPass
    : Pass<"loop-emit-tiles", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Emit vector code for register tiles";
  let description = [{
    **Requires** tiles: nests with offsets on buffers. **Produces** vector,
    scf, arith and memref ops: accumulators start in registers, stay there over
    the reduction loops as iter_args, pass through the epilogue and are stored
    once. Remainders of the vector dimension use narrower vectors.

    Example: tests/transforms/loop/emit-tiles.mlir
  }];
  let statistics = [
    Statistic<"numTiles", "tiles", "Register tiles emitted">];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::vector::VectorDialect",
                           "::mlir::arith::ArithDialect"];
}

#endif // TESSERA_TRANSFORMS_LOOP_PASSES_TD
