// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Pooling reduces windows; means divide by the elements that are there.

// CHECK-LABEL: loop.program @max_pool_0
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 1, 0] [1, 6, 2] [1, 1, 1]
// CHECK: loop.nest bounds [1, 1, 2]
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 0, 0] [1, 1, 2] [1, 1, 1]
// CHECK: loop.nest bounds [1, 3, 2, 3]
// CHECK-SAME: [affine_map<(d0, d1, d2, d3) -> (d0, d1 * 2 + d3, d2)>
// CHECK: init
// CHECK: arith.constant 0xFF800000 : f32
func.func @max(%x: tensor<1x6x2xf32>) -> tensor<1x3x2xf32> {
  %0 = graph.max_pool %x {channels_last, kernel = array<i64: 3>,
      strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>}
      : (tensor<1x6x2xf32>) -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}

// -----

// CHECK-LABEL: loop.program @avg_pool_0
// CHECK-NOT: loop.index
// CHECK: epilogue
// CHECK: %[[N:.+]] = arith.constant 3 : index
// CHECK: arith.divf
func.func @mean(%x: tensor<1x2x6xf32>) -> tensor<1x2x2xf32> {
  %0 = graph.avg_pool %x {kernel = array<i64: 3>, strides = array<i64: 3>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x2x6xf32>) -> tensor<1x2x2xf32>
  return %0 : tensor<1x2x2xf32>
}

// -----

// The count depends on the position.
// CHECK-LABEL: loop.program @avg_pool_0
// CHECK: epilogue
// CHECK: loop.index 2
// CHECK: arith.minsi
// CHECK: arith.divf
func.func @padded(%x: tensor<1x2x6xf32>) -> tensor<1x2x6xf32> {
  %0 = graph.avg_pool %x {kernel = array<i64: 3>, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 1, 1>}
      : (tensor<1x2x6xf32>) -> tensor<1x2x6xf32>
  return %0 : tensor<1x2x6xf32>
}
