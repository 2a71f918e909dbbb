// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Convolutions and matrix products become one nest with accumulators.

// CHECK-LABEL: loop.program @conv_0
// CHECK-SAME: %[[X:.+]]: tensor<1x5x5x2xf32>, %[[W:.+]]: tensor<3x3x2x4xf32>, %[[OUT:.+]]: tensor<1x5x5x4xf32>)
// CHECK: tensor.insert_slice %[[X]] into %{{.+}}[0, 1, 1, 0] [1, 5, 5, 2] [1, 1, 1, 1]
// CHECK: loop.nest bounds [1, 1, 7, 2]
// CHECK: loop.nest bounds [1, 1, 7, 2]
// CHECK: loop.nest bounds [1, 5, 1, 2]
// CHECK: loop.nest bounds [1, 5, 1, 2]
// CHECK: %[[PAD:.+]] = tensor.insert_slice %{{.+}} into %{{.+}}[0, 1, 6, 0] [1, 5, 1, 2] [1, 1, 1, 1]
// CHECK: loop.nest bounds [1, 5, 5, 4, 3, 3, 2]
// CHECK-SAME: parallel{{.+}}parallel{{.+}}parallel{{.+}}parallel{{.+}}reduction{{.+}}reduction{{.+}}reduction
// CHECK-SAME: (d0, d1 + d4, d2 + d5, d6)>, affine_map<{{.+}} -> (d4, d5, d6, d3)>, affine_map<{{.+}} -> (d0, d1, d2, d3)>
// CHECK-SAME: ins(%[[PAD]], %[[W]] :
// CHECK-SAME: outs(%[[OUT]] :
// CHECK: ^bb0(%[[A:.+]]: f32, %[[B:.+]]: f32, %[[ACC:.+]]: f32):
// CHECK: %[[MUL:.+]] = arith.mulf %[[A]], %[[B]] fastmath<contract> : f32
// CHECK: arith.addf %[[ACC]], %[[MUL]] fastmath<contract> : f32
func.func @channels_last(%x: tensor<1x5x5x2xf32>, %w: tensor<3x3x2x4xf32>)
    -> tensor<1x5x5x4xf32> {
  %0 = graph.conv %x, %w {channels_last, strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x5x5x2xf32>, tensor<3x3x2x4xf32>) -> tensor<1x5x5x4xf32>
  return %0 : tensor<1x5x5x4xf32>
}

// -----

// As much padding as is read: a stride of 2 leaves the last column unread.
// CHECK-LABEL: loop.program @conv_0
// CHECK-NOT: tensor.insert_slice
// CHECK: loop.nest bounds [1, 4, 3, 2, 1]
// CHECK-SAME: (d0, d3, d2 * 2 + d4)>, affine_map<{{.+}} -> (d1, d3, d4)>, affine_map<{{.+}} -> (d0, d1, d2)>
func.func @channels_first(%x: tensor<1x2x5xf32>, %w: tensor<4x2x1xf32>)
    -> tensor<1x4x3xf32> {
  %0 = graph.conv %x, %w {strides = array<i64: 2>, dilations = array<i64: 1>,
      pads = array<i64: 0, 1>}
      : (tensor<1x2x5xf32>, tensor<4x2x1xf32>) -> tensor<1x4x3xf32>
  return %0 : tensor<1x4x3xf32>
}

// -----

// CHECK-LABEL: loop.program @conv_0
// CHECK: loop.nest bounds [1, 3, 6, 3]
// CHECK-SAME: (d0, d1 + d3, d2)>, affine_map<{{.+}} -> (d3, 0, d2)>, affine_map<{{.+}} -> (d0, d1, d2)>
func.func @depthwise(%x: tensor<1x5x6xf32>, %w: tensor<3x1x6xf32>)
    -> tensor<1x3x6xf32> {
  %0 = graph.conv %x, %w {channels_last, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 6 : i64}
      : (tensor<1x5x6xf32>, tensor<3x1x6xf32>) -> tensor<1x3x6xf32>
  return %0 : tensor<1x3x6xf32>
}

// -----

// CHECK-LABEL: loop.program @conv_0
// CHECK: loop.nest bounds [1, 3, 2, 4, 3, 3]
// CHECK-SAME: (d0, d1 + d4, d2 * 3 + d5)>, affine_map<{{.+}} -> (d4, d5, d2 * 4 + d3)>, affine_map<{{.+}} -> (d0, d1, d2 * 4 + d3)>
func.func @groups(%x: tensor<1x5x6xf32>, %w: tensor<3x3x8xf32>)
    -> tensor<1x3x8xf32> {
  %0 = graph.conv %x, %w {channels_last, strides = array<i64: 1>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>, groups = 2 : i64}
      : (tensor<1x5x6xf32>, tensor<3x3x8xf32>) -> tensor<1x3x8xf32>
  return %0 : tensor<1x3x8xf32>
}

// -----

// Strides that equal the kernel: each input element writes its own outputs.
// CHECK-LABEL: loop.program @conv_transpose_0
// CHECK: loop.nest bounds [1, 3, 2, 5, 4]
// CHECK-SAME: (d0, d1, d4)>, affine_map<{{.+}} -> (d2, d3, d4)>, affine_map<{{.+}} -> (d0, d1 * 2 + d2, d3)>
func.func @scatter(%x: tensor<1x3x4xf32>, %w: tensor<2x5x4xf32>)
    -> tensor<1x6x5xf32> {
  %0 = graph.conv_transpose %x, %w {channels_last, strides = array<i64: 2>,
      dilations = array<i64: 1>, pads = array<i64: 0, 0>,
      output_pads = array<i64: 0>}
      : (tensor<1x3x4xf32>, tensor<2x5x4xf32>) -> tensor<1x6x5xf32>
  return %0 : tensor<1x6x5xf32>
}

// -----

// Otherwise zeros stand between the elements and the filter is flipped.
// CHECK-LABEL: loop.program @conv_transpose_0
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 1, 0] [1, 3, 4] [1, 2, 1]
// CHECK: loop.nest bounds [1, 5, 5, 3, 4]
// CHECK-SAME: (d0, d1 + d3, d4)>, affine_map<{{.+}} -> (-d3 + 2, d2, d4)>
func.func @transposed(%x: tensor<1x3x4xf32>, %w: tensor<3x5x4xf32>)
    -> tensor<1x5x5xf32> {
  %0 = graph.conv_transpose %x, %w {channels_last, strides = array<i64: 2>,
      dilations = array<i64: 1>, pads = array<i64: 1, 1>,
      output_pads = array<i64: 0>}
      : (tensor<1x3x4xf32>, tensor<3x5x4xf32>) -> tensor<1x5x5xf32>
  return %0 : tensor<1x5x5xf32>
}

// -----

// Batches broadcast by maps; f16 is summed in f32.
// CHECK-LABEL: loop.program @matmul_0
// CHECK: loop.nest bounds [2, 3, 4, 6, 5]
// CHECK-SAME: (d0, 0, d2, d4)>, affine_map<{{.+}} -> (d1, d4, d3)>, affine_map<{{.+}} -> (d0, d1, d2, d3)>
// CHECK: ^bb0(%[[A:.+]]: f16, %{{.+}}: f16, %[[ACC:.+]]: f32):
// CHECK: arith.extf %[[A]] : f16 to f32
// CHECK: epilogue
// CHECK: arith.truncf %{{.+}} : f32 to f16
func.func @matmul(%a: tensor<2x1x4x5xf16>, %b: tensor<3x5x6xf16>)
    -> tensor<2x3x4x6xf16> {
  %0 = graph.matmul %a, %b
      : (tensor<2x1x4x5xf16>, tensor<3x5x6xf16>) -> tensor<2x3x4x6xf16>
  return %0 : tensor<2x3x4x6xf16>
}

// -----

// CHECK-LABEL: loop.program @matmul_0
// CHECK: loop.nest bounds [5]
// CHECK-SAME: [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>]
// CHECK: arith.muli
// CHECK: arith.addi
func.func @vectors(%a: tensor<5xi32>, %b: tensor<5xi32>) -> tensor<i32> {
  %0 = graph.matmul %a, %b : (tensor<5xi32>, tensor<5xi32>) -> tensor<i32>
  return %0 : tensor<i32>
}
