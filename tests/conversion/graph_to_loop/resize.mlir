// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Resizing reads by affine maps if it can, else by tables made here.

// CHECK-LABEL: loop.program @resize_0
// CHECK: loop.nest bounds [1, 4, 6, 3]
// CHECK-SAME: -> (d0, d1 floordiv 2, d2 floordiv 3, d3)>,
func.func @upsample(%x: tensor<1x2x2x3xf32>) -> tensor<1x4x6x3xf32> {
  %0 = graph.resize %x {sizes = array<i64: 1, 4, 6, 3>,
      scales = array<f64: 1.0, 2.0, 3.0, 1.0>,
      mode = #graph.resize_mode<nearest>,
      coordinate_mode = #graph.coordinate_mode<half_pixel>}
      : (tensor<1x2x2x3xf32>) -> tensor<1x4x6x3xf32>
  return %0 : tensor<1x4x6x3xf32>
}

// -----

// CHECK-LABEL: loop.program @resize_0
// CHECK: %[[T:.+]] = arith.constant dense<[0, 0, 1, 2, 2]> : tensor<5xi64>
// CHECK: loop.nest bounds [5]
// CHECK-SAME: ins(%[[T]] : tensor<5xi64>)
// CHECK: tensor.extract
func.func @table(%x: tensor<3xf32>) -> tensor<5xf32> {
  %0 = graph.resize %x {sizes = array<i64: 5>, scales = array<f64: 1.6666666>,
      mode = #graph.resize_mode<nearest>,
      coordinate_mode = #graph.coordinate_mode<half_pixel>}
      : (tensor<3xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

// One dimension after the other, each a sum over taps.
// CHECK-LABEL: loop.program @resize_0
// CHECK-SAME: %[[OUT:[a-z0-9]+]]: tensor<4x4xf32>) -> tensor<4x4xf32>
// CHECK: %[[ROWS:.+]] = loop.nest bounds [4, 2, 2]
// CHECK-SAME: -> (d0, d2)>, affine_map<{{.+}} -> (d0, d2)>, affine_map<{{.+}} -> (d0, d1)>
// CHECK: loop.nest bounds [4, 4, 2]
// CHECK-SAME: -> (d1, d2)>, affine_map<{{.+}} -> (d1, d2)>, affine_map<{{.+}} -> (d0, d1)>
// CHECK-SAME: outs(%[[OUT]] :
// CHECK: tensor.extract %[[ROWS]]
func.func @linear(%x: tensor<2x2xf32>) -> tensor<4x4xf32> {
  %0 = graph.resize %x {sizes = array<i64: 4, 4>, scales = array<f64: 2.0, 2.0>,
      mode = #graph.resize_mode<linear>,
      coordinate_mode = #graph.coordinate_mode<half_pixel>}
      : (tensor<2x2xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
