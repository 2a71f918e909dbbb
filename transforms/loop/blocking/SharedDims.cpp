//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "transforms/loop/blocking/SharedDims.h"
#include "transforms/loop/NestAccess.h"
#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace mlir::tessera::loop;

namespace {

/// How a nest accesses one operand.
struct Access {
  unsigned nest;
  AffineMap map;
  MemRefType type;
};

/// Sorts the dimensions of all nests into classes that count the same.
class DimClasses {
public:
  explicit DimClasses(ArrayRef<NestOp> list) : nests(list) {
    unsigned count = 0;
    for (NestOp nest : nests) {
      first.push_back(count);
      count += nest.getNumDims();
    }
    classes.grow(count);
    isBlocked.resize(count);
  }

  SmallVector<SharedDim> run() {
    collectAccesses();
    for (auto &[buffer, list] : written) {
      joinAccesses(list);
    }
    classes.compress();
    SmallVector<SharedDim> shared;
    for (unsigned d = 0; d < nests[0].getNumDims(); ++d) {
      if (std::optional<SharedDim> dim = makeShared(classes[d])) {
        shared.push_back(std::move(*dim));
      }
    }
    return shared;
  }

private:
  void collectAccesses() {
    for (NestOp nest : nests) {
      for (Value output : nest.getOutputs()) {
        written[output];
      }
    }
    for (auto [n, nest] : llvm::enumerate(nests)) {
      for (auto [i, operand] : llvm::enumerate(nest->getOperands())) {
        auto type = cast<MemRefType>(operand.getType());
        Access access{static_cast<unsigned>(n), nest.getInputMap(i), type};
        blockOddDims(access);
        auto found = written.find(operand);
        if (found != written.end()) {
          found->second.push_back(access);
        }
      }
    }
  }

  unsigned number(unsigned nest, unsigned dim) { return first[nest] + dim; }

  /// A dimension that is no index by itself cannot be cut.
  void blockOddDims(const Access &access) {
    for (unsigned d = 0; d < access.map.getNumDims(); ++d) {
      if (access.map.isFunctionOfDim(d) && !findPosition(access.map, d)) {
        isBlocked.set(number(access.nest, d));
      }
    }
  }

  /// Dimensions at one place of a written buffer count the same; each nest that
  /// touches it goes through all of it.
  void joinAccesses(ArrayRef<Access> accesses) {
    const Access &front = accesses.front();
    for (int64_t p = 0; p < front.type.getRank(); ++p) {
      std::optional<unsigned> joint;
      bool isWhole = true;
      for (const Access &access : accesses) {
        auto dim = dyn_cast<AffineDimExpr>(access.map.getResult(p));
        if (!dim) {
          isWhole &= access.type.getDimSize(p) == 1;
          continue;
        }
        unsigned id = number(access.nest, dim.getPosition());
        isWhole &= nests[access.nest].getBounds()[dim.getPosition()] ==
                   access.type.getDimSize(p);
        joint = joint ? classes.join(*joint, id) : id;
      }
      for (const Access &access : accesses) {
        auto dim = dyn_cast<AffineDimExpr>(access.map.getResult(p));
        if (dim && !isWhole) {
          isBlocked.set(number(access.nest, dim.getPosition()));
        }
      }
    }
  }

  std::optional<SharedDim> makeShared(unsigned id) {
    SharedDim shared;
    for (auto [n, nest] : llvm::enumerate(nests)) {
      std::optional<unsigned> member;
      for (unsigned d = 0; d < nest.getNumDims(); ++d) {
        if (classes[number(n, d)] != id) {
          continue;
        }
        if (member || nest.isReduction(d) || isBlocked.test(number(n, d))) {
          return std::nullopt;
        }
        member = d;
      }
      if (!member || !touchesAllWritten(n, *member)) {
        return std::nullopt;
      }
      shared.dims.push_back(*member);
    }
    shared.bound = nests[0].getBounds()[shared.dims[0]];
    bool isOneBound =
        llvm::all_of(llvm::zip(nests, shared.dims), [&](auto pair) {
          auto [nest, dim] = pair;
          return nest.getBounds()[dim] == shared.bound;
        });
    return shared.bound > 1 && isOneBound ? std::optional(shared)
                                          : std::nullopt;
  }

  /// Whether what the nest reads and writes of the program's buffers varies
  /// along `dim`.
  bool touchesAllWritten(unsigned n, unsigned dim) {
    NestOp nest = nests[n];
    for (auto [i, operand] : llvm::enumerate(nest->getOperands())) {
      if (written.contains(operand) &&
          !nest.getInputMap(i).isFunctionOfDim(dim)) {
        return false;
      }
    }
    return true;
  }

  SmallVector<NestOp> nests;
  /// The number of each nest's first dimension among all.
  SmallVector<unsigned> first;
  llvm::IntEqClasses classes;
  llvm::SmallBitVector isBlocked;
  llvm::MapVector<Value, SmallVector<Access>> written;
};

} // namespace

SmallVector<SharedDim>
mlir::tessera::loop::findSharedDims(ArrayRef<NestOp> nests) {
  return DimClasses(nests).run();
}
