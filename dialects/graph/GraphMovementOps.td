//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHMOVEMENTOPS_TD
#define TESSERA_DIALECTS_GRAPH_GRAPHMOVEMENTOPS_TD

include "dialects/graph/GraphElementwiseOps.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

// An op that infers its result types in ShapeInference.cpp and states its
// fusion kind here; and, if it may round, Rounding.
defvar Rounding = ["getErrorTerms"];
class Graph_InferredOp<string mnemonic, string kind, list<Trait> traits = [],
                       list<string> rounding = []>
    : Graph_Op<mnemonic, traits # [Pure,
        DeclareOpInterfaceMethods<InferTypeOpInterface, ["refineReturnTypes"]>,
        DeclareOpInterfaceMethods<Graph_ErrorBoundOpInterface, rounding>,
        DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred,
                                        ::mlir::TypeRange actual);
    /// Checks the op's constraints, then infers its results' types.
    static ::llvm::LogicalResult
    inferTypes(Adaptor op, const ::mlir::tessera::graph::OpChecker &check,
               ::llvm::SmallVectorImpl<::mlir::Type> &inferred);
  }];
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &inferred) {
      return inferTypes(Adaptor(operands, attributes, properties, regions),
                        OpChecker(location, getOperationName()), inferred);
    }
    FusionKind $cppClass::getFusionKind() { return FusionKind::}] # kind # [{; }
    // Inference would add an error of its own to ours: verify() infers instead.
    ::llvm::LogicalResult $cppClass::refineReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location>,
        ::mlir::ValueRange, ::mlir::DictionaryAttr, ::mlir::OpaqueProperties,
        ::mlir::RegionRange, ::llvm::SmallVectorImpl<::mlir::Type> &) {
      return ::mlir::success();
    }
    ::llvm::LogicalResult $cppClass::verify() {
      return verifyInferredTypes(*this);
    }
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred,
                                            ::mlir::TypeRange actual) {
      return areCompatibleTypes(inferred, actual);
    }
  }];
}

defvar ChannelsLast = DeclareOpInterfaceMethods<Graph_ChannelsLastOpInterface>;
defvar Embedding = DeclareOpInterfaceMethods<Graph_EmbeddingOpInterface>;
defvar Padded = DeclareOpInterfaceMethods<Graph_PaddedOpInterface>;
defvar Transposable = DeclareOpInterfaceMethods<Graph_TransposableOpInterface>;

//===-- Shape and data movement -------------------------------------------===//

def Graph_ReshapeOp : Graph_Op<"reshape", [Pure,
    DeclareOpInterfaceMethods<Graph_ErrorBoundOpInterface>,
    DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "The same elements in another shape (ONNX Reshape, Squeeze)";
  let description = [{
    If the result has more than one dynamic dimension, they are the input's, in
    order. C1: element types are equal. C2: static shapes have equally many
    elements.

    ```mlir
    %1 = graph.reshape %0 : tensor<2x?xf32> to tensor<?x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDefinition = [{
    FusionKind $cppClass::getFusionKind() { return FusionKind::view; }
  }];
}

def Graph_TransposeOp : Graph_InferredOp<"transpose", "injective"> {
  let summary = "Permutes dimensions (ONNX Transpose)";
  let description = [{
    Result dimension i is input dimension permutation[i].
    C1: the permutation has each of [0, rank) once.

    ```mlir
    %1 = graph.transpose %0 {permutation = array<i64: 1, 0>}
        : (tensor<2x3xf32>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$result);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_BroadcastOp : Graph_Op<"broadcast", [Pure,
    DeclareOpInterfaceMethods<Graph_ErrorBoundOpInterface>,
    DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "Repeats size-1 and missing leading dimensions (ONNX Expand)";
  let description = [{
    C1: element types are equal. C2: the shape broadcasts to the result's.

    ```mlir
    %1 = graph.broadcast %0 : tensor<2x1xf32> to tensor<4x2x3xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `to` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDefinition = [{
    FusionKind $cppClass::getFusionKind() { return FusionKind::injective; }
  }];
}

def Graph_ConcatOp
    : Graph_InferredOp<"concat", "injective", [Embedding, Transposable]> {
  let summary = "Joins tensors along an axis (ONNX Concat)";
  let description = [{
    C1: at least one operand. C2: axis in [0, rank). C3: ranks, other dimensions
    and element types are equal.

    ```mlir
    %2 = graph.concat %0, %1 {axis = 0 : i64}
        : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<3x3xf32>
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let hasFolder = 1;
}

def Graph_SliceOp : Graph_InferredOp<"slice", "injective", [Transposable]> {
  let summary = "Every step-th element from a start (ONNX Slice, Split)";
  let description = [{
    For every dimension d takes sizes[d] elements at starts[d] + i * steps[d].
    Steps may be negative. A size of -1 takes the whole dimension, which may be
    dynamic. C1: one entry for each dimension. C2: all in range, steps not 0.
    C3: with size -1 the start is 0 and the step 1.

    ```mlir
    %1 = graph.slice %0 {starts = array<i64: 0, 2>, sizes = array<i64: -1, 2>,
        steps = array<i64: 1, -2>} : (tensor<?x3xf32>) -> tensor<?x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$starts,
    DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Graph_Tensor:$result);
  let hasFolder = 1;
}

def Graph_PadOp
    : Graph_InferredOp<"pad", "injective", [Embedding, Transposable]> {
  let summary = "Adds elements around a tensor (ONNX Pad)";
  let description = [{
    Low and high amounts for each dimension; negative ones remove elements.
    `value` is a 0-D tensor for the mode `constant`; absent means zero.
    C1: one low and one high amount for each dimension. C2: `value` only with
    `constant`, of the input's element type, 0-D. C3: the result's sizes are not
    negative. C4: only `constant` adds to an empty dimension.

    ```mlir
    %1 = graph.pad %0 {low = array<i64: 1, 0>, high = array<i64: 1, -1>,
        mode = #graph.pad_mode<edge>} : (tensor<2x3xf32>) -> tensor<4x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Optional<Graph_Tensor>:$value,
    DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
    DefaultValuedAttr<Graph_PadModeAttr,
      "::mlir::tessera::graph::PadMode::constant">:$mode);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ResizeOp
    : Graph_InferredOp<"resize", "injective", [Transposable], Rounding> {
  let summary = "Interpolates to another size (ONNX Resize, Upsample)";
  let description = [{
    `sizes` and `scales` (result/input, as the model states them) have one entry
    for each dimension; dimensions of equal size with scale 1 are copied. A size
    of -1 keeps the dimension, which may be dynamic. `roi` (starts, then ends,
    for each dimension) only with tf_crop_and_resize.
    C1: one entry for each dimension. C2: sizes are positive or -1, scales
    positive. C3: with size -1 the scale is 1. C4: `roi` has two entries for
    each dimension, or none without tf_crop_and_resize.

    ```mlir
    %1 = graph.resize %0 {sizes = array<i64: -1, 6>,
        scales = array<f64: 1.0, 2.0>, mode = #graph.resize_mode<linear>,
        coordinate_mode = #graph.coordinate_mode<half_pixel>}
        : (tensor<?x3xf32>) -> tensor<?x6xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, DenseI64ArrayAttr:$sizes,
    DenseF64ArrayAttr:$scales, Graph_ResizeModeAttr:$mode,
    Graph_CoordinateModeAttr:$coordinate_mode,
    DefaultValuedAttr<Graph_NearestModeAttr,
      "::mlir::tessera::graph::NearestMode::round_prefer_floor">:$nearest_mode,
    DefaultValuedAttr<F64Attr, "-0.75">:$cubic_coefficient,
    UnitAttr:$exclude_outside, UnitAttr:$antialias,
    DefaultValuedAttr<F64Attr, "0.0">:$extrapolation_value,
    DefaultValuedAttr<DenseF64ArrayAttr, "{}">:$roi);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_GatherOp : Graph_InferredOp<"gather", "injective",
                                      [Transposable]> {
  let summary = "Picks slices along an axis by index (ONNX Gather)";
  let description = [{
    The indices' shape replaces dimension `axis`. Negative indices count from
    the end; an index out of range is clamped. C1: axis in [0, rank). C2: no
    index picks from an empty dimension.

    ```mlir
    %2 = graph.gather %0, %1 {axis = 1 : i64}
        : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<4x3x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let hasFolder = 1;
}

def Graph_GatherElementsOp : Graph_InferredOp<"gather_elements", "injective"> {
  let summary = "Picks single elements along an axis (ONNX GatherElements)";
  let description = [{
    Result element i is the input's at i with i[axis] replaced by indices[i],
    which wraps and clamps as graph.gather's. C1: axis in [0, rank). C2: equal
    ranks. C3: indices are no larger than the input in any other dimension.
    C4: no index picks from an empty dimension.

    ```mlir
    %2 = graph.gather_elements %0, %1 {axis = 0 : i64}
        : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
}

def Graph_GatherNdOp : Graph_InferredOp<"gather_nd", "injective"> {
  let summary = "Picks slices by index tuples (ONNX GatherND)";
  let description = [{
    The last dimension of indices is the tuple. C1: batch_dims leading
    dimensions are equal. C2: the tuple is static and no longer than the rest of
    the rank. C3: no index picks from an empty dimension.

    ```mlir
    %2 = graph.gather_nd %0, %1
        : (tensor<4x5x6xf32>, tensor<3x2xi64>) -> tensor<3x6xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ScatterElementsOp
    : Graph_InferredOp<"scatter_elements", "opaque", [], Rounding> {
  let summary = "Writes single elements along an axis (ONNX ScatterElements)";
  let description = [{
    The input with updates[i] written, or combined by `kind`, at i with i[axis]
    replaced by indices[i], which wraps and clamps as graph.gather's. Where
    indices repeat, `none` leaves any one of the updates. C1: axis in [0, rank).
    C2: equal ranks; indices and updates have one shape. C3: equal element
    types. C4: indices are no larger than the input in any other dimension.
    C5: no index points into an empty dimension.

    ```mlir
    %3 = graph.scatter_elements %0, %1, %2 {axis = 1 : i64,
        kind = #graph.scatter_kind<add>}
        : (tensor<4x5xf32>, tensor<3x2xi64>, tensor<3x2xf32>) -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    Graph_Tensor:$updates, I64Attr:$axis,
    DefaultValuedAttr<Graph_ScatterKindAttr,
      "::mlir::tessera::graph::ScatterKind::none">:$kind);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ScatterNdOp
    : Graph_InferredOp<"scatter_nd", "opaque", [], Rounding> {
  let summary = "Writes slices by index tuples (ONNX ScatterND)";
  let description = [{
    The input with updates written, or combined by `kind`, where the tuples in
    indices' last dimension point; their indices wrap and clamp as
    graph.gather's. Where tuples repeat, `none` leaves any one of the updates.
    C1: the tuple is static and no longer than the rank. C2: updates have shape
    indices[:-1] + input[tuple:]. C3: equal element types. C4: no index points
    into an empty dimension.

    ```mlir
    %3 = graph.scatter_nd %0, %1, %2
        : (tensor<4x5xf32>, tensor<3x1xi64>, tensor<3x5xf32>) -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    Graph_Tensor:$updates,
    DefaultValuedAttr<Graph_ScatterKindAttr,
      "::mlir::tessera::graph::ScatterKind::none">:$kind);
  let results = (outs Graph_Tensor:$result);
}

def Graph_IotaOp : Graph_Op<"iota", [Pure,
    DeclareOpInterfaceMethods<Graph_ErrorBoundOpInterface>,
    DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "The index along one axis, as numbers";
  let description = [{
    C1: the result is static. C2: axis in [0, rank).

    ```mlir
    %0 = graph.iota {axis = 1 : i64} : tensor<2x3xi32>
    ```
  }];
  let arguments = (ins I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
  let extraClassDefinition = [{
    FusionKind $cppClass::getFusionKind() { return FusionKind::injective; }
  }];
}

#endif // TESSERA_DIALECTS_GRAPH_GRAPHMOVEMENTOPS_TD
