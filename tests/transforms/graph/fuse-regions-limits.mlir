// RUN: graph-opt %s -graph-fuse-regions="max-ops=3 max-inputs=2 max-outputs=1" | FileCheck %s
// Groups keep to the limits on ops, operands and results.

// CHECK-LABEL: func.func @ops
// CHECK: graph.fused
// CHECK: graph.exp
// CHECK: graph.neg
// CHECK: graph.abs
// CHECK-NEXT: graph.yield
// CHECK: graph.fused
// CHECK-SAME: graph.not_fused = ["graph.tanh with graph.abs because the group is at its largest number of ops"]
// CHECK: graph.tanh
// CHECK: graph.relu
// CHECK-NEXT: graph.yield
func.func @ops(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.exp %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.neg %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.abs %1 : (tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.tanh %2 : (tensor<4xf32>) -> tensor<4xf32>
  %4 = graph.relu %3 : (tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// CHECK-LABEL: func.func @inputs
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<4xf32>, %[[Z:.*]]: tensor<4xf32>)
// CHECK-NOT: graph.fused
// CHECK: %[[A:.*]] = graph.add %[[X]], %[[Y]]
// CHECK: graph.mul %[[A]], %[[Z]] {graph.not_fused = ["graph.mul with graph.add because the group would have too many operands"]}
func.func @inputs(%x: tensor<4xf32>, %y: tensor<4xf32>, %z: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.mul %0, %z : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
