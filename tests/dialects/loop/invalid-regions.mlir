// RUN: graph-opt -verify-diagnostics -split-input-file %s
// loop.nest, C3 and C4: regions that do not fit the operands.

loop.program @init_takes_nothing(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected init to take (), but got ('f32')}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
    ^bb0(%x: f32):
      loop.yield %x : f32
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

loop.program @nest_c3_takes(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected combine to take ('f32', 'f32'), but got ('f32')}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32):
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c3_yields(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected combine to yield the accumulators' types ('f32')}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// -----

loop.program @nest_c4_takes(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected epilogue to take ('f32'), but got ()}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      loop.yield %x : f32
    } epilogue {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    }
  loop.return
}

// -----

loop.program @nest_c4_yields(%a: memref<8xf32>, %out: memref<8xf32>) {
  // expected-error @below {{'loop.nest' op expected epilogue to yield ('f32'), but got ('f64')}}
  loop.nest bounds [8] iterators [#loop<iterator parallel>]
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
      %wide = arith.extf %acc : f32 to f64
      loop.yield %wide : f64
    }
  loop.return
}
