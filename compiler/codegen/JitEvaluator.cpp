// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/JitEvaluator.h"

#include "compiler/target/LlvmTargets.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstring>
#include <mutex>

using namespace mlir::tessera;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;
using llvm::orc::ExecutorAddr;
using llvm::orc::ExecutorSymbolDef;
using llvm::orc::JITTargetMachineBuilder;
using llvm::orc::LLJIT;

struct JitModule::Reports {
  std::mutex mutex;
  std::string first;

  void add(Error error) {
    const std::lock_guard<std::mutex> lock(mutex);
    const std::string text = llvm::toString(std::move(error));
    if (first.empty()) {
      first = text;
    }
  }
};

namespace {

Error jitError(const Twine &message) {
  const std::string text = message.str();
  return llvm::createStringError(
      llvm::inconvertibleErrorCode(),
      "internal: " +
          llvm::join(llvm::split(StringRef(text).trim(), '\n'), "; "));
}

/// A library of its own, behind the code's: an object may bring its own copies.
Error defineMemoryFunctions(LLJIT &jit) {
  llvm::orc::ExecutionSession &session = jit.getExecutionSession();
  llvm::orc::JITDylib &library = session.createBareJITDylib("memory");
  llvm::orc::SymbolMap symbols;
  auto add = [&](StringRef name, void *address) {
    symbols[session.intern(name)] = ExecutorSymbolDef(
        ExecutorAddr::fromPtr(address), llvm::JITSymbolFlags::Exported);
  };
  add("memcpy", reinterpret_cast<void *>(&std::memcpy));
  add("memmove", reinterpret_cast<void *>(&std::memmove));
  add("memset", reinterpret_cast<void *>(&std::memset));
  if (Error error = library.define(llvm::orc::absoluteSymbols(symbols))) {
    return error;
  }
  jit.getMainJITDylib().addToLinkOrder(library);
  return Error::success();
}

Expected<std::unique_ptr<LLJIT>> createJit() {
  initializeLlvmTargets();
  const CpuTarget host = CpuTarget::host();
  return llvm::orc::LLJITBuilder()
      .setJITTargetMachineBuilder(
          JITTargetMachineBuilder(llvm::Triple(host.triple)))
      .setLinkProcessSymbolsByDefault(false)
      .setProcessSymbolsJITDylibSetup(
          [](LLJIT &) -> Expected<llvm::orc::JITDylibSP> { return nullptr; })
      .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
      .setObjectLinkingLayerCreator(
          [](llvm::orc::ExecutionSession &session, const llvm::Triple &)
              -> Expected<std::unique_ptr<llvm::orc::ObjectLayer>> {
            return std::make_unique<llvm::orc::ObjectLinkingLayer>(session);
          })
      .create();
}

} // namespace

JitModule::JitModule(std::unique_ptr<Reports> reports,
                     std::unique_ptr<LLJIT> jit)
    : reports(std::move(reports)), jit(std::move(jit)) {}
JitModule::JitModule(JitModule &&) noexcept = default;
JitModule &JitModule::operator=(JitModule &&other) noexcept {
  // The session reports to `reports` until it is gone.
  jit = std::move(other.jit);
  reports = std::move(other.reports);
  return *this;
}
JitModule::~JitModule() = default;

Expected<JitModule> JitModule::load(llvm::Module &module,
                                    const CpuTarget &target,
                                    const EmitOptions &options) {
  const CpuTarget host = CpuTarget::host();
  if (!target.runsOn(host)) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "this machine (" + host.str() +
                                       ") cannot run code for " + target.str());
  }
  Expected<ObjectCode> object = emitObject(module, target, options);
  if (!object) {
    return object.takeError();
  }
  return loadObject(*object);
}

Expected<JitModule> JitModule::loadObject(llvm::ArrayRef<char> object) {
  Expected<std::unique_ptr<LLJIT>> jit = createJit();
  if (!jit) {
    return jitError(llvm::toString(jit.takeError()));
  }
  auto reports = std::make_unique<Reports>();
  (*jit)->getExecutionSession().setErrorReporter(
      [raw = reports.get()](Error error) { raw->add(std::move(error)); });
  if (Error error = defineMemoryFunctions(**jit)) {
    return jitError(llvm::toString(std::move(error)));
  }
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(
      StringRef(object.data(), object.size()), "constants");
  if (Error error = (*jit)->addObjectFile(std::move(buffer))) {
    return jitError(llvm::toString(std::move(error)));
  }
  return JitModule(std::move(reports), std::move(*jit));
}

Expected<void *> JitModule::lookup(StringRef name) const {
  Expected<ExecutorAddr> address = jit->lookup(name);
  if (!address) {
    const std::string text = llvm::toString(address.takeError());
    const std::lock_guard<std::mutex> lock(reports->mutex);
    // ORC's own report is about the cause, the lookup's about the effect.
    return jitError(reports->first.empty() ? text : reports->first);
  }
  return address->toPtr<void *>();
}
