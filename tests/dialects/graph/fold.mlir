// RUN: graph-opt -canonicalize -split-input-file %s | FileCheck %s
// Constants in another shape and arithmetic on shapes become constants.

// CHECK-LABEL: func @reshape_constant(
func.func @reshape_constant() -> tensor<2x2xf32> {
  // CHECK-NEXT: graph.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
  // CHECK-NEXT: return
  %0 = graph.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %1 = graph.reshape %0 : tensor<4xf32> to tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func @reshape_resource(
func.func @reshape_resource() -> (tensor<3xf32>, tensor<1x3xf32>) {
  // CHECK-DAG: %[[A:.*]] = graph.constant dense_resource<weights> : tensor<3xf32>
  // CHECK-DAG: %[[B:.*]] = graph.constant dense_resource<weights> : tensor<1x3xf32>
  // CHECK: return %[[A]], %[[B]]
  %0 = graph.constant dense_resource<weights> : tensor<3xf32>
  %1 = graph.reshape %0 : tensor<3xf32> to tensor<1x3xf32>
  return %0, %1 : tensor<3xf32>, tensor<1x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000803F0000004000004040"
    }
  }
#-}

// -----

// CHECK-LABEL: func @splats(
func.func @splats() -> tensor<4x3x2xf16> {
  // CHECK-NEXT: %[[C:.*]] = graph.constant dense<2.000000e+00> : tensor<4x3x2xf16>
  // CHECK-NEXT: return %[[C]]
  %0 = graph.constant dense<2.0> : tensor<2x5xf16>
  %1 = graph.slice %0 {sizes = array<i64: 2, 3>, starts = array<i64: 0, 1>, steps = array<i64: 1, 1>} : (tensor<2x5xf16>) -> tensor<2x3xf16>
  %2 = graph.transpose %1 {permutation = array<i64: 1, 0>} : (tensor<2x3xf16>) -> tensor<3x2xf16>
  %3 = graph.broadcast %2 : tensor<3x2xf16> to tensor<4x3x2xf16>
  return %3 : tensor<4x3x2xf16>
}

// -----

// CHECK-LABEL: func @shape_chain(
func.func @shape_chain() -> tensor<3xi64> {
  // CHECK-NEXT: %[[C:.*]] = graph.constant dense<[8, 3, -1]> : tensor<3xi64>
  // CHECK-NEXT: return %[[C]]
  %shape = graph.constant dense<[2, 3, 4, 5]> : tensor<4xi64>
  %zero = graph.constant dense<0> : tensor<i64>
  %back = graph.constant dense<[-3]> : tensor<1xi32>
  %four = graph.constant dense<4> : tensor<1xi32>
  %rest = graph.constant dense<-1> : tensor<1xi64>
  %0 = graph.gather %shape, %zero {axis = 0 : i64} : (tensor<4xi64>, tensor<i64>) -> tensor<i64>
  %1 = graph.reshape %0 : tensor<i64> to tensor<1xi64>
  %2 = graph.cast %four {to = i64} : (tensor<1xi32>) -> tensor<1xi64>
  %3 = graph.mul %1, %2 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %4 = graph.gather %shape, %back {axis = 0 : i64} : (tensor<4xi64>, tensor<1xi32>) -> tensor<1xi64>
  %5 = graph.concat %3, %4, %rest {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  return %5 : tensor<3xi64>
}

// -----

// CHECK-LABEL: func @arithmetic(
func.func @arithmetic() -> (tensor<2x2xi32>, tensor<2xi32>, tensor<2xi32>) {
  // CHECK-DAG: %[[SUM:.*]] = graph.constant dense<{{\[\[}}8, -6], [10, -4]]> : tensor<2x2xi32>
  // CHECK-DAG: %[[DIFFERENCE:.*]] = graph.constant dense<[5, -9]> : tensor<2xi32>
  // CHECK-DAG: %[[QUOTIENT:.*]] = graph.constant dense<[3, -3]> : tensor<2xi32>
  // CHECK: return %[[SUM]], %[[DIFFERENCE]], %[[QUOTIENT]]
  %a = graph.constant dense<[7, -7]> : tensor<2xi32>
  %b = graph.constant dense<[[1], [3]]> : tensor<2x1xi32>
  %two = graph.constant dense<2> : tensor<i32>
  %0 = graph.add %a, %b : (tensor<2xi32>, tensor<2x1xi32>) -> tensor<2x2xi32>
  %1 = graph.sub %a, %two : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
  %2 = graph.div %a, %two : (tensor<2xi32>, tensor<i32>) -> tensor<2xi32>
  return %0, %1, %2 : tensor<2x2xi32>, tensor<2xi32>, tensor<2xi32>
}

// -----

// CHECK-LABEL: func @division_by_zero(
func.func @division_by_zero() -> tensor<2xi64> {
  // CHECK-NEXT: graph.constant dense<[0, -2]> : tensor<2xi64>
  %a = graph.constant dense<[5, 5]> : tensor<2xi64>
  %b = graph.constant dense<[0, -2]> : tensor<2xi64>
  %0 = graph.div %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// -----

// CHECK-LABEL: func @movement(
func.func @movement() -> (tensor<2xi64>, tensor<2x4xi64>, tensor<2x2x1xi64>) {
  // CHECK-DAG: %[[SLICE:.*]] = graph.constant dense<[4, 2]> : tensor<2xi64>
  // CHECK-DAG: %[[BROADCAST:.*]] = graph.constant dense<{{\[\[}}1, 2, 3, 4], [1, 2, 3, 4]]> : tensor<2x4xi64>
  // CHECK-DAG: %[[GATHER:.*]] = graph.constant dense<{{\[\[\[}}4], [1]], {{\[\[}}4], [2]]]> : tensor<2x2x1xi64>
  // CHECK: return %[[SLICE]], %[[BROADCAST]], %[[GATHER]]
  %a = graph.constant dense<[1, 2, 3, 4]> : tensor<4xi64>
  %i = graph.constant dense<[[[9], [-9]], [[-1], [1]]]> : tensor<2x2x1xi64>
  %0 = graph.slice %a {sizes = array<i64: 2>, starts = array<i64: 3>, steps = array<i64: -2>} : (tensor<4xi64>) -> tensor<2xi64>
  %1 = graph.broadcast %a : tensor<4xi64> to tensor<2x4xi64>
  %2 = graph.gather %a, %i {axis = 0 : i64} : (tensor<4xi64>, tensor<2x2x1xi64>) -> tensor<2x2x1xi64>
  return %0, %1, %2 : tensor<2xi64>, tensor<2x4xi64>, tensor<2x2x1xi64>
}

// -----

// CHECK-LABEL: func @concat_of_matrices(
func.func @concat_of_matrices() -> tensor<2x3xi32> {
  // CHECK-NEXT: graph.constant dense<{{\[\[}}1, 2, 5], [3, 4, 6]]> : tensor<2x3xi32>
  %a = graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %b = graph.constant dense<[[5], [6]]> : tensor<2x1xi32>
  %0 = graph.concat %a, %b {axis = 1 : i64} : (tensor<2x2xi32>, tensor<2x1xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}

// -----

// Tensors are computed by graph-constant-fold, not here.
// CHECK-LABEL: func @tensors_stay(
func.func @tensors_stay() -> (tensor<2xf32>, tensor<65xi64>) {
  // CHECK: graph.add
  // CHECK: graph.mul
  %a = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = graph.add %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %b = graph.constant dense<3> : tensor<65xi64>
  %1 = graph.mul %b, %b : (tensor<65xi64>, tensor<65xi64>) -> tensor<65xi64>
  return %0, %1 : tensor<2xf32>, tensor<65xi64>
}

// -----

// CHECK-LABEL: func @folds_in_fused(
func.func @folds_in_fused() -> tensor<1xi64> {
  // CHECK: graph.fused
  // CHECK-NEXT: %[[C:.*]] = graph.constant dense<3> : tensor<1xi64>
  // CHECK-NEXT: graph.yield %[[C]]
  %0 = graph.fused () -> (tensor<1xi64>) {
    %1 = graph.constant dense<3> : tensor<i64>
    %2 = graph.reshape %1 : tensor<i64> to tensor<1xi64>
    graph.yield %2 : tensor<1xi64>
  }
  return %0 : tensor<1xi64>
}
