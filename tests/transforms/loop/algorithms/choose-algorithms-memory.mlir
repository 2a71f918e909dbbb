// RUN: graph-opt -loop-choose-algorithms -split-input-file %s | FileCheck %s
// Where a filter comes from decides, too.

// Large squares multiply least, but their filter of 38 MB would come from memory.
// CHECK-LABEL: loop.program @fetched(
// CHECK: loop.algorithm = #loop.winograd<outputs = 2, rows = 8>
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @fetched(%image: memref<1x18x18x512xf32>, %filter: memref<3x3x512x512xf32> {loop.constant}, %out: memref<1x16x16x512xf32>) {
  loop.nest bounds [1, 16, 16, 512, 3, 3, 512]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x18x18x512xf32>, memref<3x3x512x512xf32>) epilogue_ins() outs(%out : memref<1x16x16x512xf32>)
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

// -----

// It stays in a larger L3.
// CHECK-LABEL: loop.program @stays(
// CHECK: loop.algorithm = #loop.winograd<outputs = 4, rows = 4>
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 268435456>} {
loop.program @stays(%image: memref<1x18x18x512xf32>, %filter: memref<3x3x512x512xf32> {loop.constant}, %out: memref<1x16x16x512xf32>) {
  loop.nest bounds [1, 16, 16, 512, 3, 3, 512]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x18x18x512xf32>, memref<3x3x512x512xf32>) epilogue_ins() outs(%out : memref<1x16x16x512xf32>)
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
