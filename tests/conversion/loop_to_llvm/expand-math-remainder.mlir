// RUN: graph-opt -loop-expand-math %s | FileCheck %s --enable-var-scope
// Remainders are long division, in f64 for f32: a loop until every lane is done.

// CHECK-LABEL: func.func @vectors
// CHECK-NOT: arith.remf
// CHECK: scf.while {{.+}} : (vector<4xf64>) -> vector<4xf64>
// CHECK: %[[ANY:.+]] = vector.reduction <or>, %{{.+}} : vector<4xi1> into i1
// CHECK: scf.condition(%[[ANY]])
// CHECK: arith.divf
// CHECK-NOT: math.trunc
// CHECK: scf.yield
func.func @vectors(%a: vector<4xf32>, %b: vector<4xf32>) -> vector<4xf32> {
  %0 = arith.remf %a, %b : vector<4xf32>
  return %0 : vector<4xf32>
}

// CHECK-LABEL: func.func @scalars
// CHECK-NOT: arith.remf
// CHECK: scf.while {{.+}} : (f64) -> f64
// CHECK-NOT: vector.reduction
// CHECK: scf.condition
// CHECK: return
func.func @scalars(%a: f64, %b: f64) -> f64 {
  %0 = arith.remf %a, %b : f64
  return %0 : f64
}
