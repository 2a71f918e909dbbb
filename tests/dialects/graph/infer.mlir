// RUN: graph-opt -verify-diagnostics -split-input-file %s
// What is inferred from dynamic sizes, as told to one who claims otherwise.

func.func @elementwise(%x: tensor<?x1xf32>, %y: tensor<4x?xf32>) {
  // expected-error @below {{'graph.add' op expected to return 'tensor<4x?xf32>', but got 'tensor<5x5xf32>'}}
  %0 = graph.add %x, %y : (tensor<?x1xf32>, tensor<4x?xf32>) -> tensor<5x5xf32>
  return
}

// -----

// Either may be said where one size is dynamic.
func.func @dynamic_agrees(%x: tensor<?x3xf32>, %y: tensor<4x3xf32>) {
  %0 = graph.exp %x : (tensor<?x3xf32>) -> tensor<4x?xf32>
  %1 = graph.exp %y : (tensor<4x3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @zero_size(%x: tensor<0x3xf32>, %y: tensor<1x3xf32>) {
  %0 = graph.add %x, %y : (tensor<0x3xf32>, tensor<1x3xf32>) -> tensor<0x3xf32>
  return
}

// -----

func.func @matmul(%x: tensor<?x1x8x?xf32>, %y: tensor<5x4x7xf32>) {
  // expected-error @below {{'graph.matmul' op expected to return 'tensor<?x5x8x7xf32>', but got 'tensor<f32>'}}
  %0 = graph.matmul %x, %y : (tensor<?x1x8x?xf32>, tensor<5x4x7xf32>) -> tensor<f32>
  return
}

// -----

func.func @matmul_of_vectors(%x: tensor<3xf32>, %y: tensor<2x3x?xf32>) {
  %0 = graph.matmul %x, %y : (tensor<3xf32>, tensor<2x3x?xf32>) -> tensor<2x?xf32>
  %1 = graph.matmul %x, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  // expected-error @below {{'graph.matmul' op expected to return 'tensor<2x?xf32>', but got 'tensor<f32>'}}
  %2 = graph.matmul %x, %y : (tensor<3xf32>, tensor<2x3x?xf32>) -> tensor<f32>
  return
}

// -----

func.func @conv(%x: tensor<?x4x?x9xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected to return 'tensor<?x6x?x4xf32>', but got 'tensor<f32>'}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<?x4x?x9xf32>, tensor<6x4x3x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @conv_1d_channels_last(%x: tensor<?x9x?xf32>, %w: tensor<?x4x6xf32>) {
  // expected-error @below {{'graph.conv' op expected to return 'tensor<?x?x6xf32>', but got 'tensor<f32>'}}
  %0 = graph.conv %x, %w {channels_last, dilations = array<i64: 1>, pads = array<i64: 0, 0>, strides = array<i64: 2>} : (tensor<?x9x?xf32>, tensor<?x4x6xf32>) -> tensor<f32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<?x4x?x9xf32>, %w: tensor<4x3x3x3xf32>) {
  // expected-error @below {{'graph.conv_transpose' op expected to return 'tensor<?x6x?x21xf32>', but got 'tensor<f32>'}}
  %0 = graph.conv_transpose %x, %w {dilations = array<i64: 1, 2>, groups = 2 : i64, output_pads = array<i64: 0, 1>, pads = array<i64: 0, 0, 0, 1>, strides = array<i64: 2, 2>} : (tensor<?x4x?x9xf32>, tensor<4x3x3x3xf32>) -> tensor<f32>
  return
}

// -----

// (7 - 2) / 3 rounds up, but a window starting at 6 + 1 low pad would lie in
// the high padding of the second dimension.
func.func @pool_ceil(%x: tensor<?x4x7x5xf32>) {
  // expected-error @below {{'graph.max_pool' op expected to return 'tensor<?x4x3x2xf32>', but got 'tensor<f32>'}}
  %0 = graph.max_pool %x {ceil_mode, dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 1, 0, 1>, strides = array<i64: 3, 3>} : (tensor<?x4x7x5xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduce(%x: tensor<?x3x?xf32>) {
  %0 = graph.reduce %x {axes = array<i64: 0, 2>, keep_dims, kind = #graph.reduce_kind<max>} : (tensor<?x3x?xf32>) -> tensor<1x3x1xf32>
  // expected-error @below {{'graph.reduce' op expected to return 'tensor<?xf32>', but got 'tensor<f32>'}}
  %1 = graph.reduce %x {axes = array<i64: 0, 1>, kind = #graph.reduce_kind<max>} : (tensor<?x3x?xf32>) -> tensor<f32>
  return
}

// -----

func.func @topk(%x: tensor<?x?xf32>) {
  // expected-error @below {{'graph.topk' op expected to return 'tensor<?x3xf32>', 'tensor<?x3xi64>', but got 'tensor<f32>', 'tensor<i64>'}}
  %0:2 = graph.topk %x {axis = 1 : i64, k = 3 : i64} : (tensor<?x?xf32>) -> (tensor<f32>, tensor<i64>)
  return
}

// -----

func.func @concat(%x: tensor<?x3xf32>, %y: tensor<2x?xf32>, %z: tensor<2x4xf32>) {
  %0 = graph.concat %y, %z {axis = 1 : i64} : (tensor<2x?xf32>, tensor<2x4xf32>) -> tensor<2x?xf32>
  // expected-error @below {{'graph.concat' op expected to return 'tensor<?x3xf32>', but got 'tensor<f32>'}}
  %1 = graph.concat %x, %y {axis = 0 : i64} : (tensor<?x3xf32>, tensor<2x?xf32>) -> tensor<f32>
  return
}

// -----

func.func @slice(%x: tensor<?x?xf32>) {
  // expected-error @below {{'graph.slice' op expected to return 'tensor<?x2xf32>', but got 'tensor<f32>'}}
  %0 = graph.slice %x {sizes = array<i64: -1, 2>, starts = array<i64: 0, 5>, steps = array<i64: 1, -2>} : (tensor<?x?xf32>) -> tensor<f32>
  return
}

// -----

func.func @pad(%x: tensor<?x3xf32>) {
  // expected-error @below {{'graph.pad' op expected to return 'tensor<?x6xf32>', but got 'tensor<f32>'}}
  %0 = graph.pad %x {high = array<i64: 1, 1>, low = array<i64: 1, 2>} : (tensor<?x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @resize(%x: tensor<?x3xf32>) {
  // expected-error @below {{'graph.resize' op expected to return 'tensor<?x6xf32>', but got 'tensor<f32>'}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, scales = array<f64: 1.0, 2.0>, sizes = array<i64: -1, 6>} : (tensor<?x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @gather(%x: tensor<?x3x?xf32>, %i: tensor<?x2xi64>, %s: tensor<i64>) {
  %0 = graph.gather %x, %s {axis = 1 : i64} : (tensor<?x3x?xf32>, tensor<i64>) -> tensor<?x?xf32>
  // expected-error @below {{'graph.gather' op expected to return 'tensor<?x?x2x?xf32>', but got 'tensor<f32>'}}
  %1 = graph.gather %x, %i {axis = 1 : i64} : (tensor<?x3x?xf32>, tensor<?x2xi64>) -> tensor<f32>
  return
}

// -----

func.func @gather_nd(%x: tensor<?x3x4x5xf32>, %i: tensor<2x?x2xi64>) {
  // expected-error @below {{'graph.gather_nd' op expected to return 'tensor<2x?x5xf32>', but got 'tensor<f32>'}}
  %0 = graph.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<?x3x4x5xf32>, tensor<2x?x2xi64>) -> tensor<f32>
  return
}

// -----

func.func @gather_nothing_from_nothing(%x: tensor<0x3xf32>, %i: tensor<0x2xi64>) {
  %0 = graph.gather %x, %i {axis = 0 : i64} : (tensor<0x3xf32>, tensor<0x2xi64>) -> tensor<0x2x3xf32>
  return
}
