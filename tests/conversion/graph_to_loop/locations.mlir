// RUN: graph-opt --convert-graph-to-loop --mlir-print-debuginfo --mlir-print-local-scope %s | FileCheck %s
// Calls and programs keep the locations of all ops that they compute.

// CHECK-LABEL: loop.program @exp_neg_0
// CHECK: } loc(fused["first", "second"])
// CHECK: loop.call @exp_neg_0({{.+}}) : (tensor<2xf32>) -> tensor<2xf32> loc(fused["first", "second"])
func.func @fused(%a: tensor<2xf32>) -> tensor<2xf32> {
  %r = graph.fused (%x = %a : tensor<2xf32>) -> (tensor<2xf32>) {
    %0 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32> loc("first")
    %1 = graph.neg %0 : (tensor<2xf32>) -> tensor<2xf32> loc("second")
    graph.yield %1 : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}
