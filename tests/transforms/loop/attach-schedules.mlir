// RUN: graph-opt -loop-attach-schedules %s | FileCheck %s
// Default schedules on a machine with 16 registers of 8 floats.

module attributes {loop.target = #loop.cpu_target<"x86-64", "avx2,fma", vector_bits = 256,
  registers = 16, l1_bytes = 32768, l2_bytes = 1048576, l3_bytes = 33554432>} {

// Three vectors by three rows, two steps at a time: 9 accumulators, three vectors of
// the panel, a broadcast. Four rows would leave no register for the next broadcast.
// Columns outermost, so that a panel stays while the rows pass.
// CHECK-LABEL: loop.program @product
// CHECK: schedule #loop.contraction<vector = 1 x 8, registers = [3, 3, 2], order = [1, 0, 2], cache = [0, 0, 0], parallel = 1, prefetch = true>
loop.program @product(%a: memref<96x64xf32>, %b: memref<64x512xf32>, %out: memref<96x512xf32>) {
  loop.nest bounds [96, 512, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>]
    ins(%a, %b : memref<96x64xf32>, memref<64x512xf32>) epilogue_ins() outs(%out : memref<96x512xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// A matrix by a vector has only the reduction to run along; little work stays
// on one thread.
// CHECK-LABEL: loop.program @matrix_by_vector
// CHECK: schedule #loop.reduction<vector = 1 x 8, registers = [1, 4], order = [0, 1], cache = [0, 0], parallel = 0>
loop.program @matrix_by_vector(%a: memref<16x64xf32>, %b: memref<64xf32>, %out: memref<16xf32>) {
  loop.nest bounds [16, 64] iterators [#loop<iterator parallel>, #loop<iterator reduction>]
    maps [affine_map<(i, k) -> (i, k)>, affine_map<(i, k) -> (k)>, affine_map<(i, k) -> (i)>]
    ins(%a, %b : memref<16x64xf32>, memref<64xf32>) epilogue_ins() outs(%out : memref<16xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %y: f32, %acc: f32):
      %product = arith.mulf %x, %y : f32
      %sum = arith.addf %acc, %product : f32
      loop.yield %sum : f32
    } epilogue {
    ^bb0(%acc: f32):
      loop.yield %acc : f32
    }
  loop.return
}

// Sums of columns run along the columns; the window is unrolled.
// CHECK-LABEL: loop.program @columns
// CHECK: schedule #loop.reduction<vector = 1 x 8, registers = [5, 8], order = [1, 0], cache = [0, 0], parallel = 0>
loop.program @columns(%a: memref<5x64xf32>, %out: memref<64xf32>) {
  loop.nest bounds [5, 64] iterators [#loop<iterator reduction>, #loop<iterator parallel>]
    maps [affine_map<(k, j) -> (k, j)>, affine_map<(k, j) -> (j)>]
    ins(%a : memref<5x64xf32>) epilogue_ins() outs(%out : memref<64xf32>)
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

// Vectors of four where there are only five elements.
// CHECK-LABEL: loop.program @short
// CHECK: schedule #loop.elementwise<vector = 0 x 4, registers = [1], order = [0], cache = [0], parallel = 0>
loop.program @short(%a: memref<5xf32>, %out: memref<5xf32>) {
  loop.nest bounds [5] iterators [#loop<iterator parallel>]
    maps [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>]
    ins(%a : memref<5xf32>) epilogue_ins() outs(%out : memref<5xf32>)
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

// A transpose stores whole vectors, and gathers along the cache lines it reads.
// CHECK-LABEL: loop.program @transpose
// CHECK: schedule #loop.elementwise<vector = 1 x 8, registers = [1, 4], order = [1, 0], cache = [0, 0], parallel = 0>
loop.program @transpose(%a: memref<64x32xf32>, %out: memref<32x64xf32>) {
  loop.nest bounds [32, 64] iterators [#loop<iterator parallel>, #loop<iterator parallel>]
    maps [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>]
    ins(%a : memref<64x32xf32>) epilogue_ins() outs(%out : memref<32x64xf32>)
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

// Two accumulators have no one way to join lanes: scalar along the reduction.
// CHECK-LABEL: loop.program @largest_and_where
// CHECK: schedule #loop.reduction<vector = -1 x 1,
loop.program @largest_and_where(%a: memref<64xf32>, %out: memref<i64>) {
  loop.nest bounds [64] iterators [#loop<iterator reduction>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>]
    ins(%a : memref<64xf32>) epilogue_ins() outs(%out : memref<i64>)
    init {
      %low = arith.constant 0xFF800000 : f32
      %first = arith.constant 0 : i64
      loop.yield %low, %first : f32, i64
    } combine {
    ^bb0(%x: f32, %best: f32, %at: i64):
      %i = loop.index 0
      %wide = arith.index_cast %i : index to i64
      %more = arith.cmpf ogt, %x, %best : f32
      %next = arith.select %more, %x, %best : f32
      %next_at = arith.select %more, %wide, %at : i64
      loop.yield %next, %next_at : f32, i64
    } epilogue {
    ^bb0(%best: f32, %at: i64):
      loop.yield %at : i64
    }
  loop.return
}

// What has no vector form is scalar.
// CHECK-LABEL: loop.program @branch
// CHECK: schedule #loop.elementwise<vector = -1 x 1,
loop.program @branch(%a: memref<64xf32>, %out: memref<64xf32>) {
  loop.nest bounds [64] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    ins(%a : memref<64xf32>) epilogue_ins() outs(%out : memref<64xf32>)
    init {
      %zero = arith.constant 0.0 : f32
      loop.yield %zero : f32
    } combine {
    ^bb0(%x: f32, %acc: f32):
      %positive = arith.cmpf ogt, %x, %acc : f32
      %y = scf.if %positive -> f32 {
        %root = math.sqrt %x : f32
        scf.yield %root : f32
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

// A schedule that is there stays.
// CHECK-LABEL: loop.program @scheduled
// CHECK: schedule #loop.elementwise<vector = 0 x 2, registers = [1], order = [0], cache = [0], parallel = 0>
loop.program @scheduled(%a: memref<64xf32>, %out: memref<64xf32>) {
  loop.nest bounds [64] iterators [#loop<iterator parallel>]
    maps [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>]
    schedule #loop.elementwise<vector = 0 x 2, registers = [1], order = [0], cache = [0], parallel = 0>
    ins(%a : memref<64xf32>) epilogue_ins() outs(%out : memref<64xf32>)
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

// An empty nest gets a legal one, too.
// CHECK-LABEL: loop.program @empty
// CHECK: schedule #loop.reduction<vector = 2 x 8, registers = [1, 5, 1],
loop.program @empty(%a: memref<0x5x8xf32>, %out: memref<0x8xf32>) {
  loop.nest bounds [0, 5, 8] iterators [#loop<iterator parallel>, #loop<iterator reduction>, #loop<iterator parallel>]
    maps [affine_map<(i, k, j) -> (i, k, j)>, affine_map<(i, k, j) -> (i, j)>]
    ins(%a : memref<0x5x8xf32>) epilogue_ins() outs(%out : memref<0x8xf32>)
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

}
