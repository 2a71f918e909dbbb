// RUN: graph-opt -convert-loop-programs -verify-diagnostics -split-input-file %s
// Arguments that a bare pointer can't stand for.

// expected-error @below {{'loop.program' op expected arguments that are static memrefs, but got '(tensor<4xf32>) -> tensor<4xf32>'}}
loop.program @tensor(%out: tensor<4xf32>) -> tensor<4xf32> {
  loop.return %out : tensor<4xf32>
}

// -----

// expected-error @below {{'loop.program' op expected arguments that are static memrefs, but got '(memref<?xf32>) -> ()'}}
loop.program @dynamic(%out: memref<?xf32>) {
  loop.return
}

// -----

// expected-error @below {{'loop.program' op expected arguments that are static memrefs, but got '(memref<4x4xf32, strided<[8, 1]>>) -> ()'}}
loop.program @strided(%out: memref<4x4xf32, strided<[8, 1]>>) {
  loop.return
}
