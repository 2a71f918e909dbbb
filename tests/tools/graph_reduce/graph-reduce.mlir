// RUN: graph-reduce %s -graph-reduce='test=%S/has_erf.sh' | FileCheck %s
// RUN: not graph-reduce %s -graph-reduce='test=/bin/true' 2>&1 | FileCheck %s --check-prefix=DULL
// A network is cut down to the op that the script looks for.

// DULL: error: expected a script that calls the module interesting, but '/bin/true' does not

// CHECK: module {
// CHECK-NEXT: func.func @network(%[[X:.*]]: tensor<2x4xf32>) -> tensor<2x4xf32> {
// CHECK-NEXT: %[[ERF:.*]] = graph.erf %[[X]]
// CHECK-NEXT: return %[[ERF]]
// CHECK-NEXT: }
// CHECK-NEXT: }
func.func @network(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<8xf32>) {
  %0 = graph.add %x, %y : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = graph.exp %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = graph.erf %1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = graph.reshape %2 : tensor<2x4xf32> to tensor<8xf32>
  %4 = graph.tanh %3 : (tensor<8xf32>) -> tensor<8xf32>
  return %2, %4 : tensor<2x4xf32>, tensor<8xf32>
}

func.func @unrelated(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = graph.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
