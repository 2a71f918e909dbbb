// RUN: graph-opt -loop-emit-tiles -cse -canonicalize -cse %s | FileCheck %s
// Vector code of single tiles.

// Two rows by two vectors: four accumulators stay in registers over the whole
// reduction, each loaded element is used twice, and the bias is added before the
// only store.
// CHECK-LABEL: loop.program @product
// CHECK: %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK-DAG: %[[A:.+]] = memref.reinterpret_cast %arg0 to
// CHECK-DAG: %[[B:.+]] = memref.reinterpret_cast %arg1 to
// CHECK: %[[SUMS:.+]]:4 = scf.for {{.+}} iter_args(%{{.+}} = %[[ZERO]], %{{.+}} = %[[ZERO]], %{{.+}} = %[[ZERO]], %{{.+}} = %[[ZERO]])
// CHECK: memref.load %[[A]]
// CHECK: vector.load %[[B]]
// CHECK: vector.broadcast %{{.+}} : f32 to vector<8xf32>
// CHECK: vector.load %[[B]]
// CHECK: memref.load %[[A]]
// CHECK: vector.broadcast
// CHECK-NOT: vector.load
// CHECK: scf.yield
// CHECK: %[[Z0:.+]] = vector.load
// CHECK: %[[R0:.+]] = arith.addf %[[SUMS]]#0, %[[Z0]]
// CHECK: vector.store %[[R0]]
// CHECK-COUNT-3: vector.store
// CHECK-NOT: vector.store
// CHECK: loop.return
loop.program @product(%a: memref<2x64xf32>, %b: memref<64x16xf32>, %bias: memref<16xf32>, %out: memref<2x16xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [2, 16, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (j)>, affine_map<(i, j, k) -> (i, j)>]
    schedule #loop.contraction<vector = 1 x 8, registers = [2, 2, 1], order = [0, 1, 2], cache = [0, 0, 0], parallel = 0> at(%o, %o, %o)
    ins(%a, %b : memref<2x64xf32>, memref<64x16xf32>) epilogue_ins(%bias : memref<16xf32>) outs(%out : memref<2x16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32, %z: f32):
      %sum = arith.addf %acc, %z : f32
      loop.yield %sum : f32
    }
  loop.return
}

// 15 elements: a vector of eight, one of four, one of two, one element.
// CHECK-LABEL: loop.program @remainder
// CHECK-DAG: vector.store %{{.+}} vector<8xf32>
// CHECK-DAG: vector.store %{{.+}} vector<4xf32>
// CHECK-DAG: vector.store %{{.+}} vector<2xf32>
// CHECK-DAG: memref.store %{{.+}} memref<?xf32, strided<[1]>>
// CHECK-NOT: mask
// CHECK: loop.return
loop.program @remainder(%a: memref<15xf32>, %out: memref<15xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [15] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 8, registers = [2], order = [0], cache = [0], parallel = 0> at(%o)
    ins(%a : memref<15xf32>) epilogue_ins() outs(%out : memref<15xf32>)
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

// Along a reduction: two vectors of partial sums, joined at the end, then the
// rest one by one.
// CHECK-LABEL: loop.program @horizontal
// CHECK: %[[V:.+]]:2 = scf.for {{.+}} -> (vector<8xf32>, vector<8xf32>)
// CHECK: %[[W:.+]] = arith.addf %[[V]]#0, %[[V]]#1 : vector<8xf32>
// CHECK: %[[S:.+]] = vector.reduction <add>, %[[W]]
// CHECK: %[[T:.+]] = arith.addf %[[S]], %{{.+}} : f32
// CHECK: %[[U:.+]] = scf.for {{.+}} iter_args(%{{.+}} = %[[T]]) -> (f32)
// CHECK: memref.store %[[U]]
loop.program @horizontal(%a: memref<37xf32>, %out: memref<f32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [37] iterators [#loop<iterator reduction>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>]
    schedule #loop.reduction<vector = 0 x 8, registers = [2], order = [0], cache = [0], parallel = 0> at(%o)
    ins(%a : memref<37xf32>) epilogue_ins() outs(%out : memref<f32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %sum = arith.addf %acc, %x : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// A short window is unrolled: no loop.
// CHECK-LABEL: loop.program @window
// CHECK-NOT: scf.for
// CHECK-COUNT-3: vector.load
// CHECK-NOT: vector.load
// CHECK: vector.store
loop.program @window(%a: memref<3x8xf32>, %out: memref<8xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [3, 8] iterators [#loop<iterator reduction>, #loop<iterator parallel>]
    maps [affine_map<(k, j) -> (k, j)>, affine_map<(k, j) -> (j)>]
    schedule #loop.reduction<vector = 1 x 8, registers = [3, 1], order = [1, 0], cache = [0, 0], parallel = 0> at(%o, %o)
    ins(%a : memref<3x8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %sum = arith.addf %acc, %x : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// A long float sum is added up in chunks: one loop in another.
// CHECK-LABEL: loop.program @long_sum
// CHECK: scf.for
// CHECK: %[[CHUNK:.+]] = scf.for {{.+}} -> (vector<8xf32>)
// CHECK: arith.addf %{{.+}}, %[[CHUNK]] : vector<8xf32>
loop.program @long_sum(%a: memref<1000x8xf32>, %out: memref<8xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [1000, 8] iterators [#loop<iterator reduction>, #loop<iterator parallel>]
    maps [affine_map<(k, j) -> (k, j)>, affine_map<(k, j) -> (j)>]
    schedule #loop.reduction<vector = 1 x 8, registers = [1, 1], order = [1, 0], cache = [0, 0], parallel = 0> at(%o, %o)
    ins(%a : memref<1000x8xf32>) epilogue_ins() outs(%out : memref<8xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %sum = arith.addf %acc, %x : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// What lies apart is loaded one by one; what every lane reads, once.
// CHECK-LABEL: loop.program @strided
// CHECK-COUNT-4: memref.load %{{.+}} : memref<?xf32, strided<[1]>>
// CHECK: memref.load
// CHECK: vector.broadcast %{{.+}} : f32 to vector<4xf32>
// CHECK-NOT: memref.load
// CHECK: vector.store
loop.program @strided(%a: memref<4x3xf32>, %b: memref<1xf32>, %out: memref<4xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [4] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0, 1)>, affine_map<(d0) -> (0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 4, registers = [1], order = [0], cache = [0], parallel = 0> at(%o)
    ins(%a, %b : memref<4x3xf32>, memref<1xf32>) epilogue_ins() outs(%out : memref<4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %sum = arith.addf %x, %y : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// Four lanes in pairs: the second pair reads the next element, which one step
// along the vector does not show.
// CHECK-LABEL: loop.program @repeated
// CHECK: %[[FIRST:.+]] = memref.load %{{.+}}[%c0]
// CHECK: vector.insert %[[FIRST]], %{{.+}} [0]
// CHECK: vector.insert %[[FIRST]], %{{.+}} [1]
// CHECK: %[[NEXT:.+]] = memref.load %{{.+}}[%c1]
// CHECK: vector.insert %[[NEXT]], %{{.+}} [2]
// CHECK: vector.insert %[[NEXT]], %{{.+}} [3]
// CHECK: vector.store
loop.program @repeated(%a: memref<2xf32>, %out: memref<4xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [4] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0 floordiv 2)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 4, registers = [1], order = [0], cache = [0], parallel = 0> at(%o)
    ins(%a : memref<2xf32>) epilogue_ins() outs(%out : memref<4xf32>)
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

// A gather at computed places: what has no vector form is done lane by lane.
// CHECK-LABEL: loop.program @gather
// CHECK: %[[AT:.+]] = vector.load %{{.+}} vector<4xi32>
// CHECK: %[[INDEX:.+]] = arith.index_cast %[[AT]] : vector<4xi32> to vector<4xindex>
// CHECK-COUNT-4: memref.load %arg1
// CHECK: vector.store
loop.program @gather(%at: memref<4xi32>, %table: memref<9xf32>, %out: memref<4xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [4] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 4, registers = [1], order = [0], cache = [0], parallel = 0> at(%o)
    ins(%at : memref<4xi32>) epilogue_ins() outs(%out : memref<4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%i: i32, %acc: f32):
      %place = arith.index_cast %i : i32 to index
      %x = memref.load %table[%place] : memref<9xf32>
      loop.yield %x : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// A transcendental epilogue is emitted once, in a loop over the tile's rows,
// which reads the accumulators from the stack.
// CHECK-LABEL: loop.program @looped_epilogue
// CHECK: %[[SUMS:.+]]:3 = scf.for
// CHECK: %[[STACK:.+]] = memref.alloca() {alignment = 64 : i64} : memref<12xf32>
// CHECK: vector.store %[[SUMS]]#0, %[[STACK]][%c0]
// CHECK: vector.store %[[SUMS]]#1, %[[STACK]][%c4]
// CHECK: vector.store %[[SUMS]]#2, %[[STACK]][%c8]
// CHECK: scf.for %[[ROW:.+]] = %c0 to %c3
// CHECK: %[[AT:.+]] = arith.muli %[[ROW]], %c4
// CHECK: %[[SUM:.+]] = vector.load %[[STACK]][%[[AT]]]
// CHECK: %[[EXP:.+]] = math.exp %[[SUM]] : vector<4xf32>
// CHECK: vector.store %[[EXP]], %{{.+}}
// CHECK-NOT: math.exp
loop.program @looped_epilogue(%a: memref<3x5xf32>, %b: memref<5x4xf32>, %out: memref<3x4xf32>) {
  %o = arith.constant 0 : index
  loop.nest bounds [3, 4, 5] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>,
          affine_map<(d0, d1, d2) -> (d0, d1)>]
    schedule #loop.contraction<vector = 1 x 4, registers = [3, 1, 1], order = [0, 1, 2], cache = [0, 0, 0], parallel = 0> at(%o, %o, %o)
    ins(%a, %b : memref<3x5xf32>, memref<5x4xf32>) epilogue_ins() outs(%out : memref<3x4xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %p = arith.mulf %x, %y : f32
      %s = arith.addf %acc, %p : f32
      loop.yield %s : f32
    } epilogue {
    ^bb0(%acc: f32):
      %e = math.exp %acc : f32
      loop.yield %e : f32
    }
  loop.return
}
