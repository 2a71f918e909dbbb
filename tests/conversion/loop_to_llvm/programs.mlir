// RUN: graph-opt -convert-loop-programs %s | FileCheck %s
// Programs become functions of bare pointers, parallel loops functions that the
// caller's threads run.

// The worker takes what the loop uses, the part its pointers from the context.
// CHECK-LABEL: llvm.func hidden @copy_work0
// CHECK-SAME: (%[[A:.+]]: !llvm.ptr {llvm.noalias}, %[[OUT:.+]]: !llvm.ptr {llvm.noalias}, %[[BEGIN:.+]]: i64, %[[END:.+]]: i64) {
// CHECK: %[[FROM:.+]] = builtin.unrealized_conversion_cast {{.+}} to memref<4x8xf32>
// CHECK: %[[TO:.+]] = builtin.unrealized_conversion_cast {{.+}} to memref<4x8xf32>
// CHECK-DAG: %[[FIRST:.+]] = arith.index_cast %[[BEGIN]] : i64 to index
// CHECK-DAG: %[[LAST:.+]] = arith.index_cast %[[END]] : i64 to index
// CHECK: scf.for %[[I:.+]] = %[[FIRST]] to %[[LAST]] step %{{.+}} {
// CHECK: memref.load %[[FROM]][%[[I]],
// CHECK: memref.store %{{.+}}, %[[TO]][%[[I]],
// CHECK-LABEL: llvm.func hidden @copy_part0
// CHECK-SAME: (%[[CONTEXT:.+]]: !llvm.ptr {llvm.noalias}, %[[BEGIN:.+]]: i64, %[[END:.+]]: i64) {
// CHECK: %[[SLOT0:.+]] = llvm.getelementptr %[[CONTEXT]][0]
// CHECK: %[[A:.+]] = llvm.load %[[SLOT0]]
// CHECK: %[[SLOT1:.+]] = llvm.getelementptr %[[CONTEXT]][1]
// CHECK: %[[OUT:.+]] = llvm.load %[[SLOT1]]
// CHECK: llvm.call @copy_work0(%[[A]], %[[OUT]], %[[BEGIN]], %[[END]])

// The program itself: the caller's parallel_for where there is one, a plain call
// of the part otherwise.
// CHECK-LABEL: llvm.func hidden @copy(
// CHECK-SAME: %[[A:.+]]: !llvm.ptr {llvm.noalias}, %[[UNUSED:.+]]: !llvm.ptr {llvm.noalias}, %[[OUT:.+]]: !llvm.ptr {llvm.noalias}, %[[FOR:.+]]: !llvm.ptr {llvm.noalias}, %[[POOL:.+]]: !llvm.ptr {llvm.noalias}) {
// CHECK: %[[CONTEXT:.+]] = llvm.alloca
// CHECK: %[[SLOT0:.+]] = llvm.getelementptr %[[CONTEXT]][0]
// CHECK: llvm.store %[[A]], %[[SLOT0]]
// CHECK: %[[SLOT1:.+]] = llvm.getelementptr %[[CONTEXT]][1]
// CHECK: llvm.store %[[OUT]], %[[SLOT1]]
// CHECK: %[[GIVEN:.+]] = llvm.icmp "ne" %[[FOR]], %{{.+}} : !llvm.ptr
// CHECK: %[[COUNT:.+]] = arith.index_cast %{{.+}} : index to i64
// CHECK: scf.if %[[GIVEN]] {
// CHECK: %[[PART:.+]] = llvm.mlir.addressof @copy_part0
// CHECK: llvm.call %[[FOR]](%[[POOL]], %[[PART]], %[[CONTEXT]], %[[COUNT]])
// CHECK: } else {
// CHECK: %[[ZERO:.+]] = llvm.mlir.constant(0 : i64)
// CHECK: llvm.call @copy_part0(%[[CONTEXT]], %[[ZERO]], %[[COUNT]])
// CHECK: llvm.return
// CHECK-NOT: loop.
loop.program @copy(%a: memref<4x8xf32>, %unused: memref<2xf32>, %out: memref<4x8xf32>) {
  %n = arith.constant 4 : index
  %zero = arith.constant 0 : index
  loop.parallel %n {
  ^bb0(%i: index):
    %x = memref.load %a[%i, %zero] : memref<4x8xf32>
    memref.store %x, %out[%i, %zero] : memref<4x8xf32>
  }
  loop.return
}

// The share's first iteration is where the worker begins.
// CHECK-LABEL: llvm.func hidden @shares_work0
// CHECK-SAME: %[[BEGIN:[a-z0-9]+]]: i64, %{{.+}}: i64) {
// CHECK: %[[FIRST:.+]] = arith.index_cast %[[BEGIN]] : i64 to index
// CHECK: scf.for
// CHECK: memref.store %{{.+}}, %{{.+}}[%[[FIRST]]]
// CHECK: llvm.return
loop.program @shares(%out: memref<4xf32>) {
  %n = arith.constant 4 : index
  %one = arith.constant 1.0 : f32
  loop.parallel %n {
  ^bb0(%i: index):
    %share = loop.share_start
    memref.store %one, %out[%share] : memref<4xf32>
  }
  loop.return
}

// The body reads what was loaded before it, which another thread can't compute
// again: an ordinary loop.
// CHECK-LABEL: llvm.func hidden @depends(
// CHECK: %[[X:.+]] = memref.load
// CHECK: scf.for
// CHECK: memref.store %[[X]]
// CHECK-NOT: llvm.call
// CHECK: llvm.return
loop.program @depends(%a: memref<4xf32>, %out: memref<4xf32>) {
  %n = arith.constant 4 : index
  %zero = arith.constant 0 : index
  %x = memref.load %a[%zero] : memref<4xf32>
  loop.parallel %n {
  ^bb0(%i: index):
    memref.store %x, %out[%i] : memref<4xf32>
  }
  loop.return
}

// So is a loop inside of another.
// CHECK-LABEL: llvm.func hidden @inner(
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: llvm.call
// CHECK: llvm.return
loop.program @inner(%out: memref<4x8xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 4 : index
  %m = arith.constant 8 : index
  %x = arith.constant 1.0 : f32
  scf.for %i = %zero to %n step %one {
    loop.parallel %m {
    ^bb0(%j: index):
      memref.store %x, %out[%i, %j] : memref<4x8xf32>
    }
  }
  loop.return
}

// Two loops, two workers; what each computes with is computed in it.
// CHECK-DAG: llvm.func hidden @two_work0
// CHECK-DAG: llvm.func hidden @two_part0
// CHECK-DAG: llvm.func hidden @two_work1
// CHECK-DAG: llvm.func hidden @two_part1
// CHECK-DAG: llvm.func hidden @two(
loop.program @two(%out: memref<4xf32>, %scratch: memref<64xi8>)
    attributes {loop.scratch_bytes = 64 : i64} {
  %n = arith.constant 4 : index
  %zero = arith.constant 0 : index
  %x = arith.constant 1.0 : f32
  %view = memref.view %scratch[%zero][] : memref<64xi8> to memref<4xf32>
  loop.parallel %n {
  ^bb0(%i: index):
    memref.store %x, %view[%i] : memref<4xf32>
  }
  loop.parallel %n {
  ^bb0(%i: index):
    %y = memref.load %view[%i] : memref<4xf32>
    memref.store %y, %out[%i] : memref<4xf32>
  }
  loop.return
}

// Stack memory is taken once, not in every iteration.
// CHECK-LABEL: llvm.func hidden @stack_work0
// CHECK: memref.alloca() : memref<4xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloca
// CHECK-LABEL: llvm.func hidden @stack(
// CHECK: memref.alloca() : memref<2xf32>
// CHECK: scf.for
// CHECK-NOT: memref.alloca
// CHECK: llvm.return
loop.program @stack(%a: memref<4xf32>) {
  %n = arith.constant 4 : index
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  loop.parallel %n {
  ^bb0(%i: index):
    %s = memref.alloca() : memref<4xf32>
    %x = memref.load %s[%i] : memref<4xf32>
    memref.store %x, %a[%i] : memref<4xf32>
  }
  scf.for %i = %zero to %n step %one {
    %s = memref.alloca() : memref<2xf32>
    %x = memref.load %s[%zero] : memref<2xf32>
    memref.store %x, %a[%i] : memref<4xf32>
  }
  loop.return
}
