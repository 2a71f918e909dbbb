// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt -mlir-print-op-generic %s | graph-opt | FileCheck %s
// Every op that is not elementwise is parsed, verified, printed and parsed again.

// CHECK-LABEL: func @constants(
func.func @constants() {
  // CHECK: graph.constant dense<[1, 2]> : tensor<2xi64>
  %0 = graph.constant dense<[1, 2]> : tensor<2xi64>
  // CHECK: graph.constant {graph.name = "w"} dense_resource<weights> : tensor<2xf32>
  %1 = graph.constant {graph.name = "w"} dense_resource<weights> : tensor<2xf32>
  // CHECK: graph.iota {axis = 1 : i64} : tensor<2x3xi32>
  %2 = graph.iota {axis = 1 : i64} : tensor<2x3xi32>
  return
}

// CHECK-LABEL: func @fused(
// CHECK-SAME: %[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<?xf32>)
func.func @fused(%x: tensor<4xf32>, %y: tensor<?xf32>)
    -> (tensor<4xf32>, tensor<?xf32>) {
  // CHECK: %[[R:.*]]:2 = graph.fused (%[[A:.*]] = %[[X]] : tensor<4xf32>,
  // CHECK-SAME: %[[B:.*]] = %[[Y]] : tensor<?xf32>)
  // CHECK-SAME: -> (tensor<4xf32>, tensor<?xf32>) attributes {program = "a"} {
  %r:2 = graph.fused (%a = %x : tensor<4xf32>, %b = %y : tensor<?xf32>)
      -> (tensor<4xf32>, tensor<?xf32>) attributes {program = "a"} {
    // CHECK: %[[E:.*]] = graph.exp %[[A]]
    %e = graph.exp %a : (tensor<4xf32>) -> tensor<4xf32>
    // CHECK: graph.yield %[[E]], %[[B]] : tensor<4xf32>, tensor<?xf32>
    graph.yield %e, %b : tensor<4xf32>, tensor<?xf32>
  }
  // CHECK: graph.fused () -> (tensor<i32>) {
  %c = graph.fused () -> (tensor<i32>) {
    %d = graph.constant dense<1> : tensor<i32>
    graph.yield %d : tensor<i32>
  }
  // CHECK: return %[[R]]#0, %[[R]]#1
  return %r#0, %r#1 : tensor<4xf32>, tensor<?xf32>
}

// CHECK-LABEL: func @contractions(
// CHECK-SAME: %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<3x4xf32>, %[[X:.*]]: tensor<1x4x8x8xf32>, %[[W:.*]]: tensor<6x2x3x3xf32>, %[[V:.*]]: tensor<4x3x3x3xf32>, %[[L:.*]]: tensor<1x8x8x4xf32>, %[[K:.*]]: tensor<3x3x2x6xf32>)
// CHECK: graph.matmul %[[A]], %[[B]] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
// CHECK: graph.conv %[[X]], %[[W]] {dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 2>} : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x8x4xf32>
// CHECK: graph.conv %[[L]], %[[K]] {channels_last, dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 2>} : (tensor<1x8x8x4xf32>, tensor<3x3x2x6xf32>) -> tensor<1x8x4x6xf32>
// CHECK: graph.conv_transpose %[[X]], %[[V]] {dilations = array<i64: 1, 1>, output_pads = array<i64: 1, 0>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x16x15xf32>
func.func @contractions(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %x: tensor<1x4x8x8xf32>, %w: tensor<6x2x3x3xf32>, %v: tensor<4x3x3x3xf32>, %l: tensor<1x8x8x4xf32>, %k: tensor<3x3x2x6xf32>) {
  %0 = graph.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %1 = graph.conv %x, %w {dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 2>} : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x8x4xf32>
  %2 = graph.conv %l, %k {channels_last, dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 2>} : (tensor<1x8x8x4xf32>, tensor<3x3x2x6xf32>) -> tensor<1x8x4x6xf32>
  %3 = graph.conv_transpose %x, %v {dilations = array<i64: 1, 1>, output_pads = array<i64: 1, 0>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x16x15xf32>
  return
}

// CHECK-LABEL: func @pooling(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x8x8xf32>)
// CHECK: graph.max_pool %[[X]] {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
// CHECK: graph.max_pool %[[X]] {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
// CHECK: graph.avg_pool %[[X]] {channels_last, count_include_pad, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x1x3x8xf32>
func.func @pooling(%x: tensor<1x4x8x8xf32>) {
  %0 = graph.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  %1 = graph.max_pool %x {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  %2 = graph.avg_pool %x {channels_last, count_include_pad, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x1x3x8xf32>
  return
}

// CHECK-LABEL: func @reductions(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[B:.*]]: tensor<2x3xi1>)
// CHECK: graph.reduce %[[X]] {axes = array<i64: 0, 2>, kind = #graph.reduce_kind<sum>} : (tensor<2x3x4xf32>) -> tensor<3xf32>
// CHECK: graph.reduce %[[X]] {axes = array<i64: 2>, keep_dims, kind = #graph.reduce_kind<mean>} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
// CHECK: graph.reduce %[[B]] {axes = array<i64: 0, 1>, kind = #graph.reduce_kind<any>} : (tensor<2x3xi1>) -> tensor<i1>
// CHECK: graph.arg_reduce %[[X]] {axis = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2x4xi64>
// CHECK: graph.arg_reduce %[[X]] {axis = 1 : i64, keep_dims, minimum, select_last} : (tensor<2x3x4xf32>) -> tensor<2x1x4xi64>
// CHECK: graph.softmax %[[X]] {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: graph.softmax %[[X]] {axis = 0 : i64, log} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: graph.cumsum %[[X]] {axis = 1 : i64, exclusive, product, reverse} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: graph.topk %[[X]] {axis = 2 : i64, k = 2 : i64, smallest} : (tensor<2x3x4xf32>) -> (tensor<2x3x2xf32>, tensor<2x3x2xi64>)
func.func @reductions(%x: tensor<2x3x4xf32>, %b: tensor<2x3xi1>) {
  %0 = graph.reduce %x {axes = array<i64: 0, 2>, kind = #graph.reduce_kind<sum>} : (tensor<2x3x4xf32>) -> tensor<3xf32>
  %1 = graph.reduce %x {axes = array<i64: 2>, keep_dims, kind = #graph.reduce_kind<mean>} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %2 = graph.reduce %b {axes = array<i64: 0, 1>, kind = #graph.reduce_kind<any>} : (tensor<2x3xi1>) -> tensor<i1>
  %3 = graph.arg_reduce %x {axis = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2x4xi64>
  %4 = graph.arg_reduce %x {axis = 1 : i64, keep_dims, minimum, select_last} : (tensor<2x3x4xf32>) -> tensor<2x1x4xi64>
  %5 = graph.softmax %x {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %6 = graph.softmax %x {axis = 0 : i64, log} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %7 = graph.cumsum %x {axis = 1 : i64, exclusive, product, reverse} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %8:2 = graph.topk %x {axis = 2 : i64, k = 2 : i64, smallest} : (tensor<2x3x4xf32>) -> (tensor<2x3x2xf32>, tensor<2x3x2xi64>)
  return
}

// CHECK-LABEL: func @normalisation(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>, %[[V:.*]]: tensor<3xf32>)
// CHECK: graph.batch_norm %[[X]], %[[V]], %[[V]], %[[V]], %[[V]] {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
// CHECK: graph.layer_norm %[[X]] {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: graph.layer_norm %[[X]] {axis = 1 : i64, epsilon = 1.000000e-05 : f64, rms} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
// CHECK: graph.lrn %[[X]] {alpha = 1.000000e-04 : f64, axis = 1 : i64, beta = 7.500000e-01 : f64, bias = 1.000000e+00 : f64, size = 3 : i64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
func.func @normalisation(%x: tensor<2x3x4xf32>, %v: tensor<3xf32>) {
  %0 = graph.batch_norm %x, %v, %v, %v, %v {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  %1 = graph.layer_norm %x {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %2 = graph.layer_norm %x {axis = 1 : i64, epsilon = 1.000000e-05 : f64, rms} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %3 = graph.lrn %x {alpha = 1.000000e-04 : f64, axis = 1 : i64, beta = 7.500000e-01 : f64, bias = 1.000000e+00 : f64, size = 3 : i64} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// CHECK-LABEL: func @views(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
func.func @views(%x: tensor<2x3xf32>) {
  // CHECK: graph.reshape %[[X]] : tensor<2x3xf32> to tensor<6xf32>
  %0 = graph.reshape %x : tensor<2x3xf32> to tensor<6xf32>
  // CHECK: graph.broadcast %[[X]] : tensor<2x3xf32> to tensor<4x2x3xf32>
  %1 = graph.broadcast %x : tensor<2x3xf32> to tensor<4x2x3xf32>
  return
}

// CHECK-LABEL: func @movement(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[S:.*]]: tensor<f32>, %[[N:.*]]: tensor<1x2x4x4xf32>)
// CHECK: graph.transpose %[[X]] {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
// CHECK: graph.concat %[[X]], %[[X]] {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
// CHECK: graph.slice %[[X]] {sizes = array<i64: -1, 2>, starts = array<i64: 0, 2>, steps = array<i64: 1, -2>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
// CHECK: graph.pad %[[X]] {high = array<i64: 0, -1>, low = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
// CHECK: graph.pad %[[X]], %[[S]] {high = array<i64: 0, 0>, low = array<i64: 1, 0>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x3xf32>
// CHECK: graph.pad %[[X]] {high = array<i64: 0, 0>, low = array<i64: 1, 0>, mode = #graph.pad_mode<reflect>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
// CHECK: graph.resize %[[N]] {coordinate_mode = #graph.coordinate_mode<half_pixel>, mode = #graph.resize_mode<linear>, scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>, sizes = array<i64: 1, 2, 8, 8>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
// CHECK: graph.resize %[[X]] {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, nearest_mode = #graph.nearest_mode<floor>, scales = array<f64: 1.000000e+00, 2.000000e+00>, sizes = array<i64: -1, 6>} : (tensor<2x3xf32>) -> tensor<2x6xf32>
func.func @movement(%x: tensor<2x3xf32>, %s: tensor<f32>, %n: tensor<1x2x4x4xf32>) {
  %0 = graph.transpose %x {permutation = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = graph.concat %x, %x {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  %2 = graph.slice %x {sizes = array<i64: -1, 2>, starts = array<i64: 0, 2>, steps = array<i64: 1, -2>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  %3 = graph.pad %x {high = array<i64: 0, -1>, low = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  %4 = graph.pad %x, %s {high = array<i64: 0, 0>, low = array<i64: 1, 0>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x3xf32>
  %5 = graph.pad %x {high = array<i64: 0, 0>, low = array<i64: 1, 0>, mode = #graph.pad_mode<reflect>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  %6 = graph.resize %n {coordinate_mode = #graph.coordinate_mode<half_pixel>, mode = #graph.resize_mode<linear>, scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>, sizes = array<i64: 1, 2, 8, 8>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  %7 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, nearest_mode = #graph.nearest_mode<floor>, scales = array<f64: 1.000000e+00, 2.000000e+00>, sizes = array<i64: -1, 6>} : (tensor<2x3xf32>) -> tensor<2x6xf32>
  return
}

// CHECK-LABEL: func @gather_and_scatter(
// CHECK-SAME: %[[X:.*]]: tensor<4x5xf32>, %[[I:.*]]: tensor<3x2xi64>, %[[U:.*]]: tensor<3x2xf32>, %[[V:.*]]: tensor<3xf32>)
// CHECK: graph.gather %[[X]], %[[I]] {axis = 1 : i64} : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<4x3x2xf32>
// CHECK: graph.gather_elements %[[X]], %[[I]] {axis = 0 : i64} : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
// CHECK: graph.gather_nd %[[X]], %[[I]] : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<3xf32>
// CHECK: graph.scatter_elements %[[X]], %[[I]], %[[U]] {axis = 1 : i64, kind = #graph.scatter_kind<add>} : (tensor<4x5xf32>, tensor<3x2xi64>, tensor<3x2xf32>) -> tensor<4x5xf32>
// CHECK: graph.scatter_nd %[[X]], %[[I]], %[[V]] : (tensor<4x5xf32>, tensor<3x2xi64>, tensor<3xf32>) -> tensor<4x5xf32>
func.func @gather_and_scatter(%x: tensor<4x5xf32>, %i: tensor<3x2xi64>, %u: tensor<3x2xf32>, %v: tensor<3xf32>) {
  %0 = graph.gather %x, %i {axis = 1 : i64} : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<4x3x2xf32>
  %1 = graph.gather_elements %x, %i {axis = 0 : i64} : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<3x2xf32>
  %2 = graph.gather_nd %x, %i : (tensor<4x5xf32>, tensor<3x2xi64>) -> tensor<3xf32>
  %3 = graph.scatter_elements %x, %i, %u {axis = 1 : i64, kind = #graph.scatter_kind<add>} : (tensor<4x5xf32>, tensor<3x2xi64>, tensor<3x2xf32>) -> tensor<4x5xf32>
  %4 = graph.scatter_nd %x, %i, %v : (tensor<4x5xf32>, tensor<3x2xi64>, tensor<3xf32>) -> tensor<4x5xf32>
  return
}

{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000803F00000040"
    }
  }
#-}
