//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "tests/runner/NestText.h"

using namespace mlir::tessera;
using Strings = std::vector<std::string>;

static std::string join(const Strings &parts) {
  std::string text;
  for (const std::string &part : parts) {
    text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

/// "%a2, %a3" and "%a2: tensor<T>, ..." of `types`, counted from `first`.
static Strings makeNames(size_t first, size_t count) {
  Strings names;
  for (size_t i = 0; i < count; ++i) {
    names.push_back("%a" + std::to_string(first + i));
  }
  return names;
}

static Strings makeTensors(const Strings &types) {
  Strings tensors;
  for (const std::string &type : types) {
    tensors.push_back("tensor<" + type + ">");
  }
  return tensors;
}

static std::string makeOperands(const Strings &names, const Strings &types) {
  return names.empty() ? "" : join(names) + " : " + join(makeTensors(types));
}

std::string mlir::tessera::makeType(const std::vector<int64_t> &shape,
                                    const std::string &element) {
  std::string text;
  for (int64_t size : shape) {
    text += std::to_string(size) + "x";
  }
  return text + element;
}

std::string NestText::str() const {
  Strings dims, sizes, kinds, mapTexts;
  for (size_t d = 0; d < bounds.size(); ++d) {
    dims.push_back("d" + std::to_string(d));
    sizes.push_back(std::to_string(bounds[d]));
    kinds.push_back(iterators[d] == 'p' ? "#loop<iterator parallel>"
                                        : "#loop<iterator reduction>");
  }
  for (const std::string &map : maps) {
    mapTexts.push_back("affine_map<(" + join(dims) + ") -> (" + map + ")>");
  }
  Strings types = inputs;
  types.insert(types.end(), epilogueInputs.begin(), epilogueInputs.end());
  types.insert(types.end(), captured.begin(), captured.end());
  Strings names = makeNames(0, types.size());
  Strings destinations = makeNames(types.size(), outputs.size());
  Strings parameters, arguments;
  for (size_t i = 0; i < types.size(); ++i) {
    arguments.push_back(names[i] + ": tensor<" + types[i] + ">");
  }
  parameters = arguments;
  for (size_t i = 0; i < outputs.size(); ++i) {
    parameters.push_back(destinations[i] + ": tensor<" + outputs[i] + ">");
  }
  std::string results = join(makeTensors(outputs));
  Strings values;
  for (size_t i = 0; i < outputs.size(); ++i) {
    values.push_back("%r#" + std::to_string(i));
  }
  std::string count = ":" + std::to_string(outputs.size());
  return "loop.program @kernel(" + join(parameters) + ") -> (" + results +
         ") {\n%r" + count + " = loop.nest bounds [" + join(sizes) +
         "] iterators [" + join(kinds) + "]\nmaps [" + join(mapTexts) +
         "]\nins(" + makeOperands(makeNames(0, inputs.size()), inputs) +
         ") epilogue_ins(" +
         makeOperands(makeNames(inputs.size(), epilogueInputs.size()),
                      epilogueInputs) +
         ") outs(" + makeOperands(destinations, outputs) + ")\ninit {\n" +
         init + "\n} combine {\n" + combine + "\n} epilogue {\n" + epilogue +
         "\n} -> " + results + "\nloop.return " + join(values) + " : " +
         results + "\n}\nfunc.func @main(" + join(arguments) + ") -> (" +
         results + ") {\n%r" + count + " = loop.call @kernel(" + join(names) +
         ") : (" + join(makeTensors(types)) + ") -> (" + results +
         ")\nreturn " + join(values) + " : " + results + "\n}\n";
}
