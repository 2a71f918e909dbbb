// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements of tensors as numbers and text, and comparison within tolerances.
//
// Floats: |got - expected| <= absolute + relative * |expected|, the rule of
// ONNX Runtime and NumPy; NaN equals NaN, an infinity equals itself. Integers
// and bools must be equal.
//
// Thread safety: pure functions.
//
// Example:
//   Status status = compareTensors(*got, *expected, {1e-3, 1e-4});
#ifndef TESSERA_TOOLS_TESSERA_TENSOR_COMPARISON_H
#define TESSERA_TOOLS_TESSERA_TENSOR_COMPARISON_H

#include "runtime/Status.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <string>

namespace tessera::tool {

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-4;
};

/// Element `index` of a tensor of floats.
double floatElement(const Tensor &tensor, int64_t index);

/// Element `index` as text: enough digits for f32.
std::string elementText(const Tensor &tensor, int64_t index);

/// "[0,3,1]" for an element's position; "[]" for a scalar.
std::string positionText(const Tensor &tensor, int64_t index);

/// The error says how many elements differ, and of the worst one its position,
/// both values and what was allowed. Types and sizes must be equal.
/// `maxDifference`, if not null, is set on success.
Status compareTensors(const Tensor &got, const Tensor &expected,
                      Tolerance tolerance, double *maxDifference = nullptr);

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_TENSOR_COMPARISON_H
