// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's plain errors: a message or nothing, a value or a message.
//
// A message is one line of text for a person: lower case, no full stop, the
// bad value quoted, and where there is something to do, what to do. There are
// no codes: a caller that must react does so to a function's contract.
//
// Thread safety: as std::string's.
//
// Example:
//   Result<Tensor> tensor = Tensor::zeros(DType::F32, {2, 3});
//   if (!tensor.ok()) {
//     return tensor.status();
//   }
//   use(*tensor);
#ifndef TESSERA_RUNTIME_STATUS_H
#define TESSERA_RUNTIME_STATUS_H

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace tessera {

/// Success, or the text of an error.
class [[nodiscard]] Status {
public:
  /// Success.
  Status() = default;

  static Status error(std::string message) {
    Status status;
    status.text = std::move(message);
    return status;
  }

  bool ok() const { return !text.has_value(); }

  /// The error's text; empty on success.
  const std::string &message() const {
    static const std::string none;
    return text ? *text : none;
  }

private:
  std::optional<std::string> text;
};

/// A value, or the text of why there is none.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : held(std::move(value)) {}

  /// `status` must be an error.
  Result(Status status) : failure(std::move(status)) {
    if (failure.ok()) {
      failure = Status::error("a result without a value");
    }
  }

  bool ok() const { return held.has_value(); }
  const Status &status() const { return failure; }
  const std::string &message() const { return failure.message(); }

  /// The value. Ends the process with the error's text if there is none.
  T &value() {
    requireValue();
    return *held;
  }
  const T &value() const {
    requireValue();
    return *held;
  }
  T &operator*() { return value(); }
  const T &operator*() const { return value(); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }

private:
  void requireValue() const {
    if (!held) {
      std::fprintf(stderr, "tessera: unchecked error: %s\n",
                   failure.message().c_str());
      std::abort();
    }
  }

  std::optional<T> held;
  Status failure;
};

} // namespace tessera

#endif // TESSERA_RUNTIME_STATUS_H
