// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the table that a package exports before anyone reads through it.
//
// Every pointer must lead into the package's own mapped segments, every text
// must end there, and every size must make sense.
//
// Thread safety: pure functions over a loaded package.
#ifndef TESSERA_RUNTIME_PACKAGE_TABLE_H
#define TESSERA_RUNTIME_PACKAGE_TABLE_H

#include "runtime/ElfImage.h"
#include "runtime/Status.h"
#include "runtime/tessera_package.h"

#include <cstdint>

namespace tessera {

/// No tensor has more dimensions.
constexpr uint32_t kMaxRank = 64;

/// Checks `table`. `base` is what the dynamic loader added to the addresses of
/// `image`. The error is what was expected, without the file's name.
Status checkPackageTable(const tessera_package *table, const ElfImage &image,
                         uint64_t base);

} // namespace tessera

#endif // TESSERA_RUNTIME_PACKAGE_TABLE_H
