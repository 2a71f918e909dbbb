// RUN: graph-opt -loop-split-phases -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Windows on an image with zeros between its elements skip those.

// Kernel 4, stride 2: two phases of two taps, which read from one element before
// the image to one behind it. The second packs its taps of the filter by itself.
// CHECK-LABEL: loop.program @transposed
// CHECK-SAME: (%[[X:[a-z0-9]+]]: memref<6x8xf32>, %[[W:[a-z0-9]+]]: memref<4x16x8xf32> {loop.constant}, %[[W1:[a-z0-9]+]]: memref<4x16x8xf32> {loop.constant}, %[[Y:[a-z0-9]+]]: memref<12x16xf32>)
// CHECK-SAME: attributes {loop.algorithms = ["phases, 2 nests"]}
// CHECK: %[[D:.+]] = memref.alloc() : memref<8x8xf32>
// CHECK: loop.nest bounds [8, 8]
// CHECK-SAME: outs(%[[D]] :
// CHECK: %[[I:.+]] = memref.subview %[[D]][1, 0] [6, 8] [1, 1]
// CHECK: loop.nest bounds [6, 8]
// CHECK-SAME: ins(%[[X]] : {{.+}} outs(%[[I]] :
// CHECK: loop.nest bounds [6, 16, 2, 8]
// CHECK-SAME: maps [affine_map<(d0, d1, d2, d3) -> (d0 + d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d2 * -2 + 3, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d0 * 2, d1)>]
// CHECK-SAME: ins(%[[D]], %[[W]] : {{.+}} outs(%[[Y]] :
// CHECK: loop.nest bounds [6, 16, 2, 8]
// CHECK-SAME: maps [affine_map<(d0, d1, d2, d3) -> (d0 + d2 + 1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2 * -2 + 2, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d0 * 2 + 1, d1)>]
// CHECK-SAME: ins(%[[D]], %[[W1]] : {{.+}} outs(%[[Y]] :
// CHECK-NOT: loop.nest
// CHECK: func.func @main
// CHECK: loop.call @transposed(%{{.+}}, %[[C:.+]], %[[C]])
loop.program @transposed(%x: memref<6x8xf32>, %w: memref<4x16x8xf32> {loop.constant}, %y: memref<12x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %p = memref.alloc() : memref<15x8xf32>
  loop.nest bounds [15, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>] ins() epilogue_ins() outs(%p : memref<15x8xf32>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%b: f32):
    loop.yield %zero : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  %m = memref.subview %p[2, 0] [6, 8] [2, 1] : memref<15x8xf32> to memref<6x8xf32, strided<[16, 1], offset: 16>>
  loop.nest bounds [6, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>, affine_map<(x, c) -> (x, c)>]
    ins(%x : memref<6x8xf32>) epilogue_ins() outs(%m : memref<6x8xf32, strided<[16, 1], offset: 16>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32):
    loop.yield %a : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.nest bounds [12, 16, 4, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(x, f, s, c) -> (x + s, c)>, affine_map<(x, f, s, c) -> (3 - s, f, c)>, affine_map<(x, f, s, c) -> (x, f)>]
    ins(%p, %w : memref<15x8xf32>, memref<4x16x8xf32>) epilogue_ins() outs(%y : memref<12x16xf32>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    loop.yield %1 : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.return
}
func.func @main(%x: tensor<6x8xf32>) -> tensor<12x16xf32> {
  %w = arith.constant dense<0.5> : tensor<4x16x8xf32>
  %y = loop.call @transposed(%x, %w) : (tensor<6x8xf32>, tensor<4x16x8xf32>) -> tensor<12x16xf32>
  return %y : tensor<12x16xf32>
}

// -----

// Every third position meets no element: zeros stay.
// CHECK-LABEL: loop.program @gaps
// CHECK-NOT: loop.algorithms
// CHECK: memref.alloc() : memref<13x8xf32>
// CHECK: loop.nest bounds [12, 16, 2, 8]
// CHECK-NOT: loop.nest
loop.program @gaps(%x: memref<4x8xf32>, %w: memref<2x16x8xf32>, %y: memref<12x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %p = memref.alloc() : memref<13x8xf32>
  loop.nest bounds [13, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>] ins() epilogue_ins() outs(%p : memref<13x8xf32>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%b: f32):
    loop.yield %zero : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  %m = memref.subview %p[1, 0] [4, 8] [3, 1] : memref<13x8xf32> to memref<4x8xf32, strided<[24, 1], offset: 8>>
  loop.nest bounds [4, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>, affine_map<(x, c) -> (x, c)>]
    ins(%x : memref<4x8xf32>) epilogue_ins() outs(%m : memref<4x8xf32, strided<[24, 1], offset: 8>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32):
    loop.yield %a : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.nest bounds [12, 16, 2, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(x, f, s, c) -> (x + s, c)>, affine_map<(x, f, s, c) -> (1 - s, f, c)>, affine_map<(x, f, s, c) -> (x, f)>]
    ins(%p, %w : memref<13x8xf32>, memref<2x16x8xf32>) epilogue_ins() outs(%y : memref<12x16xf32>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    loop.yield %1 : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.return
}
