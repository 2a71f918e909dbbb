//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/KernelExplainer.h"
#include "dialects/graph/GraphOps.h"
#include "dialects/graph/WinogradBounds.h"
#include "transforms/graph/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::tessera;

/// On graph ops and then on calls: which kernel it is.
static constexpr llvm::StringLiteral kKernelAttrName = "graph.kernel";

int64_t mlir::tessera::getWinogradOutputs(loop::ProgramOp program) {
  int64_t outputs = 0;
  if (auto used =
          program->getAttrOfType<ArrayAttr>(loop::kAlgorithmsAttrName)) {
    for (Attribute attribute : used) {
      if (auto winograd = dyn_cast<loop::WinogradAlgorithmAttr>(attribute)) {
        outputs = std::max(outputs, winograd.getOutputs());
      }
    }
  }
  return outputs;
}

//===----------------------------------------------------------------------===//
// KernelExplainer
//===----------------------------------------------------------------------===//

KernelExplainer::KernelExplainer(func::FuncOp main) {
  Builder builder(main.getContext());
  int64_t number = 0;
  for (Operation &op : main.getBody().front()) {
    if (!op.hasTrait<OpTrait::ConstantLike>() &&
        isa_and_present<graph::GraphDialect>(op.getDialect())) {
      op.setAttr(kKernelAttrName, builder.getI64IntegerAttr(number++));
    }
  }
  graph = main.clone();
  for (Operation &op : graph->getBody().front()) {
    if (op.hasAttr(kKernelAttrName)) {
      ops.push_back(&op);
    }
  }
}

static std::vector<std::string> explainAlgorithms(loop::ProgramOp program) {
  std::vector<std::string> lines;
  if (auto used =
          program->getAttrOfType<ArrayAttr>(loop::kAlgorithmsAttrName)) {
    for (Attribute attribute : used) {
      auto algorithm = dyn_cast<loop::AlgorithmInterface>(attribute);
      lines.push_back(algorithm ? algorithm.getSummary()
                                : cast<StringAttr>(attribute).str());
    }
    return lines;
  }
  bool isContraction = false;
  program.walk(
      [&](loop::NestOp nest) { isContraction |= nest.isContraction(); });
  if (isContraction) {
    lines.push_back("direct");
  }
  return lines;
}

static std::string printTerms(ArrayRef<graph::ErrorTerm> terms) {
  auto print = [](const graph::ErrorTerm &term) {
    std::string factor = llvm::formatv("{0:e2}", term.factor);
    return term.relativeTo.empty() ? factor : factor + " of " + term.relativeTo;
  };
  return llvm::join(llvm::map_range(terms, print), " + ");
}

std::vector<std::string>
KernelExplainer::explainErrors(Operation *op, int64_t winogradOutputs) {
  // Ops with equal terms are one line.
  struct Line {
    std::string terms;
    std::vector<std::string> names;
  };
  std::vector<Line> found;
  op->walk<WalkOrder::PreOrder>([&](graph::ErrorBoundOpInterface rounding) {
    if (isa<graph::ConvOp>(rounding) && winogradOutputs > 0) {
      rounding->setAttr(
          graph::kWinogradOutputsAttrName,
          Builder(op->getContext()).getI64IntegerAttr(winogradOutputs));
    }
    SmallVector<graph::ErrorTerm> terms = rounding.getErrorTerms();
    if (terms.empty()) {
      return;
    }
    std::string text = printTerms(terms);
    auto line = llvm::find_if(
        found, [&](const Line &other) { return other.terms == text; });
    if (line == found.end()) {
      line = found.insert(line, {text, {}});
    }
    std::string name = rounding->getName().stripDialect().str();
    if (!llvm::is_contained(line->names, name)) {
      line->names.push_back(name);
    }
  });
  std::vector<std::string> lines;
  for (const Line &line : found) {
    lines.push_back(llvm::join(line.names, ", ") + " " + line.terms);
  }
  return lines.empty() ? std::vector<std::string>{"exact"} : lines;
}

KernelExplanation KernelExplainer::explain(loop::ProgramOp program,
                                           DictionaryAttr callNotes) {
  KernelExplanation explanation;
  explanation.algorithms = explainAlgorithms(program);
  if (auto number = callNotes.getAs<IntegerAttr>(kKernelAttrName)) {
    explanation.errorBound =
        explainErrors(ops[number.getInt()], getWinogradOutputs(program));
  }
  if (auto reasons = callNotes.getAs<ArrayAttr>(graph::kNotFusedAttrName)) {
    for (auto reason : reasons.getAsRange<StringAttr>()) {
      explanation.notFused.push_back(reason.str());
    }
  }
  return explanation;
}

//===----------------------------------------------------------------------===//
// The build record
//===----------------------------------------------------------------------===//

llvm::json::Object KernelExplanation::toJson() const {
  llvm::json::Object object;
  auto add = [&](StringRef key, const std::vector<std::string> &lines) {
    if (!lines.empty()) {
      object[key] = llvm::json::Array(lines);
    }
  };
  add("algorithm", algorithms);
  add("error_bound", errorBound);
  add("not_fused", notFused);
  return object;
}

void mlir::tessera::addExplanations(llvm::json::Object &record,
                                    ArrayRef<KernelExplanation> kernels) {
  llvm::json::Array distinct, places;
  for (const KernelExplanation &kernel : kernels) {
    llvm::json::Value value = kernel.toJson();
    auto found = llvm::find(distinct, value);
    places.push_back(found - distinct.begin());
    if (found == distinct.end()) {
      distinct.push_back(std::move(value));
    }
  }
  record["explanations"] = std::move(distinct);
  record["kernel_explanations"] = std::move(places);
}
