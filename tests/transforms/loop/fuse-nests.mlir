// RUN: graph-opt -loop-fuse-nests -mlir-print-local-scope %s | FileCheck %s
// Elementwise nests become parts of the nests around them.

// Behind a product: the bias is an operand of the epilogue.
// CHECK-LABEL: loop.program @epilogue
// CHECK-SAME: (%[[A:.+]]: tensor<4x8xf32>, %[[B:.+]]: tensor<8x16xf32>, %[[BIAS:.+]]: tensor<16xf32>, %[[OUT:.+]]: tensor<4x16xf32>)
// CHECK: %[[R:.+]] = loop.nest bounds [4, 16, 8]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>]
// CHECK-SAME: ins(%[[A]], %[[B]] : {{.+}}) epilogue_ins(%[[BIAS]] : tensor<16xf32>) outs(%[[OUT]] : tensor<4x16xf32>)
// CHECK: } epilogue {
// CHECK-NEXT: ^bb0(%[[ACC:.+]]: f32, %[[Z:.+]]: f32):
// CHECK-NEXT: %[[SUM:.+]] = arith.addf %[[ACC]], %[[Z]]
// CHECK-NEXT: loop.yield %[[SUM]]
// CHECK: loop.return %[[R]]
loop.program @epilogue(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %bias: tensor<16xf32>, %out: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<4x16xf32>
  %0 = loop.nest bounds [4, 16, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) epilogue_ins() outs(%e : tensor<4x16xf32>)
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
    } -> tensor<4x16xf32>
  %1 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>]
    ins(%0, %bias : tensor<4x16xf32>, tensor<16xf32>) epilogue_ins() outs(%out : tensor<4x16xf32>)
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
    } -> tensor<4x16xf32>
  loop.return %1 : tensor<4x16xf32>
}

// Through a transpose: the output is written transposed.
// CHECK-LABEL: loop.program @transposed
// CHECK: loop.nest bounds [4, 16, 8]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1, d0)>]
// CHECK-SAME: outs(%{{.+}} : tensor<16x4xf32>)
// CHECK: } epilogue {
// CHECK: math.absf
// CHECK-NOT: loop.nest
loop.program @transposed(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %out: tensor<16x4xf32>) -> tensor<16x4xf32> {
  %e = tensor.empty() : tensor<4x16xf32>
  %0 = loop.nest bounds [4, 16, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) epilogue_ins() outs(%e : tensor<4x16xf32>)
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
    } -> tensor<4x16xf32>
  %1 = loop.nest bounds [16, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>]
    ins(%0 : tensor<4x16xf32>) epilogue_ins() outs(%out : tensor<16x4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = math.absf %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<16x4xf32>
  loop.return %1 : tensor<16x4xf32>
}

// In front of a reduction that reads each element once: even what is expensive.
// CHECK-LABEL: loop.program @producer
// CHECK: loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
// CHECK: } combine {
// CHECK-NEXT: ^bb0(%[[X:.+]]: f32, %[[ACC:.+]]: f32):
// CHECK-NEXT: %[[E:.+]] = math.exp %[[X]]
// CHECK-NEXT: arith.addf %[[ACC]], %[[E]]
// CHECK-NOT: loop.nest
loop.program @producer(%a: tensor<4x16xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4x16xf32>
  %0 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>]
    ins(%a : tensor<4x16xf32>) epilogue_ins() outs(%e : tensor<4x16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = math.exp %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<4x16xf32>
  %1 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>]
    ins(%0 : tensor<4x16xf32>) epilogue_ins() outs(%out : tensor<4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = arith.addf %acc, %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<4xf32>
  loop.return %1 : tensor<4xf32>
}

// What is cheap is computed again at each of the points that read it.
// CHECK-LABEL: loop.program @cheap_window
// CHECK: loop.nest bounds [14, 3]
// CHECK-SAME: maps [affine_map<(d0, d1) -> (d0 + d1)>
// CHECK: } combine {
// CHECK: arith.negf
// CHECK-NOT: loop.nest
loop.program @cheap_window(%a: tensor<16xf32>, %out: tensor<14xf32>) -> tensor<14xf32> {
  %e = tensor.empty() : tensor<16xf32>
  %0 = loop.nest bounds [16] iterators [#loop<iterator parallel>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%a : tensor<16xf32>) epilogue_ins() outs(%e : tensor<16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = arith.negf %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<16xf32>
  %1 = loop.nest bounds [14, 3] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, k) -> (i + k)>, affine_map<(i, k) -> (i)>]
    ins(%0 : tensor<16xf32>) epilogue_ins() outs(%out : tensor<14xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = arith.addf %acc, %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<14xf32>
  loop.return %1 : tensor<14xf32>
}

// The index of a dimension becomes that of the dimension it runs along now.
// CHECK-LABEL: loop.program @indices
// CHECK: loop.nest bounds [16, 4]
// CHECK: math.absf
// CHECK: } epilogue {
// CHECK: loop.index 1
// CHECK-NOT: loop.nest
loop.program @indices(%a: tensor<16x4xf32>, %out: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<16x4xf32>
  %0 = loop.nest bounds [16, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>]
    ins(%a : tensor<16x4xf32>) epilogue_ins() outs(%e : tensor<16x4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = math.absf %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<16x4xf32>
  %1 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>]
    ins(%0 : tensor<16x4xf32>) epilogue_ins() outs(%out : tensor<4x16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %i = loop.index 0
      %w = arith.index_cast %i : index to i64
      %s = arith.sitofp %w : i64 to f32
      %y = arith.mulf %x0, %s : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<4x16xf32>
  loop.return %1 : tensor<4x16xf32>
}

// A dimension of one element need not be there on both sides.
// CHECK-LABEL: loop.program @unit_dims
// CHECK: loop.nest bounds [4, 16]
// CHECK-NOT: loop.nest
loop.program @unit_dims(%a: tensor<4x16xf32>, %out: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %e = tensor.empty() : tensor<1x4xf32>
  %0 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, k) -> (i, k)>, affine_map<(i, k) -> (0, i)>]
    ins(%a : tensor<4x16xf32>) epilogue_ins() outs(%e : tensor<1x4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = arith.addf %acc, %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<1x4xf32>
  %1 = loop.nest bounds [1, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(u, i) -> (u, i)>, affine_map<(u, i) -> (u, i)>]
    ins(%0 : tensor<1x4xf32>) epilogue_ins() outs(%out : tensor<1x4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      %y = math.exp %x0 : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<1x4xf32>
  loop.return %1 : tensor<1x4xf32>
}

// What is only moved is read by the contraction at its place.
// CHECK-LABEL: loop.program @transposed_operand
// CHECK-SAME: %[[A:.+]]: tensor<4x8xf32>, %[[B:.+]]: tensor<16x8xf32>
// CHECK: loop.nest bounds [4, 16, 8]
// CHECK-SAME: affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-SAME: ins(%[[A]], %[[B]] :
// CHECK-NOT: loop.nest
// CHECK: loop.return
loop.program @transposed_operand(%a: tensor<4x8xf32>, %b: tensor<16x8xf32>, %out: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<8x16xf32>
  %0 = loop.nest bounds [8, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>]
    ins(%b : tensor<16x8xf32>) epilogue_ins() outs(%e : tensor<8x16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %acc: f32):
      loop.yield %x0 : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<8x16xf32>
  %1 = loop.nest bounds [4, 16, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %0 : tensor<4x8xf32>, tensor<8x16xf32>) epilogue_ins() outs(%out : tensor<4x16xf32>)
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
    } -> tensor<4x16xf32>
  loop.return %1 : tensor<4x16xf32>
}
