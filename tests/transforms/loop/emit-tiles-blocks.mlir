// RUN: graph-opt -loop-emit-tiles -mlir-print-local-scope %s | FileCheck %s
// Tiles that know of the blocks around them.

// The sums of a part of a reduction go to the output, and are added to what
// lies there from the second part on; the last part has the epilogue.
// CHECK-LABEL: loop.program @partial_sums
// CHECK-SAME: %[[BIAS:[^:]+]]: memref<16xf32>, %{{[^:]+}}: memref<4x16xf32>, %[[K:.+]]: index
// CHECK: %[[SUM:.+]] = scf.for
// CHECK: %[[FIRST:.+]] = arith.cmpi eq, %[[K]], %c0
// CHECK: %[[LAST:.+]] = arith.cmpi eq, %[[K]], %c64
// CHECK: %[[TOTAL:.+]] = scf.if %[[FIRST]] -> (vector<16xf32>) {
// CHECK-NEXT: scf.yield %[[SUM]]
// CHECK: } else {
// CHECK: %[[BEFORE:.+]] = vector.load
// CHECK: arith.addf %[[BEFORE]], %[[SUM]]
// CHECK: scf.if %[[LAST]] {
// CHECK: %[[Z:.+]] = vector.load
// CHECK: %[[RESULT:.+]] = arith.addf %[[TOTAL]], %[[Z]]
// CHECK: vector.store %[[RESULT]]
// CHECK: } else {
// CHECK: vector.store %[[TOTAL]]
loop.program @partial_sums(%a: memref<4x96xf32>, %b: memref<96x16xf32>, %bias: memref<16xf32>, %out: memref<4x16xf32>, %k: index) {
  %o = arith.constant 0 : index
  loop.nest bounds [1, 16, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 16, registers = [1, 1, 1], order = [1, 0, 2], cache = [0, 0, 32], parallel = 0> at(%o, %o, %k) of [4, 16, 96]
    ins(%a, %b : memref<4x96xf32>, memref<96x16xf32>) epilogue_ins(%bias : memref<16xf32>) outs(%out : memref<4x16xf32>)
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

// Of two reductions in blocks the sums begin where both do, and end where both
// do.
// CHECK-LABEL: loop.program @partial_sums_of_two
// CHECK-SAME: %[[T:[^ ]+]]: index, %[[K:[^ ]+]]: index
// CHECK: %[[FIRST_T:.+]] = arith.cmpi eq, %[[T]], %c0
// CHECK: %[[LAST_T:.+]] = arith.cmpi eq, %[[T]], %c2
// CHECK: %[[FIRST_K:.+]] = arith.cmpi eq, %[[K]], %c0
// CHECK: %[[FIRST:.+]] = arith.andi %[[FIRST_T]], %[[FIRST_K]]
// CHECK: %[[LAST_K:.+]] = arith.cmpi eq, %[[K]], %c64
// CHECK: %[[LAST:.+]] = arith.andi %[[LAST_T]], %[[LAST_K]]
// CHECK: scf.if %[[FIRST]]
// CHECK: scf.if %[[LAST]]
loop.program @partial_sums_of_two(%a: memref<6x96xf32>, %b: memref<3x96x16xf32>, %out: memref<4x16xf32>, %t: index, %k: index) {
  %o = arith.constant 0 : index
  loop.nest bounds [1, 16, 1, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(i, j, t, k) -> (i + t, k)>, affine_map<(i, j, t, k) -> (t, k, j)>, affine_map<(i, j, t, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 16, registers = [1, 1, 1, 1], order = [1, 0, 2, 3], cache = [0, 0, 1, 32], parallel = 0> at(%o, %o, %t, %k) of [4, 16, 3, 96]
    ins(%a, %b : memref<6x96xf32>, memref<3x96x16xf32>) epilogue_ins() outs(%out : memref<4x16xf32>)
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

// Four tiles of two rows read a panel of 32 columns: each fetches a quarter of
// the next one, eight lines of 16 floats in 16 steps.
// CHECK-LABEL: loop.program @prefetch
// CHECK: scf.for
// CHECK-COUNT-8: memref.prefetch %{{.+}}, read, locality<2>, data
// CHECK-NOT: memref.prefetch
// CHECK: scf.for
// CHECK: loop.return
loop.program @prefetch(%a: memref<8x64xf32>, %b: memref<2x64x32xf32>, %bias: memref<64xf32>, %out: memref<8x64xf32>, %row: index) {
  %o = arith.constant 0 : index
  loop.nest bounds [2, 32, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j floordiv 32, k, j mod 32)>, affine_map<(i, j, k) -> (j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 16, registers = [2, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0, prefetch = true> at(%row, %o, %o) of [8, 64, 64]
    ins(%a, %b : memref<8x64xf32>, memref<2x64x32xf32>) epilogue_ins(%bias : memref<64xf32>) outs(%out : memref<8x64xf32>)
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

// An operand that is not packed is no panel.
// CHECK-LABEL: loop.program @rows_apart
// CHECK-NOT: memref.prefetch
// CHECK: loop.return
loop.program @rows_apart(%a: memref<8x64xf32>, %b: memref<64x64xf32>, %bias: memref<64xf32>, %out: memref<8x64xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [2, 32, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 16, registers = [2, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0, prefetch = true> at(%o, %o, %o) of [8, 64, 64]
    ins(%a, %b : memref<8x64xf32>, memref<64x64xf32>) epilogue_ins(%bias : memref<64xf32>) outs(%out : memref<8x64xf32>)
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

// Behind a packed panel of 24 columns are zeros: two whole vectors, of which
// the second is cut before the epilogue.
// CHECK-LABEL: loop.program @padded_panel
// CHECK: %[[SUMS:.+]]:2 = scf.for {{.+}} -> (vector<16xf32>, vector<16xf32>)
// CHECK: %[[HALF:.+]] = vector.extract_strided_slice %[[SUMS]]#1 {offsets = [0], sizes = [8], strides = [1]}
// CHECK: arith.addf %[[SUMS]]#0, %{{.+}} : vector<16xf32>
// CHECK: arith.addf %[[HALF]], %{{.+}} : vector<8xf32>
loop.program @padded_panel(%a: memref<1x64xf32>, %b: memref<1x64x32xf32>, %bias: memref<24xf32>, %out: memref<1x24xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [1, 24, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j floordiv 32, k, j mod 32)>, affine_map<(i, j, k) -> (j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 16, registers = [1, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0> at(%o, %o, %o) of [1, 24, 64]
    ins(%a, %b : memref<1x64xf32>, memref<1x64x32xf32>) epilogue_ins(%bias : memref<24xf32>) outs(%out : memref<1x24xf32>)
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
