//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_LOOP_LOOPDIALECT_TD
#define TESSERA_DIALECTS_LOOP_LOOPDIALECT_TD

include "mlir/IR/OpBase.td"

def Loop_Dialect : Dialect {
  let name = "loop";
  let cppNamespace = "::mlir::tessera::loop";
  let summary = "Loop-level tensor programs with schedule attributes";
  let description = [{
    A `loop.program` is one fused tensor program in destination-passing style:
    upstream `linalg`, `tensor`, `scf` and `arith` ops, and `loop.nest`, the
    loop nest with an epilogue that schedules apply to. A function calls
    programs by `loop.call`; between calls tensors are viewed by `loop.view`.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let dependentDialects = [];
}

class Loop_Op<string mnemonic, list<Trait> traits = []>
    : Op<Loop_Dialect, mnemonic, traits>;

#endif // TESSERA_DIALECTS_LOOP_LOOPDIALECT_TD
