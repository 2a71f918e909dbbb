// RUN: graph-opt -loop-attach-schedules %s | FileCheck %s
// Cache blocks and prefetches of contractions, on a core with 1.25 MiB of L2.

module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512f,fma", vector_bits = 512,
  registers = 32, l1_bytes = 49152, l2_bytes = 1310720, l3_bytes = 50331648>} {

// The operand comes from L3 for 128 rows: blocks of the reduction that fit L1,
// and blocks of four panels for threads to share.
// CHECK-LABEL: loop.program @long_reduction
// CHECK: registers = [8, 3, 2], order = [1, 0, 2], cache = [0, 192, 192], parallel = 1, prefetch = true>
loop.program @long_reduction(%a: memref<128x3072xf32>, %w: memref<3072x768xf32> {loop.constant}, %out: memref<128x768xf32>) {
  loop.nest bounds [128, 768, 3072] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<128x3072xf32>, memref<3072x768xf32>) epilogue_ins() outs(%out : memref<128x768xf32>)
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

// Of a window of 3 x 3 with 128 channels one tap's panel fits L1. Threads share
// six panels of 48.
// CHECK-LABEL: loop.program @taps
// CHECK: order = [2, 0, 1, 3, 4, 5], cache = [0, 0, 48, 1, 1, 0], parallel = 1, prefetch = true>
loop.program @taps(%a: memref<29x29x128xf32>, %w: memref<3x3x128x256xf32> {loop.constant}, %out: memref<14x14x256xf32>) {
  loop.nest bounds [14, 14, 256, 3, 3, 128] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(r, c, f, y, x, k) -> (r * 2 + y, c * 2 + x, k)>, affine_map<(r, c, f, y, x, k) -> (y, x, k, f)>, affine_map<(r, c, f, y, x, k) -> (r, c, f)>]
    ins(%a, %w : memref<29x29x128xf32>, memref<3x3x128x256xf32>) epilogue_ins() outs(%out : memref<14x14x256xf32>)
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

// With a single panel nothing is left to share: no blocks.
// CHECK-LABEL: loop.program @one_panel
// CHECK: cache = [0, 0, 0], parallel = 2, prefetch = true>
loop.program @one_panel(%a: memref<128x8192xf32>, %w: memref<8192x48xf32> {loop.constant}, %out: memref<128x48xf32>) {
  loop.nest bounds [128, 48, 8192] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<128x8192xf32>, memref<8192x48xf32>) epilogue_ins() outs(%out : memref<128x48xf32>)
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

// For many rows L3 has time: blocks for L2 alone.
// CHECK-LABEL: loop.program @many_rows_long_reduction
// CHECK: cache = [258, 512, 512], parallel = 2, prefetch = true>
loop.program @many_rows_long_reduction(%a: memref<1024x1024xf32>, %w: memref<1024x1024xf32> {loop.constant}, %out: memref<1024x1024xf32>) {
  loop.nest bounds [1024, 1024, 1024] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<1024x1024xf32>, memref<1024x1024xf32>) epilogue_ins() outs(%out : memref<1024x1024xf32>)
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

// Sums so far cannot lie in an output of halves.
// CHECK-LABEL: loop.program @halves
// CHECK: cache = [0, 0, 0], {{.+}}prefetch = true>
loop.program @halves(%a: memref<128x3072xf32>, %w: memref<3072x768xf32> {loop.constant}, %out: memref<128x768xf16>) {
  loop.nest bounds [128, 768, 3072] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<128x3072xf32>, memref<3072x768xf32>) epilogue_ins() outs(%out : memref<128x768xf16>)
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
      %half = arith.truncf %acc : f32 to f16
      loop.yield %half : f16
    }
  loop.return
}

// Many rows come in blocks that stay in L2.
// CHECK-LABEL: loop.program @many_rows
// CHECK: cache = [258, 0, 0], parallel = 2, prefetch = true>
loop.program @many_rows(%a: memref<2048x256xf32>, %w: memref<256x768xf32> {loop.constant}, %out: memref<2048x768xf32>) {
  loop.nest bounds [2048, 768, 256] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<2048x256xf32>, memref<256x768xf32>) epilogue_ins() outs(%out : memref<2048x768xf32>)
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

// A panel that one tile reads once streams: the hardware foresees that.
// CHECK-LABEL: loop.program @few_rows
// CHECK: registers = [8, 3, 2], order = [1, 0, 2], cache = [0, 0, 0], parallel = 1>
loop.program @few_rows(%a: memref<8x768xf32>, %w: memref<768x768xf32> {loop.constant}, %out: memref<8x768xf32>) {
  loop.nest bounds [8, 768, 768] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<8x768xf32>, memref<768x768xf32>) epilogue_ins() outs(%out : memref<8x768xf32>)
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

// What is not packed is neither unrolled nor fetched ahead by panels.
// CHECK-LABEL: loop.program @not_constant
// CHECK: cache = [0, 0, 0], parallel = {{[0-9]+}}>
loop.program @not_constant(%a: memref<128x768xf32>, %w: memref<768x192xf32>, %out: memref<128x192xf32>) {
  loop.nest bounds [128, 192, 768] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %w : memref<128x768xf32>, memref<768x192xf32>) epilogue_ins() outs(%out : memref<128x192xf32>)
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
