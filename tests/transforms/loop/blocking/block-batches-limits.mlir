// RUN: graph-opt -loop-block-batches -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Programs whose nests run one after the other.

// Eight rows do not fit in half of L2.
// CHECK-LABEL: loop.program @long_rows
// CHECK-NOT: scf.for
// CHECK: loop.nest bounds [2, 64, 100, 8]
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 4096, l3_bytes = 33554432>} {
loop.program @long_rows(%q: memref<2x64x8xf32>, %k: memref<2x100x8xf32>, %v: memref<2x100x8xf32>, %out: memref<64x2x8xf32>) {
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

// The second nest reads other rows than it writes; heads alone are shared, and
// all scores of a head do not fit.
// CHECK-LABEL: loop.program @reversed
// CHECK-NOT: scf.for
// CHECK: loop.nest bounds [2, 64, 100, 8]
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 16384, l3_bytes = 33554432>} {
loop.program @reversed(%q: memref<2x64x8xf32>, %k: memref<2x100x8xf32>, %v: memref<2x100x8xf32>, %out: memref<64x2x8xf32>) {
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
    maps [affine_map<(h, q, k) -> (h, 63 - q, k)>, affine_map<(h, q, k) -> (h, q, k)>]
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

// Nothing computed is read again: there is nothing to keep in a cache.
// CHECK-LABEL: loop.program @siblings
// CHECK-NOT: scf.for
// CHECK: loop.nest bounds [64, 96, 100]
// CHECK: loop.nest bounds [64, 96, 100]
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 262144, l3_bytes = 33554432>} {
loop.program @siblings(%x: memref<64x100xf32>, %u: memref<96x100xf32>, %w: memref<96x100xf32>, %y: memref<64x96xf32>, %z: memref<64x96xf32>) {
  loop.nest bounds [64, 96, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%x, %u : memref<64x100xf32>, memref<96x100xf32>) epilogue_ins() outs(%y : memref<64x96xf32>)
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
  loop.nest bounds [64, 96, 100] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
    ins(%x, %w : memref<64x100xf32>, memref<96x100xf32>) epilogue_ins() outs(%z : memref<64x96xf32>)
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
}
