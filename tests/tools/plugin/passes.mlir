// RUN: mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(func.func(graph-simplify),convert-graph-to-loop,loop-deduplicate-programs)' \
// RUN:   %s | FileCheck %s
// A stock mlir-opt runs passes of the graph and the loop dialect.

// Two equal programs become one.
// CHECK: loop.program @[[$ADD:.*]](
// CHECK-NOT: loop.program

// The sum of constants is split off by graph-simplify, then lowered.
// CHECK-LABEL: func.func @join_sums
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
// CHECK: %[[C:.*]] = loop.call @[[$ADD]](%{{.*}}, %{{.*}})
// CHECK: %[[R:.*]] = loop.call @[[$ADD]](%[[X]], %[[C]])
// CHECK: return %[[R]]
func.func @join_sums(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = graph.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = graph.constant dense<[-5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  %0 = graph.add %x, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.add %b, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
