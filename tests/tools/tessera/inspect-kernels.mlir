// RUN: tessera compile %s --target cpu:x86-64-v3 -o %t.so
// RUN: tessera inspect %t.so | FileCheck %s
// RUN: tessera inspect %t.so --json | python3 -m json.tool | FileCheck %s --check-prefix=JSON
// Kernels by how they are computed and how they round, and what was not fused.
// CHECK: transpose_{{[0-9]+}}: 0 flops
// CHECK-NEXT: sources: conv
// CHECK-NEXT: schedule:
// CHECK-NEXT: error bound: exact
// CHECK-NEXT: conv_silu_
// CHECK-NEXT: sources: conv;silu
// CHECK-NEXT: schedule: #loop.winograd<
// CHECK-NEXT: algorithm: winograd F(4x4, 3x3)
// CHECK-NEXT: error bound: conv 2.92e-06 of Winograd's transforms of magnitudes; silu 1.19e-06 of |result| + 1.19e-07 of |operand|
// CHECK: sources: add
// CHECK-NEXT: schedule: #loop.elementwise
// CHECK-NEXT: error bound: add 1.19e-07 of |result|
// CHECK-NEXT: not fused: graph.add with graph.transpose because a value between them is used elsewhere
// CHECK: sources: transposed
// CHECK-NEXT: schedule: #loop.
// CHECK-NOT: "phases
// CHECK-NEXT: algorithm: phases, 4 nests
// CHECK-NEXT: error bound: conv_transpose 7.87e-06 of sum of |products|
// CHECK: sources: depthwise
// CHECK-NEXT: schedule: #loop.contraction
// CHECK-NEXT: algorithm: clipped windows, 9 nests
// CHECK-NEXT: error bound: conv 9.54e-07 of sum of |products|
// CHECK: sources: matmul
// CHECK-NEXT: schedule: #loop.contraction
// CHECK-NEXT: algorithm: direct
// CHECK-NEXT: error bound: matmul 1.50e-06 of sum of |products|
// CHECK: sources: softmax
// CHECK-NEXT: schedule: #loop.reduction
// CHECK-NEXT: error bound: softmax 2.86e-06 of |result| + 1.19e-07 of |result| * (D + mean D), D = largest - input
// CHECK: build record: {
// CHECK-NOT: explanations

// JSON: "name": "conv_silu_
// JSON: "algorithm": [
// JSON-NEXT: "winograd F(4x4, 3x3)"
// JSON-NEXT: ],
// JSON-NEXT: "error_bound": [
// JSON-NEXT: "conv 2.92e-06 of Winograd's transforms of magnitudes",
// JSON-NEXT: "silu 1.19e-06 of |result| + 1.19e-07 of |operand|"
// JSON-NEXT: ],
// JSON-NEXT: "not_fused": []
// JSON: "sources": "add"
// JSON: "algorithm": [],
// JSON: "not_fused": [
// JSON-NEXT: "graph.add with graph.transpose because a value between them is used elsewhere"
// JSON: "build_record": {
// JSON-NOT: explanations

// By plain loops the same convolution rounds as a sum does. Explanations are in
// the same order each time.
// RUN: tessera compile %s --target cpu:x86-64-v3 --accuracy exact -o %t.exact.so
// RUN: tessera inspect %t.exact.so | FileCheck %s --check-prefix=EXACT
// RUN: tessera compile %s --target cpu:x86-64-v3 --accuracy exact --threads 1 -o %t.again.so
// RUN: cmp %t.exact.so %t.again.so
// EXACT: sources: conv;silu
// EXACT-NEXT: schedule: #loop.elementwise
// EXACT-NEXT: algorithm: direct
// EXACT-NEXT: error bound: conv 5.96e-06 of sum of |products|; silu

func.func @main(%x: tensor<1x64x28x28xf32> {graph.name = "x"})
    -> (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>, tensor<1x32x56x56xf32>, tensor<1x64x28x28xf32>, tensor<1x64x28x16xf32>) {
  // Weights that differ, without a page of digits.
  %i = graph.constant dense<0.01> : tensor<64x64x3x3xf32>
  %w = graph.cumsum %i {axis = 1 : i64} : (tensor<64x64x3x3xf32>) -> tensor<64x64x3x3xf32>
  %c = graph.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32> loc("conv")
  %s = graph.silu %c {alpha = 1.0 : f64} : (tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32> loc("silu")
  // The convolution's result is used twice.
  %r = graph.add %s, %x : (tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32> loc("add")
  %i1 = graph.constant dense<0.01> : tensor<64x32x4x4xf32>
  %w1 = graph.cumsum %i1 {axis = 1 : i64} : (tensor<64x32x4x4xf32>) -> tensor<64x32x4x4xf32>
  %t = graph.conv_transpose %x, %w1 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, output_pads = array<i64: 0, 0>}
      : (tensor<1x64x28x28xf32>, tensor<64x32x4x4xf32>) -> tensor<1x32x56x56xf32> loc("transposed")
  %i2 = graph.constant dense<0.01> : tensor<64x1x3x3xf32>
  %w2 = graph.cumsum %i2 {axis = 0 : i64} : (tensor<64x1x3x3xf32>) -> tensor<64x1x3x3xf32>
  %d = graph.conv %x, %w2 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, groups = 64 : i64}
      : (tensor<1x64x28x28xf32>, tensor<64x1x3x3xf32>) -> tensor<1x64x28x28xf32> loc("depthwise")
  %i3 = graph.constant dense<0.01> : tensor<28x16xf32>
  %w3 = graph.cumsum %i3 {axis = 0 : i64} : (tensor<28x16xf32>) -> tensor<28x16xf32>
  %m = graph.matmul %x, %w3 : (tensor<1x64x28x28xf32>, tensor<28x16xf32>) -> tensor<1x64x28x16xf32> loc("matmul")
  %p = graph.softmax %m {axis = 3 : i64} : (tensor<1x64x28x16xf32>) -> tensor<1x64x28x16xf32> loc("softmax")
  return %s, %r, %t, %d, %p : tensor<1x64x28x28xf32>, tensor<1x64x28x28xf32>, tensor<1x32x56x56xf32>, tensor<1x64x28x28xf32>, tensor<1x64x28x16xf32>
}
