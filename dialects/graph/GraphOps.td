//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHOPS_TD
#define TESSERA_DIALECTS_GRAPH_GRAPHOPS_TD

include "dialects/graph/GraphMovementOps.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"

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
                                      [SameOperandsElementType],
                                      Rounding> {
  let summary = "Matrix product by NumPy's matmul rule (ONNX MatMul)";
  let description = [{
    [..., M, K] x [..., K, N] -> [..., M, N], leading dimensions broadcast; a
    1-D operand is a row (left) or a column (right) whose dimension vanishes.

    C1: no operand is 0-D. C2: the K of both sides are equal. C3: leading
    dimensions broadcast.

    ```mlir
    %2 = graph.matmul %0, %1 : (tensor<2x3xf32>, tensor<3x4xf32>)
        -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$lhs, Graph_NumberTensor:$rhs);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_ConvOp : Graph_InferredOp<"conv", "contraction",
                            [SameOperandsElementType, ChannelsLast, Padded],
                            Rounding> {
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

    ```mlir
    %2 = graph.conv %0, %1 {strides = array<i64: 1, 2>,
        dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x8x4xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, Graph_NumberTensor:$filter,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads, DefaultValuedAttr<I64Attr, "1">:$groups,
    UnitAttr:$channels_last);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_ConvTransposeOp : Graph_InferredOp<"conv_transpose", "contraction",
                                   [SameOperandsElementType, ChannelsLast],
                                   Rounding> {
  let summary = "Transposed convolution (ONNX ConvTranspose)";
  let description = [{
    Channels first: input [N, C, spatial...], filter [C, F/groups, kernel...],
    result [N, F, spatial...]. Channels last: input [N, spatial..., C], filter
    [kernel..., F/groups, C], result [N, spatial..., F].
    out = (in - 1) * stride + (kernel - 1) * dilation + 1 + output_pads
    - low pad - high pad. Pads may be negative.

    C1, C2 and C4 as graph.conv's; C3: two pads and one non-negative output pad
    for each; C5: the result's sizes are not negative.

    ```mlir
    %2 = graph.conv_transpose %0, %1 {strides = array<i64: 2, 2>,
        dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
        output_pads = array<i64: 1, 1>}
        : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x16x16xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$filter,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$output_pads,
    DefaultValuedAttr<I64Attr, "1">:$groups, UnitAttr:$channels_last);
  let results = (outs Graph_FloatTensor:$result);
}

//===-- Pooling -----------------------------------------------------------===//

class Graph_PoolOp<string mnemonic, dag extra, list<string> rounding = []>
    : Graph_InferredOp<mnemonic, "reduction", [ChannelsLast, Padded], rounding> {
  let results = (outs Graph_NumberTensor:$result);
  let arguments = !con((ins Graph_NumberTensor:$input,
    DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
    UnitAttr:$ceil_mode, UnitAttr:$channels_last), extra);
}

def Graph_MaxPoolOp : Graph_PoolOp<"max_pool", (ins)> {
  let summary = "Maximum over windows, padding ignored (ONNX MaxPool)";
  let description = [{
    Constraints C1 to C3 and C5 as graph.conv's, the kernel positive. With
    `ceil_mode` the output size is rounded up, windows that would start in the
    high padding left out.

    ```mlir
    %1 = graph.max_pool %0 {kernel = array<i64: 3, 3>,
        strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
        pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x4x9x9xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
}

def Graph_AvgPoolOp
    : Graph_PoolOp<"avg_pool", (ins UnitAttr:$count_include_pad), Rounding> {
  let summary = "Mean over windows (ONNX AveragePool)";
  let description = [{
    Divides by the window's elements inside of the input, with
    `count_include_pad` inside of the padded input. Otherwise as max_pool.

    ```mlir
    %1 = graph.avg_pool %0 {kernel = array<i64: 3, 3>, count_include_pad,
        strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
        pads = array<i64: 1, 1, 0, 0>}
        : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
}

//===-- Reductions and normalisation --------------------------------------===//

def Graph_ReduceOp
    : Graph_InferredOp<"reduce", "reduction", [Transposable], Rounding> {
  let summary = "Reduces over axes (ONNX ReduceSum, ReduceMean, ...)";
  let description = [{
    Reduced dimensions become 1 with `keep_dims`, else vanish. An empty range
    gives the kind's neutral element.

    C1: axes are distinct, sorted and in [0, rank). C2: all and any take i1;
    sum, mean and prod take numbers.

    ```mlir
    %1 = graph.reduce %0 {axes = array<i64: 0, 2>,
        kind = #graph.reduce_kind<sum>} : (tensor<2x3x4xf32>) -> tensor<3xf32>
    ```
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

    ```mlir
    %1 = graph.arg_reduce %0 {axis = 1 : i64}
        : (tensor<2x3xf32>) -> tensor<2xi64>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis,
    UnitAttr:$minimum, UnitAttr:$select_last, UnitAttr:$keep_dims);
  let results = (outs Graph_IndexTensor:$result);
}

def Graph_SoftmaxOp
    : Graph_InferredOp<"softmax", "reduction", [Transposable], Rounding> {
  let summary = "exp(x - max) / sum along one axis (ONNX Softmax)";
  let description = [{
    With `log` its logarithm. C1: axis in [0, rank).

    ```mlir
    %1 = graph.softmax %0 {axis = 1 : i64}
        : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis, UnitAttr:$log);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_BatchNormOp
    : Graph_InferredOp<"batch_norm", "elementwise", [Transposable], Rounding> {
  let summary = "Batch normalisation at inference (ONNX BatchNormalization)";
  let description = [{
    (x - mean) / sqrt(variance + epsilon) * scale + bias, channel `axis`.
    C1: axis in [0, rank). C2: the four vectors have the channel's size.

    ```mlir
    %5 = graph.batch_norm %0, %1, %2, %3, %4
        {axis = 1 : i64, epsilon = 1.0e-05 : f64}
        : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>,
        tensor<3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$scale,
    Graph_FloatTensor:$bias, Graph_FloatTensor:$mean,
    Graph_FloatTensor:$variance, F64Attr:$epsilon, I64Attr:$axis);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_LayerNormOp
    : Graph_InferredOp<"layer_norm", "reduction", [], Rounding> {
  let summary = "Normalises over the dimensions from `axis` on";
  let description = [{
    (x - mean) / sqrt(variance + epsilon) over the last dimensions (ONNX
    LayerNormalization, scale and bias being multiplied and added by ops of
    their own); with `rms` x / sqrt(mean(x^2) + epsilon) (RMSNormalization).
    Arithmetic in at least f32. C1: axis in [0, rank).

    ```mlir
    %1 = graph.layer_norm %0 {axis = 1 : i64, epsilon = 1.0e-05 : f64}
        : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis,
    F64Attr:$epsilon, UnitAttr:$rms);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_LrnOp : Graph_InferredOp<"lrn", "opaque", [], Rounding> {
  let summary = "Local response normalisation across channels (ONNX LRN)";
  let description = [{
    x / (bias + alpha / size * sum of squares over `size` channels)^beta.
    C1: axis in [0, rank). C2: size is positive.

    ```mlir
    %1 = graph.lrn %0 {axis = 1 : i64, size = 3 : i64, alpha = 1.0e-04 : f64,
        beta = 0.75 : f64, bias = 1.0 : f64}
        : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, I64Attr:$axis, I64Attr:$size,
    F64Attr:$alpha, F64Attr:$beta, F64Attr:$bias);
  let results = (outs Graph_FloatTensor:$result);
}

def Graph_CumsumOp : Graph_InferredOp<"cumsum", "opaque", [], Rounding> {
  let summary = "Running sum or product along an axis (ONNX CumSum, CumProd)";
  let description = [{
    C1: axis in [0, rank).

    ```mlir
    %1 = graph.cumsum %0 {axis = 1 : i64, exclusive}
        : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis,
    UnitAttr:$exclusive, UnitAttr:$reverse, UnitAttr:$product);
  let results = (outs Graph_NumberTensor:$result);
}

def Graph_TopKOp : Graph_InferredOp<"topk", "opaque"> {
  let summary = "The k largest or smallest along an axis, sorted (ONNX TopK)";
  let description = [{
    Equal elements keep the lower index first. C1: axis in [0, rank). C2: k in
    [0, size].

    ```mlir
    %1:2 = graph.topk %0 {axis = 1 : i64, k = 2 : i64}
        : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$input, I64Attr:$axis, I64Attr:$k,
    UnitAttr:$smallest);
  let results = (outs Graph_NumberTensor:$values, Graph_IndexTensor:$indices);
}

#endif // TESSERA_DIALECTS_GRAPH_GRAPHOPS_TD
