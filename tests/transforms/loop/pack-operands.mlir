// RUN: graph-opt -loop-pack-operands -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Constant operands of contractions come in panels of one register tile's width.

// Forty columns are two panels of 16 and half a one.
// CHECK-LABEL: loop.program @matmul
// CHECK-SAME: (%[[A:.+]]: memref<6x32xf32>, %[[P:.+]]: memref<3x32x16xf32> {loop.constant}, %{{.+}}: memref<6x40xf32>)
// CHECK: loop.nest bounds [6, 40, 32]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 16)>
// CHECK-SAME: ins(%[[A]], %[[P]] : memref<6x32xf32>, memref<3x32x16xf32>)
// CHECK-LABEL: func.func @main
// CHECK: %[[W:.+]] = arith.constant
// CHECK: %[[PACKED:.+]] = loop.call @[[PACK:.+]](%[[W]]) : (tensor<32x40xf32>) -> tensor<3x32x16xf32>
// CHECK: loop.call @matmul(%{{.+}}, %[[PACKED]])
// CHECK: loop.program @[[PACK]](%[[IN:.+]]: memref<32x40xf32>, %[[OUT:.+]]: memref<3x32x16xf32>)
// CHECK: loop.nest bounds [40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
// CHECK-SAME: maps [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0 floordiv 16, d1, d0 mod 16)>]
// CHECK-SAME: schedule #loop.elementwise<vector = 0 x 8, registers = [2, 1],
// CHECK-SAME: ins(%[[IN]] : memref<32x40xf32>) epilogue_ins() outs(%[[OUT]] : memref<3x32x16xf32>)
loop.program @matmul(%a: memref<6x32xf32>, %w: memref<32x40xf32> {loop.constant}, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

func.func @main(%x: tensor<6x32xf32>) -> tensor<6x40xf32> {
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @matmul(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}

// -----

// Two programs that want the same packing share it; a constant of another shape
// is viewed first, and the program's reshape of it goes.
// CHECK-LABEL: loop.program @reshaped
// CHECK-SAME: memref<3x32x16xf32> {loop.constant}
// CHECK-NOT: memref.expand_shape
// CHECK-LABEL: func.func @main
// CHECK: %[[FLAT:.+]] = arith.constant dense<2.0{{.*}}> : tensor<1280xf32>
// CHECK: %[[VIEW:.+]] = loop.view %[[FLAT]] : tensor<1280xf32> to tensor<32x40xf32>
// CHECK: loop.call @[[PACK:.+]](%[[VIEW]])
// CHECK: loop.call @reshaped
// CHECK: loop.call @[[PACK]](%{{.+}})
// CHECK: loop.call @plain
// CHECK: loop.program @[[PACK]]
// CHECK-NOT: loop.program
loop.program @reshaped(%a: memref<6x32xf32>, %w: memref<1280xf32> {loop.constant}, %out: memref<6x40xf32>) {
  %m = memref.expand_shape %w [[0, 1]] output_shape [32, 40] : memref<1280xf32> into memref<32x40xf32>
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %m : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

loop.program @plain(%a: memref<6x32xf32>, %w: memref<32x40xf32> {loop.constant}, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

func.func @main(%x: tensor<6x32xf32>) -> (tensor<6x40xf32>, tensor<6x40xf32>) {
  %v = arith.constant dense<2.0> : tensor<1280xf32>
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @reshaped(%x, %v) : (tensor<6x32xf32>, tensor<1280xf32>) -> tensor<6x40xf32>
  %s = loop.call @plain(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r, %s : tensor<6x40xf32>, tensor<6x40xf32>
}

// -----

// Panels come after the dimensions that no vector or reduction runs along: here
// one product for each of three batches.
// CHECK-LABEL: loop.program @batched
// CHECK-SAME: memref<3x1x4x16xf32> {loop.constant}
// CHECK: affine_map<(d0, d1, d2, d3) -> (d0, d2 floordiv 16, d3, d2 mod 16)>
loop.program @batched(%a: memref<3x2x4xf32>, %w: memref<3x4x8xf32> {loop.constant}, %out: memref<3x2x8xf32>) {
  loop.nest bounds [3, 2, 8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(b, i, j, k) -> (b, i, k)>, affine_map<(b, i, j, k) -> (b, k, j)>, affine_map<(b, i, j, k) -> (b, i, j)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 2, 2, 1], order = [0, 1, 2, 3], cache = [0, 0, 0, 0], parallel = 0>
    ins(%a, %w : memref<3x2x4xf32>, memref<3x4x8xf32>) epilogue_ins() outs(%out : memref<3x2x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

func.func @main(%x: tensor<3x2x4xf32>) -> tensor<3x2x8xf32> {
  %w = arith.constant dense<1.0> : tensor<3x4x8xf32>
  %r = loop.call @batched(%x, %w) : (tensor<3x2x4xf32>, tensor<3x4x8xf32>) -> tensor<3x2x8xf32>
  return %r : tensor<3x2x8xf32>
}

// -----

// Blocks of the vector dimension hold whole panels.
// CHECK-LABEL: loop.program @blocks
// CHECK-SAME: memref<3x32x16xf32> {loop.constant}
loop.program @blocks(%a: memref<6x32xf32>, %w: memref<32x40xf32> {loop.constant}, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 16, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

func.func @main(%x: tensor<6x32xf32>) -> tensor<6x40xf32> {
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @blocks(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}
