//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "compiler/driver/CompileModel.h"
#include "compiler/codegen/ObjectEmitter.h"
#include "compiler/driver/ExposeValues.h"
#include "compiler/driver/HostPlan.h"
#include "compiler/driver/KernelExplainer.h"
#include "compiler/driver/Signature.h"
#include "compiler/driver/SplitPrograms.h"
#include "compiler/driver/Stages.h"
#include "compiler/package/PackageWriter.h"
#include "compiler/target/TargetList.h"
#include "conversion/graph_to_loop/GraphToLoop.h"
#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "conversion/onnx_to_graph/OnnxToGraph.h"
#include "dialects/graph/GraphDialect.h"
#include "dialects/loop/LoopOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "transforms/graph/Pipelines.h"
#include "transforms/loop/BlockLoop.h"
#include "transforms/loop/Bufferize.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"

#include <chrono>

using namespace mlir;
using namespace mlir::tessera;

void mlir::tessera::registerCompilerDialects(DialectRegistry &registry) {
  registry
      .insert<affine::AffineDialect, arith::ArithDialect,
              bufferization::BufferizationDialect, cf::ControlFlowDialect,
              func::FuncDialect, graph::GraphDialect, loop::LoopDialect,
              LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect,
              scf::SCFDialect, tensor::TensorDialect, vector::VectorDialect>();
  loop::registerBufferization(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

namespace {

llvm::Error makeError(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

class Stopwatch {
public:
  double getSeconds() const {
    std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - start;
    return took.count();
  }

private:
  std::chrono::steady_clock::time_point start =
      std::chrono::steady_clock::now();
};

/// Ends the names of what `module` shares with the other modules of its
/// program, so that several programs can lie in one package.
void renameSymbols(llvm::Module &module, StringRef suffix) {
  for (llvm::GlobalValue &value : module.global_values()) {
    if (!value.hasLocalLinkage() && !value.getName().starts_with("llvm.")) {
      value.setName(value.getName() + suffix);
    }
  }
}

/// Compiles one model for one target.
class Compilation {
public:
  Compilation(StringRef path, CompileOptions options, std::string suffix = "")
      : path(path), options(std::move(options)), suffix(std::move(suffix)),
        context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    registerCompilerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    if (options.threads > 1) {
      context.enableMultithreading();
    }
  }

  /// All but the package itself. The weights lie behind `before`.
  llvm::Error build(const WeightsPlan &before) {
    weights = before;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
        addDiagnostic(diagnostic);
      }
      return success();
    });
    using Stage = llvm::Error (Compilation::*)();
    const std::pair<const char *, Stage> stages[] = {
        {"import", &Compilation::import},
        {"graph", &Compilation::optimizeGraph},
        {"schedule", &Compilation::schedule},
        {"emit", &Compilation::emit},
        {"codegen", &Compilation::generateCode}};
    for (auto [name, stage] : stages) {
      Stopwatch stopwatch;
      if (llvm::Error error = (this->*stage)()) {
        return error;
      }
      report.stages.emplace_back(name, stopwatch.getSeconds());
      if (llvm::Error error = dump(name)) {
        return error;
      }
    }
    return llvm::Error::success();
  }

  const WeightsPlan &getWeights() const { return weights; }
  const CompileReport &getReport() const { return report; }

  /// What `build` made; refers to it. `targets` are all of the package.
  PackageVariant getVariant(ArrayRef<CpuTarget> targets) {
    description.arenaBytes = plan.arenaBytes;
    description.buildRecord = makeBuildRecord(targets);
    description.runFunction += suffix;
    report.arenaBytes = plan.arenaBytes;
    return {options.target, objects, description};
  }

private:
  llvm::Error import() {
    if (path.ends_with(".mlir") || path.ends_with(".mlirbc")) {
      module = parseSourceFile<ModuleOp>(path, ParserConfig(&context));
      if (!module) {
        return takeDiagnostics("not a valid .mlir file");
      }
    } else {
      onnx_to_graph::ImportOptions import;
      import.inputShapes = options.inputShapes;
      for (auto &[name, file] : options.boundInputs) {
        std::string error;
        DenseElementsAttr value =
            onnx_to_graph::readTensorFile(&context, file, error);
        if (!value) {
          return makeError(error);
        }
        import.boundInputs[name] = value;
      }
      std::vector<std::string> errors;
      module = onnx_to_graph::importOnnxModel(&context, path, import, errors);
      if (!module) {
        return makeError(llvm::join(errors, "\n"));
      }
    }
    if (!module->lookupSymbol<func::FuncOp>("main")) {
      return makeError(path + ": expected a function @main");
    }
    return llvm::Error::success();
  }

  bool isReference() const {
    return options.form == CompileOptions::Form::reference ||
           options.form == CompileOptions::Form::check;
  }

  llvm::Error optimizeGraph() {
    auto main = module->lookupSymbol<func::FuncOp>("main");
    if (options.form != CompileOptions::Form::package) {
      nameValues(main);
    }
    if (!isReference()) {
      PassManager manager(&context);
      graph::GraphPipelineOptions pipeline;
      pipeline.level = options.level;
      graph::buildGraphPipeline(manager, pipeline, evaluateGraph);
      if (failed(manager.run(*module))) {
        return takeDiagnostics("internal: the graph passes failed");
      }
      if (options.adjustGraph) {
        options.adjustGraph(*module);
      }
    }
    if (options.form == CompileOptions::Form::check) {
      buildCheck(main, options.values, options.winogradNodes);
    } else if (options.form != CompileOptions::Form::package) {
      exposeValues(main);
    }
    return llvm::Error::success();
  }

  /// Makes named values outputs: those asked for, of a reference.
  void exposeValues(func::FuncOp main) {
    llvm::StringSet<> wanted;
    for (const std::string &name : options.values) {
      wanted.insert(name);
    }
    std::vector<std::pair<std::string, Value>> results;
    for (auto &[name, value] : findNamedValues(main)) {
      if (!isReference() || wanted.contains(name)) {
        results.emplace_back(name.str(), value);
      }
    }
    appendResults(main, results);
  }

  llvm::Error schedule() {
    explainer.emplace(module->lookupSymbol<func::FuncOp>("main"));
    PassManager lower(&context);
    lower.addPass(createConvertGraphToLoopPass());
    if (failed(lower.run(*module))) {
      return takeDiagnostics("internal: lowering to loops failed");
    }
    (*module)->setAttr(loop::kTargetAttrName,
                       getTargetAttr(&context, options.target));
    auto main = module->lookupSymbol<func::FuncOp>("main");
    describeSignature(main, description);
    insertResultCopies(*module, main);
    PassManager manager(&context);
    if (isReference()) {
      buildReferencePipeline(manager);
    } else {
      buildSchedulingPipeline(manager, options.level > 0,
                              options.exact || options.level < 2,
                              options.schedules);
    }
    if (failed(manager.run(*module)) || failed(foldConstantCalls(*module))) {
      return takeDiagnostics("internal: scheduling failed");
    }
    return llvm::Error::success();
  }

  llvm::Error emit() {
    auto main = module->lookupSymbol<func::FuncOp>("main");
    FailureOr<HostPlan> planned = planHost(*module, main);
    if (failed(planned)) {
      return takeDiagnostics("internal: planning memory failed");
    }
    plan = std::move(*planned);
    describeKernels();
    std::vector<WeightBlob> blobs;
    for (ElementsAttr constant : plan.constants) {
      blobs.push_back(getBlob(constant));
    }
    llvm::Expected<WeightsPlan> planWeightsResult = planWeights(blobs, weights);
    if (!planWeightsResult) {
      return planWeightsResult.takeError();
    }
    weights = std::move(*planWeightsResult);
    main.erase();
    PassManager manager(&context);
    // Verified once at the end, not after each of twenty passes.
    manager.enableVerifier(false);
    buildEmissionPipeline(manager);
    if (failed(manager.run(*module))) {
      return takeDiagnostics("internal: emitting kernels failed");
    }
    if (llvm::Error error = dump("vector")) {
      return error;
    }
    splitPrograms(*module);
    PassManager toLlvm(&context);
    toLlvm.enableVerifier(false);
    loop::buildLoopToLlvmPipeline(toLlvm.nest<ModuleOp>());
    if (failed(toLlvm.run(*module))) {
      return takeDiagnostics("internal: lowering to LLVM failed");
    }
    OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
    emitHostFunction(builder.create<ModuleOp>(module->getLoc()), plan,
                     weights.offsets);
    if (failed(verify(*module))) {
      return takeDiagnostics("internal: lowering to LLVM made invalid code");
    }
    return llvm::Error::success();
  }

  llvm::Error generateCode() {
    SmallVector<ModuleOp> parts(module->getOps<ModuleOp>());
    std::vector<ObjectCode> bitcode(parts.size());
    LogicalResult translated =
        failableParallelForEachN(&context, 0, parts.size(), [&](size_t i) {
          llvm::LLVMContext llvmContext;
          std::unique_ptr<llvm::Module> llvmModule =
              translateModuleToLLVMIR(parts[i], llvmContext);
          if (llvmModule) {
            renameSymbols(*llvmModule, suffix);
            bitcode[i] = writeBitcode(*llvmModule);
          }
          return success(llvmModule != nullptr);
        });
    if (failed(translated)) {
      return takeDiagnostics("internal: translation to LLVM IR failed");
    }
    llvm::Expected<std::vector<ObjectCode>> compiled =
        emitObjects(bitcode, options.target, options.threads);
    if (!compiled) {
      return compiled.takeError();
    }
    objects = std::move(*compiled);
    return llvm::Error::success();
  }

  //===--------------------------------------------------------------------===//
  // Description
  //===--------------------------------------------------------------------===//

  /// Schedules and operation counts of each program, for `inspect`.
  void describeKernels() {
    struct Facts {
      std::string schedule;
      uint64_t flops = 0;
      /// Of Winograd's algorithm; 0 where it is not used.
      int64_t winogradOutputs = 0;
      loop::ProgramOp program;
    };
    llvm::StringMap<Facts> programs;
    for (auto program : module->getOps<loop::ProgramOp>()) {
      Facts &facts = programs[program.getSymName()];
      facts.program = program;
      facts.winogradOutputs = getWinogradOutputs(program);
      if (auto used =
              program->getAttrOfType<ArrayAttr>(loop::kAlgorithmsAttrName)) {
        llvm::raw_string_ostream stream(facts.schedule);
        llvm::interleave(
            llvm::make_filter_range(used,
                                    [](Attribute one) {
                                      return isa<loop::AlgorithmInterface>(one);
                                    }),
            stream, "; ");
      }
      program.walk([&](loop::NestOp nest) {
        llvm::raw_string_ostream stream(facts.schedule);
        if (!facts.schedule.empty()) {
          stream << "; ";
        }
        auto schedule = cast<loop::ScheduleInterface>(*nest.getSchedule());
        stream << *nest.getSchedule();
        bool isScalar = schedule.getLanes() == 1;
        ++report.numDefaultSchedules;
        report.numScalarLoops += isScalar;
        report.numScalarContractions += isScalar && nest.isContraction();
        facts.flops += countOperations(nest);
      });
    }
    std::map<std::string, unsigned> uses;
    for (const HostPlan::Step &step : plan.steps) {
      const Facts &facts = programs[step.callee];
      KernelDescription kernel;
      unsigned use = uses[step.callee]++;
      kernel.name =
          use == 0 ? step.callee : step.callee + "#" + std::to_string(use);
      kernel.sources = llvm::join(step.sources, ";");
      kernel.schedule = facts.schedule;
      kernel.flops = facts.flops;
      kernel.bytes = step.bytes;
      description.kernels.push_back(kernel);
      explanations.push_back(explainer->explain(facts.program, step.notes));
      if (facts.winogradOutputs > 0) {
        for (const std::string &node : step.sources) {
          report.winogradNodes[node] = facts.winogradOutputs;
        }
      }
    }
    report.numKernels = plan.steps.size();
  }

  static uint64_t countOperations(loop::NestOp nest) {
    uint64_t runs = 1;
    if (auto attribute =
            nest->getAttrOfType<IntegerAttr>(loop::kRunsAttrName)) {
      runs = attribute.getInt();
    }
    uint64_t points = runs, stored = runs;
    for (unsigned d = 0; d < nest.getNumDims(); ++d) {
      points *= nest.getBounds()[d];
      stored *= nest.isParallel(d) ? nest.getBounds()[d] : 1;
    }
    auto count = [](Region &region) {
      uint64_t ops = 0;
      for (Operation &op : region.front()) {
        ops += op.getNumResults() == 1 &&
               isa<FloatType>(op.getResult(0).getType()) &&
               op.getNumOperands() > 1;
      }
      return ops;
    };
    return points * count(nest.getCombine()) +
           stored * count(nest.getEpilogue());
  }

  WeightBlob getBlob(ElementsAttr value) {
    WeightBlob blob;
    auto type = cast<ShapedType>(value.getType());
    blob.bytes = type.getNumElements() *
                 llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
      blob.data = resource.getRawHandle().getBlob()->getData().data();
      return blob;
    }
    ArrayRef<char> raw = cast<DenseElementsAttr>(value).getRawData();
    if (raw.size() == blob.bytes) {
      blob.data = raw.data();
      return blob;
    }
    expanded.push_back(std::make_unique<char[]>(blob.bytes));
    for (uint64_t at = 0; at < blob.bytes; at += raw.size()) {
      std::memcpy(expanded.back().get() + at, raw.data(), raw.size());
    }
    blob.data = expanded.back().get();
    return blob;
  }

  std::string makeBuildRecord(ArrayRef<CpuTarget> targets) {
    llvm::json::Object record;
    if (targets.size() > 1) {
      llvm::json::Array texts;
      for (const CpuTarget &target : targets) {
        texts.push_back(target.str());
      }
      record["targets"] = std::move(texts);
    }
    record["compiler"] = "tessera 0.1.0, LLVM 19.1";
    record["target"] = options.target.str();
    record["level"] = int64_t(options.level);
    record["default_schedules"] = int64_t(report.numDefaultSchedules);
    record["scalar_loops"] = int64_t(report.numScalarLoops);
    record["scalar_contractions"] = int64_t(report.numScalarContractions);
    addExplanations(record, explanations);
    if (auto buffer = llvm::MemoryBuffer::getFile(path, false, false)) {
      llvm::SHA256 hash;
      hash.update((*buffer)->getBuffer());
      record["source_sha256"] = llvm::toHex(hash.final(), /*LowerCase=*/true);
    }
    std::string text;
    llvm::raw_string_ostream(text) << llvm::json::Value(std::move(record));
    return text;
  }

  //===--------------------------------------------------------------------===//
  // Messages
  //===--------------------------------------------------------------------===//

  void addDiagnostic(Diagnostic &diagnostic) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    stream << path << ": ";
    if (auto name = diagnostic.getLocation()->findInstanceOf<NameLoc>()) {
      stream << "node '" << name.getName().strref() << "': ";
    } else if (auto line =
                   diagnostic.getLocation()->findInstanceOf<FileLineColLoc>()) {
      stream << "line " << line.getLine() << ": ";
    }
    stream << diagnostic.str();
    messages.push_back(text);
  }

  llvm::Error takeDiagnostics(StringRef otherwise) {
    if (messages.empty()) {
      return makeError(path + ": " + otherwise);
    }
    return makeError(llvm::join(messages, "\n"));
  }

  llvm::Error dump(StringRef stage) {
    if (options.dumpFolder.empty()) {
      return llvm::Error::success();
    }
    llvm::sys::fs::create_directories(options.dumpFolder);
    std::string file = options.dumpFolder + "/" + std::to_string(numDumps++) +
                       "-" + stage.str() + ".mlir";
    std::error_code code;
    llvm::raw_fd_ostream stream(file, code);
    if (code) {
      return makeError(file + ": cannot be written: " + code.message());
    }
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(16).elideLargeResourceString(16);
    // Values are compared by their locations.
    flags.enableDebugInfo(options.form != CompileOptions::Form::package);
    module->print(stream, flags);
    return llvm::Error::success();
  }

  StringRef path;
  CompileOptions options;
  std::string suffix; // of symbols
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  HostPlan plan;
  WeightsPlan weights;
  std::vector<std::unique_ptr<char[]>> expanded;
  PackageDescription description;
  std::optional<KernelExplainer> explainer;
  std::vector<KernelExplanation> explanations;
  std::vector<ObjectCode> objects;
  CompileReport report;
  std::vector<std::string> messages;
  unsigned numDumps = 0;
};

/// The options for each of `targets`, which are those of `options`.
CompileOptions makeVariantOptions(const CompileOptions &options,
                                  ArrayRef<CpuTarget> targets, size_t number) {
  CompileOptions variant = options;
  variant.target = targets[number];
  variant.moreTargets.clear();
  if (targets.size() > 1 && !options.dumpFolder.empty()) {
    variant.dumpFolder += "/" + std::to_string(number);
  }
  return variant;
}

/// The report of all `parts`: counts are the first one's.
CompileReport joinReports(ArrayRef<std::unique_ptr<Compilation>> parts) {
  CompileReport joined = parts[0]->getReport();
  for (const auto &part : parts.drop_front()) {
    const CompileReport &report = part->getReport();
    for (auto [sum, stage] : llvm::zip(joined.stages, report.stages)) {
      sum.second += stage.second;
    }
    joined.arenaBytes = std::max(joined.arenaBytes, report.arenaBytes);
  }
  joined.weightsBytes = parts.back()->getWeights().totalBytes;
  return joined;
}
} // namespace

llvm::Expected<CompileReport>
mlir::tessera::compileModel(llvm::StringRef path,
                            const std::string &packagePath,
                            const CompileOptions &options) {
  Stopwatch stopwatch;
  if (llvm::Error error = checkPackagePath(packagePath)) {
    return std::move(error);
  }
  std::vector<CpuTarget> targets = {options.target};
  llvm::append_range(targets, options.moreTargets);
  if (llvm::Error error = orderTargets(targets)) {
    return std::move(error);
  }
  // Weights and descriptions lie in the compilations until all is written.
  std::vector<std::unique_ptr<Compilation>> parts;
  for (size_t i = 0; i < targets.size(); ++i) {
    std::string suffix = targets.size() == 1 ? "" : "." + std::to_string(i);
    parts.push_back(std::make_unique<Compilation>(
        path, makeVariantOptions(options, targets, i), suffix));
    if (llvm::Error error = parts.back()->build(
            i == 0 ? WeightsPlan() : parts[i - 1]->getWeights())) {
      return std::move(error);
    }
  }
  Stopwatch writing;
  std::vector<PackageVariant> variants;
  for (const auto &part : parts) {
    variants.push_back(part->getVariant(targets));
  }
  if (llvm::Error error =
          writePackage(packagePath, variants, parts.back()->getWeights())) {
    return std::move(error);
  }
  CompileReport report = joinReports(parts);
  report.stages.emplace_back("write", writing.getSeconds());
  report.seconds = stopwatch.getSeconds();
  return report;
}
