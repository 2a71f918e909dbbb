// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/PackageTable.h"

#include <gtest/gtest.h>

#include <cstring>
#include <elf.h>
#include <functional>
#include <limits>

namespace tessera {
namespace {

/// A table with all that it points to, in one block of memory that stands for
/// the loaded package; its code is a segment of its own.
struct Loaded {
  tessera_package table = {};
  tessera_tensor_info inputs[1] = {};
  tessera_tensor_info outputs[1] = {};
  tessera_kernel_info kernels[1] = {};
  int64_t dims[2] = {2, 3};
  alignas(64) float weights[16] = {};
  char record[8] = "{}";
  char name[8] = "x";
  char end = 0;

  static int32_t run(const tessera_run_args *) { return 0; }

  Loaded() {
    table.struct_bytes = sizeof table;
    table.abi_version = TESSERA_ABI_VERSION;
    table.num_inputs = table.num_outputs = table.num_kernels = 1;
    table.inputs = inputs;
    table.outputs = outputs;
    table.kernels = kernels;
    table.arena_bytes = 100;
    table.arena_alignment = 64;
    table.weights = weights;
    table.weights_bytes = sizeof weights;
    table.weights_alignment = 64;
    table.build_record = record;
    table.build_record_bytes = 2;
    table.run = run;
    inputs[0] = {name, TESSERA_F32, 2, dims};
    outputs[0] = {name, TESSERA_F32, 0, nullptr};
    kernels[0] = {name, name, name, 0, 0};
  }

  std::string check(const tessera_package *checked) const {
    constexpr uint64_t base = 0x1000;
    ElfImage image;
    ElfSegment data;
    data.address = reinterpret_cast<uintptr_t>(this) - base;
    data.memoryBytes = sizeof *this;
    data.flags = PF_R | PF_W;
    ElfSegment code;
    code.address = reinterpret_cast<uintptr_t>(&run) - base;
    code.memoryBytes = 1;
    code.flags = PF_R | PF_X;
    image.segments = {data, code};
    return checkPackageTable(checked, image, base).message();
  }
};

std::string errorAfter(const std::function<void(Loaded &)> &edit) {
  Loaded loaded;
  edit(loaded);
  return loaded.check(&loaded.table);
}

TEST(PackageTableTest, AcceptsAGoodTable) {
  EXPECT_EQ(errorAfter([](Loaded &) {}), "");
  EXPECT_EQ(errorAfter([](Loaded &loaded) {
              loaded.table.struct_bytes += 8; // a later writer's
              loaded.table.num_inputs = loaded.table.num_kernels = 0;
              loaded.table.inputs = nullptr;
              loaded.table.kernels = nullptr;
              loaded.table.arena_bytes = loaded.table.arena_alignment = 0;
              loaded.table.weights = nullptr;
              loaded.table.weights_bytes = loaded.table.weights_alignment = 0;
              loaded.table.build_record = nullptr;
              loaded.table.build_record_bytes = 0;
            }),
            "");
}

TEST(PackageTableTest, ChecksTheTableItself) {
  Loaded loaded;
  tessera_package elsewhere = loaded.table;
  EXPECT_EQ(loaded.check(&elsewhere), "expected its table inside of the file");
  EXPECT_EQ(loaded.check(nullptr), "expected its table inside of the file");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.abi_version = 77; }),
            "expected package ABI 1 in its table, but got 77");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.struct_bytes = 8; }),
            "expected a table of " + std::to_string(sizeof(tessera_package)) +
                " bytes, but got 8");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.run = nullptr; }),
            "expected its run function inside of the file");
  EXPECT_EQ(errorAfter([](Loaded &bad) {
              std::memcpy(&bad.table.run, &bad.table.weights, sizeof(void *));
            }),
            "expected its run function inside of the file");
}

TEST(PackageTableTest, ChecksSizes) {
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.arena_bytes = ~0ull; }),
            "expected a possible arena size");
  for (uint64_t alignment : {uint64_t{0}, uint64_t{3}, uint64_t{1} << 40}) {
    EXPECT_EQ(
        errorAfter([&](Loaded &bad) { bad.table.arena_alignment = alignment; }),
        "expected a power of two as the arena's alignment");
  }
  const char *weights = "expected its weights inside of the file";
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.weights = nullptr; }),
            weights);
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.weights_bytes = 1 << 20; }),
            weights);
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.weights_bytes = ~0ull; }),
            weights);
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.weights_alignment = 3; }),
            weights);
  EXPECT_EQ(
      errorAfter([](Loaded &bad) { bad.table.weights = bad.weights + 1; }),
      weights);
  const char *record = "expected its build record inside of the file";
  EXPECT_EQ(
      errorAfter([](Loaded &bad) { bad.table.build_record_bytes = ~0ull; }),
      record);
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.build_record_bytes = 1; }),
            record);
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.build_record = nullptr; }),
            record);
}

TEST(PackageTableTest, ChecksTensors) {
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.num_inputs = 1 << 30; }),
            "expected its inputs inside of the file");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.outputs = nullptr; }),
            "expected its outputs inside of the file");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.inputs[0].name = nullptr; }),
            "expected a name for input 0");
  EXPECT_EQ(errorAfter([](Loaded &bad) {
              std::memset(bad.name, 'x', sizeof bad.name);
              bad.end = 'x';
              // Whatever padding follows must not end the text either.
              std::memset(&bad.end, 'x',
                          reinterpret_cast<char *>(&bad + 1) - &bad.end);
            }),
            "expected a name for input 0");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.outputs[0].dtype = 99; }),
            "expected an element type for output 0");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.inputs[0].dims = nullptr; }),
            "expected the dimensions of input 0");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.inputs[0].rank = kMaxRank + 1; }),
            "expected the dimensions of input 0");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.dims[1] = -1; }),
            "expected possible dimensions of input 0");
  EXPECT_EQ(errorAfter([](Loaded &bad) {
              bad.dims[0] = std::numeric_limits<int64_t>::max();
            }),
            "expected possible dimensions of input 0");
}

TEST(PackageTableTest, ChecksKernels) {
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.table.kernels = nullptr; }),
            "expected its kernels inside of the file");
  EXPECT_EQ(errorAfter([](Loaded &bad) { bad.kernels[0].schedule = nullptr; }),
            "expected the texts of kernel 0");
}

} // namespace
} // namespace tessera
