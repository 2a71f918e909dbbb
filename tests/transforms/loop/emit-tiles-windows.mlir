// RUN: graph-opt -loop-emit-tiles -cse -canonicalize -cse %s | FileCheck %s
// Tiles of overlapping windows read the image in order, each vector once.

// Two by two outputs of a 3 x 3 window: 16 vectors of the image and 9 weights.
// The image's second vector serves two outputs before the third is loaded.
// CHECK-LABEL: loop.program @depthwise
// CHECK-DAG: %[[X:.+]] = memref.reinterpret_cast %arg0 to
// CHECK-DAG: %[[F:.+]] = memref.reinterpret_cast %arg1 to
// CHECK: vector.load %[[X]][%c0]
// CHECK: vector.load %[[F]][%c0]
// CHECK: arith.addf
// CHECK: %[[SECOND:.+]] = vector.load %[[X]][%c8]
// CHECK: arith.mulf %[[SECOND]]
// CHECK: arith.mulf %[[SECOND]]
// CHECK: vector.load %[[X]][%c16]
// CHECK-COUNT-13: vector.load %[[X]][
// CHECK-NOT: vector.load %[[X]][
// CHECK-COUNT-4: vector.store
loop.program @depthwise(%x: memref<4x4x8xf32>, %f: memref<3x3x8xf32>, %out: memref<2x2x8xf32>) {
  %c0 = arith.constant 0 : index
  loop.nest bounds [2, 2, 8, 3, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(h, w, c, i, j) -> (h + i, w + j, c)>, affine_map<(h, w, c, i, j) -> (i, j, c)>, affine_map<(h, w, c, i, j) -> (h, w, c)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [2, 2, 1, 3, 3], order = [0, 1, 2, 3, 4], cache = [0, 0, 0, 0, 0], parallel = 0>
    at(%c0, %c0, %c0, %c0, %c0)
    ins(%x, %f : memref<4x4x8xf32>, memref<3x3x8xf32>) epilogue_ins() outs(%out : memref<2x2x8xf32>)
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

// Where the order of combinations shows (the first element wins), each output
// keeps it: tap by tap.
// CHECK-LABEL: loop.program @first_wins
// CHECK: vector.load %{{.+}}[%c2]
// CHECK: vector.load %{{.+}}[%c0]
// CHECK: vector.store
loop.program @first_wins(%x: memref<4xf32>, %out: memref<2xf32>) {
  %c0 = arith.constant 0 : index
  loop.nest bounds [2, 2] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, k) -> (i - k * 2 + 2)>, affine_map<(i, k) -> (i)>]
    schedule #loop.reduction<vector = 0 x 2, registers = [1, 2], order = [0, 1], cache = [0, 0], parallel = 0>
    at(%c0, %c0)
    ins(%x : memref<4xf32>) epilogue_ins() outs(%out : memref<2xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %acc: f32):
      %larger = arith.cmpf ogt, %a, %acc : f32
      %selected = arith.select %larger, %a, %acc : f32
      loop.yield %selected : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// Nothing is reduced: what the outputs start as is stored.
// CHECK-LABEL: loop.program @no_taps
// CHECK-NOT: vector.load
// CHECK: vector.store
loop.program @no_taps(%x: memref<0x4xf32>, %out: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  loop.nest bounds [4, 0] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, k) -> (k, i)>, affine_map<(i, k) -> (i)>]
    schedule #loop.reduction<vector = 0 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    at(%c0, %c0)
    ins(%x : memref<0x4xf32>) epilogue_ins() outs(%out : memref<4xf32>)
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
