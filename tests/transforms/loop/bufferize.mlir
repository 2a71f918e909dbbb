// RUN: graph-opt -loop-bufferize -mlir-print-local-scope %s | FileCheck %s
// Programs on tensors become programs on memrefs that return nothing.

// Destinations are written in place; what is between is an allocation.
// CHECK-LABEL: loop.program @chain
// CHECK-SAME: (%[[A:.+]]: memref<4x16xf32>, %[[OUT:.+]]: memref<4xf32>) {
// CHECK: %[[TEMPORARY:.+]] = memref.alloc() {alignment = 64 : i64} : memref<4x16xf32>
// CHECK: loop.nest {{.+}} ins(%[[A]] : memref<4x16xf32>) epilogue_ins() outs(%[[TEMPORARY]] : memref<4x16xf32>)
// CHECK: loop.nest {{.+}} ins(%[[TEMPORARY]] : memref<4x16xf32>) epilogue_ins() outs(%[[OUT]] : memref<4xf32>)
// CHECK-NOT: memref.copy
// CHECK: loop.return
// CHECK-NEXT: }
loop.program @chain(%a: tensor<4x16xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
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

// A value computed into the destination's buffer even where the program ends in
// a reshape of it.
// CHECK-LABEL: loop.program @reshaped
// CHECK-SAME: %[[OUT:[a-z0-9]+]]: memref<64xf32>) {
// CHECK: %[[D:.+]] = memref.expand_shape %[[OUT]]
// CHECK: loop.nest {{.+}} outs(%[[D]] : memref<4x16xf32>)
// CHECK-NOT: memref.copy
loop.program @reshaped(%a: tensor<4x16xf32>, %out: tensor<64xf32>) -> tensor<64xf32> {
  %e = tensor.expand_shape %out [[0, 1]] output_shape [4, 16] : tensor<64xf32> into tensor<4x16xf32>
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
  %1 = tensor.collapse_shape %0 [[0, 1]] : tensor<4x16xf32> into tensor<64xf32>
  loop.return %1 : tensor<64xf32>
}

// Two nests into the same empty tensor: the second captures the first's result,
// which must not be overwritten while it is read.
// CHECK-LABEL: loop.program @captured
// CHECK-DAG: %[[FIRST:.+]] = memref.alloc() {alignment = 64 : i64} : memref<16xf32>
// CHECK-DAG: %[[SECOND:.+]] = memref.alloc() {alignment = 64 : i64} : memref<16xf32>
// CHECK: loop.nest {{.+}} outs(%[[W1:.+]] : memref<16xf32>)
// CHECK: loop.nest {{.+}} outs(%[[W2:.+]] : memref<16xf32>)
// CHECK: memref.load %[[W1]][
// CHECK: loop.nest {{.+}} ins(%[[W2]] : memref<16xf32>)
loop.program @captured(%a: tensor<16xf32>, %out: tensor<f32>) -> tensor<f32> {
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
  %1 = loop.nest bounds [16] iterators [#loop<iterator parallel>]
    maps [affine_map<(i) -> (i)>]
    ins() epilogue_ins() outs(%e : tensor<16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%acc: f32):
      %i = arith.constant 15 : index
      %j = loop.index 0
      %k = arith.subi %i, %j : index
      %y = tensor.extract %0[%k] : tensor<16xf32>
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<16xf32>
  %2 = loop.nest bounds [16] iterators [#loop<iterator reduction>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> ()>]
    ins(%1 : tensor<16xf32>) epilogue_ins() outs(%out : tensor<f32>)
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
  loop.return %2 : tensor<f32>
}

// A program that is on buffers stays.
// CHECK-LABEL: loop.program @on_buffers
// CHECK-SAME: (%{{.+}}: memref<16xf32>) {
// CHECK-NEXT: loop.return
loop.program @on_buffers(%out: memref<16xf32>) {
  loop.return
}

// A copy is a nest, to be scheduled as all others are.
// CHECK-LABEL: loop.program @copy
// CHECK-SAME: (%[[A:.+]]: memref<2x3xf32>, %[[OUT:.+]]: memref<2x3xf32>)
// CHECK-NOT: memref.copy
// CHECK: loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
// CHECK-SAME: maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]
// CHECK-SAME: ins(%[[A]] : memref<2x3xf32>) epilogue_ins() outs(%[[OUT]] : memref<2x3xf32>)
loop.program @copy(%a: tensor<2x3xf32>, %out: tensor<2x3xf32>) -> tensor<2x3xf32> {
  loop.return %a : tensor<2x3xf32>
}

// What is inserted into a tensor that is inserted itself is computed in its
// place in the destination.
// CHECK-LABEL: loop.program @inserted_twice
// CHECK-SAME: (%[[A:.+]]: memref<2xf32>, %[[OUT:.+]]: memref<8xf32>)
// CHECK-NOT: memref.alloc
// CHECK: %[[OUTER:.+]] = memref.subview %[[OUT]][3] [4] [1]
// CHECK: %[[INNER:.+]] = memref.subview %[[OUTER]][2] [2] [1]
// CHECK: loop.nest {{.+}} ins(%[[A]] : {{.+}}) epilogue_ins() outs(%[[INNER]] :
// CHECK-NOT: memref.alloc
// CHECK: loop.return
loop.program @inserted_twice(%a: tensor<2xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<2xf32>
  %0 = loop.nest bounds [2] iterators [#loop<iterator parallel>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%a : tensor<2xf32>) epilogue_ins() outs(%e : tensor<2xf32>)
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
  %f = tensor.empty() : tensor<4xf32>
  %1 = tensor.insert_slice %0 into %f[2] [2] [1] : tensor<2xf32> into tensor<4xf32>
  %2 = tensor.insert_slice %1 into %out[3] [4] [1] : tensor<4xf32> into tensor<8xf32>
  loop.return %2 : tensor<8xf32>
}
