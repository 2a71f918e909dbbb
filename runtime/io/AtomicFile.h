// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes a file whole or not at all.
//
// The bytes go to a temporary file in the same folder, which is renamed into
// place when every byte is written. Until then the path shows what it showed
// before; after an error the temporary file is gone. A path that exists and is
// not a regular file (/dev/stdout, a pipe) is written to directly. A symbolic
// link is followed and stays.
//
// Errors: one line with the path and the system's reason.
// Thread safety: calls for different paths are independent; of calls for one
// path, one wins.
#ifndef TESSERA_RUNTIME_IO_ATOMIC_FILE_H
#define TESSERA_RUNTIME_IO_ATOMIC_FILE_H

#include "runtime/Status.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace tessera {

/// Writes `pieces` one after the other to `path`.
Status writeFileAtomically(const std::string &path,
                           std::initializer_list<std::string_view> pieces);

} // namespace tessera

#endif // TESSERA_RUNTIME_IO_ATOMIC_FILE_H
