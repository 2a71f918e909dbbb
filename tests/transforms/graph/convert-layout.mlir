// RUN: graph-opt %s -graph-convert-layout -canonicalize -split-input-file | FileCheck %s
// Channels last inside, transposes at the edges; none around views.

// Residual block, global pooling, flatten, classifier: only the input moves.
// CHECK-LABEL: func.func @resnet
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x8x8xf32>
// CHECK: %[[T:.*]] = graph.transpose %[[X]] {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[C1:.*]] = graph.conv %[[T]], {{.*}}channels_last
// CHECK: %[[B:.*]] = graph.add %[[C1]], %{{.*}} : (tensor<1x8x8x8xf32>, tensor<1x1x1x8xf32>)
// CHECK: %[[R:.*]] = graph.relu %[[B]]
// CHECK: %[[C2:.*]] = graph.conv %[[R]]
// CHECK: %[[A:.*]] = graph.add %[[C2]], %[[T]]
// CHECK: %[[G:.*]] = graph.avg_pool %[[A]] {{.*}}-> tensor<1x1x1x8xf32>
// CHECK: %[[F:.*]] = graph.reshape %[[G]] : tensor<1x1x1x8xf32> to tensor<1x8xf32>
// CHECK: graph.matmul %[[F]]
func.func @resnet(%x: tensor<1x8x8x8xf32>, %w: tensor<8x4xf32>) -> tensor<1x4xf32> {
  %f = graph.constant dense_resource<filter> : tensor<8x8x3x3xf32>
  %b = graph.constant dense_resource<bias> : tensor<8x1x1xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x8x8x8xf32>, tensor<8x8x3x3xf32>) -> tensor<1x8x8x8xf32>
  %1 = graph.add %0, %b : (tensor<1x8x8x8xf32>, tensor<8x1x1xf32>) -> tensor<1x8x8x8xf32>
  %2 = graph.relu %1 : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %3 = graph.conv %2, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x8x8x8xf32>, tensor<8x8x3x3xf32>) -> tensor<1x8x8x8xf32>
  %4 = graph.add %3, %x : (tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %5 = graph.avg_pool %4 {kernel = array<i64: 8, 8>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x8x8xf32>) -> tensor<1x8x1x1xf32>
  %6 = graph.reshape %5 : tensor<1x8x1x1xf32> to tensor<1x8xf32>
  %7 = graph.matmul %6, %w : (tensor<1x8xf32>, tensor<8x4xf32>) -> tensor<1x4xf32>
  return %7 : tensor<1x4xf32>
}

{-# dialect_resources: { builtin: {
  filter: "0x040000000000",
  bias: "0x040000000000"
} } #-}

// -----

// A mean over the image that drops its dimensions, and the gate made of it.
// CHECK-LABEL: func.func @squeeze_excite
// CHECK: graph.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>}
// CHECK-NOT: graph.transpose
// CHECK: %[[C:.*]] = graph.conv
// CHECK: graph.reduce %[[C]] {axes = array<i64: 1, 2>, keep_dims
// CHECK-NOT: graph.transpose
// CHECK: %[[S:.*]] = graph.sigmoid {{.*}} : (tensor<1x1x1x4xf32>)
// CHECK: %[[M:.*]] = graph.mul %[[C]], %[[S]]
// CHECK: graph.transpose %[[M]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return
func.func @squeeze_excite(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %f = graph.constant dense<1.0> : tensor<4x4x1x1xf32>
  %w = graph.constant dense<1.0> : tensor<4x4xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = graph.reduce %0 {axes = array<i64: 2, 3>, kind = #graph.reduce_kind<mean>} : (tensor<1x4x8x8xf32>) -> tensor<1x4xf32>
  %2 = graph.matmul %1, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %3 = graph.reshape %2 : tensor<1x4xf32> to tensor<1x4x1x1xf32>
  %4 = graph.sigmoid %3 : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
  %5 = graph.mul %0, %4 : (tensor<1x4x8x8xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  return %5 : tensor<1x4x8x8xf32>
}

// -----

// Channel shuffle stays one transpose, of channels alone.
// CHECK-LABEL: func.func @channel_shuffle
// CHECK: graph.transpose %arg0 {permutation = array<i64: 0, 2, 3, 1>}
// CHECK: %[[C:.*]] = graph.conv
// CHECK: %[[A:.*]] = graph.reshape %[[C]] : tensor<1x4x4x6xf32> to tensor<1x4x4x2x3xf32>
// CHECK: %[[T:.*]] = graph.transpose %[[A]] {permutation = array<i64: 0, 1, 2, 4, 3>}
// CHECK: %[[B:.*]] = graph.reshape %[[T]] : tensor<1x4x4x3x2xf32> to tensor<1x4x4x6xf32>
// CHECK: %[[D:.*]] = graph.conv %[[B]]
// CHECK: graph.transpose %[[D]] {permutation = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return
func.func @channel_shuffle(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  %f = graph.constant dense<"0x000000BE0000C03E000000BE000000BE0000403F0000003E000080BF0000203F000020BF0000C0BE0000003E000020BF0000803E0000803F0000203F0000803F000080BE0000003E0000003E0000603F0000803F0000003F000060BF0000603F000000BE0000003F0000203F0000C0BE0000C03E0000C03E000040BF0000403F0000803F000020BF0000C0BE0000803F"> : tensor<6x6x1x1xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x6x4x4xf32>, tensor<6x6x1x1xf32>) -> tensor<1x6x4x4xf32>
  %1 = graph.reshape %0 : tensor<1x6x4x4xf32> to tensor<1x2x3x4x4xf32>
  %2 = graph.transpose %1 {permutation = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x2x3x4x4xf32>) -> tensor<1x3x2x4x4xf32>
  %3 = graph.reshape %2 : tensor<1x3x2x4x4xf32> to tensor<1x6x4x4xf32>
  %4 = graph.conv %3, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x6x4x4xf32>, tensor<6x6x1x1xf32>) -> tensor<1x6x4x4xf32>
  return %4 : tensor<1x6x4x4xf32>
}

// -----

// Fire module: pooling, two branches, concat of channels.
// CHECK-LABEL: func.func @squeezenet
// CHECK: graph.transpose %arg0
// CHECK-NOT: graph.transpose
// CHECK: graph.max_pool {{.*}}channels_last
// CHECK-NOT: graph.transpose
// CHECK: graph.concat {{.*}} {axis = 3 : i64}
// CHECK: graph.clamp
// CHECK-NEXT: graph.transpose
// CHECK-NEXT: return
func.func @squeezenet(%x: tensor<1x4x8x8xf32>) -> tensor<1x8x4x4xf32> {
  %f = graph.constant dense<1.0> : tensor<4x4x1x1xf32>
  %0 = graph.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  %1 = graph.conv %0, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x4x4x4xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x4x4xf32>
  %2 = graph.relu %1 : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %3 = graph.concat %2, %0 {axis = 1 : i64} : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x8x4x4xf32>
  %4 = graph.clamp %3 {min = 0.0 : f64, max = 6.0 : f64} : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
  return %4 : tensor<1x8x4x4xf32>
}

// -----

// Detection heads: flattened, joined over pixels, transposed to pixels by
// channels. Channels last, that is what the convolutions give.
// CHECK-LABEL: func.func @yolox_heads
// CHECK: graph.transpose %arg0
// CHECK-NOT: graph.transpose
// CHECK: %[[A:.*]] = graph.conv {{.*}} -> tensor<1x4x4x6xf32>
// CHECK-NOT: graph.transpose
// CHECK: %[[B:.*]] = graph.conv {{.*}} -> tensor<1x2x2x6xf32>
// CHECK-DAG: %[[RA:.*]] = graph.reshape %[[A]] : tensor<1x4x4x6xf32> to tensor<1x16x6xf32>
// CHECK-DAG: %[[RB:.*]] = graph.reshape %[[B]] : tensor<1x2x2x6xf32> to tensor<1x4x6xf32>
// CHECK: %[[R:.*]] = graph.concat %[[RA]], %[[RB]] {axis = 1 : i64}
// CHECK-NEXT: return %[[R]]
func.func @yolox_heads(%x: tensor<1x6x4x4xf32>) -> tensor<1x20x6xf32> {
  %f = graph.constant dense<1.0> : tensor<6x6x1x1xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x6x4x4xf32>, tensor<6x6x1x1xf32>) -> tensor<1x6x4x4xf32>
  %1 = graph.conv %x, %f {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x6x4x4xf32>, tensor<6x6x1x1xf32>) -> tensor<1x6x2x2xf32>
  %2 = graph.reshape %0 : tensor<1x6x4x4xf32> to tensor<1x6x16xf32>
  %3 = graph.reshape %1 : tensor<1x6x2x2xf32> to tensor<1x6x4xf32>
  %4 = graph.concat %2, %3 {axis = 2 : i64} : (tensor<1x6x16xf32>, tensor<1x6x4xf32>) -> tensor<1x6x20xf32>
  %5 = graph.transpose %4 {permutation = array<i64: 0, 2, 1>} : (tensor<1x6x20xf32>) -> tensor<1x20x6xf32>
  return %5 : tensor<1x20x6xf32>
}

// -----

// A flattened image meets constant weights: their rows move instead.
// CHECK-LABEL: func.func @flatten
// CHECK: graph.transpose %arg0
// CHECK: %[[C:.*]] = graph.conv
// CHECK: %[[F:.*]] = graph.reshape %[[C]] : tensor<1x2x2x4xf32> to tensor<1x16xf32>
// CHECK: graph.matmul %[[F]]
// CHECK-NEXT: return
func.func @flatten(%x: tensor<1x4x2x2xf32>) -> tensor<1x2xf32> {
  %f = graph.constant dense<"0x000080BF00000000000000BE00000000000020BF0000C0BE0000C03E0000003E000040BF0000C0BE0000C0BE000000000000803F0000C0BE000000000000003E"> : tensor<4x4x1x1xf32>
  %w = graph.constant dense<"0x0000403F0000803E0000603F0000603F000020BF000080BF0000003E0000003F0000803E0000203F000080BE00000000000020BF000000000000803F000080BE0000203F000080BF000000BE000080BF0000003F000000BF000060BF0000C0BE0000403F0000803F0000203F000000BE0000803F0000403F000000BE0000803F"> : tensor<16x2xf32>
  %0 = graph.conv %x, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<1x4x2x2xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x2x2xf32>
  %1 = graph.reshape %0 : tensor<1x4x2x2xf32> to tensor<1x16xf32>
  %2 = graph.matmul %1, %w : (tensor<1x16xf32>, tensor<16x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

// A network exported with channels last around its convolutions: the
// transposes that it brought along vanish, on dynamic batches too.
// CHECK-LABEL: func.func @brought_along
// CHECK-NEXT: graph.constant
// CHECK-NEXT: %[[C:.*]] = graph.conv %arg0
// CHECK-NEXT: %[[N:.*]] = graph.layer_norm %[[C]]
// CHECK-NEXT: return %[[N]]
func.func @brought_along(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %f = graph.constant dense<1.0> : tensor<2x2x1x1xf32>
  %0 = graph.transpose %x {permutation = array<i64: 0, 3, 1, 2>} : (tensor<?x4x4x2xf32>) -> tensor<?x2x4x4xf32>
  %1 = graph.conv %0, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : (tensor<?x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<?x2x4x4xf32>
  %2 = graph.transpose %1 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<?x2x4x4xf32>) -> tensor<?x4x4x2xf32>
  %3 = graph.layer_norm %2 {axis = 3 : i64, epsilon = 1.0e-5 : f64} : (tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
  return %3 : tensor<?x4x4x2xf32>
}

// -----

// Nothing here wants channels last.
// CHECK-LABEL: func.func @no_images
// CHECK-NEXT: graph.transpose %arg0
// CHECK-NEXT: graph.relu
// CHECK-NEXT: graph.reduce {{.*}}-> tensor<1x4x2xf32>
func.func @no_images(%x: tensor<1x2x4x4xf32>) -> tensor<1x4x2xf32> {
  %0 = graph.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32>
  %1 = graph.relu %0 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %2 = graph.reduce %1 {axes = array<i64: 2>, kind = #graph.reduce_kind<max>} : (tensor<1x4x4x2xf32>) -> tensor<1x4x2xf32>
  return %2 : tensor<1x4x2xf32>
}
