// RUN: graph-opt -loop-block-rows -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Nests that share their rows run a block of rows at a time.

// 4,096 rows of 256 bytes: 16 blocks of 256 rows, whose sums are a block's too.
// CHECK-LABEL: loop.program @normalise
// CHECK-SAME: (%[[X:.+]]: memref<1x4096x64xf32>, %[[OUT:.+]]: memref<1x4096x64xf32>)
// CHECK-NOT: memref.alloc
// CHECK: loop.parallel
// CHECK: %[[PART:.+]] = memref.alloc() : memref<256x1xf32>
// CHECK: scf.for
// CHECK: %[[ROWS:.+]] = memref.subview %[[X]][0, %[[FIRST:.+]], 0] [1, 256, 64] [1, 1, 1]
// CHECK: %[[SUMS:.+]] = memref.collapse_shape %[[PART]]
// CHECK: loop.nest bounds [256, 64]
// CHECK-SAME: ins(%[[ROWS]] :
// CHECK-SAME: outs(%[[SUMS]] : memref<256xf32>) {loop.runs = 16 : i64}
// CHECK: memref.subview %[[X]]
// CHECK: memref.subview %[[OUT]][0, %[[FIRST]], 0] [1, 256, 64] [1, 1, 1]
// CHECK: loop.nest bounds [256, 64]
// CHECK-NOT: loop.nest
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {
loop.program @normalise(%x: memref<1x4096x64xf32>, %out: memref<1x4096x64xf32>) {
  %sums = memref.alloc() : memref<4096xf32>
  loop.nest bounds [4096, 64] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(r, c) -> (0, r, c)>, affine_map<(r, c) -> (r)>]
    ins(%x : memref<1x4096x64xf32>) epilogue_ins() outs(%sums : memref<4096xf32>)
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
  loop.nest bounds [4096, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(r, c) -> (0, r, c)>, affine_map<(r, c) -> (r)>, affine_map<(r, c) -> (0, r, c)>]
    ins(%x, %sums : memref<1x4096x64xf32>, memref<4096xf32>) epilogue_ins() outs(%out : memref<1x4096x64xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %b: f32, %acc: f32):
      %quotient = arith.divf %a, %b : f32
      loop.yield %quotient : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}
}

// -----

// The second nest reads other rows than it writes: all of the first comes before
// all of the second.
// CHECK-LABEL: loop.program @reversed
// CHECK-NOT: scf.for
// CHECK: loop.nest bounds [4096, 64]
// CHECK: loop.nest bounds [4096, 64]
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {
loop.program @reversed(%x: memref<4096x64xf32>, %out: memref<4096x64xf32>) {
  %copy = memref.alloc() : memref<4096x64xf32>
  loop.nest bounds [4096, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (r, c)>]
    ins(%x : memref<4096x64xf32>) epilogue_ins() outs(%copy : memref<4096x64xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %acc: f32):
      loop.yield %a : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.nest bounds [4096, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(r, c) -> (4095 - r, c)>, affine_map<(r, c) -> (r, c)>]
    ins(%copy : memref<4096x64xf32>) epilogue_ins() outs(%out : memref<4096x64xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %acc: f32):
      loop.yield %a : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}
}
