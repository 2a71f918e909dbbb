// RUN: graph-opt -verify-diagnostics -split-input-file %s
// loop.nest: maps, bounds, offsets and schedules that are none.

loop.program @nest_c1_count(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected one map for each of 2 operands, but got '1'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c1_dims(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a map from 1 dimensions to rank 1 for operand 0, but got 'affine_map<(d0, d1) -> (d0)>'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0, d1) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c1_symbols(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a map from 1 dimensions to rank 1 for operand 0, but got 'affine_map<(d0)[s0] -> (d0)>'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0)[s0] -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c1_rank(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a map from 1 dimensions to rank 1 for operand 1, but got 'affine_map<(d0) -> (d0, d0)>'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0, d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c2_iterators(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected 1 iterators, one for each bound, but got '2'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c2_negative(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected bounds of 0 or more, but got '-1'}}
  loop.nest bounds [-1] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c5_output(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a map without reduction dimensions for operand 1, but got 'affine_map<(d0) -> (d0)>'}}
  loop.nest bounds [8] iterators [#loop<iterator reduction>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c5_epilogue_input(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a map without reduction dimensions for operand 1, but got 'affine_map<(d0, d1) -> (d1)>'}}
  loop.nest bounds [8, 8] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins(%a : memref<8xf32>) outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32, %y: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c6_no_schedule(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected a schedule attribute, but got '1 : i64'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule 1 : i64
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c7(%a: memref<8xf32>, %out: memref<8xf32>) {
  %i = arith.constant 0 : index
  // expected-error @below {{'loop.nest' op expected 1 offsets, but got '2'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    at(%i, %i)
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c7_whole(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected offsets and 1 bounds of the whole, but got '2'}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    of [8, 8]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}
