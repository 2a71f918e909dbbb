// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Session.h"

#include "runtime/Printable.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <sys/mman.h>
#include <utility>

namespace tessera {

/// Arenas from this size on lie in huge pages, which spares TLB misses.
static constexpr size_t kHugePageBytes = 2 << 20;

void Session::FreeArena::operator()(void *arena) const { std::free(arena); }

Status Session::allocateArena() {
  const tessera_package &table = loaded->table();
  arenaSize = static_cast<size_t>(table.arena_bytes);
  if (arenaSize == 0) {
    return Status();
  }
  bool huge = arenaSize >= 2 * kHugePageBytes;
  size_t alignment =
      std::max({static_cast<size_t>(table.arena_alignment), kTensorAlignment,
                huge ? kHugePageBytes : size_t{1}});
  // No overflow: Package::load bounds the size and the alignment.
  size_t rounded = (arenaSize + alignment - 1) & ~(alignment - 1);
  arena.reset(std::aligned_alloc(alignment, rounded));
  if (!arena) {
    return Status::error(loaded->name() + ": cannot allocate " +
                         std::to_string(arenaSize) +
                         " bytes for intermediate results");
  }
  if (huge) {
    // Advice only: without huge pages everything works, slower.
    ::madvise(arena.get(), rounded, MADV_HUGEPAGE);
  }
  return Status();
}

Result<std::unique_ptr<Session>>
Session::create(std::shared_ptr<const Package> package,
                SessionOptions options) {
  if (!package) {
    return Status::error("expected a package, but got a null pointer");
  }
  std::unique_ptr<Session> session(new Session());
  session->loaded = std::move(package);
  session->options = options;
  Status allocated = session->allocateArena();
  if (!allocated.ok()) {
    return allocated;
  }
  session->inputPointers.resize(session->loaded->inputs().size());
  session->outputPointers.resize(session->loaded->outputs().size());
  if (options.profiler) {
    session->lane = options.profiler->addLane(session->loaded);
  }
  return session;
}

Result<std::vector<Tensor>> Session::allocateOutputs() const {
  std::vector<Tensor> outputs;
  for (const TensorSpec &spec : loaded->outputs()) {
    Result<Tensor> output = Tensor::allocate(spec.dtype, spec.dims);
    if (!output.ok()) {
      return Status::error("output '" + printable(spec.name) +
                           "': " + output.message());
    }
    outputs.push_back(std::move(*output));
  }
  return outputs;
}

static Status checkTensor(const TensorSpec &spec, const Tensor &tensor,
                          const char *kind) {
  if (tensor.dtype() == spec.dtype && tensor.dims() == spec.dims &&
      reinterpret_cast<uintptr_t>(tensor.rawData()) % dtypeBytes(spec.dtype) ==
          0) {
    return Status();
  }
  std::string name = std::string(kind) + " '" + printable(spec.name) + "': ";
  if (!tensor.valid()) {
    return Status::error(name + "expected " + spec.typeText() +
                         ", but got an empty handle");
  }
  if (tensor.dtype() != spec.dtype || tensor.dims() != spec.dims) {
    return Status::error(name + "expected " + spec.typeText() + ", but got " +
                         tensor.typeText());
  }
  return Status::error(name + "expected data aligned to " +
                       std::to_string(dtypeBytes(spec.dtype)) + " bytes");
}

static Status countMismatch(const Package &package, const char *kind,
                            size_t expected, size_t actual) {
  return Status::error(
      package.name() + ": expected " + std::to_string(expected) + " " + kind +
      (expected == 1 ? "" : "s") + ", but got " + std::to_string(actual));
}

static bool overlap(const Tensor &a, const Tensor &b) {
  auto begin = [](const Tensor &tensor) {
    return reinterpret_cast<uintptr_t>(tensor.rawData());
  };
  return a.numBytes() > 0 && b.numBytes() > 0 &&
         begin(a) < begin(b) + b.numBytes() &&
         begin(b) < begin(a) + a.numBytes();
}

Status Session::checkOverlap(const Tensor *inputs,
                             const Tensor *outputs) const {
  const std::vector<TensorSpec> &inputSpecs = loaded->inputs();
  const std::vector<TensorSpec> &outputSpecs = loaded->outputs();
  for (size_t i = 0; i < outputSpecs.size(); ++i) {
    for (size_t j = 0; j < inputSpecs.size(); ++j) {
      if (overlap(outputs[i], inputs[j])) {
        return Status::error(
            "output '" + printable(outputSpecs[i].name) + "' overlaps input '" +
            printable(inputSpecs[j].name) + "' in memory; give each its own");
      }
    }
    for (size_t j = 0; j < i; ++j) {
      if (overlap(outputs[i], outputs[j])) {
        return Status::error("output '" + printable(outputSpecs[i].name) +
                             "' overlaps output '" +
                             printable(outputSpecs[j].name) +
                             "' in memory; give each its own");
      }
    }
  }
  return Status();
}

Status Session::checkArguments(const Tensor *inputs, size_t numInputs,
                               const Tensor *outputs, size_t numOutputs) const {
  const std::vector<TensorSpec> &inputSpecs = loaded->inputs();
  const std::vector<TensorSpec> &outputSpecs = loaded->outputs();
  if (numInputs != inputSpecs.size()) {
    return countMismatch(*loaded, "input", inputSpecs.size(), numInputs);
  }
  if (numOutputs != outputSpecs.size()) {
    return countMismatch(*loaded, "output", outputSpecs.size(), numOutputs);
  }
  for (size_t i = 0; i < numInputs; ++i) {
    Status status = checkTensor(inputSpecs[i], inputs[i], "input");
    if (!status.ok()) {
      return status;
    }
  }
  for (size_t i = 0; i < numOutputs; ++i) {
    Status status = checkTensor(outputSpecs[i], outputs[i], "output");
    if (!status.ok()) {
      return status;
    }
  }
  return checkOverlap(inputs, outputs);
}

Status Session::runChecked(const Tensor *inputs, Tensor *outputs) {
  const tessera_package &table = loaded->table();
  for (size_t i = 0; i < inputPointers.size(); ++i) {
    inputPointers[i] = inputs[i].rawData();
  }
  for (size_t i = 0; i < outputPointers.size(); ++i) {
    outputPointers[i] = outputs[i].rawData();
  }
  tessera_run_args args = {};
  args.struct_bytes = sizeof args;
  args.inputs = inputPointers.data();
  args.outputs = outputPointers.data();
  args.arena = arena.get();
  args.weights = table.weights;
  if (options.pool && options.pool->numThreads() > 1) {
    args.parallel_for = ThreadPool::parallelForHook;
    args.pool = options.pool;
  }
  if (lane) {
    args.profile = Profiler::Lane::hook;
    args.profile_context = lane;
    Profiler::Lane::hook(lane, Profiler::kRunIndex, 1);
  }
  int32_t code = table.run(&args);
  if (lane) {
    Profiler::Lane::hook(lane, Profiler::kRunIndex, 0);
  }
  if (code != 0) {
    return Status::error(loaded->name() +
                         ": the package's run function "
                         "returned " +
                         std::to_string(code) +
                         "; compile it again with this version of Tessera");
  }
  return Status();
}

Status Session::run(const Tensor *inputs, size_t numInputs, Tensor *outputs,
                    size_t numOutputs) {
  Status status = checkArguments(inputs, numInputs, outputs, numOutputs);
  if (!status.ok()) {
    return status;
  }
  if (running.exchange(true, std::memory_order_acquire)) {
    return Status::error(loaded->name() +
                         ": this session already runs on another thread; make "
                         "one session for each thread");
  }
  status = runChecked(inputs, outputs);
  running.store(false, std::memory_order_release);
  return status;
}

Status Session::run(const std::vector<Tensor> &inputs,
                    std::vector<Tensor> &outputs) {
  return run(inputs.data(), inputs.size(), outputs.data(), outputs.size());
}

} // namespace tessera
