// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who computes the kernels of kernels.txt: Tessera and libraries.
//
// Each computes one kernel on one thread, with its weights prepared beforehand
// in whatever layout it likes best; packing weights is not timed. The data must
// outlive the contender.
#ifndef TESSERA_TESTS_BENCHMARK_CONTENDER_H
#define TESSERA_TESTS_BENCHMARK_CONTENDER_H

#include "runtime/Status.h"
#include "tests/benchmark/KernelShape.h"

#include <memory>
#include <vector>

namespace tessera::benchmarks {

class Contender {
public:
  virtual ~Contender() = default;
  /// Computes the output once.
  virtual void run() = 0;
  /// The output of the last run, [row][column][channel].
  virtual std::vector<float> fetch() = 0;
};

using ContenderResult = Result<std::unique_ptr<Contender>>;

/// A graph of one op, compiled by compiler/driver for this CPU and run by a
/// Session.
ContenderResult makeTessera(const KernelShape &shape, const KernelData &data);

/// oneDNN in the layouts that it chooses by itself. An error where the library
/// was not there when this was built.
ContenderResult makeOneDnn(const KernelShape &shape, const KernelData &data);

/// OpenBLAS: sgemm on row-major operands. An error where the library was not
/// there when this was built; null for what is not a matrix product.
ContenderResult makeOpenBlas(const KernelShape &shape, const KernelData &data);

} // namespace tessera::benchmarks

#endif // TESSERA_TESTS_BENCHMARK_CONTENDER_H
