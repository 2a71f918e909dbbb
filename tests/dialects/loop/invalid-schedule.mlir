// RUN: graph-opt -verify-diagnostics -split-input-file %s
// loop.nest, C6: schedules that do not fit the nest.

loop.program @registers_count(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected 2 entries in registers, but got '1'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @order_count(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected 2 entries in order, but got '1'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [1, 1], order = [0], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @cache_count(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected 2 entries in cache, but got '3'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @order_repeats(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected order to hold each dimension once, but got '1' again or out of range}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [1, 1], order = [1, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @order_out_of_range(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected order to hold each dimension once, but got '2' again or out of range}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [1, 1], order = [0, 2], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @reductions_last(%out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected reduction dimensions last in order, but parallel dimension '0' follows one}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0)>]
    schedule #loop.reduction<vector = 0 x 4, registers = [1, 1], order = [1, 0], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @lanes_power_of_two(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a power of two of at most 64 lanes, but got '3'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 3, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @lanes_too_many(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a power of two of at most 64 lanes, but got '128'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 128, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @vector_dim(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected the vector dimension in [0, 2), but got '2'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 2 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @vector_dim_of_scalars(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected the vector dimension in [0, 2), but got '-1'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = -1 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @positive_registers(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected positive registers, but got '0'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [0, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @cache_negative(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected cache tiles of 0 or more, but got '-4' for dimension 0}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 1 x 4, registers = [1, 1], order = [0, 1], cache = [-4, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @cache_of_reduction(%out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected cache tiles of parallel dimensions, or of reductions of a contraction with one output, of the accumulator's type, that it does not read, but got '2' for dimension 1}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0)>]
    schedule #loop.reduction<vector = 0 x 4, registers = [1, 1], order = [0, 1], cache = [0, 2], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @cache_of_vectors(%out: memref<32x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a cache tile of the vector dimension that is a multiple of its register tile '8'}}
  loop.nest bounds [32, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.elementwise<vector = 0 x 4, registers = [2, 1], order = [0, 1], cache = [12, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<32x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @parallel_loops(%out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected at most 1 parallel loops, but got '2'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0)>]
    schedule #loop.reduction<vector = 0 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 2>
    ins() epilogue_ins() outs(%out : memref<8xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @reduction_without(%out: memref<8x4xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a nest with reduction dimensions, but got none}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0, d1)>]
    schedule #loop.reduction<vector = 1 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8x4xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @elementwise_with(%out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a nest without reduction dimensions, but got '1'}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}

// -----

loop.program @contraction_of_products(%out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op schedule: expected a nest that adds products, but got another for a contraction schedule}}
  loop.nest bounds [8, 4] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d0)>]
    schedule #loop.contraction<vector = 0 x 4, registers = [1, 1], order = [0, 1], cache = [0, 0], parallel = 0>
    ins() epilogue_ins() outs(%out : memref<8xf32>)
    init { loop.yield } combine { loop.yield } epilogue {
      %one = arith.constant 1.0 : f32
      loop.yield %one : f32
    }
  loop.return
}
