//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_LOOP_LOOPATTRS_TD
#define TESSERA_DIALECTS_LOOP_LOOPATTRS_TD

include "dialects/loop/LoopDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Loop_IteratorKind
    : I32EnumAttr<"IteratorKind", "whether a dimension is kept or reduced", [
  I32EnumAttrCase<"parallel", 0>, I32EnumAttrCase<"reduction", 1>]> {
  let cppNamespace = "::mlir::tessera::loop";
  let genSpecializedAttr = 0;
}
def Loop_IteratorKindAttr
    : EnumAttr<Loop_Dialect, Loop_IteratorKind, "iterator">;
def Loop_IteratorKindArrayAttr
    : TypedArrayAttrBase<Loop_IteratorKindAttr, "iterator kinds">;

def Loop_ScheduleInterface : AttrInterface<"ScheduleInterface"> {
  let description = [{
    A schedule of one `loop.nest`: how its iteration space is tiled, ordered,
    vectorized and split among threads.
  }];
  let cppNamespace = "::mlir::tessera::loop";
  let methods = [
    InterfaceMethod<[{
      Success if the schedule can be applied to `nest`, a loop.nest; otherwise emits, by
      `emitError`, one line that says why not.
    }],
      "::llvm::LogicalResult", "verifyFor",
      (ins "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError,
           "::mlir::Operation *":$nest)>,
    InterfaceMethod<"The dimension that vectors lie along; -1 for scalar code.",
      "int64_t", "getVectorDim">,
    InterfaceMethod<"Elements in one vector; 1 for scalar code.",
      "int64_t", "getLanes">,
    InterfaceMethod<[{
      Vectors (in the vector dimension) or elements (in the others) that one
      register tile holds, for each dimension.
    }],
      "::llvm::ArrayRef<int64_t>", "getRegisterTile">,
    InterfaceMethod<[{
      The order of the loops over register tiles, outermost first. Reduction
      dimensions come last: they run inside of the register tile.
    }],
      "::llvm::ArrayRef<int64_t>", "getOrder">,
    InterfaceMethod<[{
      Elements of each dimension that one cache block holds, 0 for all. Loops
      over blocks run outside of all others, in the same order. Between blocks
      of a reduction the sums so far lie in the output.
    }],
      "::llvm::ArrayRef<int64_t>", "getCacheTile">,
    InterfaceMethod<[{
      Whether each register tile prefetches its share of the operand panel that
      the loops come to next.
    }],
      "bool", "getPrefetch">,
    InterfaceMethod<"How many of the outermost loops are split among threads.",
      "int64_t", "getParallelLoops">
  ];
}

def Loop_CpuTargetAttr : AttrDef<Loop_Dialect, "CpuTarget"> {
  let summary = "The CPU that programs are compiled for";
  let description = [{
    Features in LLVM's spelling, comma separated; the width of the vectors to
    use, the number of vector registers, and the data caches' sizes.

    `#loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16,
     l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>`
  }];
  let mnemonic = "cpu_target";
  let parameters = (ins StringRefParameter<>:$arch, StringRefParameter<>:$features,
    "int64_t":$vectorBits, "int64_t":$registers, "int64_t":$l1Bytes,
    "int64_t":$l2Bytes, "int64_t":$l3Bytes);
  let assemblyFormat = [{
    `<` $arch `,` $features `,` `vector_bits` `=` $vectorBits `,`
        `registers` `=` $registers `,` `l1_bytes` `=` $l1Bytes `,`
        `l2_bytes` `=` $l2Bytes `,` `l3_bytes` `=` $l3Bytes `>`
  }];
  let extraClassDeclaration = [{
    /// Elements of `bits` bits in one vector register.
    int64_t getLanes(unsigned bits) const { return getVectorBits() / bits; }
    /// Whether `feature` is among the features.
    bool has(::llvm::StringRef feature) const;
    /// Whether a product and its sum are one instruction.
    bool hasFma() const;
  }];
}

class Loop_ScheduleAttr<string cppName, string mnemonic_>
    : AttrDef<Loop_Dialect, cppName,
              [DeclareAttrInterfaceMethods<Loop_ScheduleInterface,
                 ["verifyFor", "getVectorDim", "getLanes", "getRegisterTile",
                  "getOrder", "getCacheTile", "getPrefetch",
                  "getParallelLoops"]>]> {
  let mnemonic = mnemonic_;
  let parameters = (ins "int64_t":$vector, "int64_t":$vectorLanes,
    ArrayRefParameter<"int64_t">:$registers, ArrayRefParameter<"int64_t">:$loops,
    ArrayRefParameter<"int64_t">:$cache, "int64_t":$parallel,
    DefaultValuedParameter<"bool", "false">:$prefetchPanels);
  let assemblyFormat = [{
    `<` `vector` `=` $vector `x` $vectorLanes `,`
        `registers` `=` `[` $registers `]` `,`
        `order` `=` `[` $loops `]` `,`
        `cache` `=` `[` $cache `]` `,`
        `parallel` `=` $parallel
        (`,` `prefetch` `=` $prefetchPanels^)? `>`
  }];
}

def Loop_ContractionAttr : Loop_ScheduleAttr<"ContractionSchedule", "contraction"> {
  let summary = "Schedule of a nest that multiplies and adds";
  let description = [{
    Register tile over the vector dimension and at least one other parallel
    dimension, accumulators in registers over the reduction loops of a block. A
    tile of a reduction unrolls its loop. Reductions may have cache blocks if
    the nest has one output, of the accumulator's type, that it does not read.

    `#loop.contraction<vector = 3 x 16, registers = [1, 8, 1, 3, 1, 1, 2],
     order = [3, 0, 1, 2, 4, 5, 6], cache = [0, ...], parallel = 2,
     prefetch = true>`
  }];
}

def Loop_ReductionAttr : Loop_ScheduleAttr<"ReductionSchedule", "reduction"> {
  let summary = "Schedule of any other nest with reduction dimensions";
  let description = [{
    The vector dimension may be a reduction: then vectors of partial results are
    combined at the end.
  }];
}

def Loop_ElementwiseAttr : Loop_ScheduleAttr<"ElementwiseSchedule", "elementwise"> {
  let summary = "Schedule of a nest without reduction dimensions";
}

def Loop_AlgorithmInterface : AttrInterface<"AlgorithmInterface"> {
  let description = [{
    A way to compute a `loop.nest` other than by its own loops. Named by the
    attribute `loop.algorithm` on the nest until a pass replaces the nest by
    what the algorithm needs.
  }];
  let cppNamespace = "::mlir::tessera::loop";
  let methods = [
    InterfaceMethod<[{
      Why the algorithm cannot compute `nest`, a loop.nest, in one line; empty if
      it can.
    }],
      "::std::string", "getObjection", (ins "::mlir::Operation *":$nest)>,
    InterfaceMethod<"The algorithm's name and size, for reports.",
      "::std::string", "getSummary">
  ];
}

def Loop_WinogradAttr : AttrDef<Loop_Dialect, "WinogradAlgorithm",
    [DeclareAttrInterfaceMethods<Loop_AlgorithmInterface,
                                 ["getObjection", "getSummary"]>]> {
  let summary = "Minimal filtering of a 3x3 convolution";
  let description = [{
    Computes squares of `outputs` x `outputs` results from squares of
    (`outputs` + 2)² inputs: F(2x2, 3x3) or F(4x4, 3x3) of Lavin and Gray,
    "Fast Algorithms for Convolutional Neural Networks" (2015). Runs in blocks
    of `rows` rows of squares, so that the transformed values stay in the cache.

    The nest is an f32 convolution of stride 1 without groups, with a 3x3 filter
    that is constant, channels last, on a padded image.

    `#loop.winograd<outputs = 4, rows = 2>`
  }];
  let mnemonic = "winograd";
  let parameters = (ins "int64_t":$outputs, "int64_t":$rows);
  let assemblyFormat = "`<` `outputs` `=` $outputs `,` `rows` `=` $rows `>`";
}

#endif // TESSERA_DIALECTS_LOOP_LOOPATTRS_TD
