// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The weights of a package, as an ELF object that LLVM never sees.
//
// A 550 MB constant takes LLVM seconds and gigabytes. Here the blobs go from
// where they lie to the file by write(), with no copy in memory.
//
// Layout: each blob starts at its alignment, 64 bytes unless it asks for more;
// identical blobs are stored once; gaps are zero.
//
// Ownership: blobs are borrowed until the object is written.
// Thread safety: pure functions; blobs must not change meanwhile.
//
// Example:
//   llvm::Expected<WeightsPlan> plan = planWeights({{data, bytes}, ...});
//   uint64_t offset = plan->offsets[0]; // from run's `weights` argument
//   llvm::Error error = writeWeightsObject(fd, *plan, target);
#ifndef COMPILER_PACKAGE_WEIGHTSOBJECT_H
#define COMPILER_PACKAGE_WEIGHTSOBJECT_H

#include "compiler/target/CpuTarget.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <vector>

namespace mlir::tessera {

/// The hidden symbol at the first byte of the weights.
constexpr llvm::StringLiteral weightsSymbol = "tessera_weights";
constexpr llvm::StringLiteral weightsSection = ".tessera.weights";

/// What every blob is aligned to at least: a cache line, a vector. A copy of
/// the weights elsewhere must be aligned to `WeightsPlan::alignment`.
constexpr uint64_t minWeightAlignment = 64;
constexpr uint64_t weightsPageBytes = 4096;

struct WeightBlob {
  const void *data = nullptr;
  uint64_t bytes = 0;
  /// A power of two, at most a page.
  uint64_t alignment = minWeightAlignment;
};

struct WeightsPlan {
  /// Bytes at an offset; ascending, without overlap.
  struct Chunk {
    const void *data;
    uint64_t bytes;
    uint64_t offset;
  };

  /// For each blob, in the order given.
  std::vector<uint64_t> offsets;
  std::vector<Chunk> chunks;
  /// A multiple of minWeightAlignment; 0 when there are no weights.
  uint64_t totalBytes = 0;
  /// The strictest of the blobs.
  uint64_t alignment = minWeightAlignment;
};

/// Lays the blobs out in their order, behind what `before` holds; `offsets` are
/// those of `blobs`. Fails when all take over 2 GB, which packages cannot hold
/// yet.
llvm::Expected<WeightsPlan> planWeights(llvm::ArrayRef<WeightBlob> blobs,
                                        const WeightsPlan &before = {});

/// Writes a relocatable ELF object with the weights in one read-only section,
/// page-aligned, at `weightsSymbol`. The file must be empty and at its start.
/// The error is the system's reason, without a name.
llvm::Error writeWeightsObject(int descriptor, const WeightsPlan &plan,
                               const CpuTarget &target);

} // namespace mlir::tessera

#endif // COMPILER_PACKAGE_WEIGHTSOBJECT_H
