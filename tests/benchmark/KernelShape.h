// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel of kernels.txt computes, its data and its exact answer.
//
// Everything is f32. A matrix product is described as a convolution too: image
// of M x 1 pixels, K inputs, N outputs, 1 x 1 kernel. Images are [pixel row]
// [pixel column][channel], filters [row][column][input][output].
#ifndef TESSERA_TESTS_BENCHMARK_KERNELSHAPE_H
#define TESSERA_TESTS_BENCHMARK_KERNELSHAPE_H

#include "runtime/Status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::benchmarks {

struct KernelShape {
  enum class Kind { Gemm, Conv, Depthwise };
  Kind kind = Kind::Gemm;
  int64_t rows = 1, columns = 1; // of the input image
  int64_t inputs = 1, outputs = 1;
  int64_t kernel = 1, stride = 1;

  /// A line of kernels.txt, or what is wrong with it.
  static Result<KernelShape> parse(const std::string &line);

  /// "BM_Conv2D/56x56x64-64k3s1".
  std::string name() const;

  int64_t padding() const { return kernel / 2; }
  int64_t outputRows() const { return outputExtent(rows); }
  int64_t outputColumns() const { return outputExtent(columns); }
  /// Inputs that one output reads, in each pixel.
  int64_t inputsPerOutput() const {
    return kind == Kind::Depthwise ? 1 : inputs;
  }
  int64_t inputElements() const { return rows * columns * inputs; }
  int64_t weightElements() const {
    return kernel * kernel * inputsPerOutput() * outputs;
  }
  int64_t outputElements() const {
    return outputRows() * outputColumns() * outputs;
  }
  /// Two for each product of the direct algorithm, padding included.
  double flops() const;
  /// Of the input, the weights and the output.
  double bytes() const;

private:
  int64_t outputExtent(int64_t extent) const {
    return (extent + 2 * padding() - kernel) / stride + 1;
  }
};

/// Operands of one kernel, uniform in [-1, 1).
struct KernelData {
  KernelData(const KernelShape &shape, uint64_t seed);
  std::vector<float> input, weights;
};

/// Compares a sample of outputs with sums in f64; empty if they agree to 1e-5
/// of the sum of the products' magnitudes, or a text that names the first that
/// does not.
std::string findWrongOutput(const KernelShape &shape, const KernelData &data,
                            const std::vector<float> &output);

} // namespace tessera::benchmarks

#endif // TESSERA_TESTS_BENCHMARK_KERNELSHAPE_H
