// RUN: graph-opt %s -graph-fuse-regions -split-input-file | FileCheck %s
// Two contractions of computed operands with a normalisation between them are
// one group.

// Scale, mask and guard lie between; permutations of operands and result join.
// CHECK-LABEL: func.func @attention
// CHECK-SAME: %[[Q:.+]]: tensor<1x5x2x4xf32>, %[[K:.+]]: tensor<1x7x2x4xf32>, %[[V:.+]]: tensor<1x7x2x4xf32>, %[[M:.+]]: tensor<1x1x5x7xf32>
// CHECK: %[[R:.+]] = graph.fused (%{{.+}} = %[[Q]] : {{.*}}, %{{.+}} = %[[K]] : {{.*}}, %{{.+}} = %[[V]] : {{.*}}, %{{.+}} = %[[M]]
// CHECK: graph.transpose
// CHECK: graph.transpose
// CHECK: graph.transpose
// CHECK: graph.matmul
// CHECK: graph.mul
// CHECK: graph.add
// CHECK: graph.softmax
// CHECK: graph.is_nan
// CHECK: graph.where
// CHECK: graph.matmul
// CHECK: graph.transpose
// CHECK-NEXT: graph.yield
// CHECK: return %[[R]]
func.func @attention(%q: tensor<1x5x2x4xf32>, %k: tensor<1x7x2x4xf32>, %v: tensor<1x7x2x4xf32>, %m: tensor<1x1x5x7xf32>) -> tensor<1x5x2x4xf32> {
  %scale = graph.constant dense<0.5> : tensor<f32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %0 = graph.transpose %q {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x5x2x4xf32>) -> tensor<1x2x5x4xf32>
  %1 = graph.transpose %k {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x7x2x4xf32>) -> tensor<1x2x4x7xf32>
  %2 = graph.transpose %v {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x7x2x4xf32>) -> tensor<1x2x7x4xf32>
  %3 = graph.matmul %0, %1 : (tensor<1x2x5x4xf32>, tensor<1x2x4x7xf32>) -> tensor<1x2x5x7xf32>
  %4 = graph.mul %3, %scale : (tensor<1x2x5x7xf32>, tensor<f32>) -> tensor<1x2x5x7xf32>
  %5 = graph.add %4, %m : (tensor<1x2x5x7xf32>, tensor<1x1x5x7xf32>) -> tensor<1x2x5x7xf32>
  %6 = graph.softmax %5 {axis = 3 : i64} : (tensor<1x2x5x7xf32>) -> tensor<1x2x5x7xf32>
  %7 = graph.is_nan %6 : (tensor<1x2x5x7xf32>) -> tensor<1x2x5x7xi1>
  %8 = graph.where %7, %zero, %6 : (tensor<1x2x5x7xi1>, tensor<f32>, tensor<1x2x5x7xf32>) -> tensor<1x2x5x7xf32>
  %9 = graph.matmul %8, %2 : (tensor<1x2x5x7xf32>, tensor<1x2x7x4xf32>) -> tensor<1x2x5x4xf32>
  %10 = graph.transpose %9 {permutation = array<i64: 0, 2, 1, 3>} : (tensor<1x2x5x4xf32>) -> tensor<1x5x2x4xf32>
  return %10 : tensor<1x5x2x4xf32>
}

// -----

// Keys that are used elsewhere are permuted outside.
// CHECK-LABEL: func.func @keys_used_elsewhere
// CHECK: %[[T:.+]] = graph.transpose
// CHECK: %[[R:.+]] = graph.fused ({{.*}} = %[[T]]
// CHECK-NOT: graph.transpose
// CHECK: graph.matmul
// CHECK: graph.softmax
// CHECK: graph.matmul
// CHECK: return %[[R]], %[[T]]
func.func @keys_used_elsewhere(%q: tensor<5x4xf32>, %k: tensor<7x4xf32>, %v: tensor<7x4xf32>) -> (tensor<5x4xf32>, tensor<4x7xf32>) {
  %0 = graph.transpose %k {permutation = array<i64: 1, 0>} : (tensor<7x4xf32>) -> tensor<4x7xf32>
  %1 = graph.matmul %q, %0 : (tensor<5x4xf32>, tensor<4x7xf32>) -> tensor<5x7xf32>
  %2 = graph.softmax %1 {axis = 1 : i64} : (tensor<5x7xf32>) -> tensor<5x7xf32>
  %3 = graph.matmul %2, %v : (tensor<5x7xf32>, tensor<7x4xf32>) -> tensor<5x4xf32>
  return %3, %0 : tensor<5x4xf32>, tensor<4x7xf32>
}

// -----

// Scores that are used elsewhere, constant values, and a mask that makes the
// scores larger keep the contractions apart.
// CHECK-LABEL: func.func @apart
// CHECK-NOT: graph.fused
// CHECK: return
func.func @apart(%q: tensor<5x4xf32>, %k: tensor<4x7xf32>, %v: tensor<7x4xf32>) -> (tensor<5x4xf32>, tensor<5x7xf32>, tensor<5x2xf32>) {
  %0 = graph.matmul %q, %k : (tensor<5x4xf32>, tensor<4x7xf32>) -> tensor<5x7xf32>
  %1 = graph.softmax %0 {axis = 1 : i64} : (tensor<5x7xf32>) -> tensor<5x7xf32>
  %2 = graph.matmul %1, %v : (tensor<5x7xf32>, tensor<7x4xf32>) -> tensor<5x4xf32>
  %w = graph.constant dense<[[1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 3.0]]> : tensor<7x2xf32>
  %3 = graph.matmul %q, %k : (tensor<5x4xf32>, tensor<4x7xf32>) -> tensor<5x7xf32>
  %4 = graph.softmax %3 {axis = 1 : i64} : (tensor<5x7xf32>) -> tensor<5x7xf32>
  %5 = graph.matmul %4, %w : (tensor<5x7xf32>, tensor<7x2xf32>) -> tensor<5x2xf32>
  return %2, %1, %5 : tensor<5x4xf32>, tensor<5x7xf32>, tensor<5x2xf32>
}

// -----

// The mask has a batch that the scores lack: the sum is another shape.
// CHECK-LABEL: func.func @larger_mask
// CHECK: graph.matmul
// CHECK: graph.fused
// CHECK: graph.add
// CHECK: graph.softmax
// CHECK-NOT: graph.matmul
// CHECK: graph.yield
// CHECK: graph.matmul
func.func @larger_mask(%q: tensor<5x4xf32>, %k: tensor<4x7xf32>, %v: tensor<7x4xf32>, %m: tensor<3x5x7xf32>) -> tensor<3x5x4xf32> {
  %0 = graph.matmul %q, %k : (tensor<5x4xf32>, tensor<4x7xf32>) -> tensor<5x7xf32>
  %1 = graph.add %0, %m : (tensor<5x7xf32>, tensor<3x5x7xf32>) -> tensor<3x5x7xf32>
  %2 = graph.softmax %1 {axis = 2 : i64} : (tensor<3x5x7xf32>) -> tensor<3x5x7xf32>
  %3 = graph.matmul %2, %v : (tensor<3x5x7xf32>, tensor<7x4xf32>) -> tensor<3x5x4xf32>
  return %3 : tensor<3x5x4xf32>
}
