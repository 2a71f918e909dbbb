//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/GraphImporter.h"

#include <cmath>
#include <limits>

namespace mlir::tessera::onnx_to_graph {

namespace {

using graph::ReduceKind;

/// Attention's operands as (batch, heads, sequence, size), and what is known
/// of its mask: a key counts if `allowed` holds (null: all do), and `bias` is
/// added to its score (null: nothing).
struct AttentionParts {
  Value q, k, v;
  int64_t batch, heads, keyHeads, queries, keys;
  Value allowed, bias;
  /// Whether all keys of some query may be masked out.
  bool mayMaskAll = false;
};

/// (batch, sequence, heads * size) -> (batch, heads, sequence, size).
Value splitHeads(NodeContext &node, Value x, int64_t heads) {
  GraphEmitter &emit = node.emit();
  ArrayRef<int64_t> shape = emit.shapeOf(x);
  if (heads < 1 || shape[2] % heads != 0) {
    (void)node.invalid("a hidden size of " + Twine(shape[2]) +
                       " can't be split into " + Twine(heads) + " heads");
    return {};
  }
  Value split = emit.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
  return emit.transpose(split, {0, 2, 1, 3});
}

/// Appends the new keys or values to the cache.
Value appendCache(NodeContext &node, unsigned index, Value x) {
  Value past = node.optionalInput(index);
  return past ? node.emit().concat({past, x}, 2) : x;
}

FailureOr<AttentionParts> readParts(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  AttentionParts parts;
  parts.q = node.input(0);
  parts.k = node.input(1);
  parts.v = node.input(2);
  if (!parts.q || !parts.k || !parts.v) {
    return failure();
  }
  int64_t rank = emit.rankOf(parts.q);
  if ((rank != 3 && rank != 4) || emit.rankOf(parts.k) != rank ||
      emit.rankOf(parts.v) != rank) {
    return node.invalid("Q, K and V have ranks " + Twine(rank) + ", " +
                        Twine(emit.rankOf(parts.k)) + " and " +
                        Twine(emit.rankOf(parts.v)) +
                        ", expected all 3 or all 4");
  }
  if (rank == 3) {
    int64_t heads = node.intAttr("q_num_heads", 0);
    int64_t keyHeads = node.intAttr("kv_num_heads", 0);
    parts.q = splitHeads(node, parts.q, heads);
    parts.k = splitHeads(node, parts.k, keyHeads);
    parts.v = splitHeads(node, parts.v, keyHeads);
    if (!parts.q || !parts.k || !parts.v) {
      return failure();
    }
  }
  parts.k = appendCache(node, 4, parts.k);
  parts.v = appendCache(node, 5, parts.v);
  if (!parts.k || !parts.v) {
    return node.invalid(emit.error());
  }
  parts.batch = emit.shapeOf(parts.q)[0];
  parts.heads = emit.shapeOf(parts.q)[1];
  parts.queries = emit.shapeOf(parts.q)[2];
  parts.keyHeads = emit.shapeOf(parts.k)[1];
  parts.keys = emit.shapeOf(parts.k)[2];
  if (parts.keyHeads < 1 || parts.heads % parts.keyHeads != 0) {
    return node.invalid(Twine(parts.heads) + " query heads can't share " +
                        Twine(parts.keyHeads) + " key heads");
  }
  return parts;
}

//===-- Masks -------------------------------------------------------------===//

void allow(NodeContext &node, AttentionParts &parts, Value condition) {
  parts.allowed = parts.allowed
                      ? node.emit().logicalAnd(parts.allowed, condition)
                      : condition;
}

/// The operand attn_mask, filled up to the number of keys by "not allowed".
LogicalResult addMaskOperand(NodeContext &node, AttentionParts &parts) {
  Value mask = node.optionalInput(3);
  GraphEmitter &emit = node.emit();
  if (!mask) {
    return success();
  }
  parts.mayMaskAll = true;
  bool isBool = emit.elementOf(mask).isInteger(1);
  int64_t rank = emit.rankOf(mask);
  if (rank < 1) {
    return node.invalid("attn_mask is a scalar");
  }
  int64_t missing = parts.keys - emit.shapeOf(mask).back();
  if (missing > 0 && emit.shapeOf(mask).back() != 1) {
    SmallVector<int64_t> low(rank, 0), high(rank, 0);
    high.back() = missing;
    double filler = isBool ? 0 : -std::numeric_limits<double>::infinity();
    mask = emit.pad(mask, low, high, emit.scalarLike(mask, filler));
  }
  if (isBool) {
    allow(node, parts, mask);
  } else {
    parts.bias = emit.convert(mask, emit.elementOf(parts.q));
  }
  return success();
}

/// The number of keys before the first query, as i64: one for all, or (batch,
/// 1, 1, 1).
Value queryOffset(NodeContext &node, const AttentionParts &parts) {
  GraphEmitter &emit = node.emit();
  Value past = node.optionalInput(4);
  Value filled = node.optionalInput(6);
  if (!past && filled) {
    Value length = emit.alongAxis(emit.convert(filled, emit.i64()), 0, 4);
    return emit.sub(length, static_cast<double>(parts.queries));
  }
  double offset = past ? static_cast<double>(emit.shapeOf(past)[2]) : 0;
  return emit.scalar(emit.i64(), offset);
}

void addPositionMasks(NodeContext &node, AttentionParts &parts) {
  GraphEmitter &emit = node.emit();
  bool causal = node.intAttr("is_causal", 0) != 0;
  int64_t left = node.intAttr("left_window_size", -1);
  int64_t right = node.intAttr("right_window_size", -1);
  Value filled = node.optionalInput(6);
  Value keyIndex = emit.iota({1, parts.keys}, emit.i64(), 1);
  if (causal || left >= 0 || right >= 0) {
    Value queryIndex = emit.add(emit.iota({parts.queries, 1}, emit.i64(), 0),
                                queryOffset(node, parts));
    parts.mayMaskAll |= filled || left >= 0 || right >= 0;
    if (causal) {
      allow(node, parts, emit.lessEqual(keyIndex, queryIndex));
    }
    if (left >= 0) {
      Value first = emit.sub(queryIndex, static_cast<double>(left));
      allow(node, parts, emit.lessEqual(first, keyIndex));
    }
    if (right >= 0) {
      Value last = emit.add(queryIndex, static_cast<double>(right));
      allow(node, parts, emit.lessEqual(keyIndex, last));
    }
  }
  if (filled) {
    parts.mayMaskAll = true;
    Value length = emit.alongAxis(emit.convert(filled, emit.i64()), 0, 4);
    allow(node, parts, emit.less(keyIndex, length));
  }
}

/// Zero in rows that no key is left for, where a softmax gives NaN.
Value clearMaskedRows(GraphEmitter &emit, const AttentionParts &parts,
                      Value probabilities) {
  if (!parts.mayMaskAll || !probabilities) {
    return probabilities;
  }
  Value counts = parts.allowed;
  if (parts.bias) {
    double infinity = std::numeric_limits<double>::infinity();
    Value finite =
        emit.less(emit.scalarLike(parts.bias, -infinity), parts.bias);
    counts = counts ? emit.logicalAnd(counts, finite) : finite;
  }
  if (!counts) {
    return {};
  }
  Value any = emit.reduce(ReduceKind::any, counts, {emit.rankOf(counts) - 1},
                          /*keepDims=*/true);
  return emit.where(any, probabilities, emit.scalarLike(probabilities, 0));
}

//===-- Scores ------------------------------------------------------------===//

/// (batch, heads, queries, x) <-> (batch, key heads, heads per key head *
/// queries, x): the heads that share keys are neighbours.
Value shareKeys(GraphEmitter &emit, const AttentionParts &parts, Value x) {
  if (!x) {
    return x;
  }
  return emit.reshape(x, {parts.batch, parts.keyHeads,
                          parts.heads / parts.keyHeads * parts.queries,
                          emit.shapeOf(x).back()});
}

Value unshareKeys(GraphEmitter &emit, const AttentionParts &parts, Value x) {
  if (!x) {
    return x;
  }
  return emit.reshape(
      x, {parts.batch, parts.heads, parts.queries, emit.shapeOf(x).back()});
}

Value emitScores(NodeContext &node, const AttentionParts &parts) {
  GraphEmitter &emit = node.emit();
  auto size = static_cast<double>(emit.shapeOf(parts.q)[3]);
  double scale = node.realAttr("scale", 1 / std::sqrt(size));
  Value q = parts.q, k = parts.k;
  if (emit.elementOf(q).getIntOrFloatBitWidth() < 32 && scale >= 0) {
    // Half on each side, so that small types don't overflow.
    q = emit.mul(q, std::sqrt(scale));
    k = emit.mul(k, std::sqrt(scale));
  } else {
    q = emit.mul(q, scale);
  }
  return unshareKeys(
      emit, parts,
      emit.matmul(shareKeys(emit, parts, q), emit.transpose(k, {0, 1, 3, 2})));
}

LogicalResult importAttention(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(parts, readParts(node));
  if (failed(addMaskOperand(node, parts))) {
    return failure();
  }
  addPositionMasks(node, parts);
  Value scores = emitScores(node, parts);
  if (!scores) {
    return node.result({});
  }
  SmallVector<Value> stages = {scores};
  double softcap = node.realAttr("softcap", 0);
  if (softcap > 0) {
    scores = emit.mul(emit.create<graph::TanhOp>({emit.div(scores, softcap)}),
                      softcap);
  }
  stages.push_back(scores);
  if (parts.bias) {
    scores = emit.add(scores, parts.bias);
  }
  if (parts.allowed) {
    Value masked =
        emit.scalarLike(scores, -std::numeric_limits<double>::infinity());
    scores = emit.where(parts.allowed, scores, masked);
  }
  stages.push_back(scores);
  Type element = emit.elementOf(parts.q);
  Type precision = node.typeAttr("softmax_precision", element);
  if (!precision) {
    return failure();
  }
  Value probabilities = emit.softmax(emit.convert(scores, precision), 3);
  probabilities =
      emit.convert(clearMaskedRows(emit, parts, probabilities), element);
  stages.push_back(probabilities);
  Value y = unshareKeys(
      emit, parts, emit.matmul(shareKeys(emit, parts, probabilities), parts.v));
  if (y && emit.rankOf(node.input(0)) == 3) {
    int64_t size = emit.shapeOf(y)[3];
    y = emit.reshape(emit.transpose(y, {0, 2, 1, 3}),
                     {parts.batch, parts.queries, parts.heads * size});
  }
  int64_t mode = node.intAttr("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) {
    return node.invalid("qk_matmul_output_mode is " + Twine(mode) +
                        ", expected 0 to 3");
  }
  return node.results({y, parts.k, parts.v, stages[mode]});
}

//===-- Flex attention ----------------------------------------------------===//

/// What the body in attribute `name` makes of `x`, or `x` without one.
FailureOr<Value> applyModifier(NodeContext &node, StringRef name, Value x) {
  const onnx::AttributeProto *modifier = node.findAttr(name);
  if (!modifier || !x) {
    return x;
  }
  const onnx::GraphProto &body = modifier->g();
  SmallVector<Value> outputs;
  if (failed(node.graphImporter().importBody(body, {x}, outputs)) ||
      outputs.size() != 1) {
    return node.invalid(name + " has " + Twine(body.input_size()) +
                        " inputs and " + Twine(body.output_size()) +
                        " outputs, expected 1 and 1");
  }
  if (!outputs[0]) {
    return failure();
  }
  if (outputs[0].getType() != x.getType()) {
    return node.invalid(name + " changes the type or the sizes");
  }
  return outputs[0];
}

LogicalResult importFlexAttention(NodeContext &node) {
  GraphEmitter &emit = node.emit();
  ONNX_ASSIGN_OR_FAIL(parts, readParts(node));
  Type element = emit.elementOf(parts.q);
  Type precision = node.typeAttr("softmax_precision",
                                 element.isF64() ? element : emit.f32());
  if (!precision) {
    return failure();
  }
  Value scores = emit.convert(emitScores(node, parts), precision);
  ONNX_ASSIGN_OR_FAIL(modified, applyModifier(node, "score_mod", scores));
  ONNX_ASSIGN_OR_FAIL(probabilities, applyModifier(node, "prob_mod",
                                                   emit.softmax(modified, 3)));
  Value shared = shareKeys(emit, parts, emit.convert(probabilities, element));
  return node.result(unshareKeys(emit, parts, emit.matmul(shared, parts.v)));
}

//===-- Rotary embedding --------------------------------------------------===//

/// Rotates the pairs (a, b) of the last dimension by the angles.
Value rotate(GraphEmitter &emit, Value x, Value cosine, Value sine,
             bool interleaved) {
  if (!x) {
    return x;
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  int64_t half = shape[3] / 2;
  Value a, b;
  if (interleaved) {
    a = emit.sliceAxis(x, 3, 0, half, 2);
    b = emit.sliceAxis(x, 3, 1, half, 2);
  } else {
    a = emit.sliceAxis(x, 3, 0, half);
    b = emit.sliceAxis(x, 3, half, half);
  }
  Value real = emit.sub(emit.mul(cosine, a), emit.mul(sine, b));
  Value imaginary = emit.add(emit.mul(sine, a), emit.mul(cosine, b));
  if (!interleaved) {
    return emit.concat({real, imaginary}, 3);
  }
  return emit.reshape(
      emit.concat({emit.unsqueeze(real, 4), emit.unsqueeze(imaginary, 4)}, 4),
      shape);
}

LogicalResult importRotaryEmbedding(NodeContext &node) {
  Value x = node.input(0), cosine = node.input(1), sine = node.input(2);
  GraphEmitter &emit = node.emit();
  if (!x || !cosine || !sine) {
    return failure();
  }
  SmallVector<int64_t> shape(emit.shapeOf(x));
  // The heads are dimension 2 of a split 3-D input, dimension 1 of a 4-D one.
  int64_t headAxis = 1;
  if (shape.size() == 3) {
    int64_t heads = node.intAttr("num_heads", 0);
    if (heads < 1 || shape[2] % heads != 0) {
      return node.invalid("num_heads is " + Twine(heads) +
                          ", expected a divisor of the hidden size " +
                          Twine(shape[2]));
    }
    x = emit.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
    headAxis = 2;
  } else if (shape.size() != 4) {
    return node.invalid("input 0 has rank " + Twine(shape.size()) +
                        ", expected 3 or 4");
  }
  if (Value positions = node.optionalInput(3)) {
    cosine = emit.gather(cosine, positions, 0);
    sine = emit.gather(sine, positions, 0);
  }
  cosine = emit.unsqueeze(cosine, headAxis);
  sine = emit.unsqueeze(sine, headAxis);
  int64_t size = emit.shapeOf(x)[3];
  int64_t rotated = node.intAttr("rotary_embedding_dim", 0);
  rotated = rotated == 0 ? size : rotated;
  if (rotated < 2 || rotated > size || rotated % 2 != 0) {
    return node.invalid("rotary_embedding_dim is " + Twine(rotated) +
                        ", expected an even number up to " + Twine(size));
  }
  Value front = rotate(emit, emit.sliceAxis(x, 3, 0, rotated), cosine, sine,
                       node.intAttr("interleaved", 0) != 0);
  Value result =
      rotated == size
          ? front
          : emit.concat({front, emit.sliceAxis(x, 3, rotated, size - rotated)},
                        3);
  return node.result(emit.reshape(result, shape));
}

} // namespace

void registerAttentionOps(OpTable &table) {
  table.add(
      {"Attention",
       {23, 24, 25},
       importAttention,
       {integer("is_causal"), integer("kv_num_heads"), integer("q_num_heads"),
        integer("qk_matmul_output_mode"), real("scale"), real("softcap"),
        integer("softmax_precision"), integer("left_window_size", 25),
        integer("right_window_size", 25)}});
  OpRow flex = {"FlexAttention",
                {1},
                importFlexAttention,
                {graphBody("score_mod"), graphBody("prob_mod"), real("scale"),
                 integer("softmax_precision")}};
  flex.domain = "ai.onnx.preview";
  flex.operandLimits = {{1, 3}};
  table.add(flex);
  table.add({"RotaryEmbedding",
             {23},
             importRotaryEmbedding,
             {integer("interleaved"), integer("num_heads"),
              integer("rotary_embedding_dim")}});
}

} // namespace mlir::tessera::onnx_to_graph
