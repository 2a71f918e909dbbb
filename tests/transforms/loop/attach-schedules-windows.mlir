// RUN: graph-opt -loop-attach-schedules %s | FileCheck %s
// Tiles of depthwise convolutions and pooling: windows that overlap share loads.

module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f", vector_bits = 512,
  registers = 32, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {

// Rows and columns of outputs, one vector of channels; all taps unrolled.
// CHECK-LABEL: loop.program @depthwise
// CHECK: schedule #loop.contraction<vector = 2 x 16, registers = [4, 4, 1, 3, 3], order = [0, 1, 2, 3, 4]
loop.program @depthwise(%x: memref<30x30x192xf32>, %f: memref<3x3x192xf32>, %out: memref<28x28x192xf32>) {
  loop.nest bounds [28, 28, 192, 3, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(h, w, c, i, j) -> (h + i, w + j, c)>, affine_map<(h, w, c, i, j) -> (i, j, c)>, affine_map<(h, w, c, i, j) -> (h, w, c)>]
    ins(%x, %f : memref<30x30x192xf32>, memref<3x3x192xf32>) epilogue_ins() outs(%out : memref<28x28x192xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %b: f32, %acc: f32):
      %product = arith.mulf %a, %b : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// A mean over all there is has no windows: vectors beside each other hide the
// latency of the sums.
// CHECK-LABEL: loop.program @global
// CHECK: schedule #loop.reduction<vector = 0 x 16, registers = [8, 1, 7]
loop.program @global(%x: memref<7x7x1280xf32>, %out: memref<1280xf32>) {
  loop.nest bounds [1280, 7, 7] iterators [#loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(c, h, w) -> (h, w, c)>, affine_map<(c, h, w) -> (c)>]
    ins(%x : memref<7x7x1280xf32>) epilogue_ins() outs(%out : memref<1280xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %acc: f32):
      %sum = arith.addf %acc, %a : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

}
