// RUN: graph-opt %s -graph-optimize-pipeline 2>/dev/null | FileCheck %s
// RUN: graph-opt %s -graph-optimize-pipeline=level=0 2>/dev/null | FileCheck %s --check-prefix=LEVEL0
// An imported convolution with batch normalisation becomes one fused region.

// CHECK-LABEL: func.func @block
// CHECK: %[[T:.*]] = graph.transpose %arg0
// CHECK: %[[R:.*]] = graph.fused ({{.*}} = %[[T]]
// CHECK-NEXT: graph.conv
// CHECK-NEXT: graph.add
// CHECK-NEXT: graph.relu
// CHECK-NEXT: graph.yield
// CHECK: graph.transpose %[[R]]
// CHECK-NOT: graph.batch_norm

// LEVEL0-LABEL: func.func @block
// LEVEL0-NOT: graph.fused
// LEVEL0: graph.conv
// LEVEL0: graph.batch_norm
// LEVEL0: graph.relu
func.func @block(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %f = graph.constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]]> : tensor<2x2x1x1xf32>
  %scale = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %bias = graph.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %mean = graph.constant dense<[7.0, 8.0]> : tensor<2xf32>
  %var = graph.constant dense<[1.5, 2.5]> : tensor<2xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.batch_norm %0, %scale, %bias, %mean, %var {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = graph.relu %1 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}
