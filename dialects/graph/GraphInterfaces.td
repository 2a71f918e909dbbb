//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHINTERFACES_TD
#define TESSERA_DIALECTS_GRAPH_GRAPHINTERFACES_TD

include "mlir/IR/OpBase.td"

def Graph_FusionOpInterface : OpInterface<"FusionOpInterface"> {
  let description = [{
    Says how an op may be fused with its neighbours; read by
    `graph-fuse-regions`.
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<"The op's fusion kind.",
      "::mlir::tessera::graph::FusionKind", "getFusionKind">
  ];
}

def Graph_ElementwiseOpInterface : OpInterface<"ElementwiseOpInterface"> {
  let description = [{
    An op whose result element at an index is a function of its operands'
    elements at that index, operands being broadcast by NumPy's rule. The op
    says how one element is computed, so that lowering, constant folding and
    fusion need no knowledge of the op.
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<[{
      Emits arith and math ops that compute one result element. Scalars are
      signless; `scalars.type(i)` is operand i's element type as written in the
      graph, `ui8` included. The value returned is signless, of the result's
      element type.
    }],
      "::mlir::Value", "buildScalar",
      (ins "::mlir::tessera::graph::ScalarContext &":$scalars)>
  ];
}

def Graph_ChannelsLastOpInterface : OpInterface<"ChannelsLastOpInterface"> {
  let description = [{
    An op on images (N, channels, spatial...) that also exists on (N,
    spatial..., channels), by its unit attribute `channels_last`.
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<"Whether channels come last now.",
      "bool", "isChannelsLast">,
    InterfaceMethod<[{
      Builds the op in channels-last form on `data`, the first operand already
      transposed to (N, spatial..., channels), and returns its results, still
      channels last. Other operands (filters) are transposed by ops that it
      creates.
    }],
      "::llvm::SmallVector<::mlir::Value>", "buildChannelsLast",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$data)>
  ];
}

def Graph_TransposableOpInterface : OpInterface<"TransposableOpInterface"> {
  let description = [{
    An op that can be computed on transposed data:
    transpose(op(x...), p) = op'(transpose(x, p)...).
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<[{
      Builds the op so that its (first) result is the op's result transposed by
      `permutation` (result dimension i is the old dimension permutation[i]),
      transposing operands by `graph.transpose` ops that it creates. Fails
      without creating anything when it can't.
    }],
      "::mlir::FailureOr<::mlir::Value>", "buildTransposed",
      (ins "::mlir::OpBuilder &":$builder,
           "::llvm::ArrayRef<int64_t>":$permutation)>
  ];
}

def Graph_PaddedOpInterface : OpInterface<"PaddedOpInterface"> {
  let description = [{
    An op on windows that reads padding around its first operand; read by
    `graph-hoist-padding`.
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<[{
      The padding that the windows read, which is no more than the op's pads
      say where strides leave elements out. Nothing if there is none, if a
      shape is dynamic, or if no element is worth what the op makes of padding
      (a mean over the elements inside).
    }],
      "::std::optional<::mlir::tessera::graph::Padding>", "getPadding">,
    InterfaceMethod<[{
      Makes the op read `data`, its first operand with getPadding() around it,
      without pads of its own. The result's type stays.
    }],
      "void", "setPaddedInput", (ins "::mlir::Value":$data)>
  ];
}

def Graph_EmbeddingOpInterface : OpInterface<"EmbeddingOpInterface"> {
  let description = [{
    An op whose result is an operand with other elements around it: what makes
    the operand can write it in its place, and the rest is filled or copied. Such
    an op ends a fused region (`graph-fuse-regions`).
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<[{
      The operands that the result holds whole and as they are; none if the
      attributes say otherwise. Of several, those that are not written in place
      are copied.
    }],
      "::llvm::SmallVector<::mlir::Value>", "getEmbedded">
  ];
}

def Graph_ErrorBoundOpInterface : OpInterface<"ErrorBoundOpInterface"> {
  let description = [{
    Says how far rounding may take the op's results, so that compiled code can
    be compared with a reference (dialects/graph/ErrorBounds.h).
  }];
  let cppNamespace = "::mlir::tessera::graph";
  let methods = [
    InterfaceMethod<[{
      Emits graph ops that compute a bound for each result: an f64 tensor, or
      null where results must be equal. `operandBounds` has one for each
      operand. Fails where there is none: a choice (an index, a sorted order)
      between operands that are not exact.
    }],
      "::mlir::FailureOr<::llvm::SmallVector<::mlir::Value>>",
      "buildErrorBounds",
      (ins "::mlir::OpBuilder &":$builder,
           "::llvm::ArrayRef<::mlir::Value>":$operandBounds)>,
    InterfaceMethod<[{
      What of that is known of any values, for reports: the op's own rounding,
      on exact operands, is at most the sum of these terms, beside what the
      implementation of `buildErrorBounds` says of underflow and of squared
      errors. Empty where the op does not round.
    }],
      "::llvm::SmallVector<::mlir::tessera::graph::ErrorTerm>",
      "getErrorTerms", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return {};">
  ];
}

#endif // TESSERA_DIALECTS_GRAPH_GRAPHINTERFACES_TD
