// RUN: graph-opt -mlir-print-local-scope %s | graph-opt -mlir-print-local-scope | FileCheck %s
// Every op of the dialect, parsed and printed.

// CHECK-LABEL: loop.program @add
// CHECK-SAME: (%[[A:.+]]: tensor<8xf32>, %[[OUT:.+]]: tensor<8xf32>) -> tensor<8xf32>
loop.program @add(%a: tensor<8xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: %[[R:.+]] = loop.nest bounds [8] iterators [#loop<iterator parallel>]
  // CHECK-SAME: maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
  // CHECK-SAME: ins(%[[A]] : tensor<8xf32>) epilogue_ins() outs(%[[OUT]] : tensor<8xf32>) init {
  // CHECK: } combine {
  // CHECK: ^bb0(%[[X:.+]]: f32, %{{.+}}: f32):
  // CHECK: %[[S:.+]] = arith.addf %[[X]], %[[X]]
  // CHECK: loop.yield %[[S]] : f32
  // CHECK: } epilogue {
  // CHECK: } -> tensor<8xf32>
  %r = loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : tensor<8xf32>) epilogue_ins() outs(%out : tensor<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %sum = arith.addf %x, %x : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<8xf32>
  // CHECK: loop.return %[[R]] : tensor<8xf32>
  loop.return %r : tensor<8xf32>
}

// A tile of a product on buffers: a schedule, offsets, an epilogue's operand.
// CHECK-LABEL: loop.program @tile
loop.program @tile(%a: memref<4x16xf32>, %b: memref<16x8xf32>,
                   %bias: memref<8xf32>, %out: memref<4x8xf32>) {
  // CHECK: %[[I:.+]] = arith.constant 0
  %i = arith.constant 0 : index
  // CHECK: loop.nest bounds [2, 8, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
  // CHECK-SAME: schedule #loop.contraction<vector = 1 x 8, registers = [2, 1, 1], order = [0, 1, 2], cache = [0, 0, 0], parallel = 1> at(%[[I]], %[[I]], %[[I]]) ins(
  loop.nest bounds [2, 8, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>,
          affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [2, 1, 1],
      order = [0, 1, 2], cache = [0, 0, 0], parallel = 1>
    at(%i, %i, %i)
    ins(%a, %b : memref<4x16xf32>, memref<16x8xf32>)
    epilogue_ins(%bias : memref<8xf32>) outs(%out : memref<4x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32, %z: f32):
      %sum = arith.addf %acc, %z : f32
      loop.yield %sum : f32
    }
  loop.return
}

// Two accumulators, two outputs, loop.index.
// CHECK-LABEL: loop.program @largest_and_where
// CHECK: loop.nest {{.+}} schedule #loop.reduction<vector = -1 x 1, registers = [1, 4], order = [0, 1], cache = [0, 0], parallel = 0>
// CHECK: loop.index 1
// CHECK: -> tensor<3xf32>, tensor<3xi64>
loop.program @largest_and_where(%a: tensor<3x8xf32>, %value: tensor<3xf32>, %where: tensor<3xi64>)
    -> (tensor<3xf32>, tensor<3xi64>) {
  %r:2 = loop.nest bounds [3, 8] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>]
    schedule #loop.reduction<vector = -1 x 1, registers = [1, 4],
      order = [0, 1], cache = [0, 0], parallel = 0>
    ins(%a : tensor<3x8xf32>) epilogue_ins() outs(%value, %where : tensor<3xf32>, tensor<3xi64>)
    init {
      %low = arith.constant 0xFF800000 : f32
      %first = arith.constant 0 : index
      loop.yield %low, %first : f32, index
    } combine {
    ^bb0(%x: f32, %best: f32, %at: index):
      %i = loop.index 1
      %more = arith.cmpf ogt, %x, %best : f32
      %next = arith.select %more, %x, %best : f32
      %next_at = arith.select %more, %i, %at : index
      loop.yield %next, %next_at : f32, index
    } epilogue {
    ^bb0(%best: f32, %at: index):
      %wide = arith.index_cast %at : index to i64
      loop.yield %best, %wide : f32, i64
    } -> tensor<3xf32>, tensor<3xi64>
  loop.return %r#0, %r#1 : tensor<3xf32>, tensor<3xi64>
}

// CHECK-LABEL: loop.program @parallel
// CHECK-SAME: attributes {loop.scratch_bytes = 64 : i64}
loop.program @parallel(%out: memref<4xf32>, %scratch: memref<64xi8>)
    attributes {loop.scratch_bytes = 64 : i64} {
  %one = arith.constant 1.0 : f32
  %n = arith.constant 4 : index
  // CHECK: loop.parallel %{{.+}} {
  // CHECK-NEXT: ^bb0(%[[I:.+]]: index):
  // CHECK-NEXT: memref.store %{{.+}}, %{{.+}}[%[[I]]]
  loop.parallel %n {
  ^bb0(%i: index):
    memref.store %one, %out[%i] : memref<4xf32>
  }
  loop.return
}

// CHECK-LABEL: loop.program @elementwise
// CHECK: schedule #loop.elementwise<vector = 0 x 8, registers = [2], order = [0], cache = [16], parallel = 1>
loop.program @elementwise(%out: memref<64xf32>) {
  loop.nest bounds [64] iterators [#loop<iterator parallel>] maps [affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [2], order = [0], cache = [16], parallel = 1>
    ins() epilogue_ins() outs(%out : memref<64xf32>)
    init {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    } combine {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// A program is called the same way before and after bufferization.
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.+]]: tensor<2x4xf32>)
// CHECK: %[[V:.+]] = loop.view %[[X]] : tensor<2x4xf32> to tensor<8xf32>
// CHECK: loop.call @add(%[[V]]) : (tensor<8xf32>) -> tensor<8xf32>
// CHECK: loop.call @parallel() : () -> tensor<4xf32>
func.func @main(%x: tensor<2x4xf32>) -> (tensor<8xf32>, tensor<4xf32>) {
  %v = loop.view %x : tensor<2x4xf32> to tensor<8xf32>
  %r = loop.call @add(%v) : (tensor<8xf32>) -> tensor<8xf32>
  %p = loop.call @parallel() : () -> tensor<4xf32>
  return %r, %p : tensor<8xf32>, tensor<4xf32>
}
