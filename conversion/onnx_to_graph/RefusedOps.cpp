//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Ops that are known but not imported, with what to use instead. An op that is
/// imported elsewhere has no row here.
///
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OpTable.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

void refuse(OpTable &table, llvm::StringRef hint,
            std::initializer_list<
                std::pair<llvm::StringRef, llvm::SmallVector<int64_t, 8>>>
                ops) {
  for (const auto &[name, versions] : ops) {
    OpRow row;
    row.name = name;
    row.versions = versions;
    row.hint = hint;
    table.add(row);
  }
}

} // namespace

void registerRefusedOps(OpTable &table) {
  refuse(table,
         "no form of it, its result's size depends on data; end the model "
         "before it",
         {{"NonMaxSuppression", {10, 11}},
          {"NonZero", {9, 13}},
          {"Unique", {11, 28}}});
  refuse(table, "no form of it, it draws random numbers; pass them as an input",
         {{"Bernoulli", {15, 22}},
          {"Multinomial", {7, 22}},
          {"RandomNormal", {1, 22}},
          {"RandomNormalLike", {1, 22}},
          {"RandomUniform", {1, 22}},
          {"RandomUniformLike", {1, 22}}});
  refuse(table, "tensors in place of sequences, by Split and Concat",
         {{"ConcatFromSequence", {11}},
          {"SequenceAt", {11}},
          {"SequenceConstruct", {11}},
          {"SequenceEmpty", {11}},
          {"SequenceErase", {11}},
          {"SequenceInsert", {11}},
          {"SequenceLength", {11}},
          {"SequenceMap", {17}},
          {"SplitToSequence", {11, 24}}});
  refuse(table, "tensors in place of optional values",
         {{"Optional", {15, 28}},
          {"OptionalGetElement", {15, 18, 28}},
          {"OptionalHasElement", {15, 18, 28}}});
  refuse(table, "no form of it, it works on strings or files",
         {{"ImageDecoder", {20}},
          {"RegexFullMatch", {20}},
          {"StringConcat", {20}},
          {"StringNormalizer", {10}},
          {"StringSplit", {20}}});
  refuse(table, "no form of it yet", {{"MaxRoiPool", {1, 22}}});
}

} // namespace mlir::tessera::onnx_to_graph
