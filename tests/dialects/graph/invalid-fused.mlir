// RUN: graph-opt -verify-diagnostics -split-input-file %s
// graph.fused whose region does not fit.

func.func @fused_c1(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.fused' op expected block arguments of types 'tensor<4xf32>', but got 'tensor<5xf32>'}}
  %0 = "graph.fused"(%x) ({
  ^bb0(%a: tensor<5xf32>):
    %1 = graph.constant dense<1.0> : tensor<4xf32>
    graph.yield %1 : tensor<4xf32>
  }) : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @fused_c2_terminator(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.fused' op expected graph.yield at the end, but got llvm.unreachable}}
  %0 = graph.fused (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) {
    llvm.unreachable
  }
  return
}

// -----

func.func @fused_c2_types(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.fused' op expected to yield 'tensor<5xf32>', but got 'tensor<4xf32>'}}
  %0 = graph.fused (%a = %x : tensor<4xf32>) -> (tensor<5xf32>) {
    graph.yield %a : tensor<4xf32>
  }
  return
}

// -----

func.func @fused_c3_dialect(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.fused' op expected unfused graph ops inside, but got math.exp}}
  %0 = graph.fused (%a = %x : tensor<4xf32>) -> (tensor<4xf32>) {
    %1 = math.exp %a : tensor<4xf32>
    graph.yield %1 : tensor<4xf32>
  }
  return
}

// -----

func.func @fused_c3_nested() {
  // expected-error @below {{'graph.fused' op expected unfused graph ops inside, but got graph.fused}}
  graph.fused () -> () {
    graph.fused () -> () {
      graph.yield
    }
    graph.yield
  }
  return
}

// -----

func.func @yield_elsewhere() {
  // expected-error @below {{'graph.yield' op expects parent op 'graph.fused'}}
  graph.yield
}

// -----

func.func @captured(%x: tensor<4xf32>) {
  // expected-note @below {{required by region isolation constraints}}
  %0 = graph.fused () -> (tensor<4xf32>) {
    // expected-error @below {{'graph.exp' op using value defined outside the region}}
    %1 = graph.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    graph.yield %1 : tensor<4xf32>
  }
  return
}
