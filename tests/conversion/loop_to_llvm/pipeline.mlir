// RUN: graph-opt -loop-emit-pipeline -loop-to-llvm-pipeline %s | FileCheck %s
// Whole programs: nothing is left but the LLVM dialect.

// Rows in parallel, in blocks of 5 that end in tiles of 3 and of 2 rows: equal
// blocks of code, which rewriting merges after scf is gone.
// CHECK-LABEL: llvm.func hidden @matrix_by_vector_work0
// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK-NOT: cf.
// CHECK: llvm.intr.vector.reduce.fadd
// CHECK-LABEL: llvm.func hidden @matrix_by_vector(
// CHECK-NOT: builtin.unrealized_conversion_cast
loop.program @matrix_by_vector(%a: memref<17x33xf32>, %b: memref<33xf32>, %out: memref<17xf32>) {
  loop.nest bounds [17, 33] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>]
    schedule #loop.reduction<vector = 1 x 4, registers = [3, 2], order = [0, 1], cache = [5, 0], parallel = 1>
    ins(%a, %b : memref<17x33xf32>, memref<33xf32>) epilogue_ins() outs(%out : memref<17xf32>)
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
