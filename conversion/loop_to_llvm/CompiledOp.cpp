//===----------------------------------------------------------------------===//
// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "conversion/loop_to_llvm/CompiledOp.h"

#include "conversion/loop_to_llvm/LoopToLlvm.h"
#include "dialects/loop/LoopDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::tessera;
using namespace mlir::tessera::loop;

std::string mlir::tessera::loop::printTargetAttr(const CpuTarget &target) {
  return llvm::formatv("#loop.cpu_target<\"{0}\", \"{1}\", vector_bits = {2}, "
                       "registers = {3}, l1_bytes = {4}, l2_bytes = {5}, "
                       "l3_bytes = {6}>",
                       target.arch, llvm::join(target.features, ","),
                       target.vectorBits, target.numVectorRegisters,
                       target.l1Bytes, target.l2Bytes, target.l3Bytes);
}

static void replaceAll(std::string &text, llvm::StringRef from,
                       const std::string &to) {
  for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
       at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// The program as text: a loop over the arrays.
static std::string writeProgram(std::string body,
                                const std::vector<std::string> &operandTypes,
                                const std::string &resultType, int lanes,
                                const CpuTarget &target) {
  auto vectorOf = [&](const std::string &type) {
    return lanes == 1 ? type
                      : "vector<" + std::to_string(lanes) + "x" + type + ">";
  };
  auto memrefOf = [&](const std::string &type) {
    return "memref<" + std::to_string(CompiledOp::kBlock) + "x" + type + ">";
  };
  std::string prefix = lanes == 1 ? "memref" : "vector";
  std::string arguments, loads;
  for (size_t i = 0; i < operandTypes.size(); ++i) {
    std::string name(1, char('a' + i)), upper(1, char('A' + i));
    std::string type = operandTypes[i];
    arguments += "%p" + name + ": " + memrefOf(type) + ", ";
    loads += "%" + name + " = " + prefix + ".load %p" + name +
             "[%i] : " + memrefOf(type) +
             (lanes == 1 ? "" : ", " + vectorOf(type)) + "\n";
    replaceAll(body, "T" + upper, vectorOf(type));
  }
  replaceAll(body, "TR", vectorOf(resultType));
  return "module attributes {loop.target = " + printTargetAttr(target) +
         "} { loop.program @f(" + arguments + "%pr: " + memrefOf(resultType) +
         ") {\n%zero = arith.constant 0 : index\n" + "%step = arith.constant " +
         std::to_string(lanes) + " : index\n" + "%end = arith.constant " +
         std::to_string(CompiledOp::kBlock) +
         " : index\nscf.for %i = %zero to %end step %step {\n" + loads + body +
         "\n" + prefix + ".store %r, %pr[%i] : " + memrefOf(resultType) +
         (lanes == 1 ? "" : ", " + vectorOf(resultType)) +
         "\n}\nloop.return } }";
}

CompiledOp::CompiledOp(std::string body, std::vector<std::string> operandTypes,
                       std::string resultType, int lanes,
                       const CpuTarget &target)
    : numOperands(operandTypes.size()) {
  DialectRegistry registry;
  registry
      .insert<arith::ArithDialect, LoopDialect, math::MathDialect,
              memref::MemRefDialect, scf::SCFDialect, vector::VectorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  std::string text =
      writeProgram(std::move(body), operandTypes, resultType, lanes, target);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "no valid program: " << text;
    return;
  }
  PassManager manager(&context);
  buildLoopToLlvmPipeline(manager);
  if (failed(manager.run(*module))) {
    ADD_FAILURE() << "not compiled: " << text;
    return;
  }
  module->walk([](LLVM::LLVMFuncOp function) {
    function.setVisibility_(LLVM::Visibility::Default);
  });
  llvm::LLVMContext llvmContext;
  auto llvmModule = translateModuleToLLVMIR(*module, llvmContext);
  if (!llvmModule) {
    ADD_FAILURE() << "not translated: " << text;
    return;
  }
  llvm::Expected<JitModule> loaded = JitModule::load(*llvmModule, target);
  if (!loaded) {
    ADD_FAILURE() << llvm::toString(loaded.takeError()) << ": " << text;
    return;
  }
  jit = std::make_unique<JitModule>(std::move(*loaded));
  llvm::Expected<void *> address = jit->lookup("f");
  if (!address) {
    ADD_FAILURE() << llvm::toString(address.takeError()) << ": " << text;
    return;
  }
  function = *address;
}

void CompiledOp::run(std::vector<const void *> operands, void *result) const {
  if (numOperands == 1) {
    using Unary = void(const void *, void *, void *, void *);
    reinterpret_cast<Unary *>(function)(operands[0], result, nullptr, nullptr);
    return;
  }
  using Binary = void(const void *, const void *, void *, void *, void *);
  reinterpret_cast<Binary *>(function)(operands[0], operands[1], result,
                                       nullptr, nullptr);
}
