// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/ObjectEmitter.h"

#include "compiler/codegen/MemoryFunctions.h"
#include "compiler/target/LlvmTargets.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <optional>
#include <thread>

using namespace mlir::tessera;
using llvm::Error;
using llvm::Expected;
using llvm::Module;
using llvm::StringRef;
using llvm::Twine;

namespace {

// The short list, measured against -O3: level within noise. Inlining is only
// what the generated code asks for.
constexpr StringRef shortPipeline =
    "always-inline,"
    "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,"
    "simplifycfg,loop-mssa(loop-rotate,licm),gvn,"
    "instcombine<no-verify-fixpoint>,loop(loop-idiom),simplifycfg),"
    "globaldce";

/// "internal: <message>" on one line: what happens here is never the user's
/// doing.
Error internalError(const Twine &message) {
  std::string text = message.str();
  const StringRef line = StringRef(text).trim();
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 "internal: " +
                                     llvm::join(llvm::split(line, '\n'), "; "));
}

/// Collects LLVM's error diagnostics, which would end the process otherwise.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(llvm::LLVMContext &context)
      : context(context), previous(context.getDiagnosticHandler()) {
    context.setDiagnosticHandler(std::make_unique<Handler>(message));
  }
  ~DiagnosticCollector() { context.setDiagnosticHandler(std::move(previous)); }

  Error takeError() const {
    return message.empty() ? Error::success() : internalError(message);
  }

private:
  struct Handler : llvm::DiagnosticHandler {
    explicit Handler(std::string &message) : message(message) {}
    bool handleDiagnostics(const llvm::DiagnosticInfo &info) override {
      if (info.getSeverity() == llvm::DS_Error && message.empty()) {
        llvm::raw_string_ostream stream(message);
        llvm::DiagnosticPrinterRawOStream printer(stream);
        info.print(printer);
      }
      return true;
    }
    std::string &message;
  };

  llvm::LLVMContext &context;
  std::unique_ptr<llvm::DiagnosticHandler> previous;
  std::string message;
};

void setFunctionAttributes(llvm::Function &function, const CpuTarget &target) {
  function.addFnAttr("target-cpu", target.llvmCpu());
  function.addFnAttr("target-features", target.llvmFeatures());
  function.addFnAttr("prefer-vector-width", std::to_string(target.vectorBits));
  function.addFnAttr("no-builtins");
  function.addFnAttr(llvm::Attribute::NoUnwind);
  function.removeFnAttr(llvm::Attribute::UWTable);
}

Error verify(const Module &module) {
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (llvm::verifyModule(module, &stream)) {
    return internalError("invalid LLVM module: " + message);
  }
  return Error::success();
}

/// Everything up to the file's bytes, which go to `stream`.
Error emitFile(Module &module, const CpuTarget &target,
               const EmitOptions &options, llvm::CodeGenFileType type,
               llvm::raw_pwrite_stream &stream) {
  if (options.optimize) {
    if (Error error = optimizeModule(module, target)) {
      return error;
    }
  } else if (Error error = prepareModule(module, target)) {
    return error;
  }
  // Only now: passes may have made or removed calls.
  addMemoryFunctions(module, target);
  for (llvm::Function &function : module) {
    if (!function.isDeclaration()) {
      setFunctionAttributes(function, target);
    }
  }
  const auto machine = createTargetMachine(target, options.codegenLevel);
  const DiagnosticCollector diagnostics(module.getContext());
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, /*DwoOut=*/nullptr, type)) {
    return internalError("no object emission for " + target.triple);
  }
  passes.run(module);
  return diagnostics.takeError();
}

Expected<ObjectCode> emitBitcodeObject(const ObjectCode &bitcode,
                                       const CpuTarget &target,
                                       const EmitOptions &options) {
  llvm::LLVMContext context;
  const llvm::MemoryBufferRef buffer(StringRef(bitcode.data(), bitcode.size()),
                                     "part");
  Expected<std::unique_ptr<Module>> module =
      llvm::parseBitcodeFile(buffer, context);
  if (!module) {
    return internalError(llvm::toString(module.takeError()));
  }
  return emitObject(**module, target, options);
}

} // namespace

std::unique_ptr<llvm::TargetMachine>
mlir::tessera::createTargetMachine(const CpuTarget &target,
                                   llvm::CodeGenOptLevel level) {
  initializeLlvmTargets();
  std::string message;
  const llvm::Target *llvmTarget =
      llvm::TargetRegistry::lookupTarget(target.triple, message);
  if (!llvmTarget) {
    // Both back ends are registered above and a CpuTarget has no other.
    llvm::report_fatal_error(Twine(message));
  }
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  options.FunctionSections = true;
  options.DataSections = true;
  return std::unique_ptr<llvm::TargetMachine>(llvmTarget->createTargetMachine(
      target.triple, target.llvmCpu(), target.llvmFeatures(), options,
      llvm::Reloc::PIC_, llvm::CodeModel::Small, level));
}

Error mlir::tessera::prepareModule(Module &module, const CpuTarget &target) {
  module.setTargetTriple(target.triple);
  module.setDataLayout(createTargetMachine(target)->createDataLayout());
  // The name goes into the object: keep the importer's paths out of it.
  module.setSourceFileName("tessera");
  for (llvm::Function &function : module) {
    if (!function.isDeclaration()) {
      setFunctionAttributes(function, target);
    }
  }
  return verify(module);
}

Error mlir::tessera::optimizeModule(Module &module, const CpuTarget &target) {
  if (Error error = prepareModule(module, target)) {
    return error;
  }
  const auto machine = createTargetMachine(target);
  const DiagnosticCollector diagnostics(module.getContext());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  // There is no library: nothing may be turned into a call of one.
  llvm::TargetLibraryInfoImpl library{llvm::Triple(target.triple)};
  library.disableAllFunctions();
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  llvm::PassBuilder builder(machine.get());
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::ModulePassManager passes;
  if (Error error = builder.parsePassPipeline(passes, shortPipeline)) {
    return internalError(llvm::toString(std::move(error)));
  }
  passes.run(module, modules);
  return diagnostics.takeError();
}

Expected<ObjectCode> mlir::tessera::emitObject(Module &module,
                                               const CpuTarget &target,
                                               const EmitOptions &options) {
  ObjectCode object;
  llvm::raw_svector_ostream stream(object);
  if (Error error = emitFile(module, target, options,
                             llvm::CodeGenFileType::ObjectFile, stream)) {
    return std::move(error);
  }
  return object;
}

Expected<std::string> mlir::tessera::emitAssembly(Module &module,
                                                  const CpuTarget &target,
                                                  const EmitOptions &options) {
  ObjectCode text;
  llvm::raw_svector_ostream stream(text);
  if (Error error = emitFile(module, target, options,
                             llvm::CodeGenFileType::AssemblyFile, stream)) {
    return std::move(error);
  }
  return std::string(text.begin(), text.end());
}

ObjectCode mlir::tessera::writeBitcode(const Module &module) {
  ObjectCode bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(module, stream);
  return bitcode;
}

Expected<std::vector<ObjectCode>>
mlir::tessera::emitObjects(llvm::ArrayRef<ObjectCode> bitcode,
                           const CpuTarget &target, unsigned threads,
                           const EmitOptions &options) {
  initializeLlvmTargets();
  std::vector<ObjectCode> objects(bitcode.size());
  std::vector<std::optional<std::string>> errors(bitcode.size());
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i = next++; i < bitcode.size(); i = next++) {
      Expected<ObjectCode> object =
          emitBitcodeObject(bitcode[i], target, options);
      if (object) {
        objects[i] = std::move(*object);
      } else {
        errors[i] = llvm::toString(object.takeError());
      }
    }
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < std::min<size_t>(threads, bitcode.size()); ++i) {
    helpers.emplace_back(work);
  }
  work();
  for (std::thread &helper : helpers) {
    helper.join();
  }
  for (const std::optional<std::string> &error : errors) {
    if (error) {
      return llvm::createStringError(llvm::inconvertibleErrorCode(), *error);
    }
  }
  return objects;
}
