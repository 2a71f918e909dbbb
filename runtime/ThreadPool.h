// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The default thread pool of packages: fork-join in well under a microsecond.
//
// A parallel loop over [0, count) is split into equal shares, one for each
// thread. A thread runs its share in a few pieces, each half of what is left,
// and one that is done takes half of what another has not begun: a thread that
// sleeps, has lost its CPU or has a slower one delays the others by one piece.
// The caller begins with iteration 0. Workers wait for the next loop by
// spinning, and after a bounded number of pauses they sleep, so an idle pool
// costs nothing.
//
// Threads start at the first loop that needs them; a pool of one starts none.
// A loop inside a loop, and a loop while another thread uses the pool, runs on
// the calling thread alone. Workers take over the caller's floating-point
// modes. After fork() the child's pool starts threads of its own.
//
// Thread safety: parallelFor may be called from several threads. The pool must
// outlive every call, and outlive the sessions that use it.
// Errors: none; if the system refuses threads, the loop runs on fewer.
//
// Example:
//   ThreadPool pool(4);
//   args.parallel_for = ThreadPool::parallelForHook;
//   args.pool = &pool;
#ifndef TESSERA_RUNTIME_THREAD_POOL_H
#define TESSERA_RUNTIME_THREAD_POOL_H

#include "runtime/tessera_package.h"

#include <cstdint>
#include <memory>

namespace tessera {

/// The CPUs that this process may use: its affinity mask, and the container's
/// CPU quota if there is one. At least 1.
int availableCpus();

class ThreadPool {
public:
  /// A pool of `numThreads`, the caller included; 0: as many as availableCpus.
  explicit ThreadPool(int numThreads = 0);

  /// As above, with the number of pauses that a thread spins before it sleeps
  /// (one pause: 40 to 140 cycles). The default is 20,000, or none if there
  /// are more threads than CPUs.
  ThreadPool(int numThreads, int spinPauses);

  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int numThreads() const;

  /// Calls `body(context, begin, end)` for disjoint ranges that cover
  /// [0, count), and returns when all are done. Which ranges depends on how
  /// fast the threads are. `body` must not throw.
  void parallelFor(tessera_loop_body body, void *context, int64_t count);

  /// A tessera_parallel_for whose `pool` is a ThreadPool.
  static void parallelForHook(void *pool, tessera_loop_body body, void *context,
                              int64_t count);

private:
  class Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace tessera

#endif // TESSERA_RUNTIME_THREAD_POOL_H
