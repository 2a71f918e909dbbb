/* Part of the Tessera project, under the Apache License v2.0 with LLVM
 * Exceptions. See LICENSE for licence information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A package as the compiler makes it, small enough to be written by hand, for
 * the runtime's own tests: sum = (x + y) * weights, count = number of x below
 * 0, through an arena and a parallel loop.
 *
 * FAKE_ABI_VERSION is the version that the table claims. With
 * FAKE_UNDEFINED_SYMBOL it calls a function that nobody defines.
 */
#include "runtime/tessera_package.h"

#include <stddef.h>

#ifndef FAKE_ABI_VERSION
#define FAKE_ABI_VERSION TESSERA_ABI_VERSION
#endif

enum { kElements = 6 };

static const float kWeights[kElements]
    __attribute__((aligned(4096))) = {1, 2, 3, 4, 5, 6};

static const int64_t kDims[] = {2, 3};

static const tessera_tensor_info kInputs[] = {
    {"x", TESSERA_F32, 2, kDims},
    {"y\n", TESSERA_F32, 2, kDims},
};

static const tessera_tensor_info kOutputs[] = {
    {"sum", TESSERA_F32, 2, kDims},
    {"count", TESSERA_I64, 0, NULL},
};

static const tessera_kernel_info kKernels[] = {
    {"add_0", "Add_1;Relu_2", "#loop.schedule<tile = [2, 3]>", 6, 72},
    {"scale_1", "Mul_3", "#loop.schedule<tile = [1]>", 6, 72},
};

static const char kBuildRecord[] = "{\"source\": \"fake\"}";

typedef struct {
  const float *x;
  const float *y;
  float *sum;
} add_context;

static void addRange(void *opaque, int64_t begin, int64_t end) {
  const add_context *context = (const add_context *)opaque;
  for (int64_t i = begin; i < end; ++i) {
    context->sum[i] = context->x[i] + context->y[i];
  }
}

#ifdef FAKE_UNDEFINED_SYMBOL
void nobody_has_this(void);
#endif

static void profile(const tessera_run_args *args, uint32_t index,
                    uint32_t begin) {
  if (args->profile) {
    args->profile(args->profile_context, index, begin);
  }
}

static int32_t run(const tessera_run_args *args) {
  if (args->struct_bytes < sizeof *args) {
    return 1;
  }
#ifdef FAKE_UNDEFINED_SYMBOL
  nobody_has_this();
#endif
  add_context context;
  context.x = (const float *)args->inputs[0];
  context.y = (const float *)args->inputs[1];
  context.sum = (float *)args->arena;
  profile(args, 0, 1);
  if (args->parallel_for) {
    args->parallel_for(args->pool, addRange, &context, kElements);
  } else {
    addRange(&context, 0, kElements);
  }
  profile(args, 0, 0);
  profile(args, 1, 1);
  const float *weights = (const float *)args->weights;
  float *sum = (float *)args->outputs[0];
  int64_t *count = (int64_t *)args->outputs[1];
  *count = 0;
  for (int i = 0; i < kElements; ++i) {
    sum[i] = context.sum[i] * weights[i];
    *count += context.x[i] < 0;
  }
  profile(args, 1, 0);
  return 0;
}

static const tessera_package kPackage = {
    sizeof(tessera_package),
    FAKE_ABI_VERSION,
    2,
    2,
    2,
    kInputs,
    kOutputs,
    kKernels,
    kElements * sizeof(float),
    64,
    kWeights,
    sizeof kWeights,
    4096,
    kBuildRecord,
    sizeof kBuildRecord - 1,
    run,
};

__attribute__((visibility("default"))) const tessera_package *
tessera_get_package(void);

const tessera_package *tessera_get_package(void) { return &kPackage; }
