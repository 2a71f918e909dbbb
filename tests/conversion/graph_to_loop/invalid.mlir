// RUN: graph-opt --convert-graph-to-loop -split-input-file -verify-diagnostics %s
// What can't be lowered is said by op and dimension.

// expected-error @+1 {{dynamic shapes are not supported yet: input 'x' has dynamic dimension 1 in 'tensor<2x?xf32>'; bind it by --input-shape}}
func.func @named_input(%x: tensor<2x?xf32> {graph.name = "x"}) -> tensor<2x?xf32> {
  %0 = graph.exp %x : (tensor<2x?xf32>) -> tensor<2x?xf32>
  return %0 : tensor<2x?xf32>
}

// -----

// expected-error @+1 {{dynamic shapes are not supported yet: argument 0 has dynamic dimension 0}}
func.func @input(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = graph.exp %x : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @op(%x: tensor<2xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{dynamic shapes are not supported yet: graph.reshape has dynamic dimension 0 in 'tensor<?xf32>'; bind it by --input-shape}}
  %0 = graph.reshape %x : tensor<2xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}
