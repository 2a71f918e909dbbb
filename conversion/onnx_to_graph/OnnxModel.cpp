//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/onnx_to_graph/OnnxModel.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/text_format.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <climits>

namespace mlir::tessera::onnx_to_graph {

std::string printable(llvm::StringRef text) {
  std::string result;
  const auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data());
  bool isUtf8 = llvm::isLegalUTF8String(&begin, begin + text.size());
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !isUtf8)) {
      // utohexstr writes three digits for zero.
      result += "\\x";
      result += llvm::hexdigit(byte >> 4, /*LowerCase=*/true);
      result += llvm::hexdigit(byte & 15, /*LowerCase=*/true);
    } else {
      result += c;
    }
  }
  return result;
}

std::string nodeName(const onnx::NodeProto &node) {
  if (!node.name().empty()) {
    return printable(node.name());
  }
  for (const std::string &output : node.output()) {
    if (!output.empty()) {
      return printable(output);
    }
  }
  return printable(node.op_type());
}

llvm::StringRef canonicalDomain(llvm::StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

namespace {

/// The first syntax error of a model in text form.
class FirstError : public google::protobuf::io::ErrorCollector {
public:
  void AddError(int line, int column, const std::string &message) override {
    if (text.empty()) {
      text = "line " + std::to_string(line + 1) + ": " + printable(message);
    }
  }
  std::string text;
};

bool hasTextExtension(llvm::StringRef path) {
  llvm::StringRef extension = llvm::sys::path::extension(path);
  return extension == ".onnxtxt" || extension == ".pbtxt" ||
         extension == ".textproto";
}

/// Parses the file's bytes; an empty string on success.
std::string parse(llvm::StringRef path, const llvm::MemoryBuffer &buffer,
                  onnx::ModelProto &proto) {
  google::protobuf::LogSilencer silencer;
  if (buffer.getBufferSize() == 0) {
    return "the file is empty";
  }
  if (buffer.getBufferSize() > INT_MAX) {
    return "the file is larger than 2 GiB; store its weights as external data";
  }
  google::protobuf::io::ArrayInputStream stream(
      buffer.getBufferStart(), static_cast<int>(buffer.getBufferSize()));
  if (hasTextExtension(path)) {
    FirstError collector;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&collector);
    // Unlimited unless set: as the binary format's.
    parser.SetRecursionLimit(
        google::protobuf::io::CodedInputStream::GetDefaultRecursionLimit());
    if (!parser.Parse(&stream, &proto)) {
      return collector.text;
    }
  } else {
    google::protobuf::io::CodedInputStream coded(&stream);
    coded.SetTotalBytesLimit(INT_MAX);
    if (!proto.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage()) {
      return "not an ONNX model, or cut off (its protobuf message does not "
             "parse)";
    }
  }
  if (!proto.has_graph() || proto.opset_import_size() == 0) {
    return "not an ONNX model (it has no " +
           std::string(proto.has_graph() ? "opset_import" : "graph") + ")";
  }
  return "";
}

} // namespace

std::unique_ptr<OnnxModel> OnnxModel::read(llvm::StringRef path,
                                           std::vector<std::string> &errors) {
  if (llvm::sys::fs::is_directory(path)) {
    errors.push_back("is a folder, expected an ONNX file");
    return nullptr;
  }
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    errors.push_back(buffer.getError().message());
    return nullptr;
  }
  auto model = std::make_unique<OnnxModel>();
  model->proto = std::make_shared<onnx::ModelProto>();
  std::string message = parse(path, **buffer, *model->proto);
  if (!message.empty()) {
    errors.push_back(message);
    return nullptr;
  }
  model->external =
      std::make_unique<ExternalData>(llvm::sys::path::parent_path(path).str());
  size_t before = errors.size();
  model->readOpsets(errors);
  if (expandFunctions(*model, *model->proto, errors)) {
    checkAndSortGraph(*model->proto->mutable_graph(), errors);
  }
  if (errors.size() != before) {
    return nullptr;
  }
  return model;
}

static void checkOpset(const onnx::OperatorSetIdProto &import,
                       std::vector<std::string> &errors) {
  if (canonicalDomain(import.domain()).empty() &&
      import.version() > newestOpset) {
    errors.push_back("opset_import names opset " +
                     std::to_string(import.version()) +
                     ", which is not supported; supported: up to opset " +
                     std::to_string(newestOpset));
  }
}

void OnnxModel::readOpsets(std::vector<std::string> &errors) {
  for (const auto &import : proto->opset_import()) {
    llvm::StringRef domain = canonicalDomain(import.domain());
    if (!modelOpsets.try_emplace(domain, import.version()).second &&
        modelOpsets.lookup(domain) != import.version()) {
      errors.push_back("opset_import names the domain '" + printable(domain) +
                       "' twice");
    }
    checkOpset(import, errors);
  }
  for (const onnx::FunctionProto &function : proto->functions()) {
    for (const auto &import : function.opset_import()) {
      checkOpset(import, errors);
    }
  }
}

int64_t OnnxModel::opset(const onnx::NodeProto &node,
                         llvm::StringRef domain) const {
  const OpsetTable *table = nodeOpsets.lookup(&node);
  return (table ? *table : modelOpsets).lookup(canonicalDomain(domain));
}

} // namespace mlir::tessera::onnx_to_graph
