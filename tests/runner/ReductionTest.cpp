//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/ScheduleTestFixture.h"

using namespace mlir::tessera;

namespace {

class ReductionTest : public ScheduleTest {
protected:
  /// rows x columns to one number for each row, or each column.
  NestText makeReduction(int64_t rows, int64_t columns, bool ofRows) {
    NestText nest;
    nest.bounds = {rows, columns};
    nest.iterators = ofRows ? "pr" : "rp";
    nest.inputs = {makeType({rows, columns})};
    nest.outputs = {makeType({ofRows ? rows : columns})};
    nest.maps = {"d0, d1", ofRows ? "d0" : "d1"};
    nest.init = "%c = arith.constant 3.0 : f32\nloop.yield %c : f32";
    nest.combine = kAdd;
    nest.epilogue = kPlainEpilogue;
    return nest;
  }
};

TEST_F(ReductionTest, Sums) {
  for (int64_t size : sizes) {
    check(makeReduction(3, size, true));
    check(makeReduction(size, 6, true));
    check(makeReduction(size, 6, false));
    check(makeReduction(9, size, false));
  }
}

TEST_F(ReductionTest, LongSums) {
  for (int64_t size : {127, 128, 129, 300, 1000}) {
    check(makeReduction(2, size, true));
    check(makeReduction(size, 9, false));
  }
}

TEST_F(ReductionTest, OfNothing) {
  check(makeReduction(0, 6, false));
  check(makeReduction(6, 0, true));
}

TEST_F(ReductionTest, OtherCombinations) {
  for (const char *op :
       {"arith.mulf", "arith.maximumf", "arith.minimumf", "arith.subf"}) {
    for (int64_t size : {1, 7, 17, 33}) {
      for (bool ofRows : {false, true}) {
        NestText nest =
            makeReduction(ofRows ? 3 : size, ofRows ? size : 3, ofRows);
        nest.combine = "^bb0(%x: f32, %acc: f32):\n%s = " + std::string(op) +
                       " %acc, %x : f32\nloop.yield %s : f32";
        Options options;
        options.counts[0] = 3; // products of 0, 1, 2 stay exact
        check(nest, options);
      }
    }
  }
}

TEST_F(ReductionTest, Integers) {
  for (const char *op :
       {"arith.addi", "arith.muli", "arith.maxsi", "arith.minsi", "arith.maxui",
        "arith.minui", "arith.andi", "arith.ori", "arith.xori"}) {
    for (const char *type : {"i8", "i32", "i64"}) {
      NestText nest = makeReduction(3, 37, true);
      nest.inputs = {makeType({3, 37}, type)};
      nest.outputs = {makeType({3}, type)};
      std::string of = std::string(" : ") + type + "\n";
      nest.init = "%c = arith.constant 3" + of + "loop.yield %c" + of;
      nest.combine = std::string("^bb0(%x: ") + type + ", %acc: " + type +
                     "):\n%s = " + op + " %acc, %x" + of + "loop.yield %s" + of;
      nest.epilogue =
          std::string("^bb0(%acc: ") + type + "):\nloop.yield %acc" + of;
      check(nest);
    }
  }
}

/// Both sums and squares: two accumulators, an epilogue that needs both.
TEST_F(ReductionTest, TwoSums) {
  for (int64_t size : sizes) {
    for (bool ofRows : {false, true}) {
      NestText nest = makeReduction(size, 11, ofRows);
      nest.outputs.push_back(nest.outputs[0]);
      nest.maps.push_back(nest.maps[1]);
      nest.init = "%c = arith.constant 0.0 : f32\nloop.yield %c, %c : f32, f32";
      nest.combine = "^bb0(%x: f32, %sum: f32, %squares: f32):\n"
                     "%s = arith.addf %sum, %x : f32\n"
                     "%q = arith.mulf %x, %x : f32\n"
                     "%t = arith.addf %squares, %q : f32\n"
                     "loop.yield %s, %t : f32, f32";
      nest.epilogue = "^bb0(%sum: f32, %squares: f32):\n"
                      "%d = arith.subf %squares, %sum : f32\n"
                      "loop.yield %sum, %d : f32, f32";
      check(nest);
    }
  }
}

/// The first of equal ones wins, whatever the schedule.
TEST_F(ReductionTest, LargestAndWhere) {
  for (int64_t size : sizes) {
    for (bool ofRows : {false, true}) {
      NestText nest =
          makeReduction(ofRows ? 4 : size, ofRows ? size : 4, ofRows);
      nest.outputs.push_back(makeType({4}, "i64"));
      nest.maps.push_back(nest.maps[1]);
      nest.init = "%c = arith.constant 0xFF800000 : f32\n"
                  "%i = arith.constant 0 : i64\n"
                  "loop.yield %c, %i : f32, i64";
      nest.combine = std::string("^bb0(%x: f32, %best: f32, %at: i64):\n") +
                     "%i = loop.index " + (ofRows ? "1" : "0") +
                     "\n%w = arith.index_cast %i : index to i64\n"
                     "%m = arith.cmpf ogt, %x, %best : f32\n"
                     "%b = arith.select %m, %x, %best : f32\n"
                     "%n = arith.select %m, %w, %at : i64\n"
                     "loop.yield %b, %n : f32, i64";
      nest.epilogue = "^bb0(%best: f32, %at: i64):\n"
                      "loop.yield %best, %at : f32, i64";
      check(nest);
    }
  }
}

/// Windows in two dimensions that overlap, as pooling has them.
TEST_F(ReductionTest, Pooling) {
  for (int64_t channels : sizes) {
    NestText nest;
    nest.bounds = {3, 4, channels, 3, 2};
    nest.iterators = "ppprr";
    nest.inputs = {makeType({3 * 2 + 1, 4 + 1, channels})};
    nest.outputs = {makeType({3, 4, channels})};
    nest.maps = {"d0 * 2 + d3, d1 + d4, d2", "d0, d1, d2"};
    nest.init = "%c = arith.constant 0xFF800000 : f32\nloop.yield %c : f32";
    nest.combine = "^bb0(%x: f32, %acc: f32):\n"
                   "%s = arith.maximumf %acc, %x : f32\n"
                   "loop.yield %s : f32";
    nest.epilogue = kPlainEpilogue;
    check(nest);
  }
}

/// An accumulator that depends on where the point is.
TEST_F(ReductionTest, IndexInEveryRegion) {
  for (int64_t size : sizes) {
    for (bool ofRows : {false, true}) {
      NestText nest =
          makeReduction(ofRows ? size : 3, ofRows ? 3 : size, ofRows);
      std::string dim = ofRows ? "0" : "1";
      auto indexOf = [](const std::string &dim, const std::string &name) {
        return "%" + name + " = loop.index " + dim + "\n%" + name +
               "w = arith.index_cast %" + name + " : index to i32\n%" + name +
               "f = arith.sitofp %" + name + "w : i32 to f32\n";
      };
      nest.init = indexOf(dim, "i") + "loop.yield %if : f32";
      nest.combine = "^bb0(%x: f32, %acc: f32):\n" + indexOf("0", "i") +
                     indexOf("1", "j") +
                     "%p = arith.mulf %if, %x : f32\n"
                     "%q = arith.addf %p, %jf : f32\n"
                     "%s = arith.addf %acc, %q : f32\n"
                     "loop.yield %s : f32";
      nest.epilogue = "^bb0(%acc: f32):\n" + indexOf(dim, "i") +
                      "%r = arith.subf %acc, %if : f32\nloop.yield %r : f32";
      check(nest);
    }
  }
}

} // namespace
