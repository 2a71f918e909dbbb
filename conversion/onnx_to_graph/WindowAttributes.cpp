//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/WindowAttributes.h"

namespace mlir::tessera::onnx_to_graph {

int64_t dilatedKernel(const Window &window, size_t dimension) {
  return (window.kernel[dimension] - 1) * window.dilations[dimension] + 1;
}

void splitPads(int64_t total, bool upper, int64_t &low, int64_t &high) {
  int64_t half = total / 2;
  low = total < 0 ? 0 : upper ? half : total - half;
  high = total - low;
}

/// Sizes for which the arithmetic below can't overflow.
static bool areSmall(ArrayRef<int64_t> values) {
  return llvm::all_of(values, [](int64_t value) {
    return value >= -INT32_MAX && value <= INT32_MAX;
  });
}

FailureOr<Window> readWindowWithoutPads(NodeContext &node, size_t dimensions,
                                        ArrayRef<int64_t> kernel) {
  Window window;
  window.kernel = node.intsAttr("kernel_shape", kernel);
  SmallVector<int64_t> ones(dimensions, 1);
  window.strides = node.intsAttr("strides", ones);
  window.dilations = node.intsAttr("dilations", ones);
  window.pads.assign(2 * dimensions, 0);
  window.ceilMode = node.intAttr("ceil_mode", 0) != 0;
  auto check = [&](StringRef name, ArrayRef<int64_t> values) {
    if (values.size() != dimensions) {
      (void)node.invalid(name + " has " + Twine(values.size()) +
                         " entries, expected " + Twine(dimensions));
      return false;
    }
    if (!areSmall(values) ||
        llvm::any_of(values, [](int64_t value) { return value < 1; })) {
      (void)node.invalid(name + " has an entry that is not in [1, 2^31)");
      return false;
    }
    return true;
  };
  if (!check("kernel_shape", window.kernel) ||
      !check("strides", window.strides) ||
      !check("dilations", window.dilations)) {
    return failure();
  }
  if (!kernel.empty() && ArrayRef<int64_t>(window.kernel) != kernel) {
    return node.invalid("kernel_shape differs from the filter's shape");
  }
  return window;
}

FailureOr<Window> readWindow(NodeContext &node, ArrayRef<int64_t> inputShape,
                             ArrayRef<int64_t> kernel) {
  if (inputShape.size() < 3) {
    return node.invalid("input 0 has rank " + Twine(inputShape.size()) +
                        ", expected at least 3");
  }
  ArrayRef<int64_t> sizes = inputShape.drop_front(2);
  size_t dimensions = sizes.size();
  FailureOr<Window> window = readWindowWithoutPads(node, dimensions, kernel);
  if (failed(window)) {
    return failure();
  }
  std::string autoPad = node.stringAttr("auto_pad", "NOTSET");
  if (autoPad == "NOTSET" || autoPad.empty()) {
    window->pads = node.intsAttr("pads", window->pads);
    if (window->pads.size() != 2 * dimensions || !areSmall(window->pads)) {
      return node.invalid("pads has " + Twine(window->pads.size()) +
                          " entries, expected " + Twine(2 * dimensions) +
                          " below 2^31");
    }
    return window;
  }
  if (autoPad == "VALID") {
    return window;
  }
  if (autoPad != "SAME_UPPER" && autoPad != "SAME_LOWER") {
    return node.invalid("auto_pad is '" + autoPad +
                        "', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  }
  for (size_t d = 0; d < dimensions; ++d) {
    int64_t stride = window->strides[d];
    int64_t out = (sizes[d] + stride - 1) / stride;
    int64_t total = std::max<int64_t>(
        (out - 1) * stride + dilatedKernel(*window, d) - sizes[d], 0);
    splitPads(total, autoPad == "SAME_UPPER", window->pads[d],
              window->pads[d + dimensions]);
  }
  return window;
}

} // namespace mlir::tessera::onnx_to_graph
