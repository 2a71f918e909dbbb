//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/ScheduleTestFixture.h"

using namespace mlir::tessera;

namespace {

class ContractionTest : public ScheduleTest {
protected:
  /// Three of the sizes, the first one `size`.
  std::vector<int64_t> makeBounds(size_t i) {
    return {sizes[i], sizes[(i * 7 + 3) % sizes.size()],
            sizes[(i * 5 + 6) % sizes.size()]};
  }

  NestText makeProduct(std::vector<int64_t> bounds) {
    NestText nest;
    int64_t m = bounds[0], n = bounds[1], k = bounds[2];
    nest.bounds = bounds;
    nest.iterators = "ppr";
    nest.inputs = {makeType({m, k}), makeType({k, n})};
    nest.outputs = {makeType({m, n})};
    nest.maps = {"d0, d2", "d2, d1", "d0, d1"};
    nest.init = kZeroInit;
    nest.combine = kMultiplyAdd;
    nest.epilogue = kPlainEpilogue;
    return nest;
  }

  /// Channels-last, stride 2 by 1, filters [height][width][in][out].
  NestText makeConvolution(int64_t size, int64_t channels, int64_t filters) {
    NestText nest;
    nest.bounds = {2, size, filters, 3, 2, channels};
    nest.iterators = "ppprrr";
    nest.inputs = {makeType({2 * 2 + 1, size + 1, channels}),
                   makeType({3, 2, channels, filters})};
    nest.epilogueInputs = {makeType({filters})};
    nest.outputs = {makeType({2, size, filters})};
    nest.maps = {"d0 * 2 + d3, d1 + d4, d5", "d3, d4, d5, d2", "d2",
                 "d0, d1, d2"};
    nest.init = kZeroInit;
    nest.combine = kMultiplyAdd;
    nest.epilogue = "^bb0(%acc: f32, %bias: f32):\n"
                    "%s = arith.addf %acc, %bias : f32\n"
                    "%zero = arith.constant 0.0 : f32\n"
                    "%r = arith.maximumf %s, %zero : f32\n"
                    "loop.yield %r : f32";
    return nest;
  }
};

TEST_F(ContractionTest, Product) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    check(makeProduct(makeBounds(i)));
  }
}

TEST_F(ContractionTest, ProductWithTransposedOperand) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    NestText nest = makeProduct(makeBounds(i));
    nest.inputs[1] = makeType({nest.bounds[1], nest.bounds[2]});
    nest.maps[1] = "d1, d2";
    check(nest);
  }
}

TEST_F(ContractionTest, ProductIntoTransposedResult) {
  for (size_t i = 0; i < sizes.size(); i += 2) {
    NestText nest = makeProduct(makeBounds(i));
    nest.outputs[0] = makeType({nest.bounds[1], nest.bounds[0]});
    nest.maps[2] = "d1, d0";
    check(nest);
  }
}

TEST_F(ContractionTest, PackedProduct) {
  Options options;
  options.packed = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    check(makeProduct(makeBounds(i)), options);
  }
}

TEST_F(ContractionTest, PackedLeftOperand) {
  Options options;
  options.packed = 0;
  for (size_t i = 1; i < sizes.size(); i += 3) {
    check(makeProduct(makeBounds(i)), options);
  }
}

TEST_F(ContractionTest, LongReduction) {
  // Chunks of sums end before, at and behind a chunk's end.
  for (int64_t k : {255, 256, 257, 300, 700}) {
    check(makeProduct({3, 17, k}));
  }
}

TEST_F(ContractionTest, BlockedReduction) {
  // Long enough for blocks of several cache lines and a rest, and for panels
  // to be fetched ahead by several tiles.
  Options options;
  options.packed = 1;
  options.numSchedules = 12;
  for (int64_t k : {16, 33, 100, 300}) {
    check(makeProduct({19, 37, k}), options);
  }
  check(makeConvolution(9, 20, 37), options);
}

TEST_F(ContractionTest, EmptyReduction) { check(makeProduct({3, 17, 0})); }

TEST_F(ContractionTest, EmptyResult) { check(makeProduct({0, 17, 5})); }

TEST_F(ContractionTest, MatrixByVector) {
  for (int64_t size : sizes) {
    NestText nest = makeProduct({size, 1, 33});
    nest.bounds = {size, 33};
    nest.iterators = "pr";
    nest.inputs = {makeType({size, 33}), makeType({33})};
    nest.outputs = {makeType({size})};
    nest.maps = {"d0, d1", "d1", "d0"};
    check(nest);
  }
}

TEST_F(ContractionTest, Batched) {
  for (size_t i = 0; i < sizes.size(); i += 3) {
    std::vector<int64_t> bounds = makeBounds(i);
    NestText nest = makeProduct(bounds);
    int64_t m = bounds[0], n = bounds[1], k = bounds[2];
    nest.bounds = {3, m, n, k};
    nest.iterators = "pppr";
    nest.inputs = {makeType({3, m, k}), makeType({3, k, n})};
    nest.outputs = {makeType({3, m, n})};
    nest.maps = {"d0, d1, d3", "d0, d3, d2", "d0, d1, d2"};
    Options options;
    options.packed = 1;
    check(nest, options);
  }
}

TEST_F(ContractionTest, Convolution) {
  Options options;
  options.packed = 1;
  for (size_t i = 0; i < sizes.size(); i += 2) {
    check(makeConvolution(sizes[i], 3, sizes[sizes.size() - 1 - i]), options);
  }
}

TEST_F(ContractionTest, ConvolutionWithExponential) {
  // Emitted once for all rows of a tile. exp(0) is exact.
  Options options;
  options.packed = 1;
  for (size_t i = 0; i < sizes.size(); i += 2) {
    NestText nest = makeConvolution(sizes[i], 3, sizes[sizes.size() - 1 - i]);
    nest.epilogue = "^bb0(%acc: f32, %bias: f32):\n"
                    "%zero = arith.constant 0.0 : f32\n"
                    "%none = arith.mulf %acc, %zero : f32\n"
                    "%one = math.exp %none : f32\n"
                    "%s = arith.addf %acc, %bias : f32\n"
                    "%r = arith.addf %s, %one : f32\n"
                    "loop.yield %r : f32";
    check(nest, options);
  }
}

TEST_F(ContractionTest, Depthwise) {
  for (int64_t channels : sizes) {
    NestText nest = makeConvolution(5, 1, channels);
    nest.bounds = {2, 5, channels, 3, 2};
    nest.iterators = "ppprr";
    nest.inputs = {makeType({2 * 2 + 1, 5 + 1, channels}),
                   makeType({3, 2, channels})};
    nest.maps = {"d0 * 2 + d3, d1 + d4, d2", "d3, d4, d2", "d2", "d0, d1, d2"};
    check(nest);
  }
}

TEST_F(ContractionTest, Bytes) {
  for (size_t i = 0; i < sizes.size(); i += 2) {
    NestText nest = makeProduct(makeBounds(i));
    int64_t m = nest.bounds[0], n = nest.bounds[1], k = nest.bounds[2];
    nest.inputs = {makeType({m, k}, "i8"), makeType({k, n}, "i8")};
    nest.outputs = {makeType({m, n}, "i32")};
    nest.init = "%c = arith.constant 0 : i32\nloop.yield %c : i32";
    nest.combine = "^bb0(%x: i8, %y: i8, %acc: i32):\n"
                   "%a = arith.extsi %x : i8 to i32\n"
                   "%b = arith.extsi %y : i8 to i32\n"
                   "%p = arith.muli %a, %b : i32\n"
                   "%s = arith.addi %acc, %p : i32\n"
                   "loop.yield %s : i32";
    nest.epilogue = "^bb0(%acc: i32):\nloop.yield %acc : i32";
    Options options;
    options.packed = 1;
    check(nest, options);
  }
}

} // namespace
