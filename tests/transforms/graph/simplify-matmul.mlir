// RUN: graph-opt %s -graph-simplify -canonicalize -cse | FileCheck %s
// Rows in one dimension; what follows a product follows it directly.

// CHECK-LABEL: func.func @rows_bias_residual
// CHECK-SAME: (%[[X:.*]]: tensor<2x4x8xf32>, %[[W:.*]]: tensor<8x8xf32>, %[[B:.*]]: tensor<8xf32>)
// CHECK: %[[R:.*]] = graph.reshape %[[X]] : tensor<2x4x8xf32> to tensor<8x8xf32>
// CHECK: %[[M:.*]] = graph.matmul %[[R]], %[[W]]
// CHECK: %[[A:.*]] = graph.add %[[M]], %[[B]] : (tensor<8x8xf32>, tensor<8xf32>)
// CHECK: %[[G:.*]] = graph.gelu %[[A]]
// CHECK: %[[S:.*]] = graph.add %[[G]], %[[R]]
// CHECK: %[[V:.*]] = graph.reshape %[[S]]
// CHECK-NEXT: return %[[V]]
func.func @rows_bias_residual(%x: tensor<2x4x8xf32>, %w: tensor<8x8xf32>, %b: tensor<8xf32>) -> tensor<2x4x8xf32> {
  %0 = graph.matmul %x, %w : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  %1 = graph.add %0, %b : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
  %2 = graph.gelu %1 : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %3 = graph.add %2, %x : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return %3 : tensor<2x4x8xf32>
}

// An operand along another dimension, or that enlarges, keeps the reshape.
// CHECK-LABEL: func.func @other_operands
// CHECK: %[[M:.*]] = graph.matmul
// CHECK-NEXT: %[[R:.*]] = graph.reshape %[[M]]
// CHECK-NEXT: graph.add %[[R]]
func.func @other_operands(%x: tensor<2x4x8xf32>, %w: tensor<8x8xf32>, %b: tensor<4x1xf32>) -> tensor<2x4x8xf32> {
  %0 = graph.matmul %x, %w : (tensor<2x4x8xf32>, tensor<8x8xf32>) -> tensor<2x4x8xf32>
  %1 = graph.add %0, %b : (tensor<2x4x8xf32>, tensor<4x1xf32>) -> tensor<2x4x8xf32>
  return %1 : tensor<2x4x8xf32>
}

// Scaled queries and keys: one factor behind the product.
// CHECK-LABEL: func.func @attention_scale
// CHECK: %[[M:.*]] = graph.matmul %arg0, %arg1
// CHECK: %[[S:.*]] = graph.mul %[[M]]
// CHECK-NOT: graph.mul %[[S]]
// CHECK: return
func.func @attention_scale(%q: tensor<3x4x8xf32>, %k: tensor<3x8x4xf32>) -> tensor<3x4x4xf32> {
  %c = graph.constant dense<0.35> : tensor<1xf32>
  %0 = graph.mul %q, %c : (tensor<3x4x8xf32>, tensor<1xf32>) -> tensor<3x4x8xf32>
  %1 = graph.mul %k, %c : (tensor<3x8x4xf32>, tensor<1xf32>) -> tensor<3x8x4xf32>
  %2 = graph.matmul %0, %1 : (tensor<3x4x8xf32>, tensor<3x8x4xf32>) -> tensor<3x4x4xf32>
  return %2 : tensor<3x4x4xf32>
}

// CHECK-LABEL: func.func @half_precision
// CHECK: %[[Q:.*]] = graph.mul %arg0
// CHECK: graph.matmul %[[Q]]
func.func @half_precision(%q: tensor<3x4x8xf16>, %k: tensor<3x8x4xf16>) -> tensor<3x4x4xf16> {
  %c = graph.constant dense<0.35> : tensor<f16>
  %0 = graph.mul %q, %c : (tensor<3x4x8xf16>, tensor<f16>) -> tensor<3x4x8xf16>
  %1 = graph.matmul %0, %k : (tensor<3x4x8xf16>, tensor<3x8x4xf16>) -> tensor<3x4x4xf16>
  return %1 : tensor<3x4x4xf16>
}
