// RUN: graph-opt %s -graph-simplify | FileCheck %s
// Activations and normalisations that exporters spell out become one op.

// CHECK-LABEL: func.func @silu
// CHECK-NEXT: %[[R:.*]] = graph.silu %arg0 {alpha = 1.000000e+00 : f64}
// CHECK-NEXT: return %[[R]]
func.func @silu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.mul %0, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// A gate of something else is no silu.
// CHECK-LABEL: func.func @gate
// CHECK-NOT: graph.silu
// CHECK: return
func.func @gate(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.sigmoid %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.mul %0, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: func.func @gelu_half_first
// CHECK-NEXT: %[[R:.*]] = graph.gelu %arg0 :
// CHECK-NEXT: return %[[R]]
func.func @gelu_half_first(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %root2 = graph.constant dense<1.41421354> : tensor<f32>
  %0 = graph.div %x, %root2 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = graph.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = graph.mul %3, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// CHECK-LABEL: func.func @gelu_half_last
// CHECK-NEXT: %[[R:.*]] = graph.gelu %arg0 :
// CHECK-NEXT: return %[[R]]
func.func @gelu_half_last(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %root = graph.constant dense<0.707106769> : tensor<f32>
  %0 = graph.mul %x, %root : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.add %one, %1 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.mul %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = graph.mul %3, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// CHECK-LABEL: func.func @gelu_tanh
// CHECK-NEXT: %[[R:.*]] = graph.gelu %arg0 {tanh_approximation} :
// CHECK-NEXT: return %[[R]]
func.func @gelu_tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = graph.constant dense<0.5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %three = graph.constant dense<3.0> : tensor<f32>
  %a = graph.constant dense<0.044715> : tensor<f32>
  %b = graph.constant dense<0.797884583> : tensor<f32>
  %0 = graph.pow %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.mul %0, %a : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.add %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.mul %2, %b : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = graph.tanh %3 : (tensor<4xf32>) -> tensor<4xf32>
  %5 = graph.add %4, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = graph.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %7 = graph.mul %6, %5 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %7 : tensor<4xf32>
}

// CHECK-LABEL: func.func @hard_swish
// CHECK-NEXT: %[[A:.*]] = graph.hard_swish %arg0
// CHECK-NEXT: %[[B:.*]] = graph.hard_swish %arg0
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @hard_swish(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %three = graph.constant dense<3.0> : tensor<f32>
  %six = graph.constant dense<6.0> : tensor<f32>
  %0 = graph.add %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.clamp %0 {min = 0.0 : f64, max = 6.0 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.mul %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.div %2, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = graph.hard_sigmoid %x {alpha = 0.16666667163372039 : f64, beta = 0.5 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %5 = graph.mul %x, %4 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3, %5 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @ranges
// CHECK-DAG: %[[RELU:.*]] = graph.relu %arg0
// CHECK-DAG: %[[RELU6:.*]] = graph.clamp %arg0 {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64}
// CHECK: return %[[RELU]], %[[RELU6]]
func.func @ranges(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %six = graph.constant dense<6.0> : tensor<f32>
  %0 = graph.clamp %x {min = 0.0 : f64, max = 3.4028234663852886E+38 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.max %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.min %1, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0, %2 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func.func @layer_norm
// CHECK-NEXT: %[[R:.*]] = graph.layer_norm %arg0 {axis = 1 : i64, epsilon = {{.*}} : f64}
// CHECK-NEXT: return %[[R]]
func.func @layer_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %two = graph.constant dense<2.0> : tensor<f32>
  %0 = graph.reduce %x {axes = array<i64: 1>, keep_dims, kind = #graph.reduce_kind<mean>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %1 = graph.sub %x, %0 : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %2 = graph.pow %1, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %3 = graph.reduce %2 {axes = array<i64: 1>, keep_dims, kind = #graph.reduce_kind<mean>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %4 = graph.add %3, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = graph.sqrt %4 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %6 = graph.div %1, %5 : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %6 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @rms_norm
// CHECK-NEXT: %[[R:.*]] = graph.layer_norm %arg0 {axis = 1 : i64, epsilon = {{.*}} : f64, rms}
// CHECK-NEXT: return %[[R]]
func.func @rms_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32>
  %0 = graph.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = graph.reduce %0 {axes = array<i64: 1>, keep_dims, kind = #graph.reduce_kind<mean>} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %2 = graph.add %1, %eps : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %3 = graph.sqrt %2 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = graph.div %one, %3 : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = graph.mul %x, %4 : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %5 : tensor<2x8xf32>
}

// The variance is over the first dimension: no layer normalisation.
// CHECK-LABEL: func.func @first_dimension
// CHECK-NOT: graph.layer_norm
// CHECK: return
func.func @first_dimension(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = graph.constant dense<1.0e-5> : tensor<f32>
  %0 = graph.mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = graph.reduce %0 {axes = array<i64: 0>, keep_dims, kind = #graph.reduce_kind<mean>} : (tensor<2x8xf32>) -> tensor<1x8xf32>
  %2 = graph.add %1, %eps : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %3 = graph.sqrt %2 : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %4 = graph.div %x, %3 : (tensor<2x8xf32>, tensor<1x8xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}
