// RUN: graph-opt --graph-hoist-padding --graph-fuse-regions --convert-graph-to-loop --loop-fuse-nests --loop-bufferize --mlir-print-local-scope -split-input-file %s | FileCheck %s --implicit-check-not=memref.copy --implicit-check-not=memref.alloc
// A producer writes the middle of its reader's padded input: no copy remains.

// CHECK-LABEL: loop.program @conv_relu_pad_0
// CHECK-SAME: %[[OUT:[a-z0-9]+]]: memref<1x6x6x4xf32>)
// CHECK: %[[MIDDLE:.+]] = memref.subview %[[OUT]][0, 1, 1, 0] [1, 4, 4, 4] [1, 1, 1, 1]
// CHECK: loop.nest bounds [1, 4, 4, 4, 1, 1, 4] {{.+}} outs(%[[MIDDLE]] :
// CHECK: loop.nest bounds [1, 1, 6, 4]
// CHECK: loop.nest bounds [1, 1, 6, 4]
// CHECK: loop.nest bounds [1, 4, 1, 4]
// CHECK: loop.nest bounds [1, 4, 1, 4]
// CHECK-NOT: loop.nest
// CHECK-LABEL: loop.program @conv_1
// CHECK-SAME: (%[[X:[a-z0-9]+]]: memref<1x6x6x4xf32>
// CHECK: loop.nest bounds [1, 4, 4, 4, 3, 3]
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 + d4, d2 + d5, d3)>
// CHECK-SAME: ins(%[[X]], %{{.+}} :
func.func @conv(%x: tensor<1x4x4x4xf32>, %f: tensor<1x1x4x4xf32>, %g: tensor<3x3x1x4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = graph.conv %x, %f {channels_last, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x4x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x4x4x4xf32>
  %1 = graph.relu %0 : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %2 = graph.conv %1, %g {channels_last, groups = 4 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x4x4x4xf32>, tensor<3x3x1x4xf32>) -> tensor<1x4x4x4xf32>
  return %2 : tensor<1x4x4x4xf32>
}

// -----

// Data movement does so, too.
// CHECK-LABEL: loop.program @transpose_pad_0
// CHECK: loop.nest bounds [4, 3] {{.+}} outs(%{{.+}} : memref<4x3xf32, strided<[5, 1], offset: 1>>)
// CHECK: loop.nest bounds [4, 1]
// CHECK: loop.nest bounds [4, 1]
// CHECK-NOT: loop.nest
// CHECK: loop.return
func.func @transpose(%x: tensor<3x4xf32>) -> tensor<4x5xf32> {
  %0 = graph.transpose %x {permutation = array<i64: 1, 0>} : (tensor<3x4xf32>) -> tensor<4x3xf32>
  %1 = graph.pad %0 {low = array<i64: 0, 1>, high = array<i64: 0, 1>} : (tensor<4x3xf32>) -> tensor<4x5xf32>
  return %1 : tensor<4x5xf32>
}
