// RUN: graph-opt -loop-apply-schedules -verify-diagnostics -split-input-file %s
// Nests that no loops can be made for.

loop.program @on_tensors(%a: tensor<8xf32>, %out: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @below {{'loop.nest' op expected buffers; run loop-bufferize first}}
  %r = loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [1], order = [0], cache = [0], parallel = 0>
    ins(%a : tensor<8xf32>) epilogue_ins() outs(%out : tensor<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    } -> tensor<8xf32>
  loop.return %r : tensor<8xf32>
}

// -----

loop.program @no_schedule(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a schedule; run loop-attach-schedules first}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %n = arith.negf %x : f32
      loop.yield %n : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @no_vector_form(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected ops that exist on vectors for a schedule of '8' lanes}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [1], order = [0], cache = [0], parallel = 0>
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %positive = arith.cmpf ogt, %x, %acc : f32
      %y = scf.if %positive -> f32 {
        scf.yield %x : f32
      } else {
        scf.yield %acc : f32
      }
      loop.yield %y : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

// Two accumulators: nothing says how to join the lanes' results.
loop.program @no_joining(%a: memref<64xf32>, %out: memref<f32>) {
  // expected-error @below {{'loop.nest' op expected combine to join partial results by one op for vectors along reduction '0'}}
  loop.nest bounds [64] iterators [#loop<iterator reduction>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>]
    schedule #loop.reduction<vector = 0 x 8, registers = [1], order = [0], cache = [0], parallel = 0>
    ins(%a : memref<64xf32>) epilogue_ins() outs(%out : memref<f32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero, %zero : f32, f32
    } combine {
    ^bb0(%x: f32, %sum: f32, %squares: f32):
      %next = arith.addf %sum, %x : f32
      %square = arith.mulf %x, %x : f32
      %next_squares = arith.addf %squares, %square : f32
      loop.yield %next, %next_squares : f32, f32
    } epilogue {
    ^bb0(%sum: f32, %squares: f32):
      %quotient = arith.divf %sum, %squares : f32
      loop.yield %quotient : f32
    }
  loop.return
}
