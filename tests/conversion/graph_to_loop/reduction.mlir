// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Reductions, softmax and normalisation along dimensions.

// CHECK-LABEL: loop.program @reduce_0
// CHECK: loop.nest bounds [2, 3]
// CHECK-SAME: [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (0, d0)>]
// CHECK: ^bb0(%[[X:.+]]: f16, %[[ACC:.+]]: f32):
// CHECK: %[[WIDE:.+]] = arith.extf %[[X]]
// CHECK: arith.addf %[[ACC]], %[[WIDE]]
// CHECK: epilogue
// CHECK: arith.constant 3.000000e+00 : f32
// CHECK: arith.divf
// CHECK: arith.truncf
func.func @mean(%x: tensor<3x2xf16>) -> tensor<1x2xf16> {
  %0 = graph.reduce %x {kind = #graph.reduce_kind<mean>, axes = array<i64: 0>,
      keep_dims} : (tensor<3x2xf16>) -> tensor<1x2xf16>
  return %0 : tensor<1x2xf16>
}

// -----

// CHECK-LABEL: loop.program @reduce_0
// CHECK: arith.constant 1 : i8
// CHECK: arith.andi %{{.+}}, %{{.+}} : i8
func.func @all(%x: tensor<3xi1>) -> tensor<i1> {
  %0 = graph.reduce %x {kind = #graph.reduce_kind<all>, axes = array<i64: 0>}
      : (tensor<3xi1>) -> tensor<i1>
  return %0 : tensor<i1>
}

// -----

// Two accumulators, of which the index is stored.
// CHECK-LABEL: loop.program @arg_reduce_0
// CHECK: ^bb0(%[[X:.+]]: f32, %[[BEST:.+]]: f32, %[[AT:.+]]: i64):
// CHECK: %[[LESS:.+]] = arith.cmpf olt, %[[BEST]], %[[X]]
// CHECK: loop.index 1
// CHECK: epilogue
// CHECK: ^bb0(%{{.+}}: f32, %[[INDEX:.+]]: i64):
// CHECK: loop.yield %[[INDEX]] : i64
func.func @arg(%x: tensor<2x3xf32>) -> tensor<2xi64> {
  %0 = graph.arg_reduce %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// -----

// CHECK-LABEL: loop.program @softmax_0
// CHECK-SAME: %[[X:.+]]: tensor<2x3xf32>, %[[OUT:.+]]: tensor<2x3xf32>)
// CHECK: %[[MAX:.+]] = loop.nest {{.+}} ins(%[[X]] : tensor<2x3xf32>)
// CHECK-COUNT-2: loop.nest
// CHECK: arith.divf
// CHECK: loop.nest
// CHECK: arith.mulf
func.func @softmax(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.softmax %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// The variance is of centred elements.
// CHECK-LABEL: loop.program @layer_norm_0
// CHECK: arith.addf
// CHECK: arith.divf
// CHECK: loop.nest
// CHECK: %[[D:.+]] = arith.subf
// CHECK: arith.mulf %[[D]], %[[D]]
// CHECK: math.sqrt
// CHECK: loop.nest
func.func @layer_norm(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.layer_norm %x {axis = 1 : i64, epsilon = 0.1 : f64}
      : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @lrn_0
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 1, 0] [1, 6, 2] [1, 1, 1]
// CHECK: loop.nest bounds [1, 6, 2, 4]
// CHECK-SAME: (d0, d1 + d3, d2)>
func.func @lrn(%x: tensor<1x6x2xf32>) -> tensor<1x6x2xf32> {
  %0 = graph.lrn %x {axis = 1 : i64, size = 4 : i64, alpha = 0.5 : f64,
      beta = 0.75 : f64, bias = 1.0 : f64}
      : (tensor<1x6x2xf32>) -> tensor<1x6x2xf32>
  return %0 : tensor<1x6x2xf32>
}
