// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Session.h"

#include "runtime/testing/PackageFixture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TESSERA_OWN_ALLOCATOR 1
#endif
#endif

// Counts allocations, to see that a run makes none.
static thread_local size_t allocations = 0;

#if !defined(TESSERA_OWN_ALLOCATOR) // ThreadSanitizer brings these itself.
void *operator new(size_t bytes) {
  ++allocations;
  void *memory = std::malloc(bytes);
  return memory ? memory : (std::abort(), nullptr);
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
#endif

namespace tessera {
namespace {

using testing::PackageFixture;

class SessionTest : public ::testing::Test {
protected:
  void SetUp() override {
    auto loaded = Package::load(fixture.package("m.so"));
    ASSERT_TRUE(loaded.ok()) << loaded.message();
    package = *loaded;
  }

  std::unique_ptr<Session> makeSession(SessionOptions options = {}) {
    auto session = Session::create(package, options);
    EXPECT_TRUE(session.ok()) << session.message();
    return std::move(*session);
  }

  /// x = -2, -1, 0, ... and y = 10.
  static std::vector<Tensor> makeInputs() {
    std::vector<Tensor> inputs;
    for (int i = 0; i < 2; ++i) {
      inputs.push_back(std::move(*Tensor::zeros(DType::F32, {2, 3})));
    }
    for (int i = 0; i < 6; ++i) {
      inputs[0].data<float>()[i] = static_cast<float>(i - 2);
      inputs[1].data<float>()[i] = 10;
    }
    return inputs;
  }

  static void expectAnswer(const std::vector<Tensor> &outputs) {
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(outputs[0].data<float>()[i],
                static_cast<float>((i + 8) * (i + 1)));
    }
    EXPECT_EQ(outputs[1].data<int64_t>()[0], 2);
  }

  /// The error of a run with those inputs and outputs.
  std::string runError(const std::vector<Tensor> &inputs,
                       std::vector<Tensor> &outputs) {
    return makeSession()->run(inputs, outputs).message();
  }

  PackageFixture fixture;
  std::shared_ptr<const Package> package;
};

TEST_F(SessionTest, ComputesWithAndWithoutAPool) {
  ThreadPool one(1);
  ThreadPool three(3);
  std::vector<Tensor> inputs = makeInputs();
  for (ThreadPool *pool : {static_cast<ThreadPool *>(nullptr), &one, &three}) {
    SessionOptions options;
    options.pool = pool;
    std::unique_ptr<Session> session = makeSession(options);
    std::vector<Tensor> outputs = std::move(*session->allocateOutputs());
    Status status = session->run(inputs, outputs);
    ASSERT_TRUE(status.ok()) << status.message();
    expectAnswer(outputs);
  }
}

TEST_F(SessionTest, ARunAllocatesNothing) {
  ThreadPool pool(2);
  Profiler profiler;
  SessionOptions options;
  options.pool = &pool;
  options.profiler = &profiler;
  std::unique_ptr<Session> session = makeSession(options);
  EXPECT_EQ(session->arenaBytes(), 24u);
  std::vector<Tensor> inputs = makeInputs();
  std::vector<Tensor> outputs = std::move(*session->allocateOutputs());
  ASSERT_TRUE(session->run(inputs, outputs).ok()); // starts the threads
  size_t before = allocations;
  bool good = session->run(inputs, outputs).ok();
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_TRUE(good);
}

TEST_F(SessionTest, KeepsThePackageLoaded) {
  std::unique_ptr<Session> session = makeSession();
  package = nullptr;
  std::vector<Tensor> outputs = std::move(*session->allocateOutputs());
  ASSERT_TRUE(session->run(makeInputs(), outputs).ok());
  expectAnswer(outputs);
}

TEST_F(SessionTest, NamesWhatIsWrongWithAnInput) {
  std::vector<Tensor> outputs = std::move(*makeSession()->allocateOutputs());
  std::vector<Tensor> inputs = makeInputs();
  inputs.pop_back();
  EXPECT_EQ(runError(inputs, outputs),
            package->name() + ": expected 2 inputs, but got 1");
  inputs.push_back(std::move(*Tensor::zeros(DType::F64, {2, 3})));
  EXPECT_EQ(runError(inputs, outputs),
            "input 'y\\x0a': expected f32[2x3], but got f64[2x3]");
  inputs[1] = std::move(*Tensor::zeros(DType::F32, {3, 2}));
  EXPECT_EQ(runError(inputs, outputs),
            "input 'y\\x0a': expected f32[2x3], but got f32[3x2]");
  inputs[1] = Tensor();
  EXPECT_EQ(runError(inputs, outputs),
            "input 'y\\x0a': expected f32[2x3], but got an empty handle");
  alignas(4) char bytes[32] = {};
  inputs[1] = std::move(*Tensor::view(DType::F32, {2, 3}, bytes + 1, 31));
  EXPECT_EQ(runError(inputs, outputs),
            "input 'y\\x0a': expected data aligned to 4 bytes");
}

TEST_F(SessionTest, NamesWhatIsWrongWithAnOutput) {
  std::vector<Tensor> inputs = makeInputs();
  std::vector<Tensor> outputs = std::move(*makeSession()->allocateOutputs());
  std::vector<Tensor> none;
  EXPECT_EQ(runError(inputs, none),
            package->name() + ": expected 2 outputs, but got 0");
  outputs[1] = std::move(*Tensor::zeros(DType::I64, {1}));
  EXPECT_EQ(runError(inputs, outputs),
            "output 'count': expected i64[], but got i64[1]");
  outputs[1] = std::move(*Tensor::zeros(DType::I64, {}));
  outputs[0] = inputs[0].share();
  EXPECT_EQ(runError(inputs, outputs),
            "output 'sum' overlaps input 'x' in memory; give each its own");
  alignas(8) char bytes[32] = {};
  outputs[0] = std::move(*Tensor::view(DType::F32, {2, 3}, bytes, 32));
  outputs[1] = std::move(*Tensor::view(DType::I64, {}, bytes + 16, 8));
  EXPECT_EQ(runError(inputs, outputs),
            "output 'count' overlaps output 'sum' in memory; give each its "
            "own");
  outputs[1] = std::move(*Tensor::view(DType::I64, {}, bytes + 24, 8));
  EXPECT_EQ(runError(inputs, outputs), "");
}

TEST_F(SessionTest, NeedsAPackage) {
  EXPECT_EQ(Session::create(nullptr, {}).message(),
            "expected a package, but got a null pointer");
}

TEST_F(SessionTest, SessionsRunAtTheSameTime) {
  ThreadPool pool(2);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      SessionOptions options;
      options.pool = &pool;
      auto session = Session::create(package, options);
      std::vector<Tensor> inputs = makeInputs();
      std::vector<Tensor> outputs = std::move(*(*session)->allocateOutputs());
      for (int round = 0; round < 200; ++round) {
        outputs[0].data<float>()[5] = -1;
        good += (*session)->run(inputs, outputs).ok() &&
                outputs[0].data<float>()[5] == 78;
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 800);
}

TEST_F(SessionTest, OneSessionOnTwoThreadsIsAnErrorAndNoRace) {
  std::unique_ptr<Session> session = makeSession();
  std::vector<Tensor> inputs = makeInputs();
  std::atomic<int> unexpected{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      std::vector<Tensor> outputs = std::move(*session->allocateOutputs());
      for (int round = 0; round < 2000; ++round) {
        Status status = session->run(inputs, outputs);
        unexpected +=
            !status.ok() &&
            status.message() != package->name() +
                                    ": this session already runs on another "
                                    "thread; make one session for each thread";
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_EQ(unexpected, 0);
}

} // namespace
} // namespace tessera
