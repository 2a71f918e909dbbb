// RUN: mlir-opt %s -convert-cf-to-llvm -convert-arith-to-llvm -reconcile-unrealized-casts | FileCheck %s --check-prefix=TRAP
// convert-cf-to-llvm of LLVM 19 converts block arguments in func.func only: in llvm.func an index stays, with its casts.
// RUN: graph-opt %s -loop-legalize-blocks | mlir-opt -convert-cf-to-llvm -convert-arith-to-llvm -reconcile-unrealized-casts | FileCheck %s

// TRAP-LABEL: llvm.func @count
// TRAP: builtin.unrealized_conversion_cast
// TRAP: cf.br ^[[LOOP:.*]](%{{.*}} : index)
// TRAP: ^[[LOOP]](%{{.*}}: index):

// CHECK-LABEL: llvm.func @count
// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK: llvm.br ^[[LOOP:.*]](%{{.*}} : i64)
// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK: ^[[LOOP]](%{{.*}}: i64):
// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK: llvm.return
llvm.func @count(%n: i64) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %end = builtin.unrealized_conversion_cast %n : i64 to index
  cf.br ^loop(%zero : index)
^loop(%i: index):
  %more = arith.cmpi slt, %i, %end : index
  cf.cond_br %more, ^body, ^exit
^body:
  %next = arith.addi %i, %one : index
  cf.br ^loop(%next : index)
^exit:
  llvm.return
}
