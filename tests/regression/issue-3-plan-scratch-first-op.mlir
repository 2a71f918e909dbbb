// RUN: graph-opt --pass-pipeline='builtin.module(loop.program(loop-plan-scratch))' %s | FileCheck %s
// An allocation that is the program's first op was where the view was to be
// inserted: the pass kept a dead insertion point and crashed.

// CHECK-LABEL: loop.program @copy
// CHECK-SAME: %[[SCRATCH:[a-z0-9]+]]: memref<64xi8>)
// CHECK-NOT: memref.alloc
// CHECK: memref.view %[[SCRATCH]]
loop.program @copy(%out: memref<4xf32>) {
  %a = memref.alloc() : memref<4xf32>
  memref.copy %a, %out : memref<4xf32> to memref<4xf32>
  loop.return
}
