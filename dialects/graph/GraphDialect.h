//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef TESSERA_DIALECTS_GRAPH_GRAPHDIALECT_H
#define TESSERA_DIALECTS_GRAPH_GRAPHDIALECT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"

#include "dialects/graph/GraphDialect.h.inc"
#include "dialects/graph/GraphDialectEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/graph/GraphDialectAttrs.h.inc"

#endif // TESSERA_DIALECTS_GRAPH_GRAPHDIALECT_H
