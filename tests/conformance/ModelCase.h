// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One model with inputs and expected outputs: compiled for this machine, run,
// compared.
//
// An outcome is one line: "pass", "bound-pass" (shape operands were compiled
// in), "refused: <why it does not compile>", "wrong: <the worst element>".
//
// Thread safety: one thread at a time.
#ifndef TESSERA_TESTS_CONFORMANCE_MODEL_CASE_H
#define TESSERA_TESTS_CONFORMANCE_MODEL_CASE_H

#include "tools/tessera/ModelLoader.h"
#include "tools/tessera/TensorComparison.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tessera::conformance {

struct CaseOptions {
  /// The optimisation level.
  unsigned level = 2;
  tool::Tolerance tolerance;
};

/// A folder in the layout of ONNX's node tests: model.onnx and one or several
/// test_data_set_N with input_N.pb and output_N.pb.
std::string runOnnxFolder(const std::string &folder,
                          const CaseOptions &options);

/// A folder with io.json, which names a model below `root` and the .npy files
/// of its inputs and outputs.
std::string runExpectedFolder(const std::string &root,
                              const std::string &folder,
                              const CaseOptions &options);

/// `outcome` without what differs from test to test: file names, names in
/// quotes, numbers. For counting.
std::string generalizeOutcome(const std::string &outcome);

/// Whether `outcome` is a pass, bound or not.
bool isPass(const std::string &outcome);

} // namespace tessera::conformance

#endif // TESSERA_TESTS_CONFORMANCE_MODEL_CASE_H
