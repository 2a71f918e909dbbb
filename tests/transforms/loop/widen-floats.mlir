// RUN: graph-opt -loop-widen-floats -mlir-print-local-scope %s | FileCheck %s
// Arithmetic in f64 between elements that keep their types.

// CHECK-LABEL: loop.program @product
// CHECK: loop.nest bounds [4, 16, 8]
// CHECK-SAME: outs(%{{.+}} : tensor<4x16xf32>) init {
// CHECK: %[[ZERO:.+]] = arith.constant 0.000000e+00 : f64
// CHECK: loop.yield %[[ZERO]] : f64
// CHECK: ^bb0(%[[X:.+]]: f32, %[[Y:.+]]: f32, %[[ACC:.+]]: f64):
// CHECK-DAG: %[[WX:.+]] = arith.extf %[[X]] : f32 to f64
// CHECK-DAG: %[[WY:.+]] = arith.extf %[[Y]] : f32 to f64
// CHECK: %[[P:.+]] = arith.mulf %[[WX]], %[[WY]] : f64
// CHECK: %[[S:.+]] = arith.addf %[[ACC]], %[[P]] : f64
// CHECK: loop.yield %[[S]] : f64
// CHECK: ^bb0(%[[SUM:.+]]: f64):
// CHECK: %[[R:.+]] = arith.truncf %[[SUM]] : f64 to f32
// CHECK: loop.yield %[[R]] : f32
loop.program @product(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %out: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = loop.nest bounds [4, 16, 8] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) epilogue_ins() outs(%out : tensor<4x16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x0: f32, %x1: f32, %acc: f32):
      %p = arith.mulf %x0, %x1 : f32
      %y = arith.addf %acc, %p : f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<4x16xf32>
  loop.return %0 : tensor<4x16xf32>
}

// Conversions go, what works on bits or on other types stays as it is.
// CHECK-LABEL: loop.program @conversions
// CHECK: ^bb0(%[[X:.+]]: f16, %{{.+}}: f64):
// CHECK: %[[W:.+]] = arith.extf %[[X]] : f16 to f64
// CHECK-NOT: arith.extf
// CHECK: %[[NARROW:.+]] = arith.truncf %[[W]] : f64 to f32
// CHECK: %[[BITS:.+]] = arith.bitcast %[[NARROW]] : f32 to i32
// CHECK: %[[ONE:.+]] = arith.addi %[[BITS]], %{{.+}} : i32
// CHECK: %[[BACK:.+]] = arith.bitcast %[[ONE]] : i32 to f32
// CHECK: arith.extf %[[BACK]] : f32 to f64
loop.program @conversions(%a: tensor<4xf16>, %out: tensor<4xf32>) -> tensor<4xf32> {
  %r = loop.nest bounds [4] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : tensor<4xf16>) epilogue_ins() outs(%out : tensor<4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f16, %acc: f32):
      %wide = arith.extf %x : f16 to f32
      %bits = arith.bitcast %wide : f32 to i32
      %one = arith.constant 1 : i32
      %next = arith.addi %bits, %one : i32
      %y = arith.bitcast %next : i32 to f32
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<4xf32>
  loop.return %r : tensor<4xf32>
}
