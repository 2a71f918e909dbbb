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

// A buffer in a parallel loop: one for each share that may run, 4 of 64 bytes.
// One thread uses only one.
// CHECK-LABEL: loop.program @shares
// CHECK-SAME: %[[SCRATCH:[a-z0-9]+]]: memref<256xi8>) attributes {loop.scratch_bytes = 256 : i64, loop.sparse_scratch}
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

// Buffers of an iteration that are not in use at the same time share memory,
// and so do those of two branches: 128 bytes for each of 4 shares. What lives
// around the loop is apart.
// CHECK-LABEL: loop.program @nested
// CHECK-SAME: %[[SCRATCH:[a-z0-9]+]]: memref<576xi8>)
// CHECK: arith.constant 512 : index
// CHECK-NEXT: memref.view %[[SCRATCH]]
// CHECK: loop.parallel
// CHECK: scf.for
// CHECK: arith.constant 0 : index
// CHECK-NEXT: loop.share_start
// CHECK-NEXT: arith.constant 128 : index
// CHECK: memref.view {{.+}} to memref<32xf32>
// CHECK: arith.constant 0 : index
// CHECK-NEXT: loop.share_start
// CHECK-NEXT: arith.constant 128 : index
// CHECK: memref.view {{.+}} to memref<16xf32>
// CHECK: scf.if
// CHECK: arith.constant 64 : index
// CHECK-NEXT: loop.share_start
// CHECK: else
// CHECK: arith.constant 64 : index
// CHECK-NEXT: loop.share_start
loop.program @nested(%out: memref<4xf32>, %c: i1) {
  %n = arith.constant 4 : index
  %one = arith.constant 1.0 : f32
  %i = arith.constant 0 : index
  %j = arith.constant 1 : index
  %around = memref.alloc() : memref<1xf32>
  memref.store %one, %around[%i] : memref<1xf32>
  loop.parallel %n {
  ^bb0(%index: index):
    scf.for %k = %i to %n step %j {
      %a = memref.alloc() : memref<32xf32>
      memref.store %one, %a[%k] : memref<32xf32>
      %b = memref.alloc() : memref<16xf32>
      memref.store %one, %b[%k] : memref<16xf32>
      scf.if %c {
        %d = memref.alloc() : memref<3xf32>
        memref.store %one, %d[%i] : memref<3xf32>
      } else {
        %e = memref.alloc() : memref<3xf32>
        memref.store %one, %e[%i] : memref<3xf32>
      }
      %x = memref.load %b[%k] : memref<16xf32>
      %y = memref.load %around[%i] : memref<1xf32>
      %z = arith.addf %x, %y : f32
      memref.store %z, %out[%index] : memref<4xf32>
    }
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
