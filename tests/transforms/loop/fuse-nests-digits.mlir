// RUN: graph-opt -loop-fuse-nests -mlir-print-local-scope %s | FileCheck %s
// A nest that writes by two dimensions what its reader counts by one.

// A dimension that two of the producer's count as digits: each row of pixels is
// two of the result's.
// CHECK-LABEL: loop.program @digits
// CHECK-SAME: %[[BIAS:[a-z0-9]+]]: tensor<8xf32>, %[[OUT:[a-z0-9]+]]: tensor<8x8xf32>)
// CHECK: loop.nest bounds [4, 2, 8, 3]
// CHECK-SAME: affine_map<(d0, d1, d2, d3) -> (d2)>, affine_map<(d0, d1, d2, d3) -> (d0 * 2 + d1, d2)>]
// CHECK-SAME: epilogue_ins(%[[BIAS]] : tensor<8xf32>) outs(%[[OUT]] : tensor<8x8xf32>)
// CHECK-NOT: loop.nest
loop.program @digits(%a: tensor<4x3xf32>, %b: tensor<2x3x8xf32>, %bias: tensor<8xf32>, %out: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %e = tensor.empty() : tensor<8x8xf32>
  %0 = loop.nest bounds [4, 2, 8, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, t, j, k) -> (i, k)>, affine_map<(i, t, j, k) -> (t, k, j)>, affine_map<(i, t, j, k) -> (i * 2 + t, j)>]
    ins(%a, %b : tensor<4x3xf32>, tensor<2x3x8xf32>) epilogue_ins() outs(%e : tensor<8x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %x1: f32, %acc: f32):
      %p = arith.mulf %x0, %x1 : f32
      %y = arith.addf %acc, %p : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<8x8xf32>
  %1 = loop.nest bounds [8, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>]
    ins(%0, %bias : tensor<8x8xf32>, tensor<8xf32>) epilogue_ins() outs(%out : tensor<8x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %x1: f32, %acc: f32):
      %y = arith.addf %x0, %x1 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<8x8xf32>
  loop.return %1 : tensor<8x8xf32>
}

// Two dimensions that are no digits of one: the result has elements that the
// first nest does not write.
// CHECK-LABEL: loop.program @gaps
// CHECK-COUNT-2: loop.nest
// CHECK-NOT: loop.nest
loop.program @gaps(%a: tensor<4x3xf32>, %b: tensor<2x3x8xf32>, %bias: tensor<8xf32>, %out: tensor<11x8xf32>) -> tensor<11x8xf32> {
  %e = tensor.empty() : tensor<11x8xf32>
  %0 = loop.nest bounds [4, 2, 8, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, t, j, k) -> (i, k)>, affine_map<(i, t, j, k) -> (t, k, j)>, affine_map<(i, t, j, k) -> (i * 3 + t, j)>]
    ins(%a, %b : tensor<4x3xf32>, tensor<2x3x8xf32>) epilogue_ins() outs(%e : tensor<11x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %x1: f32, %acc: f32):
      %p = arith.mulf %x0, %x1 : f32
      %y = arith.addf %acc, %p : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<11x8xf32>
  %1 = loop.nest bounds [11, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>]
    ins(%0, %bias : tensor<11x8xf32>, tensor<8xf32>) epilogue_ins() outs(%out : tensor<11x8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %x1: f32, %acc: f32):
      %y = arith.addf %x0, %x1 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<11x8xf32>
  loop.return %1 : tensor<11x8xf32>
}
