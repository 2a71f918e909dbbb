//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OnnxModel.h"

#include "llvm/ADT/StringSet.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

using Names = llvm::StringSet<>;

/// Adds to `used` the names that `graph` takes from outside of itself.
void collectCaptures(const onnx::GraphProto &graph, Names &used);

void collectUses(const onnx::NodeProto &node, Names &used) {
  for (const std::string &input : node.input()) {
    if (!input.empty()) {
      used.insert(input);
    }
  }
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g()) {
      collectCaptures(attribute.g(), used);
    }
  }
}

void collectCaptures(const onnx::GraphProto &graph, Names &used) {
  Names inner;
  for (const onnx::NodeProto &node : graph.node()) {
    collectUses(node, inner);
  }
  for (const auto &output : graph.output()) {
    inner.insert(output.name());
  }
  for (const auto &input : graph.input()) {
    inner.erase(input.name());
  }
  for (const auto &tensor : graph.initializer()) {
    inner.erase(tensor.name());
  }
  for (const onnx::NodeProto &node : graph.node()) {
    for (const std::string &output : node.output()) {
      inner.erase(output);
    }
  }
  for (const auto &name : inner) {
    used.insert(name.getKey());
  }
}

class GraphChecker {
public:
  explicit GraphChecker(std::vector<std::string> &errors) : errors(errors) {}

  void check(onnx::GraphProto &graph, const Names &outer) {
    Names defined = outer;
    llvm::StringMap<int> producers;
    size_t before = errors.size();
    defineInputs(graph, defined);
    defineOutputs(graph, defined, producers);
    checkUses(graph, defined);
    if (errors.size() != before || !sort(graph, producers)) {
      return;
    }
    for (onnx::NodeProto &node : *graph.mutable_node()) {
      for (onnx::AttributeProto &attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) {
          check(*attribute.mutable_g(), defined);
        }
      }
    }
  }

private:
  void defineInputs(const onnx::GraphProto &graph, Names &defined) {
    Names constants;
    for (const auto &tensor : graph.initializer()) {
      if (!constants.insert(tensor.name()).second) {
        errors.push_back("initializer '" + printable(tensor.name()) +
                         "' is defined twice");
      }
      defined.insert(tensor.name());
    }
    for (const auto &tensor : graph.sparse_initializer()) {
      errors.push_back("initializer '" + printable(tensor.values().name()) +
                       "' is sparse; supported: a dense one");
      defined.insert(tensor.values().name());
    }
    Names inputs;
    for (const auto &input : graph.input()) {
      if (!inputs.insert(input.name()).second) {
        errors.push_back("graph input '" + printable(input.name()) +
                         "' is defined twice");
      }
      defined.insert(input.name());
    }
  }

  void defineOutputs(const onnx::GraphProto &graph, Names &defined,
                     llvm::StringMap<int> &producers) {
    for (int i = 0; i < graph.node_size(); ++i) {
      for (const std::string &output : graph.node(i).output()) {
        if (output.empty()) {
          continue;
        }
        if (!defined.insert(output).second) {
          errors.push_back("node '" + nodeName(graph.node(i)) + "' (" +
                           printable(graph.node(i).op_type()) +
                           "): its output '" + printable(output) +
                           "' is defined twice");
        }
        producers[output] = i;
      }
    }
  }

  void checkUses(const onnx::GraphProto &graph, const Names &defined) {
    for (const onnx::NodeProto &node : graph.node()) {
      for (const std::string &input : node.input()) {
        if (!input.empty() && !defined.contains(input)) {
          errors.push_back("node '" + nodeName(node) + "' (" +
                           printable(node.op_type()) + "): its input '" +
                           printable(input) + "' is not defined");
        }
      }
    }
    for (const auto &output : graph.output()) {
      if (!defined.contains(output.name())) {
        errors.push_back("graph output '" + printable(output.name()) +
                         "' is not defined");
      }
    }
  }

  /// Puts each node after those whose outputs it uses, else as it was.
  bool sort(onnx::GraphProto &graph, const llvm::StringMap<int> &producers) {
    int count = graph.node_size();
    std::vector<std::vector<int>> users(count);
    std::vector<int> missing(count, 0);
    bool sorted = true;
    for (int i = 0; i < count; ++i) {
      Names used;
      collectUses(graph.node(i), used);
      for (const auto &name : used) {
        auto producer = producers.find(name.getKey());
        if (producer != producers.end()) {
          users[producer->second].push_back(i);
          ++missing[i];
          sorted = sorted && producer->second < i;
        }
      }
    }
    if (sorted) {
      return true;
    }
    std::vector<int> order, ready;
    for (int i = count - 1; i >= 0; --i) {
      if (missing[i] == 0) {
        ready.push_back(i);
      }
    }
    while (!ready.empty()) {
      int node = ready.back();
      ready.pop_back();
      order.push_back(node);
      for (int user : users[node]) {
        if (--missing[user] == 0) {
          ready.push_back(user);
        }
      }
    }
    if (static_cast<int>(order.size()) != count) {
      reportCycle(graph, users, missing);
      return false;
    }
    reorder(graph, order);
    return true;
  }

  /// Names the nodes of one cycle among those that still miss an input.
  void reportCycle(const onnx::GraphProto &graph,
                   const std::vector<std::vector<int>> &users,
                   const std::vector<int> &missing) {
    // Walk against the edges: each such node has a predecessor among them.
    std::vector<int> predecessor(users.size(), -1);
    int start = -1;
    for (size_t node = 0; node < users.size(); ++node) {
      if (missing[node] == 0) {
        continue;
      }
      start = static_cast<int>(node);
      for (int user : users[node]) {
        predecessor[user] = static_cast<int>(node);
      }
    }
    std::vector<bool> seen(users.size(), false);
    while (!seen[start]) {
      seen[start] = true;
      start = predecessor[start];
    }
    std::string path = "'" + nodeName(graph.node(start)) + "'";
    for (int node = predecessor[start]; node != start;
         node = predecessor[node]) {
      path = "'" + nodeName(graph.node(node)) + "' -> " + path;
    }
    path = "'" + nodeName(graph.node(start)) + "' -> " + path;
    errors.push_back("the graph has a cycle: " + path);
  }

  static void reorder(onnx::GraphProto &graph, const std::vector<int> &order) {
    // Swap by cycles, so that nodes keep their contents without a copy.
    std::vector<onnx::NodeProto *> nodes;
    for (int i = 0; i < graph.node_size(); ++i) {
      nodes.push_back(graph.mutable_node(i));
    }
    std::vector<onnx::NodeProto *> sorted;
    for (int index : order) {
      sorted.push_back(nodes[index]);
    }
    while (graph.node_size() > 0) {
      (void)graph.mutable_node()->ReleaseLast();
    }
    for (onnx::NodeProto *node : sorted) {
      graph.mutable_node()->AddAllocated(node);
    }
  }

  std::vector<std::string> &errors;
};

} // namespace

bool checkAndSortGraph(onnx::GraphProto &graph,
                       std::vector<std::string> &errors) {
  size_t before = errors.size();
  if (graph.output_size() == 0) {
    errors.push_back("the graph has no outputs");
  }
  GraphChecker(errors).check(graph, {});
  return errors.size() == before;
}

} // namespace mlir::tessera::onnx_to_graph
