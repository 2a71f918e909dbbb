// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/tessera/Progress.h"

#include <chrono>
#include <unistd.h>

namespace tessera::tool {

namespace {

void writeText(const std::string &text) {
  // A terminal that is gone is no error of ours.
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), text.size());
}

} // namespace

Progress::Progress(std::string text) : text(std::move(text)) {
  if (::isatty(STDERR_FILENO) == 1) {
    thread = std::thread([this] { draw(); });
  }
}

void Progress::draw() {
  const auto begin = std::chrono::steady_clock::now();
  const char frames[] = {'|', '/', '-', '\\'};
  size_t frame = 0;
  std::unique_lock<std::mutex> lock(mutex);
  auto pause = std::chrono::milliseconds(2000);
  while (!wake.wait_for(lock, pause, [this] { return isStopped; })) {
    pause = std::chrono::milliseconds(250);
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - begin);
    writeText("\r" + std::string(1, frames[frame++ % 4]) + " " + text + ", " +
              std::to_string(passed.count()) + " s\x1b[K");
  }
  if (frame > 0) {
    writeText("\r\x1b[K");
  }
}

void Progress::stop() {
  if (!thread.joinable()) {
    return;
  }
  {
    std::lock_guard<std::mutex> lock(mutex);
    isStopped = true;
  }
  wake.notify_one();
  thread.join();
}

} // namespace tessera::tool
