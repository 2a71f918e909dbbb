//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TRANSFORMS_GRAPH_PASSES_TD
#define TESSERA_TRANSFORMS_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

def GraphSimplifyPass : Pass<"graph-simplify", "func::FuncOp"> {
  let summary = "Rewrite a network for inference, by algebra";
  let description = [{
    Batch normalisation becomes a multiplication and an addition; constant
    factors behind convolutions and matrix products move into their filters;
    chains of constants join; matrix products get one dimension
    of rows, and elementwise ops behind them move before reshapes; activations and normalisations that exporters
    spell out (SiLU, GELU, hard-swish, layer normalisation) become one op;
    padding moves into the op that pads; gathers of constant ranges become
    slices. New constants are written as graph ops on the old ones, which
    `graph-fold-constants` computes.

    **Requires** graph ops at any level. **Produces** graph ops, fewer.
    **Does not handle** dynamic shapes where a rewrite needs sizes, nor guards
    against NaN around softmax; it skips them. Floating-point sums and products
    with constants are reassociated; division by a constant stays a division
    unless the constant is a power of two or goes into a filter.

    Examples: tests/transforms/graph/simplify.mlir.
  }];
  let dependentDialects = ["::mlir::tessera::graph::GraphDialect"];
  let statistics = [
    Statistic<"numRewritten", "num-changed-functions", "functions changed">
  ];
}

def GraphConvertLayoutPass : Pass<"graph-convert-layout", "func::FuncOp"> {
  let summary = "Compute images with channels last";
  let description = [{
    Ops of ChannelsLastOpInterface are built in their channels-last form. Every
    transposable op between them is computed in the layout that leaves the
    fewest bytes to transpose: a minimum cut between the ops that need channels
    last and the values whose layout is given (function arguments and results,
    reshapes, ops without a transposed form). Transposes of constants and those
    that only move unit dimensions are free: the former fold, the latter become
    reshapes. Transposes next to each other, also across a reshape that only
    splits or merges dimensions (channel shuffle, pixel shuffle), join.

    **Requires** graph ops, data of rank 3 to 5. **Produces** the same network
    with `graph.transpose` where layouts meet, at best at the edges only.
    **Does not handle** non-constant filters at no cost: they are transposed at
    run time.

    Examples: tests/transforms/graph/convert-layout.mlir.
  }];
  let dependentDialects = ["::mlir::tessera::graph::GraphDialect"];
  let statistics = [
    Statistic<"numConverted", "num-converted", "ops now channels last">,
    Statistic<"numTransposes", "num-transposes",
              "transposes of non-constant data that remain">
  ];
}

def GraphFoldConstantsPass : Pass<"graph-fold-constants", "ModuleOp"> {
  let summary = "Compute at compile time what depends on constants alone";
  let description = [{
    Collects all ops that can be computed from constants, puts them into one
    module whose `func.func @main() -> (tensors...)` returns the values that the
    rest of the network needs, lets an evaluator compute that module, and puts
    `graph.constant` in their place. The evaluator comes from the caller
    (`createGraphFoldConstantsPass`): the driver's runs compiled code.

    `graph.broadcast` and `graph.iota` are left where they would make a constant
    of more than 64 KiB out of a smaller one: they are cheap to compute.

    **Requires** graph ops, not yet fused. **Produces** graph ops. **Does not
    handle** ops with regions, dynamic results, ops of other dialects; without
    an evaluator it changes nothing and says so in a remark.

    Examples: tests/transforms/graph/fold-constants.mlir.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::tessera::graph::GraphDialect"];
  let options = [
    Option<"printModule", "print-module", "bool", "false",
           "Print the module of constant ops and leave the network alone">,
    Option<"maxGrownBytes", "max-grown-bytes", "int64_t", "65536",
           "Largest constant, in bytes, that a broadcast or iota may become">
  ];
  let statistics = [
    Statistic<"numFolded", "num-folded", "ops computed at compile time">,
    Statistic<"numConstants", "num-constants", "constants made">
  ];
}

def GraphHoistPaddingPass : Pass<"graph-hoist-padding", "func::FuncOp"> {
  let summary = "Let producers write the padding that their users read";
  let description = [{
    Where all users of a value are ops of PaddedOpInterface that read the same
    padding around it, and what makes the value can take a `graph.pad` into its
    fused region, the padding becomes a `graph.pad` behind the producer and the
    users lose their pads. Lowering then writes the value into the middle of
    the padded buffer, instead of copying it there.

    **Requires** graph ops in their final layout, not yet fused. **Produces**
    the same network with `graph.pad`. **Does not handle** values that are also
    used without the padding or with another one, function arguments, and means
    that count only the elements inside.

    Examples: tests/transforms/graph/hoist-padding.mlir.
  }];
  let dependentDialects = ["::mlir::tessera::graph::GraphDialect"];
  let statistics = [
    Statistic<"numHoisted", "num-hoisted", "values padded where they are made">
  ];
}

def GraphFuseRegionsPass : Pass<"graph-fuse-regions", "func::FuncOp"> {
  let summary = "Group ops that become one tensor program";
  let description = [{
    By the ops' FusionOpInterface kinds. First, two contractions of computed
    operands with elementwise ops and one reduction that keeps its shape
    between them (attention) become a group, with the ops that permute their
    operands or result. Then, in this order: a contraction, a reduction or an
    injective op takes the elementwise ops behind it, as long as
    no value inside is used elsewhere; a reduction over whole dimensions also
    takes the cheap elementwise ops before it; the elementwise ops left form
    groups of one shape with up to `max-outputs` results. An op that embeds a
    group's result (`graph.pad`, `graph.concat`) and is its only user ends the
    group; of a concat's operands the one made last counts. Groups
    become `graph.fused`. Constants with one value for all elements go inside,
    everything else from outside is an operand. An op behind a group that could
    not join carries the reason in the attribute `graph.not_fused`, a list of
    "op with op because reason", on the fused op where it ended.

    **Requires** graph ops. **Produces** `graph.fused` of at least two ops.
    **Does not handle** dynamic shapes: such ops stand alone, as do views,
    opaque ops and elementwise ops without a scalar form (`graph.batch_norm`).

    Examples: tests/transforms/graph/fuse-regions.mlir,
    tests/transforms/graph/fuse-regions-chain.mlir.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tessera::graph::GraphDialect"];
  let options = [
    Option<"maxOps", "max-ops", "unsigned", "24", "Largest number of ops">,
    Option<"maxInputs", "max-inputs", "unsigned", "8",
           "Largest number of operands from outside">,
    Option<"maxOutputs", "max-outputs", "unsigned", "4",
           "Largest number of results of an elementwise group">
  ];
  let statistics = [
    Statistic<"numGroups", "num-groups", "groups made">,
    Statistic<"numFusedOps", "num-fused-ops", "ops inside of groups">,
    Statistic<"numRefused", "num-refused", "neighbours that could not join">
  ];
}

#endif // TESSERA_TRANSFORMS_GRAPH_PASSES_TD
