// RUN: graph-opt -canonicalize %s | FileCheck %s
// Views that change nothing, and views of views.

// CHECK-LABEL: func.func @same_shape
// CHECK-SAME: (%[[X:.+]]: tensor<2x4xf32>)
// CHECK-NEXT: return %[[X]]
func.func @same_shape(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %v = loop.view %x : tensor<2x4xf32> to tensor<2x4xf32>
  return %v : tensor<2x4xf32>
}

// CHECK-LABEL: func.func @view_of_view
// CHECK-SAME: (%[[X:.+]]: tensor<2x4xf32>)
// CHECK-NEXT: %[[V:.+]] = loop.view %[[X]] : tensor<2x4xf32> to tensor<8x1xf32>
// CHECK-NEXT: return %[[V]]
func.func @view_of_view(%x: tensor<2x4xf32>) -> tensor<8x1xf32> {
  %v = loop.view %x : tensor<2x4xf32> to tensor<8xf32>
  %w = loop.view %v : tensor<8xf32> to tensor<8x1xf32>
  return %w : tensor<8x1xf32>
}

// There and back.
// CHECK-LABEL: func.func @back
// CHECK-SAME: (%[[X:.+]]: tensor<2x4xf32>)
// CHECK-NEXT: return %[[X]]
func.func @back(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %v = loop.view %x : tensor<2x4xf32> to tensor<8xf32>
  %w = loop.view %v : tensor<8xf32> to tensor<2x4xf32>
  return %w : tensor<2x4xf32>
}
