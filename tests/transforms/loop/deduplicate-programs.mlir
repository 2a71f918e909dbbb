// RUN: graph-opt -loop-deduplicate-programs %s | FileCheck %s
// Programs of equal text become one; names and locations do not count.

// CHECK: loop.program @first
// CHECK-NOT: loop.program @second
// CHECK: loop.program @other_type
// CHECK: loop.program @other_constant
// CHECK-NOT: loop.program
loop.program @first(%a: tensor<8xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  %c = arith.constant dense<1.0> : tensor<8xf32>
  loop.return %c : tensor<8xf32>
} loc("node 1")

loop.program @second(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  %z = arith.constant dense<1.0> : tensor<8xf32> loc("constant")
  loop.return %z : tensor<8xf32>
} loc("node 2")

loop.program @other_type(%a: tensor<4xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  %c = arith.constant dense<1.0> : tensor<8xf32>
  loop.return %c : tensor<8xf32>
}

loop.program @other_constant(%a: tensor<8xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  %c = arith.constant dense<2.0> : tensor<8xf32>
  loop.return %c : tensor<8xf32>
}

// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.+]]: tensor<8xf32>
// CHECK: %[[A:.+]] = loop.call @first(%[[X]])
// CHECK: %[[B:.+]] = loop.call @first(%[[A]])
// CHECK: loop.call @other_constant(%[[B]])
func.func @main(%x: tensor<8xf32>, %y: tensor<4xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %a = loop.call @first(%x) : (tensor<8xf32>) -> tensor<8xf32>
  %b = loop.call @second(%a) : (tensor<8xf32>) -> tensor<8xf32>
  %c = loop.call @other_constant(%b) : (tensor<8xf32>) -> tensor<8xf32>
  %d = loop.call @other_type(%y) : (tensor<4xf32>) -> tensor<8xf32>
  return %c, %d : tensor<8xf32>, tensor<8xf32>
}
