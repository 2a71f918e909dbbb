// RUN: graph-opt %s -graph-fold-constants=print-module -split-input-file | FileCheck %s
// RUN: graph-opt %s -graph-fold-constants -split-input-file -verify-diagnostics
// What depends on constants alone becomes one module; without an evaluator
// the network stays.

// The part that is used is returned; the add of data is no part of it.
// CHECK: func.func @main() -> tensor<4xf32> {
// CHECK: %[[A:.*]] = graph.constant dense<[1.000000e+00,
// CHECK: %[[S:.*]] = graph.sqrt %[[A]]
// CHECK: %[[B:.*]] = graph.constant dense<2.000000e+00>
// CHECK: %[[M:.*]] = graph.mul %[[S]], %[[B]]
// CHECK-NEXT: return %[[M]] : tensor<4xf32>
// CHECK-LABEL: func.func @chain
// CHECK: graph.sqrt
// CHECK: graph.add
// expected-remark @below {{2 ops on constants not folded: no evaluator}}
module {
  func.func @chain(%x: tensor<4xf32>) -> tensor<4xf32> {
    %a = graph.constant dense<[1.0, 4.0, 9.0, 16.0]> : tensor<4xf32>
    %b = graph.constant dense<2.0> : tensor<f32>
    %0 = graph.sqrt %a : (tensor<4xf32>) -> tensor<4xf32>
    %1 = graph.mul %0, %b : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %2 = graph.add %x, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return %2 : tensor<4xf32>
  }
}

// -----

// A small iota folds, a large one does not, nor what depends on it.
// CHECK: func.func @main() -> tensor<4xf32> {
// CHECK: graph.iota
// CHECK-NOT: graph.iota
// CHECK: return
// CHECK-LABEL: func.func @growing
// expected-remark @below {{2 ops on constants not folded: no evaluator}}
module {
  func.func @growing() -> (tensor<4xf32>, tensor<65536xf32>) {
    %0 = graph.iota {axis = 0 : i64} : tensor<4xf32>
    %1 = graph.neg %0 : (tensor<4xf32>) -> tensor<4xf32>
    %2 = graph.iota {axis = 0 : i64} : tensor<65536xf32>
    %3 = graph.neg %2 : (tensor<65536xf32>) -> tensor<65536xf32>
    return %1, %3 : tensor<4xf32>, tensor<65536xf32>
  }
}

// -----

// Nothing constant, nothing to say.
// CHECK-NOT: @main
// CHECK-LABEL: func.func @data
module {
  func.func @data(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = graph.neg %x : (tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}
