// RUN: graph-opt -loop-clip-windows -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Windows at an image's edges are nests of their own; the padded copy is gone.

// Rows lose a tap at both ends, columns at the low end only (stride 2).
// CHECK-LABEL: loop.program @depthwise
// CHECK-SAME: (%[[X:[a-z0-9]+]]: memref<1x8x8x16xf32>, %[[W:[a-z0-9]+]]: memref<3x3x16xf32>
// CHECK-SAME: %[[R:[a-z0-9]+]]: memref<1x8x4x16xf32>, %[[Y:[a-z0-9]+]]: memref<1x8x4x16xf32>
// CHECK-SAME: loop.algorithms = ["clipped windows, 6 nests"]
// CHECK-NOT: memref.alloc
// The corner: 2 x 2 taps of one window.
// CHECK-DAG: %[[X0:.+]] = memref.subview %[[X]][0, 0, 0, 0] [1, 2, 2, 16] [1, 1, 1, 1]
// CHECK-DAG: %[[W0:.+]] = memref.subview %[[W]][1, 1, 0] [2, 2, 16] [1, 1, 1]
// CHECK-DAG: %[[R0:.+]] = memref.subview %[[R]][0, 0, 0, 0] [1, 1, 1, 16] [1, 1, 1, 1]
// CHECK-DAG: %[[Y0:.+]] = memref.subview %[[Y]][0, 0, 0, 0] [1, 1, 1, 16] [1, 1, 1, 1]
// CHECK: loop.nest bounds [1, 1, 1, 16, 2, 2]
// CHECK-SAME: ins(%[[X0]], %[[W0]] : {{.+}}) epilogue_ins(%[[R0]] : {{.+}}) outs(%[[Y0]] :
// The top edge.
// CHECK-DAG: %[[X1:.+]] = memref.subview %[[X]][0, 0, 1, 0] [1, 2, 7, 16] [1, 1, 1, 1]
// CHECK-DAG: %[[W1:.+]] = memref.subview %[[W]][1, 0, 0] [2, 3, 16] [1, 1, 1]
// CHECK: loop.nest bounds [1, 1, 3, 16, 2, 3]
// CHECK-SAME: affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 + d4, d2 * 2 + d5, d3)>
// CHECK-SAME: ins(%[[X1]], %[[W1]] :
// The left edge, then what has all taps.
// CHECK: loop.nest bounds [1, 6, 1, 16, 3, 2]
// CHECK: %[[X3:.+]] = memref.subview %[[X]][0, 0, 1, 0] [1, 8, 7, 16] [1, 1, 1, 1]
// CHECK: %[[Y3:.+]] = memref.subview %[[Y]][0, 1, 1, 0] [1, 6, 3, 16] [1, 1, 1, 1]
// CHECK: loop.nest bounds [1, 6, 3, 16, 3, 3]
// CHECK-SAME: ins(%[[X3]], %[[W]] :
// CHECK-SAME: outs(%[[Y3]] :
// CHECK: loop.nest bounds [1, 1, 1, 16, 2, 2]
// CHECK: loop.nest bounds [1, 1, 3, 16, 2, 3]
// CHECK-NOT: loop.nest
loop.program @depthwise(%x: memref<1x8x8x16xf32>, %w: memref<3x3x16xf32>, %r: memref<1x8x4x16xf32>, %y: memref<1x8x4x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %p = memref.alloc() : memref<1x10x9x16xf32>
  %m = memref.subview %p[0, 1, 1, 0] [1, 8, 8, 16] [1, 1, 1, 1] : memref<1x10x9x16xf32> to memref<1x8x8x16xf32, strided<[1440, 144, 16, 1], offset: 160>>
  loop.nest bounds [1, 8, 8, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(n, y, x, c) -> (n, y, x, c)>, affine_map<(n, y, x, c) -> (n, y, x, c)>]
    ins(%x : memref<1x8x8x16xf32>) epilogue_ins() outs(%m : memref<1x8x8x16xf32, strided<[1440, 144, 16, 1], offset: 160>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32):
    loop.yield %a : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  %top = memref.subview %p[0, 0, 0, 0] [1, 1, 9, 16] [1, 1, 1, 1] : memref<1x10x9x16xf32> to memref<1x1x9x16xf32, strided<[1440, 144, 16, 1]>>
  loop.nest bounds [1, 1, 9, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(n, y, x, c) -> (n, y, x, c)>] ins() epilogue_ins() outs(%top : memref<1x1x9x16xf32, strided<[1440, 144, 16, 1]>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%b: f32):
    loop.yield %zero : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.nest bounds [1, 8, 4, 16, 3, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(n, y, x, c, r, s) -> (n, y + r, x * 2 + s, c)>, affine_map<(n, y, x, c, r, s) -> (r, s, c)>,
          affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>, affine_map<(n, y, x, c, r, s) -> (n, y, x, c)>]
    ins(%p, %w : memref<1x10x9x16xf32>, memref<3x3x16xf32>) epilogue_ins(%r : memref<1x8x4x16xf32>) outs(%y : memref<1x8x4x16xf32>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    loop.yield %1 : f32
  } epilogue {
  ^bb0(%a: f32, %b: f32):
    %0 = arith.addf %a, %b : f32
    loop.yield %0 : f32
  }
  loop.return
}

// -----

// Channels are summed up as well: the copy stays.
// CHECK-LABEL: loop.program @channels
// CHECK-NOT: loop.algorithms
// CHECK: memref.alloc
// CHECK: loop.nest bounds [4, 8]
// CHECK: loop.nest bounds [4, 16, 3, 8]
loop.program @channels(%x: memref<4x8xf32>, %w: memref<3x8x16xf32>, %y: memref<4x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %p = memref.alloc() : memref<6x8xf32>
  %m = memref.subview %p[1, 0] [4, 8] [1, 1] : memref<6x8xf32> to memref<4x8xf32, strided<[8, 1], offset: 8>>
  loop.nest bounds [4, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>, affine_map<(x, c) -> (x, c)>]
    ins(%x : memref<4x8xf32>) epilogue_ins() outs(%m : memref<4x8xf32, strided<[8, 1], offset: 8>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32):
    loop.yield %a : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.nest bounds [4, 16, 3, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(x, f, s, c) -> (x + s, c)>, affine_map<(x, f, s, c) -> (s, c, f)>, affine_map<(x, f, s, c) -> (x, f)>]
    ins(%p, %w : memref<6x8xf32>, memref<3x8x16xf32>) epilogue_ins() outs(%y : memref<4x16xf32>) init {
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

// -----

// Ones around the image count, and every window of @short leaves it.
// CHECK-LABEL: loop.program @ones
// CHECK: memref.alloc
// CHECK: loop.nest bounds [8, 16, 3]
loop.program @ones(%x: memref<8x16xf32>, %w: memref<3x16xf32>, %y: memref<8x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %p = memref.alloc() : memref<10x16xf32>
  %m = memref.subview %p[1, 0] [8, 16] [1, 1] : memref<10x16xf32> to memref<8x16xf32, strided<[16, 1], offset: 16>>
  loop.nest bounds [8, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>, affine_map<(x, c) -> (x, c)>]
    ins(%x : memref<8x16xf32>) epilogue_ins() outs(%m : memref<8x16xf32, strided<[16, 1], offset: 16>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32):
    loop.yield %a : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  %top = memref.subview %p[0, 0] [1, 16] [1, 1] : memref<10x16xf32> to memref<1x16xf32, strided<[16, 1]>>
  loop.nest bounds [1, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>] ins() epilogue_ins() outs(%top : memref<1x16xf32, strided<[16, 1]>>) init {
    loop.yield %one : f32
  } combine {
  ^bb0(%b: f32):
    loop.yield %one : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.nest bounds [8, 16, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(x, c, s) -> (x + s, c)>, affine_map<(x, c, s) -> (s, c)>, affine_map<(x, c, s) -> (x, c)>]
    ins(%p, %w : memref<10x16xf32>, memref<3x16xf32>) epilogue_ins() outs(%y : memref<8x16xf32>) init {
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

// CHECK-LABEL: loop.program @short
// CHECK: memref.alloc
// CHECK: loop.nest bounds [2, 16, 3]
loop.program @short(%x: memref<2x16xf32>, %w: memref<3x16xf32>, %y: memref<2x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %p = memref.alloc() : memref<4x16xf32>
  %m = memref.subview %p[1, 0] [2, 16] [1, 1] : memref<4x16xf32> to memref<2x16xf32, strided<[16, 1], offset: 16>>
  loop.nest bounds [2, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(x, c) -> (x, c)>, affine_map<(x, c) -> (x, c)>]
    ins(%x : memref<2x16xf32>) epilogue_ins() outs(%m : memref<2x16xf32, strided<[16, 1], offset: 16>>) init {
    loop.yield %zero : f32
  } combine {
  ^bb0(%a: f32, %b: f32):
    loop.yield %a : f32
  } epilogue {
  ^bb0(%a: f32):
    loop.yield %a : f32
  }
  loop.nest bounds [2, 16, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(x, c, s) -> (x + s, c)>, affine_map<(x, c, s) -> (s, c)>, affine_map<(x, c, s) -> (x, c)>]
    ins(%p, %w : memref<4x16xf32>, memref<3x16xf32>) epilogue_ins() outs(%y : memref<2x16xf32>) init {
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
