//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/LoopDialect.h"
#include "dialects/loop/ConvolutionNest.h"
#include "dialects/loop/LoopOps.h"
#include "dialects/loop/PartialSums.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace mlir::tessera::loop;

#include "dialects/loop/LoopDialect.cpp.inc"

#include "dialects/loop/LoopAttrsEnums.cpp.inc"

#include "dialects/loop/LoopAttrsAttrInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/loop/LoopAttrs.cpp.inc"

void LoopDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/loop/LoopAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/loop/LoopOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

bool CpuTargetAttr::has(StringRef feature) const {
  SmallVector<StringRef> features;
  getFeatures().split(features, ',');
  return llvm::is_contained(features, feature);
}

bool CpuTargetAttr::hasFma() const {
  return getArch() == "aarch64" || has("fma") || has("avx512f");
}

namespace {
using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// Checks `order`: each dimension once, the parallel ones first.
LogicalResult verifyOrder(EmitError emitError, NestOp nest,
                          ArrayRef<int64_t> order) {
  int64_t dims = nest.getNumDims();
  llvm::SmallBitVector seen(dims);
  bool inReductions = false;
  for (int64_t d : order) {
    if (d < 0 || d >= dims || seen.test(d)) {
      return emitError() << "schedule: expected order to hold each dimension "
                            "once, but got '"
                         << d << "' again or out of range";
    }
    seen.set(d);
    if (nest.isReduction(d)) {
      inReductions = true;
    } else if (inReductions) {
      return emitError() << "schedule: expected reduction dimensions last in "
                            "order, but parallel dimension '"
                         << d << "' follows one";
    }
  }
  return success();
}

/// Whether blocks of reductions can run one after another, the sums so far kept
/// in the output.
bool canBlockReductions(NestOp nest, ScheduleInterface schedule) {
  return isa<ContractionScheduleAttr>(schedule) && canHoldPartialSums(nest);
}

/// Checks what all schedules have in common.
LogicalResult verifySchedule(EmitError emitError, NestOp nest,
                             ScheduleInterface schedule) {
  size_t dims = nest.getNumDims();
  auto wrongCount = [&](StringRef what, size_t count) {
    return emitError() << "schedule: expected " << dims << " entries in "
                       << what << ", but got '" << count << "'";
  };
  if (schedule.getRegisterTile().size() != dims) {
    return wrongCount("registers", schedule.getRegisterTile().size());
  }
  if (schedule.getOrder().size() != dims) {
    return wrongCount("order", schedule.getOrder().size());
  }
  if (schedule.getCacheTile().size() != dims) {
    return wrongCount("cache", schedule.getCacheTile().size());
  }
  if (failed(verifyOrder(emitError, nest, schedule.getOrder()))) {
    return failure();
  }
  int64_t lanes = schedule.getLanes();
  if (lanes < 1 || lanes > 64 || !llvm::isPowerOf2_64(lanes)) {
    return emitError() << "schedule: expected a power of two of at most 64 "
                          "lanes, but got '"
                       << lanes << "'";
  }
  int64_t vectorDim = schedule.getVectorDim();
  if (vectorDim < -1 || vectorDim >= int64_t(dims) ||
      (vectorDim == -1 && lanes != 1)) {
    return emitError() << "schedule: expected the vector dimension in [0, "
                       << dims << "), but got '" << vectorDim << "'";
  }
  for (int64_t tile : schedule.getRegisterTile()) {
    if (tile < 1) {
      return emitError() << "schedule: expected positive registers, but got '"
                         << tile << "'";
    }
  }
  for (auto [d, tile] : llvm::enumerate(schedule.getCacheTile())) {
    if (tile < 0) {
      return emitError() << "schedule: expected cache tiles of 0 or more, but "
                            "got '"
                         << tile << "' for dimension " << d;
    }
    if (tile != 0 && nest.isReduction(d) &&
        !canBlockReductions(nest, schedule)) {
      return emitError()
             << "schedule: expected cache tiles of parallel dimensions, or of "
                "reductions of a contraction with one output, of the "
                "accumulator's type, that it does not read, but got '"
             << tile << "' for dimension " << d;
    }
  }
  if (vectorDim >= 0) {
    int64_t unit = lanes * schedule.getRegisterTile()[vectorDim];
    if (schedule.getCacheTile()[vectorDim] % unit != 0) {
      return emitError() << "schedule: expected a cache tile of the vector "
                            "dimension that is a multiple of its register "
                            "tile '"
                         << unit << "'";
    }
  }
  int64_t parallelDims = dims - nest.getNumReductions();
  if (schedule.getParallelLoops() < 0 ||
      schedule.getParallelLoops() > parallelDims) {
    return emitError() << "schedule: expected at most " << parallelDims
                       << " parallel loops, but got '"
                       << schedule.getParallelLoops() << "'";
  }
  return success();
}

/// Elements that the accumulators of one register tile hold, in vectors.
int64_t countAccumulators(NestOp nest, ScheduleInterface schedule) {
  int64_t count = 1;
  for (auto [d, tile] : llvm::enumerate(schedule.getRegisterTile())) {
    if (nest.isParallel(d) || int64_t(d) == schedule.getVectorDim()) {
      count *= tile;
    }
  }
  return count;
}
} // namespace

#define TESSERA_SCHEDULE_GETTERS(NAME)                                         \
  int64_t NAME::getVectorDim() const { return getVector(); }                   \
  int64_t NAME::getLanes() const { return getVectorLanes(); }                  \
  ArrayRef<int64_t> NAME::getRegisterTile() const { return getRegisters(); }   \
  ArrayRef<int64_t> NAME::getOrder() const { return getLoops(); }              \
  ArrayRef<int64_t> NAME::getCacheTile() const { return getCache(); }          \
  bool NAME::getPrefetch() const { return getPrefetchPanels(); }               \
  int64_t NAME::getParallelLoops() const { return getParallel(); }

TESSERA_SCHEDULE_GETTERS(ContractionScheduleAttr)
TESSERA_SCHEDULE_GETTERS(ReductionScheduleAttr)
TESSERA_SCHEDULE_GETTERS(ElementwiseScheduleAttr)
#undef TESSERA_SCHEDULE_GETTERS

LogicalResult ContractionScheduleAttr::verifyFor(EmitError emitError,
                                                 Operation *op) const {
  auto nest = llvm::cast<NestOp>(op);
  if (failed(verifySchedule(emitError, nest, *this))) {
    return failure();
  }
  if (!nest.isContraction()) {
    return emitError() << "schedule: expected a nest that adds products, but "
                          "got another for a contraction schedule";
  }
  if (getVector() >= 0 && nest.isReduction(getVector())) {
    return emitError() << "schedule: expected a parallel vector dimension, but "
                          "got reduction '"
                       << getVector() << "'";
  }
  int64_t accumulators = countAccumulators(nest, *this);
  if (accumulators > 64) {
    return emitError()
           << "schedule: expected at most 64 accumulators, but got '"
           << accumulators << "'";
  }
  return success();
}

LogicalResult ReductionScheduleAttr::verifyFor(EmitError emitError,
                                               Operation *op) const {
  auto nest = llvm::cast<NestOp>(op);
  if (failed(verifySchedule(emitError, nest, *this))) {
    return failure();
  }
  if (nest.getNumReductions() == 0) {
    return emitError() << "schedule: expected a nest with reduction "
                          "dimensions, but got none";
  }
  return success();
}

LogicalResult ElementwiseScheduleAttr::verifyFor(EmitError emitError,
                                                 Operation *op) const {
  auto nest = llvm::cast<NestOp>(op);
  if (failed(verifySchedule(emitError, nest, *this))) {
    return failure();
  }
  if (nest.getNumReductions() != 0) {
    return emitError() << "schedule: expected a nest without reduction "
                          "dimensions, but got '"
                       << nest.getNumReductions() << "'";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Algorithms
//===----------------------------------------------------------------------===//

LogicalResult LoopDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  if (attribute.getName() != kAlgorithmAttrName) {
    return success();
  }
  auto algorithm = llvm::dyn_cast<AlgorithmInterface>(attribute.getValue());
  if (!algorithm || !isa<NestOp>(op)) {
    return op->emitOpError() << "expected '" << kAlgorithmAttrName
                             << "' to be an algorithm of a loop.nest, but got '"
                             << attribute.getValue() << "'";
  }
  std::string objection = algorithm.getObjection(op);
  return objection.empty() ? success() : op->emitOpError() << objection;
}

std::string WinogradAlgorithmAttr::getSummary() const {
  return llvm::formatv("winograd F({0}x{0}, 3x3)", getOutputs());
}

std::string WinogradAlgorithmAttr::getObjection(Operation *op) const {
  auto nest = llvm::cast<NestOp>(op);
  if (getOutputs() != 2 && getOutputs() != 4) {
    return llvm::formatv("winograd: expected 2 or 4 outputs, but got '{0}'",
                         getOutputs());
  }
  std::optional<ConvolutionNest> conv = matchConvolution(nest);
  if (!conv) {
    return "winograd: expected a convolution of stride 1 without groups, "
           "channels last";
  }
  ArrayRef<int64_t> bounds = nest.getBounds();
  if (bounds[conv->tapRow] != 3 || bounds[conv->tapColumn] != 3) {
    return llvm::formatv("winograd: expected a 3x3 filter, but got '{0}x{1}'",
                         bounds[conv->tapRow], bounds[conv->tapColumn]);
  }
  bool isFloat = llvm::all_of(nest.getInputs(), [](Value input) {
    return llvm::cast<ShapedType>(input.getType()).getElementType().isF32();
  });
  if (!isFloat) {
    return "winograd: expected f32 inputs";
  }
  int64_t squares = llvm::divideCeil(bounds[conv->row], getOutputs());
  if (getRows() < 1 || squares % getRows() != 0) {
    return llvm::formatv("winograd: expected rows that divide the {0} rows of "
                         "squares, but got '{1}'",
                         squares, getRows());
  }
  return "";
}
