// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt -mlir-print-op-generic %s | graph-opt | FileCheck %s
// Every elementwise op is parsed, verified, printed and parsed again.

// CHECK-LABEL: func @unary_float(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>)
// CHECK: graph.abs %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.neg %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.sign %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.floor %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.ceil %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.round %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.sqrt %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.rsqrt %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.reciprocal %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.exp %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.log %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.erf %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.sin %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.cos %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.tan %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.asin %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.acos %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.atan %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.sinh %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.cosh %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.tanh %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.asinh %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.acosh %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.atanh %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.relu %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.sigmoid %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.softplus %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.softsign %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.hard_swish %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.mish %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @unary_float(%x: tensor<2x3xf32>) {
  %0 = graph.abs %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.neg %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = graph.sign %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = graph.floor %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = graph.ceil %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = graph.round %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = graph.sqrt %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = graph.rsqrt %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = graph.reciprocal %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %9 = graph.exp %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %10 = graph.log %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %11 = graph.erf %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %12 = graph.sin %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %13 = graph.cos %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %14 = graph.tan %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %15 = graph.asin %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %16 = graph.acos %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %17 = graph.atan %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %18 = graph.sinh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %19 = graph.cosh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %20 = graph.tanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %21 = graph.asinh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %22 = graph.acosh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %23 = graph.atanh %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %24 = graph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %25 = graph.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %26 = graph.softplus %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %27 = graph.softsign %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %28 = graph.hard_swish %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %29 = graph.mish %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func @unary_other(
// CHECK-SAME: %[[I:.*]]: tensor<2x3xi32>, %[[U:.*]]: tensor<2x3xui8>, %[[B:.*]]: tensor<2x3xi1>)
// CHECK: graph.abs %[[I]] : (tensor<2x3xi32>) -> tensor<2x3xi32>
// CHECK: graph.neg %[[I]] : (tensor<2x3xi32>) -> tensor<2x3xi32>
// CHECK: graph.sign %[[U]] : (tensor<2x3xui8>) -> tensor<2x3xui8>
// CHECK: graph.relu %[[I]] : (tensor<2x3xi32>) -> tensor<2x3xi32>
// CHECK: graph.not %[[B]] : (tensor<2x3xi1>) -> tensor<2x3xi1>
// CHECK: graph.bitwise_not %[[U]] : (tensor<2x3xui8>) -> tensor<2x3xui8>
func.func @unary_other(%i: tensor<2x3xi32>, %u: tensor<2x3xui8>, %b: tensor<2x3xi1>) {
  %0 = graph.abs %i : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %1 = graph.neg %i : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %2 = graph.sign %u : (tensor<2x3xui8>) -> tensor<2x3xui8>
  %3 = graph.relu %i : (tensor<2x3xi32>) -> tensor<2x3xi32>
  %4 = graph.not %b : (tensor<2x3xi1>) -> tensor<2x3xi1>
  %5 = graph.bitwise_not %u : (tensor<2x3xui8>) -> tensor<2x3xui8>
  return
}

// CHECK-LABEL: func @unary_with_attributes(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[U:.*]]: tensor<2x3xui8>)
// CHECK: graph.leaky_relu %[[X]] {alpha = 1.000000e-02 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.elu %[[X]] {alpha = 1.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.hard_sigmoid %[[X]] {alpha = 2.000000e-01 : f64, beta = 5.000000e-01 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.gelu %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.gelu %[[X]] {tanh_approximation} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.is_nan %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xi1>
// CHECK: graph.is_inf %[[X]] : (tensor<2x3xf32>) -> tensor<2x3xi1>
// CHECK: graph.is_inf %[[X]] {negative = false} : (tensor<2x3xf32>) -> tensor<2x3xi1>
// CHECK: graph.clamp %[[X]] {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: graph.clamp %[[U]] {max = 0x7FF0000000000000 : f64, min = 0.000000e+00 : f64} : (tensor<2x3xui8>) -> tensor<2x3xui8>
// CHECK: graph.cast %[[X]] {to = ui8} : (tensor<2x3xf32>) -> tensor<2x3xui8>
// CHECK: graph.cast %[[U]] {to = f16} : (tensor<2x3xui8>) -> tensor<2x3xf16>
func.func @unary_with_attributes(%x: tensor<2x3xf32>, %u: tensor<2x3xui8>) {
  %0 = graph.leaky_relu %x {alpha = 1.000000e-02 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.elu %x {alpha = 1.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = graph.hard_sigmoid %x {alpha = 2.000000e-01 : f64, beta = 5.000000e-01 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = graph.gelu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = graph.gelu %x {tanh_approximation} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = graph.is_nan %x : (tensor<2x3xf32>) -> tensor<2x3xi1>
  %6 = graph.is_inf %x : (tensor<2x3xf32>) -> tensor<2x3xi1>
  %7 = graph.is_inf %x {negative = false} : (tensor<2x3xf32>) -> tensor<2x3xi1>
  %8 = graph.clamp %x {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %9 = graph.clamp %u {max = 0x7FF0000000000000 : f64, min = 0.000000e+00 : f64} : (tensor<2x3xui8>) -> tensor<2x3xui8>
  %10 = graph.cast %x {to = ui8} : (tensor<2x3xf32>) -> tensor<2x3xui8>
  %11 = graph.cast %u {to = f16} : (tensor<2x3xui8>) -> tensor<2x3xf16>
  return
}

// CHECK-LABEL: func @binary_float(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<3xf32>)
// CHECK: graph.add %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.sub %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.mul %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.div %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.min %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.max %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.prelu %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.equal %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
// CHECK: graph.less %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
// CHECK: graph.less_equal %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
// CHECK: graph.greater %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
// CHECK: graph.greater_equal %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
// CHECK: graph.pow %[[X]], %[[Y]] : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.mod %[[X]], %[[Y]] {fmod} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
func.func @binary_float(%x: tensor<2x3xf32>, %y: tensor<3xf32>) {
  %0 = graph.add %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = graph.sub %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %2 = graph.mul %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %3 = graph.div %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %4 = graph.min %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %5 = graph.max %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %6 = graph.prelu %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %7 = graph.equal %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %8 = graph.less %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %9 = graph.less_equal %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %10 = graph.greater %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %11 = graph.greater_equal %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %12 = graph.pow %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %13 = graph.mod %x, %y {fmod} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// CHECK-LABEL: func @binary_other(
// CHECK-SAME: %[[I:.*]]: tensor<2x3xi32>, %[[J:.*]]: tensor<3xi32>, %[[B:.*]]: tensor<2x3xi1>, %[[C:.*]]: tensor<i1>)
// CHECK: graph.bitwise_and %[[I]], %[[J]] : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK: graph.bitwise_or %[[I]], %[[J]] : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK: graph.bitwise_xor %[[I]], %[[J]] : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK: graph.shift_left %[[I]], %[[J]] : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK: graph.shift_right %[[I]], %[[J]] : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK: graph.and %[[B]], %[[C]] : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
// CHECK: graph.or %[[B]], %[[C]] : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
// CHECK: graph.xor %[[B]], %[[C]] : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
// CHECK: graph.mod %[[I]], %[[J]] : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK: graph.equal %[[B]], %[[C]] : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
func.func @binary_other(%i: tensor<2x3xi32>, %j: tensor<3xi32>, %b: tensor<2x3xi1>, %c: tensor<i1>) {
  %0 = graph.bitwise_and %i, %j : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %1 = graph.bitwise_or %i, %j : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %2 = graph.bitwise_xor %i, %j : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %3 = graph.shift_left %i, %j : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %4 = graph.shift_right %i, %j : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %5 = graph.and %b, %c : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  %6 = graph.or %b, %c : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  %7 = graph.xor %b, %c : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  %8 = graph.mod %i, %j : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %9 = graph.equal %b, %c : (tensor<2x3xi1>, tensor<i1>) -> tensor<2x3xi1>
  return
}

// CHECK-LABEL: func @mixed(
// CHECK-SAME: %[[B:.*]]: tensor<2x1xi1>, %[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<3xf32>, %[[I:.*]]: tensor<2x3xi32>)
// CHECK: graph.where %[[B]], %[[X]], %[[Y]] : (tensor<2x1xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK: graph.pow %[[X]], %[[I]] : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
func.func @mixed(%b: tensor<2x1xi1>, %x: tensor<2x3xf32>, %y: tensor<3xf32>, %i: tensor<2x3xi32>) {
  %0 = graph.where %b, %x, %y : (tensor<2x1xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = graph.pow %x, %i : (tensor<2x3xf32>, tensor<2x3xi32>) -> tensor<2x3xf32>
  return
}
