// RUN: graph-opt -canonicalize -split-input-file %s | FileCheck %s
// Ops that only move size-1 dimensions, change nothing or follow their like
// disappear.

// CHECK-LABEL: func @reshape_of_reshape(
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>)
func.func @reshape_of_reshape(%x: tensor<2x?xf32>) -> tensor<?x2xf32> {
  // CHECK-NEXT: %[[R:.*]] = graph.reshape %[[X]] : tensor<2x?xf32> to tensor<?x2xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = graph.reshape %x : tensor<2x?xf32> to tensor<?xf32>
  %1 = graph.reshape %0 : tensor<?xf32> to tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// CHECK-LABEL: func @reshape_through_two_dynamic_dimensions(
func.func @reshape_through_two_dynamic_dimensions(%x: tensor<4x?x?xf32>)
    -> tensor<?x?xf32> {
  // CHECK-COUNT-2: graph.reshape
  %0 = graph.reshape %x : tensor<4x?x?xf32> to tensor<?x?x4xf32>
  %1 = graph.reshape %0 : tensor<?x?x4xf32> to tensor<?x?xf32>
  return %1 : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func @reshape_back(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @reshape_back(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = graph.reshape %x : tensor<2x3xf32> to tensor<6xf32>
  %1 = graph.reshape %0 : tensor<6xf32> to tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func @transposes_compose(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>)
func.func @transposes_compose(%x: tensor<2x3x4xf32>) -> tensor<4x3x2xf32> {
  // CHECK-NEXT: %[[T:.*]] = graph.transpose %[[X]] {permutation = array<i64: 2, 1, 0>} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  // CHECK-NEXT: return %[[T]]
  %0 = graph.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = graph.transpose %0 {permutation = array<i64: 1, 0, 2>} : (tensor<3x4x2xf32>) -> tensor<4x3x2xf32>
  return %1 : tensor<4x3x2xf32>
}

// -----

// CHECK-LABEL: func @transpose_back(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>)
func.func @transpose_back(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = graph.transpose %x {permutation = array<i64: 1, 2, 0>} : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = graph.transpose %0 {permutation = array<i64: 2, 0, 1>} : (tensor<3x4x2xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func @transpose_of_unit_dimensions(
// CHECK-SAME: %[[X:.*]]: tensor<1x?x1x4xf32>)
func.func @transpose_of_unit_dimensions(%x: tensor<1x?x1x4xf32>)
    -> tensor<?x4x1x1xf32> {
  // CHECK-NEXT: %[[R:.*]] = graph.reshape %[[X]] : tensor<1x?x1x4xf32> to tensor<?x4x1x1xf32>
  // CHECK-NEXT: return %[[R]]
  %0 = graph.transpose %x {permutation = array<i64: 1, 3, 2, 0>} : (tensor<1x?x1x4xf32>) -> tensor<?x4x1x1xf32>
  return %0 : tensor<?x4x1x1xf32>
}

// -----

// CHECK-LABEL: func @transpose_stays(
func.func @transpose_stays(%x: tensor<1x3x4xf32>) -> tensor<1x4x3xf32> {
  // CHECK-NEXT: graph.transpose
  // CHECK-NOT: graph.reshape
  %0 = graph.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<1x3x4xf32>) -> tensor<1x4x3xf32>
  return %0 : tensor<1x4x3xf32>
}

// -----

// CHECK-LABEL: func @identities(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xi32>)
func.func @identities(%x: tensor<2x3xi32>) -> tensor<2x3xi32> {
  // CHECK-NEXT: return %[[X]]
  %0 = graph.reshape %x : tensor<2x3xi32> to tensor<2x3xi32>
  %1 = graph.transpose %0 {permutation = array<i64: 0, 1>} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %2 = graph.broadcast %1 : tensor<2x3xi32> to tensor<2x3xi32>
  %3 = graph.slice %2 {sizes = array<i64: -1, 3>, starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %4 = graph.concat %3 {axis = 1 : i64} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %5 = graph.cast %4 {to = i32} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return %5 : tensor<2x3xi32>
}

// -----

// A dynamic size may be 1, and is then repeated.
// CHECK-LABEL: func @dynamic_broadcast_stays(
func.func @dynamic_broadcast_stays(%x: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: graph.broadcast
  %0 = graph.broadcast %x : tensor<?xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// CHECK-LABEL: func @reversing_slice_stays(
func.func @reversing_slice_stays(%x: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK: graph.slice
  %0 = graph.slice %x {sizes = array<i64: 3>, starts = array<i64: 2>, steps = array<i64: -1>} : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// CHECK-LABEL: func @unused_ops_vanish(
func.func @unused_ops_vanish(%x: tensor<4xf32>) {
  // CHECK-NEXT: return
  %0 = graph.fused (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) {
    %1 = graph.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    graph.yield %1 : tensor<4xf32>
  }
  return
}
