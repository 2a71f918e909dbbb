// RUN: graph-opt -loop-apply-schedules -mlir-print-local-scope %s | FileCheck %s
// Loops around register tiles, as the schedule says.

// 49 rows by at most 14 are 13 + 12 + 12 + 12: no small rest. Columns, along
// vectors, are full tiles of 16 and a rest of 8.
// CHECK-LABEL: loop.program @even_split
// CHECK: scf.for %[[J:.+]] = %{{.+}} to %[[TWO:.+]] step
// CHECK: %[[COLUMN:.+]] = affine.apply affine_map<(d0) -> (d0 * 16)>(%[[J]])
// CHECK: loop.nest bounds [13, 16, 64]
// CHECK-SAME: at(%{{.+}}, %[[COLUMN]], %{{.+}}) of [49, 40, 64] ins(
// CHECK: scf.for %[[I:.+]] =
// CHECK: %[[ROW:.+]] = affine.apply affine_map<(d0) -> (d0 * 12 + 13)>(%[[I]])
// CHECK: loop.nest bounds [12, 16, 64]
// CHECK-SAME: at(%[[ROW]], %[[COLUMN]], %{{.+}}) of [49, 40, 64] ins(
// CHECK: %[[REST:.+]] = arith.constant 32 : index
// CHECK: loop.nest bounds [13, 8, 64]
// CHECK-SAME: at(%{{.+}}, %[[REST]], %{{.+}}) of {{.+}} ins(
// CHECK: loop.nest bounds [12, 8, 64]
// CHECK-NOT: loop.nest
loop.program @even_split(%a: memref<49x64xf32>, %b: memref<64x40xf32>, %out: memref<49x40xf32>) {
  loop.nest bounds [49, 40, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [14, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %b : memref<49x64xf32>, memref<64x40xf32>) epilogue_ins() outs(%out : memref<49x40xf32>)
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

// The two outermost loops are one parallel loop of 4 x 2 iterations; where
// parts differ, the index says which one it is.
// CHECK-LABEL: loop.program @parallel
// CHECK: %[[EIGHT:.+]] = arith.constant 8 : index
// CHECK: loop.parallel %[[EIGHT]] {
// CHECK-NEXT: ^bb0(%[[N:.+]]: index):
// CHECK-DAG: %[[J:.+]] = affine.apply affine_map<(d0) -> (d0 mod 2)>(%[[N]])
// CHECK-DAG: %[[I:.+]] = affine.apply affine_map<(d0) -> (d0 floordiv 2)>(%[[N]])
// CHECK: %[[LARGE:.+]] = arith.cmpi slt, %[[I]], %{{.+}} : index
// CHECK: scf.if %[[LARGE]] {
// CHECK: scf.if
// CHECK: loop.nest bounds [3, 8]
// CHECK: } else {
// CHECK: loop.nest bounds [3, 4]
// CHECK: } else {
// CHECK: arith.subi %[[I]]
// CHECK: loop.nest bounds [2, 8]
// CHECK: loop.nest bounds [2, 4]
loop.program @parallel(%a: memref<10x12xf32>, %out: memref<10x12xf32>) {
  loop.nest bounds [10, 12] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 8, registers = [3, 1], order = [0, 1], cache = [0, 0], parallel = 2>
    ins(%a : memref<10x12xf32>) epilogue_ins() outs(%out : memref<10x12xf32>)
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

// Blocks outside, tiles inside: 64 columns in blocks of 32.
// CHECK-LABEL: loop.program @blocks
// CHECK: scf.for %[[B:.+]] =
// CHECK: affine.apply affine_map<(d0) -> (d0 * 32)>(%[[B]])
// CHECK: scf.for %[[I:.+]] =
// CHECK: scf.for %[[J:.+]] =
// CHECK: affine.apply affine_map<(d0, d1) -> (d0 * 8 + d1 * 32)>(%[[J]], %[[B]])
// CHECK: loop.nest bounds [1, 8]
loop.program @blocks(%a: memref<4x64xf32>, %out: memref<4x64xf32>) {
  loop.nest bounds [4, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 8, registers = [1, 1], order = [0, 1], cache = [0, 32], parallel = 0>
    ins(%a : memref<4x64xf32>) epilogue_ins() outs(%out : memref<4x64xf32>)
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

// What fits one tile has no loop, and is not parallel whatever the schedule says.
// CHECK-LABEL: loop.program @one_tile
// CHECK-NOT: scf.for
// CHECK-NOT: loop.parallel
// CHECK: loop.nest bounds [8] {{.+}} at(%{{.+}}) of [8] ins(
loop.program @one_tile(%a: memref<8xf32>, %out: memref<8xf32>) {
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [1], order = [0], cache = [0], parallel = 1>
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

// Nothing to compute, nothing left.
// CHECK-LABEL: loop.program @empty
// CHECK-NOT: loop.nest
// CHECK: loop.return
loop.program @empty(%a: memref<0xf32>, %out: memref<0xf32>) {
  loop.nest bounds [0] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [1], order = [0], cache = [0], parallel = 1>
    ins(%a : memref<0xf32>) epilogue_ins() outs(%out : memref<0xf32>)
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

// Blocks of a reduction run in order inside of what is parallel: those of
// columns outermost, then the reduction's, then tiles.
// CHECK-LABEL: loop.program @reduction_blocks
// CHECK: loop.parallel
// CHECK: scf.for %[[K:.+]] =
// CHECK: %[[STEP:.+]] = affine.apply affine_map<(d0) -> (d0 * 32)>(%[[K]])
// CHECK: loop.nest bounds [4, 16, 32]
// CHECK-SAME: %[[STEP]]) of [8, 64, 80] ins(
// CHECK: loop.nest bounds [4, 16, 16]
// CHECK-SAME: of [8, 64, 80] ins(
loop.program @reduction_blocks(%a: memref<8x80xf32>, %b: memref<80x64xf32>, %out: memref<8x64xf32>) {
  loop.nest bounds [8, 64, 80] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [4, 2, 1], order = [1, 0, 2], cache = [0, 32, 32], parallel = 1>
    ins(%a, %b : memref<8x80xf32>, memref<80x64xf32>) epilogue_ins() outs(%out : memref<8x64xf32>)
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
