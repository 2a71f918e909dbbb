//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TRANSFORMS_LOOP_ALGORITHMS_PASSES_TD
#define TESSERA_TRANSFORMS_LOOP_ALGORITHMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def LoopChooseAlgorithmsPass
    : Pass<"loop-choose-algorithms", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Choose how nests are computed where there is a choice";
  let description = [{
    **Requires** programs on buffers, `loop.constant` marks and a module
    attribute `loop.target`. **Produces** `loop.algorithm` on the nests that an
    algorithm computes sooner than their own loops, by an analytic model of
    arithmetic, cache sizes and traffic.

    Example: tests/transforms/loop/algorithms/choose-algorithms.mlir
  }];
  let options = [
    Option<"exact", "exact", "bool", /*default=*/"false",
           "Choose only algorithms that round as a nest's own loops do">
  ];
  let statistics = [
    Statistic<"numChosen", "chosen", "Nests given an algorithm">
  ];
}

def LoopExpandWinogradPass
    : Pass<"loop-expand-winograd", "::mlir::ModuleOp"> {
  let summary = "Replace convolutions by Winograd's minimal filtering";
  let description = [{
    **Requires** programs on buffers and `loop.algorithm = #loop.winograd<...>`
    on nests. **Produces** for each such nest a loop over blocks of rows with
    nests that transform the input, multiply, and transform the products, the
    epilogue included; and calls that transform the filter (folded later). A
    nest whose filter is no constant argument that it alone reads keeps its own
    loops.

    Example: tests/transforms/loop/algorithms/expand-winograd.mlir
  }];
  let statistics = [
    Statistic<"numExpanded", "expanded", "Convolutions replaced">
  ];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::affine::AffineDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::arith::ArithDialect"];
}

def LoopClipWindowsPass
    : Pass<"loop-clip-windows", "::mlir::tessera::loop::ProgramOp"> {
  let summary = "Compute windows at an image's edges without a padded copy";
  let description = [{
    **Requires** programs on buffers. **Produces**, for a contraction whose only
    reductions are the taps of windows (a depthwise convolution) on a buffer
    that is a copy with zeros around it, a nest for the windows that lie inside
    of the image and one for each strip of windows that lose the same taps; the
    copy is gone. **Does not handle** more than 9 such nests, or images that are
    mostly edge: there the copy stays.

    Example: tests/transforms/loop/algorithms/clip-windows.mlir
  }];
  let statistics = [
    Statistic<"numClipped", "clipped", "Padded copies that are gone">
  ];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def LoopSplitPhasesPass
    : Pass<"loop-split-phases", "::mlir::ModuleOp"> {
  let summary = "Skip the zeros between the elements that windows read";
  let description = [{
    **Requires** programs on buffers. **Produces**, for a contraction on a buffer
    that is a copy with zeros between its elements (a transposed convolution), a
    nest for each phase: the positions whose windows meet the elements at the
    same taps. It has those taps only and reads the elements side by side. Zeros
    around them stay, in a smaller buffer. A constant filter becomes an argument
    for each nest, so that each packs its taps. **Does not handle** more than 16
    phases, or windows that meet no element.

    Example: tests/transforms/loop/algorithms/split-phases.mlir
  }];
  let statistics = [
    Statistic<"numSplit", "split", "Contractions divided into phases">
  ];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

#endif // TESSERA_TRANSFORMS_LOOP_ALGORITHMS_PASSES_TD
