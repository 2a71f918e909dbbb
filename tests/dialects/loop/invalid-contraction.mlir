// RUN: graph-opt -verify-diagnostics -split-input-file %s
// loop.nest, C6: what contraction schedules ask for beside the rest.

loop.program @vectors_along_reduction(%a: memref<64x64xf32>, %b: memref<64x64xf32>, %out: memref<64x64xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a parallel vector dimension, but got reduction '2'}}
  loop.nest bounds [64, 64, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>,
          affine_map<(d0, d1, d2) -> (d0, d1)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 1, 1], order = [0, 1, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %b : memref<64x64xf32>, memref<64x64xf32>) epilogue_ins() outs(%out : memref<64x64xf32>)
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

// -----

loop.program @too_many_accumulators(%a: memref<64x64xf32>, %b: memref<64x64xf32>, %out: memref<64x64xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected at most 64 accumulators, but got '65'}}
  loop.nest bounds [64, 64, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>,
          affine_map<(d0, d1, d2) -> (d0, d1)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [13, 5, 1], order = [0, 1, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %b : memref<64x64xf32>, memref<64x64xf32>) epilogue_ins() outs(%out : memref<64x64xf32>)
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
