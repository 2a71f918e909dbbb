// RUN: graph-opt -loop-expand-winograd -mlir-print-local-scope -split-input-file %s | FileCheck %s
// A convolution becomes blocks of transformed squares.

// Eight rows of squares in four blocks of two; each share has its own buffers.
// The filter is transformed at the call, in f64.
// CHECK-LABEL: loop.program @blocks
// CHECK-SAME: %[[U:[a-z0-9]+]]: memref<36x16x32xf32> {loop.constant}
// CHECK-SAME: loop.algorithms = [#loop.winograd<outputs = 4, rows = 2>]
// CHECK: loop.parallel
// CHECK: %[[V:.+]] = memref.alloc() : memref<36x16x32xf32>
// CHECK: %[[M:.+]] = memref.alloc() : memref<36x16x48xf32>
// CHECK: scf.for
// CHECK: memref.subview %{{.+}}[%{{.+}}, %{{.+}}, 0, 0] [1, 10, 34, 16] [1, 1, 1, 1]
// CHECK: loop.nest bounds [2, 8, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (0, d0 * 4 + 5, d1 * 4 + 5, d2)>
// CHECK-SAME: affine_map<(d0, d1, d2) -> (35, d0 * 8 + d1, d2)>
// CHECK: loop.nest bounds [36, 16, 32, 16]
// CHECK-SAME: maps [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>]
// CHECK-SAME: ins(%[[V]], %[[U]] :
// CHECK-SAME: outs(%[[M]] :
// CHECK: memref.subview %{{.+}}[%{{.+}}, %{{.+}}, 0, 0] [1, 8, 32, 32] [1, 1, 1, 1]
// CHECK: loop.nest bounds [2, 8, 32]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (0, d0 * 4 + 3, d1 * 4 + 3, d2)>
// CHECK-NOT: loop.nest bounds
// CHECK-LABEL: func.func @main
// CHECK: %[[G:.+]] = arith.constant
// CHECK: %[[T:.+]] = loop.call @winograd_filter_0(%[[G]]) : (tensor<3x3x16x32xf32>) -> tensor<36x16x32xf32>
// CHECK: loop.call @blocks(%{{.+}}, %[[T]])
// CHECK: loop.program @winograd_filter_0
// CHECK: loop.nest bounds [16, 32]
// CHECK: arith.extf %{{.+}} : f32 to f64
// CHECK: arith.truncf %{{.+}} : f64 to f32
loop.program @blocks(%image: memref<2x34x34x16xf32>, %filter: memref<3x3x16x32xf32> {loop.constant}, %out: memref<2x32x32x32xf32>) {
  loop.nest bounds [2, 32, 32, 32, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<2x34x34x16xf32>, memref<3x3x16x32xf32>) epilogue_ins() outs(%out : memref<2x32x32x32xf32>) {loop.algorithm = #loop.winograd<outputs = 4, rows = 2>}
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

func.func @main(%image: tensor<2x34x34x16xf32>) -> tensor<2x32x32x32xf32> {
  %filter = arith.constant dense<1.0> : tensor<3x3x16x32xf32>
  %result = loop.call @blocks(%image, %filter) : (tensor<2x34x34x16xf32>, tensor<3x3x16x32xf32>) -> tensor<2x32x32x32xf32>
  return %result : tensor<2x32x32x32xf32>
}

// -----

// Five rows and seven columns leave squares of one row and three columns: nests
// of their own, in which what lies outside is zero. One block: no loop.
// CHECK-LABEL: loop.program @ragged
// CHECK-NOT: loop.parallel
// CHECK: memref.subview %{{.+}}[0, 0, 0, 0] [1, 7, 9, 16] [1, 1, 1, 1]
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (0, d0 * 4 + 5, (d1 + 1) * 4 + 4, d2)>
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (0, (d0 + 1) * 4 + 2, (d1 + 1) * 4 + 4, d2)>
// CHECK: loop.nest bounds [36, 4, 16, 16]
// The residual is read for each result.
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK-SAME: epilogue_ins(
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK: loop.nest bounds [1, 1, 16]
// CHECK-NOT: loop.nest bounds [1
// CHECK: loop.return
loop.program @ragged(%image: memref<1x7x9x16xf32>, %filter: memref<3x3x16x16xf32> {loop.constant}, %res: memref<1x5x7x16xf32>, %out: memref<1x5x7x16xf32>) {
  loop.nest bounds [1, 5, 7, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x7x9x16xf32>, memref<3x3x16x16xf32>) epilogue_ins(%res : memref<1x5x7x16xf32>) outs(%out : memref<1x5x7x16xf32>) {loop.algorithm = #loop.winograd<outputs = 4, rows = 2>}
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%a: f32, %b: f32, %acc: f32):
      %product = arith.mulf %a, %b : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32, %r: f32):
      %sum = arith.addf %acc, %r : f32
      loop.yield %sum : f32
    }
  loop.return
}

func.func @main(%image: tensor<1x7x9x16xf32>, %res: tensor<1x5x7x16xf32>) -> tensor<1x5x7x16xf32> {
  %filter = arith.constant dense<1.0> : tensor<3x3x16x16xf32>
  %result = loop.call @ragged(%image, %filter, %res) : (tensor<1x7x9x16xf32>, tensor<3x3x16x16xf32>, tensor<1x5x7x16xf32>) -> tensor<1x5x7x16xf32>
  return %result : tensor<1x5x7x16xf32>
}

// -----

// Several blocks, the last one ragged: a choice at run time.
// CHECK-LABEL: loop.program @edge
// CHECK: loop.parallel
// CHECK: scf.if
// CHECK: } else {
// CHECK: loop.nest bounds [16, 4, 16, 16]
// CHECK: scf.if
// CHECK: } else {
loop.program @edge(%image: memref<1x9x10x16xf32>, %filter: memref<3x3x16x16xf32> {loop.constant}, %out: memref<1x7x8x16xf32>) {
  loop.nest bounds [1, 7, 8, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x9x10x16xf32>, memref<3x3x16x16xf32>) epilogue_ins() outs(%out : memref<1x7x8x16xf32>) {loop.algorithm = #loop.winograd<outputs = 2, rows = 1>}
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

func.func @main(%image: tensor<1x9x10x16xf32>) -> tensor<1x7x8x16xf32> {
  %filter = arith.constant dense<1.0> : tensor<3x3x16x16xf32>
  %result = loop.call @edge(%image, %filter) : (tensor<1x9x10x16xf32>, tensor<3x3x16x16xf32>) -> tensor<1x7x8x16xf32>
  return %result : tensor<1x7x8x16xf32>
}

// -----

// A filter that a caller computes stays as it is: so does the nest.
// CHECK-LABEL: loop.program @variable
// CHECK: loop.nest bounds [1, 8, 8, 16, 3, 3, 16]
// CHECK-NOT: loop.algorithm
// CHECK: loop.return
loop.program @variable(%image: memref<1x10x10x16xf32>, %filter: memref<3x3x16x16xf32>, %out: memref<1x8x8x16xf32>) {
  loop.nest bounds [1, 8, 8, 16, 3, 3, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>,
               #loop<iterator reduction>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, f, r, s, c) -> (n, y + r, x + s, c)>,
          affine_map<(n, y, x, f, r, s, c) -> (r, s, c, f)>, affine_map<(n, y, x, f, r, s, c) -> (n, y, x, f)>]
    ins(%image, %filter : memref<1x10x10x16xf32>, memref<3x3x16x16xf32>) epilogue_ins() outs(%out : memref<1x8x8x16xf32>) {loop.algorithm = #loop.winograd<outputs = 4, rows = 1>}
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

func.func @main(%image: tensor<1x10x10x16xf32>) -> tensor<1x8x8x16xf32> {
  %filter = arith.constant dense<1.0> : tensor<3x3x16x16xf32>
  %result = loop.call @variable(%image, %filter) : (tensor<1x10x10x16xf32>, tensor<3x3x16x16xf32>) -> tensor<1x8x8x16xf32>
  return %result : tensor<1x8x8x16xf32>
}
