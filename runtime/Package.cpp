// Part of the Tessera project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for licence information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/Package.h"

#include "runtime/CpuFeatures.h"
#include "runtime/ElfImage.h"
#include "runtime/PackageTable.h"
#include "runtime/Printable.h"
#include "runtime/Tensor.h"

#include <cstdlib>
#include <dlfcn.h>
#include <link.h>
#include <map>
#include <mutex>
#include <utility>

namespace tessera {

namespace {
/// The files that this process holds loaded, by their resolved path.
struct LoadedFile {
  FileIdentity identity;
  int users = 0;
};

struct LoadedFiles {
  std::mutex mutex;
  std::map<std::string, LoadedFile> byPath;
};

/// A file that passed every check that needs no mapping.
struct CheckedFile {
  PackageFooter footer;
  ElfImage image;
};
} // namespace

/// Never destroyed: packages may be closed by static destructors.
static LoadedFiles &loadedFiles() {
  static auto *files = new LoadedFiles();
  return *files;
}

std::string TensorSpec::typeText() const {
  return formatTensorType(dtype, dims);
}

static Status checkHost(const ByteSource &file, const PackageFooter &footer) {
  if (footer.machine != hostElfMachine()) {
    return file.error("compiled for " + elfMachineName(footer.machine) +
                      ", but this process runs on " +
                      elfMachineName(hostElfMachine()) +
                      "; compile it for this machine (--target cpu)");
  }
  std::string missing;
  for (const std::string &feature : missingCpuFeatures(footer.features)) {
    missing += (missing.empty() ? "" : ",") + feature;
  }
  if (!missing.empty()) {
    return file.error("needs the CPU features " + missing +
                      ", which this machine lacks; compile it for this "
                      "machine (--target cpu) or a lower level (--target "
                      "cpu:x86-64-v2)");
  }
  return Status();
}

static Result<CheckedFile> checkFile(const ByteSource &file, bool requireHost) {
  Result<PackageFooter> footer = readPackageFooter(file);
  if (!footer.ok()) {
    return footer.status();
  }
  if (footer->abiVersion != TESSERA_ABI_VERSION) {
    return file.error("expected package ABI " +
                      std::to_string(TESSERA_ABI_VERSION) + ", but got " +
                      std::to_string(footer->abiVersion) +
                      "; compile it again with this version of Tessera");
  }
  if (requireHost) {
    Status host = checkHost(file, *footer);
    if (!host.ok()) {
      return host;
    }
  }
  Result<ElfImage> image = checkElfImage(file, footer->elfBytes);
  if (!image.ok()) {
    return image.status();
  }
  if (image->machine != footer->machine) {
    return file.error(
        "damaged: the footer says " + elfMachineName(footer->machine) +
        ", the ELF header says " + elfMachineName(image->machine) +
        "; copy or compile it again");
  }
  return CheckedFile{std::move(*footer), std::move(*image)};
}

Status checkPackageBytes(const ByteSource &file, bool requireHost) {
  return checkFile(file, requireHost).status();
}

Status checkPackageFile(const std::string &path) {
  Result<ByteSource> file = ByteSource::open(path);
  if (!file.ok()) {
    return file.status();
  }
  Result<CheckedFile> checked = checkFile(*file, /*requireHost=*/false);
  return checked.ok() ? checkPackageContents(*file, checked->footer)
                      : checked.status();
}

/// Calls dlopen, unless the path stands for another file than the loaded one.
static Result<void *> openObject(const ByteSource &file,
                                 const std::string &resolvedPath) {
  LoadedFiles &files = loadedFiles();
  std::lock_guard<std::mutex> lock(files.mutex);
  auto found = files.byPath.find(resolvedPath);
  if (found != files.byPath.end() &&
      !(found->second.identity == file.fileIdentity())) {
    return file.error("the file has changed since this process loaded it; "
                      "close the old package first, or give the new one "
                      "another name");
  }
  void *handle = ::dlopen(resolvedPath.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *reason = ::dlerror();
    return file.error("refused by the dynamic loader: " +
                      printable(reason ? reason : "unknown reason") +
                      "; compile it again, and check that its file system "
                      "allows execution");
  }
  LoadedFile &loaded = files.byPath[resolvedPath];
  loaded.identity = file.fileIdentity();
  ++loaded.users;
  return handle;
}

static void closeObject(void *handle, const std::string &resolvedPath) {
  LoadedFiles &files = loadedFiles();
  std::lock_guard<std::mutex> lock(files.mutex);
  ::dlclose(handle);
  auto found = files.byPath.find(resolvedPath);
  if (found != files.byPath.end() && --found->second.users == 0) {
    files.byPath.erase(found);
  }
}

static std::vector<TensorSpec> readSpecs(const tessera_tensor_info *tensors,
                                         uint32_t count) {
  std::vector<TensorSpec> specs;
  specs.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const tessera_tensor_info &info = tensors[i];
    TensorSpec spec;
    spec.name = info.name;
    spec.dtype = static_cast<DType>(info.dtype);
    spec.dims.assign(info.dims, info.dims + info.rank);
    spec.bytes = *countBytes(spec.dtype, spec.dims);
    specs.push_back(std::move(spec));
  }
  return specs;
}

Result<std::shared_ptr<const Package>> Package::load(const std::string &path) {
  Result<ByteSource> file = ByteSource::open(path);
  if (!file.ok()) {
    return file.status();
  }
  Result<CheckedFile> checked = checkFile(*file, /*requireHost=*/true);
  if (!checked.ok()) {
    return checked.status();
  }
  Status enabled = enableCpuFeatures(checked->footer.features);
  if (!enabled.ok()) {
    return file->error(enabled.message());
  }
  // An absolute path: dlopen looks a plain name up in the library path.
  char *resolved = ::realpath(path.c_str(), nullptr);
  std::string resolvedPath = resolved ? resolved : path;
  std::free(resolved);
  Result<void *> handle = openObject(*file, resolvedPath);
  if (!handle.ok()) {
    return handle.status();
  }
  std::shared_ptr<Package> package(new Package());
  package->label = file->name();
  package->resolvedPath = std::move(resolvedPath);
  package->packageFooter = std::move(checked->footer);
  package->handle = *handle;

  link_map *map = nullptr;
  void *symbol = ::dlsym(*handle, TESSERA_GET_PACKAGE_SYMBOL);
  if (!symbol || ::dlinfo(*handle, RTLD_DI_LINKMAP, &map) != 0) {
    return file->error("expected it to export '" TESSERA_GET_PACKAGE_SYMBOL
                       "'; compile it again");
  }
  auto getPackage = reinterpret_cast<tessera_get_package_fn>(symbol);
  const tessera_package *table = getPackage();
  Status good = checkPackageTable(table, checked->image, map->l_addr);
  if (!good.ok()) {
    return file->error("damaged: " + good.message() +
                       "; copy or compile it again");
  }
  package->packageTable = table;
  package->inputSpecs = readSpecs(table->inputs, table->num_inputs);
  package->outputSpecs = readSpecs(table->outputs, table->num_outputs);
  return std::shared_ptr<const Package>(std::move(package));
}

Package::~Package() {
  if (handle) {
    closeObject(handle, resolvedPath);
  }
}

std::string_view Package::buildRecord() const {
  if (!packageTable->build_record) {
    return {};
  }
  return {packageTable->build_record,
          static_cast<size_t>(packageTable->build_record_bytes)};
}

} // namespace tessera
