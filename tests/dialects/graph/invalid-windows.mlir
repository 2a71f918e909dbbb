// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Convolutions and pooling that break a constraint.

func.func @conv_c1_rank(%x: tensor<1x4xf32>, %w: tensor<6x4xf32>) {
  // expected-error @below {{'graph.conv' op expected 1 to 3 spatial dimensions, but got 'tensor<1x4xf32>'}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4xf32>, tensor<6x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @conv_c1_filter(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3xf32>) {
  // expected-error @below {{'graph.conv' op expected a filter of rank 4, but got 3}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c2_count(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected 2 strides, but got 1}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c2_dilations(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected 2 dilations, but got 3}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c2_stride(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected strides of at least 1, but got 0}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c2_dilation(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected dilations of at least 1, but got -1}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, -1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c3_count(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected 4 pads, but got 2}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c3_negative(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected pads of at least 0, but got -1}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, -1, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c4_positive(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected groups of at least 1, but got 0}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, groups = 0 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c4_channels(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected groups that divide 4 channels, but got 3}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, groups = 3 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c4_filters(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected groups that divide 6 filters, but got 4}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, groups = 4 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c4_per_group(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected filters of 2 channels, but got 4}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c5(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @below {{'graph.conv' op expected a kernel that covers 1 to 8 elements, but got 9}}
  %0 = graph.conv %x, %w {dilations = array<i64: 4, 4>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_c5_empty(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x0x3xf32>) {
  // expected-error @below {{'graph.conv' op expected a kernel that covers 1 to 8 elements, but got 0}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x0x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_elements(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf16>) {
  // expected-error @below {{'graph.conv' op requires the same element type for all operands}}
  %0 = graph.conv %x, %w {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf16>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c3_count(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @below {{'graph.conv_transpose' op expected 2 output pads, but got 1}}
  %0 = graph.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_pads = array<i64: 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c3_negative(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @below {{'graph.conv_transpose' op expected output pads of at least 0, but got -1}}
  %0 = graph.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_pads = array<i64: 0, -1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c4_groups(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @below {{'graph.conv_transpose' op expected groups that divide 4 channels, but got 3}}
  %0 = graph.conv_transpose %x, %w {dilations = array<i64: 1, 1>, groups = 3 : i64, output_pads = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c4_filter(%x: tensor<1x4x8x8xf32>, %w: tensor<5x6x3x3xf32>) {
  // expected-error @below {{'graph.conv_transpose' op expected a filter for 4 channels, but got 5}}
  %0 = graph.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_pads = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<5x6x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @conv_transpose_c5(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @below {{'graph.conv_transpose' op expected a size of at least 0 in dimension 3, but got -2}}
  %0 = graph.conv_transpose %x, %w {dilations = array<i64: 1, 1>, output_pads = array<i64: 0, 0>, pads = array<i64: 0, 6, 0, 6>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @max_pool_c1(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.max_pool' op expected 1 to 3 spatial dimensions, but got 'tensor<4xf32>'}}
  %0 = graph.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @max_pool_c2_count(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'graph.max_pool' op expected 2 kernel sizes, but got 1}}
  %0 = graph.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @max_pool_c2_kernel(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'graph.max_pool' op expected kernel sizes of at least 1, but got 0}}
  %0 = graph.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @max_pool_c3(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'graph.max_pool' op expected pads of at least 0, but got -2}}
  %0 = graph.max_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, -2, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @avg_pool_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'graph.avg_pool' op expected 2 strides, but got 3}}
  %0 = graph.avg_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @avg_pool_c5(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'graph.avg_pool' op expected a kernel that covers 1 to 9 elements, but got 10}}
  %0 = graph.avg_pool %x {dilations = array<i64: 1, 1>, kernel = array<i64: 10, 3>, pads = array<i64: 1, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}
