//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/NodeContext.h"

namespace mlir::tessera::onnx_to_graph {

namespace {

/// Elements compared at once: places in a row by n-grams of one length.
constexpr int64_t comparisonLimit = int64_t(1) << 26;

/// The n-grams of one length.
struct Grams {
  int64_t length;
  /// Position of the first among all of the pool.
  int64_t first;
  /// Tokens, gram after gram.
  ArrayRef<int64_t> tokens;

  int64_t count() const { return tokens.size() / length; }
};

/// The pool by lengths, from 1 on.
FailureOr<SmallVector<Grams>> splitPool(NodeContext &node,
                                        ArrayRef<int64_t> pool) {
  SmallVector<int64_t> starts = node.intsAttr("ngram_counts");
  starts.push_back(pool.size());
  SmallVector<Grams> result;
  int64_t first = 0;
  for (size_t i = 0; i + 1 < starts.size(); ++i) {
    auto length = static_cast<int64_t>(i + 1);
    int64_t size = starts[i + 1] - starts[i];
    if (starts[i] < 0 || size < 0 || size % length != 0) {
      return node.invalid("ngram_counts does not split pool_int64s into "
                          "n-grams of length " +
                          Twine(length));
    }
    result.push_back({length, first, pool.slice(starts[i], size)});
    first += size / length;
  }
  return result;
}

/// How often each n-gram of one length occurs in the rows of `x`: (rows,
/// n-grams) of f32, its tokens `stride` apart.
Value countGrams(GraphEmitter &emit, Value x, const Grams &grams,
                 int64_t stride) {
  int64_t rows = emit.shapeOf(x)[0];
  int64_t places = emit.shapeOf(x)[1] - (grams.length - 1) * stride;
  Value found;
  for (int64_t i = 0; i < grams.length; ++i) {
    SmallVector<int64_t> wanted;
    for (int64_t gram = 0; gram < grams.count(); ++gram) {
      wanted.push_back(grams.tokens[gram * grams.length + i]);
    }
    Value token = emit.sliceAxis(x, 1, i * stride, places);
    Value same = emit.equal(emit.reshape(token, {rows, places, 1}),
                            emit.constant(wanted));
    found = found ? emit.logicalAnd(found, same) : same;
  }
  return emit.reduce(graph::ReduceKind::sum, emit.convert(found, emit.f32()),
                     {1}, /*keepDims=*/false);
}

/// The counts of all n-grams of one length, with up to `skips` tokens between
/// two that are neighbours in the n-gram.
Value countWithSkips(GraphEmitter &emit, Value x, const Grams &grams,
                     int64_t skips) {
  Value counts = emit.splat({emit.shapeOf(x)[0], grams.count()}, emit.f32(), 0);
  // Nothing lies between the tokens of a single one.
  int64_t last = grams.length == 1 ? 0 : skips;
  for (int64_t skip = 0; skip <= last; ++skip) {
    if (emit.shapeOf(x)[1] <= (grams.length - 1) * (skip + 1)) {
      break;
    }
    counts = emit.add(counts, countGrams(emit, x, grams, skip + 1));
  }
  return counts;
}

/// Weights the counts of `grams` as `mode` says.
FailureOr<Value> weightCounts(NodeContext &node, Value counts,
                              const Grams &grams) {
  GraphEmitter &emit = node.emit();
  std::string mode = node.stringAttr("mode", "");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF") {
    return node.invalid("mode is '" + mode + "', expected TF, IDF or TFIDF");
  }
  if (mode == "TF") {
    return counts;
  }
  if (mode == "IDF") {
    counts = emit.min(counts, 1);
  }
  SmallVector<double> weights = node.realsAttr("weights");
  if (weights.empty()) {
    return counts;
  }
  if (static_cast<int64_t>(weights.size()) < grams.first + grams.count()) {
    return node.invalid("weights has " + Twine(weights.size()) +
                        " entries, expected one for each n-gram");
  }
  return emit.mul(counts, emit.constant({grams.count()}, emit.f32(),
                                        ArrayRef<double>(weights).slice(
                                            grams.first, grams.count())));
}

/// Which column of the counts each output takes; the column of zeros, which is
/// the last, if there is none.
FailureOr<SmallVector<int64_t>> outputColumns(NodeContext &node,
                                              ArrayRef<int64_t> columns,
                                              int64_t zeroColumn) {
  SmallVector<int64_t> indexes = node.intsAttr("ngram_indexes");
  if (indexes.size() < columns.size() || indexes.empty() ||
      *llvm::min_element(indexes) < 0 ||
      *llvm::max_element(indexes) >= comparisonLimit) {
    return node.invalid("ngram_indexes has a negative or too large entry, or "
                        "fewer than one for each n-gram");
  }
  SmallVector<int64_t> result(*llvm::max_element(indexes) + 1, zeroColumn);
  for (auto [gram, column] : llvm::enumerate(columns)) {
    if (column < 0) {
      continue;
    }
    if (result[indexes[gram]] != zeroColumn) {
      return node.unsupported("an ngram_indexes entry given twice",
                              "one output for each n-gram");
    }
    result[indexes[gram]] = column;
  }
  return result;
}

/// Counts of n-grams of integer tokens.
LogicalResult importTfIdfVectorizer(NodeContext &node) {
  Value x = node.input(0);
  GraphEmitter &emit = node.emit();
  if (!x) {
    return failure();
  }
  if (node.hasAttr("pool_strings") || emit.isFloat(x)) {
    return node.unsupported("other than integer tokens", "pool_int64s");
  }
  int64_t rank = emit.rankOf(x);
  if (rank != 1 && rank != 2) {
    return node.invalid("input 0 has rank " + Twine(rank) +
                        ", expected 1 or 2");
  }
  SmallVector<int64_t> pool = node.intsAttr("pool_int64s");
  ONNX_ASSIGN_OR_FAIL(lengths, splitPool(node, pool));
  int64_t size = emit.shapeOf(x)[rank - 1];
  int64_t rows = rank == 1 ? 1 : emit.shapeOf(x)[0];
  x = emit.reshape(emit.convert(x, emit.i64()), {rows, size});
  SmallVector<Value> parts;
  SmallVector<int64_t> columns;
  int64_t numColumns = 0;
  for (const Grams &grams : lengths) {
    bool counts = grams.length >= node.intAttr("min_gram_length", 1) &&
                  grams.length <= node.intAttr("max_gram_length", 1);
    for (int64_t gram = 0; gram < grams.count(); ++gram) {
      columns.push_back(counts ? numColumns++ : -1);
    }
    if (!counts || grams.count() == 0) {
      continue;
    }
    if (!elementCount({rows, size, grams.count()}) ||
        *elementCount({rows, size, grams.count()}) > comparisonLimit) {
      return node.unsupported("a pool of this size for an input of this size",
                              "up to 2^26 pairs of a place and an n-gram");
    }
    Value found =
        countWithSkips(emit, x, grams, node.intAttr("max_skip_count", 0));
    ONNX_ASSIGN_OR_FAIL(weighted, weightCounts(node, found, grams));
    parts.push_back(weighted);
  }
  parts.push_back(emit.splat({rows, 1}, emit.f32(), 0));
  ONNX_ASSIGN_OR_FAIL(picked, outputColumns(node, columns, numColumns));
  Value result = emit.gather(emit.concat(parts, 1), emit.constant(picked), 1);
  return node.result(
      rank == 1 ? emit.reshape(result, {static_cast<int64_t>(picked.size())})
                : result);
}

} // namespace

void registerNgramOps(OpTable &table) {
  table.add(
      {"TfIdfVectorizer",
       {9},
       importTfIdfVectorizer,
       {integer("max_gram_length"), integer("max_skip_count"),
        integer("min_gram_length"), string("mode"), integers("ngram_counts"),
        integers("ngram_indexes"), integers("pool_int64s"),
        strings("pool_strings"), reals("weights")}});
}

} // namespace mlir::tessera::onnx_to_graph
