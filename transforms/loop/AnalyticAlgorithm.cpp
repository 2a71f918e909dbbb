//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/ConvolutionNest.h"
#include "transforms/loop/AnalyticSchedule.h"
#include "transforms/loop/ConstantOperands.h"

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// Cycles that a convolution takes by each algorithm, on one core. Rates are
/// those of the register tiles measured on AVX2 and AVX-512 cores.
class ConvolutionCosts {
public:
  ConvolutionCosts(NestOp nest, const ConvolutionNest &conv,
                   CpuTargetAttr target)
      : target(target), lanes(target.getLanes(32)) {
    ArrayRef<int64_t> bounds = nest.getBounds();
    batch = conv.batch ? bounds[*conv.batch] : 1;
    height = bounds[conv.row];
    width = bounds[conv.column];
    channels = bounds[conv.channel];
    features = bounds[conv.feature];
  }

  double direct() const {
    double products = double(batch) * height * width * channels * features * 9;
    double filterBytes = 9.0 * channels * features * 4;
    return products / (kFmaPerCycle * lanes * kEfficiency) +
           stream(filterBytes, 1) + fetch(filterBytes);
  }

  double winograd(int64_t outputs, int64_t rows) const {
    int64_t size = outputs + 2, values = size * size;
    int64_t columns = llvm::divideCeil(width, outputs);
    int64_t blocks = batch * (llvm::divideCeil(height, outputs) / rows);
    double squares = double(rows) * columns;
    double products = squares * values * channels * features;
    double blockBytes = squares * values * (channels + features) * 4.0;
    // Each transformed value is loaded or stored once, at about one a cycle;
    // the arithmetic overlaps in part.
    double perSquare = 3.0 * values * (channels + features) / lanes;
    double filterBytes = double(values) * channels * features * 4;
    bool fits = blockBytes <= target.getL2Bytes() / 2;
    // What a block has beyond L2 goes to L3 and back (a quarter more does not
    // show): else the largest block would be the best of those that do not fit.
    double beyond = std::max(0.0, blockBytes - 1.25 * target.getL2Bytes());
    double transforms =
        squares * perSquare * (fits ? 1 : 2) + 2 * beyond / kL3Bytes;
    double gemm =
        products / (kFmaPerCycle * lanes * kEfficiency) * (fits ? 1.0 : 1.2);
    // Few rows leave the loads of the filter in the open.
    double shortRows = squares < 12 ? 12 / squares : 1;
    return blocks * (transforms + gemm * shortRows) +
           stream(filterBytes, blocks, fits ? blockBytes : 0) +
           fetch(filterBytes);
  }

  int64_t countSquareRows(int64_t outputs) const {
    return llvm::divideCeil(height, outputs);
  }
  bool fillsVectors() const {
    return channels % lanes == 0 && features % lanes == 0;
  }

private:
  static constexpr double kFmaPerCycle = 2;
  static constexpr double kEfficiency = 0.85;
  /// Bytes that the last-level cache and L2 deliver in a cycle.
  static constexpr double kL3Bytes = 8, kL2Bytes = 32;
  /// Bytes that memory delivers to a core in a cycle.
  static constexpr double kMemoryBytes = 3.2;

  /// Cycles to read `bytes` `times` times, `beside` as many others.
  double stream(double bytes, double times, double beside = 0) const {
    bool stays = bytes + beside <= target.getL2Bytes() * 0.75;
    return stays ? bytes / kL3Bytes + (times - 1) * bytes / kL2Bytes
                 : times * bytes / kL3Bytes;
  }

  /// Cycles that a filter takes beyond those of `stream` as it comes from
  /// memory. A run reads each filter once, and what it reads in between drives
  /// those out of L3 that are no small part of it.
  double fetch(double bytes) const {
    return bytes > target.getL3Bytes() / 4
               ? bytes / kMemoryBytes - bytes / kL3Bytes
               : 0;
  }

  CpuTargetAttr target;
  int64_t lanes, batch, height, width, channels, features;
};
} // namespace

std::optional<AlgorithmInterface>
AnalyticScheduleProvider::getAlgorithm(NestOp nest,
                                       CpuTargetAttr target) const {
  std::optional<ConvolutionNest> conv = matchConvolution(nest);
  if (!conv || !isMarkedConstant(nest.getInputs()[conv->filter])) {
    return AlgorithmInterface();
  }
  ConvolutionCosts costs(nest, *conv, target);
  if (!costs.fillsVectors()) {
    return AlgorithmInterface();
  }
  // Larger blocks need more memory for less than they promise: a prediction
  // within 3 % is none.
  constexpr double kWorthMemory = 0.97;
  // A new form must promise more than the model may be wrong by.
  double best = costs.direct() * 0.8;
  WinogradAlgorithmAttr chosen;
  MLIRContext *context = nest.getContext();
  for (int64_t outputs : {4, 2}) {
    int64_t squareRows = costs.countSquareRows(outputs);
    for (int64_t rows = 1; rows <= squareRows; ++rows) {
      if (squareRows % rows != 0) {
        continue;
      }
      auto algorithm = WinogradAlgorithmAttr::get(context, outputs, rows);
      double cost = costs.winograd(outputs, rows);
      bool isLarger = chosen && chosen.getOutputs() == outputs;
      if (cost < best * (isLarger ? kWorthMemory : 1) &&
          algorithm.getObjection(nest).empty()) {
        best = cost;
        chosen = algorithm;
      }
    }
  }
  return chosen ? AlgorithmInterface(chosen) : AlgorithmInterface();
}
