// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Algorithms that cannot compute a nest.

loop.program @conv(%image: memref<1x8x8x16xf32>, %filter: memref<3x3x16x16xf32> {loop.constant}, %out: memref<1x6x6x16xf32>) {
  // expected-error @below {{'loop.nest' op winograd: expected 2 or 4 outputs, but got '3'}}
  loop.nest bounds [1, 6, 6, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x8x8x16xf32>, memref<3x3x16x16xf32>) epilogue_ins() outs(%out : memref<1x6x6x16xf32>) {loop.algorithm = #loop.winograd<outputs = 3, rows = 1>}
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

// -----

loop.program @conv(%image: memref<1x13x13x16xf32>, %filter: memref<3x3x16x16xf32> {loop.constant}, %out: memref<1x6x6x16xf32>) {
  // expected-error @below {{'loop.nest' op winograd: expected a convolution of stride 1 without groups, channels last}}
  loop.nest bounds [1, 6, 6, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y * 2 + r, x * 2 + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x13x13x16xf32>, memref<3x3x16x16xf32>) epilogue_ins() outs(%out : memref<1x6x6x16xf32>) {loop.algorithm = #loop.winograd<outputs = 2, rows = 1>}
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

// -----

loop.program @conv(%image: memref<1x10x10x16xf32>, %filter: memref<5x5x16x16xf32> {loop.constant}, %out: memref<1x6x6x16xf32>) {
  // expected-error @below {{'loop.nest' op winograd: expected a 3x3 filter, but got '5x5'}}
  loop.nest bounds [1, 6, 6, 16, 5, 5, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x10x10x16xf32>, memref<5x5x16x16xf32>) epilogue_ins() outs(%out : memref<1x6x6x16xf32>) {loop.algorithm = #loop.winograd<outputs = 2, rows = 1>}
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

// -----

loop.program @conv(%image: memref<1x8x8x16xf16>, %filter: memref<3x3x16x16xf16> {loop.constant}, %out: memref<1x6x6x16xf32>) {
  // expected-error @below {{'loop.nest' op winograd: expected f32 inputs}}
  loop.nest bounds [1, 6, 6, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x8x8x16xf16>, memref<3x3x16x16xf16>) epilogue_ins() outs(%out : memref<1x6x6x16xf32>) {loop.algorithm = #loop.winograd<outputs = 2, rows = 1>}
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

// -----

loop.program @conv(%image: memref<1x8x8x16xf32>, %filter: memref<3x3x16x16xf32> {loop.constant}, %out: memref<1x6x6x16xf32>) {
  // expected-error @below {{'loop.nest' op winograd: expected rows that divide the 3 rows of squares, but got '2'}}
  loop.nest bounds [1, 6, 6, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x8x8x16xf32>, memref<3x3x16x16xf32>) epilogue_ins() outs(%out : memref<1x6x6x16xf32>) {loop.algorithm = #loop.winograd<outputs = 2, rows = 2>}
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

// -----

loop.program @conv(%image: memref<1x8x8x16xf32>, %filter: memref<3x3x16x16xf32> {loop.constant}, %out: memref<1x6x6x16xf32>) {
  // expected-error @below {{'loop.nest' op expected 'loop.algorithm' to be an algorithm of a loop.nest, but got '4 : i64'}}
  loop.nest bounds [1, 6, 6, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x8x8x16xf32>, memref<3x3x16x16xf32>) epilogue_ins() outs(%out : memref<1x6x6x16xf32>) {loop.algorithm = 4}
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

// -----

loop.program @outside(%out: memref<4xf32>) {
  // expected-error @below {{'loop.share_start' op expected an enclosing loop.parallel}}
  %0 = loop.share_start
  loop.return
}
