//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/loop/PartialSums.h"

using namespace mlir;
using namespace mlir::tessera::loop;

bool mlir::tessera::loop::canHoldPartialSums(NestOp nest) {
  if (!nest.isContraction() || nest.getOutputs().size() != 1) {
    return false;
  }
  Value output = nest.getOutputs()[0];
  Type accumulator =
      nest.getInit().front().getTerminator()->getOperand(0).getType();
  return cast<ShapedType>(output.getType()).getElementType() == accumulator &&
         !llvm::is_contained(nest.getInputs(), output) &&
         !llvm::is_contained(nest.getEpilogueInputs(), output);
}
