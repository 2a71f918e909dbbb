// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/driver/CompileModel.h"
#include "runtime/Session.h"
#include "tests/benchmark/Contender.h"

#include "llvm/ADT/StringExtras.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace tessera::benchmarks {

namespace {

/// A new folder, removed with the object; a loaded package stays loaded.
class ScratchFolder {
public:
  ScratchFolder() {
    std::error_code ignored;
    path = std::filesystem::temp_directory_path(ignored) / "kernelXXXXXX";
    if (!mkdtemp(path.data())) {
      path.clear();
    }
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  ScratchFolder(const ScratchFolder &) = delete;
  ScratchFolder &operator=(const ScratchFolder &) = delete;

  std::string path;
};

std::string makeType(const std::vector<int64_t> &dims) {
  std::string text = "tensor<";
  for (const int64_t dim : dims) {
    text += std::to_string(dim) + "x";
  }
  return text + "f32>";
}

/// The kernel as a module of the graph dialect.
std::string makeModule(const KernelShape &shape, const KernelData &data) {
  std::string input, weights, output, op, attributes;
  if (shape.kind == KernelShape::Kind::Gemm) {
    input = makeType({shape.rows, shape.inputs});
    weights = makeType({shape.inputs, shape.outputs});
    output = makeType({shape.rows, shape.outputs});
    op = "graph.matmul";
  } else {
    input = makeType({1, shape.rows, shape.columns, shape.inputs});
    weights = makeType(
        {shape.kernel, shape.kernel, shape.inputsPerOutput(), shape.outputs});
    output =
        makeType({1, shape.outputRows(), shape.outputColumns(), shape.outputs});
    op = "graph.conv";
    const std::string stride = std::to_string(shape.stride);
    const std::string pad = std::to_string(shape.padding());
    const bool isGrouped = shape.kind == KernelShape::Kind::Depthwise;
    attributes = " {channels_last, dilations = array<i64: 1, 1>, groups = " +
                 std::to_string(isGrouped ? shape.inputs : 1) +
                 " : i64, pads = array<i64: " + pad + ", " + pad + ", " + pad +
                 ", " + pad + ">, strides = array<i64: " + stride + ", " +
                 stride + ">}";
  }
  const llvm::StringRef bytes(
      reinterpret_cast<const char *>(data.weights.data()),
      data.weights.size() * sizeof(float));
  return "func.func @main(%x: " + input + ") -> " + output +
         " {\n  %w = graph.constant dense<\"0x" + llvm::toHex(bytes) +
         "\"> : " + weights + "\n  %y = " + op + " %x, %w" + attributes +
         " : (" + input + ", " + weights + ") -> " + output +
         "\n  return %y : " + output + "\n}\n";
}

class TesseraContender : public Contender {
public:
  static ContenderResult make(const KernelShape &shape,
                              const KernelData &data) {
    const ScratchFolder folder;
    const std::string model = folder.path + "/kernel.mlir";
    const std::string file = folder.path + "/kernel.so";
    std::ofstream(model) << makeModule(shape, data);
    mlir::tessera::CompileOptions options;
    options.target = mlir::tessera::CpuTarget::host();
    llvm::Expected<mlir::tessera::CompileReport> report =
        mlir::tessera::compileModel(model, file, options);
    if (!report) {
      return Status::error(llvm::toString(report.takeError()));
    }
    Result<std::shared_ptr<const Package>> package = Package::load(file);
    if (!package.ok()) {
      return package.status();
    }
    auto contender = std::make_unique<TesseraContender>();
    Result<std::unique_ptr<Session>> session =
        Session::create(*package, SessionOptions());
    if (!session.ok()) {
      return session.status();
    }
    contender->session = std::move(*session);
    const TensorSpec &spec = (*package)->inputs()[0];
    Result<Tensor> input = Tensor::allocate(spec.dtype, spec.dims);
    if (!input.ok()) {
      return input.status();
    }
    std::memcpy(input->rawData(), data.input.data(), input->numBytes());
    contender->inputs.push_back(std::move(*input));
    Result<std::vector<Tensor>> outputs = contender->session->allocateOutputs();
    if (!outputs.ok()) {
      return outputs.status();
    }
    contender->outputs = std::move(*outputs);
    return ContenderResult(std::move(contender));
  }

  void run() override { lastStatus = session->run(inputs, outputs); }

  std::vector<float> fetch() override {
    if (!lastStatus.ok()) {
      return {};
    }
    const float *values = outputs[0].data<float>();
    return {values, values + outputs[0].numElements()};
  }

private:
  std::unique_ptr<Session> session;
  std::vector<Tensor> inputs, outputs;
  Status lastStatus;
};

} // namespace

ContenderResult makeTessera(const KernelShape &shape, const KernelData &data) {
  return TesseraContender::make(shape, data);
}

} // namespace tessera::benchmarks
