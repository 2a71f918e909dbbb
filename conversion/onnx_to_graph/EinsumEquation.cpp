//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/EinsumEquation.h"

#include "llvm/ADT/StringExtras.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Labels: letters, and one character for each dimension of "...", counted
/// from its end so that operands of different rank agree.
using Labels = std::string;

constexpr int maxEllipsis = 32;

char ellipsisLabel(int64_t fromEnd) { return static_cast<char>(fromEnd + 1); }

struct Term {
  Value value;
  Labels labels;
};

class Einsum {
public:
  Einsum(GraphEmitter &emit, std::string &error) : emit(emit), error(error) {}

  Value run(StringRef equation, ArrayRef<Value> operands);

private:
  bool fail(const Twine &message) {
    if (error.empty()) {
      error = ("equation: " + message).str();
    }
    return false;
  }

  bool parseLabels(StringRef text, int64_t rank, Labels &labels);
  bool parseOperand(StringRef text, Value operand, Term &term);
  Labels implicitOutput(ArrayRef<Labels> inputs) const;
  void takeDiagonals(Term &term);
  /// Sums out labels that neither `kept` nor the output has.
  void sumOut(Term &term, const Labels &kept);
  void permute(Term &term, const Labels &order);
  Term contract(Term lhs, Term rhs, const Labels &kept);

  GraphEmitter &emit;
  std::string &error;
  int64_t ellipsisRank = 0;
};

bool has(const Labels &labels, char label) {
  return labels.find(label) != Labels::npos;
}

bool Einsum::parseLabels(StringRef text, int64_t ellipsisDims, Labels &labels) {
  bool seenEllipsis = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("...")) {
      if (seenEllipsis) {
        return fail("more than one ellipsis in a term");
      }
      seenEllipsis = true;
      for (int64_t d = ellipsisDims - 1; d >= 0; --d) {
        labels += ellipsisLabel(d);
      }
      i += 2;
    } else if (llvm::isAlpha(text[i])) {
      labels += text[i];
    } else {
      return fail("unexpected character '" + Twine(text[i]) + "'");
    }
  }
  return true;
}

bool Einsum::parseOperand(StringRef text, Value operand, Term &term) {
  int64_t rank = emit.rankOf(operand);
  int64_t letters = llvm::count_if(text, llvm::isAlpha);
  bool hasEllipsis = text.contains("...");
  int64_t dims = hasEllipsis ? rank - letters : 0;
  if (dims < 0 || dims > maxEllipsis || (!hasEllipsis && letters != rank)) {
    return fail("the term '" + text + "' does not fit an operand of rank " +
                Twine(rank));
  }
  ellipsisRank = std::max(ellipsisRank, dims);
  term.value = operand;
  return parseLabels(text, dims, term.labels);
}

Labels Einsum::implicitOutput(ArrayRef<Labels> inputs) const {
  Labels all, result;
  for (const Labels &labels : inputs) {
    all += labels;
  }
  for (int64_t d = ellipsisRank - 1; d >= 0; --d) {
    result += ellipsisLabel(d);
  }
  Labels letters;
  for (char label : all) {
    if (llvm::isAlpha(label) && llvm::count(all, label) == 1) {
      letters += label;
    }
  }
  llvm::sort(letters);
  return result + letters;
}

/// A label twice in one term: the diagonal of the two dimensions.
void Einsum::takeDiagonals(Term &term) {
  for (size_t a = 0; a < term.labels.size() && term.value; ++a) {
    size_t b = term.labels.find(term.labels[a], a + 1);
    if (b == Labels::npos) {
      continue;
    }
    SmallVector<int64_t> shape(emit.shapeOf(term.value));
    int64_t size = shape[a];
    if (size != shape[b]) {
      fail("the sizes of '" + Twine(term.labels[a]) + "' differ");
      return;
    }
    // Zero off the diagonal, then sum over the second dimension.
    SmallVector<int64_t> square(shape.size(), 1);
    square[a] = size;
    Value rows = emit.iota(square, emit.i64(), a);
    square[a] = 1;
    square[b] = size;
    Value columns = emit.iota(square, emit.i64(), b);
    Value diagonal = emit.where(emit.equal(rows, columns), term.value,
                                emit.scalarLike(term.value, 0));
    term.value = emit.reduce(graph::ReduceKind::sum, diagonal,
                             {static_cast<int64_t>(b)}, /*keepDims=*/false);
    term.labels.erase(b, 1);
    --a;
  }
}

void Einsum::sumOut(Term &term, const Labels &kept) {
  SmallVector<int64_t> axes;
  Labels rest;
  for (auto [index, label] : llvm::enumerate(term.labels)) {
    if (has(kept, label)) {
      rest += label;
    } else {
      axes.push_back(index);
    }
  }
  term.value = emit.reduce(graph::ReduceKind::sum, term.value, axes, false);
  term.labels = rest;
}

void Einsum::permute(Term &term, const Labels &order) {
  SmallVector<int64_t> permutation;
  for (char label : order) {
    permutation.push_back(term.labels.find(label));
  }
  term.value = emit.transpose(term.value, permutation);
  term.labels = order;
}

/// One matrix product: batch labels are in both and kept, summed ones in both
/// and not kept.
Term Einsum::contract(Term lhs, Term rhs, const Labels &kept) {
  sumOut(lhs, kept + rhs.labels);
  sumOut(rhs, kept + lhs.labels);
  Labels batch, summed, left, right;
  for (char label : lhs.labels) {
    (has(rhs.labels, label) ? (has(kept, label) ? batch : summed) : left) +=
        label;
  }
  for (char label : rhs.labels) {
    if (!has(lhs.labels, label)) {
      right += label;
    }
  }
  permute(lhs, batch + left + summed);
  permute(rhs, batch + summed + right);
  if (!lhs.value || !rhs.value) {
    return {};
  }
  SmallVector<int64_t> shape, lhsShape, rhsShape;
  int64_t rows = 1, depth = 1, columns = 1;
  size_t b = batch.size();
  ArrayRef<int64_t> ls = emit.shapeOf(lhs.value), rs = emit.shapeOf(rhs.value);
  for (size_t d = 0; d < b; ++d) {
    lhsShape.push_back(ls[d]);
    rhsShape.push_back(rs[d]);
    shape.push_back(ls[d] == 1 ? rs[d] : ls[d]);
  }
  for (size_t d = 0; d < left.size(); ++d) {
    rows *= ls[b + d];
    shape.push_back(ls[b + d]);
  }
  for (size_t d = 0; d < summed.size(); ++d) {
    if (ls[b + left.size() + d] != rs[b + d]) {
      fail("the sizes of '" + Twine(summed[d]) + "' differ");
      return {};
    }
    depth *= rs[b + d];
  }
  for (size_t d = 0; d < right.size(); ++d) {
    columns *= rs[b + summed.size() + d];
    shape.push_back(rs[b + summed.size() + d]);
  }
  lhsShape.append({rows, depth});
  rhsShape.append({depth, columns});
  Value left2 = emit.reshape(lhs.value, lhsShape);
  Value right2 = emit.reshape(rhs.value, rhsShape);
  Value product =
      summed.empty() ? emit.mul(left2, right2) : emit.matmul(left2, right2);
  return {emit.reshape(product, shape), batch + left + right};
}

Value Einsum::run(StringRef equation, ArrayRef<Value> operands) {
  std::string compact;
  for (char c : equation) {
    if (c != ' ') {
      compact += c;
    }
  }
  auto [inputs, output] = StringRef(compact).split("->");
  bool isExplicit = StringRef(compact).contains("->");
  SmallVector<StringRef> texts;
  inputs.split(texts, ',');
  if (texts.size() != operands.size()) {
    fail("it has " + Twine(texts.size()) + " terms for " +
         Twine(operands.size()) + " operands");
    return {};
  }
  SmallVector<Term> terms(operands.size());
  SmallVector<Labels> inputLabels;
  for (size_t i = 0; i < terms.size(); ++i) {
    if (!parseOperand(texts[i], operands[i], terms[i])) {
      return {};
    }
    inputLabels.push_back(terms[i].labels);
  }
  Labels result = isExplicit ? Labels() : implicitOutput(inputLabels);
  if (isExplicit && !parseLabels(output, ellipsisRank, result)) {
    return {};
  }
  for (char label : result) {
    bool known = llvm::any_of(
        inputLabels, [&](const Labels &labels) { return has(labels, label); });
    if (!known || llvm::count(result, label) != 1) {
      fail("the result's label '" + Twine(label) +
           "' is in no term, or named twice");
      return {};
    }
  }
  for (Term &term : terms) {
    takeDiagonals(term);
    if (!error.empty()) {
      return {};
    }
  }
  Term sum = terms.front();
  for (size_t i = 1; i < terms.size(); ++i) {
    Labels kept = result;
    for (size_t j = i + 1; j < terms.size(); ++j) {
      kept += terms[j].labels;
    }
    sum = contract(sum, terms[i], kept);
    if (!sum.value) {
      return {};
    }
  }
  sumOut(sum, result);
  permute(sum, result);
  return sum.value;
}

} // namespace

Value emitEinsum(GraphEmitter &emit, StringRef equation,
                 ArrayRef<Value> operands, std::string &error) {
  return Einsum(emit, error).run(equation, operands);
}

} // namespace mlir::tessera::onnx_to_graph
