// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs compiled code inside the compiler: how constants are folded.
//
// The code sees nothing of the process but memcpy, memmove and memset: a call
// to anything else is an error when it is loaded, by the same rule as in a
// package. Compile for `CpuTarget::baseline()` so that what is folded does not
// depend on the machine.
//
// Ownership: the code lives as long as its JitModule; pointers from `lookup`
// dangle after that. Thread safety: `load` and `lookup` may be called from any
// thread, on different objects at once; the code itself is as safe as it is.
//
// Example:
//   llvm::Expected<JitModule> jit = JitModule::load(module);
//   auto add = jit->function<int32_t(int32_t, int32_t)>("add");
//   int32_t sum = (*add)(1, 2);
#ifndef COMPILER_CODEGEN_JITEVALUATOR_H
#define COMPILER_CODEGEN_JITEVALUATOR_H

#include "compiler/codegen/ObjectEmitter.h"
#include "compiler/target/CpuTarget.h"

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace mlir::tessera {

class JitModule {
public:
  /// Compiles `module`, which is changed on the way, and loads it. Fails when
  /// this machine cannot run code for `target`.
  static llvm::Expected<JitModule>
  load(llvm::Module &module, const CpuTarget &target = CpuTarget::baseline(),
       const EmitOptions &options = {});

  /// Loads an object file made for this machine. The bytes are copied.
  static llvm::Expected<JitModule> loadObject(llvm::ArrayRef<char> object);

  JitModule(JitModule &&) noexcept;
  JitModule &operator=(JitModule &&) noexcept;
  ~JitModule();

  /// The address of a symbol. The first call links the code; an error names
  /// the symbols that are missing.
  llvm::Expected<void *> lookup(llvm::StringRef name) const;

  /// `lookup` as a function pointer.
  template <typename Signature>
  llvm::Expected<Signature *> function(llvm::StringRef name) const {
    llvm::Expected<void *> address = lookup(name);
    if (!address) {
      return address.takeError();
    }
    return reinterpret_cast<Signature *>(*address);
  }

private:
  /// Collects what ORC reports on the side, which it would print otherwise.
  struct Reports;

  JitModule(std::unique_ptr<Reports> reports,
            std::unique_ptr<llvm::orc::LLJIT> jit);

  std::unique_ptr<Reports> reports;
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace mlir::tessera

#endif // COMPILER_CODEGEN_JITEVALUATOR_H
