// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Data movement is affine maps and slices wherever it can be.

// CHECK-LABEL: loop.program @transpose_0
// CHECK: loop.nest bounds [4, 2, 3]
// CHECK-SAME: [affine_map<(d0, d1, d2) -> (d1, d2, d0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>]
func.func @transpose(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %0 = graph.transpose %x {permutation = array<i64: 2, 0, 1>}
      : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  return %0 : tensor<4x2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @broadcast_0
// CHECK: loop.nest bounds [4, 2, 3]
// CHECK-SAME: [affine_map<(d0, d1, d2) -> (0, d2)>,
func.func @broadcast(%x: tensor<1x3xf32>) -> tensor<4x2x3xf32> {
  %0 = graph.broadcast %x : tensor<1x3xf32> to tensor<4x2x3xf32>
  return %0 : tensor<4x2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @slice_0
// CHECK: loop.nest bounds [2, 2]
// CHECK-SAME: [affine_map<(d0, d1) -> (-d0 + 2, d1 * 3 + 1)>,
func.func @slice(%x: tensor<4x5xf32>) -> tensor<2x2xf32> {
  %0 = graph.slice %x {starts = array<i64: 2, 1>, sizes = array<i64: 2, 2>,
      steps = array<i64: -1, 3>} : (tensor<4x5xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: loop.program @concat_0
// CHECK-SAME: %[[A:.+]]: tensor<2x1xf32>, %[[B:.+]]: tensor<2x2xf32>, %[[OUT:.+]]: tensor<2x3xf32>)
// CHECK: %[[R:.+]] = tensor.insert_slice %[[A]] into %[[OUT]][0, 0] [2, 1] [1, 1]
// CHECK: %[[S:.+]] = tensor.insert_slice %[[B]] into %[[R]][0, 1] [2, 2] [1, 1]
// CHECK: loop.return %[[S]]
func.func @concat(%a: tensor<2x1xf32>, %b: tensor<2x2xf32>) -> tensor<2x3xf32> {
  %0 = graph.concat %a, %b {axis = 1 : i64}
      : (tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @pad_0
// CHECK-SAME: %[[X:.+]]: tensor<4xf32>, %[[OUT:.+]]: tensor<5xf32>)
// CHECK: %[[PART:.+]] = tensor.extract_slice %[[X]][1] [3] [1]
// CHECK: %[[INSIDE:.+]] = tensor.insert_slice %[[PART]] into %[[OUT]][0] [3] [1]
// CHECK: %[[HIGH:.+]] = tensor.extract_slice %[[INSIDE]][3] [2] [1]
// CHECK: %[[FILL:.+]] = loop.nest bounds [2] {{.+}} outs(%[[HIGH]]
// CHECK: arith.constant 5.000000e-01
// CHECK: tensor.insert_slice %[[FILL]] into %[[INSIDE]][3] [2] [1]
func.func @pad(%x: tensor<4xf32>) -> tensor<5xf32> {
  %v = graph.constant dense<0.5> : tensor<f32>
  %0 = graph.pad %x, %v {low = array<i64: -1>, high = array<i64: 2>}
      : (tensor<4xf32>, tensor<f32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

// Strips around the inside: rows first, then columns between them.
// CHECK-LABEL: loop.program @pad_0
// CHECK-SAME: %[[X:.+]]: tensor<2x3xf32>, %{{.+}}: tensor<5x5xf32>)
// CHECK: tensor.insert_slice %[[X]] into %{{.+}}[1, 1] [2, 3] [1, 1]
// CHECK: loop.nest bounds [1, 5]
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 0] [1, 5] [1, 1]
// CHECK: loop.nest bounds [2, 5]
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[3, 0] [2, 5] [1, 1]
// CHECK: loop.nest bounds [2, 1]
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[1, 0] [2, 1] [1, 1]
// CHECK: loop.nest bounds [2, 1]
// CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[1, 4] [2, 1] [1, 1]
// CHECK-NOT: loop.nest
// CHECK: loop.return
func.func @strips(%x: tensor<2x3xf32>) -> tensor<5x5xf32> {
  %0 = graph.pad %x {low = array<i64: 1, 1>, high = array<i64: 2, 1>}
      : (tensor<2x3xf32>) -> tensor<5x5xf32>
  return %0 : tensor<5x5xf32>
}

// -----

// Nothing inside: one strip is all there is.
// CHECK-LABEL: loop.program @pad_0
// CHECK: loop.nest bounds [3, 2]
// CHECK-NOT: loop.nest
// CHECK: loop.return
func.func @empty(%x: tensor<0x2xf32>) -> tensor<3x2xf32> {
  %0 = graph.pad %x {low = array<i64: 3, 0>, high = array<i64: 0, 0>}
      : (tensor<0x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

// CHECK-LABEL: loop.program @pad_0
// CHECK: loop.index 0
// CHECK: arith.remsi
// CHECK: tensor.extract
func.func @reflect(%x: tensor<4xf32>) -> tensor<6xf32> {
  %0 = graph.pad %x {low = array<i64: 1>, high = array<i64: 1>,
      mode = #graph.pad_mode<reflect>} : (tensor<4xf32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// -----

// CHECK-LABEL: loop.program @iota_0
// CHECK: loop.index 1
// CHECK: arith.sitofp
func.func @iota() -> tensor<2x3xf32> {
  %0 = graph.iota {axis = 1 : i64} : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// What the program computes is inserted first, so that it can be in its place.
// CHECK-LABEL: loop.program @neg_concat_0
// CHECK-SAME: %[[A:.+]]: tensor<2x2xf32>, %[[B:.+]]: tensor<2x1xf32>, %[[OUT:.+]]: tensor<2x3xf32>)
// CHECK: %[[N:.+]] = loop.nest
// CHECK: %[[R:.+]] = tensor.insert_slice %[[N]] into %[[OUT]][0, 1] [2, 2] [1, 1]
// CHECK: tensor.insert_slice %[[B]] into %[[R]][0, 0] [2, 1] [1, 1]
func.func @computed_concat(%a: tensor<2x2xf32>, %b: tensor<2x1xf32>) -> tensor<2x3xf32> {
  %0 = graph.fused (%x = %a : tensor<2x2xf32>, %y = %b : tensor<2x1xf32>) -> (tensor<2x3xf32>) {
    %1 = graph.neg %x : (tensor<2x2xf32>) -> tensor<2x2xf32>
    %2 = graph.concat %y, %1 {axis = 1 : i64} : (tensor<2x1xf32>, tensor<2x2xf32>) -> tensor<2x3xf32>
    graph.yield %2 : tensor<2x3xf32>
  }
  return %0 : tensor<2x3xf32>
}
