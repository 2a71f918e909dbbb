// RUN: graph-opt %s -graph-simplify | FileCheck %s
// Sums, products, quotients and powers with constants.

// CHECK-LABEL: func.func @join_sums
// CHECK-SAME: (%[[X:.*]]: tensor<2x4xf32>)
// CHECK-DAG: %[[A:.*]] = graph.constant dense<[1.000000e+00,
// CHECK-DAG: %[[B:.*]] = graph.constant dense<[-5.000000e+00,
// CHECK: %[[C:.*]] = graph.add %[[A]], %[[B]] : (tensor<4xf32>, tensor<4xf32>)
// CHECK: %[[R:.*]] = graph.add %[[X]], %[[C]]
// CHECK-NEXT: return %[[R]]
func.func @join_sums(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %a = graph.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = graph.constant dense<[-5.0, 6.0, 7.0, 8.0]> : tensor<4xf32>
  %0 = graph.add %x, %a : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = graph.add %b, %0 : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// The joint constant would be larger than both.
// CHECK-LABEL: func.func @do_not_grow
// CHECK: %[[P:.*]] = graph.mul %arg0
// CHECK: graph.mul %[[P]]
func.func @do_not_grow(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %a = graph.constant dense<[3.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = graph.constant dense<[[5.0], [6.0]]> : tensor<2x1xf32>
  %0 = graph.mul %x, %a : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %1 = graph.mul %0, %b : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// x - 3 is x + -3; x / 4 is exact as a product, x / 3 is not.
// CHECK-LABEL: func.func @sub_and_div
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
// CHECK-DAG: %[[NEG:.*]] = graph.constant dense<-3.000000e+00>
// CHECK-DAG: %[[QUARTER:.*]] = graph.constant dense<2.500000e-01>
// CHECK-DAG: %[[THREE:.*]] = graph.constant dense<3.000000e+00>
// CHECK-DAG: graph.add %[[X]], %[[NEG]]
// CHECK-DAG: graph.mul %[[X]], %[[QUARTER]]
// CHECK-DAG: graph.div %[[X]], %[[THREE]]
func.func @sub_and_div(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %three = graph.constant dense<3.0> : tensor<f32>
  %four = graph.constant dense<4.0> : tensor<f32>
  %0 = graph.sub %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.div %x, %four : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.div %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @neutral
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
// CHECK-NEXT: return %[[X]]
func.func @neutral(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<4xf32>
  %0 = graph.add %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.mul %one, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.div %1, %one : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.sub %2, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// Adding zero broadcasts here.
// CHECK-LABEL: func.func @neutral_broadcast
// CHECK: graph.add
func.func @neutral_broadcast(%x: tensor<1xf32>) -> tensor<4xf32> {
  %zero = graph.constant dense<0.0> : tensor<4xf32>
  %0 = graph.add %x, %zero : (tensor<1xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @pow
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
// CHECK-DAG: %[[SQUARE:.*]] = graph.mul %[[X]], %[[X]]
// CHECK-DAG: %[[ROOT:.*]] = graph.sqrt %[[X]]
// CHECK-DAG: %[[POW:.*]] = graph.pow
// CHECK: return %[[SQUARE]], %[[ROOT]], %[[X]], %[[POW]]
func.func @pow(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %two = graph.constant dense<2.0> : tensor<f32>
  %half = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1> : tensor<i64>
  %odd = graph.constant dense<2.5> : tensor<f32>
  %0 = graph.pow %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.pow %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.pow %x, %one : (tensor<4xf32>, tensor<i64>) -> tensor<4xf32>
  %3 = graph.pow %x, %odd : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
