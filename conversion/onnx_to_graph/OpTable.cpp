//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OpTable.h"

#include "llvm/ADT/Twine.h"

namespace mlir::tessera::onnx_to_graph {

AttrSpec real(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::number, since, until};
}
AttrSpec integer(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::integer, since, until};
}
AttrSpec string(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::string, since, until};
}
AttrSpec reals(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::numbers, since, until};
}
AttrSpec integers(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::integers, since, until};
}
AttrSpec strings(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::strings, since, until};
}
AttrSpec tensor(llvm::StringRef name, int64_t since, int64_t until) {
  return {name, AttrKind::tensor, since, until};
}
AttrSpec graphBody(llvm::StringRef name) { return {name, AttrKind::graph}; }

int64_t OpRow::versionAt(int64_t opset) const {
  int64_t result = 0;
  for (int64_t version : versions) {
    result = version <= opset ? version : result;
  }
  return result;
}

int OpRow::maxOperands(int64_t opset) const {
  int result = 0;
  for (const OperandLimit &limit : operandLimits) {
    result = limit.since <= opset ? limit.count : result;
  }
  return result;
}

static std::string rowKey(llvm::StringRef domain, llvm::StringRef name) {
  return (llvm::Twine(domain) + ":" + name).str();
}

void OpTable::add(OpRow row) {
  std::string key = rowKey(row.domain, row.name);
  rows[key] = std::move(row);
}

const OpRow *OpTable::find(llvm::StringRef domain, llvm::StringRef name) const {
  auto found = rows.find(rowKey(domain, name));
  return found == rows.end() ? nullptr : &found->second;
}

OpRow *OpTable::find(llvm::StringRef domain, llvm::StringRef name) {
  auto found = rows.find(rowKey(domain, name));
  return found == rows.end() ? nullptr : &found->second;
}

const OpTable &OpTable::get() {
  static const OpTable *table = [] {
    auto *result = new OpTable();
    registerArithmeticOps(*result);
    registerActivationOps(*result);
    registerContractionOps(*result);
    registerPoolingOps(*result);
    registerNormalizationOps(*result);
    registerReductionOps(*result);
    registerShapeOps(*result);
    registerConstantOps(*result);
    registerIndexingOps(*result);
    registerResizeOps(*result);
    registerAttentionOps(*result);
    registerRecurrentOps(*result);
    registerStateSpaceOps(*result);
    registerDeformableOps(*result);
    registerQuantizationOps(*result);
    registerSamplingOps(*result);
    registerLossOps(*result);
    registerSignalOps(*result);
    registerControlFlowOps(*result);
    registerOptimizerOps(*result);
    registerFeatureOps(*result);
    registerNgramOps(*result);
    registerDeterminantOps(*result);
    registerRefusedOps(*result);
    limitOperands(*result);
    return result;
  }();
  return *table;
}

} // namespace mlir::tessera::onnx_to_graph
