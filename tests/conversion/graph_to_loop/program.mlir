// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// How functions, constants, views and fused regions become programs.

// CHECK-LABEL: loop.program @add_0
// CHECK-SAME: (%[[A:.+]]: tensor<2x3xi8>, %[[B:.+]]: tensor<3xi8>, %[[OUT:.+]]: tensor<2x3xi8>) -> tensor<2x3xi8>
// CHECK: %[[R:.+]] = loop.nest bounds [2, 3]
// CHECK-SAME: ins(%[[A]], %[[B]] : tensor<2x3xi8>, tensor<3xi8>)
// CHECK-SAME: outs(%[[OUT]] : tensor<2x3xi8>)
// CHECK: loop.return %[[R]]
// CHECK-LABEL: func.func @storage_types
// CHECK-SAME: %[[X:.+]]: tensor<2x3xi8> {graph.name = "x", graph.type = ui8}
// CHECK-SAME: -> (tensor<6xi8> {graph.type = ui8}, tensor<2xi32>)
// CHECK: %[[C:.+]] = arith.constant dense<[1, 2, -1]> : tensor<3xi8>
// CHECK: %[[D:.+]] = arith.constant dense<[1, 2]> : tensor<2xi32>
// CHECK: %[[CALL:.+]] = loop.call @add_0(%[[X]], %[[C]])
// CHECK: %[[VIEW:.+]] = loop.view %[[CALL]] : tensor<2x3xi8> to tensor<6xi8>
// CHECK: return %[[VIEW]], %[[D]]
func.func @storage_types(%x: tensor<2x3xui8> {graph.name = "x"})
    -> (tensor<6xui8>, tensor<2xi32>) {
  %c = graph.constant dense<[1, 2, 255]> : tensor<3xui8>
  %d = graph.constant dense<[1, 2]> : tensor<2xi32>
  %0 = graph.add %x, %c : (tensor<2x3xui8>, tensor<3xui8>) -> tensor<2x3xui8>
  %1 = graph.reshape %0 : tensor<2x3xui8> to tensor<6xui8>
  return %1, %d : tensor<6xui8>, tensor<2xi32>
}

// -----

// Booleans are bytes in memory and bits in arithmetic.
// CHECK-LABEL: loop.program @or_0
// CHECK: ^bb0(%[[A:.+]]: i8, %[[B:.+]]: i8, %{{.+}}: i8):
// CHECK: %[[X:.+]] = arith.cmpi ne, %[[A]]
// CHECK: %[[Y:.+]] = arith.cmpi ne, %[[B]]
// CHECK: %[[OR:.+]] = arith.ori %[[X]], %[[Y]] : i1
// CHECK: arith.extui %[[OR]] : i1 to i8
// CHECK-LABEL: func.func @booleans
// CHECK-SAME: -> (tensor<3xi8> {graph.type = i1})
// CHECK: arith.constant dense<[1, 0, 1]> : tensor<3xi8>
func.func @booleans(%x: tensor<3xi1>) -> tensor<3xi1> {
  %c = graph.constant dense<[true, false, true]> : tensor<3xi1>
  %0 = graph.or %x, %c : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  return %0 : tensor<3xi1>
}

// -----

// Splat constants become scalars of the program.
// CHECK-LABEL: loop.program @mul_0
// CHECK-SAME: (%{{.+}}: tensor<4xf32>, %{{.+}}: tensor<4xf32>) -> tensor<4xf32>
// CHECK: combine
// CHECK: %[[C:.+]] = arith.constant 5.000000e-01 : f32
// CHECK: arith.mulf %{{.+}}, %[[C]]
// CHECK-LABEL: func.func @splat
// CHECK-NOT: arith.constant
// CHECK: loop.call @mul_0(%{{[^,]+}}) :
func.func @splat(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c = graph.constant dense<0.5> : tensor<f32>
  %0 = graph.mul %x, %c : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// What a reshape ends is computed into the destination reshaped; arguments and
// values that are returned twice are copied.
// CHECK-LABEL: loop.program @exp_0
// CHECK-SAME: (%[[X:.+]]: tensor<2x3xf32>, %[[O0:.+]]: tensor<6xf32>, %[[O1:.+]]: tensor<2x3xf32>, %[[O2:.+]]: tensor<2x3xf32>)
// CHECK: %[[D:.+]] = tensor.expand_shape %[[O0]]
// CHECK: %[[R:.+]] = loop.nest {{.+}} outs(%[[D]] : tensor<2x3xf32>)
// CHECK: %[[R0:.+]] = tensor.collapse_shape %[[R]]
// CHECK: %[[R1:.+]] = loop.nest {{.+}} ins(%[[X]] : {{.+}} outs(%[[O1]] : tensor<2x3xf32>)
// CHECK: %[[R2:.+]] = loop.nest {{.+}} ins(%[[R]] : {{.+}} outs(%[[O2]] : tensor<2x3xf32>)
// CHECK: loop.return %[[R0]], %[[R1]], %[[R2]]
func.func @results(%a: tensor<2x3xf32>)
    -> (tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %r:3 = graph.fused (%x = %a : tensor<2x3xf32>)
      -> (tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
    %0 = graph.exp %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %1 = graph.reshape %0 : tensor<2x3xf32> to tensor<6xf32>
    graph.yield %1, %x, %0 : tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>
  }
  return %r#0, %r#1, %r#2 : tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// Control flow reads booleans from bytes.
// CHECK-LABEL: func.func @control_flow
// CHECK-SAME: %[[C:.+]]: tensor<i8> {graph.type = i1}
// CHECK: %[[BYTE:.+]] = tensor.extract %[[C]][] : tensor<i8>
// CHECK: %[[BIT:.+]] = arith.cmpi ne, %[[BYTE]]
// CHECK: scf.if %[[BIT]] -> (tensor<2xi8>)
// CHECK: loop.call @add_0
func.func @control_flow(%c: tensor<i1>, %x: tensor<2xui8>) -> tensor<2xui8> {
  %bit = tensor.extract %c[] : tensor<i1>
  %r = scf.if %bit -> (tensor<2xui8>) {
    %0 = graph.add %x, %x : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xui8>
    scf.yield %0 : tensor<2xui8>
  } else {
    scf.yield %x : tensor<2xui8>
  }
  return %r : tensor<2xui8>
}
