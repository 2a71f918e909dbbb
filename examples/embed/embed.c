/* Part of the Tessera project, under the Apache License v2.0 with LLVM
 * Exceptions. See LICENSE for licence information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Runs a compiled package from plain C, with one header and libdl:
 *
 *   cc -std=c99 -I. examples/embed/embed.c -o embed -ldl
 *   ./embed ./model.so                      all inputs zero
 *   ./embed ./model.so x.bin y.bin          raw bytes, one file for each input
 *
 * It trusts the file: a program that loads packages from elsewhere checks
 * their footer first (runtime/PackageFooter.h says how it is laid out).
 */
#define _POSIX_C_SOURCE 200112L

#include "runtime/tessera_package.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kDtypeNames[] = {
    "invalid", "f16", "bf16", "f32", "f64", "i8",  "i16",
    "i32",     "i64", "u8",   "u16", "u32", "u64", "bool"};
static const size_t kDtypeBytes[] = {0, 2, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1};

static uint64_t countElements(const tessera_tensor_info *info) {
  uint64_t count = 1;
  uint32_t i;
  for (i = 0; i < info->rank; ++i) {
    count *= (uint64_t)info->dims[i];
  }
  return count;
}

static size_t countBytes(const tessera_tensor_info *info) {
  return (size_t)countElements(info) * kDtypeBytes[info->dtype];
}

static void printTensor(const char *kind, const tessera_tensor_info *info) {
  uint32_t i;
  printf("%s %s: %s[", kind, info->name, kDtypeNames[info->dtype]);
  for (i = 0; i < info->rank; ++i) {
    printf("%s%lld", i ? "x" : "", (long long)info->dims[i]);
  }
  printf("]\n");
}

static void printValues(const tessera_tensor_info *info, const void *data) {
  uint64_t count = countElements(info);
  uint64_t i;
  size_t byte;
  printf("%s =", info->name);
  for (i = 0; i < count && i < 8; ++i) {
    switch (info->dtype) {
    case TESSERA_F32:
      printf(" %g", (double)((const float *)data)[i]);
      break;
    case TESSERA_F64:
      printf(" %g", ((const double *)data)[i]);
      break;
    case TESSERA_I32:
      printf(" %ld", (long)((const int32_t *)data)[i]);
      break;
    case TESSERA_I64:
      printf(" %lld", (long long)((const int64_t *)data)[i]);
      break;
    case TESSERA_I8:
      printf(" %d", ((const int8_t *)data)[i]);
      break;
    case TESSERA_U8:
    case TESSERA_BOOL:
      printf(" %d", ((const uint8_t *)data)[i]);
      break;
    default: /* the element's bytes */
      for (byte = 0; byte < kDtypeBytes[info->dtype]; ++byte) {
        printf("%s%02x", byte ? "" : " ",
               ((const uint8_t *)data)[i * kDtypeBytes[info->dtype] + byte]);
      }
      break;
    }
  }
  printf("%s\n", count > 8 ? " ..." : "");
}

/* Zeroed memory, aligned for the package and for its vector loads. */
static void *allocate(size_t alignment, size_t bytes) {
  void *data = NULL;
  if (alignment < 64) {
    alignment = 64;
  }
  if (posix_memalign(&data, alignment, bytes ? bytes : 1) != 0) {
    fprintf(stderr, "embed: cannot allocate %lu bytes\n", (unsigned long)bytes);
    exit(1);
  }
  memset(data, 0, bytes);
  return data;
}

static int readRaw(const char *path, void *data, size_t bytes) {
  FILE *file = fopen(path, "rb");
  size_t got;
  int more;
  if (!file) {
    perror(path);
    return 0;
  }
  got = fread(data, 1, bytes, file);
  more = fgetc(file) != EOF;
  fclose(file);
  if (got != bytes || more) {
    fprintf(stderr, "%s: expected %lu bytes\n", path, (unsigned long)bytes);
    return 0;
  }
  return 1;
}

static const tessera_package *load(const char *path) {
  tessera_get_package_fn get = NULL;
  const tessera_package *package;
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    fprintf(stderr, "%s\n", dlerror());
    return NULL;
  }
  /* C99 has no conversion from an object pointer to a function pointer. */
  *(void **)(&get) = dlsym(object, TESSERA_GET_PACKAGE_SYMBOL);
  if (!get) {
    fprintf(stderr, "%s: not a package: no %s\n", path,
            TESSERA_GET_PACKAGE_SYMBOL);
    return NULL;
  }
  package = get();
  if (package->abi_version != TESSERA_ABI_VERSION) {
    fprintf(stderr, "%s: expected package ABI %u, but got %u\n", path,
            TESSERA_ABI_VERSION, (unsigned)package->abi_version);
    return NULL;
  }
  return package;
}

static int run(const tessera_package *package, char **files, int numFiles) {
  const void **inputs = calloc(package->num_inputs + 1u, sizeof *inputs);
  void **outputs = calloc(package->num_outputs + 1u, sizeof *outputs);
  tessera_run_args args;
  uint32_t i;
  int status;
  if (!inputs || !outputs) {
    return 1;
  }
  for (i = 0; i < package->num_inputs; ++i) {
    size_t bytes = countBytes(&package->inputs[i]);
    void *data = allocate(64, bytes);
    if (numFiles > 0 && !readRaw(files[i], data, bytes)) {
      return 1;
    }
    inputs[i] = data;
  }
  for (i = 0; i < package->num_outputs; ++i) {
    outputs[i] = allocate(64, countBytes(&package->outputs[i]));
  }
  memset(&args, 0, sizeof args);
  args.struct_bytes = sizeof args;
  args.inputs = inputs;
  args.outputs = outputs;
  args.arena =
      allocate((size_t)package->arena_alignment, (size_t)package->arena_bytes);
  args.weights = package->weights;
  status = package->run(&args);
  for (i = 0; i < package->num_outputs && status == 0; ++i) {
    printValues(&package->outputs[i], outputs[i]);
  }
  free(args.arena);
  for (i = 0; i < package->num_inputs; ++i) {
    free((void *)inputs[i]);
  }
  for (i = 0; i < package->num_outputs; ++i) {
    free(outputs[i]);
  }
  free((void *)inputs);
  free(outputs);
  return status;
}

int main(int argc, char **argv) {
  const tessera_package *package;
  uint32_t i;
  if (argc < 2) {
    fprintf(stderr, "usage: %s ./model.so [input.bin ...]\n", argv[0]);
    return 2;
  }
  package = load(argv[1]);
  if (!package) {
    return 1;
  }
  for (i = 0; i < package->num_inputs; ++i) {
    printTensor("input", &package->inputs[i]);
  }
  for (i = 0; i < package->num_outputs; ++i) {
    printTensor("output", &package->outputs[i]);
  }
  if (argc > 2 && (uint32_t)(argc - 2) != package->num_inputs) {
    fprintf(stderr, "%s: expected %u input files, but got %d\n", argv[1],
            (unsigned)package->num_inputs, argc - 2);
    return 2;
  }
  return run(package, argv + 2, argc - 2);
}
