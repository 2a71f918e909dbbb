// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a package: arena, arguments and checks in one place.
//
// A session owns the arena of one run at a time. Everything is allocated when
// it is made; `run` allocates nothing unless it fails. Several sessions on one
// package run at the same time on different threads and share the weights.
//
// Shapes: inputs and outputs must have exactly the dtype and dims of the
// package's signature, dense and row major. Outputs may hold anything before.
// Errors: one line that names the input or output, with expected and actual.
// Ownership: the session keeps the package loaded. The pool and the profiler
// are borrowed and must outlive it.
// Thread safety: one run at a time; a second one at the same time is an error,
// not a race. Make one session for each thread.
//
// Example:
//   Result<std::unique_ptr<Session>> session = Session::create(package, {});
//   Result<std::vector<Tensor>> outputs = (*session)->allocateOutputs();
//   Status status = (*session)->run(inputs, *outputs);
#ifndef TESSERA_RUNTIME_SESSION_H
#define TESSERA_RUNTIME_SESSION_H

#include "runtime/Package.h"
#include "runtime/Profiler.h"
#include "runtime/Status.h"
#include "runtime/Tensor.h"
#include "runtime/ThreadPool.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace tessera {

struct SessionOptions {
  /// Null: everything on the calling thread.
  ThreadPool *pool = nullptr;
  /// Null: no profiling.
  Profiler *profiler = nullptr;
};

class Session {
public:
  static Result<std::unique_ptr<Session>>
  create(std::shared_ptr<const Package> package, SessionOptions options);

  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  const Package &package() const { return *loaded; }

  /// Bytes that this session allocated for its arena.
  size_t arenaBytes() const { return arenaSize; }

  /// Tensors for the outputs, to be reused from run to run.
  Result<std::vector<Tensor>> allocateOutputs() const;

  /// Computes `outputs` from `inputs`, in the order of the signature.
  Status run(const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs);
  Status run(const Tensor *inputs, size_t numInputs, Tensor *outputs,
             size_t numOutputs);

private:
  Session() = default;
  Status allocateArena();
  Status checkArguments(const Tensor *inputs, size_t numInputs,
                        const Tensor *outputs, size_t numOutputs) const;
  Status checkOverlap(const Tensor *inputs, const Tensor *outputs) const;
  Status runChecked(const Tensor *inputs, Tensor *outputs);

  struct FreeArena {
    void operator()(void *arena) const;
  };

  std::shared_ptr<const Package> loaded;
  SessionOptions options;
  Profiler::Lane *lane = nullptr;
  std::unique_ptr<void, FreeArena> arena;
  size_t arenaSize = 0;
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;
  std::atomic<bool> running{false};
};

} // namespace tessera

#endif // TESSERA_RUNTIME_SESSION_H
