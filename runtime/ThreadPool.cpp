// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdio>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace tessera {

static constexpr int kMaxThreads = 1024;
static constexpr int kSpinPauses = 20000;

/// Pieces of a thread's share at the least: smaller ones are not split off.
static constexpr int64_t kSharePieces = 16;

/// Two lines: the adjacent-line prefetcher of x86 fetches pairs.
static constexpr size_t kSeparation = 128;

static void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// The rounding and denormal modes of the calling thread.
static uint64_t floatModes() {
#if defined(__x86_64__)
  // The low six bits are flags that instructions raise, not modes.
  return _mm_getcsr() & ~0x3fu;
#elif defined(__aarch64__)
  uint64_t modes;
  __asm__ volatile("mrs %0, fpcr" : "=r"(modes));
  return modes;
#else
  return 0;
#endif
}

static void setFloatModes(uint64_t modes) {
#if defined(__x86_64__)
  _mm_setcsr(static_cast<unsigned>(modes));
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(modes));
#else
  (void)modes;
#endif
}

using FutexWord = std::atomic<uint32_t>;
static_assert(sizeof(FutexWord) == sizeof(uint32_t), "a futex is 32 bits");

/// Sleeps while `word` is `value`; may return early.
static void futexWait(FutexWord &word, uint32_t value) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}

static void futexWake(FutexWord &word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

/// The container's CPU quota in whole CPUs, rounded up; INT_MAX if none.
static int quotaCpus() {
  std::FILE *file = std::fopen("/sys/fs/cgroup/cpu.max", "re");
  if (!file) {
    return INT_MAX;
  }
  long long quota = 0;
  long long period = 0;
  bool limited = std::fscanf(file, "%lld %lld", &quota, &period) == 2 &&
                 quota > 0 && period > 0;
  std::fclose(file);
  if (!limited) {
    return INT_MAX;
  }
  return static_cast<int>(
      std::min<long long>((quota - 1) / period + 1, INT_MAX));
}

int availableCpus() {
  int cpus = 0;
  cpu_set_t mask;
  if (::sched_getaffinity(0, sizeof mask, &mask) == 0) {
    cpus = CPU_COUNT(&mask);
  } else {
    // The mask of machines with more than 1024 CPUs does not fit.
    cpus = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  }
  return std::max(1, std::min(cpus, quotaCpus()));
}

/// Counts the forks between the first process and this one. A pool's threads
/// exist only in the process that started them.
static std::atomic<uint32_t> forkCount{0};

static void watchForks() {
  static const bool watching = [] {
    ::pthread_atfork(nullptr, nullptr,
                     [] { forkCount.fetch_add(1, std::memory_order_relaxed); });
    return true;
  }();
  (void)watching;
}

namespace {
/// A range of iterations [begin, end) of which one thread takes pieces from the
/// front and others from the back. Counted in units, so that both fit a word.
class alignas(kSeparation) SharedRange {
public:
  struct Piece {
    uint32_t begin, end;
    uint32_t size() const { return end - begin; }
  };

  /// Only while no other thread can find anything in the range.
  void set(Piece piece) { word.store(pack(piece)); }

  /// Takes half of what is left from the front, `least` at the least. Returns
  /// an empty piece if nothing is left.
  Piece takeFront(uint32_t least) {
    return take(least, [](Piece &left, uint32_t count) {
      Piece piece = {left.begin, left.begin + count};
      left.begin += count;
      return piece;
    });
  }

  /// As takeFront, from the back.
  Piece takeBack(uint32_t least) {
    return take(least, [](Piece &left, uint32_t count) {
      Piece piece = {left.end - count, left.end};
      left.end -= count;
      return piece;
    });
  }

private:
  static uint64_t pack(Piece piece) {
    return uint64_t{piece.begin} << 32 | piece.end;
  }

  // No range comes twice in a loop, as each iteration is taken once: a
  // comparison of words is enough.
  template <typename Cut> Piece take(uint32_t least, Cut cut) {
    uint64_t seen = word.load();
    while (true) {
      Piece left = {static_cast<uint32_t>(seen >> 32),
                    static_cast<uint32_t>(seen)};
      if (left.size() == 0) {
        return left;
      }
      uint32_t count = std::max(least, left.size() / 2);
      // A rest below `least` is not worth a call.
      count = count + least > left.size() ? left.size() : count;
      Piece piece = cut(left, count);
      if (word.compare_exchange_weak(seen, pack(left))) {
        return piece;
      }
    }
  }

  std::atomic<uint64_t> word{0};
};
} // namespace

class ThreadPool::Impl {
public:
  Impl(int numThreads, int spinPauses);
  ~Impl();

  void parallelFor(tessera_loop_body body, void *context, int64_t count);
  int size() const { return numThreads; }

private:
  /// What the caller and one worker share. `ticket` counts the loops that have
  /// a share for the worker; a worker without one is not disturbed. `claimed`
  /// is the last ticket that somebody took: the worker, which then takes part
  /// in the loop, or the caller, when all is done and the worker is not there
  /// yet.
  struct alignas(kSeparation) Worker {
    FutexWord ticket{0};
    std::atomic<uint32_t> parked{0};
    std::atomic<uint32_t> claimed{0};
    Impl *pool = nullptr;
    int share = 0;
    pthread_t thread = {};
  };

  static void *workerMain(void *worker);
  void work(Worker &worker);
  bool waitForTicket(Worker &worker, uint32_t seen) const;
  static bool claim(Worker &worker, uint32_t ticket);
  void claimLate(int shares);
  void waitForWorkers();
  void run(SharedRange::Piece piece) const;
  void runShare(int share);
  bool steal(int share);
  void startWorkers();
  SharedRange::Piece divide(int shares);
  void runParallel(int shares);

  const int numThreads;
  const int spinPauses;

  /// Held by the caller whose loop runs.
  std::atomic<bool> busy{false};
  std::atomic<bool> stopping{false};

  // Owned by the holder of `busy`.
  std::unique_ptr<Worker[]> workers;
  std::unique_ptr<SharedRange[]> ranges; // of the caller, then the workers
  int numWorkers = 0;
  bool started = false;
  uint32_t startedAtFork = 0;

  // The loop: written before the tickets, read by who has claimed a share.
  tessera_loop_body loopBody = nullptr;
  void *loopContext = nullptr;
  int64_t loopCount = 0;
  int64_t loopUnit = 1; // iterations
  uint32_t leastUnits = 1;
  int loopShares = 0;
  uint64_t loopModes = 0;

  /// Workers whose ticket nobody took, or that still take part.
  alignas(kSeparation) FutexWord pending{0};
  std::atomic<uint32_t> callerParked{0};
};

ThreadPool::Impl::Impl(int numThreads, int spinPauses)
    : numThreads(numThreads), spinPauses(spinPauses) {
  watchForks();
}

ThreadPool::Impl::~Impl() {
  if (!started || startedAtFork != forkCount.load(std::memory_order_relaxed)) {
    if (started) {
      // The threads are the parent's; their stacks and this memory stay.
      (void)workers.release();
    }
    return;
  }
  stopping.store(true);
  for (int i = 0; i < numWorkers; ++i) {
    workers[i].ticket.fetch_add(1);
    futexWake(workers[i].ticket);
  }
  for (int i = 0; i < numWorkers; ++i) {
    ::pthread_join(workers[i].thread, nullptr);
  }
}

void ThreadPool::Impl::run(SharedRange::Piece piece) const {
  loopBody(loopContext, piece.begin * loopUnit,
           std::min(piece.end * loopUnit, loopCount));
}

/// Runs `share`, then what other threads have left over.
void ThreadPool::Impl::runShare(int share) {
  do {
    for (SharedRange::Piece piece = ranges[share].takeFront(leastUnits);
         piece.size() > 0; piece = ranges[share].takeFront(leastUnits)) {
      run(piece);
    }
  } while (steal(share));
}

/// Makes a part of another thread's share the rest of `share`. Returns false if
/// nothing is left anywhere.
bool ThreadPool::Impl::steal(int share) {
  for (int i = 1; i < loopShares; ++i) {
    SharedRange &victim = ranges[(share + i) % loopShares];
    SharedRange::Piece piece = victim.takeBack(leastUnits);
    if (piece.size() > 0) {
      ranges[share].set(piece);
      return true;
    }
  }
  return false;
}

/// Returns true when the worker has a loop to take part in, false when the
/// pool goes away.
bool ThreadPool::Impl::waitForTicket(Worker &worker, uint32_t seen) const {
  for (int i = 0; i < spinPauses; ++i) {
    if (worker.ticket.load(std::memory_order_acquire) != seen) {
      return !stopping.load(std::memory_order_relaxed);
    }
    pause();
  }
  // Sequentially consistent, as is the caller's side: either the caller sees
  // `parked`, or this thread sees the ticket.
  worker.parked.store(1);
  while (worker.ticket.load() == seen) {
    futexWait(worker.ticket, seen);
  }
  worker.parked.store(0, std::memory_order_relaxed);
  return !stopping.load(std::memory_order_relaxed);
}

/// True for one caller only for each ticket, and never for an old ticket: who
/// gets it may read the loop, which stays until all shares are done.
bool ThreadPool::Impl::claim(Worker &worker, uint32_t ticket) {
  uint32_t previous = ticket - 1;
  return worker.claimed.compare_exchange_strong(previous, ticket);
}

void ThreadPool::Impl::work(Worker &worker) {
  uint64_t modes = floatModes();
  for (uint32_t seen = 0; waitForTicket(worker, seen);) {
    seen = worker.ticket.load(std::memory_order_acquire);
    if (!claim(worker, seen)) {
      continue;
    }
    if (modes != loopModes) {
      setFloatModes(loopModes);
      modes = loopModes;
    }
    runShare(worker.share);
    if (pending.fetch_sub(1) == 1 && callerParked.load()) {
      futexWake(pending);
    }
  }
}

void *ThreadPool::Impl::workerMain(void *worker) {
  auto *self = static_cast<Worker *>(worker);
  self->pool->work(*self);
  return nullptr;
}

void ThreadPool::Impl::startWorkers() {
  uint32_t forks = forkCount.load(std::memory_order_relaxed);
  if (started && startedAtFork == forks) {
    return;
  }
  if (started) {
    (void)workers.release(); // See the destructor.
    pending.store(0);
  }
  started = true;
  startedAtFork = forks;
  workers.reset(new Worker[numThreads - 1]);
  ranges.reset(new SharedRange[numThreads]);
  numWorkers = 0;
  // Signals are for the threads that the program made itself.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int i = 0; i < numThreads - 1; ++i) {
    Worker &worker = workers[i];
    worker.pool = this;
    worker.share = i + 1;
    if (::pthread_create(&worker.thread, nullptr, workerMain, &worker) != 0) {
      break;
    }
    char name[16];
    std::snprintf(name, sizeof name, "tessera-%d", i + 1);
    ::pthread_setname_np(worker.thread, name);
    ++numWorkers;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Dismisses the workers that have not begun: still asleep, or without a CPU
/// because something else runs there.
void ThreadPool::Impl::claimLate(int shares) {
  for (int i = 0; i < shares - 1; ++i) {
    Worker &worker = workers[i];
    if (claim(worker, worker.ticket.load(std::memory_order_relaxed))) {
      pending.fetch_sub(1);
    }
  }
}

void ThreadPool::Impl::waitForWorkers() {
  for (int i = 0; i < spinPauses; ++i) {
    if (pending.load(std::memory_order_acquire) == 0) {
      return;
    }
    pause();
  }
  callerParked.store(1);
  for (uint32_t left; (left = pending.load()) != 0;) {
    futexWait(pending, left);
  }
  callerParked.store(0, std::memory_order_relaxed);
}

/// Gives each thread its share. Returns the caller's first piece, which nobody
/// else can take.
SharedRange::Piece ThreadPool::Impl::divide(int shares) {
  loopUnit = loopCount / INT_MAX + 1;
  auto units = static_cast<uint32_t>((loopCount - 1) / loopUnit + 1);
  leastUnits = std::max<uint32_t>(1, units / (shares * kSharePieces));
  uint32_t base = units / shares;
  uint32_t rest = units % shares;
  uint32_t begin = 0;
  for (int i = 0; i < shares; ++i) {
    uint32_t end = begin + base + (static_cast<uint32_t>(i) < rest ? 1 : 0);
    ranges[i].set({begin, end});
    begin = end;
  }
  return ranges[0].takeFront(leastUnits);
}

void ThreadPool::Impl::runParallel(int shares) {
  loopShares = shares;
  loopModes = floatModes();
  SharedRange::Piece first = divide(shares);
  pending.store(static_cast<uint32_t>(shares - 1), std::memory_order_relaxed);
  for (int i = 0; i < shares - 1; ++i) {
    workers[i].ticket.fetch_add(1);
  }
  // Waking costs a system call each; the others already run meanwhile.
  for (int i = 0; i < shares - 1; ++i) {
    if (workers[i].parked.load()) {
      futexWake(workers[i].ticket);
    }
  }
  run(first);
  runShare(0);
  claimLate(shares);
  waitForWorkers();
}

void ThreadPool::Impl::parallelFor(tessera_loop_body body, void *context,
                                   int64_t count) {
  if (count <= 0) {
    return;
  }
  if (numThreads == 1 || count == 1 ||
      busy.exchange(true, std::memory_order_acquire)) {
    body(context, 0, count);
    return;
  }
  startWorkers();
  int shares = static_cast<int>(std::min<int64_t>(numWorkers + 1, count));
  loopBody = body;
  loopContext = context;
  loopCount = count;
  if (shares > 1) {
    runParallel(shares);
  } else {
    body(context, 0, count);
  }
  busy.store(false, std::memory_order_release);
}

static int chooseThreads(int numThreads) {
  return numThreads <= 0 ? std::min(availableCpus(), kMaxThreads)
                         : std::min(numThreads, kMaxThreads);
}

static int chooseSpin(int numThreads) {
  return chooseThreads(numThreads) > availableCpus() ? 0 : kSpinPauses;
}

ThreadPool::ThreadPool(int numThreads)
    : ThreadPool(numThreads, chooseSpin(numThreads)) {}

ThreadPool::ThreadPool(int numThreads, int spinPauses)
    : impl(std::make_unique<Impl>(chooseThreads(numThreads),
                                  std::max(0, spinPauses))) {}

ThreadPool::~ThreadPool() = default;

int ThreadPool::numThreads() const { return impl->size(); }

void ThreadPool::parallelFor(tessera_loop_body body, void *context,
                             int64_t count) {
  impl->parallelFor(body, context, count);
}

void ThreadPool::parallelForHook(void *pool, tessera_loop_body body,
                                 void *context, int64_t count) {
  static_cast<ThreadPool *>(pool)->parallelFor(body, context, count);
}

} // namespace tessera
