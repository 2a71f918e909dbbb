// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text from outside, made fit for one line of an error message or for JSON.
//
// File names and the names in a package are bytes that somebody else chose:
// they may hold line breaks, terminal escapes or broken UTF-8.
//
// Thread safety: pure functions.
#ifndef TESSERA_RUNTIME_PRINTABLE_H
#define TESSERA_RUNTIME_PRINTABLE_H

#include <string>
#include <string_view>

namespace tessera {

/// `text` with control characters and broken UTF-8 written as `\x0a`, so that
/// it stays on one line. Other UTF-8 is kept.
std::string printable(std::string_view text);

/// `text` as a JSON string with its quotes. Broken UTF-8 becomes U+FFFD.
std::string jsonString(std::string_view text);

} // namespace tessera

#endif // TESSERA_RUNTIME_PRINTABLE_H
