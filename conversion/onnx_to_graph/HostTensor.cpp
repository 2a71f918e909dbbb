//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/HostTensor.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/APFloat.h"

#include <cstring>

namespace mlir::tessera::onnx_to_graph {

int64_t wrapInteger(Type type, int64_t value) {
  auto integer = cast<IntegerType>(type);
  unsigned width = integer.getWidth();
  if (width == 1) {
    return value != 0;
  }
  if (width >= 64) {
    return value;
  }
  unsigned shift = 64 - width;
  uint64_t bits = static_cast<uint64_t>(value) << shift;
  return integer.isUnsigned() ? static_cast<int64_t>(bits >> shift)
                              : static_cast<int64_t>(bits) >> shift;
}

double roundToType(Type type, double value) {
  APFloat number(value);
  bool losesInfo;
  number.convert(cast<FloatType>(type).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &losesInfo);
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.convertToDouble();
}

HostTensor HostTensor::zeros(RankedTensorType type) {
  HostTensor tensor;
  tensor.type = type;
  if (tensor.isFloat()) {
    tensor.floats.assign(type.getNumElements(), 0.0);
  } else {
    tensor.ints.assign(type.getNumElements(), 0);
  }
  return tensor;
}

static double toDouble(APFloat number) {
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.convertToDouble();
}

/// One element of a resource blob, whose integers lie in whole bytes.
static void readBlobElement(HostTensor &tensor, const char *data,
                            int64_t index) {
  Type element = tensor.type.getElementType();
  unsigned width = element.getIntOrFloatBitWidth();
  unsigned bytes = (width + 7) / 8;
  uint64_t bits = 0;
  std::memcpy(&bits, data + index * bytes, bytes);
  if (auto floatType = dyn_cast<FloatType>(element)) {
    tensor.floats[index] =
        toDouble(APFloat(floatType.getFloatSemantics(), APInt(width, bits)));
  } else {
    tensor.ints[index] = wrapInteger(element, static_cast<int64_t>(bits));
  }
}

std::optional<HostTensor> HostTensor::fromAttr(ElementsAttr value,
                                               int64_t limit) {
  auto type = dyn_cast<RankedTensorType>(value.getShapedType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > limit ||
      !type.getElementType().isIntOrFloat()) {
    return std::nullopt;
  }
  HostTensor tensor = zeros(type);
  if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    int64_t index = 0;
    if (tensor.isFloat()) {
      for (APFloat number : dense.getValues<APFloat>()) {
        tensor.floats[index++] = toDouble(number);
      }
    } else {
      for (APInt number : dense.getValues<APInt>()) {
        tensor.ints[index++] = wrapInteger(
            type.getElementType(), static_cast<int64_t>(number.getZExtValue()));
      }
    }
    return tensor;
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    int64_t bytes = (type.getElementTypeBitWidth() + 7) / 8;
    if (!blob || type.getElementTypeBitWidth() == 1 ||
        static_cast<int64_t>(blob->getData().size()) <
            type.getNumElements() * bytes) {
      return std::nullopt;
    }
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      readBlobElement(tensor, blob->getData().data(), i);
    }
    return tensor;
  }
  return std::nullopt;
}

DenseElementsAttr HostTensor::toAttr() const {
  Type element = type.getElementType();
  if (auto floatType = dyn_cast<FloatType>(element)) {
    SmallVector<APFloat> values;
    values.reserve(floats.size());
    for (double value : floats) {
      APFloat number(value);
      bool losesInfo;
      number.convert(floatType.getFloatSemantics(),
                     APFloat::rmNearestTiesToEven, &losesInfo);
      values.push_back(number);
    }
    return DenseElementsAttr::get(type, values);
  }
  SmallVector<APInt> values;
  values.reserve(ints.size());
  for (int64_t value : ints) {
    values.push_back(APInt(element.getIntOrFloatBitWidth(),
                           static_cast<uint64_t>(value), /*isSigned=*/true));
  }
  return DenseElementsAttr::get(type, values);
}

} // namespace mlir::tessera::onnx_to_graph
