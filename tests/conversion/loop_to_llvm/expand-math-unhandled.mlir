// RUN: graph-opt -loop-expand-math %s | FileCheck %s
// Scalable vectors, floats of more than 64 bits and exponents of more than 32 stay.

// CHECK-LABEL: func.func @stay
// CHECK: math.exp %{{.+}} : vector<[4]xf32>
// CHECK: math.exp %{{.+}} : f80
// CHECK: math.fpowi %{{.+}}, %{{.+}} : f32, i64
func.func @stay(%a: vector<[4]xf32>, %b: f80, %c: f32, %d: i64)
    -> (vector<[4]xf32>, f80, f32) {
  %0 = math.exp %a : vector<[4]xf32>
  %1 = math.exp %b : f80
  %2 = math.fpowi %c, %d : f32, i64
  return %0, %1, %2 : vector<[4]xf32>, f80, f32
}
