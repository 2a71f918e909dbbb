// RUN: graph-opt --convert-graph-to-loop --loop-deduplicate-programs %s | FileCheck %s
// What passes noted of an op goes to its call; equal programs stay equal.

// CHECK-COUNT-1: loop.program
// CHECK-NOT: loop.program
// CHECK-LABEL: func.func @notes
// CHECK: %[[Y:.+]] = loop.call @relu_0(%{{.+}}) {graph.not_fused = ["graph.relu with graph.add because a reason"]}
// CHECK: loop.call @relu_0(%[[Y]]) {graph.not_fused = ["graph.relu with graph.mul because another"]}
// CHECK: loop.call @relu_0(%{{.+}}) : (tensor<4xf32>) -> tensor<4xf32>
func.func @notes(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.relu %x {graph.not_fused = ["graph.relu with graph.add because a reason"]} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.relu %0 {graph.not_fused = ["graph.relu with graph.mul because another"]} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.relu %1 : (tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}
