// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/benchmark/KernelShape.h"

#include <cmath>
#include <random>
#include <sstream>

namespace tessera::benchmarks {

namespace {

/// Outputs that are compared; a prime step through the output finds them.
constexpr int64_t numSamples = 97;
constexpr double tolerance = 1e-5;

/// Reads `count` positive numbers and nothing else.
std::vector<int64_t> readNumbers(std::istringstream &stream, size_t count) {
  std::vector<int64_t> numbers;
  for (int64_t number; stream >> number && number > 0;) {
    numbers.push_back(number);
  }
  return stream.eof() && numbers.size() == count ? numbers
                                                 : std::vector<int64_t>();
}

std::vector<float> makeRandom(int64_t count, std::mt19937_64 &random) {
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  std::vector<float> values(static_cast<size_t>(count));
  for (float &value : values) {
    value = uniform(random);
  }
  return values;
}

} // namespace

Result<KernelShape> KernelShape::parse(const std::string &line) {
  std::istringstream stream(line);
  std::string kind;
  stream >> kind;
  KernelShape shape;
  std::vector<int64_t> n;
  if (kind == "gemm") {
    n = readNumbers(stream, 3);
    if (!n.empty()) {
      shape.rows = n[0];
      shape.outputs = n[1];
      shape.inputs = n[2];
    }
  } else if (kind == "conv") {
    n = readNumbers(stream, 5);
    shape.kind = Kind::Conv;
    if (!n.empty()) {
      shape.rows = shape.columns = n[0];
      shape.inputs = n[1];
      shape.outputs = n[2];
      shape.kernel = n[3];
      shape.stride = n[4];
    }
  } else if (kind == "depthwise") {
    n = readNumbers(stream, 4);
    shape.kind = Kind::Depthwise;
    if (!n.empty()) {
      shape.rows = shape.columns = n[0];
      shape.inputs = shape.outputs = n[1];
      shape.kernel = n[2];
      shape.stride = n[3];
    }
  }
  if (n.empty()) {
    return Status::error("expected 'gemm M N K', 'conv PIXELS INPUTS OUTPUTS "
                         "KERNEL STRIDE' or 'depthwise PIXELS CHANNELS KERNEL "
                         "STRIDE', but got '" +
                         line + "'");
  }
  return shape;
}

std::string KernelShape::name() const {
  std::ostringstream text;
  if (kind == Kind::Gemm) {
    text << "BM_Gemm/" << rows << 'x' << outputs << 'x' << inputs;
    return text.str();
  }
  text << (kind == Kind::Conv ? "BM_Conv2D/" : "BM_DepthwiseConv2D/") << rows
       << 'x' << columns << 'x' << inputs;
  if (kind == Kind::Conv) {
    text << '-' << outputs;
  }
  text << 'k' << kernel << 's' << stride;
  return text.str();
}

double KernelShape::flops() const {
  return 2.0 * static_cast<double>(outputElements()) *
         static_cast<double>(kernel * kernel * inputsPerOutput());
}

double KernelShape::bytes() const {
  return 4.0 * static_cast<double>(inputElements() + weightElements() +
                                   outputElements());
}

KernelData::KernelData(const KernelShape &shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  input = makeRandom(shape.inputElements(), random);
  weights = makeRandom(shape.weightElements(), random);
}

std::string findWrongOutput(const KernelShape &shape, const KernelData &data,
                            const std::vector<float> &output) {
  const int64_t count = shape.outputElements();
  if (static_cast<int64_t>(output.size()) != count) {
    return "expected " + std::to_string(count) + " outputs, but got " +
           std::to_string(output.size());
  }
  const int64_t depth = shape.inputsPerOutput();
  for (int64_t sample = 0; sample < numSamples; ++sample) {
    const int64_t at = sample * 1000003 % count;
    const int64_t channel = at % shape.outputs;
    const int64_t column = at / shape.outputs % shape.outputColumns();
    const int64_t row = at / shape.outputs / shape.outputColumns();
    double sum = 0, magnitude = 0;
    for (int64_t i = 0; i < shape.kernel * shape.kernel; ++i) {
      const int64_t y = row * shape.stride + i / shape.kernel - shape.padding();
      const int64_t x =
          column * shape.stride + i % shape.kernel - shape.padding();
      if (y < 0 || y >= shape.rows || x < 0 || x >= shape.columns) {
        continue;
      }
      for (int64_t c = 0; c < depth; ++c) {
        const int64_t from =
            shape.kind == KernelShape::Kind::Depthwise ? channel : c;
        const double product =
            double(data.input[static_cast<size_t>(
                (y * shape.columns + x) * shape.inputs + from)]) *
            double(data.weights[static_cast<size_t>(
                (i * depth + c) * shape.outputs + channel)]);
        sum += product;
        magnitude += std::abs(product);
      }
    }
    const double got = output[static_cast<size_t>(at)];
    if (!(std::abs(got - sum) <= tolerance * magnitude)) {
      return "output " + std::to_string(at) + ": expected " +
             std::to_string(sum) + ", but got " + std::to_string(got);
    }
  }
  return "";
}

} // namespace tessera::benchmarks
