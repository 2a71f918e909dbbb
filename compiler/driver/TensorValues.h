//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Tensors as numbers, for comparing what two compiled models compute.
///
//===----------------------------------------------------------------------===//
#ifndef TESSERA_COMPILER_DRIVER_TENSORVALUES_H
#define TESSERA_COMPILER_DRIVER_TENSORVALUES_H

#include "runtime/Tensor.h"
#include "llvm/ADT/ArrayRef.h"

#include <random>
#include <vector>

namespace mlir::tessera {

/// Normal floats; integers and bools 0 or 1, valid as indices almost
/// everywhere. Half floats have an exponent of small numbers.
void fillRandom(::tessera::Tensor &tensor, std::mt19937 &random);

/// Element i, in row-major order. 64-bit integers lose their low bits.
double getNumber(const ::tessera::Tensor &tensor, int64_t i);

/// The distance of the numbers of a type that are nearest to 0; 0 for integers.
double getSmallestStep(::tessera::DType dtype);

/// Where each element of `tensor`, which holds the elements of `like` in some
/// layout, lies in `like`: in the same order, or with dimensions permuted. Of
/// the layouts that shapes allow, the one by which the values are nearest by
/// far, or the first that is not much further. Empty if there is none.
std::vector<int64_t> findLayout(const ::tessera::Tensor &tensor,
                                const ::tessera::Tensor &like);

struct TensorDifference {
  /// The largest |got - expected| / allowed; infinite where values differ that
  /// must be equal.
  double worst = 0;
  /// The first element beyond what is allowed, or -1.
  int64_t element = -1;
  double got = 0, expected = 0, allowed = 0;
  /// Elements without a finite bound.
  int64_t numUnbounded = 0;
};

/// Compares element by element with what `bound` allows, an f64 tensor; all
/// must be equal where it is null. NaN equals NaN.
TensorDifference compareTensors(const ::tessera::Tensor &got,
                                const ::tessera::Tensor &expected,
                                const ::tessera::Tensor *bound);

} // namespace mlir::tessera

#endif // TESSERA_COMPILER_DRIVER_TENSORVALUES_H
