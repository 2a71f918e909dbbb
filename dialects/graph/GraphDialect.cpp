//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "dialects/graph/GraphDialect.h"

#include "dialects/graph/GraphOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::tessera::graph;

#include "dialects/graph/GraphDialect.cpp.inc"
#include "dialects/graph/GraphDialectEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/graph/GraphDialectAttrs.cpp.inc"

void GraphDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/graph/GraphDialectAttrs.cpp.inc"
      >();
  addGraphOps();
}

Operation *GraphDialect::materializeConstant(OpBuilder &builder,
                                             Attribute value, Type type,
                                             Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getShapedType() != type) {
    return nullptr;
  }
  return builder.create<ConstantOp>(loc, elements);
}
