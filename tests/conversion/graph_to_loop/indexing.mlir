// RUN: graph-opt --convert-graph-to-loop --mlir-print-local-scope -split-input-file %s | FileCheck %s
// Ops that read or write where indices say.

// CHECK-LABEL: loop.program @gather_0
// CHECK-SAME: %[[X:.+]]: tensor<2x3x4xf32>, %[[I:.+]]: tensor<5xi64>
// CHECK: loop.nest bounds [2, 5, 4]
// CHECK-SAME: [affine_map<(d0, d1, d2) -> (d1)>,
// CHECK-SAME: ins(%[[I]] : tensor<5xi64>)
// CHECK: %[[AT:.+]] = arith.index_cast
// CHECK: tensor.extract %[[X]][%{{.+}}, %[[AT]], %{{.+}}]
func.func @gather(%x: tensor<2x3x4xf32>, %i: tensor<5xi64>)
    -> tensor<2x5x4xf32> {
  %0 = graph.gather %x, %i {axis = 1 : i64}
      : (tensor<2x3x4xf32>, tensor<5xi64>) -> tensor<2x5x4xf32>
  return %0 : tensor<2x5x4xf32>
}

// -----

// CHECK-LABEL: loop.program @gather_elements_0
// CHECK: loop.nest bounds [1, 3]
// CHECK: tensor.extract
func.func @gather_elements(%x: tensor<2x3xf32>, %i: tensor<1x3xi64>)
    -> tensor<1x3xf32> {
  %0 = graph.gather_elements %x, %i {axis = 0 : i64}
      : (tensor<2x3xf32>, tensor<1x3xi64>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// -----

// CHECK-LABEL: loop.program @gather_nd_0
// CHECK: loop.nest bounds [5, 4]
// CHECK-SAME: [affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d0, 1)>,
func.func @gather_nd(%x: tensor<2x3x4xf32>, %i: tensor<5x2xi32>)
    -> tensor<5x4xf32> {
  %0 = graph.gather_nd %x, %i
      : (tensor<2x3x4xf32>, tensor<5x2xi32>) -> tensor<5x4xf32>
  return %0 : tensor<5x4xf32>
}

// -----

// CHECK-LABEL: loop.program @scatter_elements_0
// CHECK: %[[COPY:.+]] = loop.nest
// CHECK: scf.for {{.+}} iter_args(%{{.+}} = %[[COPY]])
// CHECK: arith.addf
// CHECK: tensor.insert
func.func @scatter_elements(%x: tensor<6xf32>, %i: tensor<3xi64>,
                            %u: tensor<3xf32>) -> tensor<6xf32> {
  %0 = graph.scatter_elements %x, %i, %u
      {axis = 0 : i64, kind = #graph.scatter_kind<add>}
      : (tensor<6xf32>, tensor<3xi64>, tensor<3xf32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// -----

// CHECK-LABEL: loop.program @scatter_nd_0
// CHECK: %[[COPY:.+]] = loop.nest
// CHECK: scf.for {{.+}} iter_args(%[[T:.+]] = %[[COPY]])
// CHECK: scf.for {{.+}} iter_args(%[[INNER:.+]] = %[[T]])
// CHECK: tensor.insert %{{.+}} into %[[INNER]]
func.func @scatter_nd(%x: tensor<2x3xf32>, %i: tensor<1x1xi64>,
                      %u: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.scatter_nd %x, %i, %u
      : (tensor<2x3xf32>, tensor<1x1xi64>, tensor<1x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @cumsum_0
// CHECK-SAME: %{{.+}}: tensor<2x3xf32>, %[[OUT:.+]]: tensor<2x3xf32>)
// CHECK: scf.for {{.+}} iter_args(%[[T:.+]] = %[[OUT]])
// CHECK: scf.for {{.+}} iter_args(%[[ACC:.+]] = %{{.+}}, %{{.+}} = %[[T]])
// CHECK: arith.addf %[[ACC]]
func.func @cumsum(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.cumsum %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: loop.program @topk_0
// CHECK-SAME: %[[X:.+]]: tensor<2x5xf32>, %[[V:.+]]: tensor<2x3xf32>, %[[I:.+]]: tensor<2x3xi64>)
// CHECK: %[[R:.+]]:2 = scf.for {{.+}} iter_args(%{{.+}} = %[[V]], %{{.+}} = %[[I]])
// CHECK: loop.return %[[R]]#0, %[[R]]#1
func.func @topk(%x: tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>) {
  %v, %i = graph.topk %x {axis = 1 : i64, k = 3 : i64}
      : (tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
  return %v, %i : tensor<2x3xf32>, tensor<2x3xi64>
}
