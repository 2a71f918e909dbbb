// RUN: graph-opt %s -graph-simplify -canonicalize | FileCheck %s
// Padding, gathers, concatenations and broadcasts that other ops can do.

// CHECK-LABEL: func.func @pad_conv
// CHECK-NOT: graph.pad
// CHECK: graph.conv %arg0, %arg1 {{.*}}pads = array<i64: 2, 1, 0, 3>
func.func @pad_conv(%x: tensor<1x2x4x4xf32>, %f: tensor<1x2x1x1xf32>) -> tensor<1x1x6x8xf32> {
  %0 = graph.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x6xf32>
  %1 = graph.conv %0, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 1>} : (tensor<1x2x5x6xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x6x8xf32>
  return %1 : tensor<1x1x6x8xf32>
}

// Padding by ones, or of channels, is not what a convolution does.
// CHECK-LABEL: func.func @other_pads
// CHECK: graph.pad
// CHECK: graph.pad
func.func @other_pads(%x: tensor<1x2x4x4xf32>, %f: tensor<1x2x1x1xf32>, %g: tensor<1x3x1x1xf32>)
    -> (tensor<1x1x5x4xf32>, tensor<1x1x4x4xf32>) {
  %one = graph.constant dense<1.0> : tensor<f32>
  %0 = graph.pad %x, %one {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 0>} : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x5x4xf32>
  %1 = graph.conv %0, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x2x5x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x5x4xf32>
  %2 = graph.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 0, 0, 0>} : (tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32>
  %3 = graph.conv %2, %g {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x3x4x4xf32>, tensor<1x3x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %1, %3 : tensor<1x1x5x4xf32>, tensor<1x1x4x4xf32>
}

// CHECK-LABEL: func.func @pad_avg_pool
// CHECK-NOT: graph.pad
// CHECK: graph.avg_pool %arg0 {count_include_pad, {{.*}}pads = array<i64: 1, 1, 1, 1>
func.func @pad_avg_pool(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = graph.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x6x6xf32>
  %1 = graph.avg_pool %0 {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x2x6x6xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: func.func @gather
// CHECK-DAG: %[[S:.*]] = graph.slice %arg0 {sizes = array<i64: 4, 1>, starts = array<i64: 0, 7>, steps = array<i64: 1, 1>}
// CHECK-DAG: %[[A:.*]] = graph.reshape %[[S]] : tensor<4x1xf32> to tensor<4xf32>
// CHECK-DAG: %[[B:.*]] = graph.slice %arg0 {sizes = array<i64: 4, 3>, starts = array<i64: 0, 1>, steps = array<i64: 1, 2>}
// CHECK-DAG: %[[C:.*]] = graph.gather
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @gather(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4x3xf32>, tensor<4x3xf32>) {
  %last = graph.constant dense<-1> : tensor<i64>
  %range = graph.constant dense<[1, 3, 5]> : tensor<3xi64>
  %any = graph.constant dense<[1, 3, 4]> : tensor<3xi64>
  %0 = graph.gather %x, %last {axis = 1 : i64} : (tensor<4x8xf32>, tensor<i64>) -> tensor<4xf32>
  %1 = graph.gather %x, %range {axis = 1 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<4x3xf32>
  %2 = graph.gather %x, %any {axis = 1 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<4x3xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4x3xf32>, tensor<4x3xf32>
}

// Slices in their order rebuild the whole; in another order they don't.
// CHECK-LABEL: func.func @concat_of_slices
// CHECK: %[[SWAPPED:.*]] = graph.concat
// CHECK: return %arg0, %[[SWAPPED]]
func.func @concat_of_slices(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = graph.slice %x {starts = array<i64: 0, 0>, sizes = array<i64: 4, 3>, steps = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<4x3xf32>
  %1 = graph.slice %x {starts = array<i64: 0, 3>, sizes = array<i64: 4, 5>, steps = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<4x5xf32>
  %2 = graph.concat %0, %1 {axis = 1 : i64} : (tensor<4x3xf32>, tensor<4x5xf32>) -> tensor<4x8xf32>
  %3 = graph.concat %1, %0 {axis = 1 : i64} : (tensor<4x5xf32>, tensor<4x3xf32>) -> tensor<4x8xf32>
  return %2, %3 : tensor<4x8xf32>, tensor<4x8xf32>
}

// The op broadcasts by itself, unless nothing else has the full shape.
// CHECK-LABEL: func.func @broadcast_operand
// CHECK-DAG: %[[A:.*]] = graph.add %arg0, %arg1 : (tensor<4x8xf32>, tensor<8xf32>)
// CHECK-DAG: %[[B:.*]] = graph.broadcast
// CHECK: %[[C:.*]] = graph.neg %[[B]]
// CHECK: return %[[A]], %[[C]]
func.func @broadcast_operand(%x: tensor<4x8xf32>, %y: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = graph.broadcast %y : tensor<8xf32> to tensor<4x8xf32>
  %1 = graph.add %x, %0 : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = graph.neg %0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>
}

// A new dimension of size 1 goes before the transpose, another shape does not.
// CHECK-LABEL: func.func @unit_dims
// CHECK: %[[X:.*]] = graph.reshape %arg0 : tensor<5x2x3xf32> to tensor<1x1x5x2x3xf32>
// CHECK: %[[A:.*]] = graph.transpose %[[X]] {permutation = array<i64: 0, 3, 1, 2, 4>} : (tensor<1x1x5x2x3xf32>) -> tensor<1x2x1x5x3xf32>
// CHECK: %[[T:.*]] = graph.transpose %arg0
// CHECK: %[[B:.*]] = graph.reshape %[[T]]
// CHECK: return %[[A]], %[[B]]
func.func @unit_dims(%x: tensor<5x2x3xf32>) -> (tensor<1x2x1x5x3xf32>, tensor<2x15x1xf32>) {
  %0 = graph.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<5x2x3xf32>) -> tensor<2x5x3xf32>
  %1 = graph.reshape %0 : tensor<2x5x3xf32> to tensor<1x2x1x5x3xf32>
  %2 = graph.transpose %x {permutation = array<i64: 1, 0, 2>} : (tensor<5x2x3xf32>) -> tensor<2x5x3xf32>
  %3 = graph.reshape %2 : tensor<2x5x3xf32> to tensor<2x15x1xf32>
  return %1, %3 : tensor<1x2x1x5x3xf32>, tensor<2x15x1xf32>
}
