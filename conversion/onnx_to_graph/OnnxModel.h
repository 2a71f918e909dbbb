//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// An ONNX model as read from a file: checked, its functions expanded, its
/// nodes in an order in which every value is defined before it is used.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_CONVERSION_ONNX_TO_GRAPH_ONNXMODEL_H
#define TESSERA_CONVERSION_ONNX_TO_GRAPH_ONNXMODEL_H

#include "conversion/onnx_to_graph/ExternalData.h"

#include "onnx/onnx_pb.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <memory>
#include <string>
#include <vector>

namespace mlir::tessera::onnx_to_graph {

/// Domain -> version; the default domain is "".
using OpsetTable = llvm::StringMap<int64_t>;

/// The newest opset of the default domain whose ops are known: a later one may
/// give an op another meaning.
constexpr int64_t newestOpset = 28;

/// A name or message fit for one line: control characters are escaped.
std::string printable(llvm::StringRef text);

/// What a node is called in messages and locations: its name, or else its
/// first output's.
std::string nodeName(const onnx::NodeProto &node);

/// "ai.onnx" and "" are one domain.
llvm::StringRef canonicalDomain(llvm::StringRef domain);

class OnnxModel {
public:
  /// Reads a binary model or, by its extension (.onnxtxt, .pbtxt, .textproto),
  /// one in protobuf's text format. Null after adding to `errors`, one line for
  /// each error.
  static std::unique_ptr<OnnxModel> read(llvm::StringRef path,
                                         std::vector<std::string> &errors);

  const onnx::GraphProto &graph() const { return proto->graph(); }
  const onnx::ModelProto &model() const { return *proto; }
  /// What a blob must hold to keep the model's tensors alive.
  std::shared_ptr<const onnx::ModelProto> owner() const { return proto; }
  ExternalData &externalData() { return *external; }

  /// The version of `domain` for a node, 0 if the model doesn't import it.
  int64_t opset(const onnx::NodeProto &node, llvm::StringRef domain) const;
  /// The version of the default domain of the model itself.
  int64_t opset() const { return modelOpsets.lookup(""); }

private:
  friend class FunctionExpander;

  void readOpsets(std::vector<std::string> &errors);

  std::shared_ptr<onnx::ModelProto> proto;
  std::unique_ptr<ExternalData> external;
  OpsetTable modelOpsets;
  /// Opsets of nodes that come from functions.
  std::vector<std::unique_ptr<OpsetTable>> functionOpsets;
  llvm::DenseMap<const onnx::NodeProto *, const OpsetTable *> nodeOpsets;
};

/// Replaces calls of the model's own functions by their bodies, everywhere.
bool expandFunctions(OnnxModel &model, onnx::ModelProto &proto,
                     std::vector<std::string> &errors);

/// Checks names (each value defined once, each use defined) and sorts nodes.
bool checkAndSortGraph(onnx::GraphProto &graph,
                       std::vector<std::string> &errors);

} // namespace mlir::tessera::onnx_to_graph

#endif // TESSERA_CONVERSION_ONNX_TO_GRAPH_ONNXMODEL_H
