//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHOPS_TD
#define TESSERA_DIALECTS_GRAPH_GRAPHOPS_TD

include "dialects/graph/GraphElementwiseOps.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"

// An op that infers its result types in ShapeInference.cpp and states its
// fusion kind here.
class Graph_InferredOp<string mnemonic, string kind, list<Trait> traits = []>
    : Graph_Op<mnemonic, traits # [Pure,
        DeclareOpInterfaceMethods<InferTypeOpInterface, ["refineReturnTypes"]>,
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
defvar Transposable = DeclareOpInterfaceMethods<Graph_TransposableOpInterface>;

//===-- Structure ---------------------------------------------------------===//

def Graph_ConstantOp : Graph_Op<"constant", [Pure, ConstantLike,
    AllTypesMatch<["value", "result"]>]> {
  let summary = "A tensor known at compile time";
  let description = [{
    Small values are dense attributes, large ones resource blobs
    (`dense_resource`), never copied into the context.

    ```mlir
    %0 = graph.constant dense<[1, 2]> : tensor<2xi64>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def Graph_FusedOp : Graph_Op<"fused", [Pure, IsolatedFromAbove,
    SingleBlock, DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "Ops that become one tensor program";
  let description = [{
    The region's arguments are the operands; `graph.yield` names the results.

    C1: the block's arguments match the operands. C2: the yield's operands match
    the results. C3: only graph ops inside, no nested `graph.fused`.

    ```mlir
    %1 = graph.fused (%arg0 = %0 : tensor<4xf32>) -> (tensor<4xf32>) {
      %2 = graph.exp %arg0 : (tensor<4xf32>) -> tensor<4xf32>
      graph.yield %2 : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs);
  let results = (outs Variadic<Graph_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDefinition = [{
    FusionKind $cppClass::getFusionKind() { return FusionKind::opaque; }
  }];
}

def Graph_YieldOp : Graph_Op<"yield", [Pure, Terminator, ReturnLike,
                                       HasParent<"FusedOp">]> {
  let summary = "Ends a graph.fused region";
  let arguments = (ins Variadic<Graph_Tensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

//===-- Contractions ------------------------------------------------------===//

def Graph_MatmulOp : Graph_InferredOp<"matmul", "contraction",
                                      [SameOperandsElementType]> {
  let summary = "Matrix product by NumPy's matmul rule (ONNX MatMul)";
  let description = [{
    [..., M, K] x [..., K, N] -> [..., M, N], leading dimensions broadcast; a
    1-D operand is a row (left) or a column (right) whose dimension vanishes.

    C1: no operand is 0-D. C2: the K of both sides are equal. C3: leading
    dimensions broadcast.
  }];
  let arguments = (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_ConvOp : Graph_InferredOp<"conv", "contraction",
                                    [SameOperandsElementType, ChannelsLast]> {
  let summary = "Convolution over 1 to 3 spatial dimensions (ONNX Conv)";
  let description = [{
    Channels first: input [N, C, spatial...], filter [F, C/groups, kernel...],
    result [N, F, spatial...]. Channels last: input [N, spatial..., C], filter
    [kernel..., C/groups, F], result [N, spatial..., F].
    `pads` holds all low pads, then all high pads; padding is zero.

    C1: 1 to 3 spatial dimensions, equal for input and filter. C2: strides and
    dilations have one positive entry for each. C3: pads have two
    non-negative entries for each. C4: groups divides C and F, and the filter
    has C/groups channels. C5: the dilated kernel fits the padded input.
  }];
  let arguments = (ins Graph_NumberTensor:$input, Graph_NumberTensor:$filter,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads, DefaultValuedAttr<I64Attr, "1">:$groups,
    UnitAttr:$channels_last);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_ConvTransposeOp : Graph_InferredOp<"conv_transpose", "contraction",
                                   [SameOperandsElementType, ChannelsLast]> {
  let summary = "Transposed convolution (ONNX ConvTranspose)";
  let description = [{
    Channels first: input [N, C, spatial...], filter [C, F/groups, kernel...],
    result [N, F, spatial...]. Channels last: input [N, spatial..., C], filter
    [kernel..., F/groups, C], result [N, spatial..., F].
    out = (in - 1) * stride + (kernel - 1) * dilation + 1 + output_pads
          - low pad - high pad. Pads may be negative.

    C1, C2 and C4 as graph.conv's; C3: two pads and one non-negative output pad
    for each; C5: the result's sizes are not negative.
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$filter,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$output_pads,
    DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
  let results = (outs Graph_FloatTensor:$result);
}

//===-- Pooling -----------------------------------------------------------===//

class Graph_PoolOp<string mnemonic, dag extra>
    : Graph_InferredOp<mnemonic, "reduction", [ChannelsLast]> {
  let results = (outs Graph_NumberTensor:$result);
  let arguments = !con((ins Graph_NumberTensor:$input,
    DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
    UnitAttr:$ceil_mode, UnitAttr:$channels_last), extra);
}

def Graph_MaxPoolOp : Graph_PoolOp<"max_pool", (ins)> {
  let summary = "Maximum over windows, padding ignored (ONNX MaxPool)";
  let description = [{
    Constraints C1 to C3 and C5 as graph.conv's, the kernel positive. With `ceil_mode` the output size
    is rounded up, windows that would start in the high padding left out.
  }];
}

def Graph_AvgPoolOp
    : Graph_PoolOp<"avg_pool", (ins UnitAttr:$count_include_pad)> {
  let summary = "Mean over windows (ONNX AveragePool)";
  let description = [{
    Divides by the window's elements inside of the input, with
    `count_include_pad` inside of the padded input. Otherwise as max_pool.
  }];
}

//===-- Reductions and normalisation --------------------------------------===//

def Graph_ReduceOp : Graph_InferredOp<"reduce", "reduction", [Transposable]> {
  let summary = "Reduces over axes (ONNX ReduceSum, ReduceMean, ...)";
  let description = [{
    Reduced dimensions become 1 with `keep_dims`, else vanish. An empty range
    gives the kind's neutral element.

    C1: axes are distinct, sorted and in [0, rank). C2: all and any take i1;
    sum, mean and prod take numbers.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_ReduceKindAttr:$kind,
    DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ArgReduceOp : Graph_InferredOp<"arg_reduce", "reduction"> {
  let summary = "Index of the largest or smallest element (ONNX ArgMax/ArgMin)";
  let description = [{
    Ties go to the first, or with `select_last` to the last. Result i64.
    C1: axis in [0, rank).
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis,
    UnitAttr:$minimum, UnitAttr:$select_last, UnitAttr:$keep_dims);
  let results = (outs Graph_IndexTensor:$result);
}

def Graph_SoftmaxOp : Graph_InferredOp<"softmax", "reduction", [Transposable]> {
  let summary = "exp(x - max) / sum along one axis (ONNX Softmax)";
  let description = [{With `log` its logarithm. C1: axis in [0, rank).}];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis, UnitAttr:$log);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_BatchNormOp : Graph_InferredOp<"batch_norm", "elementwise",
                                         [Transposable]> {
  let summary = "Batch normalisation at inference (ONNX BatchNormalization)";
  let description = [{
    (x - mean) / sqrt(variance + epsilon) * scale + bias, channel `axis`.
    C1: axis in [0, rank). C2: the four vectors have the channel's size.
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$scale,
    Graph_FloatTensor:$bias, Graph_FloatTensor:$mean,
    Graph_FloatTensor:$variance, F64Attr:$epsilon, I64Attr:$axis);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_LayerNormOp : Graph_InferredOp<"layer_norm", "reduction"> {
  let summary = "Normalises over the dimensions from `axis` on";
  let description = [{
    (x - mean) / sqrt(variance + epsilon) over the last dimensions (ONNX
    LayerNormalization, scale and bias being multiplied and added by ops of
    their own); with `rms` x / sqrt(mean(x^2) + epsilon) (RMSNormalization).
    Arithmetic in at least f32. C1: axis in [0, rank).
  }];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis,
    F64Attr:$epsilon, UnitAttr:$rms);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_LrnOp : Graph_InferredOp<"lrn", "opaque"> {
  let summary = "Local response normalisation across channels (ONNX LRN)";
  let description = [{
    x / (bias + alpha / size * sum of squares over `size` channels)^beta.
    C1: axis in [0, rank). C2: size is positive.
  }];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis, I64Attr:$size,
    F64Attr:$alpha, F64Attr:$beta, F64Attr:$bias);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_CumsumOp : Graph_InferredOp<"cumsum", "opaque"> {
  let summary = "Running sum or product along an axis (ONNX CumSum, CumProd)";
  let description = [{C1: axis in [0, rank).}];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis,
    UnitAttr:$exclusive, UnitAttr:$reverse, UnitAttr:$product);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_TopKOp : Graph_InferredOp<"topk", "opaque"> {
  let summary = "The k largest or smallest along an axis, sorted (ONNX TopK)";
  let description = [{
    Equal elements keep the lower index first. C1: axis in [0, rank). C2: k in
    [0, size].
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis, I64Attr:$k,
    UnitAttr:$smallest);
  let results = (outs Graph_NumberTensor:$values, Graph_IndexTensor:$indices);
}

//===-- Shape and data movement -------------------------------------------===//

def Graph_ReshapeOp : Graph_Op<"reshape", [Pure,
    DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "The same elements in another shape (ONNX Reshape, Squeeze, ...)";
  let description = [{
    If the result has more than one dynamic dimension, they are the input's, in
    order. C1: element types are equal. C2: static shapes have equally many
    elements.
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
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$result);
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Graph_BroadcastOp : Graph_Op<"broadcast", [Pure,
    DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "Repeats size-1 and missing leading dimensions (ONNX Expand)";
  let description = [{
    C1: element types are equal. C2: the shape broadcasts to the result's.
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

def Graph_ConcatOp : Graph_InferredOp<"concat", "injective", [Transposable]> {
  let summary = "Joins tensors along an axis (ONNX Concat)";
  let description = [{
    C1: at least one operand. C2: axis in [0, rank). C3: ranks, other dimensions
    and element types are equal.
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
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$starts,
    DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Graph_Tensor:$result);
  let hasFolder = 1;
}

def Graph_PadOp : Graph_InferredOp<"pad", "injective", [Transposable]> {
  let summary = "Adds elements around a tensor (ONNX Pad)";
  let description = [{
    Low and high amounts for each dimension; negative ones remove elements.
    `value` is a 0-D tensor for the mode `constant`; absent means zero.
    C1: one low and one high amount for each dimension. C2: `value` only with
    `constant`, of the input's element type, 0-D. C3: the result's sizes are not
    negative. C4: only `constant` adds to an empty dimension.
  }];
  let arguments = (ins Graph_Tensor:$input, Optional<Graph_Tensor>:$value,
    DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
    DefaultValuedAttr<Graph_PadModeAttr,
      "::mlir::tessera::graph::PadMode::constant">:$mode);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ResizeOp : Graph_InferredOp<"resize", "injective", [Transposable]> {
  let summary = "Interpolates to another size (ONNX Resize, Upsample)";
  let description = [{
    `sizes` and `scales` (result/input, as the model states them) have one entry
    for each dimension; dimensions of equal size with scale 1 are copied. A size
    of -1 keeps the dimension, which may be dynamic. `roi` (starts, then ends,
    for each dimension) only with tf_crop_and_resize.
    C1: one entry for each dimension. C2: sizes are positive or -1, scales
    positive. C3: with size -1 the scale is 1. C4: `roi` has two entries for
    each dimension, or none without tf_crop_and_resize.
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
    the end; an index out of range is clamped. C1: axis in [0, rank).
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
    the rank.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    DefaultValuedAttr<I64Attr, "0">:$batch_dims);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ScatterElementsOp
    : Graph_InferredOp<"scatter_elements", "opaque"> {
  let summary = "Writes single elements along an axis (ONNX ScatterElements)";
  let description = [{
    The input with updates[i] written, or combined by `kind`, at i with i[axis]
    replaced by indices[i]; an index out of range is skipped. C1: axis in
    [0, rank). C2: equal ranks; indices and updates have one shape. C3: equal
    element types. C4: indices are no larger than the input in any other
    dimension.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    Graph_Tensor:$updates, I64Attr:$axis,
    DefaultValuedAttr<Graph_ScatterKindAttr,
      "::mlir::tessera::graph::ScatterKind::none">:$kind);
  let results = (outs Graph_Tensor:$result);
}

def Graph_ScatterNdOp : Graph_InferredOp<"scatter_nd", "opaque"> {
  let summary = "Writes slices by index tuples (ONNX ScatterND)";
  let description = [{
    The input with updates written, or combined by `kind`, where the tuples in
    indices' last dimension point; a tuple out of range is skipped. C1: the tuple
    is static and no longer than the rank. C2: updates have shape indices[:-1] +
    input[tuple:]. C3: equal element types.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_IndexTensor:$indices,
    Graph_Tensor:$updates,
    DefaultValuedAttr<Graph_ScatterKindAttr,
      "::mlir::tessera::graph::ScatterKind::none">:$kind);
  let results = (outs Graph_Tensor:$result);
}

def Graph_IotaOp : Graph_Op<"iota", [Pure,
    DeclareOpInterfaceMethods<Graph_FusionOpInterface>]> {
  let summary = "The index along one axis, as numbers";
  let description = [{C1: the result is static. C2: axis in [0, rank).}];
  let arguments = (ins I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
  let extraClassDefinition = [{
    FusionKind $cppClass::getFusionKind() { return FusionKind::injective; }
  }];
}

#endif // TESSERA_DIALECTS_GRAPH_GRAPHOPS_TD
