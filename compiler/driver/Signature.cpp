//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/Signature.h"
#include "conversion/graph_to_loop/GraphToLoop.h"

using namespace mlir;
using namespace mlir::tessera;

static tessera_dtype getDtype(Type type) {
  bool isUnsigned = type.isUnsignedInteger();
  if (isa<FloatType>(type)) {
    return type.isF32()    ? TESSERA_F32
           : type.isF64()  ? TESSERA_F64
           : type.isBF16() ? TESSERA_BF16
                           : TESSERA_F16;
  }
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return TESSERA_BOOL;
  case 8:
    return isUnsigned ? TESSERA_U8 : TESSERA_I8;
  case 16:
    return isUnsigned ? TESSERA_U16 : TESSERA_I16;
  case 32:
    return isUnsigned ? TESSERA_U32 : TESSERA_I32;
  default:
    return isUnsigned ? TESSERA_U64 : TESSERA_I64;
  }
}

void mlir::tessera::describeSignature(func::FuncOp main,
                                      PackageDescription &description) {
  auto describe = [&](Type type, DictionaryAttr attributes, StringRef kind,
                      unsigned number) {
    auto shaped = cast<ShapedType>(type);
    Type element = shaped.getElementType();
    TensorDescription tensor;
    tensor.name = (kind + std::to_string(number)).str();
    if (attributes) {
      if (auto name = attributes.getAs<StringAttr>("graph.name")) {
        tensor.name = name.str();
      }
      if (auto type = attributes.getAs<TypeAttr>(graphTypeAttrName)) {
        element = getElementTypeOrSelf(type.getValue());
      }
    }
    tensor.dtype = getDtype(element);
    tensor.dims.assign(shaped.getShape().begin(), shaped.getShape().end());
    return tensor;
  };
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes())) {
    description.inputs.push_back(
        describe(type, main.getArgAttrDict(i), "input_", i));
  }
  for (auto [i, type] : llvm::enumerate(main.getResultTypes())) {
    description.outputs.push_back(
        describe(type, main.getResultAttrDict(i), "output_", i));
  }
}
