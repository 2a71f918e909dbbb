// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Elementwise ops, reshape, broadcast and constants that break a constraint.

func.func @broadcast_sizes(%x: tensor<2x3xf32>, %y: tensor<2xf32>) {
  // expected-error @below {{'graph.add' op expected shapes that broadcast, but got 2x3, 2}}
  %0 = graph.add %x, %y : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @element_types(%x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error @below {{'graph.add' op requires the same element type for all operands}}
  %0 = graph.add %x, %y : (tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @where_branches(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xf16>) {
  // expected-error @below {{'graph.where' op failed to verify that all of {on_true, on_false} have same element type}}
  %0 = graph.where %c, %x, %y : (tensor<2xi1>, tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  return
}

// -----

func.func @operand_type(%x: tensor<2xi32>) {
  // expected-error @below {{operand #0 must be ranked tensor of float values, but got 'tensor<2xi32>'}}
  %0 = graph.exp %x : (tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @unranked(%x: tensor<*xf32>) {
  // expected-error @below {{operand #0 must be ranked tensor of float values, but got 'tensor<*xf32>'}}
  %0 = graph.exp %x : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @comparison_result(%x: tensor<2xf32>) {
  // expected-error @below {{'graph.less' op expected to return 'tensor<2xi1>', but got 'tensor<2xf32>'}}
  %0 = graph.less %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @cast_result(%x: tensor<2xf32>) {
  // expected-error @below {{'graph.cast' op expected to return 'tensor<2xi8>', but got 'tensor<2xui8>'}}
  %0 = graph.cast %x {to = i8} : (tensor<2xf32>) -> tensor<2xui8>
  return
}

// -----

func.func @cast_element(%x: tensor<2xf32>) {
  // expected-error @below {{'graph.cast' op expected a tensor's element type, but got 'none'}}
  %0 = graph.cast %x {to = none} : (tensor<2xf32>) -> tensor<2xi8>
  return
}

// -----

func.func @reshape_c1(%x: tensor<2xf32>) {
  // expected-error @below {{'graph.reshape' op expected a result of 'f32' elements, but got 'i32'}}
  %0 = graph.reshape %x : tensor<2xf32> to tensor<2xi32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reshape' op expected a result of 6 elements, but got 8}}
  %0 = graph.reshape %x : tensor<2x3xf32> to tensor<8xf32>
  return
}

// -----

func.func @broadcast_c1(%x: tensor<2xf32>) {
  // expected-error @below {{'graph.broadcast' op expected a result of 'f32' elements, but got 'f16'}}
  %0 = graph.broadcast %x : tensor<2xf32> to tensor<3x2xf16>
  return
}

// -----

func.func @broadcast_c2_size(%x: tensor<2xf32>) {
  // expected-error @below {{'graph.broadcast' op expected a shape that broadcasts to 2x3, but got 2}}
  %0 = graph.broadcast %x : tensor<2xf32> to tensor<2x3xf32>
  return
}

// -----

func.func @broadcast_c2_rank(%x: tensor<1x1xf32>) {
  // expected-error @below {{'graph.broadcast' op expected a shape that broadcasts to ?, but got 1x1}}
  %0 = graph.broadcast %x : tensor<1x1xf32> to tensor<?xf32>
  return
}

// -----

func.func @iota_c1() {
  // expected-error @below {{'graph.iota' op expected a static result, but got 'tensor<?xi32>'}}
  %0 = graph.iota {axis = 0 : i64} : tensor<?xi32>
  return
}

// -----

func.func @iota_c2() {
  // expected-error @below {{'graph.iota' op expected axis in [0, 1), but got 1}}
  %0 = graph.iota {axis = 1 : i64} : tensor<3xi32>
  return
}
