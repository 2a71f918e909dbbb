// RUN: graph-opt -loop-mark-constants %s | FileCheck %s
// Arguments that are constants at all calls are marked, others are not.

// The first is given constants only: one, a view of one, a program's result on
// one. The second is an input at one of the calls.
// CHECK: loop.program @add
// CHECK-SAME: (%{{.+}}: memref<8xf32> {loop.constant}, %{{[a-z0-9]+}}: memref<8xf32>, %{{[a-z0-9]+}}: memref<8xf32>)
loop.program @add(%a: memref<8xf32>, %b: memref<8xf32>, %out: memref<8xf32>) {
  loop.return
}

// CHECK: loop.program @pack
// CHECK-SAME: (%{{.+}}: memref<8xf32> {loop.constant}, %{{[a-z0-9]+}}: memref<8xf32>)
loop.program @pack(%a: memref<8xf32>, %out: memref<8xf32>) {
  loop.return
}

// A program without inputs is no constant by itself.
// CHECK: loop.program @fill
// CHECK-NOT: loop.constant
// CHECK: loop.program @not_called
// CHECK-NOT: loop.constant
loop.program @fill(%out: memref<8xf32>) {
  loop.return
}

loop.program @not_called(%a: memref<8xf32>, %out: memref<8xf32>) {
  loop.return
}

// CHECK: loop.program @of_fill
// CHECK-NOT: loop.constant
// CHECK: func.func @main
loop.program @of_fill(%a: memref<8xf32>, %out: memref<8xf32>) {
  loop.return
}

func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %c = arith.constant dense<1.0> : tensor<8xf32>
  %d = arith.constant dense<2.0> : tensor<2x4xf32>
  %view = loop.view %d : tensor<2x4xf32> to tensor<8xf32>
  %packed = loop.call @pack(%view) : (tensor<8xf32>) -> tensor<8xf32>
  %0 = loop.call @add(%c, %c) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %1 = loop.call @add(%view, %x) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %2 = loop.call @add(%packed, %1) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %f = loop.call @fill() : () -> tensor<8xf32>
  %g = loop.call @of_fill(%f) : (tensor<8xf32>) -> tensor<8xf32>
  %3 = loop.call @add(%0, %g) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %3 : tensor<8xf32>
}
