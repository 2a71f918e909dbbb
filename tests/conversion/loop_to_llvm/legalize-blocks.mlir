// RUN: graph-opt -loop-legalize-blocks %s | FileCheck %s
// Block arguments of llvm.func get LLVM's types, and casts around them.

// CHECK-LABEL: llvm.func @count
// CHECK: %[[ZERO:.+]] = arith.constant 0 : index
// CHECK: %[[START:.+]] = builtin.unrealized_conversion_cast %[[ZERO]] : index to i64
// CHECK: cf.br ^[[LOOP:.+]](%[[START]] : i64)
// CHECK: ^[[LOOP]](%[[I:.+]]: i64):
// CHECK-NEXT: %[[INDEX:.+]] = builtin.unrealized_conversion_cast %[[I]] : i64 to index
// CHECK: arith.cmpi slt, %[[INDEX]]
// CHECK: %[[NEXT:.+]] = arith.addi %[[INDEX]]
// CHECK: %[[BACK:.+]] = builtin.unrealized_conversion_cast %[[NEXT]] : index to i64
// CHECK: cf.br ^[[LOOP]](%[[BACK]] : i64)
llvm.func @count() {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 8 : index
  cf.br ^loop(%zero : index)
^loop(%i: index):
  %more = arith.cmpi slt, %i, %n : index
  cf.cond_br %more, ^body, ^exit
^body:
  %next = arith.addi %i, %one : index
  cf.br ^loop(%next : index)
^exit:
  llvm.return
}

// Both ways of one branch lead to the same block; vectors of indices, too.
// CHECK-LABEL: llvm.func @both
// CHECK: cf.cond_br %{{.+}}, ^[[B:bb[0-9]+]](%{{.+}}, %{{.+}} : i64, vector<4xi64>), ^[[B]](%{{.+}}, %{{.+}} : i64, vector<4xi64>)
// CHECK: ^[[B]](%{{.+}}: i64, %{{.+}}: vector<4xi64>):
llvm.func @both(%c: i1) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %v = arith.constant dense<0> : vector<4xindex>
  cf.cond_br %c, ^end(%zero, %v : index, vector<4xindex>), ^end(%one, %v : index, vector<4xindex>)
^end(%i: index, %w: vector<4xindex>):
  %sum = arith.addi %i, %i : index
  llvm.return
}

// Types that LLVM has stay.
// CHECK-LABEL: llvm.func @plain
// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK: llvm.return
llvm.func @plain(%x: f32) {
  cf.br ^end(%x : f32)
^end(%y: f32):
  llvm.return
}
