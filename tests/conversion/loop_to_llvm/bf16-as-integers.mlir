// RUN: graph-opt -loop-bf16-as-integers %s | FileCheck %s
// What is moved as bf16 is moved as i16, constants and types in attributes too.

// CHECK-LABEL: llvm.func @move
// CHECK-DAG: %[[ONE:.+]] = llvm.mlir.constant(16256 : i16) : i16
// CHECK-DAG: %[[TWOS:.+]] = llvm.mlir.constant(dense<16384> : vector<4xi16>) : vector<4xi16>
// CHECK: %[[AT:.+]] = llvm.getelementptr %arg0[1] : (!llvm.ptr) -> !llvm.ptr, i16
// CHECK: %[[LOADED:.+]] = llvm.load %[[AT]] {alignment = 2 : i64} : !llvm.ptr -> vector<4xi16>
// CHECK: %[[INSERTED:.+]] = llvm.insertelement %[[ONE]], %[[LOADED]]
// CHECK: llvm.br ^[[NEXT:.+]](%[[INSERTED]] : vector<4xi16>)
// CHECK: ^[[NEXT]](%[[X:.+]]: vector<4xi16>):
// CHECK: %[[SELECTED:.+]] = llvm.select %arg1, %[[X]], %[[TWOS]] : i1, vector<4xi16>
// CHECK: %[[BITS:.+]] = llvm.bitcast %[[SELECTED]] : vector<4xi16> to vector<4xi16>
// CHECK: llvm.store %[[BITS]], %arg0
// CHECK-NOT: bf16
llvm.func @move(%pointer: !llvm.ptr, %which: i1) {
  %one = llvm.mlir.constant(1.0 : bf16) : bf16
  %twos = llvm.mlir.constant(dense<2.0> : vector<4xbf16>) : vector<4xbf16>
  %zero = llvm.mlir.constant(0 : i32) : i32
  %at = llvm.getelementptr %pointer[1] : (!llvm.ptr) -> !llvm.ptr, bf16
  %loaded = llvm.load %at {alignment = 2 : i64} : !llvm.ptr -> vector<4xbf16>
  %inserted = llvm.insertelement %one, %loaded[%zero : i32] : vector<4xbf16>
  llvm.br ^next(%inserted : vector<4xbf16>)
^next(%x: vector<4xbf16>):
  %selected = llvm.select %which, %x, %twos : i1, vector<4xbf16>
  %bits = llvm.bitcast %selected : vector<4xbf16> to vector<4xi16>
  llvm.store %bits, %pointer {alignment = 2 : i64} : vector<4xi16>, !llvm.ptr
  llvm.return
}

// CHECK-LABEL: llvm.func @others(%{{.+}}: f16, %{{.+}}: f32, %{{.+}}: i16)
llvm.func @others(%a: f16, %b: f32, %c: i16) {
  %half = llvm.mlir.constant(1.0 : f16) : f16
  llvm.return
}
