// RUN: graph-opt -loop-expand-math -split-input-file %s | FileCheck %s
// Functions become formulas; what the target has instructions for stays.

// CHECK-LABEL: func.func @vectors
// CHECK-NOT: math.exp
// CHECK-NOT: math.log
// CHECK-NOT: math.tanh
// CHECK-NOT: math.erf
// CHECK-NOT: math.sin
// CHECK-NOT: math.powf
// CHECK: arith.mulf %{{.+}} : vector<8xf32>
// CHECK: return
func.func @vectors(%x: vector<8xf32>) -> vector<8xf32> {
  %0 = math.exp %x : vector<8xf32>
  %1 = math.log %0 : vector<8xf32>
  %2 = math.tanh %1 : vector<8xf32>
  %3 = math.erf %2 : vector<8xf32>
  %4 = math.sin %3 : vector<8xf32>
  %5 = math.powf %4, %x : vector<8xf32>
  return %5 : vector<8xf32>
}

// Maxima that keep NaN are intrinsics on what registers hold; f16 is widened.
// CHECK-LABEL: func.func @extrema
// CHECK: llvm.intr.maximum(%{{.+}}, %{{.+}}) {fastmathFlags = #llvm.fastmath<nsz>} : (vector<8xf32>, vector<8xf32>) -> vector<8xf32>
// CHECK: llvm.intr.minimum(%{{.+}}, %{{.+}}) {fastmathFlags = #llvm.fastmath<nsz>} : (f64, f64) -> f64
// CHECK: llvm.intr.maximum{{.+}} : (f32, f32) -> f32
// CHECK: arith.maximumf %{{.+}} : vector<2x8xf32>
func.func @extrema(%x: vector<8xf32>, %x2: vector<8xf32>, %y: f64, %y2: f64, %h: f16, %h2: f16, %z: vector<2x8xf32>, %z2: vector<2x8xf32>) -> (vector<8xf32>, f64, f16, vector<2x8xf32>) {
  %0 = arith.maximumf %x, %x2 : vector<8xf32>
  %1 = arith.minimumf %y, %y2 : f64
  %2 = arith.maximumf %h, %h2 : f16
  %3 = arith.maximumf %z, %z2 : vector<2x8xf32>
  return %0, %1, %2, %3 : vector<8xf32>, f64, f16, vector<2x8xf32>
}

// f64 is computed in f64.
// CHECK-LABEL: func.func @wide
// CHECK-NOT: math.exp
// CHECK-NOT: f32
// CHECK: return %{{.+}} : f64
func.func @wide(%x: f64) -> f64 {
  %0 = math.exp %x : f64
  return %0 : f64
}

// Without a target, SSE2 is all there is: a root, but no rounding.
// CHECK-LABEL: func.func @anywhere
// CHECK: math.sqrt
// CHECK-NOT: math.floor
// CHECK-NOT: math.fma
// CHECK: return
func.func @anywhere(%x: f32) -> f32 {
  %0 = math.sqrt %x : f32
  %1 = math.floor %0 : f32
  %2 = math.fma %0, %1, %x : f32
  return %2 : f32
}

// -----

// CHECK-LABEL: func.func @with_instructions
// CHECK-NEXT: math.sqrt
// CHECK-NEXT: math.floor
// CHECK-NEXT: math.fma
// CHECK-NEXT: return
module attributes {loop.target = #loop.cpu_target<"x86-64", "avx,avx2,fma,sse4.1",
    vector_bits = 256, registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {
func.func @with_instructions(%x: f32) -> f32 {
  %0 = math.sqrt %x : f32
  %1 = math.floor %0 : f32
  %2 = math.fma %0, %1, %x : f32
  return %2 : f32
}
}
