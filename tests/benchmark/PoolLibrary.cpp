// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's thread pool for engines.py, which has C functions only.

#include "runtime/ThreadPool.h"

extern "C" {

/// A pool of `numThreads` that lives as long as the process.
void *create_pool(int numThreads) {
  return new tessera::ThreadPool(numThreads);
}

/// A tessera_parallel_for.
void run_parallel(void *pool, tessera_loop_body body, void *context,
                  int64_t count) {
  tessera::ThreadPool::parallelForHook(pool, body, context, count);
}
}
