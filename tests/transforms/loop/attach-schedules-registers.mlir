// RUN: split-file %s %t
// RUN: graph-opt -loop-attach-schedules %t/sse.mlir | FileCheck %t/sse.mlir
// RUN: graph-opt -loop-attach-schedules %t/avx2.mlir | FileCheck %t/avx2.mlir
// What 16 registers hold beside the sums, with FMA and without.

//--- sse.mlir
module attributes {loop.target = #loop.cpu_target<"x86-64", "sse2", vector_bits = 128,
  registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {

// 12 sums, two vectors of the panel, a broadcast and a product.
// CHECK-LABEL: loop.program @product
// CHECK: schedule #loop.contraction<vector = 1 x 4, registers = [6, 2, 1],
loop.program @product(%a: memref<96x64xf32>, %b: memref<64x512xf32>, %out: memref<96x512xf32>) {
  loop.nest bounds [96, 512, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : memref<96x64xf32>, memref<64x512xf32>) epilogue_ins() outs(%out : memref<96x512xf32>)
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

// Five rows of two vectors would be unrolled with FMA.
// CHECK-LABEL: loop.program @five_rows
// CHECK: schedule #loop.contraction<vector = 1 x 4, registers = [5, 2, 1],
loop.program @five_rows(%a: memref<5x64xf32>, %b: memref<64x8xf32>, %out: memref<5x8xf32>) {
  loop.nest bounds [5, 8, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : memref<5x64xf32>, memref<64x8xf32>) epilogue_ins() outs(%out : memref<5x8xf32>)
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
}

//--- avx2.mlir
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256,
  registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {

// One vector a row: seven rows in two steps, eight in one.
// CHECK-LABEL: loop.program @seven_rows
// CHECK: schedule #loop.contraction<vector = 1 x 8, registers = [7, 1, 2],
loop.program @seven_rows(%a: memref<7x64xf32>, %b: memref<64x8xf32>, %out: memref<7x8xf32>) {
  loop.nest bounds [7, 8, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : memref<7x64xf32>, memref<64x8xf32>) epilogue_ins() outs(%out : memref<7x8xf32>)
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

// CHECK-LABEL: loop.program @eight_rows
// CHECK: schedule #loop.contraction<vector = 1 x 8, registers = [8, 1, 1],
loop.program @eight_rows(%a: memref<8x64xf32>, %b: memref<64x8xf32>, %out: memref<8x8xf32>) {
  loop.nest bounds [8, 8, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : memref<8x64xf32>, memref<64x8xf32>) epilogue_ins() outs(%out : memref<8x8xf32>)
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
}
