// RUN: graph-opt -loop-choose-algorithms -split-input-file %s | FileCheck %s
// RUN: graph-opt -loop-choose-algorithms=exact=true -split-input-file %s | FileCheck %s --check-prefix=EXACT
// Convolutions whose arithmetic outweighs the transforms are computed by
// minimal filtering, where rounding is free to differ.

// EXACT-NOT: loop.algorithm =

// Many products for each transformed value: large squares.
// CHECK-LABEL: loop.program @deep(
// CHECK: loop.algorithm = #loop.winograd<outputs = 4, rows = 
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @deep(%image: memref<1x58x58x64xf32>, %filter: memref<3x3x64x64xf32> {loop.constant}, %out: memref<1x56x56x64xf32>) {
  loop.nest bounds [1, 56, 56, 64, 3, 3, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x58x58x64xf32>, memref<3x3x64x64xf32>) epilogue_ins() outs(%out : memref<1x56x56x64xf32>)
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

// The transformed filter leaves the cache: smaller squares, all in one block.
// CHECK-LABEL: loop.program @wide(
// CHECK: loop.algorithm = #loop.winograd<outputs = 2, rows = 7>
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @wide(%image: memref<1x16x16x256xf32>, %filter: memref<3x3x256x256xf32> {loop.constant}, %out: memref<1x14x14x256xf32>) {
  loop.nest bounds [1, 14, 14, 256, 3, 3, 256]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x16x16x256xf32>, memref<3x3x256x256xf32>) epilogue_ins() outs(%out : memref<1x14x14x256xf32>)
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

// The filter is all there is to read: plain loops.
// CHECK-LABEL: loop.program @streamed(
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @streamed(%image: memref<1x9x9x512xf32>, %filter: memref<3x3x512x512xf32> {loop.constant}, %out: memref<1x7x7x512xf32>) {
  loop.nest bounds [1, 7, 7, 512, 3, 3, 512]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x9x9x512xf32>, memref<3x3x512x512xf32>) epilogue_ins() outs(%out : memref<1x7x7x512xf32>)
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

// Windows two apart have no squares in common.
// CHECK-LABEL: loop.program @strided(
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @strided(%image: memref<1x57x57x64xf32>, %filter: memref<3x3x64x64xf32> {loop.constant}, %out: memref<1x28x28x64xf32>) {
  loop.nest bounds [1, 28, 28, 64, 3, 3, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y * 2 + r, x * 2 + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x57x57x64xf32>, memref<3x3x64x64xf32>) epilogue_ins() outs(%out : memref<1x28x28x64xf32>)
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

// A filter of one tap.
// CHECK-LABEL: loop.program @pointwise(
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @pointwise(%image: memref<1x56x56x64xf32>, %filter: memref<1x1x64x64xf32> {loop.constant}, %out: memref<1x56x56x64xf32>) {
  loop.nest bounds [1, 56, 56, 64, 1, 1, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x56x56x64xf32>, memref<1x1x64x64xf32>) epilogue_ins() outs(%out : memref<1x56x56x64xf32>)
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

// Three channels fill no vector.
// CHECK-LABEL: loop.program @shallow(
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @shallow(%image: memref<1x58x58x3xf32>, %filter: memref<3x3x3x64xf32> {loop.constant}, %out: memref<1x56x56x64xf32>) {
  loop.nest bounds [1, 56, 56, 64, 3, 3, 3]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x58x58x3xf32>, memref<3x3x3x64xf32>) epilogue_ins() outs(%out : memref<1x56x56x64xf32>)
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

// The filter is known only when the program runs.
// CHECK-LABEL: loop.program @variable(
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @variable(%image: memref<1x58x58x64xf32>, %filter: memref<3x3x64x64xf32> , %out: memref<1x56x56x64xf32>) {
  loop.nest bounds [1, 56, 56, 64, 3, 3, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x58x58x64xf32>, memref<3x3x64x64xf32>) epilogue_ins() outs(%out : memref<1x56x56x64xf32>)
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

// Half floats.
// CHECK-LABEL: loop.program @half(
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512, registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 33554432>} {
loop.program @half(%image: memref<1x58x58x64xf16>, %filter: memref<3x3x64x64xf16> {loop.constant}, %out: memref<1x56x56x64xf32>) {
  loop.nest bounds [1, 56, 56, 64, 3, 3, 64]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x58x58x64xf16>, memref<3x3x64x64xf16>) epilogue_ins() outs(%out : memref<1x56x56x64xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f16, %b: f16, %acc: f32):
      %wide_a = arith.extf %a : f16 to f32
      %wide_b = arith.extf %b : f16 to f32
      %product = arith.mulf %wide_a, %wide_b : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}
}
