// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors to and from DLPack, without copying.
//
// Ownership: `fromDlpack` takes the managed tensor over when it succeeds and
// calls its deleter once, when the last handle goes; when it fails, the caller
// keeps it. `toDlpack` moves the tensor into the managed tensor, whose
// consumer must call the deleter; a tensor that only borrows its memory
// (Tensor::view) lends the same borrowed memory.
// Errors: another device than the CPU, strides that are not dense row major,
// vector lanes, types without a counterpart, misaligned data.
// Thread safety: pure functions.
//
// Example:
//   Result<Tensor> x = fromDlpack(capsuleContents);
#ifndef TESSERA_RUNTIME_TENSOR_DLPACK_H
#define TESSERA_RUNTIME_TENSOR_DLPACK_H

#include "runtime/Status.h"
#include "runtime/Tensor.h"
#include "runtime/dlpack.h"

namespace tessera {

/// The memory of `managed` as a Tensor.
Result<Tensor> fromDlpack(DLManagedTensor *managed);

/// `tensor` as a DLManagedTensor. `tensor` must be valid.
Result<DLManagedTensor *> toDlpack(Tensor tensor);

} // namespace tessera

#endif // TESSERA_RUNTIME_TENSOR_DLPACK_H
