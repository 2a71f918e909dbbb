// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/benchmark/Contender.h"

#if TESSERA_HAS_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>

#include <cstring>
#include <unordered_map>

/// Of the OpenMP library that oneDNN uses.
extern "C" void omp_set_num_threads(int threads);
#endif

namespace tessera::benchmarks {

#if TESSERA_HAS_ONEDNN
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc describe(const memory::dims &dims, Tag tag) {
  return memory::desc(dims, memory::data_type::f32, tag);
}

/// A primitive on blobs in the layouts that it chose.
class OneDnnContender : public Contender {
public:
  OneDnnContender(const KernelShape &shape, const KernelData &data)
      : engine(dnnl::engine::kind::cpu, 0), stream(engine) {
    omp_set_num_threads(1);
    if (shape.kind == KernelShape::Kind::Gemm) {
      makeMatmul(shape, data);
    } else {
      makeConvolution(shape, data);
    }
  }

  void run() override {
    primitive.execute(stream, arguments);
    stream.wait();
  }

  std::vector<float> fetch() override {
    memory plain(plainOutput, engine);
    reorder(arguments.at(DNNL_ARG_DST), plain);
    const auto *values = static_cast<const float *>(plain.get_data_handle());
    return {values, values + plainOutput.get_size() / sizeof(float)};
  }

private:
  void makeMatmul(const KernelShape &shape, const KernelData &data) {
    const memory::dims input = {shape.rows, shape.inputs};
    const memory::dims weights = {shape.inputs, shape.outputs};
    const memory::dims output = {shape.rows, shape.outputs};
    const dnnl::matmul::primitive_desc chosen(
        dnnl::matmul::desc(describe(input, Tag::ab),
                           describe(weights, Tag::any),
                           describe(output, Tag::ab)),
        engine);
    plainOutput = describe(output, Tag::ab);
    prepare(chosen, describe(input, Tag::ab), data.input,
            describe(weights, Tag::ab), data.weights);
    primitive = dnnl::matmul(chosen);
  }

  void makeConvolution(const KernelShape &shape, const KernelData &data) {
    const bool isGrouped = shape.kind == KernelShape::Kind::Depthwise;
    const memory::dims input = {1, shape.inputs, shape.rows, shape.columns};
    const memory::dims output = {1, shape.outputs, shape.outputRows(),
                                 shape.outputColumns()};
    memory::dims weights = {shape.outputs, shape.inputs, shape.kernel,
                            shape.kernel};
    if (isGrouped) {
      weights = {shape.inputs, 1, 1, shape.kernel, shape.kernel};
    }
    const memory::dims strides = {shape.stride, shape.stride};
    const memory::dims padding = {shape.padding(), shape.padding()};
    const dnnl::convolution_forward::primitive_desc chosen(
        dnnl::convolution_forward::desc(
            dnnl::prop_kind::forward_inference,
            dnnl::algorithm::convolution_auto, describe(input, Tag::any),
            describe(weights, Tag::any), describe(output, Tag::any), strides,
            padding, padding),
        engine);
    plainOutput = describe(output, Tag::nhwc);
    prepare(chosen, describe(input, Tag::nhwc), data.input,
            describe(weights, isGrouped ? Tag::hwigo : Tag::hwio),
            data.weights);
    primitive = dnnl::convolution_forward(chosen);
  }

  template <typename Chosen>
  void prepare(const Chosen &chosen, const memory::desc &input,
               const std::vector<float> &inputValues,
               const memory::desc &weights,
               const std::vector<float> &weightValues) {
    arguments = {{DNNL_ARG_SRC, convert(input, inputValues, chosen.src_desc())},
                 {DNNL_ARG_WEIGHTS,
                  convert(weights, weightValues, chosen.weights_desc())},
                 {DNNL_ARG_DST, memory(chosen.dst_desc(), engine)}};
  }

  /// `values`, which lie as `from` says, in the layout `to`.
  memory convert(const memory::desc &from, const std::vector<float> &values,
                 const memory::desc &to) {
    memory plain(from, engine), chosen(to, engine);
    std::memcpy(plain.get_data_handle(), values.data(),
                values.size() * sizeof(float));
    reorder(plain, chosen);
    return chosen;
  }

  void reorder(memory from, memory to) {
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }

  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::primitive primitive;
  memory::desc plainOutput;
  std::unordered_map<int, memory> arguments;
};

} // namespace

ContenderResult makeOneDnn(const KernelShape &shape, const KernelData &data) {
  try {
    return ContenderResult(std::make_unique<OneDnnContender>(shape, data));
  } catch (const dnnl::error &error) {
    return Status::error(error.what());
  }
}
#else
ContenderResult makeOneDnn(const KernelShape &, const KernelData &) {
  return Status::error("not installed");
}
#endif

} // namespace tessera::benchmarks
