/* Part of the Tessera project, under the Apache License v2.0 with LLVM
 * Exceptions. See LICENSE for licence information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * usage: run_package PACKAGE OUT.bin
 *            runs a package on the same pseudo-random inputs in every call and
 *            on every CPU: floats in [-1, 1), integers 0 and 1
 *        run_package --record PACKAGE
 *            prints the build record of the program that this CPU would run
 *        run_package --compare A.bin B.bin
 *            exit code 1 where floats differ by more than 1e-4 + 1e-3 * |B|
 */
#define _POSIX_C_SOURCE 200112L

#include "runtime/tessera_package.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, const char *name) {
  fprintf(stderr, "error: %s: %s\n", name, what);
  return 1;
}

static uint64_t countElements(const tessera_tensor_info *info) {
  uint64_t count = 1;
  uint32_t i;
  for (i = 0; i < info->rank; ++i) {
    count *= (uint64_t)info->dims[i];
  }
  return count;
}

/* 64-byte aligned, or NULL. */
static void *allocate(uint64_t bytes) {
  void *memory = NULL;
  return posix_memalign(&memory, 4096, bytes + 64) == 0 ? memory : NULL;
}

static int fill(const tessera_tensor_info *info, void *memory,
                uint64_t *state) {
  uint64_t i, count = countElements(info);
  for (i = 0; i < count; ++i) {
    uint32_t bits;
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    bits = (uint32_t)(*state >> 40);
    if (info->dtype == TESSERA_F32) {
      ((float *)memory)[i] = (float)bits / 8388608.0f - 1.0f;
    } else if (info->dtype == TESSERA_I64) {
      ((int64_t *)memory)[i] = bits & 1;
    } else {
      return fail("expected inputs of f32 or i64", info->name);
    }
  }
  return 0;
}

/* NULL after an error message. */
static const tessera_package *load(const char *path) {
  const tessera_package *(*getPackage)(void);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fail(dlerror(), path);
    return NULL;
  }
  *(void **)&getPackage = dlsym(library, TESSERA_GET_PACKAGE_SYMBOL);
  if (!getPackage) {
    fail("expected a package", path);
    return NULL;
  }
  return getPackage();
}

static int run(const char *path, const char *outputPath) {
  const tessera_package *package = load(path);
  tessera_run_args args;
  const void **inputs;
  void **outputs;
  uint64_t state = 1;
  uint32_t i;
  FILE *file;
  if (!package) {
    return 1;
  }
  inputs = calloc(package->num_inputs + 1, sizeof(void *));
  outputs = calloc(package->num_outputs + 1, sizeof(void *));
  for (i = 0; i < package->num_inputs; ++i) {
    const tessera_tensor_info *info = &package->inputs[i];
    void *memory = allocate(countElements(info) * 8);
    inputs[i] = memory;
    if (fill(info, memory, &state) != 0) {
      return 1;
    }
  }
  for (i = 0; i < package->num_outputs; ++i) {
    if (package->outputs[i].dtype != TESSERA_F32) {
      return fail("expected outputs of f32", package->outputs[i].name);
    }
    outputs[i] = allocate(countElements(&package->outputs[i]) * sizeof(float));
  }
  memset(&args, 0, sizeof(args));
  args.struct_bytes = sizeof(args);
  args.inputs = inputs;
  args.outputs = outputs;
  args.arena = allocate(package->arena_bytes);
  args.weights = package->weights;
  if (package->run(&args) != 0) {
    return fail("the package refused its arguments", path);
  }
  file = fopen(outputPath, "wb");
  if (!file) {
    return fail("cannot be written", outputPath);
  }
  for (i = 0; i < package->num_outputs; ++i) {
    uint64_t count = countElements(&package->outputs[i]);
    if (fwrite(outputs[i], sizeof(float), count, file) != count) {
      return fail("cannot be written", outputPath);
    }
  }
  return fclose(file) == 0 ? 0 : fail("cannot be written", outputPath);
}

static int compare(const char *pathA, const char *pathB) {
  float a, b;
  uint64_t count = 0, outside = 0;
  FILE *fileA = fopen(pathA, "rb"), *fileB = fopen(pathB, "rb");
  size_t gotA, gotB;
  if (!fileA || !fileB) {
    return fail("cannot be read", fileA ? pathB : pathA);
  }
  while ((gotA = fread(&a, sizeof(a), 1, fileA)) +
             (gotB = fread(&b, sizeof(b), 1, fileB)) ==
         2) {
    ++count;
    /* NaN is outside as well. */
    outside += !(fabsf(a - b) <= 1e-4f + 1e-3f * fabsf(b));
  }
  if (gotA || gotB || count == 0) {
    return fail("expected as many values as in the other file", pathA);
  }
  printf("%llu of %llu values outside\n", (unsigned long long)outside,
         (unsigned long long)count);
  return outside > 0;
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "--compare") == 0) {
    return compare(argv[2], argv[3]);
  }
  if (argc == 3 && strcmp(argv[1], "--record") == 0) {
    const tessera_package *package = load(argv[2]);
    return package ? puts(package->build_record) < 0 : 1;
  }
  if (argc == 3) {
    return run(argv[1], argv[2]);
  }
  fprintf(stderr, "usage: run_package PACKAGE OUT.bin | --record PACKAGE | "
                  "--compare A B\n");
  return 2;
}
