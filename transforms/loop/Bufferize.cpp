//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/Bufferize.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferUtils.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/IR/Threading.h"
#include "transforms/loop/Passes.h"
#include "transforms/loop/ProgramFacts.h"

namespace mlir::tessera::loop {
#define GEN_PASS_DEF_LOOPBUFFERIZEPASS
#include "transforms/loop/Passes.h.inc"
} // namespace mlir::tessera::loop

using namespace mlir;
using namespace mlir::bufferization;
using namespace mlir::tessera::loop;

namespace {

/// A nest reads its inputs and overwrites its outputs without reading them.
struct NestBufferization
    : public DstBufferizableOpInterfaceExternalModel<NestBufferization,
                                                     NestOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  /// Reading and writing the same point in place is safe.
  bool bufferizesToElementwiseAccess(Operation *op, const AnalysisState &,
                                     ArrayRef<OpOperand *> operands) const {
    auto nest = cast<NestOp>(op);
    AffineMap first = nest.getInputMap(operands[0]->getOperandNumber());
    return nest.getNumReductions() == 0 &&
           llvm::all_of(operands, [&](OpOperand *operand) {
             return nest.getInputMap(operand->getOperandNumber()) == first;
           });
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options) const {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    auto nest = cast<NestOp>(op);
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        buffers.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options);
      if (failed(buffer)) {
        return failure();
      }
      buffers.push_back(*buffer);
    }
    OperationState state(op->getLoc(), op->getName());
    state.addOperands(buffers);
    state.attributes = op->getAttrDictionary();
    for (unsigned i = 0; i < op->getNumRegions(); ++i) {
      state.addRegion();
    }
    Operation *replacement = rewriter.create(state);
    for (auto [to, from] :
         llvm::zip(replacement->getRegions(), op->getRegions())) {
      rewriter.inlineRegionBefore(from, to, to.begin());
    }
    size_t first = nest.getInputs().size() + nest.getEpilogueInputs().size();
    replaceOpWithBufferizedValues(
        rewriter, op,
        ValueRange(buffers).slice(first, nest.getOutputs().size()));
    return success();
  }
};

/// Makes the program's arguments memrefs, seen as tensors inside, and its
/// returns writes into the destinations.
void convertBoundary(ProgramOp program) {
  Block &block = program.getBody().front();
  unsigned numInputs = program.getNumInputs();
  OpBuilder builder(&block, block.begin());
  SmallVector<Value> destinations;
  for (BlockArgument argument : block.getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    argument.setType(MemRefType::get(type.getShape(), type.getElementType()));
    bool isDestination = argument.getArgNumber() >= numInputs;
    auto tensor = builder.create<ToTensorOp>(argument.getLoc(), type, argument,
                                             /*restrict=*/true,
                                             /*writable=*/isDestination);
    argument.replaceAllUsesExcept(tensor, tensor);
    if (isDestination) {
      destinations.push_back(argument);
    }
  }
  auto terminator = cast<ReturnOp>(block.getTerminator());
  builder.setInsertionPoint(terminator);
  for (auto [value, destination] :
       llvm::zip(terminator.getValues(), destinations)) {
    builder.create<MaterializeInDestinationOp>(
        terminator.getLoc(), TypeRange{}, value, destination,
        /*restrict=*/true, /*writable=*/true);
  }
  builder.create<ReturnOp>(terminator.getLoc());
  terminator.erase();
  program.setFunctionType(
      builder.getFunctionType(block.getArgumentTypes(), TypeRange{}));
}

/// Puts all empty tensors behind the arguments, the last one first: what is
/// inserted into one of them, or into an argument, can be computed in its place
/// only if that is there before.
void hoistDestinations(ProgramOp program) {
  SmallVector<tensor::EmptyOp> destinations;
  program.walk([&](tensor::EmptyOp op) {
    if (op.getType().hasStaticShape()) {
      destinations.push_back(op);
    }
  });
  Block &body = program.getBody().front();
  Block::iterator behind =
      llvm::find_if(body, [](Operation &op) { return !isa<ToTensorOp>(op); });
  for (tensor::EmptyOp op : destinations) {
    if (op->getIterator() != behind) {
      op->moveBefore(&body, behind);
    }
    behind = op->getIterator();
  }
}

/// Whether two buffers are the same elements of one: each op of a program makes
/// its own view of the part that it writes.
bool areSame(Value a, Value b) {
  a = stripReshapes(a);
  b = stripReshapes(b);
  if (a == b) {
    return true;
  }
  auto first = a.getDefiningOp<memref::SubViewOp>();
  auto second = b.getDefiningOp<memref::SubViewOp>();
  return first && second && first.getType() == second.getType() &&
         first.getMixedOffsets() == second.getMixedOffsets() &&
         first.getMixedSizes() == second.getMixedSizes() &&
         first.getMixedStrides() == second.getMixedStrides() &&
         areSame(first.getSource(), second.getSource());
}

/// A copy as an elementwise nest, so that it is scheduled as one.
void replaceCopy(memref::CopyOp copy) {
  OpBuilder builder(copy);
  Location loc = copy.getLoc();
  auto type = cast<MemRefType>(copy.getSource().getType());
  int64_t rank = type.getRank();
  auto map = AffineMapAttr::get(builder.getMultiDimIdentityMap(rank));
  SmallVector<Attribute> iterators(
      rank,
      IteratorKindAttr::get(builder.getContext(), IteratorKind::parallel));
  auto nest = builder.create<NestOp>(
      loc, TypeRange{}, ValueRange{copy.getSource()}, ValueRange{},
      ValueRange{copy.getTarget()}, builder.getArrayAttr({map, map}),
      builder.getArrayAttr(iterators),
      builder.getDenseI64ArrayAttr(type.getShape()));
  buildCopyRegions(builder, nest);
  copy.erase();
}

struct Bufferize
    : public mlir::tessera::loop::impl::LoopBufferizePassBase<Bufferize> {
  using LoopBufferizePassBase::LoopBufferizePassBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    LoopBufferizePassBase::getDependentDialects(registry);
    registerBufferization(registry);
  }

  void runOnOperation() override {
    SmallVector<ProgramOp> programs;
    for (auto program : getOperation().getOps<ProgramOp>()) {
      if (llvm::none_of(program.getArgumentTypes(),
                        [](Type type) { return isa<MemRefType>(type); })) {
        programs.push_back(program);
      }
    }
    for (ProgramOp program : programs) {
      if (failed(makeGlobals(program))) {
        return signalPassFailure();
      }
    }
    if (failed(failableParallelForEach(&getContext(), programs, bufferize))) {
      signalPassFailure();
    }
  }

private:
  /// Makes constant tensors globals of the module, one program after the other:
  /// all threads share the module.
  static LogicalResult makeGlobals(ProgramOp program) {
    SmallVector<arith::ConstantOp> constants;
    program.walk([&](arith::ConstantOp constant) {
      if (isa<TensorType>(constant.getType())) {
        constants.push_back(constant);
      }
    });
    for (arith::ConstantOp constant : constants) {
      FailureOr<memref::GlobalOp> global = getGlobalFor(constant, kAlignment);
      if (failed(global)) {
        return failure();
      }
      OpBuilder builder(constant);
      Value buffer = builder.create<memref::GetGlobalOp>(
          constant.getLoc(), global->getType(), global->getName());
      Value tensor = builder.create<ToTensorOp>(
          constant.getLoc(), constant.getType(), buffer, /*restrict=*/true,
          /*writable=*/false);
      constant.getResult().replaceAllUsesWith(tensor);
      constant.erase();
    }
    return success();
  }

  static LogicalResult bufferize(ProgramOp program) {
    convertBoundary(program);
    hoistDestinations(program);
    OneShotBufferizationOptions options;
    options.bufferAlignment = kAlignment;
    IRRewriter rewriter(program.getContext());
    OneShotAnalysisState state(program, options);
    if (failed(analyzeOp(program, state)) ||
        failed(eliminateEmptyTensors(rewriter, program, state)) ||
        failed(runOneShotBufferize(program, options))) {
      return failure();
    }
    program.walk([](memref::CopyOp copy) {
      if (areSame(copy.getSource(), copy.getTarget())) {
        copy.erase();
      } else {
        replaceCopy(copy);
      }
    });
    return success();
  }

  /// In bytes: a cache line.
  static constexpr uint64_t kAlignment = 64;
};
} // namespace

void mlir::tessera::loop::registerBufferization(DialectRegistry &registry) {
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  scf::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  registry.addExtension(+[](MLIRContext *context, LoopDialect *) {
    NestOp::attachInterface<NestBufferization>(*context);
  });
}
