//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_LOOP_TO_LLVM_LOOPTOLLVM_TD
#define TESSERA_CONVERSION_LOOP_TO_LLVM_LOOPTOLLVM_TD

include "mlir/Pass/PassBase.td"

def ConvertLoopProgramsPass
    : Pass<"convert-loop-programs", "::mlir::ModuleOp"> {
  let summary = "Turn programs into LLVM functions on bare pointers";
  let description = [{
    **Requires** programs on buffers without nests. **Produces** for each
    program a function `void (ptr arguments..., ptr parallel_for, ptr pool)`,
    and for each loop.parallel in it a worker on [begin, end) that the ABI's
    parallel_for calls. Pointers do not alias. A loop.parallel that depends on
    values of its surroundings which can't be computed again becomes a loop.
    **Does not handle** dynamic shapes.

    Example: tests/conversion/loop_to_llvm/programs.mlir
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
  let statistics = [
    Statistic<"numParallel", "parallel", "Loops split among threads">,
    Statistic<"numSerial", "serial", "Parallel loops made serial">];
}

def LoopLegalizeBlocksPass
    : Pass<"loop-legalize-blocks", "::mlir::ModuleOp"> {
  let summary = "Give blocks of LLVM functions arguments of LLVM types";
  let description = [{
    **Requires** control flow in llvm.func, as scf leaves it. **Produces** blocks
    whose arguments have LLVM types, with casts that the following conversions
    fold. Upstream's conversions do this for func.func only.

    Example: tests/conversion/loop_to_llvm/legalize-blocks.mlir
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def LoopBf16AsIntegersPass
    : Pass<"loop-bf16-as-integers", "::mlir::ModuleOp"> {
  let summary = "Hold bf16 in 16-bit integers";
  let description = [{
    **Requires** LLVM functions in which bf16 is only moved: loaded, stored,
    selected, passed to blocks, cast from and to its bits. **Produces** the same
    on i16. LLVM may hold a bf16 as an f32 between instructions, and then calls
    a library to convert it back.
    **Does not handle** arithmetic on bf16, which would come out as invalid
    code: `loop-expand-math` and `arith-expand` do it in f32.

    Example: tests/conversion/loop_to_llvm/bf16-as-integers.mlir
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def LoopExpandMathPass : Pass<"loop-expand-math"> {
  let summary = "Replace math ops by arithmetic, so that no libm is needed";
  let description = [{
    **Requires** math ops on floats or vectors of them, in any function.
    **Produces** formulas of arithmetic for f32 and f64, on scalars and vectors,
    right to 4 ulp (tanh in f32: 7) and at inf, NaN, zeros and subnormal numbers;
    MathAccuracyTest.cpp has each function's bound. f16 and bf16 are computed in
    f32. What the module's `loop.target` has instructions for stays: sqrt,
    rounding (SSE4.1), fma, conversions of f16 (F16C). Without `loop.target`
    nothing beyond SSE2 is taken for granted. math.fma without an instruction
    becomes two roundings. Maxima and minima become LLVM's intrinsics, which keep
    NaN and take either zero for the other.
    **Does not handle** scalable vectors, floats of more than 64 bits, and
    angles beyond 2^40, which are taken for 0.

    Example: tests/conversion/loop_to_llvm/expand-math.mlir
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif // TESSERA_CONVERSION_LOOP_TO_LLVM_LOOPTOLLVM_TD
