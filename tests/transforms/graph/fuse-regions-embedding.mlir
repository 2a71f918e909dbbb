// RUN: graph-opt %s -graph-fuse-regions -split-input-file | FileCheck %s
// An op that embeds a group's result, and only user of it, ends the group.

// CHECK-LABEL: func.func @contraction
// CHECK: graph.fused
// CHECK: graph.matmul
// CHECK-NEXT: graph.relu
// CHECK-NEXT: %[[P:.*]] = graph.pad
// CHECK-NEXT: graph.yield %[[P]] : tensor<6x4xf32>
// CHECK: graph.softmax
func.func @contraction(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<6x4xf32> {
  %0 = graph.matmul %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.relu %0 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = graph.pad %1 {low = array<i64: 1, 0>, high = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<6x4xf32>
  %3 = graph.softmax %2 {axis = 1 : i64} : (tensor<6x4xf32>) -> tensor<6x4xf32>
  return %3 : tensor<6x4xf32>
}

// -----

// One of two results; the constant goes inside.
// CHECK-LABEL: func.func @one_of_two
// CHECK: %[[R:.*]]:2 = graph.fused {{.*}} -> (tensor<4xf32>, tensor<5xf32>)
// CHECK: graph.exp
// CHECK: graph.neg
// CHECK: graph.constant
// CHECK: graph.pad
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @one_of_two(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<5xf32>) {
  %v = graph.constant dense<2.0> : tensor<f32>
  %0 = graph.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.neg %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.pad %1, %v {low = array<i64: 1>, high = array<i64: 0>} : (tensor<4xf32>, tensor<f32>) -> tensor<5xf32>
  return %0, %2 : tensor<4xf32>, tensor<5xf32>
}

// -----

// Injective and single elementwise ops.
// CHECK-LABEL: func.func @single
// CHECK: graph.fused
// CHECK-NEXT: graph.transpose
// CHECK-NEXT: graph.pad
// CHECK-NEXT: graph.yield
// CHECK: graph.fused
// CHECK-NEXT: graph.relu
// CHECK-NEXT: graph.pad
// CHECK-NEXT: graph.yield
func.func @single(%x: tensor<4x2xf32>) -> (tensor<3x4xf32>, tensor<4x3xf32>) {
  %0 = graph.transpose %x {permutation = array<i64: 1, 0>} : (tensor<4x2xf32>) -> tensor<2x4xf32>
  %1 = graph.pad %0 {low = array<i64: 1, 0>, high = array<i64: 0, 0>} : (tensor<2x4xf32>) -> tensor<3x4xf32>
  %2 = graph.relu %x : (tensor<4x2xf32>) -> tensor<4x2xf32>
  %3 = graph.pad %2 {low = array<i64: 0, 1>, high = array<i64: 0, 0>} : (tensor<4x2xf32>) -> tensor<4x3xf32>
  return %1, %3 : tensor<3x4xf32>, tensor<4x3xf32>
}

// -----

// Not where the value is used elsewhere, elements are removed, or others than
// one value lie around: then padding takes the elementwise ops behind it.
// CHECK-LABEL: func.func @refused
// CHECK: %[[R:.*]] = graph.relu
// CHECK: graph.fused ({{.*}} = %[[R]]
// CHECK-NEXT: graph.pad
// CHECK-NEXT: graph.exp
// CHECK-NEXT: graph.yield
// CHECK: %[[N:.*]] = graph.neg
// CHECK: graph.pad %[[N]]
// CHECK: %[[A:.*]] = graph.abs
// CHECK: graph.pad %[[A]]
// CHECK: return
func.func @refused(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<5xf32>, tensor<4xf32>, tensor<6xf32>) {
  %0 = graph.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.pad %0 {low = array<i64: 1>, high = array<i64: 0>} : (tensor<4xf32>) -> tensor<5xf32>
  %2 = graph.exp %1 : (tensor<5xf32>) -> tensor<5xf32>
  %3 = graph.neg %x : (tensor<4xf32>) -> tensor<4xf32>
  %4 = graph.pad %3 {low = array<i64: 1>, high = array<i64: -1>} : (tensor<4xf32>) -> tensor<4xf32>
  %5 = graph.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  %6 = graph.pad %5 {low = array<i64: 1>, high = array<i64: 1>, mode = #graph.pad_mode<reflect>} : (tensor<4xf32>) -> tensor<6xf32>
  return %0, %2, %4, %6 : tensor<4xf32>, tensor<5xf32>, tensor<4xf32>, tensor<6xf32>
}

// -----

// A concat ends the group of the operand that is made last, and a pad may follow.
// CHECK-LABEL: func.func @concat
// CHECK: %[[A:.*]] = graph.relu
// CHECK: %[[R:.*]] = graph.fused (%{{.*}} = %{{.*}}, %{{.*}} = %{{.*}}, %{{.*}} = %[[A]]
// CHECK-NEXT: graph.matmul
// CHECK-NEXT: graph.concat
// CHECK: graph.pad
// CHECK-NEXT: graph.yield
// CHECK: return %[[R]]
func.func @concat(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x9xf32> {
  %0 = graph.relu %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.matmul %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = graph.concat %0, %1 {axis = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  %3 = graph.pad %2 {low = array<i64: 0, 1>, high = array<i64: 0, 0>} : (tensor<4x8xf32>) -> tensor<4x9xf32>
  return %3 : tensor<4x9xf32>
}

// -----

// Not behind a normalisation, and not behind a lone op that reads a constant of
// one value: a concat then takes what is elementwise behind it.
// CHECK-LABEL: func.func @concat_refused
// CHECK: %[[S:.*]] = graph.softmax
// CHECK: graph.fused ({{.*}}%[[S]]
// CHECK-NEXT: graph.concat
// CHECK-NEXT: graph.exp
// CHECK-NEXT: graph.yield
// CHECK: %[[M:.*]] = graph.matmul
// CHECK: graph.concat %{{.*}}, %[[M]]
func.func @concat_refused(%x: tensor<4x4xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = graph.softmax %x {axis = 1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.concat %x, %0 {axis = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  %2 = graph.exp %1 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %w = graph.constant dense<2.0> : tensor<4x4xf32>
  %3 = graph.matmul %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %4 = graph.concat %x, %3 {axis = 1 : i64} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  return %2, %4 : tensor<4x8xf32>, tensor<4x8xf32>
}
