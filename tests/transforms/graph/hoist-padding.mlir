// RUN: graph-opt %s -graph-hoist-padding -split-input-file | FileCheck %s
// Padding moves from the windows that read it behind what makes the value.

// CHECK-LABEL: func.func @conv
// CHECK: %[[R:.*]] = graph.relu
// CHECK: %[[ZERO:.*]] = graph.constant dense<0.000000e+00> : tensor<f32>
// CHECK: %[[P:.*]] = graph.pad %[[R]], %[[ZERO]] {high = array<i64: 0, 1, 2, 0>, low = array<i64: 0, 1, 2, 0>} : {{.*}} -> tensor<1x8x10x4xf32>
// CHECK: graph.conv %[[P]], %{{.*}} {channels_last, {{.*}}pads = array<i64: 0, 0, 0, 0>
func.func @conv(%x: tensor<1x6x6x4xf32>, %f: tensor<3x5x4x2xf32>) -> tensor<1x6x6x2xf32> {
  %0 = graph.relu %x : (tensor<1x6x6x4xf32>) -> tensor<1x6x6x4xf32>
  %1 = graph.conv %0, %f {channels_last, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 2, 1, 2>} : (tensor<1x6x6x4xf32>, tensor<3x5x4x2xf32>) -> tensor<1x6x6x2xf32>
  return %1 : tensor<1x6x6x2xf32>
}

// -----

// Strides leave the high padding unread: it is not written.
// CHECK-LABEL: func.func @unread
// CHECK: graph.pad {{.*}}high = array<i64: 0, 0, 0, 0>, low = array<i64: 0, 0, 1, 1>{{.*}} -> tensor<1x4x7x7xf32>
// CHECK: graph.conv {{.*}}pads = array<i64: 0, 0, 0, 0>{{.*}} -> tensor<1x4x3x3xf32>
func.func @unread(%x: tensor<1x4x6x6xf32>, %f: tensor<4x1x3x3xf32>) -> tensor<1x4x3x3xf32> {
  %0 = graph.relu %x : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %1 = graph.conv %0, %f {groups = 4 : i64, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x4x6x6xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// -----

// A maximum is padded by what changes none, also where it reads behind the
// pads; behind a transpose, which makes the value like any op does.
// CHECK-LABEL: func.func @max_pool
// CHECK: %[[T:.*]] = graph.transpose
// CHECK: %[[LOW:.*]] = graph.constant dense<0xFF800000> : tensor<f32>
// CHECK: %[[P:.*]] = graph.pad %[[T]], %[[LOW]] {high = array<i64: 0, 2, 0>, low = array<i64: 0, 1, 0>}
// CHECK: graph.max_pool %[[P]] {ceil_mode, {{.*}}pads = array<i64: 0, 0>{{.*}} -> tensor<1x4x4xf32>
func.func @max_pool(%x: tensor<1x4x6xf32>) -> tensor<1x4x4xf32> {
  %0 = graph.transpose %x {permutation = array<i64: 0, 2, 1>} : (tensor<1x4x6xf32>) -> tensor<1x6x4xf32>
  %1 = graph.max_pool %0 {channels_last, ceil_mode, kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x6x4xf32>) -> tensor<1x4x4xf32>
  return %1 : tensor<1x4x4xf32>
}

// -----

// CHECK-LABEL: func.func @max_pool_integers
// CHECK: graph.constant dense<-128> : tensor<i8>
// CHECK: graph.constant dense<0> : tensor<ui8>
func.func @max_pool_integers(%x: tensor<1x4x6xi8>, %y: tensor<1x4x6xui8>) -> (tensor<1x4x6xi8>, tensor<1x4x6xui8>) {
  %0 = graph.add %x, %x : (tensor<1x4x6xi8>, tensor<1x4x6xi8>) -> tensor<1x4x6xi8>
  %1 = graph.max_pool %0 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xi8>) -> tensor<1x4x6xi8>
  %2 = graph.add %y, %y : (tensor<1x4x6xui8>, tensor<1x4x6xui8>) -> tensor<1x4x6xui8>
  %3 = graph.max_pool %2 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xui8>) -> tensor<1x4x6xui8>
  return %1, %3 : tensor<1x4x6xi8>, tensor<1x4x6xui8>
}

// -----

// Padding that counts is padding; two readers of the same share it.
// CHECK-LABEL: func.func @shared
// CHECK: %[[P:.*]] = graph.pad
// CHECK-NOT: graph.pad
// CHECK: graph.avg_pool %[[P]] {{.*}}pads = array<i64: 0, 0>
// CHECK: graph.conv %[[P]], {{.*}}pads = array<i64: 0, 0>
func.func @shared(%x: tensor<1x4x6xf32>, %f: tensor<4x4x3xf32>) -> (tensor<1x4x6xf32>, tensor<1x4x6xf32>) {
  %0 = graph.relu %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.avg_pool %0 {count_include_pad, kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %2 = graph.conv %0, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>, tensor<4x4x3xf32>) -> tensor<1x4x6xf32>
  return %1, %2 : tensor<1x4x6xf32>, tensor<1x4x6xf32>
}
