//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
///
/// \file
/// Modules with one nest, as text.
///
//===----------------------------------------------------------------------===//

#ifndef TESSERA_TESTS_RUNNER_NESTTEXT_H
#define TESSERA_TESTS_RUNNER_NESTTEXT_H

#include <cstdint>
#include <string>
#include <vector>

namespace mlir::tessera {

/// A nest in a program @kernel that a function @main calls. Inputs are %a0,
/// %a1, ... in the order inputs, epilogue inputs, captured tensors.
struct NestText {
  std::vector<int64_t> bounds;
  /// 'p' or 'r' for each dimension.
  std::string iterators;
  /// Types without "tensor<>", such as "4x8xf32".
  std::vector<std::string> inputs, epilogueInputs, captured, outputs;
  /// Of inputs, epilogue inputs and outputs: results over d0, d1, ...
  std::vector<std::string> maps;
  /// Regions' contents, the block's arguments included.
  std::string init, combine, epilogue;

  std::string str() const;
};

/// "4x8xf32" of {4, 8}.
std::string makeType(const std::vector<int64_t> &shape,
                     const std::string &element = "f32");

/// Regions that start at 0 and store what they have, of one accumulator.
inline const char *const kZeroInit = "%c = arith.constant 0.0 : f32\n"
                                     "loop.yield %c : f32";
inline const char *const kPlainEpilogue = "^bb0(%acc: f32):\n"
                                          "loop.yield %acc : f32";
/// acc + x * y, acc + x, and x.
inline const char *const kMultiplyAdd = "^bb0(%x: f32, %y: f32, %acc: f32):\n"
                                        "%p = arith.mulf %x, %y : f32\n"
                                        "%s = arith.addf %acc, %p : f32\n"
                                        "loop.yield %s : f32";
inline const char *const kAdd = "^bb0(%x: f32, %acc: f32):\n"
                                "%s = arith.addf %acc, %x : f32\n"
                                "loop.yield %s : f32";
inline const char *const kCopy = "^bb0(%x: f32, %acc: f32):\n"
                                 "loop.yield %x : f32";

} // namespace mlir::tessera

#endif // TESSERA_TESTS_RUNNER_NESTTEXT_H
