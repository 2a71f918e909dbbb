// RUN: graph-opt -loop-bufferize -mlir-print-local-scope %s | FileCheck %s
// Constant tensors of all programs become globals of the module, equal ones the
// same.

// CHECK-DAG: memref.global "private" constant @[[$FIRST:.+]] : memref<2xi64> = dense<[0, 3]> {alignment = 64 : i64}
// CHECK-DAG: memref.global "private" constant @[[$SECOND:.+]] : memref<2xi64> = dense<[1, 2]> {alignment = 64 : i64}
// CHECK-NOT: memref.global

// CHECK-LABEL: loop.program @a
// CHECK: %[[TABLE:.+]] = memref.get_global @[[$FIRST]] : memref<2xi64>
// CHECK: loop.nest {{.+}} ins(%[[TABLE]] : memref<2xi64>)
loop.program @a(%out: tensor<2xi64>) -> tensor<2xi64> {
  %table = arith.constant dense<[0, 3]> : tensor<2xi64>
  %0 = loop.nest bounds [2] iterators [#loop<iterator parallel>] maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%table : tensor<2xi64>) epilogue_ins() outs(%out : tensor<2xi64>)
    init {
      %zero = arith.constant 0 : i64
      loop.yield %zero : i64
    } combine {
    ^bb0(%x: i64, %acc: i64):
      loop.yield %x : i64
    } epilogue {
    ^bb0(%acc: i64):
      loop.yield %acc : i64
    } -> tensor<2xi64>
  loop.return %0 : tensor<2xi64>
}

// CHECK-LABEL: loop.program @b
// CHECK-DAG: %[[ONE:.+]] = memref.get_global @[[$FIRST]] : memref<2xi64>
// CHECK-DAG: %[[TWO:.+]] = memref.get_global @[[$SECOND]] : memref<2xi64>
// CHECK: loop.nest {{.+}} ins(%[[ONE]], %[[TWO]] : memref<2xi64>, memref<2xi64>)
loop.program @b(%out: tensor<2xi64>) -> tensor<2xi64> {
  %one = arith.constant dense<[0, 3]> : tensor<2xi64>
  %two = arith.constant dense<[1, 2]> : tensor<2xi64>
  %0 = loop.nest bounds [2] iterators [#loop<iterator parallel>] maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%one, %two : tensor<2xi64>, tensor<2xi64>) epilogue_ins() outs(%out : tensor<2xi64>)
    init {
      %zero = arith.constant 0 : i64
      loop.yield %zero : i64
    } combine {
    ^bb0(%x: i64, %y: i64, %acc: i64):
      %sum = arith.addi %x, %y : i64
      loop.yield %sum : i64
    } epilogue {
    ^bb0(%acc: i64):
      loop.yield %acc : i64
    } -> tensor<2xi64>
  loop.return %0 : tensor<2xi64>
}
