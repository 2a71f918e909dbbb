// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/benchmark/Contender.h"

#if TESSERA_HAS_OPENBLAS
#include <cblas-openblas.h>
#endif

namespace tessera::benchmarks {

#if TESSERA_HAS_OPENBLAS
namespace {

class OpenBlasContender : public Contender {
public:
  OpenBlasContender(const KernelShape &shape, const KernelData &data)
      : shape(shape), data(data),
        output(static_cast<size_t>(shape.outputElements())) {
    openblas_set_num_threads(1);
  }

  void run() override {
    const auto m = static_cast<blasint>(shape.rows);
    const auto n = static_cast<blasint>(shape.outputs);
    const auto k = static_cast<blasint>(shape.inputs);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0f,
                data.input.data(), k, data.weights.data(), n, 0.0f,
                output.data(), n);
  }

  std::vector<float> fetch() override { return output; }

private:
  const KernelShape shape;
  const KernelData &data;
  std::vector<float> output;
};

} // namespace

ContenderResult makeOpenBlas(const KernelShape &shape, const KernelData &data) {
  if (shape.kind != KernelShape::Kind::Gemm) {
    return ContenderResult(std::unique_ptr<Contender>());
  }
  return ContenderResult(std::make_unique<OpenBlasContender>(shape, data));
}
#else
ContenderResult makeOpenBlas(const KernelShape &, const KernelData &) {
  return Status::error("not installed");
}
#endif

} // namespace tessera::benchmarks
