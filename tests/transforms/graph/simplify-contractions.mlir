// RUN: graph-opt %s -graph-simplify -canonicalize | FileCheck %s
// Batch normalisation and constant factors go into filters.

// Convolution with bias and batch normalisation: one convolution, one sum.
// CHECK-LABEL: func.func @conv_bias_batch_norm
// CHECK-SAME: (%[[X:.*]]: tensor<1x2x4x4xf32>)
// CHECK-DAG: %[[F:.*]] = graph.constant {{.*}} : tensor<3x2x1x1xf32>
// CHECK-DAG: %[[FACTOR:.*]] = graph.reshape %{{.*}} : {{.*}} to tensor<3x1x1x1xf32>
// CHECK-DAG: %[[SCALED:.*]] = graph.mul %[[FACTOR]], %[[F]]
// CHECK-DAG: %[[CONV:.*]] = graph.conv %[[X]], %[[SCALED]]
// CHECK: %[[SUM:.*]] = graph.add %[[CONV]], %{{.*}} : (tensor<1x3x4x4xf32>, tensor<3x1x1xf32>)
// CHECK-NEXT: return %[[SUM]]
func.func @conv_bias_batch_norm(%x: tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32> {
  %f = graph.constant dense<"0x0000803F0000004000004040000080400000A0400000C040"> : tensor<3x2x1x1xf32>
  %b = graph.constant dense<[[[1.0]], [[2.0]], [[3.0]]]> : tensor<3x1x1xf32>
  %scale = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %bias = graph.constant dense<[4.0, 5.0, 6.0]> : tensor<3xf32>
  %mean = graph.constant dense<[7.0, 8.0, 9.0]> : tensor<3xf32>
  %var = graph.constant dense<[1.5, 2.5, 3.5]> : tensor<3xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
  %1 = graph.add %0, %b : (tensor<1x3x4x4xf32>, tensor<3x1x1xf32>) -> tensor<1x3x4x4xf32>
  %2 = graph.batch_norm %1, %scale, %bias, %mean, %var {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<1x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x4x4xf32>
  return %2 : tensor<1x3x4x4xf32>
}

// Another user of the convolution wants its own result.
// CHECK-LABEL: func.func @conv_used_twice
// CHECK: %[[CONV:.*]] = graph.conv
// CHECK: graph.mul %[[CONV]]
func.func @conv_used_twice(%x: tensor<1x2x4x4xf32>) -> (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) {
  %f = graph.constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %c = graph.constant dense<3.0> : tensor<f32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  %1 = graph.mul %0, %c : (tensor<1x1x4x4xf32>, tensor<f32>) -> tensor<1x1x4x4xf32>
  return %0, %1 : tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>
}

// A factor for each pixel is none for each filter.
// CHECK-LABEL: func.func @factor_per_pixel
// CHECK: %[[CONV:.*]] = graph.conv
// CHECK: graph.mul %[[CONV]]
func.func @factor_per_pixel(%x: tensor<1x2x1x4xf32>) -> tensor<1x1x1x4xf32> {
  %f = graph.constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %c = graph.constant dense<[3.0, 4.0, 5.0, 6.0]> : tensor<4xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x2x1x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x1x4xf32>
  %1 = graph.mul %0, %c : (tensor<1x1x1x4xf32>, tensor<4xf32>) -> tensor<1x1x1x4xf32>
  return %1 : tensor<1x1x1x4xf32>
}

// CHECK-LABEL: func.func @matmul_columns
// CHECK: %[[W:.*]] = graph.div %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<1x3xf32>)
// CHECK: %[[R:.*]] = graph.matmul %arg0, %[[W]]
// CHECK-NEXT: return %[[R]]
func.func @matmul_columns(%x: tensor<5x2xf32>) -> tensor<5x3xf32> {
  %w = graph.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %c = graph.constant dense<[3.0, 5.0, 7.0]> : tensor<3xf32>
  %0 = graph.matmul %x, %w : (tensor<5x2xf32>, tensor<2x3xf32>) -> tensor<5x3xf32>
  %1 = graph.div %0, %c : (tensor<5x3xf32>, tensor<3xf32>) -> tensor<5x3xf32>
  return %1 : tensor<5x3xf32>
}

// Two groups share the filter's output dimension: it is pulled apart.
// CHECK-LABEL: func.func @conv_transpose_groups
// CHECK-DAG: graph.constant {{.*}} : tensor<2x2x1x1x1xf32>
// CHECK-DAG: graph.constant {{.*}} : tensor<2x1x1x1x1xf32>
// CHECK: %[[S:.*]] = graph.mul
// CHECK: %[[F:.*]] = graph.reshape %[[S]] : tensor<2x2x1x1x1xf32> to tensor<4x1x1x1xf32>
// CHECK: graph.conv_transpose %arg0, %[[F]]
// CHECK-NEXT: return
func.func @conv_transpose_groups(%x: tensor<1x4x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %f = graph.constant dense<[[[[1.0]]], [[[2.0]]], [[[3.0]]], [[[4.0]]]]> : tensor<4x1x1x1xf32>
  %c = graph.constant dense<[[[3.0]], [[5.0]]]> : tensor<2x1x1xf32>
  %0 = graph.conv_transpose %x, %f {groups = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, output_pads = array<i64: 0, 0>} : (tensor<1x4x2x2xf32>, tensor<4x1x1x1xf32>) -> tensor<1x2x2x2xf32>
  %1 = graph.mul %0, %c : (tensor<1x2x2x2xf32>, tensor<2x1x1xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}
