// RUN: graph-opt -loop-expand-math -split-input-file --verify-roundtrip %s | FileCheck %s --enable-var-scope
// f16 and bf16 are computed in f32, and converted by integers where there is no F16C.

// CHECK-LABEL: func.func @add_half
// CHECK-NOT: arith.extf
// CHECK-NOT: arith.truncf
// CHECK: arith.addf %{{.+}}, %{{.+}} : vector<8xf32>
// CHECK: %[[BITS:.+]] = arith.trunci %{{.+}} : vector<8xi32> to vector<8xi16>
// CHECK: arith.bitcast %[[BITS]] : vector<8xi16> to vector<8xf16>
func.func @add_half(%a: vector<8xf16>, %b: vector<8xf16>) -> vector<8xf16> {
  %0 = arith.addf %a, %b : vector<8xf16>
  return %0 : vector<8xf16>
}

// The shift that bf16 is to f32 comes later.
// CHECK-LABEL: func.func @compare_bfloat
// CHECK: %[[A:.+]] = arith.extf %{{.+}} : bf16 to f32
// CHECK: %[[B:.+]] = arith.extf %{{.+}} : bf16 to f32
// CHECK: arith.cmpf olt, %[[A]], %[[B]] : f32
func.func @compare_bfloat(%a: bf16, %b: bf16) -> i1 {
  %0 = arith.cmpf olt, %a, %b : bf16
  return %0 : i1
}

// Twice rounded to nearest would be wrong: the first time it is to odd.
// CHECK-LABEL: func.func @narrow_twice
// CHECK: %[[NEAREST:.+]] = arith.truncf %{{.+}} : f64 to f32
// CHECK: arith.bitcast %[[NEAREST]] : f32 to i32
// CHECK: arith.ori
// CHECK: %[[ODD:.+]] = arith.bitcast %{{.+}} : i32 to f32
// CHECK: arith.truncf %[[ODD]] : f32 to bf16
func.func @narrow_twice(%a: f64) -> bf16 {
  %0 = arith.truncf %a : f64 to bf16
  return %0 : bf16
}

// -----

// CHECK-LABEL: func.func @add_with_conversions
// CHECK: arith.extf %{{.+}} : f16 to f32
// CHECK: arith.addf %{{.+}}, %{{.+}} : f32
// CHECK: arith.truncf %{{.+}} : f32 to f16
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx,f16c", vector_bits = 256,
    registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {
func.func @add_with_conversions(%a: f16, %b: f16) -> f16 {
  %0 = arith.addf %a, %b : f16
  return %0 : f16
}
}

// -----

// CHECK-LABEL: func.func @add_natively
// CHECK-NEXT: arith.addf %{{.+}}, %{{.+}} : f16
// CHECK-NEXT: return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx512fp16,avx512vl", vector_bits = 512,
    registers = 32, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {
func.func @add_natively(%a: f16, %b: f16) -> f16 {
  %0 = arith.addf %a, %b : f16
  return %0 : f16
}
}
