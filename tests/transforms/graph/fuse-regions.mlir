// RUN: graph-opt %s -graph-fuse-regions -split-input-file | FileCheck %s
// An anchor takes the elementwise ops around it; leftover elementwise ops group.

// The residual and the activation join the convolution: one kernel.
// CHECK-LABEL: func.func @conv_residual_silu
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x4xf32>, %[[F:.*]]: tensor<1x1x4x4xf32>
// CHECK: %[[BIAS:.*]] = graph.constant dense<[1.000000e+00,
// CHECK: %[[R:.*]] = graph.fused (%{{.*}} = %[[X]] : {{.*}}, %{{.*}} = %[[F]] : {{.*}}, %{{.*}} = %[[BIAS]] : tensor<4xf32>)
// CHECK: graph.conv
// CHECK: graph.add
// CHECK: %[[S:.*]] = graph.sigmoid
// CHECK: %[[M:.*]] = graph.mul %{{.*}}, %[[S]]
// CHECK: %[[A:.*]] = graph.add %[[M]]
// CHECK: graph.yield %[[A]] : tensor<1x8x8x4xf32>
// CHECK: return %[[R]]
func.func @conv_residual_silu(%x: tensor<1x8x8x4xf32>,
                              %f: tensor<1x1x4x4xf32>) -> tensor<1x8x8x4xf32> {
  %bias = graph.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = graph.conv %x, %f {channels_last, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x8x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x8x8x4xf32>
  %1 = graph.add %0, %bias : (tensor<1x8x8x4xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  %2 = graph.sigmoid %1 : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  %3 = graph.mul %1, %2 : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  %4 = graph.add %3, %x : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  return %4 : tensor<1x8x8x4xf32>
}

// -----

// A value that is needed twice ends the group; the next op says why.
// CHECK-LABEL: func.func @shared_result
// CHECK: %[[Y:.*]] = graph.fused
// CHECK: graph.matmul
// CHECK: graph.add
// CHECK-NOT: graph.relu
// CHECK: graph.yield
// CHECK: graph.relu %[[Y]] {graph.not_fused = ["graph.relu with graph.add because a value between them is used elsewhere"]}
// CHECK: return
func.func @shared_result(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>)
    -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %0 = graph.matmul %x, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.add %0, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = graph.relu %1 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %1, %2 : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// Elementwise ops that enlarge the anchor's result stay outside.
// CHECK-LABEL: func.func @enlarging
// CHECK-NOT: graph.fused
// CHECK: graph.matmul
// CHECK: graph.add {{.*}} {graph.not_fused = ["graph.add with graph.matmul because its result has another shape"]}
func.func @enlarging(%x: tensor<1x4xf32>, %w: tensor<4x4xf32>,
                     %y: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %0 = graph.matmul %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %1 = graph.add %0, %y : (tensor<1x4xf32>, tensor<8x4xf32>) -> tensor<8x4xf32>
  return %1 : tensor<8x4xf32>
}

// -----

// Scale and mask are cheap and precede the softmax; the constant goes inside.
// CHECK-LABEL: func.func @softmax_producers
// CHECK-SAME: (%[[X:.*]]: tensor<2x8xf32>, %[[M:.*]]: tensor<1x8xf32>)
// CHECK: graph.fused (%{{.*}} = %[[X]] : tensor<2x8xf32>, %{{.*}} = %[[M]] : tensor<1x8xf32>) -> (tensor<2x8xf16>)
// CHECK: %[[C:.*]] = graph.constant
// CHECK: graph.mul %{{.*}}, %[[C]]
// CHECK: graph.add
// CHECK: graph.softmax
// CHECK: graph.cast
// CHECK: graph.yield
func.func @softmax_producers(%x: tensor<2x8xf32>, %m: tensor<1x8xf32>) -> tensor<2x8xf16> {
  %c = graph.constant dense<0.125> : tensor<f32>
  %0 = graph.mul %x, %c : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = graph.add %0, %m : (tensor<2x8xf32>, tensor<1x8xf32>) -> tensor<2x8xf32>
  %2 = graph.softmax %1 {axis = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = graph.cast %2 {to = f16} : (tensor<2x8xf32>) -> tensor<2x8xf16>
  return %3 : tensor<2x8xf16>
}

// -----

// A transcendental function is not computed once for each pass of a softmax,
// and nothing for each window of a pooling.
// CHECK-LABEL: func.func @dear_producers
// CHECK-NOT: graph.fused
// CHECK: graph.tanh
// CHECK: graph.softmax
// CHECK: graph.relu
// CHECK: graph.max_pool
// CHECK: return
func.func @dear_producers(%x: tensor<2x8xf32>, %i: tensor<1x4x4x2xf32>)
    -> (tensor<2x8xf32>, tensor<1x2x2x2xf32>) {
  %0 = graph.tanh %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = graph.softmax %0 {axis = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = graph.relu %i : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %3 = graph.max_pool %2 {channels_last, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  return %1, %3 : tensor<2x8xf32>, tensor<1x2x2x2xf32>
}

// -----

// Elementwise ops of one shape, with two results; the other shape stays out.
// CHECK-LABEL: func.func @elementwise_dag
// CHECK: %[[S:.*]] = graph.exp %{{.*}} : (tensor<8xf32>)
// CHECK: %[[R:.*]]:2 = graph.fused
// CHECK: graph.tanh
// CHECK: graph.neg
// CHECK: graph.mul
// CHECK: graph.yield %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<4x8xf32>
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @elementwise_dag(%x: tensor<4x8xf32>, %s: tensor<8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %e = graph.exp %s : (tensor<8xf32>) -> tensor<8xf32>
  %0 = graph.tanh %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = graph.neg %0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = graph.mul %0, %e : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// A path through the matrix product: exp and add must not become one op.
// CHECK-LABEL: func.func @no_cycle
// CHECK: %[[E:.*]] = graph.exp
// CHECK: graph.fused
// CHECK: graph.matmul
// CHECK: graph.relu
// CHECK: graph.add %[[E]]
func.func @no_cycle(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = graph.exp %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.matmul %0, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = graph.relu %1 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %3 = graph.cumsum %2 {axis = 0 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %4 = graph.add %0, %3 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %4 : tensor<4x4xf32>
}

// -----

// A user of the first result lies between the two ops: it moves behind.
// CHECK-LABEL: func.func @user_between
// CHECK: %[[R:.*]]:2 = graph.fused
// CHECK: graph.exp
// CHECK: graph.neg
// CHECK: %[[C:.*]] = graph.cumsum %[[R]]#0
// CHECK: return %[[C]], %[[R]]#1
func.func @user_between(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
  %0 = graph.exp %x : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = graph.cumsum %0 {axis = 0 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = graph.neg %0 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  return %1, %2 : tensor<4x4xf32>, tensor<4x4xf32>
}

// -----

// Injective ops take what follows; views and dynamic shapes stay outside.
// CHECK-LABEL: func.func @injective_view_dynamic
// CHECK: graph.fused
// CHECK-NEXT: graph.concat
// CHECK-NEXT: graph.relu
// CHECK-NEXT: graph.yield
// CHECK: graph.reshape
// CHECK-NEXT: graph.exp
// CHECK-NEXT: graph.exp
// CHECK-NEXT: graph.neg
// CHECK-NEXT: return
func.func @injective_view_dynamic(%x: tensor<2x4xf32>, %d: tensor<?xf32>)
    -> (tensor<16xf32>, tensor<?xf32>) {
  %0 = graph.concat %x, %x {axis = 0 : i64} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<4x4xf32>
  %1 = graph.relu %0 : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = graph.reshape %1 : tensor<4x4xf32> to tensor<16xf32>
  %3 = graph.exp %2 : (tensor<16xf32>) -> tensor<16xf32>
  %4 = graph.exp %d : (tensor<?xf32>) -> tensor<?xf32>
  %5 = graph.neg %4 : (tensor<?xf32>) -> tensor<?xf32>
  return %3, %5 : tensor<16xf32>, tensor<?xf32>
}
