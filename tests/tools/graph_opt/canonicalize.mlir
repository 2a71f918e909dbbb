// RUN: graph-opt %s -canonicalize -cse | FileCheck %s
// The tool parses upstream's dialects and runs upstream's passes.

// CHECK-LABEL: func.func @fold_constants
// CHECK-NEXT: %[[SUM:.*]] = arith.constant 5 : i32
// CHECK-NEXT: return %[[SUM]]
func.func @fold_constants() -> i32 {
  %two = arith.constant 2 : i32
  %three = arith.constant 3 : i32
  %sum = arith.addi %two, %three : i32
  return %sum : i32
}
