// RUN: graph-opt -loop-fuse-nests -mlir-print-local-scope %s | FileCheck %s
// Nests that stay apart.

// A contraction reads its operands many times: nothing is computed in it.
// CHECK-LABEL: loop.program @into_contraction
// CHECK-COUNT-2: loop.nest
loop.program @into_contraction(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %out: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = loop.nest bounds [4, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>]
    ins(%a : tensor<4x8xf32>) epilogue_ins() outs(%e : tensor<4x8xf32>)
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
    } -> tensor<4x8xf32>
  %1 = loop.nest bounds [4, 16, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%0, %b : tensor<4x8xf32>, tensor<8x16xf32>) epilogue_ins() outs(%out : tensor<4x16xf32>)
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

// What is expensive is not computed at several points.
// CHECK-LABEL: loop.program @expensive_window
// CHECK-COUNT-2: loop.nest
loop.program @expensive_window(%a: tensor<16xf32>, %out: tensor<14xf32>) -> tensor<14xf32> {
  %e = tensor.empty() : tensor<16xf32>
  %0 = loop.nest bounds [16] iterators [#loop<iterator parallel>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%a : tensor<16xf32>) epilogue_ins() outs(%e : tensor<16xf32>)
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

// A result that two nests read is stored.
// CHECK-LABEL: loop.program @two_readers
// CHECK-COUNT-3: loop.nest
loop.program @two_readers(%a: tensor<4x16xf32>, %out0: tensor<4x16xf32>, %out1: tensor<4xf32>) -> (tensor<4x16xf32>, tensor<4xf32>) {
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
  %1 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>]
    ins(%0 : tensor<4x16xf32>) epilogue_ins() outs(%out0 : tensor<4x16xf32>)
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
    } -> tensor<4x16xf32>
  %2 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>]
    ins(%0 : tensor<4x16xf32>) epilogue_ins() outs(%out1 : tensor<4xf32>)
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
  loop.return %1, %2 : tensor<4x16xf32>, tensor<4xf32>
}

// The consumer reads a part of what the producer writes, or each element twice.
// CHECK-LABEL: loop.program @part
// CHECK-COUNT-2: loop.nest
// CHECK-LABEL: loop.program @broadcast
// CHECK-COUNT-2: loop.nest
loop.program @part(%a: tensor<4x16xf32>, %out: tensor<2xf32>) -> tensor<2xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>]
    ins(%a : tensor<4x16xf32>) epilogue_ins() outs(%e : tensor<4xf32>)
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
  %1 = loop.nest bounds [2] iterators [#loop<iterator parallel>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%0 : tensor<4xf32>) epilogue_ins() outs(%out : tensor<2xf32>)
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
    } -> tensor<2xf32>
  loop.return %1 : tensor<2xf32>
}

loop.program @broadcast(%a: tensor<4x16xf32>, %out: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>]
    ins(%a : tensor<4x16xf32>) epilogue_ins() outs(%e : tensor<4xf32>)
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
  %1 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>]
    ins(%0 : tensor<4xf32>) epilogue_ins() outs(%out : tensor<4x16xf32>)
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
    } -> tensor<4x16xf32>
  loop.return %1 : tensor<4x16xf32>
}

// Two reductions are two nests.
// CHECK-LABEL: loop.program @reductions
// CHECK-COUNT-2: loop.nest
// CHECK-NOT: loop.nest
loop.program @reductions(%a: tensor<4x16xf32>, %out: tensor<f32>) -> tensor<f32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = loop.nest bounds [4, 16] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>]
    ins(%a : tensor<4x16xf32>) epilogue_ins() outs(%e : tensor<4xf32>)
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
  %1 = loop.nest bounds [4] iterators [#loop<iterator reduction>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> ()>]
    ins(%0 : tensor<4xf32>) epilogue_ins() outs(%out : tensor<f32>)
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
    } -> tensor<f32>
  loop.return %1 : tensor<f32>
}
