// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/ThreadPool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cfenv>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tessera {
namespace {

/// Counts how often each iteration runs, and on how many threads.
struct Counter {
  explicit Counter(int64_t count) : hits(static_cast<size_t>(count)) {}

  static void body(void *context, int64_t begin, int64_t end) {
    auto *self = static_cast<Counter *>(context);
    for (int64_t i = begin; i < end; ++i) {
      self->hits[static_cast<size_t>(i)].fetch_add(1);
    }
    std::lock_guard<std::mutex> lock(self->mutex);
    self->threads.insert(std::this_thread::get_id());
    ++self->calls;
  }

  bool eachOnce() const {
    for (const auto &hit : hits) {
      if (hit.load() != 1) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::atomic<int>> hits;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  int calls = 0;
};

size_t threadsOfProcess() {
  auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST(ThreadPoolTest, CoversEveryIterationOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    ASSERT_EQ(pool.numThreads(), threads);
    for (int64_t count : {0, 1, 2, 3, 7, 8, 9, 1009}) {
      Counter counter(count);
      pool.parallelFor(Counter::body, &counter, count);
      EXPECT_TRUE(counter.eachOnce()) << threads << " threads, " << count;
      EXPECT_LE(counter.threads.size(), static_cast<size_t>(threads));
      EXPECT_LE(counter.calls, count);
    }
  }
}

TEST(ThreadPoolTest, CallerRunsTheFirstShare) {
  ThreadPool pool(2);
  struct Context {
    std::thread::id first;
  } context;
  pool.parallelFor(
      [](void *opaque, int64_t begin, int64_t) {
        if (begin == 0) {
          static_cast<Context *>(opaque)->first = std::this_thread::get_id();
        }
      },
      &context, 100);
  EXPECT_EQ(context.first, std::this_thread::get_id());
}

/// A loop in which whoever runs iteration `slow` waits until all others
/// have run.
struct Straggler {
  static void body(void *context, int64_t begin, int64_t end) {
    auto *self = static_cast<Straggler *>(context);
    Counter::body(&self->counter, begin, end);
    self->done += end - begin;
    if (begin <= self->slow && self->slow < end) {
      while (self->done < static_cast<int64_t>(self->counter.hits.size())) {
        std::this_thread::yield();
      }
    }
  }

  explicit Straggler(int64_t count, int64_t slow)
      : counter(count), slow(slow) {}

  Counter counter;
  int64_t slow;
  std::atomic<int64_t> done{0};
};

TEST(ThreadPoolTest, OthersRunWhatASlowThreadHasNotBegun) {
  for (int threads : {2, 3}) {
    ThreadPool pool(threads);
    for (int64_t count : {2, 7, 64, 1009}) {
      for (int64_t slow : {int64_t(0), count / 2, count - 1}) {
        Straggler straggler(count, slow);
        pool.parallelFor(Straggler::body, &straggler, count);
        EXPECT_TRUE(straggler.counter.eachOnce()) << count << " " << slow;
      }
    }
  }
}

TEST(ThreadPoolTest, CountsBeyondAWord) {
  ThreadPool pool(2);
  std::atomic<int64_t> total{0};
  int64_t count = (int64_t{1} << 40) + 3;
  pool.parallelFor(
      [](void *context, int64_t begin, int64_t end) {
        *static_cast<std::atomic<int64_t> *>(context) += end - begin;
      },
      &total, count);
  EXPECT_EQ(total, count);
}

TEST(ThreadPoolTest, StartsNothingBeforeItIsNeeded) {
  size_t before = threadsOfProcess();
  ThreadPool serial(1);
  ThreadPool pool(3);
  Counter one(1);
  Counter four(4);
  serial.parallelFor(Counter::body, &four, 4);
  pool.parallelFor(Counter::body, &one, 1);
  EXPECT_EQ(threadsOfProcess(), before);
  Counter three(3);
  pool.parallelFor(Counter::body, &three, 3);
  EXPECT_EQ(threadsOfProcess(), before + 2);
}

TEST(ThreadPoolTest, ManyLoopsWithAndWithoutSleep) {
  for (int spinPauses : {0, 3, 20000}) {
    ThreadPool pool(4, spinPauses);
    for (int round = 0; round < 2000; ++round) {
      int64_t count = round % 6;
      Counter counter(count);
      pool.parallelFor(Counter::body, &counter, count);
      ASSERT_TRUE(counter.eachOnce()) << "round " << round;
    }
  }
}

/// A loop of two whose first share waits for the second to begin, so that the
/// worker must run it.
struct Meeting {
  static void body(void *context, int64_t begin, int64_t) {
    auto *self = static_cast<Meeting *>(context);
    volatile double one = 1.0;
    volatile double tiny = 0x1p-60;
    self->sums[begin] = one + tiny;
    self->threads[begin] = std::this_thread::get_id();
    if (begin == 1) {
      self->begun = true;
    }
    while (!self->begun) {
      std::this_thread::yield();
    }
  }

  bool onTwoThreads() const { return threads[0] != threads[1]; }

  double sums[2] = {};
  std::thread::id threads[2];
  std::atomic<bool> begun{false};
};

TEST(ThreadPoolTest, WakesAfterAPause) {
  ThreadPool pool(2, 10);
  for (int round = 0; round < 5; ++round) {
    Meeting meeting;
    pool.parallelFor(Meeting::body, &meeting, 2);
    EXPECT_TRUE(meeting.onTwoThreads());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST(ThreadPoolTest, NestedLoopsRunOnTheCallingThread) {
  ThreadPool pool(2);
  struct Context {
    ThreadPool *pool;
    std::atomic<int> total{0};
    std::atomic<int> strays{0};
  } context;
  context.pool = &pool;
  pool.parallelFor(
      [](void *opaque, int64_t begin, int64_t end) {
        auto *outer = static_cast<Context *>(opaque);
        for (int64_t i = begin; i < end; ++i) {
          Counter inner(10);
          outer->pool->parallelFor(Counter::body, &inner, 10);
          outer->total += inner.eachOnce();
          outer->strays +=
              inner.threads.count(std::this_thread::get_id()) != 1 ||
              inner.threads.size() != 1;
        }
      },
      &context, 6);
  EXPECT_EQ(context.total, 6);
  EXPECT_EQ(context.strays, 0);
}

TEST(ThreadPoolTest, SeveralThreadsShareAPool) {
  ThreadPool pool(2);
  std::atomic<int> good{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        Counter counter(5);
        ThreadPool::parallelForHook(&pool, Counter::body, &counter, 5);
        good += counter.eachOnce();
      }
    });
  }
  for (std::thread &caller : callers) {
    caller.join();
  }
  EXPECT_EQ(good, 4 * 300);
}

TEST(ThreadPoolTest, WorkersTakeOverTheRoundingMode) {
  ThreadPool pool(2);
  Meeting up;
  std::fesetround(FE_UPWARD);
  pool.parallelFor(Meeting::body, &up, 2);
  std::fesetround(FE_TONEAREST);
  EXPECT_GT(up.sums[0], 1.0);
  EXPECT_EQ(up.sums[0], up.sums[1]);
  Meeting nearest;
  pool.parallelFor(Meeting::body, &nearest, 2);
  EXPECT_EQ(nearest.sums[1], 1.0);
}

// ThreadSanitizer lets no child of a process with threads start another.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TESSERA_NO_THREADS_AFTER_FORK 1
#endif
#endif

TEST(ThreadPoolTest, WorksInAForkedChild) {
#if defined(TESSERA_NO_THREADS_AFTER_FORK)
  GTEST_SKIP() << "not under ThreadSanitizer";
#endif
  ThreadPool pool(2);
  Counter before(2);
  pool.parallelFor(Counter::body, &before, 2);
  pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(20);
    Meeting meeting;
    pool.parallelFor(Meeting::body, &meeting, 2);
    ::_exit(meeting.onTwoThreads() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(ThreadPoolTest, ThereIsAtLeastOneCpu) {
  EXPECT_GE(availableCpus(), 1);
  EXPECT_EQ(ThreadPool(0).numThreads(), availableCpus());
}

} // namespace
} // namespace tessera
