// RUN: graph-opt -loop-block-batches -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Programs of two contractions run a block of rows of one head at a time.

// 16 blocks, 8 for each head. Scores are a block's; keys and values are a head's.
// CHECK-LABEL: loop.program @attention
// CHECK-SAME: (%[[Q:.+]]: memref<2x64x8xf32>, %[[K:.+]]: memref<2x100x8xf32>, %[[V:.+]]: memref<2x100x8xf32>, %[[OUT:.+]]: memref<64x2x8xf32>)
// CHECK-NOT: memref.alloc
// CHECK: %[[COUNT:.+]] = arith.constant 16 : index
// CHECK: loop.parallel %[[COUNT]]
// CHECK: scf.for %[[ITEM:.+]] =
// CHECK-DAG: %[[ROW:.+]] = affine.apply affine_map<(d0) -> (d0 * 8 - (d0 floordiv 8) * 64)>(%[[ITEM]])
// CHECK-DAG: %[[HEAD:.+]] = affine.apply affine_map<(d0) -> {{.*}}>(%[[ITEM]])
// CHECK-DAG: memref.subview %[[Q]][%[[HEAD]], %[[ROW]], 0] [1, 8, 8] [1, 1, 1]
// CHECK-DAG: %[[KEYS:.+]] = memref.subview %[[K]][%[[HEAD]], 0, 0] [1, 100, 8] [1, 1, 1]
// CHECK-DAG: %[[SCORES:.+]] = memref.alloc() : memref<1x8x100xf32>
// CHECK: loop.nest bounds [1, 8, 100, 8]
// CHECK-SAME: ins(%{{.+}}, %[[KEYS]] :
// CHECK-SAME: outs(%[[SCORES]] : memref<1x8x100xf32>) {loop.runs = 16 : i64}
// CHECK: loop.nest bounds [1, 8, 100]
// CHECK-SAME: ins(%[[SCORES]] :
// CHECK-SAME: outs(%[[SCORES]] :
// CHECK: %[[VALUES:.+]] = memref.subview %[[V]][%[[HEAD]], 0, 0] [1, 100, 8] [1, 1, 1]
// CHECK: %[[ROWS:.+]] = memref.subview %[[OUT]][%[[ROW]], %[[HEAD]], 0] [8, 1, 8] [1, 1, 1]
// CHECK: loop.nest bounds [1, 8, 8, 100]
// CHECK-SAME: ins(%[[SCORES]], %[[VALUES]] :
// CHECK-SAME: outs(%[[ROWS]] :
// CHECK-NOT: loop.nest
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 16384, l3_bytes = 33554432>} {
loop.program @attention(%q: memref<2x64x8xf32>, %k: memref<2x100x8xf32>, %v: memref<2x100x8xf32>, %out: memref<64x2x8xf32>) {
  %s = memref.alloc() : memref<2x64x100xf32>
  loop.nest bounds [2, 64, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    ins(%q, %k : memref<2x64x8xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%s : memref<2x64x100xf32>)
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
  loop.nest bounds [2, 64, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(h, q, k) -> (h, q, k)>, affine_map<(h, q, k) -> (h, q, k)>]
    ins(%s : memref<2x64x100xf32>) epilogue_ins() outs(%s : memref<2x64x100xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %e = math.exp %x : f32
      loop.yield %e : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.nest bounds [2, 64, 8, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, k, n)>, affine_map<(h, q, n, k) -> (q, h, n)>]
    ins(%s, %v : memref<2x64x100xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%out : memref<64x2x8xf32>)
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

// -----

// 61 rows are seven blocks of 8 and one of 5.
// CHECK-LABEL: loop.program @rest
// CHECK: scf.for
// CHECK: %[[LAST:.+]] = arith.constant 56 : index
// CHECK: %[[FULL:.+]] = arith.cmpi slt, %{{.+}}, %[[LAST]]
// CHECK: scf.if %[[FULL]]
// CHECK: memref.alloc() : memref<1x8x100xf32>
// CHECK: loop.nest bounds [1, 8, 100, 8]
// CHECK-SAME: {loop.runs = 14 : i64}
// CHECK: else
// CHECK: memref.alloc() : memref<1x5x100xf32>
// CHECK: loop.nest bounds [1, 5, 100, 8]
// CHECK-SAME: {loop.runs = 2 : i64}
// CHECK: loop.nest bounds [1, 5, 8, 100]
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 16384, l3_bytes = 33554432>} {
loop.program @rest(%q: memref<2x61x8xf32>, %k: memref<2x100x8xf32>, %v: memref<2x100x8xf32>, %out: memref<61x2x8xf32>) {
  %s = memref.alloc() : memref<2x61x100xf32>
  loop.nest bounds [2, 61, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    ins(%q, %k : memref<2x61x8xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%s : memref<2x61x100xf32>)
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
  loop.nest bounds [2, 61, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(h, q, k) -> (h, q, k)>, affine_map<(h, q, k) -> (h, q, k)>]
    ins(%s : memref<2x61x100xf32>) epilogue_ins() outs(%s : memref<2x61x100xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %e = math.exp %x : f32
      loop.yield %e : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.nest bounds [2, 61, 8, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, k, n)>, affine_map<(h, q, n, k) -> (q, h, n)>]
    ins(%s, %v : memref<2x61x100xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%out : memref<61x2x8xf32>)
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

// -----

// Where L2 holds all rows of a head they are one block, though no one asks for
// fewer than 16 blocks.
// CHECK-LABEL: loop.program @whole
// CHECK-NOT: scf.if
// CHECK: loop.nest bounds [1, 61, 100, 8]
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {
loop.program @whole(%q: memref<2x61x8xf32>, %k: memref<2x100x8xf32>, %v: memref<2x100x8xf32>, %out: memref<61x2x8xf32>) {
  %s = memref.alloc() : memref<2x61x100xf32>
  loop.nest bounds [2, 61, 100, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    ins(%q, %k : memref<2x61x8xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%s : memref<2x61x100xf32>)
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
  loop.nest bounds [2, 61, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(h, q, k) -> (h, q, k)>, affine_map<(h, q, k) -> (h, q, k)>]
    ins(%s : memref<2x61x100xf32>) epilogue_ins() outs(%s : memref<2x61x100xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %e = math.exp %x : f32
      loop.yield %e : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.nest bounds [2, 61, 8, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, k, n)>, affine_map<(h, q, n, k) -> (q, h, n)>]
    ins(%s, %v : memref<2x61x100xf32>, memref<2x100x8xf32>) epilogue_ins() outs(%out : memref<61x2x8xf32>)
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

// -----

// Rows of 1 KiB are a cache line farther apart.
// CHECK-LABEL: loop.program @pitch
// CHECK: %[[ALL:.+]] = memref.alloc() : memref<1x8x272xf32>
// CHECK: %[[SCORES:.+]] = memref.subview %[[ALL]][0, 0, 0] [1, 8, 256] [1, 1, 1]
// CHECK: loop.nest bounds [1, 8, 256, 8]
// CHECK-SAME: outs(%[[SCORES]] :
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 65536, l3_bytes = 33554432>} {
loop.program @pitch(%q: memref<2x64x8xf32>, %k: memref<2x256x8xf32>, %v: memref<2x256x8xf32>, %out: memref<64x2x8xf32>) {
  %s = memref.alloc() : memref<2x64x256xf32>
  loop.nest bounds [2, 64, 256, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, n, k)>, affine_map<(h, q, n, k) -> (h, q, n)>]
    ins(%q, %k : memref<2x64x8xf32>, memref<2x256x8xf32>) epilogue_ins() outs(%s : memref<2x64x256xf32>)
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
  loop.nest bounds [2, 64, 256] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(h, q, k) -> (h, q, k)>, affine_map<(h, q, k) -> (h, q, k)>]
    ins(%s : memref<2x64x256xf32>) epilogue_ins() outs(%s : memref<2x64x256xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %e = math.exp %x : f32
      loop.yield %e : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.nest bounds [2, 64, 8, 256] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(h, q, n, k) -> (h, q, k)>, affine_map<(h, q, n, k) -> (h, k, n)>, affine_map<(h, q, n, k) -> (q, h, n)>]
    ins(%s, %v : memref<2x64x256xf32>, memref<2x256x8xf32>) epilogue_ins() outs(%out : memref<64x2x8xf32>)
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
