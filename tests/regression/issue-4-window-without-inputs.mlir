// RUN: graph-opt -loop-emit-tiles %s | FileCheck %s
// A reduction that reads only captured buffers has no addresses to order its
// steps by: ordering them asked for the first of none.

// CHECK-LABEL: loop.program @captured
// CHECK: arith.addf
// CHECK: memref.store
loop.program @captured(%table: memref<4xf32>, %out: memref<2xf32>) {
  %zero_index = arith.constant 0 : index
  loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, k) -> (i)>]
    schedule #loop.reduction<vector = -1 x 1, registers = [2, 3], order = [0, 1], cache = [0, 0], parallel = 0>
    at(%zero_index, %zero_index)
    ins() epilogue_ins() outs(%out : memref<2xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%acc: f32):
      %k = loop.index 1
      %value = memref.load %table[%k] : memref<4xf32>
      %sum = arith.addf %acc, %value : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}
