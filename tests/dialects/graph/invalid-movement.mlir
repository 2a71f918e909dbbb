// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Ops that move data and break a constraint.

func.func @transpose_c1_rank(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.transpose' op expected a permutation of 2 dimensions, but got [0]}}
  %0 = graph.transpose %x {permutation = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose_c1_twice(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.transpose' op expected a permutation of 2 dimensions, but got [1, 1]}}
  %0 = graph.transpose %x {permutation = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose_c1_range(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.transpose' op expected a permutation of 2 dimensions, but got [0, 2]}}
  %0 = graph.transpose %x {permutation = array<i64: 0, 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c1() {
  // expected-error @below {{'graph.concat' op expected at least 1 operand, but got 0}}
  %0 = graph.concat {axis = 0 : i64} : () -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c2(%x0: tensor<2x3xf32>, %x1: tensor<2x3xf32>) {
  // expected-error @below {{'graph.concat' op expected axis in [0, 2), but got 2}}
  %0 = graph.concat %x0, %x1 {axis = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c3_rank(%x0: tensor<2x3xf32>, %x1: tensor<3xf32>) {
  // expected-error @below {{'graph.concat' op expected operands that differ in dimension 0 alone, but got 'tensor<2x3xf32>' and 'tensor<3xf32>'}}
  %0 = graph.concat %x0, %x1 {axis = 0 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c3_size(%x0: tensor<2x3xf32>, %x1: tensor<2x4xf32>) {
  // expected-error @below {{'graph.concat' op expected operands that differ in dimension 0 alone, but got 'tensor<2x3xf32>' and 'tensor<2x4xf32>'}}
  %0 = graph.concat %x0, %x1 {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_c3_element(%x0: tensor<2x3xf32>, %x1: tensor<2x3xf16>) {
  // expected-error @below {{'graph.concat' op expected operands that differ in dimension 0 alone, but got 'tensor<2x3xf32>' and 'tensor<2x3xf16>'}}
  %0 = graph.concat %x0, %x1 {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf16>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c1_starts(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected 2 starts, but got 1}}
  %0 = graph.slice %x {sizes = array<i64: 1, 1>, starts = array<i64: 0>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c1_sizes(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected 2 sizes, but got 3}}
  %0 = graph.slice %x {sizes = array<i64: 1, 1, 1>, starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c1_steps(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected 2 steps, but got 1}}
  %0 = graph.slice %x {sizes = array<i64: 1, 1>, starts = array<i64: 0, 0>, steps = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c2_size(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected sizes of at least -1, but got -2}}
  %0 = graph.slice %x {sizes = array<i64: 1, -2>, starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c2_step(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected a step other than 0 for dimension 1, but got 0}}
  %0 = graph.slice %x {sizes = array<i64: 1, 1>, starts = array<i64: 0, 0>, steps = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c2_end(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected a slice inside of 'tensor<2x3xf32>', but got 2 elements from 1 by 2 in dimension 1}}
  %0 = graph.slice %x {sizes = array<i64: 1, 2>, starts = array<i64: 0, 1>, steps = array<i64: 1, 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c2_overflow(%x: tensor<?xf32>) {
  // expected-error @below {{'graph.slice' op expected a slice inside of 'tensor<?xf32>', but got 9223372036854775807 elements from 0 by 2 in dimension 0}}
  %0 = graph.slice %x {sizes = array<i64: 9223372036854775807>, starts = array<i64: 0>, steps = array<i64: 2>} : (tensor<?xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @slice_c2_negative(%x: tensor<?xf32>) {
  // expected-error @below {{'graph.slice' op expected a slice inside of 'tensor<?xf32>', but got 3 elements from 1 by -1 in dimension 0}}
  %0 = graph.slice %x {sizes = array<i64: 3>, starts = array<i64: 1>, steps = array<i64: -1>} : (tensor<?xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @slice_c3(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.slice' op expected start 0 and step 1 for size -1, but got 1 and 1}}
  %0 = graph.slice %x {sizes = array<i64: -1, 3>, starts = array<i64: 1, 0>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c1_low(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.pad' op expected 2 low pads, but got 1}}
  %0 = graph.pad %x {high = array<i64: 0, 0>, low = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c1_high(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.pad' op expected 2 high pads, but got 3}}
  %0 = graph.pad %x {high = array<i64: 0, 0, 0>, low = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c2_mode(%x: tensor<2x3xf32>, %v: tensor<f32>) {
  // expected-error @below {{'graph.pad' op expected no value in mode edge, but got one}}
  %0 = graph.pad %x, %v {high = array<i64: 0, 0>, low = array<i64: 0, 0>, mode = #graph.pad_mode<edge>} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c2_type(%x: tensor<2x3xf32>, %v: tensor<1xf32>) {
  // expected-error @below {{'graph.pad' op expected a value of type 'tensor<f32>', but got 'tensor<1xf32>'}}
  %0 = graph.pad %x, %v {high = array<i64: 0, 0>, low = array<i64: 0, 0>} : (tensor<2x3xf32>, tensor<1xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c3(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.pad' op expected a size of at least 0 in dimension 0, but got -1}}
  %0 = graph.pad %x {high = array<i64: -2, 0>, low = array<i64: -1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c3_overflow(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.pad' op expected a size below 2^63 in dimension 0, but got pads of 9223372036854775807 and 0}}
  %0 = graph.pad %x {high = array<i64: 0, 0>, low = array<i64: 9223372036854775807, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad_c4(%x: tensor<0xf32>) {
  // expected-error @below {{'graph.pad' op expected elements to repeat in dimension 0, but got none}}
  %0 = graph.pad %x {high = array<i64: 0>, low = array<i64: 1>, mode = #graph.pad_mode<wrap>} : (tensor<0xf32>) -> tensor<0xf32>
  return
}

// -----

func.func @resize_c1_sizes(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected 2 sizes, but got 1}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, scales = array<f64: 1.0, 1.0>, sizes = array<i64: 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize_c1_scales(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected 2 scales, but got 1}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, scales = array<f64: 1.0>, sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize_c2_scale(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected scales above 0, but got 0.000000}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, scales = array<f64: 1.0, 0.0>, sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize_c2_size(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected sizes of at least 1, or -1, but got 0}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, scales = array<f64: 1.0, 1.0>, sizes = array<i64: 2, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize_c3(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected scale 1 for size -1, but got 2.000000}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, scales = array<f64: 2.0, 1.0>, sizes = array<i64: -1, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize_c4_none(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected 0 roi entries, but got 1}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<asymmetric>, mode = #graph.resize_mode<nearest>, roi = array<f64: 0.0>, scales = array<f64: 1.0, 1.0>, sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize_c4_crop(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.resize' op expected 4 roi entries, but got 0}}
  %0 = graph.resize %x {coordinate_mode = #graph.coordinate_mode<tf_crop_and_resize>, mode = #graph.resize_mode<nearest>, scales = array<f64: 1.0, 1.0>, sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
