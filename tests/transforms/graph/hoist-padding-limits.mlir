// RUN: graph-opt %s -graph-hoist-padding -split-input-file | FileCheck %s --implicit-check-not=graph.pad
// Padding stays with the window where nothing could write it in place.

// Function arguments and what shape ops show of them.
// CHECK-LABEL: func.func @no_producer
func.func @no_producer(%x: tensor<1x4x6xf32>, %y: tensor<4x6xf32>) -> (tensor<1x4x6xf32>, tensor<1x4x6xf32>) {
  %0 = graph.max_pool %x {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.reshape %y : tensor<4x6xf32> to tensor<1x4x6xf32>
  %2 = graph.max_pool %1 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %0, %2 : tensor<1x4x6xf32>, tensor<1x4x6xf32>
}

// -----

// A residual connection reads the value without padding.
// CHECK-LABEL: func.func @other_user
// CHECK: graph.conv {{.*}}pads = array<i64: 1, 1>
func.func @other_user(%x: tensor<1x4x6xf32>, %f: tensor<4x4x3xf32>) -> tensor<1x4x6xf32> {
  %0 = graph.relu %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.conv %0, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>, tensor<4x4x3xf32>) -> tensor<1x4x6xf32>
  %2 = graph.add %0, %1 : (tensor<1x4x6xf32>, tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %2 : tensor<1x4x6xf32>
}

// -----

// CHECK-LABEL: func.func @returned
func.func @returned(%x: tensor<1x4x6xf32>) -> (tensor<1x4x6xf32>, tensor<1x4x6xf32>) {
  %0 = graph.relu %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.max_pool %0 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  return %0, %1 : tensor<1x4x6xf32>, tensor<1x4x6xf32>
}

// -----

// Another padding: as many elements, but of another value; or fewer.
// CHECK-LABEL: func.func @other_padding
func.func @other_padding(%x: tensor<1x4x6xf32>, %f: tensor<4x4x3xf32>, %g: tensor<4x4x1xf32>) -> (tensor<1x4x6xf32>, tensor<1x4x6xf32>, tensor<1x4x6xf32>, tensor<1x4x6xf32>) {
  %0 = graph.relu %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.max_pool %0 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %2 = graph.conv %0, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>, tensor<4x4x3xf32>) -> tensor<1x4x6xf32>
  %3 = graph.neg %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %4 = graph.conv %3, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>, tensor<4x4x3xf32>) -> tensor<1x4x6xf32>
  %5 = graph.conv %3, %g {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>} : (tensor<1x4x6xf32>, tensor<4x4x1xf32>) -> tensor<1x4x6xf32>
  return %1, %2, %4, %5 : tensor<1x4x6xf32>, tensor<1x4x6xf32>, tensor<1x4x6xf32>, tensor<1x4x6xf32>
}

// -----

// The value is a filter, too.
// CHECK-LABEL: func.func @filter
func.func @filter(%x: tensor<4x4x3xf32>) -> tensor<4x4x3xf32> {
  %0 = graph.relu %x : (tensor<4x4x3xf32>) -> tensor<4x4x3xf32>
  %1 = graph.conv %0, %0 {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<4x4x3xf32>, tensor<4x4x3xf32>) -> tensor<4x4x3xf32>
  return %1 : tensor<4x4x3xf32>
}

// -----

// Means that leave padding out, or read behind the padding that counts.
// CHECK-LABEL: func.func @means
func.func @means(%x: tensor<1x4x6xf32>) -> (tensor<1x4x6xf32>, tensor<1x4x4xf32>) {
  %0 = graph.relu %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.avg_pool %0 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %2 = graph.neg %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %3 = graph.avg_pool %2 {ceil_mode, count_include_pad, kernel = array<i64: 3>, strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>) -> tensor<1x4x4xf32>
  return %1, %3 : tensor<1x4x6xf32>, tensor<1x4x4xf32>
}

// -----

// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%x: tensor<?x4x6xf32>, %y: tensor<1x4x6xf32>, %f: tensor<4x4x?xf32>) -> (tensor<?x4x6xf32>, tensor<1x4x?xf32>) {
  %0 = graph.relu %x : (tensor<?x4x6xf32>) -> tensor<?x4x6xf32>
  %1 = graph.max_pool %0 {kernel = array<i64: 3>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<?x4x6xf32>) -> tensor<?x4x6xf32>
  %2 = graph.relu %y : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %3 = graph.conv %2, %f {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 1, 1>} : (tensor<1x4x6xf32>, tensor<4x4x?xf32>) -> tensor<1x4x?xf32>
  return %1, %3 : tensor<?x4x6xf32>, tensor<1x4x?xf32>
}

// -----

// No padding is read: none is written.
// CHECK-LABEL: func.func @none
// CHECK: graph.conv {{.*}}pads = array<i64: 0, 1>
func.func @none(%x: tensor<1x4x6xf32>, %f: tensor<4x4x2xf32>) -> tensor<1x4x3xf32> {
  %0 = graph.relu %x : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
  %1 = graph.conv %0, %f {strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 1>} : (tensor<1x4x6xf32>, tensor<4x4x2xf32>) -> tensor<1x4x3xf32>
  return %1 : tensor<1x4x3xf32>
}
