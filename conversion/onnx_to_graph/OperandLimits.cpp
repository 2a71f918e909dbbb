//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// How many operands an op takes at most. One beyond that would be ignored, and
/// the answer be another than the model's author meant.
///
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OpTable.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

struct SteadyLimit {
  int count;
  std::initializer_list<llvm::StringRef> names;
};

struct ChangedLimit {
  llvm::StringRef name;
  llvm::SmallVector<OperandLimit, 1> limits;
};

} // namespace

/// Limits that are the same in all opsets.
static void setSteadyLimits(OpTable &table) {
  const SteadyLimit steady[] = {
      {0, {"Constant"}},
      {2,
       {"Add",
        "AffineGrid",
        "And",
        "BitShift",
        "BitwiseAnd",
        "BitwiseOr",
        "BitwiseXor",
        "CastLike",
        "CenterCropPad",
        "Compress",
        "CumProd",
        "CumSum",
        "Div",
        "Equal",
        "Expand",
        "Gather",
        "GatherElements",
        "GatherND",
        "Greater",
        "GreaterOrEqual",
        "GridSample",
        "Less",
        "LessOrEqual",
        "MatMul",
        "Mod",
        "Mul",
        "Or",
        "PRelu",
        "Pow",
        "RMSNormalization",
        "ReverseSequence",
        "Sub",
        "SwiGLU",
        "Trilu",
        "Xor"}},
      {3,
       {"Col2Im",
        "Conv",
        "ConvTranspose",
        "DequantizeLinear",
        "Gemm",
        "GroupNormalization",
        "InstanceNormalization",
        "LayerNormalization",
        "MaxUnpool",
        "NegativeLogLikelihoodLoss",
        "OneHot",
        "QuantizeLinear",
        "Range",
        "RoiAlign",
        "Scatter",
        "ScatterElements",
        "ScatterND",
        "SoftmaxCrossEntropyLoss",
        "TensorScatter",
        "Where"}},
      {4,
       {"CausalConvWithState", "ConvInteger", "MatMulInteger",
        "RotaryEmbedding", "STFT"}},
      {5, {"BatchNormalization", "DeformConv", "MelWeightMatrix"}},
      {6, {"GRU", "LinearAttention", "RNN"}},
      {8, {"LSTM", "QLinearMatMul"}},
      {9, {"QLinearConv"}},
      {anyNumberOfOperands,
       {"Concat", "Einsum", "Loop", "Max", "Mean", "Min", "Scan", "Sum"}}};
  for (const SteadyLimit &limit : steady) {
    for (llvm::StringRef name : limit.names) {
      table.find("", name)->operandLimits = {{1, limit.count}};
    }
  }
}

/// Limits of ops whose attributes became operands.
static void setChangedLimits(OpTable &table) {
  const ChangedLimit changed[] = {{"Attention", {{23, 6}, {24, 7}}},
                                  {"Clip", {{1, 1}, {11, 3}}},
                                  {"DFT", {{17, 2}, {20, 3}}},
                                  {"Dropout", {{1, 1}, {12, 3}}},
                                  {"Pad", {{1, 1}, {11, 3}, {18, 4}}},
                                  {"ReduceL1", {{1, 1}, {18, 2}}},
                                  {"ReduceL2", {{1, 1}, {18, 2}}},
                                  {"ReduceLogSum", {{1, 1}, {18, 2}}},
                                  {"ReduceLogSumExp", {{1, 1}, {18, 2}}},
                                  {"ReduceMax", {{1, 1}, {18, 2}}},
                                  {"ReduceMean", {{1, 1}, {18, 2}}},
                                  {"ReduceMin", {{1, 1}, {18, 2}}},
                                  {"ReduceProd", {{1, 1}, {18, 2}}},
                                  {"ReduceSum", {{1, 1}, {13, 2}}},
                                  {"ReduceSumSquare", {{1, 1}, {18, 2}}},
                                  {"Reshape", {{1, 1}, {5, 2}}},
                                  {"Resize", {{10, 2}, {11, 4}}},
                                  {"Slice", {{1, 1}, {10, 5}}},
                                  {"Split", {{1, 2}, {2, 1}, {13, 2}}},
                                  {"Squeeze", {{1, 1}, {13, 2}}},
                                  {"Tile", {{1, 3}, {6, 2}}},
                                  {"TopK", {{1, 1}, {10, 2}}},
                                  {"Unsqueeze", {{1, 1}, {13, 2}}},
                                  {"Upsample", {{1, 1}, {9, 2}}}};
  for (const ChangedLimit &limit : changed) {
    table.find("", limit.name)->operandLimits = limit.limits;
  }
}

void limitOperands(OpTable &table) {
  setSteadyLimits(table);
  setChangedLimits(table);
}

} // namespace mlir::tessera::onnx_to_graph
