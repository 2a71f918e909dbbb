// RUN: graph-opt -loop-emit-tiles -verify-diagnostics %s
// A nest is no tile before its schedule is applied.

loop.program @no_tile(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a tile; run loop-apply-schedules first}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [1], order = [0], cache = [0], parallel = 0>
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %n = arith.negf %x : f32
      loop.yield %n : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}
