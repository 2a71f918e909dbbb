//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/graph/LayoutAssignment.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "transforms/graph/ConstantMatchers.h"
#include "transforms/graph/MinimumCut.h"
#include "transforms/graph/ReshapeGroups.h"

using namespace mlir;
using namespace mlir::tessera::graph;

//===----------------------------------------------------------------------===//
// Ops in either layout
//===----------------------------------------------------------------------===//

bool mlir::tessera::graph::isConvertible(Operation *op) {
  auto image = dyn_cast<ChannelsLastOpInterface>(op);
  return image && !image.isChannelsLast() &&
         hasLayoutRank(op->getOperand(0).getType()) &&
         llvm::all_of(op->getResultTypes(), hasLayoutRank);
}

/// Whether the op works along its attribute `axis` and treats all other
/// dimensions alike.
static bool worksAlongAxis(Operation *op) {
  if (auto reduce = dyn_cast<ArgReduceOp>(op)) {
    return reduce.getKeepDims();
  }
  return isa<CumsumOp, LrnOp>(op);
}

/// Whether the reshape leaves batch and channels as they are.
static bool reshapesSpatialDimsOnly(ReshapeOp reshape) {
  auto from = reshape.getInput().getType();
  auto to = reshape.getResult().getType();
  return from.hasStaticShape() && to.hasStaticShape() && hasLayoutRank(from) &&
         from.getShape().take_front(2) == to.getShape().take_front(2);
}

bool mlir::tessera::graph::isTransposable(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0 ||
      !hasLayoutRank(op->getResult(0).getType())) {
    return false;
  }
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    return reshapesSpatialDimsOnly(reshape);
  }
  if (!worksAlongAxis(op) && !isa<TransposableOpInterface>(op)) {
    return false;
  }
  size_t rank = getShape(op->getResult(0)).size();
  if (isa<ElementwiseOpInterface>(op)) {
    // Operands of lower rank are reshaped first, which needs their sizes.
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      return getShape(operand).size() == rank || hasStaticShape(operand);
    });
  }
  return getShape(op->getOperand(0)).size() == rank;
}

static FailureOr<Value> buildAlongAxis(Operation *op, OpBuilder &builder,
                                       ArrayRef<int64_t> permutation) {
  auto axis = op->getAttrOfType<IntegerAttr>("axis");
  if (!axis) {
    return failure();
  }
  int64_t moved = llvm::find(permutation, axis.getInt()) - permutation.begin();
  Value data =
      createTranspose(builder, op->getLoc(), op->getOperand(0), permutation);
  Operation *built = builder.clone(*op);
  built->setOperand(0, data);
  built->setAttr("axis", builder.getI64IntegerAttr(moved));
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  built->getResult(0).setType(
      type.clone(applyPermutation(type.getShape(), permutation)));
  return built->getResult(0);
}

static FailureOr<Value> buildReshape(ReshapeOp op, OpBuilder &builder,
                                     ArrayRef<int64_t> permutation) {
  int64_t rank = getShape(op.getInput()).size();
  Value data = createTranspose(builder, op.getLoc(), op.getInput(),
                               getChannelsLastPermutation(rank));
  return createReshape(builder, op.getLoc(), data,
                       applyPermutation(getShape(op.getResult()), permutation));
}

FailureOr<Value>
mlir::tessera::graph::buildInLayout(Operation *op, OpBuilder &builder,
                                    ArrayRef<int64_t> permutation) {
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    return buildReshape(reshape, builder, permutation);
  }
  if (worksAlongAxis(op)) {
    return buildAlongAxis(op, builder, permutation);
  }
  return cast<TransposableOpInterface>(op).buildTransposed(builder,
                                                           permutation);
}

//===----------------------------------------------------------------------===//
// Assignment
//===----------------------------------------------------------------------===//

/// Bytes of a value; a dynamic dimension counts as a few.
static int64_t estimateBytes(Value value) {
  constexpr int64_t kDynamicSize = 8;
  auto type = cast<ShapedType>(value.getType());
  int64_t bytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t size : type.getShape()) {
    bytes *= ShapedType::isDynamic(size) ? kDynamicSize : size;
  }
  return bytes;
}

static bool isFreeToTranspose(Value value) {
  ArrayRef<int64_t> shape = getShape(value);
  return movesOnlyUnitDims(shape, getChannelsLastPermutation(shape.size()));
}

namespace {

class LayoutAssigner {
public:
  explicit LayoutAssigner(FunctionOpInterface function);

  SmallVector<Operation *> assign();

private:
  /// How a transpose op relates to the two layouts of its operand's rank.
  enum class TransposeRole { toChannelsLast, toChannelsFirst, other };
  TransposeRole getRole(TransposeOp op) const;

  /// Whether a transpose next to the reshape joins with the one behind it.
  bool feedsTransposesOnly(ReshapeOp op) const;
  /// Whether a transpose behind the reshape joins with the one before it.
  bool isFedByTranspose(ReshapeOp op) const;

  /// The node that decides the layout in which a value is made, or a use wants
  /// it; nothing where either costs the same.
  std::optional<unsigned> getMaker(Value value) const;
  std::optional<unsigned> getUser(OpOperand &use) const;

  void addValue(Value value);
  /// Operands of lower rank are transposed apart from the value's other uses.
  void addSmallOperands(Operation *op);

  SmallVector<Operation *> ops;
  DenseMap<Operation *, unsigned> nodes;
  /// Values computed from results of convertible ops in either layout.
  DenseSet<Value> behindImages;
  MinimumCut cut;
};

} // namespace

LayoutAssigner::LayoutAssigner(FunctionOpInterface function) {
  function->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<FusedOp>(op)) {
      return WalkResult::skip();
    }
    if (isConvertible(op)) {
      nodes[op] = MinimumCut::kSource;
      ops.push_back(op);
      behindImages.insert(op->result_begin(), op->result_end());
    } else if (isTransposable(op) && !isConstantExpression(op->getResult(0))) {
      nodes[op] = cut.addNode();
      ops.push_back(op);
      if (llvm::any_of(op->getOperands(), [&](Value operand) {
            return behindImages.contains(operand);
          })) {
        behindImages.insert(op->getResult(0));
      }
    }
    return WalkResult::advance();
  });
}

LayoutAssigner::TransposeRole LayoutAssigner::getRole(TransposeOp op) const {
  if (!hasLayoutRank(op.getType())) {
    return TransposeRole::other;
  }
  ArrayRef<int64_t> permutation = op.getPermutation();
  SmallVector<int64_t> last = getChannelsLastPermutation(permutation.size());
  SmallVector<int64_t> first = invertPermutationVector(last);
  bool isLast = permutation == ArrayRef<int64_t>(last);
  bool isFirst = permutation == ArrayRef<int64_t>(first);
  if (isLast && isFirst) {
    // Rank 3: the same permutation either way; images decide.
    return behindImages.contains(op.getInput())
               ? TransposeRole::toChannelsLast
               : TransposeRole::toChannelsFirst;
  }
  return isLast    ? TransposeRole::toChannelsLast
         : isFirst ? TransposeRole::toChannelsFirst
                   : TransposeRole::other;
}

bool LayoutAssigner::feedsTransposesOnly(ReshapeOp op) const {
  return hasStaticShape(op.getInput()) && hasStaticShape(op.getResult()) &&
         getSplitGroups(getShape(op.getInput()), getShape(op.getResult())) &&
         llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<TransposeOp>(user); });
}

bool LayoutAssigner::isFedByTranspose(ReshapeOp op) const {
  auto transpose = op.getInput().getDefiningOp<TransposeOp>();
  return transpose && transpose->hasOneUse() && hasStaticShape(op.getInput()) &&
         hasStaticShape(op.getResult()) &&
         getSplitGroups(getShape(op.getResult()), getShape(op.getInput()));
}

std::optional<unsigned> LayoutAssigner::getMaker(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op) {
    return MinimumCut::kSink;
  }
  if (auto it = nodes.find(op); it != nodes.end()) {
    return it->second;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    switch (getRole(transpose)) {
    case TransposeRole::toChannelsLast:
      return MinimumCut::kSink;
    case TransposeRole::toChannelsFirst:
      return MinimumCut::kSource;
    case TransposeRole::other:
      return std::nullopt;
    }
  }
  auto reshape = dyn_cast<ReshapeOp>(op);
  if (reshape && (isFreeToTranspose(value) || isFedByTranspose(reshape))) {
    return std::nullopt;
  }
  return MinimumCut::kSink;
}

std::optional<unsigned> LayoutAssigner::getUser(OpOperand &use) const {
  Operation *op = use.getOwner();
  if (auto it = nodes.find(op); it != nodes.end()) {
    bool isConvertibleOp = it->second == MinimumCut::kSource;
    bool follows =
        isConvertibleOp
            ? use.getOperandNumber() == 0
            : getShape(use.get()).size() == getShape(op->getResult(0)).size() ||
                  isa<ReshapeOp>(op);
    return follows ? std::optional(it->second) : std::nullopt;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    switch (getRole(transpose)) {
    case TransposeRole::toChannelsLast:
      return MinimumCut::kSource;
    case TransposeRole::toChannelsFirst:
      return MinimumCut::kSink;
    case TransposeRole::other:
      return std::nullopt;
    }
  }
  auto reshape = dyn_cast<ReshapeOp>(op);
  if (reshape &&
      (isFreeToTranspose(use.get()) || feedsTransposesOnly(reshape) ||
       flattensForConstantMatmul(reshape))) {
    return std::nullopt;
  }
  return MinimumCut::kSink;
}

void LayoutAssigner::addValue(Value value) {
  if (!hasLayoutRank(value.getType()) || isConstantExpression(value)) {
    return;
  }
  SmallVector<unsigned> net;
  auto add = [&](std::optional<unsigned> node) {
    if (node && !llvm::is_contained(net, *node)) {
      net.push_back(*node);
    }
  };
  add(getMaker(value));
  for (OpOperand &use : value.getUses()) {
    add(getUser(use));
  }
  // A free transpose is still a little worse than none.
  int64_t cost = 1 + (isFreeToTranspose(value) ? 0 : estimateBytes(value));
  if (net.size() > 1) {
    cut.addNet(net, cost);
  }
}

void LayoutAssigner::addSmallOperands(Operation *op) {
  if (!isa<ElementwiseOpInterface>(op)) {
    return;
  }
  size_t rank = getShape(op->getResult(0)).size();
  for (Value operand : op->getOperands()) {
    ArrayRef<int64_t> shape = getShape(operand);
    if (shape.size() == rank || isConstantExpression(operand)) {
      continue;
    }
    SmallVector<int64_t> full(rank - shape.size(), 1);
    llvm::append_range(full, shape);
    if (!movesOnlyUnitDims(full, getChannelsLastPermutation(rank))) {
      cut.addEdge(nodes.lookup(op), MinimumCut::kSink, estimateBytes(operand));
    }
  }
}

SmallVector<Operation *> LayoutAssigner::assign() {
  SmallVector<Operation *> chosen;
  DenseSet<Value> seen;
  for (Operation *op : ops) {
    for (Value operand : op->getOperands()) {
      if (seen.insert(operand).second) {
        addValue(operand);
      }
    }
    for (Value result : op->getResults()) {
      if (seen.insert(result).second) {
        addValue(result);
      }
    }
    if (nodes.lookup(op) != MinimumCut::kSource) {
      addSmallOperands(op);
    }
  }
  llvm::BitVector channelsLast = cut.solve();
  for (Operation *op : ops) {
    if (channelsLast.test(nodes.lookup(op))) {
      chosen.push_back(op);
    }
  }
  return chosen;
}

SmallVector<Operation *>
mlir::tessera::graph::assignChannelsLast(FunctionOpInterface function) {
  return LayoutAssigner(function).assign();
}
