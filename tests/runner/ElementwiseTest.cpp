//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/ScheduleTestFixture.h"

using namespace mlir::tessera;

namespace {

class ElementwiseTest : public ScheduleTest {
protected:
  /// A copy from `from`, read through `map`, to a tensor of `to`.
  NestText makeCopy(const std::vector<int64_t> &from, const std::string &map,
                    const std::vector<int64_t> &to) {
    NestText nest;
    nest.bounds = to;
    nest.iterators.assign(to.size(), 'p');
    nest.inputs = {makeType(from)};
    nest.outputs = {makeType(to)};
    nest.maps = {map, ""};
    for (size_t d = 0; d < to.size(); ++d) {
      nest.maps[1] += (d ? ", d" : "d") + std::to_string(d);
    }
    nest.init = kZeroInit;
    nest.combine = kCopy;
    nest.epilogue = kPlainEpilogue;
    return nest;
  }
};

TEST_F(ElementwiseTest, Broadcasts) {
  for (int64_t size : sizes) {
    NestText nest = makeCopy({7, size}, "d0, d1", {7, size});
    nest.inputs = {makeType({7, size}), makeType({size}), makeType({7, 1}),
                   makeType({})};
    nest.maps = {"d0, d1", "d1", "d0, 0", "", "d0, d1"};
    nest.combine = "^bb0(%a: f32, %b: f32, %c: f32, %d: f32, %acc: f32):\n"
                   "%p = arith.mulf %b, %c : f32\n"
                   "%s = arith.addf %a, %p : f32\n"
                   "%t = arith.addf %s, %d : f32\n"
                   "loop.yield %t : f32";
    check(nest);
  }
}

TEST_F(ElementwiseTest, ThreeOutputs) {
  for (int64_t size : sizes) {
    NestText nest = makeCopy({size, 5}, "d0, d1", {size, 5});
    nest.outputs = {makeType({size, 5}), makeType({5, size}),
                    makeType({size, 5}, "i32")};
    nest.maps = {"d0, d1", "d0, d1", "d1, d0", "d0, d1"};
    nest.epilogue = "^bb0(%x: f32):\n"
                    "%n = arith.negf %x : f32\n"
                    "%i = arith.fptosi %x : f32 to i32\n"
                    "loop.yield %x, %n, %i : f32, f32, i32";
    check(nest);
  }
}

TEST_F(ElementwiseTest, Transposes) {
  for (size_t i = 0; i < sizes.size(); i += 2) {
    int64_t a = sizes[i], b = sizes[(i * 3 + 1) % sizes.size()], c = 3;
    check(makeCopy({b, a}, "d1, d0", {a, b}));
    check(makeCopy({c, a, b}, "d1, d2, d0", {b, c, a}));
  }
}

TEST_F(ElementwiseTest, Slices) {
  for (int64_t size : sizes) {
    check(makeCopy({3, 2 * size + 1}, "2 - d0, d1 * 2 + 1", {3, size}));
    check(makeCopy({size}, "-d0 + " + std::to_string(size - 1), {size}));
  }
}

/// Indices that stand still or start again inside of a vector.
TEST_F(ElementwiseTest, Divisions) {
  for (int64_t size : {1, 5, 13, 33, 65}) {
    for (int64_t factor : {2, 3, 8}) {
      std::string by = std::to_string(factor);
      int64_t count = (size - 1) / factor + 1;
      check(makeCopy({count}, "d0 floordiv " + by, {size}));
      check(makeCopy({factor}, "d0 mod " + by, {size}));
      check(makeCopy({factor, count}, "d0 mod " + by + ", d0 floordiv " + by,
                     {size}));
      check(makeCopy({count}, "(d0 + 1) floordiv " + by, {size - 1}));
    }
  }
}

TEST_F(ElementwiseTest, DividedOutputs) {
  for (int64_t size : sizes) {
    NestText nest = makeCopy({size * 6}, "d0", {size * 6});
    nest.outputs = {makeType({6, size})};
    nest.maps[1] = "d0 mod 6, d0 floordiv 6";
    check(nest);
  }
}

TEST_F(ElementwiseTest, Gathers) {
  for (int64_t size : sizes) {
    NestText nest = makeCopy({size}, "d0", {size, 6});
    nest.inputs = {makeType({size}, "i32")};
    nest.captured = {makeType({9, 6})};
    nest.combine = "^bb0(%i: i32, %acc: f32):\n"
                   "%p = arith.index_cast %i : i32 to index\n"
                   "%c = loop.index 1\n"
                   "%x = tensor.extract %a1[%p, %c] : tensor<9x6xf32>\n"
                   "loop.yield %x : f32";
    Options options;
    options.counts[0] = 9;
    check(nest, options);
  }
}

/// A border of zeros that is not there in memory.
TEST_F(ElementwiseTest, GuardedReads) {
  for (int64_t size : sizes) {
    std::string last = std::to_string(size - 1);
    NestText nest = makeCopy({}, "", {size + 2});
    nest.inputs.clear();
    nest.maps = {"d0"};
    nest.captured = {makeType({size})};
    nest.combine = "^bb0(%acc: f32):\n"
                   "%one = arith.constant 1 : index\n"
                   "%zero = arith.constant 0 : index\n"
                   "%last = arith.constant " +
                   last +
                   " : index\n"
                   "%d = loop.index 0\n"
                   "%i = arith.subi %d, %one : index\n"
                   "%low = arith.maxsi %i, %zero : index\n"
                   "%at = arith.minsi %low, %last : index\n"
                   "%x = tensor.extract %a0[%at] : tensor<" +
                   makeType({size}) +
                   ">\n"
                   "%in = arith.cmpi eq, %at, %i : index\n"
                   "%r = arith.select %in, %x, %acc : f32\n"
                   "loop.yield %r : f32";
    check(nest);
  }
}

TEST_F(ElementwiseTest, Doubles) {
  for (int64_t size : sizes) {
    NestText nest = makeCopy({}, "d0, d1", {3, size});
    nest.inputs = {makeType({3, size}, "f32")};
    nest.outputs = {makeType({3, size}, "f64")};
    nest.init = "%c = arith.constant 0.0 : f64\nloop.yield %c : f64";
    nest.combine = "^bb0(%x: f32, %acc: f64):\n"
                   "%w = arith.extf %x : f32 to f64\n"
                   "loop.yield %w : f64";
    nest.epilogue = "^bb0(%acc: f64):\nloop.yield %acc : f64";
    check(nest);
  }
}

TEST_F(ElementwiseTest, NoDimensions) {
  NestText nest = makeCopy({}, "", {});
  check(nest);
}

} // namespace
