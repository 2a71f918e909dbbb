//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Which ONNX ops are imported, from which version on, and how.
///
/// Each family of ops has a translation unit that fills the table
/// (register...Ops below). A row says all that is asked about an op without
/// importing it: its versions, its attributes with their types and the versions
/// that have them, and which operands must be constants because a shape depends
/// on them.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_OPTABLE_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_OPTABLE_H

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/LogicalResult.h"

#include <climits>
#include <cstdint>

namespace mlir::tessera::onnx_to_graph {

class NodeContext;

enum class AttrKind {
  number,
  integer,
  string,
  tensor,
  graph,
  numbers,
  integers,
  strings,
  type
};

struct AttrSpec {
  llvm::StringRef name;
  AttrKind kind;
  /// The first opset that has the attribute, and the first that lacks it.
  int64_t since = 1;
  int64_t until = INT64_MAX;
};

/// Shorthands for the rows: real("alpha"), integers("axes", 1, 13).
AttrSpec real(llvm::StringRef name, int64_t since = 1,
              int64_t until = INT64_MAX);
AttrSpec integer(llvm::StringRef name, int64_t since = 1,
                 int64_t until = INT64_MAX);
AttrSpec string(llvm::StringRef name, int64_t since = 1,
                int64_t until = INT64_MAX);
AttrSpec reals(llvm::StringRef name, int64_t since = 1,
               int64_t until = INT64_MAX);
AttrSpec integers(llvm::StringRef name, int64_t since = 1,
                  int64_t until = INT64_MAX);
AttrSpec strings(llvm::StringRef name, int64_t since = 1,
                 int64_t until = INT64_MAX);
AttrSpec tensor(llvm::StringRef name, int64_t since = 1,
                int64_t until = INT64_MAX);
AttrSpec graphBody(llvm::StringRef name);

using ImportFunction = llvm::LogicalResult (*)(NodeContext &);

/// Operands by position; `allFrom` stands for that one and all that follow.
struct OperandSet {
  llvm::SmallVector<int, 4> positions;
  int allFrom = INT_MAX;

  bool contains(int position) const {
    return position >= allFrom || llvm::is_contained(positions, position);
  }
};

/// The limit of an op with a variable number of operands.
constexpr int anyNumberOfOperands = INT_MAX;

/// From opset `since` on, an op takes at most `count` operands.
struct OperandLimit {
  int64_t since;
  int count;
};

struct OpRow {
  llvm::StringRef name;
  /// Ascending opset versions in which the op changed.
  llvm::SmallVector<int64_t, 8> versions;
  /// Null if the op is known but refused.
  ImportFunction import = nullptr;
  llvm::SmallVector<AttrSpec, 4> attributes = {};
  /// Operands on whose values a result's shape depends.
  OperandSet shapeOperands = {};
  /// Operands of which only the shape or type is read.
  OperandSet unreadOperands = {};
  /// Of a refused op: why, or what to use instead.
  llvm::StringRef hint = {};
  llvm::StringRef domain = {};
  /// Ascending. For ops of the default domain, limitOperands sets them.
  llvm::SmallVector<OperandLimit, 1> operandLimits = {{1, 1}};

  /// The op's version in a model of `opset`, 0 if it doesn't exist there yet.
  int64_t versionAt(int64_t opset) const;
  /// How many operands the op takes at most in a model of `opset`.
  int maxOperands(int64_t opset) const;
};

class OpTable {
public:
  /// The table of all families, made at the first call.
  static const OpTable &get();

  void add(OpRow row);
  /// Null if the op is unknown.
  const OpRow *find(llvm::StringRef domain, llvm::StringRef name) const;
  /// Null if the op is unknown.
  OpRow *find(llvm::StringRef domain, llvm::StringRef name);

private:
  llvm::StringMap<OpRow> rows;
};

void registerArithmeticOps(OpTable &table);
void registerActivationOps(OpTable &table);
void registerContractionOps(OpTable &table);
void registerPoolingOps(OpTable &table);
void registerNormalizationOps(OpTable &table);
void registerReductionOps(OpTable &table);
void registerShapeOps(OpTable &table);
void registerConstantOps(OpTable &table);
void registerIndexingOps(OpTable &table);
void registerResizeOps(OpTable &table);
void registerAttentionOps(OpTable &table);
void registerRecurrentOps(OpTable &table);
void registerQuantizationOps(OpTable &table);
void registerStateSpaceOps(OpTable &table);
void registerDeformableOps(OpTable &table);
void registerSamplingOps(OpTable &table);
void registerLossOps(OpTable &table);
void registerSignalOps(OpTable &table);
void registerControlFlowOps(OpTable &table);
void registerOptimizerOps(OpTable &table);
void registerFeatureOps(OpTable &table);
void registerNgramOps(OpTable &table);
void registerDeterminantOps(OpTable &table);
void registerRefusedOps(OpTable &table);

/// Sets the operand limits of the default domain's ops; one operand is the
/// limit of an op that it does not name.
void limitOperands(OpTable &table);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_OPTABLE_H
