// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/PackageTable.h"

#include "compiler/package/CpuCheck.h"
#include "compiler/package/WeightsObject.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"

using namespace mlir::tessera;
using llvm::Constant;
using llvm::Function;
using llvm::GlobalValue;
using llvm::GlobalVariable;
using llvm::StringRef;
using llvm::Twine;

namespace {

class TableBuilder {
public:
  explicit TableBuilder(llvm::Module &module)
      : module(module), context(module.getContext()),
        i32(llvm::Type::getInt32Ty(context)),
        i64(llvm::Type::getInt64Ty(context)),
        ptr(llvm::PointerType::getUnqual(context)) {}

  Constant *int32(uint64_t value) { return llvm::ConstantInt::get(i32, value); }
  Constant *int64(uint64_t value) { return llvm::ConstantInt::get(i64, value); }
  Constant *null() { return llvm::ConstantPointerNull::get(ptr); }

  Constant *text(const std::string &value) {
    return table(llvm::ConstantDataArray::getString(context, value), "text");
  }

  Constant *structure(llvm::ArrayRef<Constant *> fields) {
    return llvm::ConstantStruct::getAnon(context, fields);
  }

  /// A constant in memory; its address.
  Constant *table(Constant *value, const Twine &name) {
    auto *variable =
        new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                           GlobalValue::PrivateLinkage, value, name);
    return variable;
  }

  /// An array of structures that are all alike; null when empty.
  Constant *array(llvm::ArrayRef<Constant *> items, const Twine &name) {
    if (items.empty()) {
      return null();
    }
    auto *type = llvm::ArrayType::get(items.front()->getType(), items.size());
    return table(llvm::ConstantArray::get(type, items), name);
  }

  Constant *dims(llvm::ArrayRef<int64_t> dims) {
    llvm::SmallVector<Constant *> items;
    for (int64_t dim : dims) {
      items.push_back(int64(uint64_t(dim)));
    }
    return array(items, "dims");
  }

  /// tessera_tensor_info[]
  Constant *tensors(llvm::ArrayRef<TensorDescription> tensors,
                    const Twine &name) {
    llvm::SmallVector<Constant *> items;
    for (const TensorDescription &tensor : tensors) {
      items.push_back(
          structure({text(tensor.name), int32(tensor.dtype),
                     int32(tensor.dims.size()), dims(tensor.dims)}));
    }
    return array(items, name);
  }

  /// tessera_kernel_info[]
  Constant *kernels(llvm::ArrayRef<KernelDescription> kernels) {
    llvm::SmallVector<Constant *> items;
    for (const KernelDescription &kernel : kernels) {
      items.push_back(structure({text(kernel.name), text(kernel.sources),
                                 text(kernel.schedule), int64(kernel.flops),
                                 int64(kernel.bytes)}));
    }
    return array(items, "kernels");
  }

  Constant *weights(uint64_t bytes) {
    if (bytes == 0) {
      return null();
    }
    if (GlobalVariable *weights = module.getNamedGlobal(weightsSymbol)) {
      return weights;
    }
    auto *weights = new GlobalVariable(
        module, llvm::Type::getInt8Ty(context), /*isConstant=*/true,
        GlobalValue::ExternalLinkage, nullptr, weightsSymbol);
    weights->setVisibility(GlobalValue::HiddenVisibility);
    weights->setAlignment(llvm::Align(weightsPageBytes));
    return weights;
  }

  Constant *run(StringRef name) {
    llvm::FunctionCallee run = module.getOrInsertFunction(
        name, llvm::FunctionType::get(i32, {ptr}, /*isVarArg=*/false));
    auto *function = llvm::cast<Function>(run.getCallee());
    if (!function->hasLocalLinkage()) {
      function->setVisibility(GlobalValue::HiddenVisibility);
    }
    return function;
  }

  /// The fields of tessera_package, in its order.
  Constant *package(const PackageDescription &description) {
    Constant *fields = structure({
        int64(sizeof(tessera_package)),
        int32(TESSERA_ABI_VERSION),
        int32(description.inputs.size()),
        int32(description.outputs.size()),
        int32(description.kernels.size()),
        tensors(description.inputs, "inputs"),
        tensors(description.outputs, "outputs"),
        kernels(description.kernels),
        int64(description.arenaBytes),
        int64(description.arenaAlignment),
        weights(description.weightsBytes),
        int64(description.weightsBytes),
        int64(description.weightsAlignment),
        text(description.buildRecord),
        int64(description.buildRecord.size()),
        run(description.runFunction),
    });
    return table(fields, "package");
  }

  void defineGetPackage(llvm::ArrayRef<TableVariant> variants) {
    auto *function = Function::Create(
        llvm::FunctionType::get(ptr, /*isVarArg=*/false),
        Function::ExternalLinkage, TESSERA_GET_PACKAGE_SYMBOL, module);
    llvm::IRBuilder<> builder(
        llvm::BasicBlock::Create(context, "entry", function));
    for (const TableVariant &variant : variants.drop_back()) {
      llvm::Value *runs =
          builder.CreateCall(defineCpuCheck(module, variant.features));
      auto *yes = llvm::BasicBlock::Create(context, "yes", function);
      auto *no = llvm::BasicBlock::Create(context, "no", function);
      builder.CreateCondBr(runs, yes, no);
      builder.SetInsertPoint(yes);
      builder.CreateRet(package(variant.description));
      builder.SetInsertPoint(no);
    }
    builder.CreateRet(package(variants.back().description));
  }

private:
  llvm::Module &module;
  llvm::LLVMContext &context;
  llvm::Type *i32;
  llvm::Type *i64;
  llvm::PointerType *ptr;
};

} // namespace

void mlir::tessera::hideDefinitions(llvm::Module &module) {
  for (GlobalValue &value : module.global_values()) {
    if (!value.isDeclaration() && !value.hasLocalLinkage()) {
      value.setVisibility(GlobalValue::HiddenVisibility);
    }
  }
}

void mlir::tessera::addPackageTable(llvm::Module &module,
                                    const PackageDescription &description) {
  addPackageTables(module, TableVariant{description, {}});
}

void mlir::tessera::addPackageTables(llvm::Module &module,
                                     llvm::ArrayRef<TableVariant> variants) {
  TableBuilder(module).defineGetPackage(variants);
}
