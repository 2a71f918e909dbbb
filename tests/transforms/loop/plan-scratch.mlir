// RUN: graph-opt -loop-plan-scratch -mlir-print-local-scope -split-input-file -verify-diagnostics %s | FileCheck %s
// Allocations become views of one last argument; those not in use at the same
// time share memory.

// Three buffers of 100 bytes in 128 each: the first and the third share.
// CHECK-LABEL: loop.program @chain
// CHECK-SAME: %[[SCRATCH:[a-z0-9]+]]: memref<256xi8>) attributes {loop.scratch_bytes = 256 : i64}
// CHECK: arith.constant 3 : i16
// CHECK-NEXT: %[[LOW:.+]] = arith.constant 0 : index
// CHECK-NEXT: memref.view %[[SCRATCH]][%[[LOW]]][] : memref<256xi8> to memref<25xf32>
// CHECK-NEXT: %[[HIGH:.+]] = arith.constant 128 : index
// CHECK-NEXT: memref.view %[[SCRATCH]][%[[HIGH]]][] : memref<256xi8> to memref<25xi32>
// CHECK-NEXT: %[[SAME:.+]] = arith.constant 0 : index
// CHECK-NEXT: memref.view %[[SCRATCH]][%[[SAME]]][] : memref<256xi8> to memref<25xi16>
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.dealloc
// CHECK: loop.return
loop.program @chain(%out: memref<25xf32>) {
  %i = arith.constant 0 : index
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2 : i32
  %three = arith.constant 3 : i16
  %a = memref.alloc() {alignment = 64 : i64} : memref<25xf32>
  %b = memref.alloc() {alignment = 64 : i64} : memref<25xi32>
  %c = memref.alloc() {alignment = 64 : i64} : memref<25xi16>
  memref.store %one, %a[%i] : memref<25xf32>
  memref.store %two, %b[%i] : memref<25xi32>
  %x = memref.load %a[%i] : memref<25xf32>
  memref.store %three, %c[%i] : memref<25xi16>
  %y = memref.load %b[%i] : memref<25xi32>
  %z = memref.load %c[%i] : memref<25xi16>
  memref.dealloc %a : memref<25xf32>
  loop.return
}

// -----

// What is read through a view, inside of a loop, keeps the buffer alive there.
// CHECK-LABEL: loop.program @views
// CHECK-SAME: memref<128xi8>) attributes {loop.scratch_bytes = 128 : i64}
// CHECK: memref.view
// CHECK: memref.view
loop.program @views(%out: memref<16xf32>) {
  %i = arith.constant 0 : index
  %j = arith.constant 1 : index
  %n = arith.constant 16 : index
  %one = arith.constant 1.0 : f32
  %a = memref.alloc() : memref<4x4xf32>
  %b = memref.alloc() : memref<16xf32>
  memref.store %one, %a[%i, %i] : memref<4x4xf32>
  %flat = memref.collapse_shape %a [[0, 1]] : memref<4x4xf32> into memref<16xf32>
  memref.store %one, %b[%i] : memref<16xf32>
  scf.for %k = %i to %n step %j {
    %x = memref.load %flat[%k] : memref<16xf32>
    memref.store %x, %out[%k] : memref<16xf32>
  }
  %y = memref.load %b[%i] : memref<16xf32>
  loop.return
}

// -----

// A copy is a nest, to be scheduled as all others are.
// CHECK-LABEL: loop.program @copy
// CHECK-SAME: (%[[A:.+]]: memref<2x3xf32>, %[[OUT:.+]]: memref<2x3xf32>, %{{.+}}: memref<0xi8>) attributes {loop.scratch_bytes = 0 : i64}
// CHECK-NOT: memref.copy
// CHECK: loop.nest bounds [2, 3] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
// CHECK-SAME: maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]
// CHECK-SAME: ins(%[[A]] : memref<2x3xf32>) epilogue_ins() outs(%[[OUT]] : memref<2x3xf32>)
loop.program @copy(%a: memref<2x3xf32>, %out: memref<2x3xf32>) {
  memref.copy %a, %out : memref<2x3xf32> to memref<2x3xf32>
  loop.return
}

// -----

// A buffer in a parallel loop: one for each share that may run, 4 of 64 bytes.
// CHECK-LABEL: loop.program @shares
// CHECK-SAME: %[[SCRATCH:[a-z0-9]+]]: memref<256xi8>)
// CHECK: loop.parallel
// CHECK: %[[BASE:.+]] = arith.constant 0 : index
// CHECK: %[[SHARE:.+]] = loop.share_start
// CHECK: %[[BYTES:.+]] = arith.constant 64 : index
// CHECK: %[[SHIFT:.+]] = arith.muli %[[SHARE]], %[[BYTES]]
// CHECK: %[[OFFSET:.+]] = arith.addi %[[BASE]], %[[SHIFT]]
// CHECK: memref.view %[[SCRATCH]][%[[OFFSET]]][]
loop.program @shares(%out: memref<4xf32>) {
  %n = arith.constant 4 : index
  %one = arith.constant 1.0 : f32
  %i = arith.constant 0 : index
  loop.parallel %n {
  ^bb0(%index: index):
    %a = memref.alloc() {alignment = 64 : i64} : memref<3xf32>
    memref.store %one, %a[%i] : memref<3xf32>
    %x = memref.load %a[%i] : memref<3xf32>
    memref.store %x, %out[%index] : memref<4xf32>
  }
  loop.return
}

// -----

loop.program @dynamic(%out: memref<4xf32>) {
  %n = arith.constant 4 : index
  // expected-error @below {{'memref.alloc' op expected a static shape, but got 'memref<?xf32>'}}
  %a = memref.alloc(%n) : memref<?xf32>
  loop.return
}
