// RUN: graph-opt -loop-pack-computed -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Operands that are computed at run time are packed before the loops around
// their contraction.

// Keys are gathered by the vectors: panels of 16 keys, 7 for 100.
// CHECK-LABEL: loop.program @keys
// CHECK-SAME: %[[K:[a-z0-9]+]]: memref<2x100x8xf32>, %{{.+}}: memref<2x64x100xf32>)
// CHECK: %[[P:.+]] = memref.alloc() : memref<2x7x8x16xf32>
// CHECK: loop.nest bounds [2, 100, 8]
// CHECK-SAME: maps [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1 floordiv 16, d2, d1 mod 16)>]
// CHECK-SAME: schedule #loop.elementwise<vector = 1 x 8, registers = [1, 2, 1], order = [0, 1, 2]
// CHECK-SAME: ins(%[[K]] : memref<2x100x8xf32>) epilogue_ins() outs(%[[P]] :
// CHECK: loop.nest bounds [2, 64, 100, 8]
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d0, d2 floordiv 16, d3, d2 mod 16)>
// CHECK-SAME: ins(%{{.+}}, %[[P]] :
loop.program @keys(%q: memref<2x64x8xf32>, %k: memref<2x100x8xf32>, %out: memref<2x64x100xf32>) {
  loop.nest bounds [2, 64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 4, 2, 1], order = [0, 2, 1, 3], cache = [0, 0, 0, 0], parallel = 0>
    ins(%q, %k : memref<2x64x8xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%out : memref<2x64x100xf32>)
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

// In a loop over heads the keys of all heads are packed before it, and each
// iteration reads its own.
// CHECK-LABEL: loop.program @heads
// CHECK-SAME: %[[K:[a-z0-9]+]]: memref<100x2x8xf32>, %{{.+}}: memref<64x100xf32>)
// CHECK: %[[P:.+]] = memref.alloc() : memref<2x7x8x16xf32>
// CHECK: loop.nest bounds [2, 100, 8]
// CHECK-SAME: maps [affine_map<(d0, d1, d2) -> (d1, d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1 floordiv 16, d2, d1 mod 16)>]
// CHECK-SAME: ins(%[[K]] : memref<100x2x8xf32>)
// CHECK: scf.for %[[H:.+]] =
// CHECK-NOT: memref.subview %[[K]]
// CHECK: %[[OWN:.+]] = memref.subview %[[P]][%[[H]], 0, 0, 0] [1, 7, 8, 16] [1, 1, 1, 1]
// CHECK: loop.nest bounds [64, 100, 8]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (0, d1 floordiv 16, d2, d1 mod 16)>
// CHECK-SAME: ins(%{{.+}}, %[[OWN]] :
loop.program @heads(%q: memref<64x8xf32>, %k: memref<100x2x8xf32>, %out: memref<64x100xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %h = %c0 to %c2 step %c1 {
  %keys = memref.subview %k[0, %h, 0] [100, 1, 8] [1, 1, 1] : memref<100x2x8xf32> to memref<100x1x8xf32, strided<[16, 8, 1], offset: ?>>
  loop.nest bounds [64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(q, n, k) -> (q, k)>, affine_map<(q, n, k) -> (n, 0, k)>, affine_map<(q, n, k) -> (q, n)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [4, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%q, %keys : memref<64x8xf32>, memref<100x1x8xf32, strided<[16, 8, 1], offset: ?>>) epilogue_ins() outs(%out : memref<64x100xf32>)
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
  }
  loop.return
}

// -----

// Keys that change in the loop stay where they are.
// CHECK-LABEL: loop.program @changing
// CHECK-NOT: memref.alloc
loop.program @changing(%q: memref<64x8xf32>, %k: memref<100x2x8xf32>, %out: memref<64x100xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  scf.for %h = %c0 to %c2 step %c1 {
  %keys = memref.subview %k[0, %h, 0] [100, 1, 8] [1, 1, 1] : memref<100x2x8xf32> to memref<100x1x8xf32, strided<[16, 8, 1], offset: ?>>
  loop.nest bounds [64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(q, n, k) -> (q, k)>, affine_map<(q, n, k) -> (n, 0, k)>, affine_map<(q, n, k) -> (q, n)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [4, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%q, %keys : memref<64x8xf32>, memref<100x1x8xf32, strided<[16, 8, 1], offset: ?>>) epilogue_ins() outs(%out : memref<64x100xf32>)
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
  loop.nest bounds [100, 2, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(n, h, k) -> (n, h, k)>]
    ins() epilogue_ins() outs(%k : memref<100x2x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  }
  loop.return
}

// -----

// Four rows read each key.
// CHECK-LABEL: loop.program @few_rows
// CHECK-NOT: memref.alloc
loop.program @few_rows(%q: memref<2x4x8xf32>, %k: memref<2x100x8xf32>, %out: memref<2x4x100xf32>) {
  loop.nest bounds [2, 4, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 4, 2, 1], order = [0, 2, 1, 3], cache = [0, 0, 0, 0], parallel = 0>
    ins(%q, %k : memref<2x4x8xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%out : memref<2x4x100xf32>)
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

// Vectors and rows of a panel lie near each other as it is.
// CHECK-LABEL: loop.program @in_order
// CHECK-NOT: memref.alloc
loop.program @in_order(%q: memref<2x64x8xf32>, %k: memref<2x8x100xf32>, %out: memref<2x64x100xf32>) {
  loop.nest bounds [2, 64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, k, n)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 4, 2, 1], order = [0, 2, 1, 3], cache = [0, 0, 0, 0], parallel = 0>
    ins(%q, %k : memref<2x64x8xf32>, memref<2x8x100xf32>) epilogue_ins() outs(%out : memref<2x64x100xf32>)
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

// A constant is packed when the model is compiled.
// CHECK-LABEL: loop.program @constant
// CHECK-NOT: memref.alloc
loop.program @constant(%q: memref<2x64x8xf32>, %k: memref<2x100x8xf32> {loop.constant}, %out: memref<2x64x100xf32>) {
  loop.nest bounds [2, 64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 4, 2, 1], order = [0, 2, 1, 3], cache = [0, 0, 0, 0], parallel = 0>
    ins(%q, %k : memref<2x64x8xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%out : memref<2x64x100xf32>)
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

// Contiguous vectors in rows of 8 KB: packed as well.
// CHECK-LABEL: loop.program @far_rows
// CHECK: memref.alloc() : memref<2x7x8x16xf32>
// CHECK: loop.nest bounds [2, 100, 8]
// CHECK: loop.nest bounds [2, 64, 100, 8]
loop.program @far_rows(%q: memref<2x64x8xf32>, %k: memref<8x2x1000xf32>, %out: memref<2x64x100xf32>) {
  loop.nest bounds [2, 64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (k, h, n)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    schedule #loop.contraction<vector = 2 x 8, registers = [1, 4, 2, 1], order = [0, 2, 1, 3], cache = [0, 0, 0, 0], parallel = 0>
    ins(%q, %k : memref<2x64x8xf32>, memref<8x2x1000xf32>) epilogue_ins() outs(%out : memref<2x64x100xf32>)
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
