// RUN: graph-opt -loop-pack-operands -mlir-print-local-scope -split-input-file %s | FileCheck %s
// Operands that stay as they are.

// Not marked as constant at all calls.
// CHECK-LABEL: loop.program @not_constant
// CHECK-SAME: memref<32x40xf32>
// CHECK-NOT: loop.program
loop.program @not_constant(%a: memref<6x32xf32>, %w: memref<32x40xf32>, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
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

func.func @main(%x: tensor<6x32xf32>) -> tensor<6x40xf32> {
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @not_constant(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}

// -----

// Read by something else as well.
// CHECK-LABEL: loop.program @two_readers
// CHECK-SAME: memref<32x40xf32> {loop.constant}
// CHECK-NOT: loop.program
loop.program @two_readers(%a: memref<6x32xf32>, %w: memref<32x40xf32> {loop.constant}, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
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
  %i = arith.constant 0 : index
  %e = memref.load %w[%i, %i] : memref<32x40xf32>
  loop.return
}

func.func @main(%x: tensor<6x32xf32>) -> tensor<6x40xf32> {
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @two_readers(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}

// -----

// Scalar code has no panels.
// CHECK-LABEL: loop.program @scalar
// CHECK-SAME: memref<32x40xf32> {loop.constant}
// CHECK-NOT: loop.program
loop.program @scalar(%a: memref<6x32xf32>, %w: memref<32x40xf32> {loop.constant}, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 1, registers = [6, 2, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
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

func.func @main(%x: tensor<6x32xf32>) -> tensor<6x40xf32> {
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @scalar(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}

// -----

// No vectors along it: they run along the other operand.
// CHECK-LABEL: loop.program @other_dimension
// CHECK-SAME: memref<32x40xf32> {loop.constant}
// CHECK-NOT: loop.program
loop.program @other_dimension(%a: memref<6x32xf32>, %w: memref<32x40xf32> {loop.constant}, %out: memref<6x40xf32>) {
  loop.nest bounds [6, 40, 32] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 0 x 2, registers = [2, 4, 1], order = [1, 0, 2], cache = [0, 0, 0], parallel = 0>
    ins(%a, %w : memref<6x32xf32>, memref<32x40xf32>) epilogue_ins() outs(%out : memref<6x40xf32>)
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

func.func @main(%x: tensor<6x32xf32>) -> tensor<6x40xf32> {
  %w = arith.constant dense<1.0> : tensor<32x40xf32>
  %r = loop.call @other_dimension(%x, %w) : (tensor<6x32xf32>, tensor<32x40xf32>) -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}
