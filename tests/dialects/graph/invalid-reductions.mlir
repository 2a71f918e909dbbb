// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Matrix products, reductions and normalisations that break a constraint.

func.func @matmul_c1(%x: tensor<f32>, %y: tensor<2x2xf32>) {
  // expected-error @below {{'graph.matmul' op expected operands of rank 1 or more, but got 'tensor<f32>' and 'tensor<2x2xf32>'}}
  %0 = graph.matmul %x, %y : (tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @matmul_c2(%x: tensor<2x3xf32>, %y: tensor<2x2xf32>) {
  // expected-error @below {{'graph.matmul' op expected equal contracted sizes, but got 3 and 2}}
  %0 = graph.matmul %x, %y : (tensor<2x3xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @matmul_c3(%x: tensor<4x2x3xf32>, %y: tensor<5x3x2xf32>) {
  // expected-error @below {{'graph.matmul' op expected leading dimensions that broadcast, but got 4 and 5}}
  %0 = graph.matmul %x, %y : (tensor<4x2x3xf32>, tensor<5x3x2xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @reduce_c1_range(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce' op expected axis in [0, 2), but got -1}}
  %0 = graph.reduce %x {axes = array<i64: -1>, keep_dims, kind = #graph.reduce_kind<sum>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c1_order(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce' op expected axes that ascend, but got 0 after 1}}
  %0 = graph.reduce %x {axes = array<i64: 1, 0>, keep_dims, kind = #graph.reduce_kind<sum>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c1_twice(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce' op expected axes that ascend, but got 1 after 1}}
  %0 = graph.reduce %x {axes = array<i64: 1, 1>, keep_dims, kind = #graph.reduce_kind<sum>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c2_logical(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce' op expected i1 elements for all, but got 'f32'}}
  %0 = graph.reduce %x {axes = array<i64: 1>, kind = #graph.reduce_kind<all>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reduce_c2_number(%x: tensor<2x3xi1>) {
  // expected-error @below {{'graph.reduce' op expected number elements for sum, but got 'i1'}}
  %0 = graph.reduce %x {axes = array<i64: 1>, kind = #graph.reduce_kind<sum>} : (tensor<2x3xi1>) -> tensor<2x3xi1>
  return
}

// -----

func.func @arg_reduce_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.arg_reduce' op expected axis in [0, 2), but got 2}}
  %0 = graph.arg_reduce %x {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @softmax_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.softmax' op expected axis in [0, 2), but got 2}}
  %0 = graph.softmax %x {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @cumsum_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.cumsum' op expected axis in [0, 2), but got -1}}
  %0 = graph.cumsum %x {axis = -1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.layer_norm' op expected axis in [0, 2), but got 2}}
  %0 = graph.layer_norm %x {axis = 2 : i64, epsilon = 0.0 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @lrn_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.lrn' op expected axis in [0, 2), but got 2}}
  %0 = graph.lrn %x {alpha = 1.0, axis = 2 : i64, beta = 1.0, bias = 1.0, size = 3 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @lrn_c2(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.lrn' op expected size of at least 1, but got 0}}
  %0 = graph.lrn %x {alpha = 1.0, axis = 1 : i64, beta = 1.0, bias = 1.0, size = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_c1(%x: tensor<2x3xf32>, %v: tensor<3xf32>) {
  // expected-error @below {{'graph.batch_norm' op expected axis in [0, 2), but got 2}}
  %0 = graph.batch_norm %x, %v, %v, %v, %v {axis = 2 : i64, epsilon = 0.0 : f64} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_c2(%x: tensor<2x3xf32>, %v: tensor<3xf32>) {
  // expected-error @below {{'graph.batch_norm' op expected vectors of 2 channels, but got 'tensor<3xf32>'}}
  %0 = graph.batch_norm %x, %v, %v, %v, %v {axis = 0 : i64, epsilon = 0.0 : f64} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @topk_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.topk' op expected axis in [0, 2), but got 5}}
  %0:2 = graph.topk %x {axis = 5 : i64, k = 1 : i64} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return
}

// -----

func.func @topk_c2(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.topk' op expected k in [0, 3], but got 4}}
  %0:2 = graph.topk %x {axis = 1 : i64, k = 4 : i64} : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return
}

// -----

func.func @topk_c2_dynamic(%x: tensor<2x?xf32>) {
  // expected-error @below {{'graph.topk' op expected k in [0, ?], but got -1}}
  %0:2 = graph.topk %x {axis = 1 : i64, k = -1 : i64} : (tensor<2x?xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return
}
