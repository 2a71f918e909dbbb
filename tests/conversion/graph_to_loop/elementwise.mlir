// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Elementwise ops become nests of parallel dimensions, broadcast by maps.

// CHECK-LABEL: loop.program @sub_0
// CHECK: loop.nest bounds [2, 3]
// CHECK-SAME: (d0, 0)>, affine_map<{{.+}} -> (d1)>, affine_map<{{.+}} -> (d0, d1)>
// CHECK: ^bb0(%[[A:.+]]: f32, %[[B:.+]]: f32, %{{.+}}: f32):
// CHECK: %[[R:.+]] = arith.subf %[[A]], %[[B]]
// CHECK: loop.yield %[[R]]
// CHECK: epilogue
// CHECK: ^bb0(%[[E:.+]]: f32):
// CHECK: loop.yield %[[E]]
func.func @broadcast(%a: tensor<2x1xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = graph.sub %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @less_0
// CHECK: %[[R:.+]] = arith.cmpi ult, %{{.+}}, %{{.+}} : i8
// CHECK: arith.extui %[[R]] : i1 to i8
func.func @unsigned(%a: tensor<2xui8>, %b: tensor<2xui8>) -> tensor<2xi1> {
  %0 = graph.less %a, %b : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// -----

// CHECK-LABEL: loop.program @batch_norm_0
// CHECK: loop.nest bounds [1, 4, 2]
// CHECK-SAME: (d0, d1, d2)>, affine_map<{{.+}} -> (d2)>, affine_map<{{.+}} -> (d2)>, affine_map<{{.+}} -> (d2)>, affine_map<{{.+}} -> (d2)>
// CHECK: math.sqrt
func.func @batch_norm(%x: tensor<1x4x2xf32>, %v: tensor<2xf32>)
    -> tensor<1x4x2xf32> {
  %0 = graph.batch_norm %x, %v, %v, %v, %v {axis = 2 : i64, epsilon = 0.1 : f64}
      : (tensor<1x4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>,
         tensor<2xf32>) -> tensor<1x4x2xf32>
  return %0 : tensor<1x4x2xf32>
}
