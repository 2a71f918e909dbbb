/* Part of the Tessera project, under the Apache License v2.0 with LLVM
 * Exceptions. See LICENSE for licence information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The C ABI of a compiled package.
 *
 * A package is one ELF shared object that needs nothing: no libc, no libm, no
 * runtime library. It exports exactly one function, `tessera_get_package`,
 * which returns a table that lives as long as the object stays loaded. This
 * header has no dependencies beyond a C99 compiler.
 *
 * Thread safety: the table is immutable. `run` may be called from several
 * threads at once as long as every call brings its own arena and outputs.
 *
 * Example (see examples/embed):
 *   void *so = dlopen("./model.so", RTLD_NOW | RTLD_LOCAL);
 *   tessera_get_package_fn get = dlsym(so, TESSERA_GET_PACKAGE_SYMBOL);
 *   const tessera_package *package = get();
 *   tessera_run_args args = {0};
 *   args.struct_bytes = sizeof args;
 *   args.inputs = inputs; args.outputs = outputs;
 *   args.arena = aligned_alloc(package->arena_alignment, package->arena_bytes);
 *   args.weights = package->weights;
 *   package->run(&args);
 *
 * A loader that does not trust a file reads its footer first: see
 * runtime/PackageFooter.h.
 */
#ifndef TESSERA_PACKAGE_H
#define TESSERA_PACKAGE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever a package of one version cannot run under the other. */
#define TESSERA_ABI_VERSION 1u

#define TESSERA_GET_PACKAGE_SYMBOL "tessera_get_package"

/* Element types. Values are part of the ABI: append only. */
typedef enum tessera_dtype {
  TESSERA_INVALID = 0,
  TESSERA_F16 = 1,
  TESSERA_BF16 = 2,
  TESSERA_F32 = 3,
  TESSERA_F64 = 4,
  TESSERA_I8 = 5,
  TESSERA_I16 = 6,
  TESSERA_I32 = 7,
  TESSERA_I64 = 8,
  TESSERA_U8 = 9,
  TESSERA_U16 = 10,
  TESSERA_U32 = 11,
  TESSERA_U64 = 12,
  TESSERA_BOOL = 13 /* one byte, 0 or 1 */
} tessera_dtype;

/* One input or output: dense, row major. */
typedef struct tessera_tensor_info {
  const char *name; /* the model's own name, UTF-8, never NULL */
  uint32_t dtype;   /* a tessera_dtype */
  uint32_t rank;
  const int64_t *dims; /* `rank` sizes, NULL when rank is 0 */
} tessera_tensor_info;

/* One kernel, in the order of the host function's calls. */
typedef struct tessera_kernel_info {
  const char *name;     /* unique in the package */
  const char *sources;  /* the model's node names it computes, ';'-separated */
  const char *schedule; /* the schedule attribute as text */
  uint64_t flops;       /* arithmetic operations of one call; 0 if unknown */
  uint64_t bytes;       /* bytes of its operands and results */
} tessera_kernel_info;

/* Runs iterations [begin, end) of a parallel loop. */
typedef void (*tessera_loop_body)(void *context, int64_t begin, int64_t end);

/* Calls `body(context, b, e)` for disjoint ranges that together cover
 * [0, count), each exactly once, on any threads, and returns when all are done.
 * `pool` is tessera_run_args.pool. The caller of `run` may supply its own. */
typedef void (*tessera_parallel_for)(void *pool, tessera_loop_body body,
                                     void *context, int64_t count);

/* Called on the thread that runs the host function, before (`begin` = 1) and
 * after (`begin` = 0) kernel `index` of tessera_package.kernels. */
typedef void (*tessera_profile_hook)(void *context, uint32_t index,
                                     uint32_t begin);

typedef struct tessera_run_args {
  uint64_t struct_bytes;     /* sizeof(tessera_run_args) */
  const void *const *inputs; /* num_inputs pointers; alignment: element's */
  void *const *outputs;      /* num_outputs pointers; must not overlap the
                                inputs, the arena or each other */
  void *arena;               /* arena_bytes at arena_alignment; may be NULL
                                when arena_bytes is 0; contents undefined */
  const void *weights;       /* tessera_package.weights, or a copy of them at
                                weights_alignment */
  tessera_parallel_for parallel_for; /* NULL: everything on this thread */
  void *pool;
  tessera_profile_hook profile; /* NULL: no profiling */
  void *profile_context;
} tessera_run_args;

typedef struct tessera_package {
  uint64_t struct_bytes; /* sizeof(tessera_package) of the writer */
  uint32_t abi_version;  /* TESSERA_ABI_VERSION of the writer */
  uint32_t num_inputs;
  uint32_t num_outputs;
  uint32_t num_kernels;
  const tessera_tensor_info *inputs;
  const tessera_tensor_info *outputs;
  const tessera_kernel_info *kernels;
  uint64_t arena_bytes;
  uint64_t arena_alignment;
  const void *weights; /* read-only, page-aligned; NULL when there are none */
  uint64_t weights_bytes;
  uint64_t weights_alignment;
  const char *build_record; /* JSON text, zero-terminated */
  uint64_t build_record_bytes;
  /* Computes the outputs. Returns 0, or 1 when `args` is too small a struct. */
  int32_t (*run)(const tessera_run_args *args);
} tessera_package;

typedef const tessera_package *(*tessera_get_package_fn)(void);

#ifdef __cplusplus
}
#endif

#endif /* TESSERA_PACKAGE_H */
