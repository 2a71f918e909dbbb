// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Links objects to the shared object of a package, by lld inside this process.
//
// lld is not thread safe, resets every command-line option of the process,
// installs signal handlers and ends the process on a write error. So it runs in
// a forked child; what it says comes back as one line.
//
// Errors: one line. A symbol that no object defines is our own fault and says
// so: "internal: the package would need 'expf'".
// Thread safety: may be called from several threads at once. No other thread
// should be inside of LLVM's option parsing meanwhile: the child is a fork.
//
// Example:
//   llvm::Error error = linkSharedObject({"a.o", "b.o"}, "model.so");
#ifndef COMPILER_PACKAGE_LINKER_H
#define COMPILER_PACKAGE_LINKER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace mlir::tessera {

/// Links `objects` to `output`, which is written whole or not at all. It
/// exports `tessera_get_package` alone and needs no other library; what the
/// runtime checks before it loads a package is checked here. Its DT_SONAME is
/// "model.so" whatever the file's name. On an error there is no file; errors of
/// writing are the system's reason, without the file's name.
llvm::Error linkSharedObject(llvm::ArrayRef<std::string> objects,
                             const std::string &output);

/// One line from what lld said: undefined symbols by name, else the first
/// error. Public for its test.
std::string summarizeLinkErrors(llvm::StringRef text);

} // namespace mlir::tessera

#endif // COMPILER_PACKAGE_LINKER_H
