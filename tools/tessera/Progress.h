// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A line on a terminal while something takes long.
//
// Shown from the third second on, on stderr, and only if that is a terminal;
// erased when it stops.
//
// Thread safety: one thread makes and stops it; the line is drawn by a thread
// of its own, which calls nothing but write().
//
// Example:
//   Progress progress("compiling model.onnx");
//   ... work ...
#ifndef TESSERA_TOOLS_TESSERA_PROGRESS_H
#define TESSERA_TOOLS_TESSERA_PROGRESS_H

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tessera::tool {

class Progress {
public:
  explicit Progress(std::string text);
  ~Progress() { stop(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Erases the line. May be called twice.
  void stop();

private:
  void draw();

  std::string text;
  std::mutex mutex;
  std::condition_variable wake;
  bool isStopped = false;
  std::thread thread;
};

} // namespace tessera::tool

#endif // TESSERA_TOOLS_TESSERA_PROGRESS_H
