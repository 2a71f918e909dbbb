// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/ModuleSplitter.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/IPO/AlwaysInliner.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/Utils/Cloning.h"

#include <algorithm>

using namespace mlir::tessera;
using llvm::Function;
using llvm::GlobalValue;
using llvm::Module;

namespace {

/// Local constants up to this size are repeated rather than shared.
constexpr uint64_t maxRepeatedBytes = 4096;

void inlineAndSweep(Module &module) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::ModulePassManager passes;
  passes.addPass(llvm::AlwaysInlinerPass());
  passes.addPass(llvm::GlobalDCEPass());
  passes.run(module, modules);
}

bool isRepeated(const llvm::GlobalVariable &variable) {
  return variable.hasLocalLinkage() && variable.isConstant() &&
         variable.getDataLayout().getTypeAllocSize(variable.getValueType()) <=
             maxRepeatedBytes;
}

/// Makes a local symbol visible to the other parts, and to nobody else.
void shareSymbol(GlobalValue &value) {
  if (!value.hasLocalLinkage()) {
    return;
  }
  value.setName(value.getName() + ".local");
  value.setLinkage(GlobalValue::ExternalLinkage);
  value.setVisibility(GlobalValue::HiddenVisibility);
}

/// Spreads the functions over the parts, the longest first, each to the part
/// with the least in it. Ties go by the functions' order.
llvm::DenseMap<const Function *, unsigned> assignParts(const Module &module,
                                                       unsigned parts) {
  struct Item {
    unsigned size;
    unsigned index;
    const Function *function;
  };
  std::vector<Item> items;
  for (const Function &function : module) {
    if (!function.isDeclaration()) {
      items.push_back(
          {function.getInstructionCount(), unsigned(items.size()), &function});
    }
  }
  llvm::sort(items, [](const Item &a, const Item &b) {
    return a.size != b.size ? a.size > b.size : a.index < b.index;
  });
  std::vector<uint64_t> load(parts, 0);
  llvm::DenseMap<const Function *, unsigned> partOf;
  for (const Item &item : items) {
    const auto least = std::min_element(load.begin(), load.end());
    *least += item.size;
    partOf[item.function] = least - load.begin();
  }
  return partOf;
}

} // namespace

std::vector<ObjectCode> mlir::tessera::splitModule(Module &module,
                                                   unsigned parts) {
  inlineAndSweep(module);
  const unsigned functions = llvm::count_if(
      module, [](const Function &f) { return !f.isDeclaration(); });
  parts = std::min(parts, functions);
  // Aliases must stay with what they name: such a module is left whole.
  if (parts <= 1 || !module.alias_empty() || !module.ifunc_empty()) {
    std::vector<ObjectCode> whole;
    whole.push_back(writeBitcode(module));
    return whole;
  }
  const auto partOf = assignParts(module, parts);
  for (Function &function : module) {
    shareSymbol(function);
  }
  for (llvm::GlobalVariable &variable : module.globals()) {
    if (!isRepeated(variable)) {
      shareSymbol(variable);
    }
  }
  std::vector<ObjectCode> bitcode;
  for (unsigned part = 0; part < parts; ++part) {
    llvm::ValueToValueMapTy map;
    const std::unique_ptr<Module> clone =
        llvm::CloneModule(module, map, [&](const GlobalValue *value) {
          if (const auto *function = llvm::dyn_cast<Function>(value)) {
            return partOf.lookup(function) == part;
          }
          return part == 0 || value->hasLocalLinkage();
        });
    inlineAndSweep(*clone);
    bitcode.push_back(writeBitcode(*clone));
  }
  return bitcode;
}
