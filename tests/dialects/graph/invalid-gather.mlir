// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Gathering and scattering ops that break a constraint.

func.func @gather_c1(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>) {
  // expected-error @below {{'graph.gather' op expected axis in [0, 2), but got 2}}
  %0 = graph.gather %x, %i {axis = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_elements_c1(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>) {
  // expected-error @below {{'graph.gather_elements' op expected axis in [0, 2), but got -2}}
  %0 = graph.gather_elements %x, %i {axis = -2 : i64} : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_elements_c2(%x: tensor<2x3xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{'graph.gather_elements' op expected indices of rank 2, but got 1}}
  %0 = graph.gather_elements %x, %i {axis = 0 : i64} : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_elements_c3(%x: tensor<2x3xf32>, %i: tensor<2x4xi64>) {
  // expected-error @below {{'graph.gather_elements' op expected indices of at most 3 in dimension 1, but got 4}}
  %0 = graph.gather_elements %x, %i {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_nd_c1_range(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>) {
  // expected-error @below {{'graph.gather_nd' op expected batch_dims in [0, 1], but got 2}}
  %0 = graph.gather_nd %x, %i {batch_dims = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_nd_c1_scalar(%x: tensor<2x3xf32>, %i: tensor<i64>) {
  // expected-error @below {{'graph.gather_nd' op expected batch_dims in [0, -1], but got 0}}
  %0 = graph.gather_nd %x, %i : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_nd_c1_sizes(%x: tensor<2x3xf32>, %i: tensor<4x1xi64>) {
  // expected-error @below {{'graph.gather_nd' op expected 1 equal leading dimensions, but got 'tensor<2x3xf32>' and 'tensor<4x1xi64>'}}
  %0 = graph.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x3xf32>, tensor<4x1xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_nd_c2_static(%x: tensor<2x3xf32>, %i: tensor<4x?xi64>) {
  // expected-error @below {{'graph.gather_nd' op expected indices whose last size is static, but got 'tensor<4x?xi64>'}}
  %0 = graph.gather_nd %x, %i : (tensor<2x3xf32>, tensor<4x?xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_nd_c2_long(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>) {
  // expected-error @below {{'graph.gather_nd' op expected index tuples of at most 1, but got 3}}
  %0 = graph.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_elements_c1(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_elements' op expected axis in [0, 2), but got 2}}
  %0 = graph.scatter_elements %x, %i, %u {axis = 2 : i64} : (tensor<2x3xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_elements_c2_rank(%x: tensor<2x3xf32>, %i: tensor<i64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_elements' op expected indices of rank 2, but got 0}}
  %0 = graph.scatter_elements %x, %i, %u {axis = 0 : i64} : (tensor<2x3xf32>, tensor<i64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_elements_c2_shape(%x: tensor<2x3xf32>, %i: tensor<1x3xi64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_elements' op expected updates of shape 1x3, but got 2x3}}
  %0 = graph.scatter_elements %x, %i, %u {axis = 0 : i64} : (tensor<2x3xf32>, tensor<1x3xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_elements_c3(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>, %u: tensor<2x3xf16>) {
  // expected-error @below {{'graph.scatter_elements' op expected updates of 'f32', but got 'f16'}}
  %0 = graph.scatter_elements %x, %i, %u {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xi64>, tensor<2x3xf16>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_elements_c4(%x: tensor<2x3xf32>, %i: tensor<5x3xi64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_elements' op expected indices of at most 2 in dimension 0, but got 5}}
  %0 = graph.scatter_elements %x, %i, %u {axis = 1 : i64} : (tensor<2x3xf32>, tensor<5x3xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd_c1_static(%x: tensor<2x3xf32>, %i: tensor<i64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_nd' op expected indices whose last size is static, but got 'tensor<i64>'}}
  %0 = graph.scatter_nd %x, %i, %u : (tensor<2x3xf32>, tensor<i64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd_c1_long(%x: tensor<2x3xf32>, %i: tensor<2x3xi64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_nd' op expected index tuples of at most 2, but got 3}}
  %0 = graph.scatter_nd %x, %i, %u : (tensor<2x3xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd_c2(%x: tensor<2x3xf32>, %i: tensor<4x1xi64>, %u: tensor<4xf32>) {
  // expected-error @below {{'graph.scatter_nd' op expected updates of shape 4x3, but got 4}}
  %0 = graph.scatter_nd %x, %i, %u : (tensor<2x3xf32>, tensor<4x1xi64>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd_c2_scalar(%x: tensor<2x3xf32>, %i: tensor<2xi64>, %u: tensor<2xf32>) {
  // expected-error @below {{'graph.scatter_nd' op expected updates of shape scalar, but got 2}}
  %0 = graph.scatter_nd %x, %i, %u : (tensor<2x3xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd_c3(%x: tensor<2x3xf32>, %i: tensor<4x2xi64>, %u: tensor<4xi32>) {
  // expected-error @below {{'graph.scatter_nd' op expected updates of 'f32', but got 'i32'}}
  %0 = graph.scatter_nd %x, %i, %u : (tensor<2x3xf32>, tensor<4x2xi64>, tensor<4xi32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_c2(%x: tensor<0x3xf32>, %i: tensor<2x3xi64>) {
  // expected-error @below {{'graph.gather' op expected no indices into an empty dimension, but got 'tensor<2x3xi64>'}}
  %0 = graph.gather %x, %i {axis = 0 : i64} : (tensor<0x3xf32>, tensor<2x3xi64>) -> tensor<f32>
  return
}

// -----

func.func @gather_elements_c4(%x: tensor<0x3xf32>, %i: tensor<?x3xi64>) {
  // expected-error @below {{'graph.gather_elements' op expected no indices into an empty dimension, but got 'tensor<?x3xi64>'}}
  %0 = graph.gather_elements %x, %i {axis = 0 : i64} : (tensor<0x3xf32>, tensor<?x3xi64>) -> tensor<f32>
  return
}

// -----

func.func @gather_nd_c3(%x: tensor<0x3xf32>, %i: tensor<4x1xi64>) {
  // expected-error @below {{'graph.gather_nd' op expected no indices into an empty dimension, but got 'tensor<4x1xi64>'}}
  %0 = graph.gather_nd %x, %i : (tensor<0x3xf32>, tensor<4x1xi64>) -> tensor<f32>
  return
}

// -----

func.func @scatter_elements_c5(%x: tensor<0x3xf32>, %i: tensor<2x3xi64>, %u: tensor<2x3xf32>) {
  // expected-error @below {{'graph.scatter_elements' op expected no indices into an empty dimension, but got 'tensor<2x3xi64>'}}
  %0 = graph.scatter_elements %x, %i, %u {axis = 0 : i64} : (tensor<0x3xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @scatter_nd_c4(%x: tensor<0x3xf32>, %i: tensor<4x2xi64>, %u: tensor<4xf32>) {
  // expected-error @below {{'graph.scatter_nd' op expected no indices into an empty dimension, but got 'tensor<4x2xi64>'}}
  %0 = graph.scatter_nd %x, %i, %u : (tensor<0x3xf32>, tensor<4x2xi64>, tensor<4xf32>) -> tensor<f32>
  return
}
