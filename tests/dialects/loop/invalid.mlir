// RUN: graph-opt -verify-diagnostics -split-input-file %s
// Programs, calls, views and indices that are refused.

// expected-error @below {{'loop.program' op expected the last arguments' types to equal the results' types, but got '(tensor<4xf32>) -> tensor<8xf32>'}}
loop.program @program_c1(%a: tensor<4xf32>) -> tensor<8xf32> {
  %0 = tensor.empty() : tensor<8xf32>
  loop.return %0 : tensor<8xf32>
}

// -----

// expected-error @below {{'loop.program' op expected the last arguments' types to equal the results' types, but got '() -> tensor<8xf32>'}}
loop.program @program_c1_no_destination() -> tensor<8xf32> {
  %0 = tensor.empty() : tensor<8xf32>
  loop.return %0 : tensor<8xf32>
}

// -----

// expected-error @below {{'loop.program' op expected a body of one block, but got '0'}}
loop.program @program_c2_no_body(tensor<8xf32>)

// -----

// expected-error @below {{'loop.program' op expected a body of one block, but got '2'}}
loop.program @program_c2_two_blocks() {
  cf.br ^bb1
^bb1:
  loop.return
}

// -----

// expected-error @below {{'loop.program' op expected to end in a loop.return of ('tensor<8xf32>')}}
loop.program @program_c2_types(%out: tensor<8xf32>) -> tensor<8xf32> {
  loop.return
}

// -----

// expected-error @below {{'loop.program' op expected to end in a loop.return of ()}}
loop.program @program_c2_terminator() {
  llvm.unreachable
}

// -----

func.func @call_c1_missing(%x: tensor<8xf32>) {
  // expected-error @below {{'loop.call' op expected a loop.program as the callee, but got 'nothing'}}
  %0 = loop.call @nothing(%x) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func private @function(tensor<8xf32>) -> tensor<8xf32>

func.func @call_c1_function(%x: tensor<8xf32>) {
  // expected-error @below {{'loop.call' op expected a loop.program as the callee, but got 'function'}}
  %0 = loop.call @function(%x) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

// expected-note @below {{callee}}
loop.program @callee(%a: tensor<8xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  loop.return %out : tensor<8xf32>
}

func.func @call_c1_shape(%x: tensor<4xf32>) {
  // expected-error @below {{'loop.call' op expected the callee's types '(tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>', but got ('tensor<4xf32>') to ('tensor<8xf32>')}}
  %0 = loop.call @callee(%x) : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

// expected-note @below {{callee}}
loop.program @on_buffers(%a: memref<8xf32>, %out: memref<8xf32>, %scratch: memref<64xi8>)
    attributes {loop.scratch_bytes = 64 : i64} {
  loop.return
}

func.func @call_c1_element(%x: tensor<8xf64>) {
  // expected-error @below {{'loop.call' op expected the callee's types '(memref<8xf32>, memref<8xf32>, memref<64xi8>) -> ()', but got ('tensor<8xf64>') to ('tensor<8xf32>')}}
  %0 = loop.call @on_buffers(%x) : (tensor<8xf64>) -> tensor<8xf32>
  return
}

// -----

func.func @view_c1_count(%x: tensor<2x4xf32>) {
  // expected-error @below {{'loop.view' op expected static shapes of equally many elements, but got 'tensor<2x4xf32>' and 'tensor<9xf32>'}}
  %0 = loop.view %x : tensor<2x4xf32> to tensor<9xf32>
  return
}

// -----

func.func @view_c1_dynamic(%x: tensor<?x4xf32>) {
  // expected-error @below {{'loop.view' op expected static shapes of equally many elements, but got 'tensor<?x4xf32>' and 'tensor<8xf32>'}}
  %0 = loop.view %x : tensor<?x4xf32> to tensor<8xf32>
  return
}

// -----

func.func @view_c2(%x: tensor<2x4xf32>) {
  // expected-error @below {{'loop.view' op expected equal element types, but got 'tensor<2x4xf32>' and 'tensor<8xi32>'}}
  %0 = loop.view %x : tensor<2x4xf32> to tensor<8xi32>
  return
}

// -----

func.func @index_c1_outside() {
  // expected-error @below {{'loop.index' op expected an enclosing loop.nest with that dimension, but got '0'}}
  %0 = loop.index 0
  return
}

// -----

loop.program @index_c1_range(%out: memref<8xf32>) {
  loop.nest bounds [8] iterators [#loop<iterator parallel>] maps [affine_map<(d0) -> (d0)>]
    ins() epilogue_ins() outs(%out : memref<8xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      // expected-error @below {{'loop.index' op expected an enclosing loop.nest with that dimension, but got '1'}}
      %i = loop.index 1
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

func.func @return_elsewhere() {
  // expected-error @below {{'loop.return' op expects parent op 'loop.program'}}
  loop.return
}
