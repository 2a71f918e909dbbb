// RUN: graph-opt -loop-collapse-dims -mlir-print-local-scope %s | FileCheck %s
// Neighbouring dimensions that all operands share become one.

// A channels-last 1x1 convolution is a matrix product.
// CHECK-LABEL: loop.program @pointwise
// CHECK-SAME: (%[[X:.+]]: memref<1x7x5x16xf32>, %[[W:.+]]: memref<16x8xf32>, %[[OUT:.+]]: memref<1x7x5x8xf32>)
// CHECK-DAG: %[[A:.+]] = memref.collapse_shape %[[X]] {{\[}}[0], [1, 2], [3]]
// CHECK-DAG: %[[C:.+]] = memref.collapse_shape %[[OUT]] {{\[}}[0], [1, 2], [3]]
// CHECK: loop.nest bounds [35, 8, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
// CHECK-SAME: maps [affine_map<(d0, d1, d2) -> (0, d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (0, d0, d1)>]
// CHECK-SAME: ins(%[[A]], %[[W]] : memref<1x35x16xf32>, memref<16x8xf32>) epilogue_ins() outs(%[[C]] : memref<1x35x8xf32>)
loop.program @pointwise(%x: memref<1x7x5x16xf32>, %w: memref<16x8xf32>, %out: memref<1x7x5x8xf32>) {
  loop.nest bounds [1, 7, 5, 8, 16]
    iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(n, h, w, o, c) -> (n, h, w, c)>, affine_map<(n, h, w, o, c) -> (c, o)>, affine_map<(n, h, w, o, c) -> (n, h, w, o)>]
    ins(%x, %w : memref<1x7x5x16xf32>, memref<16x8xf32>) epilogue_ins() outs(%out : memref<1x7x5x8xf32>)
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

// A whole elementwise nest is one loop, whatever the order of its dimensions.
// CHECK-LABEL: loop.program @elementwise
// CHECK: loop.nest bounds [24] iterators [#loop<iterator parallel>] maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
loop.program @elementwise(%x: memref<2x3x4xf32>, %out: memref<2x3x4xf32>) {
  loop.nest bounds [4, 2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(c, a, b) -> (a, b, c)>, affine_map<(c, a, b) -> (a, b, c)>]
    ins(%x : memref<2x3x4xf32>) epilogue_ins() outs(%out : memref<2x3x4xf32>)
    init { loop.yield } combine {
    ^bb0(%a: f32):
      loop.yield
    } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// Reductions collapse among themselves, not with parallel dimensions.
// CHECK-LABEL: loop.program @reduction
// CHECK: loop.nest bounds [2, 12] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
loop.program @reduction(%x: memref<2x3x4xf32>, %out: memref<2xf32>) {
  loop.nest bounds [2, 3, 4] iterators [#loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>]
    ins(%x : memref<2x3x4xf32>) epilogue_ins() outs(%out : memref<2xf32>)
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
  loop.return
}

// Not where an operand has the two in another order, or only one of them.
// CHECK-LABEL: loop.program @transposed
// CHECK: loop.nest bounds [2, 3]
// CHECK-LABEL: loop.program @broadcast
// CHECK: loop.nest bounds [2, 3]
loop.program @transposed(%x: memref<3x2xf32>, %out: memref<2x3xf32>) {
  loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>]
    ins(%x : memref<3x2xf32>) epilogue_ins() outs(%out : memref<2x3xf32>)
    init { loop.yield } combine {
    ^bb0(%a: f32):
      loop.yield
    } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

loop.program @broadcast(%x: memref<3xf32>, %out: memref<2x3xf32>) {
  loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>]
    ins(%x : memref<3xf32>) epilogue_ins() outs(%out : memref<2x3xf32>)
    init { loop.yield } combine {
    ^bb0(%a: f32):
      loop.yield
    } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// Nor where a nest reads part of the inner dimension, or in a window.
// CHECK-LABEL: loop.program @part
// CHECK: loop.nest bounds [2, 3]
// CHECK-LABEL: loop.program @window
// CHECK: loop.nest bounds [2, 3]
loop.program @part(%x: memref<2x4xf32>, %out: memref<2x3xf32>) {
  loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]
    ins(%x : memref<2x4xf32>) epilogue_ins() outs(%out : memref<2x3xf32>)
    init { loop.yield } combine {
    ^bb0(%a: f32):
      loop.yield
    } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

loop.program @window(%x: memref<2x4xf32>, %out: memref<2x3xf32>) {
  loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1 + 1)>, affine_map<(d0, d1) -> (d0, d1)>]
    ins(%x : memref<2x4xf32>) epilogue_ins() outs(%out : memref<2x3xf32>)
    init { loop.yield } combine {
    ^bb0(%a: f32):
      loop.yield
    } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// Nor a dimension whose index the nest computes with; one of bound 1 stays for
// the same reason, the others of bound 1 go and indices are renumbered.
// CHECK-LABEL: loop.program @indexed
// CHECK: loop.nest bounds [1, 3]
// CHECK: loop.index 0
// CHECK: loop.index 1
loop.program @indexed(%out: memref<1x1x3xindex>) {
  loop.nest bounds [1, 1, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1, d2) -> (d0, d1, d2)>]
    ins() epilogue_ins() outs(%out : memref<1x1x3xindex>)
    init { loop.yield } combine { loop.yield } epilogue {
      %i = loop.index 1
      %j = loop.index 2
      %k = arith.addi %i, %j : index
      loop.yield %k : index
    }
  loop.return
}

// Nor a nest with a schedule, which counts the dimensions as they are.
// CHECK-LABEL: loop.program @scheduled
// CHECK: loop.nest bounds [2, 3]
loop.program @scheduled(%out: memref<2x3xf32>) {
  loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = -1 x 1, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<2x3xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}
