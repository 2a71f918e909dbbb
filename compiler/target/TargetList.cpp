// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/target/TargetList.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir::tessera;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

Error invalid(const Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

} // namespace

Expected<std::vector<CpuTarget>> mlir::tessera::parseTargets(StringRef text) {
  std::vector<CpuTarget> targets;
  // A target holds commas itself, before its features and its caches.
  constexpr StringRef separator = ",cpu";
  while (true) {
    const StringRef item = text.take_front(text.find(separator));
    Expected<CpuTarget> target = CpuTarget::parse(item);
    if (!target) {
      return target.takeError();
    }
    targets.push_back(std::move(*target));
    if (item.size() == text.size()) {
      return targets;
    }
    text = text.drop_front(item.size() + 1);
  }
}

Error mlir::tessera::orderTargets(std::vector<CpuTarget> &targets) {
  if (targets.size() == 1) {
    return Error::success();
  }
  for (CpuTarget &target : targets) {
    if (!target.isX86()) {
      return invalid("expected x86-64 levels where a package has several "
                     "targets, but got '" +
                     target.str() + "'; compile a package of its own for it");
    }
    llvm::erase_if(target.features, [](const std::string &feature) {
      return StringRef(feature).starts_with("amx-");
    });
  }
  llvm::sort(targets, [](const CpuTarget &a, const CpuTarget &b) {
    return std::make_pair(b.features.size(), a.str()) <
           std::make_pair(a.features.size(), b.str());
  });
  const CpuTarget &least = targets.back();
  for (size_t i = 0; i + 1 < targets.size(); ++i) {
    if (!least.runsOn(targets[i])) {
      return invalid("expected a target that runs wherever the others do, but "
                     "'" +
                     least.str() + "' does not run on '" + targets[i].str() +
                     "'; add cpu:x86-64-v2");
    }
    for (size_t j = i + 1; j < targets.size(); ++j) {
      if (targets[i].features == targets[j].features) {
        return invalid("expected targets of different features, but '" +
                       targets[i].str() + "' and '" + targets[j].str() +
                       "' have the same");
      }
    }
  }
  return Error::success();
}

const CpuTarget &mlir::tessera::pickTarget(ArrayRef<CpuTarget> targets,
                                           const CpuTarget &machine) {
  const CpuTarget *found = llvm::find_if(
      targets, [&](const CpuTarget &target) { return target.runsOn(machine); });
  return found == targets.end() ? targets.back() : *found;
}
