//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// erf. In f64 four intervals have a rational function each (fdlibm's s_erf.c):
// coefficients are selected, not results. In f32 there are two polynomials
// (N. Juffa's, published with their errors), one of them under an exponential.

#include "conversion/loop_to_llvm/MathKernels.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::tessera::loop;

static constexpr unsigned kIntervals = 4;

// |x| < 0.84375 in x^2, < 1.25 in |x| - 1, < 1 / 0.35 and above in 1 / x^2.
static constexpr double kAbove[kIntervals][9] = {
    {1.28379167095512558561e-01, -3.25042107247001499370e-01,
     -2.84817495755985104766e-02, -5.77027029648944159157e-03,
     -2.37630166566501626084e-05},
    {-2.36211856075265944077e-03, 4.14856118683748331666e-01,
     -3.72207876035701323847e-01, 3.18346619901161753674e-01,
     -1.10894694282396677476e-01, 3.54783043256182359371e-02,
     -2.16637559486879084300e-03},
    {-9.86494403484714822705e-03, -6.93858572707181764372e-01,
     -1.05586262253232909814e+01, -6.23753324503260060396e+01,
     -1.62396669462573470355e+02, -1.84605092906711035994e+02,
     -8.12874355063065934246e+01, -9.81432934416914548592e+00},
    {-9.86494292470009928597e-03, -7.99283237680523006574e-01,
     -1.77579549177547519889e+01, -1.60636384855821916062e+02,
     -6.37566443368389627722e+02, -1.02509513161107724954e+03,
     -4.83519191608651397019e+02}};
static constexpr double kBelow[kIntervals][9] = {
    {1, 3.97917223959155352819e-01, 6.50222499887672944485e-02,
     5.08130628187576562776e-03, 1.32494738004321644526e-04,
     -3.96022827877536812320e-06},
    {1, 1.06420880400844228286e-01, 5.40397917702171048937e-01,
     7.18286544141962662868e-02, 1.26171219808761642112e-01,
     1.36370839120290507362e-02, 1.19844998467991074170e-02},
    {1, 1.96512716674392571292e+01, 1.37657754143519042600e+02,
     4.34565877475229228821e+02, 6.45387271733267880336e+02,
     4.29008140027567833386e+02, 1.08635005541779435134e+02,
     6.57024977031928170135e+00, -6.04244152148580987438e-02},
    {1, 3.03380607434824582924e+01, 3.25792512996573918826e+02,
     1.53672958608443695994e+03, 3.19985821950859553908e+03,
     2.55305040643316442583e+03, 4.74528541206955367215e+02,
     -2.24409524465858183362e+01}};

static Real emitErfDouble(MathBuilder &m, Real x) {
  Real size = m.atMost(m.abs(x), 6);
  Truth within[] = {size < 0.84375, size < 1.25, size < 1 / 0.35};
  auto choose = [&](Real first, Real second, Real third, Real fourth) {
    return m.select(
        within[0], first,
        m.select(within[1], second, m.select(within[2], third, fourth)));
  };
  Real square = size * size, inverse = 1.0 / square;
  Real argument = choose(square, size - 1.0, inverse, inverse);
  auto evaluate = [&](const double(&table)[kIntervals][9]) {
    Real sum = m.real(0);
    for (int i = 8; i >= 0; --i) {
      sum = m.fma(sum, argument,
                  choose(m.real(table[0][i]), m.real(table[1][i]),
                         m.real(table[2][i]), m.real(table[3][i])));
    }
    return sum;
  };
  Real ratio = evaluate(kAbove) / evaluate(kBelow);
  // e^(-x^2 - 0.5625 + ratio), with a short number's square in x^2's place.
  Real close = m.fromBits(m.bits(size) & -(int64_t(1) << 32));
  Real power = emitExp(m, addOrdered(-0.5625 - close * close,
                                     (close - size) * (close + size) + ratio));
  Real tail = 1.0 - power / size;
  Real result = choose(m.fma(size, ratio, size),
                       ratio + 8.45062911510467529297e-01, tail, tail);
  return m.copySign(result, x);
}

static Real emitErfFloat(MathBuilder &m, Real x) {
  Real size = m.abs(x);
  Real square = x * x;
  Real small =
      m.horner(square, {1.28379166e-1, -3.76125336e-1, 1.12819925e-1,
                        -2.67681349e-2, 4.99119423e-3, -5.96761703e-4});
  small = m.fma(small, size, size);
  // 1 beyond 4. The exponential is one of 2, by Cephes' exp2f.
  constexpr double kLog2E = 1.44269504088896338700;
  Real bounded = m.atMost(size, 4);
  Real power =
      bounded *
      m.horner(bounded, {-1.128717512 * kLog2E, -6.34846687e-1 * kLog2E,
                         -1.06777877e-1 * kLog2E, 2.42546219e-2 * kLog2E,
                         -3.88396438e-3 * kLog2E, 3.83197126e-4 * kLog2E,
                         -1.72853470e-5 * kLog2E});
  MathBuilder::Rounded k = m.round(power, m.bias());
  Real exponential = m.horner(power - k.number,
                              {1.0, 6.931472028550421E-1, 2.402264791363012E-1,
                               5.550332471162809E-2, 9.618437357674640E-3,
                               1.339887440266574E-3, 1.535336188319500E-4});
  Real large = 1.0 - scaleNormal(m, exponential, k.low);
  return m.copySign(m.select(size > 0.921875, large, small), x);
}

static Real emitErf(MathBuilder &m, Real x) {
  return m.isDouble() ? emitErfDouble(m, x) : emitErfFloat(m, x);
}

void mlir::tessera::loop::populateExpandErrorFunctionPatterns(
    RewritePatternSet &patterns, TargetAbilities abilities) {
  addFormula<math::ErfOp>(patterns, abilities, emitErf);
}
