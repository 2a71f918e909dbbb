// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: run_corpus [--mutations=N] FILE...
//
// The main function of a fuzz target without libFuzzer: runs each file, and N
// copies of it that are cut off or have changed bytes, the same in every call.

#include "tests/fuzz/FuzzTarget.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace {

void runOne(const std::string &bytes) {
  (void)LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()),
                               bytes.size());
}

/// Every fourth is cut off; the others have one to eight changed bytes.
std::string mutate(std::string bytes, unsigned seed) {
  std::mt19937 random(seed);
  if (bytes.empty()) {
    return bytes;
  }
  if (seed % 4 == 0) {
    bytes.resize(random() % bytes.size());
    return bytes;
  }
  for (unsigned left = 1 + random() % 8; left > 0; --left) {
    bytes[random() % bytes.size()] = static_cast<char>(random());
  }
  return bytes;
}

} // namespace

int main(int argc, char **argv) {
  unsigned numMutations = 0, numFiles = 0;
  constexpr char option[] = "--mutations=";
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], option, sizeof option - 1) == 0) {
      numMutations = static_cast<unsigned>(
          std::strtoul(argv[i] + sizeof option - 1, nullptr, 10));
      continue;
    }
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "%s: cannot be opened\n", argv[i]);
      return 1;
    }
    // Seen by whoever looks for what crashed.
    std::fprintf(stderr, "%s\n", argv[i]);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    runOne(bytes);
    for (unsigned seed = 0; seed < numMutations; ++seed) {
      runOne(mutate(bytes, seed));
    }
    ++numFiles;
  }
  std::printf("%u files, each with %u mutations\n", numFiles, numMutations);
  return numFiles > 0 ? 0 : 1;
}
